"""Records and outcomes: one spelling each, read back as they were, anything else refused."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.kinds import KINDS
from ledger.domain.outcome import Effect, Finding, Outcome, outcome_of
from ledger.domain.record import event_id_of, parse_record, render_record
from ledger.domain.verified import open_event, read_event
from ledger.kernel.canonical import decode_object, encode
from ledger.kernel.errors import (
    LedgerError,
    ParseError,
    RecordError,
    SignatureError,
    UndecidableError,
)
from ledger.kernel.limits import (
    FINDINGS_MAX,
    OUTCOME_BYTES_MAX,
    RECORD_BYTES_MAX,
)
from ledger.signing.dsse import parse_envelope, render_envelope, sign_payload
from tests.support.fund_simulator import GROUNDS, signer_of
from tests.support.small_fund import SmallFund, fund_under

FULL = Outcome(
    verdict="pending",
    findings=(Finding("units_short", "deny", "more", "less"), Finding("T.A", "needs_approval")),
    effects=(Effect("0" * 64, "refused", (Finding("withdrawn", "deny"),)),),
    mandate="1" * 64,
    state_digest="2" * 64,
)


@pytest.mark.parametrize(
    ("expected", "found", "citation", "said"),
    [
        ("more", "less", "a law", "expected more, found less"),
        ("more", "", "a law", "expected more"),
        ("", "less", "a law", "a law, found less"),
        ("", "", "a law", "a law"),
    ],
)
def test_a_finding_in_one_clause(expected: str, found: str, citation: str, said: str) -> None:
    assert Finding("units_short", "deny", expected, found, citation).reason == said


def test_an_outcome_keeps_rules_and_verdicts_only() -> None:
    text = FULL.render()
    assert text == (
        b'{"effects":[{"event":"' + b"0" * 64 + b'","findings":[{"rule":"withdrawn","verdict":'
        b'"deny"}],"verdict":"refused"}],"findings":[{"rule":"units_short","verdict":"deny"},'
        b'{"rule":"T.A","verdict":"needs_approval"}],"mandate":"' + b"1" * 64 + b'",'
        b'"state_digest":"' + b"2" * 64 + b'","verdict":"pending"}'
    )
    assert outcome_of(decode_object(text)).render() == text


MEMBERS: dict[str, Any] = {"effects": [], "findings": [], "verdict": "effective"}
BAD_OUTCOMES: dict[str, Any] = {
    "no object": [],
    "no verdict": {"effects": [], "findings": []},
    "an unknown verdict": {**MEMBERS, "verdict": "allowed"},
    "a verdict that is no text": {**MEMBERS, "verdict": True},
    "an unknown member": {**MEMBERS, "note": "x"},
    "findings that are no list": {**MEMBERS, "findings": {}},
    "a finding that is no object": {**MEMBERS, "findings": ["units_short"]},
    "a finding that allows": {**MEMBERS, "findings": [{"rule": "T.A", "verdict": "allow"}]},
    "a finding that explains": {
        **MEMBERS,
        "findings": [{"rule": "T.A", "verdict": "deny", "expected": "x"}],
    },
    "an effect without event": {**MEMBERS, "effects": [{"findings": [], "verdict": "refused"}]},
    "an effect that is pending": {
        **MEMBERS,
        "effects": [{"event": "0" * 64, "findings": [], "verdict": "pending"}],
    },
    "a mandate that is no text": {**MEMBERS, "mandate": 1},
}


@pytest.mark.parametrize("value", BAD_OUTCOMES.values(), ids=BAD_OUTCOMES)
def test_another_shape_is_no_outcome(value: Any) -> None:
    with pytest.raises(RecordError):
        outcome_of(value)


def test_the_longest_outcome_that_admission_can_make_is_still_read() -> None:
    """Else a fund could record what no auditor can parse."""
    rule_id = "T." + "X" * 62
    most = tuple(Finding(rule_id, "needs_approval") for _ in range(FINDINGS_MAX + 10))
    effect = Effect("0" * 64, "effective", most)
    outcome = Outcome("effective", most, (effect,), "1" * 64, "2" * 64)
    text = outcome.render()
    assert len(text) <= OUTCOME_BYTES_MAX
    assert outcome_of(decode_object(text)).render() == text


def test_a_larger_outcome_is_refused() -> None:
    effect = Effect("0" * 64, "refused", (Finding("withdrawn", "deny"),))
    small = Outcome("effective", (), (effect,) * 40)
    assert outcome_of(decode_object(small.render())) == small
    large = Outcome("effective", (), (effect,) * 90)
    assert len(large.render()) > OUTCOME_BYTES_MAX
    with pytest.raises(RecordError, match="large"):
        outcome_of(decode_object(large.render()))


# -- records --------------------------------------------------------------------------------------


def record_of() -> tuple[SmallFund, bytes]:
    fund = fund_under()
    fund.state_fact()
    return fund, fund.records[-1]


def test_a_record_is_read_as_it_was_written() -> None:
    fund, raw = record_of()
    record = parse_record(raw)
    assert (record.position, record.recorded_at) == (len(fund.records), fund.now)
    assert (record.fund, record.kind) == (fund.fund, "fact.recorded.v1")
    assert record.event_id == fund.event_ids[-1] == event_id_of(record.envelope.payload)
    envelope = render_envelope(record.envelope)
    again = render_record(envelope, record.outcome.render(), record.position, record.recorded_at)
    assert again == raw == record.raw
    assert encode(decode_object(raw)) == raw


def changed(raw: bytes, **members: Any) -> bytes:
    value = {**decode_object(raw), **members}
    return encode({name: member for name, member in value.items() if member is not None})


SHAPE, PLACE = "a record has envelope", "a position is a count from 1"
CHANGES: dict[str, tuple[dict[str, Any], str | None, str]] = {
    "position zero": ({"position": 0}, "position", PLACE),
    "a negative position": ({"position": -1}, "position", PLACE),
    "a position as text": ({"position": "17"}, "position", PLACE),
    "a position that is true": ({"position": True}, "position", PLACE),
    "no position": ({"position": None}, "", SHAPE),
    "an instant without microseconds": (
        {"recorded_at": "2026-01-05T09:00:00Z"},
        "recorded_at",
        "instant",
    ),
    "an instant that is none": (
        {"recorded_at": "2026-02-30T09:00:00.000000Z"},
        "recorded_at",
        "real date",
    ),
    "an instant that is a number": ({"recorded_at": 1}, "recorded_at", "instant"),
    "no envelope": ({"envelope": None}, "", SHAPE),
    "an envelope that is text": ({"envelope": "x"}, "envelope", "an object"),
    "an empty envelope": ({"envelope": {}}, None, "payload"),
    "no outcome": ({"outcome": None}, "", SHAPE),
    "an outcome that is text": ({"outcome": "effective"}, "outcome", "an object"),
    "one member more": ({"note": "x"}, "", SHAPE),
}


@pytest.mark.parametrize(("change", "where", "said"), CHANGES.values(), ids=CHANGES)
def test_a_record_of_another_shape_is_refused(
    change: dict[str, Any], where: str | None, said: str
) -> None:
    """With its place; `None` is that of the envelope's own reader."""
    _, raw = record_of()
    with pytest.raises(ParseError, match=said) as caught:
        parse_record(changed(raw, **change))
    if where is not None:
        assert (type(caught.value), caught.value.where or "") == (RecordError, where)


def test_a_record_of_other_bytes_is_refused() -> None:
    _, raw = record_of()
    for other in (b"", raw[:-1], raw + b"\n", b" " + raw, raw.replace(b",", b", ", 1), raw * 2):
        with pytest.raises(ParseError):
            parse_record(other)


def test_every_cut_of_a_record_is_refused() -> None:
    _, raw = record_of()
    for at in range(0, len(raw), 7):
        with pytest.raises(ParseError):
            parse_record(raw[:at])


def test_a_payload_without_fund_or_kind_is_refused() -> None:
    fund, raw = record_of()
    for payload in (
        b"{}",
        b'{"fund":"test/harbour"}',
        b'{"fund":1,"kind":"x"}',
        b"[]",
        b"nonsense",
    ):
        envelope = sign_payload(payload, [fund.signers["aigerim"]])
        record = changed(raw, envelope=decode_object(render_envelope(envelope)))
        with pytest.raises(ParseError):
            parse_record(record)


def test_a_record_has_a_bound() -> None:
    instant = "2026-01-05T09:00:00.000000Z"
    rest = len(render_record(b"", b"", 1, instant))
    largest = render_record(b"x" * (RECORD_BYTES_MAX - rest), b"", 1, instant)
    assert len(largest) == RECORD_BYTES_MAX
    with pytest.raises(RecordError, match="have 65536 bytes where 65535"):
        render_record(b"x" * (RECORD_BYTES_MAX - rest), b"y", 1, instant)


# -- events ---------------------------------------------------------------------------------------


def test_an_unknown_kind_is_undecidable_not_wrong() -> None:
    fund = fund_under()
    for kind in ("dividend.paid.v1", "fact.recorded.v2", "", "FACT.RECORDED.V1"):
        body = {"fund": fund.fund, "kind": kind}
        envelope = sign_payload(encode(dict(body)), [fund.signers["aigerim"]])
        with pytest.raises(UndecidableError) as refusal:
            read_event(envelope, render_envelope(envelope), dict(body))
        assert refusal.value.hint


def test_the_signature_that_does_not_verify_is_named() -> None:
    fund = fund_under()
    members = fund.members("fact.recorded", "aigerim", fact="a", subject="b", value=True, **GROUNDS)
    envelope = fund.sign(members)
    opened = open_event(parse_envelope(envelope), envelope, fund.state.keys)
    for verdicts in ([False], []):
        with pytest.raises(SignatureError):
            opened.verified(verdicts)
    with pytest.raises(SignatureError) as refusal:
        opened.verified([False])
    assert refusal.value.where == fund.keyid("aigerim")


def test_the_proof_of_possession_is_among_the_checks() -> None:
    fund = fund_under()
    envelope = fund.sign(
        fund.members("key.enrolled", "gulnara", **fund.enrolment("bolat", signer_of("new")))
    )
    opened = open_event(parse_envelope(envelope), envelope, fund.state.keys)
    assert len(opened.checks) == 2
    with pytest.raises(SignatureError, match="possession"):
        opened.verified([True, False])


@pytest.mark.parametrize("possession", ["AA=A", "AB==", "AAAA=", "*", "AA"])
def test_a_proof_in_another_spelling_is_refused(possession: str) -> None:
    fund = fund_under()
    fields = {**fund.enrolment("bolat", signer_of("new")), "possession": possession}
    with pytest.raises(LedgerError):
        fund.act("key.enrolled", "gulnara", **fields)


def test_every_kind_has_a_name_of_its_own_and_a_form_with_words() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert name.rpartition(".v")[2].isdigit()
        assert kind.form.__doc__
        for field_name, field in kind.form.model_fields.items():
            assert field_name.isidentifier()
            assert field.annotation is not None
