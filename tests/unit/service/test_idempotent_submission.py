"""The same bytes get the same receipt, however often, whenever and in what company they come."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.record import event_id_of, parse_record
from ledger.kernel.canonical import encode
from ledger.kernel.errors import LedgerError
from ledger.service.answer import Receipt, Rejected
from ledger.signing.dsse import parse_envelope, render_envelope, sign_payload
from ledger.signing.possession import prove_possession
from ledger.signing.signer import MemorySigner
from tests.support.fund_simulator import GROUNDS, FundSimulator, replayed
from tests.support.sequenced_fund import (
    SequencedFund,
    beginning,
    cash,
    envelope_of,
    with_bad_signature,
)


def assert_same(first: Receipt, again: object) -> None:
    assert isinstance(again, Receipt), again
    assert again.repeated
    assert again.outcome.render() == first.outcome.render()  # explanations are derived again
    assert replace(again, repeated=False, outcome=first.outcome) == first


def test_the_store_holds_what_the_simulator_made(empty: SequencedFund) -> None:
    empty.begin()
    assert empty.records == list(beginning())
    assert empty.sequencer.live.tree.size == len(beginning())
    replayed(empty.records)


def test_a_receipt_names_event_position_time_and_outcome(fund: SequencedFund) -> None:
    envelope = fund.cash()
    receipt = fund.submit(envelope)
    record = parse_record(fund.records[-1])
    assert receipt.event_id == event_id_of(parse_envelope(envelope).payload) == record.event_id
    assert (receipt.position, record.position) == (15, 15)
    assert receipt.recorded_at == record.recorded_at == fund.clock.now
    assert (receipt.outcome.verdict, receipt.repeated) == ("effective", False)


def test_twice_alone(fund: SequencedFund) -> None:
    envelope = fund.cash()
    first = fund.submit(envelope)
    assert_same(first, fund.submit(envelope))
    assert len(fund.records) == 15


def test_twice_in_one_batch(fund: SequencedFund) -> None:
    envelope, other = fund.cash(), fund.cash()
    first, second, again, third = fund.sequencer.submit_all([envelope, other, envelope, envelope])
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert [first.repeated, second.repeated] == [False, False]
    assert_same(first, again)
    assert_same(first, third)
    assert len(fund.records) == 16


def test_again_after_a_restart(fund: SequencedFund) -> None:
    envelope = fund.cash()
    first = fund.submit(envelope)
    digest = fund.digest
    fund.reopen()
    assert fund.digest == digest
    assert_same(first, fund.submit(envelope))
    assert fund.digest == digest


def test_again_long_after_it_expired(fund: SequencedFund) -> None:
    envelope = fund.cash(valid_until="2026-01-06T00:00:00.000000Z")
    first = fund.submit(envelope)
    for day in (12, 19, 26):
        fund.clock.now = f"2026-01-{day}T09:00:00.000000Z"
        assert_same(first, fund.submit(envelope))
        fund.signer.now = fund.clock.now
        fund.submit(fund.cash())
    late = fund.cash(valid_until="2026-01-06T00:00:00.000000Z")
    answer = fund.sequencer.submit(late)
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == "expired"


def test_again_after_its_key_was_revoked(fund: SequencedFund) -> None:
    envelope, unsent = fund.cash(), fund.cash()
    first = fund.submit(envelope)
    key = fund.signer.signers["aigerim"].public_key.keyid
    revoked = fund.signer.members("key.revoked", "aigerim", key=key, reason="Lost")
    assert fund.submit(fund.signer.sign(revoked)).outcome.verdict == "effective"
    assert_same(first, fund.submit(envelope))
    answer = fund.sequencer.submit(unsent)
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == "key_not_good"


def test_a_refused_event_keeps_its_refusal(fund: SequencedFund) -> None:
    envelope = fund.cash(author="marat")
    first = fund.submit(envelope)
    assert first.outcome.verdict in {"refused", "pending"}
    assert_same(first, fund.submit(envelope))
    fund.reopen()
    assert_same(first, fund.submit(envelope))


def test_the_constitution_twice(fund: SequencedFund) -> None:
    again = fund.submit(envelope_of(beginning()[0]))
    assert (again.position, again.repeated) == (1, True)


def respelled(envelope: bytes) -> list[bytes]:
    """Other spellings that DSSE allows."""
    value: dict[str, Any] = json.loads(envelope)
    loose = json.dumps(value, indent=2).encode()
    backwards = json.dumps(dict(reversed(value.items()))).encode()
    payload = base64.urlsafe_b64encode(base64.b64decode(value["payload"])).decode()
    return [loose, backwards, json.dumps({**value, "payload": payload}).encode()]


def test_another_spelling_is_the_same_event(fund: SequencedFund) -> None:
    envelope = fund.cash()
    first = fund.submit(respelled(envelope)[0])
    assert envelope_of(fund.records[-1]) == envelope
    for spelling in (envelope, *respelled(envelope)):
        assert_same(first, fund.submit(spelling))


def test_the_same_event_signed_anew_keeps_the_first_signature(fund: SequencedFund) -> None:
    """ECDSA signs differently each time; the event is known by what was signed."""
    second = MemorySigner.generate("ecdsa-p256")
    members = fund.signer.members("cash.recorded", "aigerim", direction="in", category="other")
    members |= {"amount": {"currency": "USD", "amount": "1"}, **GROUNDS}
    enrol(fund, "aigerim", second)
    envelopes = [render_envelope(sign_payload(encode(members), [second])) for _ in range(2)]
    assert envelopes[0] != envelopes[1]
    first = fund.submit(envelopes[0])
    assert_same(first, fund.submit(envelopes[1]))
    assert envelope_of(fund.records[-1]) == envelopes[0]


def enrol(fund: SequencedFund, officer: str, key: MemorySigner) -> None:
    proof = prove_possession(key, fund.signer.fund, officer)
    members = fund.signer.members(
        "key.enrolled",
        "gulnara",
        cosigners=["nurlan"],
        officer=officer,
        algorithm=key.public_key.algorithm,
        public_key=base64.b64encode(key.public_key.raw).decode(),
        possession=base64.b64encode(proof).decode(),
    )
    assert fund.submit(fund.signer.sign(members)).outcome.verdict == "effective"


# -- what is not the same


def test_a_reference_used_with_other_bytes_is_a_named_conflict(fund: SequencedFund) -> None:
    fund.submit(fund.cash(reference="IC-1"))
    answer = fund.sequencer.submit(
        fund.cash(reference="IC-1", amount={"currency": "USD", "amount": "7"})
    )
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == "reference_used"
    assert "IC-1" in answer.rejection.detail
    assert len(fund.records) == 15


def test_in_one_batch_the_first_of_two_with_one_reference_wins(fund: SequencedFund) -> None:
    envelopes = [fund.cash(reference="IC-1"), fund.cash(reference="IC-1", category="other")]
    first, second = fund.sequencer.submit_all(envelopes)
    assert isinstance(first, Receipt)
    assert isinstance(second, Rejected)
    assert second.rejection.code == "reference_used"


def test_the_reference_of_a_refused_event_may_be_used_again(fund: SequencedFund) -> None:
    late = fund.cash(reference="IC-1", value_date="2026-02-01")
    first = fund.submit(late)
    assert first.outcome.verdict == "refused"
    assert fund.submit(fund.cash(reference="IC-1")).outcome.verdict == "effective"
    assert_same(first, fund.submit(late))


def test_two_officers_may_use_the_same_reference(fund: SequencedFund) -> None:
    for author in ("aigerim", "bolat"):
        assert (
            fund.submit(fund.cash(reference="IC-1", author=author)).outcome.verdict == "effective"
        )


def test_a_constitution_of_another_fund_does_not_begin_this_log(empty: SequencedFund) -> None:
    other = FundSimulator(fund="test/elsewhere")
    answer = empty.sequencer.submit(other.sign(other.constitution()))
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == "wrong_fund"
    empty.begin()
    assert empty.records == list(beginning())


def test_nothing_else_than_a_constitution_begins_a_log(empty: SequencedFund) -> None:
    with pytest.raises(LedgerError, match="unknown key"):
        empty.sequencer.submit(empty.cash())
    assert empty.records == []


def test_a_second_constitution_is_answered(fund: SequencedFund) -> None:
    other = fund.signer.sign(fund.signer.constitution(legal_entity="Another Fund"))
    answer = fund.sequencer.submit(other)
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == "constituted_already"
    assert len(fund.records) == 14


def test_a_batch_answers_each_in_its_place(fund: SequencedFund) -> None:
    good, wrong = fund.cash(), fund.cash()
    stranger = FundSimulator(signers={"aigerim": MemorySigner.generate()})
    batch = [
        b"garbage",
        good,
        with_bad_signature(wrong),
        cash(stranger),
        fund.cash(reference="IC-1"),
    ]
    found = fund.sequencer.submit_all([*batch, fund.cash(reference="IC-1", category="other"), good])
    kinds = [type(answer).__name__ for answer in found]
    assert kinds == [
        "EnvelopeError",
        "Receipt",
        "SignatureError",
        "AuthorityError",
        "Receipt",
        "Rejected",
        "Receipt",
    ]
    assert len(fund.records) == 16


def test_a_batch_of_any_length_is_cut_into_commits(fund: SequencedFund) -> None:
    envelopes = [fund.cash() for _ in range(1_203)]
    found = fund.sequencer.submit_all(envelopes, threads=2)
    positions = [answer.position for answer in found if isinstance(answer, Receipt)]
    assert positions == list(range(15, 15 + 1_203))
    replayed(fund.records)


def test_an_empty_batch_asks_nothing(fund: SequencedFund) -> None:
    fund.clock.now = "1970-01-01T00:00:00.000000Z"
    assert fund.sequencer.submit_all([]) == []
