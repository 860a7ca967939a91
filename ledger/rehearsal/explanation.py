"""Why an event is decided as it is: every law and rule that speaks of it, kept ones too.

The decision itself is the domain's; here the same functions are asked one by one, so that a reader
sees what denied, what is still to be approved and by whom, what was flagged, and what was kept on
which observations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ledger.domain.decision import charter_requirements, laws_of
from ledger.domain.kind import Nature
from ledger.domain.kinds import CONSTITUTION
from ledger.domain.known import KnownState
from ledger.domain.laws import deny, exception
from ledger.domain.officers import in_governance
from ledger.domain.outcome import ALLOW, DENY, FLAG, NEEDS_APPROVAL, Finding
from ledger.domain.signatories import approvers, is_met
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ledger.domain.policy import Action, Judgement, Known, Requirement
    from ledger.domain.view import View


class Explainer(Protocol):
    """An engine that can also say which rules were kept."""

    def judge(self, books: Sequence[Any], action: Action, known: Known) -> Judgement:
        """What the books together say."""

    def explain(self, books: Sequence[Any], action: Action, known: Known) -> Sequence[Any]:
        """Every rule that speaks of the action, with its verdict."""


@fixed
class Unmet:
    """Approvals that are still to be had."""

    rule: str
    offices: tuple[str, ...]
    """Whose; empty: any office's."""
    needed: int
    counted: int


@fixed
class Explanation:
    """One decision, taken apart."""

    verdict: str
    """`allow`, `deny` or `needs_approval`; a fact that is denied waits as an exception."""
    denied: tuple[Finding, ...]
    unmet: tuple[Unmet, ...]
    flagged: tuple[Finding, ...]
    kept: tuple[Finding, ...]
    """Rules that were kept (verdict `allow`), with what they rest on."""

    @property
    def named(self) -> frozenset[str]:
        """Every rule and law that is mentioned."""
        found = {one.rule for one in (*self.denied, *self.flagged, *self.kept)}
        return frozenset(found | {one.rule for one in self.unmet})


def explain(view: View, engine: Explainer) -> Explanation:
    """The decision of one event in the state before it, taken apart."""
    laws = [*laws_of(view), *_standing(view)]
    if view.kind.one_signature is not None and view.kind.one_signature(view):
        denied = tuple(one for one in laws if one.verdict == DENY)
        return Explanation(DENY if denied else ALLOW, denied, (), (), ())
    found, requirements, kept = _of_the_mandate(view, engine)
    findings = [*laws, *found]
    denied = tuple(one for one in findings if one.verdict == DENY)
    exceptions = [one for one in laws if one.verdict == NEEDS_APPROVAL]
    unmet = tuple(
        Unmet(
            one.rule,
            one.all_of or one.any_of,
            max(one.count, len(one.all_of)),
            len(approvers(view.state, view.signatures, view.body.author, one, view.day)),
        )
        for one in requirements
        if not is_met(one, approvers(view.state, view.signatures, view.body.author, one, view.day))
    )
    waits = unmet or exceptions
    verdict = DENY if denied else NEEDS_APPROVAL if waits else ALLOW
    flagged = tuple(one for one in findings if one.verdict == FLAG)
    open_ones = {one.rule for one in unmet}
    kept = tuple(one for one in kept if one.rule not in open_ones)
    return Explanation(verdict, denied, unmet, (*flagged, *exceptions), kept)


def _standing(view: View) -> Iterator[Finding]:
    """What keeps an event from being judged by rules at all."""
    state, nature = view.state, view.kind.nature
    if view.kind is CONSTITUTION or nature is Nature.APPROVAL:
        return
    if view.kind.one_signature is not None and view.kind.one_signature(view):
        return
    if _is_by_charter(view):
        if not in_governance(state, view.body.author, view.day):
            yield deny("office_not_entitled", "a governance office")
    elif state.mandate is None or view.kind.action is None:
        yield deny("no_mandate")
    elif state.mandate.suspended:
        suspended = "mandate_suspended"
        yield exception(suspended) if nature is Nature.FACT else deny(suspended)


def _is_by_charter(view: View) -> bool:
    return view.kind.nature is Nature.CHARTER or (
        view.kind.nature is Nature.REGISTRY and view.state.mandate is None
    )


def _of_the_mandate(
    view: View, engine: Explainer
) -> tuple[list[Finding], tuple[Requirement, ...], tuple[Finding, ...]]:
    """What the charter or the mandate says: findings, requirements, and the rules that are kept."""
    mandate = view.state.mandate
    if view.kind is CONSTITUTION:
        return [], (), ()
    if _is_by_charter(view):
        return [], charter_requirements(view), ()
    action = view.kind.action(view) if view.kind.action is not None else None
    if mandate is None or action is None:
        return [], (), ()
    books, known = view.state.executable(mandate.books), KnownState(view.state)
    judgement = engine.judge(books, action, known)
    kept = tuple(
        Finding(one.rule.form.id, ALLOW, "", "", one.rule.form.citation, one.verdict.inputs)
        for one in engine.explain(books, action, known)
        if not one.verdict.findings
    )
    return list(judgement.findings), judgement.requirements, kept
