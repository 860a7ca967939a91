"""Closed periods. A close names its period and the digests of what was reported for it.

While a close is pending its period is already shut. The record's outcome carries the digest of the
whole state before it, computed by admission and again by the auditor (`digest.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny, flag
from ledger.kernel.fixed import fixed
from ledger.kernel.form import Day, Digest, Many
from ledger.kernel.instants import add_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@fixed
class ClosedPeriod:
    """A period that nothing is valued in any more."""

    period: str
    starts_on: str
    ends_on: str
    closed_at: int
    is_sealed: bool
    """Whether it names digests that an auditor computes again."""


class PeriodClosed(Body):
    """A period is closed: nothing is valued in it any more."""

    period: Annotated[str, Field(pattern=r"^[0-9]{4}(?:Q[1-4]|-[0-9]{2})?$")]
    """Its name: `2026`, `2026Q3` or `2026-09`."""
    starts_on: Day
    ends_on: Day
    trial_balance: Digest | None = None
    """SHA-256 of the trial balance (docs/spec/statement-seals.md)."""
    statements: Annotated[Many[Digest], Field(max_length=16)]
    """SHA-256 of the primary statements, then of the notes, then of any other documents."""


def _laws(view: View) -> Iterator[Finding]:
    body: PeriodClosed = view.body
    if body.ends_on < body.starts_on:
        yield deny("period_backwards", f"not before {body.starts_on}", body.ends_on)
    if body.ends_on >= view.day:
        yield deny("period_not_over", f"before {view.day}", body.ends_on)
    if any(closed.period == body.period for closed in view.state.periods):
        yield deny("period_name_used", found=body.period)
    if view.state.periods:
        first_open = add_days(view.state.periods[-1].ends_on, 1)
        if body.starts_on != first_open:
            yield deny("period_gap", first_open, body.starts_on)
    if view.state.closing and view.own is None:
        yield deny("period_closing", found=view.state.closing)
    yield from _flags(view.state, body.ends_on)


def _flags(state: State, ends_on: str) -> Iterator[Finding]:
    """What is open at the end of the period: it is closed all the same, and seen to be."""
    broken = [one for one in state.breaks.values() if one.as_of <= ends_on]
    if broken:
        yield flag("break_open", found=f"{len(broken)} up to {ends_on}")
    unsettled = [
        one
        for one in state.proposals.values()
        if one.effective and one.kind.stays_open and one.body.value_date <= ends_on
    ]
    if unsettled:
        yield flag("proposal_unsettled", found=f"{len(unsettled)} up to {ends_on}")


def _hold(state: State, proposal: Proposal) -> None:
    body: PeriodClosed = proposal.body  # type: ignore[assignment] # the kind's own form
    state.closing = body.ends_on


def _free(state: State, _proposal: Proposal) -> None:
    state.closing = ""


def _evolve(state: State, event: Event, body: PeriodClosed) -> None:
    state.periods.append(
        ClosedPeriod(
            body.period,
            body.starts_on,
            body.ends_on,
            event.position,
            bool(body.trial_balance or body.statements),
        )
    )
    # No open value date is left up to the end of the period: one sum per place carries it.
    for balance in state.balances.values():
        balance.by_day.fold(body.ends_on)


def _action(view: View) -> Action:
    return view.action(
        "period_close",
    )


KINDS = (
    Kind(
        name="period.closed.v1",
        form=PeriodClosed,
        nature=Nature.ACT,
        laws=_laws,
        evolve=_evolve,
        action=_action,
        hold=_hold,
        free=_free,
    ),
)
