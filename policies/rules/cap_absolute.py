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
from ledger.kernel.form import Form, NotNegativeAmount
from ledger.kernel.instants import add_days
from ledger.kernel.money import minor_unit_digits
from policies.rule import ALLOWED, Rule, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, AssetFacts, Flows

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


class Params(Form):
    """A limit of `amount` `unit` on a measure."""

    amount: NotNegativeAmount
    unit: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
    """A currency, or the code of an asset."""
    measure: Literal[
        "transaction_cost",
        "transaction_units",
        "cumulative_purchase_cost",
        "cumulative_units",
        "cumulative_outflow_units",
        "cumulative_transfer_units",
    ]
    comparison: Literal["<=", "<"] = "<="
    window: Window | None = None

    @model_validator(mode="after")
    def _window_of_a_sum(self) -> Params:
        if self.window is not None and self.measure not in FLOWS:
            raise ValueError("one transaction has no window")
        return self


def judge(rule: Rule, action: Action, flows: Flows) -> Verdict:
    """Deny what goes beyond the limit, or what cannot be measured in its unit."""
    params: Params = rule.params
    measured = _measured(params, action)
    if measured is None:
        moved, _ = _moved(params, action)
        if params.measure not in _IN_MONEY and moved and moved.code != params.unit:
            return ALLOWED
        return rule.unknown(f"amount in {params.unit}")
    amount, scale = measured
    try:
        limit = parse_amount(params.amount, scale)
    except ValueFormError:
        return rule.unknown(f"limit with {scale} digits")
    highest = amount
    if params.measure in FLOWS:
        highest = _highest_sum(params, action, flows, amount)
    within = highest < limit if params.comparison == "<" else highest <= limit
    if within:
        return ALLOWED
    return rule.broken(
        f"{params.measure} {params.comparison} {params.amount} {params.unit}",
        f"{render_amount(highest, scale)} {params.unit}",
    )


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


def _highest_sum(params: Params, action: Action, flows: Flows, amount: int) -> int:
    """The highest sum, with this action, of any window that contains its value date."""
    measure = FLOWS[params.measure]
    own = 0 if action.counted else amount
    highest = 0
    for first, last in _windows(params, action, flows, measure):
        highest = max(highest, flows.flow(measure, params.unit, first, last) + own)
    return highest


def _windows(params: Params, action: Action, flows: Flows, measure: str) -> list[tuple[str, str]]:
    day, window = action.value_date, params.window
    if window is None or window.kind == "since_start":
        return [("0001-01-01", "9999-12-31")]
    if window.kind == "calendar_year":
        return [(f"{day[:4]}-01-01", f"{day[:4]}-12-31")]
    if window.kind == "calendar_month":
        return [(f"{day[:7]}-01", f"{day[:7]}-31")]
    length = window.days or 1
    until = add_days(day, length - 1)
    ends = [day, *flows.flow_days(measure, params.unit, add_days(day, 1), until)]
    return [(add_days(end, 1 - length), end) for end in ends]


TYPE = RuleType("cap_absolute", Params, judge)
