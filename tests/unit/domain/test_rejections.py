"""Every rejection, provoked: answered, never recorded, and nothing has moved.

A rejection leaves the log as it was; so after each of them the state's digest is that of the log
alone at the same instant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.admit import admit
from ledger.domain.apply import advance
from ledger.domain.digest import state_digest
from ledger.domain.drafts import payload_of
from ledger.domain.outcome import Rejection
from ledger.domain.rejections import REJECTIONS
from ledger.domain.verified import open_event
from ledger.kernel.errors import AuthorityError, BodyError, EnvelopeError, SignatureError
from ledger.kernel.limits import VALIDITY_DAYS_MAX
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import parse_envelope, render_envelope, sign_payload
from tests.support.fund_simulator import GROUNDS, replayed, signer_of
from tests.support.small_fund import SmallFund, fund_under, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Admission, Refusal

    Played = tuple[SmallFund, Admission | Refusal | Rejection]

SCENES: dict[str, Callable[[], Played]] = {}


def scene(code: str) -> Callable[[Callable[[], Played]], Callable[[], Played]]:
    def enter(play: Callable[[], Played]) -> Callable[[], Played]:
        assert code not in SCENES
        SCENES[code] = play
        return play

    return enter


@pytest.mark.parametrize("code", REJECTIONS)
def test_every_rejection_is_provoked_and_moves_nothing(code: str) -> None:
    assert code in SCENES, "no envelope provokes this rejection"
    fund, answer = SCENES[code]()
    assert isinstance(answer, Rejection)
    assert answer.code == code
    assert answer.detail.startswith(REJECTIONS[code])
    assert len(fund.records) == fund.state.position
    if fund.records and code != "time_reversed":
        before = replayed(fund.records)
        assert fund.last is not None
        advance(before, fund.last, fund.now)
        assert state_digest(fund.state) == state_digest(before)


def test_there_is_no_scene_without_a_rejection() -> None:
    assert [code for code in SCENES if code not in REJECTIONS] == []


def fact(simulator: SmallFund, **fields: Any) -> dict[str, Any]:
    base = {"fact": "audited", "subject": "fund", "value": True, **GROUNDS}
    return {**simulator.members("fact.recorded", "aigerim", **base), **fields}


TOLD = {
    "wrong_fund": ("test/other, and this is test/harbour", ""),
    "not_constituted": ("", ""),
    "constitution_refused": ("quorum_impossible: expected at most 2, found 3", ""),
    "constituted_already": ("", ""),
    "duplicate": ("", "ask for its receipt"),
    "unknown_key": ("", ""),
    "key_not_good": ("", "not revoked"),
    "signers_differ": ("", "and nobody else"),
    "reference_used": ("A-1", "a reference of its own"),
    "expired": ("2026-01-05T09:12:59.000000Z", "a later valid_until"),
    "valid_too_long": ("2027-02-09T09:13:01.000000Z", ""),
    "time_reversed": ("2026-01-05T09:11:59.000000Z after 2026-01-05T09:13:00.000000Z", ""),
    "book_unreadable": ("a required field is missing (at title)", ""),
}


@pytest.mark.parametrize("code", REJECTIONS)
def test_what_a_rejection_says(code: str) -> None:
    """What the rule is, what was found, and what to do next."""
    _, answer = SCENES[code]()
    found, hint = TOLD[code]
    assert isinstance(answer, Rejection)
    assert answer.detail == REJECTIONS[code] + (f": {found}" if found else "")
    assert hint in answer.hint
    assert bool(hint) == bool(answer.hint)


def test_a_constitution_is_refused_for_the_first_law_that_it_breaks() -> None:
    fund = SmallFund()
    members = fund.constitution()
    members["charter"]["quorum"] = 3
    members["protocol"] = 7
    answer = fund.submit(fund.sign(members))
    assert isinstance(answer, Rejection)
    assert ": protocol_unknown: " in answer.detail
    assert "quorum_impossible" not in answer.detail


def test_the_bounds_of_validity_themselves_pass() -> None:
    fund = fund_under()
    for until in (fund.now, fund.instant(days=VALIDITY_DAYS_MAX)):
        assert verdict_of(fund.submit(fund.sign(fact(fund, valid_until=until)))) == "effective"
    moment = fund.instant(days=VALIDITY_DAYS_MAX)[:-2] + "1Z"
    assert verdict_of(fund.submit(fund.sign(fact(fund, valid_until=moment)))) == "valid_too_long"


@scene("wrong_fund")
def signed_for_another_fund() -> Played:
    fund = fund_under()
    return fund, fund.submit(fund.sign(fact(fund, fund="test/other")))


@scene("not_constituted")
def before_the_constitution() -> Played:
    fund, other = SmallFund(), fund_under()
    envelope = other.sign(fact(other))
    opened = open_event(parse_envelope(envelope), envelope, other.state.keys)
    event = opened.verified(verify_all(opened.checks))
    advance(fund.state, event, fund.now)
    return fund, admit(fund.state, event, fund.now, fund.engine)


@scene("constitution_refused")
def a_constitution_that_breaks_a_law() -> Played:
    fund = SmallFund()
    members = fund.constitution()
    members["charter"]["quorum"] = 3
    return fund, fund.submit(fund.sign(members))


@scene("constituted_already")
def constituted_twice() -> Played:
    fund = fund_under()
    fund.tick()
    return fund, fund.submit(fund.sign(fund.constitution()))


@scene("time_reversed")
def the_clock_goes_back() -> Played:
    fund = fund_under()
    fund.tick(seconds=-61)
    return fund, fund.submit(fund.sign(fact(fund)))


@scene("duplicate")
def the_same_bytes_again() -> Played:
    fund = fund_under()
    envelope = fund.sign(fact(fund))
    assert verdict_of(fund.submit(envelope)) == "effective"
    fund.tick()
    return fund, fund.submit(envelope)


@scene("expired")
def too_late() -> Played:
    fund = fund_under()
    return fund, fund.submit(fund.sign(fact(fund, valid_until=fund.instant(seconds=-1))))


@scene("valid_too_long")
def valid_for_ever() -> Played:
    fund = fund_under()
    until = fund.instant(days=VALIDITY_DAYS_MAX, seconds=1)
    return fund, fund.submit(fund.sign(fact(fund, valid_until=until)))


@scene("unknown_key")
def the_key_of_nobody() -> Played:
    fund = fund_under()
    envelope = fund.sign(fact(fund))
    event = replace(fund.verify(envelope), keyids=(signer_of("nobody").public_key.keyid,))
    fund.last = event
    advance(fund.state, event, fund.now)
    return fund, admit(fund.state, event, fund.now, fund.engine)


@scene("key_not_good")
def a_revoked_key() -> Played:
    fund = fund_under()
    fund.do("key.revoked", "gulnara", key=fund.keyid("aigerim"), reason="Lost")
    fund.tick()
    return fund, fund.submit(fund.sign(fact(fund)))


@scene("signers_differ")
def signed_by_another() -> Played:
    fund = fund_under()
    return fund, fund.submit(signed_by(fund, fact(fund), "bolat"))


@scene("reference_used")
def one_reference_for_two_events() -> Played:
    fund = fund_under()
    assert verdict_of(fund.submit(fund.sign(fact(fund, reference="A-1")))) == "effective"
    fund.tick()
    return fund, fund.submit(fund.sign(fact(fund, reference="A-1", value=False)))


@scene("book_unreadable")
def a_book_of_nothing() -> Played:
    fund = fund_under()
    return fund, fund.act("book.recorded", "gulnara", cosigners=["nurlan"], book={"book": "empty"})


def signed_by(fund: SmallFund, members: dict[str, Any], *officers: str) -> bytes:
    """The envelope signed by these officers, whoever should have signed."""
    signers = [fund.signers[name] for name in officers]
    return render_envelope(sign_payload(payload_of(members), signers))


# -- and what the table does not say --------------------------------------------------------------


@pytest.mark.parametrize(
    "other", ["production/harbour", "staging/harbour", "demo/harbour", "test/harbour-2"]
)
def test_nothing_signed_for_another_environment_or_fund_is_taken(other: str) -> None:
    fund = fund_under()
    assert verdict_of(fund.submit(fund.sign(fact(fund, fund=other)))) == "wrong_fund"


def test_a_constitution_that_was_refused_does_not_lock_the_log() -> None:
    fund, answer = SCENES["constitution_refused"]()
    assert isinstance(answer, Rejection)
    assert fund.records == []
    fund.tick()
    assert verdict_of(fund.submit(fund.sign(fund.constitution()))) == "effective"
    assert fund.state.position == 1


def test_another_payload_type_is_no_event() -> None:
    fund = fund_under()
    envelope = fund.sign(fact(fund))
    for other in (b"application/json", b"application/vnd.sovereign-custody.event.v2+json"):
        changed = envelope.replace(b"application/vnd.sovereign-custody.event.v1+json", other)
        with pytest.raises((EnvelopeError, SignatureError)):
            fund.submit(changed)
    possession = b"application/vnd.sovereign-custody.possession.v1+json"
    with pytest.raises((EnvelopeError, SignatureError)):
        fund.submit(
            envelope.replace(b"application/vnd.sovereign-custody.event.v1+json", possession)
        )


def test_a_key_that_the_log_does_not_know_is_no_authority() -> None:
    fund = fund_under()
    stranger = {"aigerim": signer_of("a stranger")}
    with pytest.raises(AuthorityError, match="unknown key") as caught:
        fund.submit(fund.sign(fact(fund), keys=stranger))
    assert caught.value.where == stranger["aigerim"].public_key.keyid


def test_an_altered_payload_does_not_verify() -> None:
    fund = fund_under()
    envelope = parse_envelope(fund.sign(fact(fund)))
    forged = replace(envelope, payload=envelope.payload.replace(b'"value":true', b'"value":false'))
    with pytest.raises(SignatureError):
        fund.submit(render_envelope(forged))


@pytest.mark.parametrize(
    "officers",
    [("aigerim",), ("aigerim", "bolat", "marat"), ("bolat",), ("aigerim", "marat")],
    ids=["cosigner missing", "one too many", "author missing", "another cosigner"],
)
def test_the_signatures_are_exactly_those_that_the_body_names(officers: tuple[str, ...]) -> None:
    fund = fund_under()
    members = fact(fund, cosigners=["bolat"])
    assert verdict_of(fund.submit(signed_by(fund, members, *officers))) == "signers_differ"
    assert verdict_of(fund.submit(signed_by(fund, members, "aigerim", "bolat"))) == "effective"


def test_two_keys_of_the_author_do_not_make_a_cosigner() -> None:
    fund = fund_under()
    second = fund.enrol("aigerim", "second")
    fund.tick()
    fund.signers["aigerim-2"] = second
    envelope = signed_by(fund, fact(fund, cosigners=["bolat"]), "aigerim", "aigerim-2")
    assert verdict_of(fund.submit(envelope)) == "signers_differ"


SIXTEEN = sorted(f"o{number}" for number in range(16))


@pytest.mark.parametrize(
    "cosigners",
    [["aigerim"], ["bolat", "bolat"], ["marat", "bolat"], ["Bolat"], [""], SIXTEEN],
    ids=["the author", "twice", "out of order", "misspelt", "empty", "sixteen"],
)
def test_a_malformed_list_of_cosigners_is_no_body(cosigners: list[str]) -> None:
    fund = fund_under()
    with pytest.raises(BodyError):
        payload_of(fact(fund, cosigners=cosigners))


def test_the_last_instant_is_still_in_time() -> None:
    fund = fund_under()
    assert verdict_of(fund.submit(fund.sign(fact(fund, valid_until=fund.now)))) == "effective"
    until = fund.instant(days=VALIDITY_DAYS_MAX)
    assert verdict_of(fund.submit(fund.sign(fact(fund, valid_until=until)))) == "effective"


def test_a_duplicate_stays_one_to_its_last_instant_and_is_then_expired() -> None:
    fund = fund_under()
    until = fund.instant(days=1)
    envelope = fund.sign(fact(fund, valid_until=until))
    assert verdict_of(fund.submit(envelope)) == "effective"
    fund.now = until
    assert verdict_of(fund.submit(envelope)) == "duplicate"
    for days in (0, 1, 2, 500):
        fund.tick(days=days, seconds=1)
        assert verdict_of(fund.submit(envelope)) in {"duplicate", "expired"}
    assert fund.state.position == len(fund.records)


def test_a_refused_event_is_a_duplicate_too_but_leaves_its_reference() -> None:
    fund = fund_under()
    refused = fund.sign(fact(fund, reference="A-1", value_date=fund.day(2)))
    assert verdict_of(fund.submit(refused)) == "refused"
    fund.tick()
    assert verdict_of(fund.submit(refused)) == "duplicate"
    assert verdict_of(fund.submit(fund.sign(fact(fund, reference="A-1")))) == "effective"


def test_a_reference_belongs_to_its_author() -> None:
    fund = fund_under()
    assert verdict_of(fund.submit(fund.sign(fact(fund, reference="A-1")))) == "effective"
    other = fact(fund, reference="A-1", author="bolat")
    assert verdict_of(fund.submit(fund.sign(other))) == "effective"
    fund.tick(days=300)
    again = fact(fund, reference="A-1", value=False)
    assert verdict_of(fund.submit(fund.sign(again))) == "reference_used"


def test_a_pending_event_uses_its_reference_even_if_it_lapses() -> None:
    fund = SmallFund()
    fund.constitute()
    appointment = fund.appointment("zhanar", "RiskOfficer")
    first = fund.members("officer.appointed", "gulnara", reference="A-1", **appointment)
    assert verdict_of(fund.submit(fund.sign(first))) == "pending"
    fund.tick(days=31)
    again = fund.members("officer.appointed", "gulnara", reference="A-1", **appointment)
    assert verdict_of(fund.submit(fund.sign(again))) == "reference_used"


def test_a_key_signs_the_record_of_its_own_revocation_and_no_later_one() -> None:
    fund = fund_under()
    own = {"key": fund.keyid("bolat"), "reason": "Lost"}
    assert verdict_of(fund.act("key.revoked", "bolat", **own)) == "effective"
    assert verdict_of(fund.state_fact("bolat")) == "key_not_good"


def test_a_new_key_signs_from_the_position_after_its_enrolment() -> None:
    fund = fund_under()
    signer = signer_of("new")
    members = fund.members("key.enrolled", "bolat", **fund.enrolment("bolat", signer))
    with pytest.raises(AuthorityError):
        fund.submit(fund.sign(members, keys={"bolat": signer}))
    fund.enrol("bolat", "second")
    fund.signers["bolat"] = signer_of(f"{fund.fund}:bolat:second")
    assert verdict_of(fund.state_fact("bolat")) == "effective"


def test_the_same_instant_is_not_a_clock_that_goes_back() -> None:
    fund = fund_under()
    before = fund.state.recorded_at
    assert verdict_of(fund.submit(fund.sign(fact(fund)))) == "effective"
    assert fund.state.recorded_at == before


def test_a_clock_that_goes_back_changes_nothing_at_all() -> None:
    fund = fund_under()
    before = state_digest(fund.state)
    fund.now = "2020-01-01T00:00:00.000000Z"
    answer = fund.submit(fund.sign(fact(fund, valid_until="2026-12-01T00:00:00.000000Z")))
    assert verdict_of(answer) == "time_reversed"
    assert state_digest(fund.state) == before


def test_precedence_of_rejections() -> None:
    """Fund, time, duplicate, expiry, keys, signers, reference: the first that applies is told."""
    fund = fund_under()
    fund.do("key.revoked", "gulnara", key=fund.keyid("marat"), reason="Lost")
    fund.tick()
    fund.submit(fund.sign(fact(fund, reference="A-1")))
    late = fund.instant(seconds=-1)
    all_wrong = {"reference": "A-1", "valid_until": late, "value": False, "cosigners": ["marat"]}
    other = fact(fund, fund="test/other", **all_wrong)
    assert verdict_of(fund.submit(signed_by(fund, other, "marat"))) == "wrong_fund"
    own = fact(fund, **all_wrong)
    assert verdict_of(fund.submit(signed_by(fund, own, "marat"))) == "expired"
    fresh = {**own, "valid_until": fund.instant(days=1)}
    assert verdict_of(fund.submit(signed_by(fund, fresh, "marat"))) == "key_not_good"
    assert verdict_of(fund.submit(signed_by(fund, fresh, "bolat"))) == "signers_differ"
    alone = {**fresh, "cosigners": []}
    assert verdict_of(fund.submit(signed_by(fund, alone, "aigerim"))) == "reference_used"


def test_a_rejection_at_the_end_of_the_calendar_is_an_answer_too() -> None:
    """A bundle may claim any instant: admission answers, it does not fall over."""
    fund = SmallFund(now="9999-11-22T00:00:00.000000Z")
    members = fund.constitution(valid_until="9999-12-31T23:59:59.000000Z")
    fund.now = "9999-12-31T23:59:00.000000Z"
    assert verdict_of(fund.submit(fund.sign(members))) == "effective"
