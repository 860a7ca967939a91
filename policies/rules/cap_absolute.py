"""`cap_absolute`: a limit in money or units, for one transaction or cumulative over a window.

Compared exactly, in minor or base units; exactly the limit passes. A cumulative limit counts what
is proposed until it lapses, runs on value dates, and is tested in every window that the new entry
falls into, so that backdating does not slip under it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import ValueFormError
from ledger.kernel.form import Code, Day, Form, NotNegativeAmount
from ledger.kernel.instants import add_days
from ledger.kernel.money import minor_unit_digits
from policies.rule import ALLOWED, NOT_APPLICABLE, Headroom, Rule, RuleParams, RuleType, Verdict
from policies.rules.inflow_source import FUND

if TYPE_CHECKING:
    from ledger.domain.policy import Action, AssetFacts, Known

DAYS_MAX = 36_600

FLOWS = {
    "cumulative_purchase_cost": "purchase_cost",
    "cumulative_units": "purchase_units",
    "cumulative_outflow_units": "outflow_units",
    "cumulative_transfer_units": "transfer_units",
}
_IN_MONEY = frozenset({"transaction_cost", "cumulative_purchase_cost"})


class Window(Form):
    """The days over which a cumulative measure is summed."""

    kind: Literal["rolling_days", "calendar_month", "calendar_year", "since_start"]
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] | None = None
    """For `rolling_days`: how many days, the day of the transaction counted."""

    @model_validator(mode="after")
    def _days_of_a_rolling_window(self) -> Window:
        if (self.kind == "rolling_days") != (self.days is not None):
            raise ValueError("days belong to a rolling window, and to no other")
        return self


class Params(RuleParams):
    """A limit of `amount` `unit` on a measure."""

    amount: NotNegativeAmount | None = None
    """Left out: no amount is named, and what the rule speaks of is flagged or denied."""
    unit: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,15}$")] | None = None
    """A currency, or the code of an asset."""
    after: Day | None = None
    """The rule speaks of later days only."""
    raised_by: Code | None = None
    """What raises the amount: the observation of this name of the fund, in the same unit."""
    measure: Literal[
        "transaction_cost",
        "transaction_units",
        "cumulative_purchase_cost",
        "cumulative_units",
        "cumulative_outflow_units",
        "cumulative_transfer_units",
        "encumbered_units",
    ] = "transaction_units"
    comparison: Literal["<=", "<"] = "<="
    window: Window | None = None

    @model_validator(mode="after")
    def _window_of_a_sum(self) -> Params:
        if self.window is not None and self.measure not in FLOWS:
            raise ValueError("one transaction has no window")
        if (self.amount is None) != (self.unit is None):
            raise ValueError("an amount and its unit belong together")
        if self.unit is not None and self.measure in _IN_MONEY:
            try:
                minor_unit_digits(self.unit)
            except ValueFormError as error:
                raise ValueError(error.message) from None
        return self


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny what goes beyond the limit, or what cannot be measured in its unit."""
    params: Params = rule.params
    if params.after is not None and action.value_date <= params.after:
        return NOT_APPLICABLE
    if params.amount is None or params.unit is None:
        return rule.broken("nothing of this", action.triggers[0])
    measured = _measured(params, action)
    if measured is None:
        moved, _ = _moved(params, action)
        if params.measure not in _IN_MONEY and moved and moved.code != params.unit:
            return ALLOWED
        return rule.unknown(f"amount in {params.unit}")
    return _within(rule, action, known, *measured)


def _within(rule: Rule, action: Action, known: Known, amount: int, scale: int) -> Verdict:
    params: Params = rule.params
    try:
        limit = parse_amount(params.amount or "0", scale)
    except ValueFormError:
        return rule.unknown(f"limit with {scale} digits")
    limit += _raise(params, known, action.value_date, scale)
    highest = amount
    if params.measure in FLOWS:
        highest = _highest_sum(params, action, known, amount)
    elif params.measure == "encumbered_units":
        highest += _encumbered(params, known)
    within = highest < limit if params.comparison == "<" else highest <= limit
    if within:
        return ALLOWED
    return rule.broken(
        f"{params.measure} {params.comparison} {render_amount(limit, scale)} {params.unit}",
        f"{render_amount(highest, scale)} {params.unit}",
    )


def _raise(params: Params, known: Known, day: str, scale: int) -> int:
    """By how much the amount was raised since the text, in minor or base units."""
    if params.raised_by is None:
        return 0
    seen = known.observed(params.raised_by, FUND, day)
    if seen is None or seen.unit != params.unit:
        return 0
    return int(seen.value * 10**scale)


def _encumbered(params: Params, known: Known) -> int:
    return sum(one.encumbered for one in known.holdings() if one.asset.code == params.unit)


def _measured(params: Params, action: Action) -> tuple[int, int] | None:
    """The action's own amount in the limit's unit, with the unit's scale."""
    if params.measure in _IN_MONEY:
        money = action.consideration
        if money is None or money.currency != params.unit:
            return None
        return money.minor_units, minor_unit_digits(money.currency)
    asset, units = _moved(params, action)
    if asset is None or units is None or asset.code != params.unit:
        return None
    return units, asset.scale


def _moved(params: Params, action: Action) -> tuple[AssetFacts | None, int | None]:
    """What the measure is about: in an exchange, what goes out is another asset than comes in."""
    given = action.given_asset
    goes_out = params.measure == "cumulative_outflow_units" or (
        params.measure == "transaction_units" and given is not None and given.code == params.unit
    )
    if given is not None and goes_out:
        return given, action.given_units
    return action.asset, action.units


def _highest_sum(params: Params, action: Action, known: Known, amount: int) -> int:
    """The highest sum, with this action, of any window that contains its value date."""
    measure, unit = FLOWS[params.measure], params.unit or ""
    highest = 0
    for first, last in _windows(params, action, known, measure):
        own = amount - counted_of(action, (measure, unit), amount, (first, last))
        highest = max(highest, known.flow(measure, unit, first, last) + own)
    return highest


def counted_of(action: Action, flow: tuple[str, str], amount: int, window: tuple[str, str]) -> int:
    """How much of the action's own amount a flow holds already, in a window.

    All of it if the action is a proposal decided again; of a settlement, what its proposal counts.
    """
    if action.counted:
        return amount
    proposal = action.authorised
    if proposal is None or not window[0] <= proposal.counted_on <= window[1]:
        return 0
    return min(amount, proposal.counted.get(flow, 0))


def _windows(params: Params, action: Action, known: Known, measure: str) -> list[tuple[str, str]]:
    day, window = action.value_date, params.window
    if window is None or window.kind == "since_start":
        return [("0001-01-01", "9999-12-31")]
    if window.kind == "calendar_year":
        return [(f"{day[:4]}-01-01", f"{day[:4]}-12-31")]
    if window.kind == "calendar_month":
        return [(f"{day[:7]}-01", f"{day[:7]}-31")]
    length = window.days or 1
    until = add_days(day, length - 1)
    ends = [day, *known.flow_days(measure, params.unit or "", add_days(day, 1), until)]
    return [(add_days(end, 1 - length), end) for end in ends]


def measure(rule: Rule, known: Known, day: str) -> tuple[Headroom, ...]:
    """How much of the limit is used on a day; what is proposed counts as used."""
    params: Params = rule.params
    if params.amount is None or params.unit is None:
        return ()
    scale = _scale(params, known)
    if scale is None:
        return (_unknown(rule, f"{params.unit} is not listed"),)
    try:
        limit = parse_amount(params.amount, scale) + _raise(params, known, day, scale)
    except ValueFormError:
        return (_unknown(rule, f"{params.amount} is finer than {params.unit}"),)
    used: int | None = None
    reserved = 0
    if params.measure in FLOWS:
        asked = (FLOWS[params.measure], params.unit, *_window_on(params, day))
        reserved = known.asked(*asked)
        used = known.flow(*asked) - reserved
    elif params.measure == "encumbered_units":
        used = _encumbered(params, known)
    return (_headroom(rule, limit, scale, (used, reserved)),)


def _unknown(rule: Rule, why: str) -> Headroom:
    params, nothing = rule.params, (None, None, None, None)
    return Headroom(
        rule.form.id, params.measure, params.unit or "", nothing, rule.form.citation, why
    )


def _headroom(rule: Rule, limit: int | None, scale: int, taken: tuple[int | None, int]) -> Headroom:
    params: Params = rule.params
    used, reserved = taken
    left = limit - used - reserved if limit is not None and used is not None else None
    amounts = (limit, used, None if used is None else reserved, left)
    texts = tuple(None if one is None else render_amount(one, scale) for one in amounts)
    note = "each transaction" if used is None else ""
    unit, citation = params.unit or "", rule.form.citation
    return Headroom(rule.form.id, params.measure, unit, texts, citation, note)


def _scale(params: Params, known: Known) -> int | None:
    if params.measure in _IN_MONEY:
        return minor_unit_digits(params.unit or "")
    asset = known.asset(params.unit or "")
    return asset.scale if asset is not None else None


def _window_on(params: Params, day: str) -> tuple[str, str]:
    """The window that ends on a day, or the calendar period that contains it."""
    window = params.window
    if window is None or window.kind == "since_start":
        return "0001-01-01", "9999-12-31"
    if window.kind == "rolling_days":
        return add_days(day, 1 - (window.days or 1)), day
    if window.kind == "calendar_year":
        return f"{day[:4]}-01-01", f"{day[:4]}-12-31"
    return f"{day[:7]}-01", f"{day[:7]}-31"


TYPE = RuleType("cap_absolute", Params, judge, measure=measure)
