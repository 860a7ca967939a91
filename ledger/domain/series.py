"""A daily series: what was added on each day, and sums over days, without rescanning.

Used for units by value date (would any open day go negative?) and for flows under cumulative
limits (how much within a window?). Adding to the last day is O(1), asking is O(log n); a backdated
addition moves the sums after it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class DailySeries:
    """Integer additions by day (`2026-11-22`), kept as running sums."""

    __slots__ = ("days", "sums")

    def __init__(self) -> None:
        self.days: list[str] = []
        self.sums: list[int] = []

    @property
    def total(self) -> int:
        """The sum over all days."""
        return self.sums[-1] if self.sums else 0

    def add(self, day: str, amount: int) -> None:
        """Add an amount (or take it, if negative) on a day."""
        days, sums = self.days, self.sums
        if not days or day > days[-1]:
            days.append(day)
            sums.append(self.total + amount)
            return
        if day == days[-1]:
            sums[-1] += amount
            return
        index = bisect_left(days, day)
        if days[index] != day:
            days.insert(index, day)
            sums.insert(index, sums[index - 1] if index else 0)
        for later in range(index, len(sums)):
            sums[later] += amount

    def until(self, day: str) -> int:
        """The sum over all days up to and with `day`."""
        index = bisect_right(self.days, day)
        return self.sums[index - 1] if index else 0

    def between(self, first: str, last: str) -> int:
        """The sum over the days from `first` to `last`, both counted."""
        before = bisect_left(self.days, first)
        return self.until(last) - (self.sums[before - 1] if before else 0)

    def days_between(self, first: str, last: str) -> list[str]:
        """The days with an entry from `first` to `last`, both counted."""
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)]

    def lowest_from(self, day: str) -> int:
        """The lowest running sum on `day` or any later day."""
        lowest = self.until(day)
        index = bisect_right(self.days, day)
        return min(lowest, *self.sums[index:]) if index < len(self.sums) else lowest

    def fold(self, day: str) -> None:
        """Forget how the sum up to and with `day` came about: one entry carries it."""
        index = bisect_right(self.days, day)
        if index > 1:
            carried = self.sums[index - 1]
            self.days[:index] = [day]
            self.sums[:index] = [carried]
