"""Measurements and issued statements: when the books are measured, and what was authorised.

A close measures its last day by itself. Between closes the fund measures when it says so: on an
indication of impairment (IAS 36.9), or for an interim report (IAS 34.28). What a measurement finds
is derived from the policy, the lots and the adopted fair values; the event only says when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.accounting_policies import policy_on
from ledger.domain.body import Grounded
from ledger.domain.entries import PeriodName
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.signatories import duties_of
from ledger.kernel.form import Code, Day, Digest, Name
from ledger.kernel.limits import INTEGER_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


class MeasurementRecorded(Grounded):
    """Every holding, foreign cash and redeemable claim is measured at the end of the value date."""

    occasion: Literal["interim", "indication_of_impairment", "other"]


class StatementIssued(Grounded):
    """Statements of a closed period were authorised for issue (IAS 10.17)."""

    title: Code
    """What was issued: `financial_statements`, `custody_statement` …"""
    period: PeriodName
    as_of: Day
    known_at: Annotated[int, Field(ge=1, le=INTEGER_MAX)]
    """The position up to which the log was read for it."""
    document: Digest
    """SHA-256 of the statement in its JSON form."""
    authorised_by: Name
    """The body that authorised the issue."""


def _laws_of_measurement(view: View) -> Iterator[Finding]:
    if policy_on(view.state.accounting_policies, view.body.value_date) is None:
        yield deny("policy_missing")


def _laws_of_issued(view: View) -> Iterator[Finding]:
    body: StatementIssued = view.body
    period = next((one for one in view.state.periods if one.period == body.period), None)
    if period is None:
        yield deny("period_unknown", "a closed period", body.period)
    elif body.as_of != period.ends_on:
        yield deny("statement_day_differs", period.ends_on, body.as_of)
    if body.known_at > view.state.position:
        yield deny("position_in_future", f"at most {view.state.position}", str(body.known_at))
    if body.document in view.state.issued:
        yield deny("statement_issued_already", found=str(view.state.issued[body.document]))


def _evolve_issued(state: State, event: Event, body: StatementIssued) -> None:
    state.issued[body.document] = event.position


def _action_of_measurement(view: View) -> Action:
    return view.action("measurement", duties=duties_of(view))


def _action_of_issued(view: View) -> Action:
    return view.action("statement_issue", duties=duties_of(view))


KINDS = (
    Kind(
        name="measurement.recorded.v1",
        form=MeasurementRecorded,
        nature=Nature.ACT,
        laws=_laws_of_measurement,
        action=_action_of_measurement,
    ),
    Kind(
        name="statement.issued.v1",
        form=StatementIssued,
        nature=Nature.ACT,
        laws=_laws_of_issued,
        evolve=_evolve_issued,
        action=_action_of_issued,
    ),
)
