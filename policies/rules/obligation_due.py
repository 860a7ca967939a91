"""`obligation_due`: clocks of reports, statements, deliveries, conversions and daily purchases.

The day of the event is day 0; due on a day means overdue from the next. No source moves a due day
that falls on a weekend. A clock whose event has not happened has no due day, and silence is no nil
return. A late filing closes the obligation and leaves the finding that it was late.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.amounts import render_amount
from ledger.kernel.form import AssetCode, Code, Day, PositiveAmount
from ledger.kernel.instants import add_days, add_months, days_between
from policies.obligation import CLOSED, LATE, OPEN, OVERDUE, WAITING, Obligation
from policies.rule import NOT_APPLICABLE, Codes, Offices, Rule, RuleParams, RuleType, Verdict
from policies.rules.inflow_source import FUND
from policies.rules.parties import place_of

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Filing, Known


class Params(RuleParams):
    """What is due, and the clock that says when."""

    deliverable: Code
    clock: Literal["fixed", "calendar", "days_from_event", "continuous", "none_published"] = "fixed"
    due: Day | None = None
    """For `fixed`: the last day in time."""
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    first_due: Day | None = None
    """For `calendar`: the first time that it is due."""
    every_months: Annotated[int, Field(ge=1, le=120)] = 12
    """For `calendar`: months from one due day to the next."""
    event: Code | None = None
    """For `days_from_event`: the fact of the fund that starts the clock."""
    days: Annotated[int, Field(ge=0, le=3_660)] | None = None
    years: Annotated[int, Field(ge=1, le=99)] | None = None
    """With `starts_on`: years that must have gone by before something may be done."""
    starts_on: Code | None = None
    stops_on: Code | None = None
    units_per_day: PositiveAmount | None = None
    """With `asset`: units to be bought on every day from `since` on."""
    asset: AssetCode | None = None
    since: Day | None = None
    channels_all_of: Codes = ()
    """Ways by which it must be delivered, all of them."""
    nil_return: bool = False
    """Whether a return is due even if there is nothing to report."""
    to: Offices = ()


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny what may only be done after years that have not gone by, or that were stopped."""
    params: Params = rule.params
    if params.years is None or params.starts_on is None:
        return NOT_APPLICABLE
    place = place_of(action)
    if place is None:
        return rule.unknown("account")
    began = known.stated(params.starts_on, place.account)
    if began is None or not began.value:
        return rule.unknown(f"fact {params.starts_on} of {place.account}")
    stopped = known.stated(params.stops_on, place.account) if params.stops_on else None
    if stopped is not None and stopped.value and stopped.day >= began.day:
        return rule.broken(
            f"no {params.stops_on}", f"on {stopped.day}", f"position {began.position}"
        )
    over = add_months(began.day, 12 * params.years)
    if action.value_date < over:
        return rule.broken(f"from {over}", action.value_date, f"position {began.position}")
    return rule.kept(f"{params.starts_on} on {began.day} (position {began.position})")


def due(rule: Rule, known: Known, day: str) -> tuple[Obligation, ...]:
    """The obligation as it stands on a day: each time that it is due until then, and the next."""
    params: Params = rule.params
    if params.starts_on is not None or params.units_per_day is not None:
        return ()
    filed = [one for one in known.filings(params.deliverable) if one.day <= day]
    if params.clock == "continuous":
        return (_continuous(rule, filed),)
    days = _due_days(params, known, day)
    if not days:
        why = "no day is published" if params.clock != "days_from_event" else "its event"
        note = why if why != "its event" else f"{params.event} has not happened"
        return (_seen(rule, None, WAITING, day, note),)
    seen = [_at(rule, params, filed, last, day) for last in days]
    return tuple(one for one in seen if one.status != CLOSED) or (seen[-1],)


def _due_days(params: Params, known: Known, day: str) -> list[str]:
    """Every due day that has passed, and the next one."""
    if params.clock == "fixed":
        return [params.due] if params.due else []
    if params.clock == "days_from_event" and params.event is not None:
        stated = known.stated(params.event, FUND)
        happened = stated is not None and stated.value and stated.day <= day
        return [add_days(stated.day, params.days or 0)] if stated and happened else []
    if params.clock != "calendar" or params.first_due is None:
        return []
    found = [params.first_due]
    while found[-1] < day:
        found.append(add_months(params.first_due, params.every_months * len(found)))
    return found


def _at(rule: Rule, params: Params, filed: list[Filing], last: str, day: str) -> Obligation:
    """One due day: what was filed for it, by which ways, and in time or not."""
    fitting = [one for one in filed if one.covers_until == last]
    missing = [word for word in params.channels_all_of if word not in _channels(fitting)]
    if not fitting or missing:
        status = OVERDUE if day > last else OPEN
        note = "missing: " + ", ".join(missing) if fitting else _nothing(params)
        return _seen(rule, last, status, day, note)
    done = max(_first_days(params, fitting))
    return _seen(rule, last, LATE if done > last else CLOSED, day, f"filed on {done}")


def _nothing(params: Params) -> str:
    return "a nil return is due as well" if params.nil_return else "nothing filed"


def _channels(filed: list[Filing]) -> set[str]:
    return {one.channel for one in filed}


def _first_days(params: Params, filed: list[Filing]) -> list[str]:
    """The day on which each way was used first; the first filing where no way is prescribed."""
    if not params.channels_all_of:
        return [min(one.day for one in filed)]
    return [min(one.day for one in filed if one.channel == word) for word in params.channels_all_of]


def _continuous(rule: Rule, filed: list[Filing]) -> Obligation:
    note = f"last on {filed[-1].day}" if filed else "nothing filed"
    return Obligation(
        rule.form.id, rule.params.deliverable, None, OPEN, None, rule.params.to,
        rule.form.citation, f"at all times; {note}",
    )  # fmt: skip


def _seen(rule: Rule, last: str | None, status: str, day: str, note: str) -> Obligation:
    left = days_between(day, last) if last is not None else None
    form, params = rule.form, rule.params
    return Obligation(
        form.id, params.deliverable, last, status, left, params.to, form.citation, note
    )


def watch(rule: Rule, known: Known, day: str) -> tuple[Finding, ...]:
    """A day on which fewer units were bought than the text says for every day."""
    params: Params = rule.params
    if params.units_per_day is None or params.asset is None or params.since is None:
        return ()
    asset = known.asset(params.asset)
    scale = asset.scale if asset is not None else 0
    bought = known.flow("purchase_units", params.asset, day, day)
    if day < params.since or bought >= Fraction(params.units_per_day) * 10**scale:
        return ()
    wanted = f"{params.units_per_day} {params.asset} bought on {day}"
    found = f"{render_amount(bought, scale)} {params.asset}"
    return (Finding(rule.form.id, FLAG, wanted, found, rule.form.citation),)


TYPE = RuleType("obligation_due", Params, judge, watch=watch, due=due)
