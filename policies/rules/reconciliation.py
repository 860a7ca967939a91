"""`reconciliation`: the ledger against what others state; any difference in units is flagged.

Compared as of the same day. The tolerance is zero unless the book says otherwise. How often it must
be done is an obligation; where no frequency is published, its age is only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.amounts import render_amount
from ledger.kernel.form import Code
from ledger.kernel.instants import add_days, days_between
from policies.obligation import OPEN, OVERDUE, WAITING, Obligation
from policies.rule import Rule, RuleParams, RuleType

if TYPE_CHECKING:
    from ledger.domain.policy import Known


class Params(RuleParams):
    """What is compared, and how often."""

    item: Code | None = None
    frequency_days: Annotated[int, Field(ge=1, le=3_660)] | None = None
    within_days: Annotated[int, Field(ge=1, le=3_660)] | None = None


def watch(rule: Rule, known: Known, _day: str) -> tuple[Finding, ...]:
    """Every stated balance that differs from the holdings of its day, and every open break."""
    found = []
    for one in known.breaks():
        asset = known.asset(one.asset)
        scale = asset.scale if asset is not None else 0
        said = f"{render_amount(one.units, scale)} {one.asset} on {one.account} on {one.as_of}"
        at = (f"position {one.position}",)
        found.append(Finding(rule.form.id, FLAG, "no difference", said, rule.form.citation, at))
    return tuple(found)


def due(rule: Rule, known: Known, day: str) -> tuple[Obligation, ...]:
    """When the next comparison is due; without a published frequency, when the last one was."""
    params: Params = rule.params
    last = known.reconciled_on()
    said = f"last of {last}" if last else "nothing was compared yet"
    form, what = rule.form, params.item or "reconciliation"
    if params.frequency_days is None or not last:
        note = said if params.frequency_days is not None else f"no frequency is published; {said}"
        return (Obligation(form.id, what, None, WAITING, None, (), form.citation, note),)
    until = add_days(last, params.frequency_days + (params.within_days or 0))
    left = days_between(day, until)
    status = OVERDUE if left < 0 else OPEN
    return (Obligation(form.id, what, until, status, left, (), form.citation, said),)


TYPE = RuleType("reconciliation", Params, watch=watch, due=due)
