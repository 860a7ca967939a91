"""A trace: from a figure down to entries and signed events, and from an event up to figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.projections.journal import MEMO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.journal import Entry
    from ledger.statements.tree import Report, Row, Selector


@fixed
class Step:
    """One line of the journal behind a figure."""

    day: str
    position: int
    event_id: str
    why: str
    account: str
    dimension: str
    word: str
    amount: int
    """What it adds to the figure, with the figure's sign."""


class TraceWatcher:
    """Sees every entry of a fold and keeps the lines behind one cell."""

    def __init__(self, selectors: Iterable[Selector]) -> None:
        self._selectors = tuple(selectors)
        self.steps: list[Step] = []

    def __call__(self, entry: Entry) -> None:
        """See one entry."""
        for selector in self._selectors:
            if selector.memo != (entry.why == MEMO) or entry.day > selector.last:
                continue
            if selector.first and entry.day < selector.first:
                continue
            for line in entry.lines:
                if selector.matches(line.account, line.dimension, line.word):
                    self.steps.append(
                        Step(
                            entry.day, entry.position, entry.event_id, entry.why, line.account,
                            line.dimension, line.word, selector.sign * line.amount,
                        )
                    )  # fmt: skip

    @property
    def total(self) -> int:
        """What the lines add up to: the figure, or the trace is wrong."""
        return sum(step.amount for step in self.steps)


def figures_over(report: Report, entries: Iterable[Entry]) -> list[tuple[Row, int]]:
    """The rows whose first cell some of these entries are behind, with what they add to it."""
    found = []
    for table in report.tables:
        for row in table.rows:
            if not row.cells or not row.cells[0].selectors:
                continue
            watcher = TraceWatcher(row.cells[0].selectors)
            for entry in entries:
                watcher(entry)
            if watcher.steps:
                found.append((row, watcher.total))
    return found
