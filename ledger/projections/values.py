"""Adopted fair values and exchange rates by day, and what units and money are worth by them.

Everything is exact until it is rounded once, half-even, at the minor unit of the functional
currency. What is not there is a finding, never a guess.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.kernel.money import minor_unit_digits
from ledger.kernel.rounding import half_even

if TYPE_CHECKING:
    from ledger.projections.occurrences import ExchangeRate, FairValue

Ratio = tuple[int, int]
"""Numerator and denominator of an exact number."""
ONE: Ratio = (1, 1)


def ratio(text: str) -> Ratio:
    """The exact number of a canonical decimal."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction), 10 ** len(fraction)


@fixed
class Adopted:
    """A value adopted for a day."""

    day: str
    position: int
    event_id: str
    number: Ratio
    unit: str
    """The currency of the value."""
    note: str
    """Level of a fair value, source of a rate."""


class DailyValues:
    """The values of one thing by day; of several for one day the last recorded counts."""

    __slots__ = ("_days", "_values")

    def __init__(self) -> None:
        self._days: list[str] = []
        self._values: list[Adopted] = []

    def put(self, value: Adopted) -> None:
        """Add a value; nearly always for the latest day."""
        index = bisect_right(self._days, value.day)
        if index and self._days[index - 1] == value.day:
            if self._values[index - 1].position <= value.position:
                self._values[index - 1] = value
            return
        self._days.insert(index, value.day)
        self._values.insert(index, value)

    def at(self, day: str) -> Adopted | None:
        """The value for a day, or for the last day before it that has one."""
        index = bisect_right(self._days, day)
        return self._values[index - 1] if index else None

    def between(self, first: str, last: str) -> list[Adopted]:
        """The values of the days from `first` to `last`, both counted."""
        return [value for value in self._values if first <= value.day <= last]


class Values:
    """Every adopted fair value and exchange rate of a fund."""

    __slots__ = ("_prices", "_rates", "currency", "digits")

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.digits = minor_unit_digits(currency)
        self._prices: dict[str, DailyValues] = {}
        self._rates: dict[tuple[str, str], DailyValues] = {}

    def put_price(self, one: FairValue) -> None:
        """Add a fair value of one whole unit of an asset."""
        series = self._prices.setdefault(one.asset, DailyValues())
        series.put(
            Adopted(one.day, one.position, one.event_id, ratio(one.price), one.currency, one.level)
        )

    def put_rate(self, one: ExchangeRate) -> None:
        """Add an exchange rate."""
        series = self._rates.setdefault((one.base, one.quote), DailyValues())
        series.put(
            Adopted(one.day, one.position, one.event_id, ratio(one.rate), one.quote, one.source)
        )

    def price(self, asset: str, day: str) -> Adopted | None:
        """The fair value of one whole unit on a day, in its own currency."""
        series = self._prices.get(asset)
        return series.at(day) if series else None

    def prices(self, asset: str, first: str, last: str) -> list[Adopted]:
        """Every fair value adopted for an asset in a span of days."""
        series = self._prices.get(asset)
        return series.between(first, last) if series else []

    def rate(self, currency: str, day: str, source: str | None = None) -> Adopted | None:
        """What one unit of a currency is worth in the functional one; None if it is not known."""
        if currency == self.currency:
            return Adopted(day, 0, "", ONE, currency, "")
        series = self._rates.get((currency, self.currency))
        found = series.at(day) if series else None
        return None if found is None or (source and found.note != source) else found

    def convert(self, currency: str, minor_units: int, day: str, source: str | None) -> int | None:
        """Money in minor units of the functional currency, rounded once; None without a rate."""
        if currency == self.currency:
            return minor_units
        found = self.rate(currency, day, source)
        if found is None:
            return None
        return self.worth(minor_units, minor_unit_digits(currency), ONE, found.number)

    def worth(self, units: int, scale: int, price: Ratio, rate: Ratio, factor: Ratio = ONE) -> int:
        """`units` x price x rate x factor in minor units, rounded once, half-even."""
        above = units * price[0] * rate[0] * factor[0] * 10**self.digits
        return half_even(above, 10**scale * price[1] * rate[1] * factor[1])
