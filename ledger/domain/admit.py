"""Admission: whether an event may be recorded here and now, and as what.

It reads the state and changes nothing. The sequencer calls it for every record, and every auditor
calls it again and compares the outcome byte for byte. Before it `advance` has brought the state to
`recorded_at`; after it `apply` changes the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.approvals import ANSWER_REFUSED, GIVEN, WITHDRAWN
from ledger.domain.decision import Decision, decide, decide_again
from ledger.domain.digest import state_digest
from ledger.domain.kind import Nature
from ledger.domain.laws import deny
from ledger.domain.outcome import (
    PENDING,
    REFUSED,
    Admission,
    Effect,
    Finding,
    Outcome,
    Refusal,
    Rejection,
)
from ledger.domain.rejections import rejection_of, unconstitutional, unreadable
from ledger.domain.signatories import approvers, signatures_of
from ledger.domain.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.domain.policy import Engine, Requirement
    from ledger.domain.proposal import Proposal, Signature
    from ledger.domain.state import State
    from ledger.domain.verified import VerifiedEvent


def admit(
    state: State, verified: VerifiedEvent, recorded_at: str, engine: Engine
) -> Admission | Refusal | Rejection:
    """Decide one verified event in the state before it.

    `recorded_at` is the instant at which the record will be made; the state must have been
    advanced to it. An `Admission` or a `Refusal` is recorded, a `Rejection` is only answered.
    Raises `UndecidableError` for what only another version can decide (a newer rule type).
    """
    rejection = rejection_of(state, verified, recorded_at) or unreadable(verified, engine)
    if rejection is not None:
        return rejection
    view = view_of(state, verified, engine)
    decision, effects = _decided(view)
    if decision.verdict == REFUSED and state.position == 0:
        return unconstitutional(decision.findings)
    outcome = Outcome(
        verdict=decision.verdict,
        findings=decision.findings,
        effects=effects,
        mandate=state.mandate.event_id if state.mandate else "",
        state_digest=_digest(view, decision),
    )
    return Refusal(outcome) if decision.verdict == REFUSED else Admission(outcome)


def view_of(state: State, verified: VerifiedEvent, engine: Engine) -> View:
    """The event as laws see it, at the position after the state's."""
    return View(
        state=state,
        engine=engine,
        event_id=verified.event_id,
        kind=verified.kind,
        body=verified.body,
        signatures=signatures_of(state, verified),
        day=state.day,
        position=state.position + 1,
    )


def _digest(view: View, decision: Decision) -> str:
    if view.kind.name != "period.closed.v1" or decision.verdict == REFUSED:
        return ""
    return state_digest(view.state)


def _decided(view: View) -> tuple[Decision, tuple[Effect, ...]]:
    decision = decide(view)
    if view.kind.nature is not Nature.APPROVAL or decision.verdict == REFUSED:
        return decision, ()
    return _answered(view, view.state.proposals[view.body.proposal], decision)


def _answered(
    view: View, proposal: Proposal, decision: Decision
) -> tuple[Decision, tuple[Effect, ...]]:
    """What an approval, refusal or withdrawal does to the proposal that it names."""
    if view.kind is WITHDRAWN:
        return decision, (_refused(proposal, deny("withdrawn")),)
    # The approval that completes the quorum decides the proposal again, in full. (Of a refusal only
    # what is asked for counts, and that is the same whoever signed.)
    again = decide_again(view_of_proposal(view.state, proposal, view.engine, view.signatures))
    asked = again.requirements
    # Where nothing is asked any more, any officer's approval completes; a refusal needs a right.
    if (asked or view.kind is ANSWER_REFUSED) and not _counts(
        view, proposal, view.signatures, asked
    ):
        return Decision(REFUSED, (deny("office_not_asked"),)), ()
    if view.kind is GIVEN and _counts(view, proposal, proposal.signatures, asked):
        return Decision(REFUSED, (deny("approved_already", found=view.body.author),)), ()
    if view.kind is ANSWER_REFUSED:
        return decision, (_refused(proposal, deny("refused_by_officer")),)
    if again.verdict == PENDING:
        return decision, ()
    return decision, (Effect(proposal.event_id, again.verdict, again.findings),)


def _refused(proposal: Proposal, *findings: Finding) -> Effect:
    return Effect(proposal.event_id, REFUSED, findings)


def view_of_proposal(
    state: State, proposal: Proposal, engine: Engine, added: Sequence[Signature] = ()
) -> View:
    """An open proposal as laws see it now, with `added` signatures besides its own."""
    return View(
        state=state,
        engine=engine,
        event_id=proposal.event_id,
        kind=proposal.kind,
        body=proposal.body,
        signatures=[*proposal.signatures, *added],
        day=state.day,
        position=state.position + 1,
        own=proposal,
    )


def _counts(
    view: View,
    proposal: Proposal,
    signatures: Sequence[Signature],
    requirements: tuple[Requirement, ...],
) -> bool:
    """Whether one of these signatures is the answering officer's and counts for an approval."""
    return any(
        view.body.author in approvers(view.state, signatures, proposal.author, one, view.day)
        for one in requirements
    )
