"""Fewer officers than the mandate asks for, made to look like enough.

Two keys of one officer, the author's own word, a key that was revoked, an office that was lost, a
compromise reported before the quorum was complete. At each: admission does not count it, nothing
becomes effective; and a ledger that says it did is named by the audit.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.outcome import Rejection
from ledger.kernel.errors import EnvelopeError, LedgerError
from ledger.signing.dsse import add_signature, parse_envelope, render_envelope
from tests.support.books import quorum
from tests.support.bundle_writer import Forger, audited, copy_of
from tests.support.fund_simulator import signer_of
from tests.support.hostile_log import placed
from tests.support.small_fund import SmallFund, codes_of, fund_under, verdict_of
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.signing.signer import MemorySigner


@cache
def beginning() -> tuple[SmallFund, str]:
    """A purchase that two officers besides its author must approve; some have a second key."""
    fund = fund_under(quorum(2, "purchase"))
    for officer in ("aigerim", "daniyar", "marat"):
        fund.enrol(officer, "second")
    fund.appoint("aigerim", "RiskOfficer")  # an office that is asked, and still the author's
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    return fund, proposal


def second_key(fund: SmallFund, officer: str) -> MemorySigner:
    return signer_of(f"{fund.fund}:{officer}:second")


def start() -> tuple[SmallFund, str]:
    fund, proposal = beginning()
    copied = copy_of(fund)
    assert isinstance(copied, SmallFund)
    return copied, proposal


def approve(fund: SmallFund, officer: str, proposal: str, key: MemorySigner | None = None) -> Any:
    fund.tick()
    members = fund.members("approval.given", officer, proposal=proposal)
    return fund.submit(fund.sign(members, keys={officer: key} if key else None))


def check_waiting(fund: SmallFund, proposal: str, counted: int) -> None:
    """It waits, so many officers besides the author signed for it, and nothing was bought."""
    waiting = fund.state.proposals[proposal]
    assert not waiting.effective
    assert len({sign.officer for sign in waiting.signatures} - {"aigerim"}) == counted
    assert fund.balance() == (0, 0, 0, 0)
    settled = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal))
    assert verdict_of(settled) == "pending"  # what happened without authority waits itself
    assert fund.balance() == (0, 0, 0, 0)


def pretend(fund: SmallFund, proposal: str, position: int) -> list[tuple[str, int | None]]:
    """What an audit says if the ledger lets the record at this position complete the proposal."""
    forger = Forger.of(fund)
    effect = {"event": proposal, "findings": [], "verdict": "effective"}
    forger.forge_outcome(position, verdict="effective", findings=[], effects=[effect])
    return placed(audited(forger.build(), forger.trust()))


def check_lie(fund: SmallFund, proposal: str, position: int | None = None) -> None:
    at = position or len(fund.records)
    found = pretend(fund, proposal, at)
    after = [("not_decided", at + 1)] if at < len(fund.records) else []
    assert found == [("outcome_differs", at), *after]


def test_two_officers_complete_it() -> None:
    fund, proposal = start()
    approve(fund, "daniyar", proposal)
    check = approve(fund, "marat", proposal)
    assert verdict_of(check) == "effective"
    assert fund.state.proposals[proposal].effective


def test_one_officer_with_two_keys_counts_once() -> None:
    fund, proposal = start()
    approve(fund, "daniyar", proposal)
    again = approve(fund, "daniyar", proposal, second_key(fund, "daniyar"))
    assert codes_of(again) == ["approved_already"]
    check_lie(fund, proposal)
    check_waiting(fund, proposal, 1)


def test_two_keys_of_one_officer_do_not_sign_one_envelope() -> None:
    fund, proposal = start()
    fund.tick()
    honest = fund.sign(fund.members("approval.given", "daniyar", proposal=proposal))
    both = render_envelope(add_signature(parse_envelope(honest), second_key(fund, "daniyar")))
    assert verdict_of(fund.submit(both)) == "signers_differ"
    forger = Forger.of(fund)
    effect = {"event": proposal, "findings": [], "verdict": "effective"}
    forger.append(both, effects=[effect])
    found = placed(audited(forger.build(), forger.trust()))
    assert found == [("rejected_signers_differ", len(forger.records))]


def test_one_key_does_not_sign_twice() -> None:
    fund, proposal = start()
    honest = fund.sign(fund.members("approval.given", "daniyar", proposal=proposal))
    with pytest.raises(EnvelopeError):
        add_signature(parse_envelope(honest), fund.signers["daniyar"])
    value = json.loads(honest)
    value["signatures"] *= 2
    with pytest.raises(LedgerError):
        fund.submit(json.dumps(value, separators=(",", ":")).encode())


@pytest.mark.parametrize("key", ["first", "second"])
def test_the_author_does_not_approve_whatever_the_key_or_office(key: str) -> None:
    fund, proposal = start()
    signer = second_key(fund, "aigerim") if key == "second" else None
    own = approve(fund, "aigerim", proposal, signer)
    assert codes_of(own) == ["self_approval"]
    approve(fund, "daniyar", proposal)
    check_lie(fund, proposal)
    check_waiting(fund, proposal, 1)


def test_the_author_does_not_count_as_a_cosigner_of_another_approval() -> None:
    fund, proposal = start()
    fund.tick()
    members = fund.members("approval.given", "daniyar", cosigners=["aigerim"], proposal=proposal)
    assert verdict_of(fund.submit(fund.sign(members))) == "effective"
    check_lie(fund, proposal)
    check_waiting(fund, proposal, 1)


def test_the_author_is_no_cosigner_of_the_own_proposal() -> None:
    fund, _ = start()
    with pytest.raises(LedgerError):
        fund.act("acquisition.proposed", "aigerim", cosigners=["aigerim"], **fund.acquisition())


def test_a_revoked_key_approves_nothing() -> None:
    fund, proposal = start()
    approve(fund, "daniyar", proposal)
    fund.do("key.revoked", "marat", key=fund.keyid("marat"), reason="Lost")
    late = approve(fund, "marat", proposal)
    assert isinstance(late, Rejection)
    assert late.code == "key_not_good"
    forger = Forger.of(fund)
    envelope = fund.sign(fund.members("approval.given", "marat", proposal=proposal))
    effect = {"event": proposal, "findings": [], "verdict": "effective"}
    forger.append(envelope, effects=[effect])
    found = placed(audited(forger.build(), forger.trust()))
    assert found == [("rejected_key_not_good", len(forger.records))]
    check_waiting(fund, proposal, 1)


def test_an_approval_of_before_the_revocation_still_counts() -> None:
    """Revocation reaches nothing that was signed before it: only a reported compromise does."""
    fund, proposal = start()
    approve(fund, "marat", proposal)
    fund.do("key.revoked", "marat", key=fund.keyid("marat"), reason="Worn out")
    approve(fund, "daniyar", proposal)
    assert fund.state.proposals[proposal].effective


@pytest.mark.parametrize("since", [-2, 0])
def test_a_reported_compromise_reaches_the_approval(since: int) -> None:
    fund, proposal = start()
    approve(fund, "marat", proposal)
    approved_at = len(fund.records)
    reported = {"key": fund.keyid("marat"), "reason": "Stolen"}
    fund.do("key.revoked", "marat", compromised_since=approved_at + since, **reported)
    assert verdict_of(approve(fund, "daniyar", proposal)) == "effective"  # itself, and no more
    check_lie(fund, proposal)
    waiting = fund.state.proposals[proposal]
    assert not waiting.effective
    approve(fund, "marat", proposal, second_key(fund, "marat"))
    assert waiting.effective


def test_a_compromise_from_after_the_approval_does_not_reach_it() -> None:
    fund, proposal = start()
    approve(fund, "marat", proposal)
    reported = {"key": fund.keyid("marat"), "reason": "Stolen"}
    fund.do("key.revoked", "marat", compromised_since=len(fund.records) + 1, **reported)
    approve(fund, "daniyar", proposal)
    assert fund.state.proposals[proposal].effective


def test_a_relieved_officer_s_approval_no_longer_counts() -> None:
    fund, proposal = start()
    approve(fund, "marat", proposal)
    fund.relieve("marat", "RiskOfficer")
    approve(fund, "daniyar", proposal)
    check_lie(fund, proposal)
    check_waiting(fund, proposal, 2)


def test_a_relieved_officer_approves_nothing() -> None:
    fund, proposal = start()
    approve(fund, "daniyar", proposal)
    fund.relieve("marat", "RiskOfficer")
    late = approve(fund, "marat", proposal)
    assert codes_of(late) == ["officer_not_in_office"]
    check_lie(fund, proposal)
    check_waiting(fund, proposal, 1)


def test_an_approval_after_the_proposal_lapsed_completes_nothing() -> None:
    fund, proposal = start()
    approve(fund, "daniyar", proposal)
    fund.tick(days=31)
    late = approve(fund, "marat", proposal)
    assert codes_of(late) == ["proposal_unknown"]
    found = pretend(fund, proposal, len(fund.records))
    assert found == [("outcome_differs", len(fund.records))]


def test_one_governor_is_not_the_charter_s_quorum_with_two_keys() -> None:
    """The charter counts its author; a second key of the author is nobody else."""
    fund, _ = start()
    fund.enrol("gulnara", "second")
    members = fund.appointment("timur", "Clerk")
    proposal = fund.pend("officer.appointed", "gulnara", **members)
    own = approve(fund, "gulnara", proposal, second_key(fund, "gulnara"))
    assert codes_of(own) == ["self_approval"]
    check_lie(fund, proposal)
    assert "timur" not in fund.state.officers
    approve(fund, "saule", proposal)
    assert "timur" in fund.state.officers


# -- every sequence of good and bad answers

STEPS: dict[str, Callable[[SmallFund, str], Any]] = {
    "daniyar": lambda fund, p: approve(fund, "daniyar", p),
    "daniyar, second key": lambda fund, p: approve(fund, "daniyar", p, second_key(fund, "daniyar")),
    "marat": lambda fund, p: approve(fund, "marat", p),
    "the author": lambda fund, p: approve(fund, "aigerim", p),
    "the author, second key": lambda fund, p: approve(
        fund, "aigerim", p, second_key(fund, "aigerim")
    ),
    "an office not asked": lambda fund, p: approve(fund, "bolat", p),
    "marat's key reported": lambda fund, _p: fund.act(
        "key.revoked", "marat", key=fund.keyid("marat"), reason="Stolen", compromised_since=1
    ),
    "daniyar relieved": lambda fund, _p: fund.act(
        "officer.relieved",
        "gulnara",
        cosigners=["nurlan"],
        officer="daniyar",
        office="ChiefInvestmentOfficer",
        reason="Left",
    ),
    "marat, second key": lambda fund, p: approve(fund, "marat", p, second_key(fund, "marat")),
}


def complete_after(steps: tuple[str, ...]) -> int:
    """After how many of these steps two good officers besides the author have approved; 0: never.

    Told in plain words: a key that was reported is out, with all that it signed; so is an officer
    who was relieved. Marat's second key was never reported, but who counts already says it once.
    """
    approved: set[tuple[str, str]] = set()
    lost: set[str] = set()
    for number, step in enumerate(steps, start=1):
        name, _, key = step.partition(", ")
        if step == "marat's key reported":
            lost.add("marat's first key")
            approved.discard(("marat", ""))
        elif step == "daniyar relieved":
            lost.add("daniyar")
            approved = {entry for entry in approved if entry[0] != "daniyar"}
        elif name in {officer for officer, _ in approved}:
            continue
        elif name == "daniyar" and "daniyar" not in lost:
            approved.add(("daniyar", key))
        elif name == "marat" and (key or "marat's first key" not in lost):
            approved.add(("marat", key))
        answers = step.startswith(("daniyar", "marat")) and "relieved" not in step
        if answers and "reported" not in step and len({officer for officer, _ in approved}) == 2:
            return number
    return 0


def try_sequence(steps: tuple[str, ...]) -> None:
    fund, proposal = start()
    expected = complete_after(steps)
    for number, step in enumerate(steps, start=1):
        STEPS[step](fund, proposal)
        effective = fund.state.proposals[proposal].effective
        assert effective is (0 < expected <= number), steps[:number]
        if effective:
            return
    check_never(fund, proposal)


def check_never(fund: SmallFund, proposal: str) -> None:
    """Whatever the ledger writes into its last record, it did not complete the proposal."""
    found = pretend(fund, proposal, len(fund.records))
    assert [entry[0] for entry in found] == ["outcome_differs"]


def test_some_sequences_of_answers_count_as_told() -> None:
    for steps in [*product(STEPS, repeat=3)][::31]:
        try_sequence(steps)


@pytest.mark.deep
@pytest.mark.parametrize("first", STEPS)
def test_every_sequence_of_four_answers_counts_as_told(first: str) -> None:
    tried = 0
    for rest in product(STEPS, repeat=3):
        try_sequence((first, *rest))
        tried += 1
    tally("sequences of four good and bad answers to one proposal", tried, tried)
