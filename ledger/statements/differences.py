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
    found = []
    old = {row.ref: row for table in earlier.tables for row in table.rows if row.cells}
    seen = set()
    for table in later.tables:
        for row in table.rows:
            if row.cells:
                seen.add(row.ref)
                found += _of(row, old.get(row.ref), table.heads)
    for table in earlier.tables:
        for row in table.rows:
            if row.cells and row.ref not in seen:
                found += _of(row, row, table.heads, gone=True)
    return found


def _of(
    row: Row, before: Row | None, heads: tuple[str, ...], *, gone: bool = False
) -> list[Changed]:
    found = []
    for number, cell in enumerate(row.cells):
        was = before.cells[number].amount or 0 if before and number < len(before.cells) else 0
        now = 0 if gone else cell.amount or 0
        if was != now:
            column = heads[number] if number < len(heads) else ""
            found.append(Changed(row.ref, row.label, column, row.unit, row.scale, was, now))
    return found


def between(
    occurrences: list[Occurrence], first: int, last: int, until_day: str
) -> list[Occurrence]:
    """Occurrences that became known after one position and up to another, of days that count."""
    return [one for one in occurrences if first < one.position <= last and one.day <= until_day]
