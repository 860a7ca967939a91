"""What was observed of one measure of one subject: a value for each day, latest statement first.

Sums over days are kept, so that an average over a window never rescans it. Values are integers of
10⁻¹⁸ of the unit; at most ten years of days are kept, the oldest are forgotten.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from fractions import Fraction
from itertools import pairwise

from ledger.domain.policy import Observed, ObservedWindow
from ledger.domain.series import DailySeries

VALUE_SCALE = 18
DAYS_KEPT = 3_660
_ONE = 10**VALUE_SCALE


class ObservedSeries:
    """Daily values of one measure in one unit."""

    __slots__ = ("positions", "series", "unit")

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.series = DailySeries()
        self.positions: list[int] = []
        """The position of the record that each day's value stands in."""

    def put(self, day: str, value: int, position: int) -> None:
        """State the value of a day; a later statement of the same day takes its place."""
        index = bisect_left(self.series.days, day)
        if index < len(self.positions) and self.series.days[index] == day:
            value -= self._value(index)
            self.positions[index] = position
        else:
            self.positions.insert(index, position)
        self.series.add(day, value)
        surplus = len(self.positions) - DAYS_KEPT
        if surplus > 0:
            self._forget(surplus)

    def _forget(self, count: int) -> None:
        gone = self.series.sums[count - 1]
        del self.series.days[:count], self.positions[:count]
        self.series.sums = [total - gone for total in self.series.sums[count:]]

    def _value(self, index: int) -> int:
        sums = self.series.sums
        return sums[index] - (sums[index - 1] if index else 0)

    def at(self, day: str) -> Observed | None:
        """The value on a day, or on the last day before it that has one."""
        index = bisect_right(self.series.days, day) - 1
        if index < 0:
            return None
        value = Fraction(self._value(index), _ONE)
        return Observed(value, self.unit, self.series.days[index], self.positions[index])

    def window(self, first: str, last: str) -> ObservedWindow:
        """The values from one day to another, both counted."""
        days = self.series.days
        start, end = bisect_left(days, first), bisect_right(days, last)
        length = _days(first, last)
        if start == end:
            return ObservedWindow(0, Fraction(0), length, ())
        total = Fraction(self.series.between(first, last), _ONE)
        positions = (self.positions[start], self.positions[end - 1])
        # A window without a gap, the usual one, is seen by its count alone.
        gap = 0 if end - start == length else _longest_gap(first, days[start:end], last)
        return ObservedWindow(end - start, total, gap, positions)


def _longest_gap(first: str, days: list[str], last: str) -> int:
    numbers = [date.fromisoformat(day).toordinal() for day in (first, *days, last)]
    numbers[0], numbers[-1] = numbers[0] - 1, numbers[-1] + 1
    return max(later - earlier - 1 for earlier, later in pairwise(numbers))


def _days(first: str, last: str) -> int:
    return date.fromisoformat(last).toordinal() - date.fromisoformat(first).toordinal() + 1
