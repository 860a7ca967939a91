"""Evolution: what an admitted event changes. Never asks whether it may: admission has decided.

`advance` lets time pass up to the record (lapses, mandates coming into force, ids forgotten);
`apply` changes the state by one record and returns the postings that it made, the lapses' first.
Both change the state in place; after any failure throw it away and load it again.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from ledger.domain.approvals import GIVEN
from ledger.domain.funds import FundConstituted
from ledger.domain.mandates import bring_into_force
from ledger.domain.outcome import EFFECTIVE, PENDING, REFUSED
from ledger.domain.proposal import Proposal
from ledger.domain.settlement import finish
from ledger.domain.signatories import signatures_of
from ledger.domain.state import Event
from ledger.kernel.errors import invariant, present
from ledger.kernel.instants import local_day

if TYPE_CHECKING:
    from ledger.domain.outcome import Effect, Outcome
    from ledger.domain.policy import Engine
    from ledger.domain.state import Posting, State
    from ledger.domain.verified import VerifiedEvent


def advance(state: State, verified: VerifiedEvent, recorded_at: str) -> None:
    """Bring the state to the instant of the next record; an earlier instant changes nothing.

    Lapses come in the order of (valid_until, position). `verified` gives the time zone of a fund
    that is only being constituted.
    """
    if recorded_at < state.recorded_at:
        return
    if isinstance(verified.body, FundConstituted) and state.position == 0:
        state.day = local_day(recorded_at, verified.body.charter.utc_offset_minutes)
    else:
        state.day = state.local_day(recorded_at)
    state.recorded_at = recorded_at
    while state.lapses and state.lapses[0][0] < recorded_at:
        _, _, event_id = heapq.heappop(state.lapses)
        proposal = state.proposals.get(event_id)
        if proposal is not None and not proposal.effective:
            finish(state, proposal)
    state.references.forget_before(recorded_at[:10])
    bring_into_force(state, state.day)


def apply(
    state: State, verified: VerifiedEvent, outcome: Outcome, engine: Engine
) -> tuple[Posting, ...]:
    """Change the state by one record whose outcome is known; the state was advanced to it."""
    body = verified.body
    event = Event(
        position=state.position + 1,
        recorded_at=state.recorded_at,
        event_id=verified.event_id,
        kind=verified.kind,
        body=body,
        signatures=tuple(signatures_of(state, verified)),
        day=state.day,
        engine=engine,
    )
    state.position = event.position
    state.references.remember(event.event_id, body.valid_until)
    if outcome.verdict != REFUSED:
        state.references.use(body.author, body.reference)
        _take_effect(state, event, outcome)
    for effect in outcome.effects:
        _take_effect_on(state, event, effect)
    made = tuple(state.postings)
    state.postings.clear()
    return made


def _take_effect(state: State, event: Event, outcome: Outcome) -> None:
    kind = event.kind
    if outcome.verdict == EFFECTIVE and not kind.stays_open:
        kind.evolve(state, event, event.body)
        return
    proposal = Proposal(
        event_id=event.event_id,
        position=event.position,
        recorded_at=event.recorded_at,
        kind=kind,
        body=event.body,
        signatures=list(event.signatures),
        effective=outcome.verdict == EFFECTIVE,
    )
    state.proposals[event.event_id] = proposal
    kind.hold(state, proposal)
    if outcome.verdict == PENDING:
        heapq.heappush(state.lapses, (event.body.valid_until, event.position, event.event_id))


def _take_effect_on(state: State, event: Event, effect: Effect) -> None:
    """Let a record settle an earlier proposal; `event` is the approval, refusal or withdrawal."""
    law = f"an effect names an open proposal (position {event.position})"
    proposal = present(state.proposals.get(effect.event_id), law)
    if effect.verdict == REFUSED:
        finish(state, proposal)
        return
    invariant(event.kind is GIVEN, f"only an approval completes (position {event.position})")
    proposal.effective = True
    if proposal.kind.stays_open:
        return
    finish(state, proposal)
    completed = Event(
        position=event.position,
        recorded_at=event.recorded_at,
        event_id=proposal.event_id,
        kind=proposal.kind,
        body=proposal.body,
        signatures=tuple(proposal.signatures),
        day=event.day,
        engine=event.engine,
    )
    proposal.kind.evolve(state, completed, proposal.body)
