"""An approval is for one proposal, to its last byte: moved, or the proposal altered, it is nothing.

An officer approves what the author shows; the author then hands in something else. Or the ledger
itself pretends that the approval was for another proposal.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.drafts import payload_of
from ledger.domain.outcome import Rejection
from ledger.domain.record import event_id_of, parse_record
from ledger.kernel.errors import LedgerError, SignatureError
from ledger.signing.base64_text import decode_base64, encode_base64
from ledger.signing.dsse import render_envelope, sign_payload
from tests.support.bundle_writer import Forger, audited, canonical, copy_of
from tests.support.hostile_log import placed
from tests.support.small_fund import codes_of, verdict_of
from tests.support.tally import tally
from tests.support.thousand_events import (
    ACT_HABITS,
    ADOPTION,
    BOOK_HABITS,
    CHARTER_HABITS,
    FACT_HABITS,
    REGISTRY_HABITS,
    BusyFund,
    Habit,
    begin,
    stand,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

HABITS = {
    habit.name: habit
    for habit in (
        *CHARTER_HABITS,
        ADOPTION,
        *REGISTRY_HABITS,
        *ACT_HABITS,
        *BOOK_HABITS,
        *FACT_HABITS,
    )
    if habit.waits
}
FACTS = {habit.name for habit in FACT_HABITS}
SAMPLE = ("acquisition.proposed.v1", "transfer.released.v1", "officer.appointed.v1")


@cache
def beginning(*, suspended: bool) -> BusyFund:
    """A fund with open proposals, under its mandate; facts wait only while it is suspended."""
    fund = begin(BusyFund())
    stand(fund)
    if suspended:
        fund.suspend()
    return fund


@cache
def shown(kind: str) -> tuple[BusyFund, dict[str, Any], tuple[bytes, ...]]:
    """The fund, the proposal as its author shows it, and the approvals that are signed for it."""
    habit = HABITS[kind]
    fund = copy_of(beginning(suspended=kind in FACTS))
    assert isinstance(fund, BusyFund)
    members = fund.members(habit.kind, habit.author, **habit.fields(fund))
    fund.tick()
    proposal = event_id_of(payload_of(members))
    approvals = [
        fund.sign(fund.members("approval.given", officer, proposal=proposal))
        for officer in habit.seconds
    ]
    return fund, members, tuple(approvals)


def other_text(text: str) -> str:
    """Another text of the same form."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return "2026-01-04" if text != "2026-01-04" else "2026-01-03"
    if re.fullmatch(r"[0-9T:.Z-]{27}", text):
        return text[:-2] + ("1Z" if text[-2] != "1" else "2Z")
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return f"{int(text.partition('.')[0]) + 1}"
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return text[:-1] + ("0" if text[-1] != "0" else "1")
    known = {"cold-1": "cold-2", "cold-2": "cold-1", "BTC": "BNB", "BNB": "BTC", "USD": "EUR"}
    return known.get(text) or text[:-1] + ("a" if text[-1] != "a" else "b")


def alterations(value: Any) -> Iterator[Any]:
    """The value with one thing in it changed, at every depth."""
    if isinstance(value, str):
        yield other_text(value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, list):
        yield [*value, *value[:1]] if value else ["00" * 32]
        if value:
            yield value[1:]
        for at, item in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in alterations(item))
    else:
        for name, item in value.items():
            yield from ({**value, name: other} for other in alterations(item))
            yield {key: kept for key, kept in value.items() if key != name}


def altered(members: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every proposal that differs from the one that was shown, by the member that differs."""
    for name, value in members.items():
        for other in alterations(value):
            if other != value:
                yield name, {**members, name: other}
        yield name, {key: kept for key, kept in members.items() if key != name}
    yield "purpose", {**members, "purpose": "another"}


def signed_by_author(fund: BusyFund, habit: Habit, members: dict[str, Any]) -> bytes:
    """The author has only one key, whatever the proposal says."""
    return render_envelope(sign_payload(canonical(members), [fund.signers[habit.author]]))


def holdings(fund: BusyFund) -> dict[Any, tuple[int, int]]:
    found = fund.state.balances.items()
    return {place: (balance.held, balance.in_transit) for place, balance in found}


def take_in(fund: BusyFund, envelope: bytes) -> str:
    """What becomes of the altered proposal by itself."""
    try:
        return verdict_of(fund.submit(envelope))
    except LedgerError:
        return "not taken"


def try_alteration(kind: str, members: dict[str, Any]) -> str:
    """The author hands in the altered proposal; the approvals of the other one arrive after it."""
    origin, _, approvals = shown(kind)
    habit, fund = HABITS[kind], copy_of(origin)
    assert isinstance(fund, BusyFund)
    envelope = signed_by_author(fund, habit, members)
    before, forger = holdings(fund), Forger.of(fund)
    became = take_in(fund, envelope)
    assert became != "effective"
    other = event_id_of(canonical(members))
    for approval in approvals:
        answer = fund.submit(approval)
        assert (verdict_of(answer), codes_of(answer)) == ("refused", ["proposal_unknown"])
    assert holdings(fund) == before
    waiting = fund.state.proposals.get(other)
    assert (waiting is not None) == (became == "pending")
    assert waiting is None or (len(waiting.signatures), waiting.effective) == (1, False)
    pretend(forger, fund, envelope, (became, other), approvals)
    return became


def pretend(
    forger: Forger, fund: BusyFund, envelope: bytes, made: tuple[str, str], approvals: Any
) -> None:
    """The ledger records that the approvals completed the altered proposal all the same."""
    became, other = made
    recorded = became in {"pending", "refused"}
    if recorded:
        forger.records.append(fund.records[len(forger.records)])
    else:
        forger.append(envelope, "pending")
    effect = {"event": other, "findings": [], "verdict": "effective"}
    *first, last = approvals
    for approval in first:
        forger.append(approval)
    forger.append(last, effects=[effect])
    report = audited(forger.build(), forger.trust())
    lie = len(forger.records) - len(approvals) + (1 if recorded else 0)
    code, position = placed(report)[0]
    assert position == lie
    # A kind or rule type of a later version is never valid, and by itself it accuses no one.
    undecided = code in {"unknown_kind", "unknown_rule_type"}
    assert report.verdict == ("undecidable" if undecided else "proven_bad")


def control(kind: str) -> None:
    """The proposal that was shown, and the approvals for it: it is effective."""
    origin, members, approvals = shown(kind)
    fund, habit = copy_of(origin), HABITS[kind]
    assert isinstance(fund, BusyFund)
    assert take_in(fund, signed_by_author(fund, habit, members)) == "pending"
    answers = [fund.submit(approval) for approval in approvals]
    assert {verdict_of(answer) for answer in answers} == {"effective"}
    answer = answers[-1]
    assert not isinstance(answer, Rejection)
    (effect,) = answer.outcome.effects
    assert (effect.event_id, effect.verdict) == (event_id_of(payload_of(members)), "effective")


@pytest.mark.parametrize("kind", SAMPLE)
def test_an_approval_of_what_was_shown_counts_for_nothing_else(kind: str) -> None:
    control(kind)
    became = [try_alteration(kind, members) for _, members in altered(shown(kind)[1])]
    assert "pending" in became


@pytest.mark.deep
@pytest.mark.parametrize("kind", sorted(set(HABITS) - set(SAMPLE)))
def test_an_approval_counts_for_nothing_else_whatever_member_is_altered(kind: str) -> None:
    control(kind)
    names, became = set(), []
    for name, members in altered(shown(kind)[1]):
        names.add(name)
        became.append(try_alteration(kind, members))
    assert names >= set(shown(kind)[1])
    assert "pending" in became
    tally("members of proposals altered after their approval", len(became), len(became))


# -- an approval moved


def two_waiting() -> tuple[BusyFund, str, str]:
    """Two proposals wait: the approved one, and a larger one of the same author."""
    fund = copy_of(beginning(suspended=False))
    assert isinstance(fund, BusyFund)
    small = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition("1", "40000"))
    large = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition("10", "400000"))
    return fund, small, large


def with_proposal(envelope: bytes, proposal: str) -> bytes:
    """The same envelope with another proposal in its body."""
    value = json.loads(envelope)
    body = json.loads(decode_base64(value["payload"])) | {"proposal": proposal}
    return canonical(value | {"payload": encode_base64(canonical(body))})


def test_an_approval_moved_to_another_proposal_has_no_signature() -> None:
    fund, small, large = two_waiting()
    fund.tick()
    approval = fund.sign(fund.members("approval.given", "daniyar", proposal=small))
    moved = with_proposal(approval, large)
    size = len(fund.records)
    with pytest.raises(SignatureError):
        fund.submit(moved)
    assert len(fund.records) == size
    assert not fund.state.proposals[large].effective
    forger = Forger.of(fund)
    effect = {"event": large, "findings": [], "verdict": "effective"}
    forger.append(moved, effects=[effect])
    assert placed(audited(forger.build(), forger.trust())) == [("signature_bad", size + 1)]


def test_the_effect_of_an_approval_is_on_its_own_proposal() -> None:
    fund, small, large = two_waiting()
    fund.approve(small, "daniyar")
    assert not fund.state.proposals[large].effective
    position = len(fund.records)
    for effects in (
        [{"event": large, "findings": [], "verdict": "effective"}],
        [{"event": at, "findings": [], "verdict": "effective"} for at in (small, large)],
        [{"event": at, "findings": [], "verdict": "effective"} for at in (large, small)],
    ):
        forger = Forger.of(fund)
        forger.forge_outcome(position, effects=effects)
        found = placed(audited(forger.build(), forger.trust()))
        assert found == [("outcome_differs", position)]


def test_an_approval_is_worth_one_approval_however_often_it_comes() -> None:
    """Again as it was, and recorded a second time by the ledger itself."""
    fund, _, _ = two_waiting()
    asked = fund.acquisition("20", "800000")
    large = fund.pend("acquisition.proposed", "aigerim", **asked)
    fund.approve(large, "daniyar")
    again = json.dumps(json.loads(fund.records[-1])["envelope"], separators=(",", ":")).encode()
    assert verdict_of(fund.submit(again)) == "duplicate"
    anew = fund.act("approval.given", "daniyar", proposal=large)
    assert codes_of(anew) == ["approved_already"]
    assert not fund.state.proposals[large].effective
    forger = Forger.of(fund)
    forger.append(again, effects=[{"event": large, "findings": [], "verdict": "effective"}])
    found = placed(audited(forger.build(), forger.trust()))
    assert found == [("rejected_duplicate", len(forger.records))]
    assert parse_record(forger.records[-1]).body["proposal"] == large
