"""Approvals: one mechanism by which any proposal becomes effective or is refused.

An approval names the SHA-256 of the exact proposal. The one that completes a quorum decides the
proposal again, in full, under the state and the mandate at its own position. A refusal needs a
reason and ends the proposal; so does withdrawal by its author. Lapse by time is derived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.kernel.form import Digest, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


class ApprovalGiven(Body):
    """An officer approves exactly this proposal."""

    proposal: Digest
    """SHA-256 of the proposal's signed bytes: its event id."""


class ApprovalRefused(Body):
    """An officer whose approval is asked refuses it."""

    proposal: Digest
    reason: Text


class ProposalWithdrawn(Body):
    """The author takes back what is left of a proposal, as long as nothing of it is in transit."""

    proposal: Digest
    reason: Text


def _laws_of_answer(view: View) -> Iterator[Finding]:
    proposal = view.state.proposals.get(view.body.proposal)
    if proposal is None:
        yield deny("proposal_unknown", found=view.body.proposal)
        return
    is_refusal = view.kind.form is ApprovalRefused
    if proposal.effective or proposal.over:
        yield deny("proposal_not_pending", found=view.body.proposal)
    elif is_refusal and proposal.progress.in_transit:
        yield deny("proposal_in_progress", found=view.body.proposal)
    elif proposal.author == view.body.author:
        yield deny("self_approval", found=view.body.author)


def _laws_of_withdrawn(view: View) -> Iterator[Finding]:
    proposal = view.state.proposals.get(view.body.proposal)
    if proposal is None:
        yield deny("proposal_unknown", found=view.body.proposal)
        return
    if proposal.author != view.body.author:
        yield deny("not_the_author", proposal.author, view.body.author)
    if proposal.progress.in_transit:
        yield deny("proposal_in_progress", found=view.body.proposal)


def _evolve_given(state: State, event: Event, body: ApprovalGiven) -> None:
    state.proposals[body.proposal].signatures.extend(event.signatures)


# What a refusal or a withdrawal does is an effect on the proposal (`apply`), no change of its own.
GIVEN, ANSWER_REFUSED, WITHDRAWN = KINDS = (
    Kind(
        name="approval.given.v1",
        form=ApprovalGiven,
        nature=Nature.APPROVAL,
        laws=_laws_of_answer,
        evolve=_evolve_given,
    ),
    Kind(
        name="approval.refused.v1",
        form=ApprovalRefused,
        nature=Nature.APPROVAL,
        laws=_laws_of_answer,
    ),
    Kind(
        name="proposal.withdrawn.v1",
        form=ProposalWithdrawn,
        nature=Nature.APPROVAL,
        laws=_laws_of_withdrawn,
    ),
)
