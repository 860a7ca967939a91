"""A figure: an exact value, or unknown, with what it rests on and what is missing for it."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.kernel.fixed import fixed
from policies.rules.valuation import decimal_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ledger.domain.policy import AssetFacts, Known

UNKNOWN = "unknown"
Entry = TypeVar("Entry", bound=Hashable)


@fixed
class Input:
    """One value that figures rest on: recorded at a position, or given as a parameter."""

    what: str
    """`price`, `holdings`, `traded_volume`, `daily_volatility`; or the parameter's name."""
    subject: str
    """The asset's code; empty for a parameter."""
    value: str
    """A decimal in `unit`, cut at 18 digits after the point."""
    unit: str
    day: str = ""
    """The day of an observation; empty for what is known at a position, and for a parameter."""
    position: int = 0
    """Of the record; of holdings, the last one counted. 0 for a parameter."""

    @property
    def text(self) -> str:
        """The input in a line: `price of BTC: 91250.5 USD on 2026-01-05 (position 14)`."""
        of = f" of {self.subject}" if self.subject else ""
        on = f" on {self.day}" if self.day else ""
        at = f" (position {self.position})" if self.position else ""
        return f"{self.what}{of}: {self.value} {self.unit}{on}{at}"

    def explain(self) -> dict[str, Any]:
        """The input for machines; only members that say something."""
        members = {"what": self.what, "subject": self.subject, "value": self.value}
        members |= {"unit": self.unit, "day": self.day}
        said: dict[str, Any] = {name: text for name, text in members.items() if text}
        return said | ({"position": self.position} if self.position else {})


@fixed
class Figure:
    """A value in the unit that its name says, or None; `missing` says why."""

    value: Fraction | None
    inputs: tuple[Input, ...] = ()
    missing: tuple[str, ...] = ()
    """What would have to be observed; empty iff there is a value."""

    @property
    def text(self) -> str:
        """The value as a decimal, cut at 18 digits after the point, or `unknown`."""
        return UNKNOWN if self.value is None else decimal_text(self.value)

    def explain(self) -> dict[str, Any]:
        """The figure for machines, with its inputs and with what is missing."""
        inputs = [one.explain() for one in self.inputs]
        said: dict[str, Any] = {"value": self.text, "inputs": inputs}
        return said | ({"missing": list(self.missing)} if self.missing else {})


@fixed
class Standpoint:
    """From where one asks: what is known at a position, on a day, valued in a currency."""

    known: Known
    day: str
    currency: str
    position: int
    """The position of the last record that is known."""


def combined(compute: Callable[..., Fraction], *figures: Figure) -> Figure:
    """What is computed of the values of figures, resting on all that they rest on."""
    inputs = _each(one for figure in figures for one in figure.inputs)
    missing = _each(one for figure in figures for one in figure.missing)
    values = [figure.value for figure in figures]
    if any(value is None for value in values):
        return Figure(None, inputs, missing)
    return Figure(compute(*values), inputs)


def total_of(figures: Sequence[Figure]) -> Figure:
    """The sum; unknown if one of them is."""
    return combined(lambda *values: sum(values, Fraction(0)), *figures)


def least_of(figures: Sequence[Figure]) -> Figure:
    """The sum of those that are known: no less than this, since no price is below zero."""
    return total_of([one for one in figures if one.value is not None])


def share_of(part: Figure, whole: Figure) -> Figure:
    """A part as a share of the whole; unknown if the whole is nothing."""
    if whole.value == 0:
        whole = Figure(None, whole.inputs, ("anything of value",))
    return combined(lambda of, all_of: of / all_of, part, whole)


def given(what: str, value: Fraction, unit: str = "share") -> Figure:
    """A parameter."""
    return Figure(value, (Input(what, "", decimal_text(value), unit),))


def units_of(at: Standpoint, asset: AssetFacts, base_units: int) -> Figure:
    """Whole units held of an asset."""
    value = Fraction(base_units, 10**asset.scale)
    held = Input("holdings", asset.code, decimal_text(value), asset.code, position=at.position)
    return Figure(value, (held,))


def price_of(at: Standpoint, asset: str) -> Figure:
    """The last observed price of one whole unit, in the currency asked for."""
    seen = at.known.price(asset, at.currency, at.day)
    if seen is None:
        return Figure(None, (), (f"price of {asset} in {at.currency}, on {at.day} or before",))
    said = Input("price", asset, decimal_text(seen.value), seen.unit, seen.day, seen.position)
    return Figure(seen.value, (said,))


def observed_of(at: Standpoint, measure: str, asset: str, unit: str) -> Figure:
    """The last observed value of a measure of an asset; in another unit, or below zero, unknown."""
    seen = at.known.observed(measure, asset, at.day)
    wanted = f"observation {measure} of {asset} in {unit}, on {at.day} or before"
    if seen is None:
        return Figure(None, (), (wanted,))
    said = Input(measure, asset, decimal_text(seen.value), seen.unit, seen.day, seen.position)
    if seen.unit != unit:
        return Figure(None, (said,), (f"{wanted} (it is in {seen.unit})",))
    if seen.value < 0:
        return Figure(None, (said,), (f"{wanted} (it is below zero)",))
    return Figure(seen.value, (said,))


def _each(found: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys(found))
