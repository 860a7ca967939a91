"""What is signed for one fund, one environment or one meaning is worth nothing in another.

The same officers hold the same keys everywhere: the worst case. Every fund lives the same life, so
that each event comes at the very moment at which its twin was admitted; only the words differ.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.kinds import KINDS
from ledger.domain.outcome import Rejection
from ledger.domain.state import State
from ledger.kernel.errors import EnvelopeError, LedgerError, SignatureError
from ledger.log.checkpoint import Checkpoint, render_checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.merkle import leaf_hash
from ledger.log.note import Note, NoteSignature, NoteSigner, VerifierKey, render_note, render_vkey
from ledger.service.answer import Receipt, Rejected
from ledger.service.intake import verify_submission
from ledger.service.sequencer import Sequencer
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    pae,
    render_envelope,
    sign_payload,
)
from ledger.signing.possession import PAYLOAD_TYPE_POSSESSION, possession_message
from ledger.store.record_store import RecordStore
from policies.engine import PolicyEngine
from tests.support.fund_simulator import OFFICES, signer_of
from tests.support.small_fund import fund_under, verdict_of
from tests.support.tally import tally
from tests.support.thousand_events import (
    ACT_HABITS,
    ADOPTION,
    BOOK_HABITS,
    CHARTER_HABITS,
    FACT_HABITS,
    NEVER_EFFECTIVE,
    REGISTRY_HABITS,
    BusyFund,
    alone,
    at_once,
    begin,
    refused,
    stand,
    turned_down,
    withdrawn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.domain.verified import VerifiedEvent
    from ledger.signing.keys import PublicKey

FUNDS = ("harbour", "lagoon", "delta", "harbour2", "har")
ENVIRONMENTS = ("production", "staging", "test")
ORIGINS = [f"{environment}/{fund}" for environment, fund in product(ENVIRONMENTS, FUNDS)]
FEW = ["production/harbour", "staging/harbour", "production/har"]
OFFICERS = {name: signer_of(f"everywhere:{name}") for name in OFFICES}
LOG_KEY = signer_of("everywhere:log")


@cache
def life(origin: str) -> BusyFund:
    """A fund with every kind of event, each effective where it can be."""
    fund = BusyFund(fund=origin, signers=dict(OFFICERS))
    begin(fund)
    for habit in (*REGISTRY_HABITS, *ACT_HABITS, *BOOK_HABITS, *CHARTER_HABITS, ADOPTION):
        if habit.name in NEVER_EFFECTIVE:
            refused(fund, habit)
        else:
            at_once(fund, habit)
    stand(fund)
    for habit in FACT_HABITS:
        alone(fund, habit)
    turned_down(fund, ACT_HABITS[0])
    withdrawn(fund, ACT_HABITS[0])
    return fund


def firsts(fund: BusyFund) -> dict[int, VerifiedEvent]:
    """The first event of each kind by its position, an effective one where there is one."""
    found: dict[str, tuple[bool, int]] = {}
    for position, (event, raw) in enumerate(zip(fund.verified, fund.records, strict=True), 1):
        effective = json.loads(raw)["outcome"]["verdict"] == "effective"
        best = found.get(event.kind.name)
        if best is None or (effective and not best[0]):
            found[event.kind.name] = (effective, position)
    return {position: fund.verified[position - 1] for _, position in found.values()}


def admit_everywhere(origin: str, others: list[str]) -> int:
    """Replay one fund; at each kind's moment its twins from the other funds are tried first."""
    fund, state, engine, tried = life(origin), State(), PolicyEngine(), 0
    moments = firsts(fund)
    assert {event.kind.name for event in moments.values()} == set(KINDS)
    for position, event in enumerate(fund.verified, start=1):
        at = json.loads(fund.records[position - 1])["recorded_at"]
        advance(state, event, at)
        for other in others if position in moments and position > 1 else ():
            twin = life(other).verified[position - 1]
            assert twin.kind is event.kind
            # Keys and signatures are good here too: only the words keep it out.
            opened = verify_submission(twin.envelope, state.keys)
            answer = admit(state, opened, at, engine)
            assert isinstance(answer, Rejection), (event.kind.name, other)
            assert answer.code == "wrong_fund"
            tried += 1
        own = admit(state, verify_submission(event.envelope, state.keys), at, engine)
        assert not isinstance(own, Rejection), event.kind.name
        apply(state, event, own.outcome, engine)
    return tried


def test_in_some_funds_only_their_own_events_are_admitted() -> None:
    for origin in FEW:
        others = [other for other in FEW if other != origin]
        assert admit_everywhere(origin, others) == (len(KINDS) - 1) * len(others)


@pytest.mark.deep
def test_in_every_fund_only_its_own_events_are_admitted() -> None:
    tried = 0
    for origin in ORIGINS:
        tried += admit_everywhere(origin, [other for other in ORIGINS if other != origin])
    assert tried == (len(KINDS) - 1) * len(ORIGINS) * (len(ORIGINS) - 1)
    tally("events of 49 kinds submitted to the other funds and environments", tried, tried)


def test_in_an_empty_store_only_its_own_constitution_begins_a_log(tmp_path: Path) -> None:
    """Admission itself learns the fund from it, so here the store's own name decides."""
    constitutions = {origin: life(origin).verified[0].envelope for origin in ORIGINS[:7]}
    for number, origin in enumerate(constitutions):
        with RecordStore.open(tmp_path / f"{number}.db", fund=origin) as store:
            sequencer = Sequencer(store, PolicyEngine(), lambda: "2026-01-05T09:00:00.000000Z")
            for other, envelope in constitutions.items():
                if other == origin:
                    continue
                answer = sequencer.submit(envelope)
                assert isinstance(answer, Rejected)
                assert answer.rejection.code == "wrong_fund"
            assert isinstance(sequencer.submit(constitutions[origin]), Receipt)


# -- meanings


def messages(origin: str, payload: bytes, key: PublicKey) -> dict[str, bytes]:
    """What the product signs, for each of its three meanings, and the bare bytes beside them."""
    checkpoint = Checkpoint(origin, 1, leaf_hash(payload))
    return {
        "event": pae(PAYLOAD_TYPE_EVENT, payload),
        "possession": possession_message(origin, "aigerim", key),
        "checkpoint": render_checkpoint(checkpoint),
    }


def forgeries(payload: bytes) -> dict[str, bytes]:
    """What else a signature might be over: another type, another encoding, another version."""
    return {
        "payload as a possession": pae(PAYLOAD_TYPE_POSSESSION, payload),
        "payload of no type": pae("", payload),
        "payload of a later version": pae(PAYLOAD_TYPE_EVENT.replace("v1", "v2"), payload),
        "payload with a shifted length": pae(PAYLOAD_TYPE_EVENT + " ", payload),
        "bare payload": payload,
        "base64 of the payload": base64.b64encode(payload),
    }


def meanings(origins: list[str]) -> Iterator[tuple[tuple[str, str], bytes]]:
    """Every message, named by origin and meaning."""
    key = OFFICERS["aigerim"].public_key
    for origin in origins:
        payload = life(origin).verified[20].envelope
        for meaning, message in messages(origin, payload, key).items():
            yield (origin, meaning), message


def only_the_diagonal(origins: list[str]) -> int:
    key, found = OFFICERS["aigerim"], dict(meanings(origins))
    signatures = {name: key.sign(message) for name, message in found.items()}
    pairs = list(product(found, repeat=2))
    asked = [SignatureCheck(key.public_key, found[one], signatures[two]) for one, two in pairs]
    verdicts = verify_all(asked)
    assert [pair for pair, good in zip(pairs, verdicts, strict=True) if good] == [
        (name, name) for name in found
    ]
    for (one, two), check in zip(pairs, asked, strict=True):
        if one != two:
            with pytest.raises(SignatureError):
                check.key.verify(check.message, check.signature)
    return len(pairs)


def test_no_signature_means_two_things_in_some_funds() -> None:
    assert only_the_diagonal(FEW) == 81


@pytest.mark.deep
def test_no_signature_means_two_things_anywhere() -> None:
    tried = only_the_diagonal(ORIGINS)
    assert tried == 45 * 45
    tally("signatures of one meaning and fund asked for another", tried, tried)


def signed_otherwise(fund: BusyFund, event: VerifiedEvent) -> Iterator[tuple[str, bytes]]:
    """The event's envelope with each signature made over something else than the event."""
    value = json.loads(event.envelope)
    payload = base64.b64decode(value["payload"])
    keys = {signer.public_key.keyid: signer for signer in fund.signers.values()}
    signers = [keys[keyid] for keyid in event.keyids]
    others = forgeries(payload) | {
        meaning: message
        for meaning, message in messages(fund.fund, payload, signers[0].public_key).items()
        if meaning != "event"
    }
    for what, message in others.items():
        signatures = [EnvelopeSignature(s.public_key.keyid, s.sign(message)) for s in signers]
        made = Envelope(payload, PAYLOAD_TYPE_EVENT, tuple(signatures))
        yield what, render_envelope(made)


def refuse_other_meanings(fund: BusyFund) -> int:
    """Of every kind: the same bytes, signed as something else, are never an event."""
    tried, keys = 0, fund.state.keys
    for event in firsts(fund).values():
        verify_submission(event.envelope, keys)
        for what, envelope in signed_otherwise(fund, event):
            with pytest.raises(SignatureError):
                verify_submission(envelope, keys)
            assert what
            tried += 1
        payload = base64.b64decode(json.loads(event.envelope)["payload"])
        signers = [OFFICERS["aigerim"]]
        for kind in (PAYLOAD_TYPE_POSSESSION, "text/plain", PAYLOAD_TYPE_EVENT.upper()):
            named = render_envelope(sign_payload(payload, signers, payload_type=kind))
            with pytest.raises(EnvelopeError):
                verify_submission(named, keys)
            tried += 1
    return tried


def test_of_every_kind_only_the_event_is_one() -> None:
    tried = refuse_other_meanings(life(FEW[0]))
    assert tried == len(KINDS) * 11


@pytest.mark.deep
def test_of_every_kind_in_every_fund_only_the_event_is_one() -> None:
    tried = sum(refuse_other_meanings(life(origin)) for origin in ORIGINS)
    tally("payloads of 49 kinds signed as something else, submitted as events", tried, tried)


# -- checkpoints


def checkpoints() -> dict[str, bytes]:
    """A checkpoint of the same records for every origin, by the same key."""
    root = leaf_hash(b"the same records")
    return {
        origin: sign_checkpoint(Checkpoint(origin, 1, root), NoteSigner(origin, LOG_KEY))
        for origin in ORIGINS
    }


def renamed(note: bytes, origin: str) -> bytes:
    """The note with its line under another log's name and id; the signature is what it was."""
    *_, line = note.rstrip(b"\n").split(b"\n")
    blob = base64.b64decode(line.rsplit(b" ", 1)[1])
    vkey = VerifierKey(origin, LOG_KEY.public_key)
    signature = NoteSignature(origin, vkey.key_id, blob[4:])
    return render_note(Note(note[: note.rindex(b"\n\n") + 1], (signature,)))


def test_a_checkpoint_is_of_its_own_log_only() -> None:
    tried = 0
    for (one, note), two in product(checkpoints().items(), ORIGINS):
        vkey = VerifierKey(two, LOG_KEY.public_key)
        if one == two:
            assert verify_checkpoint(note, vkey).origin == one
            continue
        for forged in (note, renamed(note, two), note.replace(one.encode(), two.encode())):
            with pytest.raises(LedgerError):
                verify_checkpoint(forged, vkey)
            tried += 1
    tally("checkpoints shown as those of another log with the same key", tried, tried)


@pytest.mark.parametrize(
    "what", ["event", "possession", "payload as a possession", "payload of no type"]
)
def test_what_an_officer_signs_is_no_checkpoint(what: str) -> None:
    """Even for one who trusts an officer's key as the log's: officers never sign bare text."""
    officer, origin = OFFICERS["aigerim"], ORIGINS[0]
    text = render_checkpoint(Checkpoint(origin, 1, leaf_hash(b"")))
    made = messages(origin, text, officer.public_key) | forgeries(text)
    vkey = VerifierKey(origin, officer.public_key)
    signature = NoteSignature(origin, vkey.key_id, officer.sign(made[what]))
    with pytest.raises(SignatureError):
        verify_checkpoint(render_note(Note(text, (signature,))), vkey)


# -- the sets of keys


def test_the_log_key_and_the_officers_keys_are_never_one() -> None:
    fund = fund_under()
    enrolment = fund.enrolment("saule", fund.log_signer)
    answer = fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **enrolment)
    assert verdict_of(answer) == "refused"
    assert fund.log_signer.public_key.keyid not in fund.state.keys
    second = fund.enrol("saule", "second")
    for key in (second, fund.signers["saule"], fund.log_signer):
        vkey = render_vkey(VerifierKey(fund.fund, key.public_key))
        answer = fund.act("log_key.rotated", "gulnara", cosigners=["nurlan"], log_key=vkey)
        assert verdict_of(answer) == "refused"
        assert fund.state.log_key == fund.log_key


def test_a_log_key_of_before_is_not_enrolled_either() -> None:
    fund = fund_under()
    vkey = render_vkey(VerifierKey(fund.fund, signer_of("next log key").public_key))
    fund.govern("log_key.rotated", log_key=vkey)
    for key in (fund.log_signer, signer_of("next log key")):
        members = fund.enrolment("saule", key)
        answer = fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **members)
        assert verdict_of(answer) == "refused"


def test_a_proof_of_possession_is_for_one_fund_officer_and_key() -> None:
    fund, key = fund_under(), signer_of("a new key")
    good = fund.enrolment("saule", key)
    elsewhere = signer_of("a new key").sign(
        possession_message("staging/harbour", "saule", key.public_key)
    )
    for_another = key.sign(possession_message(fund.fund, "marat", key.public_key))
    of_another = key.sign(possession_message(fund.fund, "saule", signer_of("b").public_key))
    as_an_event = key.sign(pae(PAYLOAD_TYPE_EVENT, b"{}"))
    before = len(fund.records)
    for proof in (elsewhere, for_another, of_another, as_an_event, bytes(64)):
        forged = good | {"possession": base64.b64encode(proof).decode()}
        with pytest.raises(SignatureError):
            fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **forged)
    assert len(fund.records) == before
    assert key.public_key.keyid not in fund.state.keys
    fund.govern("key.enrolled", **good)
