"""What differs between two reports of one period, and which events came between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from ledger.projections.occurrences import Occurrence
    from ledger.statements.tree import Report, Row


@fixed
class Changed:
    """A figure of one column that is not the same in two reports."""

    ref: str
    label: str
    column: str
    unit: str
    scale: int
    before: int
    after: int

    @property
    def difference(self) -> int:
        """Later less earlier."""
        return self.after - self.before


def changes(earlier: Report, later: Report) -> list[Changed]:
    """Every figure that differs, in the order of the later report; one that is missing is zero."""
    found: list[Changed] = []
    old, new = _figures(earlier), _figures(later)
    for ref, (row, now) in new.items():
        found += _of(row, old[ref][1] if ref in old else {}, now)
    for ref, (row, was) in old.items():
        if ref not in new:
            found += _of(row, was, {})
    return found


def _figures(report: Report) -> dict[str, tuple[Row, dict[str, int]]]:
    """Every row of figures by its name, with its figures by the names of their columns."""
    return {
        row.ref: (
            row,
            {head: cell.amount or 0 for head, cell in zip(table.heads, row.cells, strict=True)},
        )
        for table in report.tables
        for row in table.rows
        if row.cells
    }


def _of(row: Row, was: dict[str, int], now: dict[str, int]) -> list[Changed]:
    found = []
    for column in {**now, **was}:
        before, after = was.get(column, 0), now.get(column, 0)
        if before != after:
            found.append(Changed(row.ref, row.label, column, row.unit, row.scale, before, after))
    return found


def between(
    occurrences: list[Occurrence], first: int, last: int, until_day: str
) -> list[Occurrence]:
    """Occurrences that became known after one position and up to another, of days that count."""
    return [one for one in occurrences if first < one.position <= last and one.day <= until_day]
