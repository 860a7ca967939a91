"""`eligible_by_avg_market_cap`: the average market capitalisation of what is bought.

The average of daily values over a window that ends on the day before the purchase (or on it), or
over the calendar year before. Compared without division: sum against threshold times days. A
longer gap than the book admits makes the average unknown. Tested on purchase only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ledger.kernel.amounts import render_amount
from ledger.kernel.form import Form, NotNegativeAmount
from ledger.kernel.instants import add_days, add_months
from policies.rule import Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known

_SHOWN_DIGITS = 2


class Window(Form):
    """The days that are averaged."""

    kind: Literal["rolling_months", "previous_calendar_year"]
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    counts_purchase_day: bool = False
    """Whether a rolling window ends on the day of the purchase; else on the day before."""

    @model_validator(mode="after")
    def _months_of_a_rolling_window(self) -> Window:
        if (self.kind == "rolling_months") != (self.months is not None):
            raise ValueError("months belong to a rolling window, and to no other")
        return self


class Params(RuleParams):
    """The average must be at least, or more than, a threshold."""

    threshold_usd: NotNegativeAmount
    operator: Literal[">=", ">"]
    window: Window
    max_gap_days: Annotated[int, Field(ge=0, le=31)] = 0
    """How many days in a row may lack a value."""


def window_of(params: Params, day: str) -> tuple[str, str]:
    """The first and the last day of the window for a purchase on a day."""
    window = params.window
    if window.kind == "previous_calendar_year":
        year = int(day[:4]) - 1
        return f"{year:04}-01-01", f"{year:04}-12-31"
    last = day if window.counts_purchase_day else add_days(day, -1)
    return add_months(add_days(last, 1), -(window.months or 1)), last


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny what is too small on average, and what is not known for every day."""
    params: Params = rule.params
    if action.asset is None:
        return rule.unknown("asset")
    first, last = window_of(params, action.value_date)
    seen = known.window("market_cap", action.asset.code, first, last)
    unit = known.observed("market_cap", action.asset.code, last)
    if seen.days == 0 or seen.longest_gap > params.max_gap_days or unit is None:
        return rule.unknown(f"market capitalisation on every day from {first} to {last}")
    if unit.unit != "USD":
        return rule.unknown("market capitalisation in USD")
    least = Fraction(params.threshold_usd) * seen.days
    passes = seen.total > least if params.operator == ">" else seen.total >= least
    text = (
        f"market_cap of {action.asset.code}, {first} to {last}: {seen.days} days, "
        f"positions {seen.positions[0]} to {seen.positions[1]}"
    )
    if passes:
        return rule.kept(text)
    wanted = f"an average {params.operator} {params.threshold_usd} USD"
    return rule.broken(wanted, f"{_rounded(seen.total / seen.days)} USD", text)


def _rounded(value: Fraction) -> str:
    """Cut, never rounded up, so that what is shown as too little is too little."""
    scaled = value * 10**_SHOWN_DIGITS
    return render_amount(scaled.numerator // scaled.denominator, _SHOWN_DIGITS)


TYPE = RuleType("eligible_by_avg_market_cap", Params, judge)
