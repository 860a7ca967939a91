"""Deciding: laws first, then the charter or the mandate, then whether the approvals are there.

The same function decides a new event and, at the completion of its quorum, a proposal again. It
reads a `View` and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ledger.domain.body import Fact
from ledger.domain.entries import EntryPosted
from ledger.domain.funds import CharterAmended
from ledger.domain.kind import Nature
from ledger.domain.kinds import CONSTITUTION
from ledger.domain.known import KnownState
from ledger.domain.laws import LAWS, denies, deny, exception
from ledger.domain.officers import OfficerRelieved, in_governance, leaving
from ledger.domain.outcome import (
    DENY,
    EFFECTIVE,
    FLAG,
    NEEDS_APPROVAL,
    PENDING,
    REFUSED,
    Finding,
)
from ledger.domain.policy import Requirement
from ledger.domain.signatories import approvers, is_met, is_suspect
from ledger.kernel.errors import present
from ledger.kernel.fixed import fixed
from ledger.kernel.instants import add_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.policy import Action
    from ledger.domain.state import State
    from ledger.domain.view import View

CHARTER_QUORUM = "charter_quorum"


@fixed
class Decision:
    """A verdict, its findings in order, and the approvals that were or are asked for."""

    verdict: str
    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...] = ()


def decide(view: View) -> Decision:
    """Decide one event. Approvals (`Nature.APPROVAL`) are decided on laws alone."""
    kind = view.kind
    laws = laws_of(view)
    if denies(laws):
        return Decision(REFUSED, tuple(laws))
    if kind.nature is Nature.APPROVAL or kind is CONSTITUTION:
        return Decision(EFFECTIVE, tuple(laws))
    if kind.one_signature is not None and kind.one_signature(view):
        return Decision(EFFECTIVE, tuple(laws))
    findings, requirements = _governed(view, laws)
    if denies(findings):
        return Decision(REFUSED, tuple(findings), requirements)
    return _weighed(view, findings, requirements)


def decide_again(view: View) -> Decision:
    """Decide a proposal again: pending while approvals are missing, whatever the laws say now."""
    if view.kind.one_signature is not None and view.kind.one_signature(view):
        return decide(view)
    laws = laws_of(view)
    findings, requirements = _governed(view, laws)
    missing = missing_approvals(view, requirements)
    if missing:
        return Decision(PENDING, (*findings, *missing), requirements)
    for found in (laws, findings):
        if denies(found):
            return Decision(REFUSED, tuple(found), requirements)
    return Decision(EFFECTIVE, _flagged(findings), requirements)


def laws_of(view: View) -> list[Finding]:
    """What the laws of the ledger say, those of every kind first."""
    return [*_laws_of_time(view), *_laws_of_author(view), *view.kind.laws(view)]


def _governed(view: View, laws: list[Finding]) -> tuple[list[Finding], tuple[Requirement, ...]]:
    """The laws' findings and those of the charter or the mandate, and the approvals needed."""
    by_charter = view.kind.nature is Nature.CHARTER or (
        view.kind.nature is Nature.REGISTRY and view.state.mandate is None
    )
    return _by_charter(view, laws) if by_charter else _by_mandate(view, laws)


def _laws_of_time(view: View) -> Iterator[Finding]:
    body = view.body
    if body.value_date > view.day:
        yield deny("value_date_in_future", f"at most {view.day}", body.value_date)
    if isinstance(body, Fact) and body.occurred_on and body.occurred_on > body.value_date:
        yield deny("value_date_before_reference", f"not before {body.occurred_on}", body.value_date)


def _laws_of_author(view: View) -> Iterator[Finding]:
    """Whether the author may speak on this day, and of the value date."""
    state, body, own = view.state, view.body, view.own
    charter = state.charter
    if charter is None:
        return
    if not view.offices:
        yield deny("officer_not_in_office", found=body.author)
    if own is not None and is_suspect(state, own.signatures[0]):
        yield deny("author_suspect", found=own.signatures[0].keyid)
    if isinstance(body, EntryPosted) and body.restates:
        return  # the only event that lies in a closed period; its own laws say in which
    if own is None and body.value_date < view.day:
        # Asked when it is recorded; a proposal does not grow too old while it waits.
        earliest = add_days(view.day, -charter.earliest_value_date_distance(view.day))
        if body.value_date < earliest:
            yield deny("value_date_too_early", f"not before {earliest}", body.value_date)
    # A close is not shut out by itself.
    shut = state.closed_until if view.kind.name == "period.closed.v1" else state.shut_until
    if body.value_date <= shut:
        yield deny("period_shut", f"after {shut}", body.value_date)


def _by_charter(view: View, laws: list[Finding]) -> tuple[list[Finding], tuple[Requirement, ...]]:
    if not in_governance(view.state, view.body.author, view.day):
        laws = [*laws, deny("office_not_entitled", "a governance office")]
    return laws, charter_requirements(view)


def charter_requirements(view: View) -> tuple[Requirement, ...]:
    """The charter's quorum; where the governance set or the quorum changes, before and after."""
    before, body = _charter_quorum(view.state), view.body
    if isinstance(body, CharterAmended):
        before = replace(before, count=max(before.count, body.charter.quorum))
        offices = tuple(sorted(body.charter.governance_offices))
        return (before, replace(before, any_of=offices))
    gone = leaving(view.state, body, view.day) if isinstance(body, OfficerRelieved) else None
    return (before, replace(before, excluding=gone)) if gone else (before,)


def _charter_quorum(state: State) -> Requirement:
    """As many officers of the charter's offices as it says, the author among them."""
    charter = present(state.charter, "a fund has a charter")
    offices = tuple(sorted(charter.offices))
    return Requirement(CHARTER_QUORUM, any_of=offices, count=charter.quorum, author_counts=True)


def _by_mandate(view: View, laws: list[Finding]) -> tuple[list[Finding], tuple[Requirement, ...]]:
    mandate, is_fact = view.state.mandate, view.kind.nature is Nature.FACT
    action = view.kind.action(view) if view.kind.action is not None else None
    if mandate is None or action is None:
        return [*laws, deny("no_mandate")], ()
    findings = list(laws)
    if mandate.suspended:
        findings.append(exception("mandate_suspended") if is_fact else deny("mandate_suspended"))
    books = view.state.executable(mandate.books)
    judgement = view.engine.judge(books, action, KnownState(view.state))
    requirements = judgement.requirements
    if not is_fact:
        findings += judgement.findings
        return findings, requirements
    # What has happened is never refused by policy: it waits for the exception quorum.
    findings += [_waits(finding) for finding in judgement.findings]
    if any(finding.verdict == NEEDS_APPROVAL for finding in findings):
        requirements = (*requirements, *_exception_requirements(view, action, books))
    return findings, requirements


def _waits(finding: Finding) -> Finding:
    return replace(finding, verdict=NEEDS_APPROVAL) if finding.verdict == DENY else finding


def _exception_requirements(
    view: View, action: Action, books: list[Any]
) -> tuple[Requirement, ...]:
    """The quorum that the mandate names for exceptions; the charter's if it names none."""
    named = view.engine.judge(
        books, replace(action, triggers=("exception",)), KnownState(view.state)
    )
    if named.requirements:
        return named.requirements
    return (_charter_quorum(view.state),)


def _weighed(
    view: View, findings: list[Finding], requirements: tuple[Requirement, ...]
) -> Decision:
    """Effective if every requirement is met by the signatures so far, else pending."""
    missing = missing_approvals(view, requirements)
    if missing:
        return Decision(PENDING, (*findings, *missing), requirements)
    return Decision(EFFECTIVE, _flagged(findings), requirements)


def _flagged(findings: list[Finding]) -> tuple[Finding, ...]:
    """With the quorum complete an exception no longer waits; it stays visible as a flag."""
    return tuple(
        [
            replace(finding, verdict=FLAG) if finding.verdict == NEEDS_APPROVAL else finding
            for finding in findings
        ]
    )


def missing_approvals(view: View, requirements: tuple[Requirement, ...]) -> list[Finding]:
    """A finding for each requirement that the signatures so far do not meet."""
    missing = []
    for requirement in requirements:
        counting = approvers(view.state, view.signatures, view.body.author, requirement, view.day)
        if not is_met(requirement, counting):
            missing.append(_missing(requirement, len(counting)))
    return missing


def _missing(requirement: Requirement, counted: int) -> Finding:
    offices = " and ".join(requirement.all_of) or " or ".join(requirement.any_of) or "any office"
    needed = max(requirement.count, len(requirement.all_of))
    return Finding(
        requirement.rule,
        NEEDS_APPROVAL,
        f"{needed} of {offices}",
        f"{counted} so far",
        LAWS.get(requirement.rule, ""),
    )
