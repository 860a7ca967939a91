"""One statement tree: tables of rows of cells. Every renderer formats it and computes nothing.

A cell that is a sum of the journal carries the selector by which it was summed: the same selector
finds the entries and events behind it, so a trace can never show others than those that made the
figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.books import Books


@fixed
class Span:
    """Days that a column covers; a balance is that of the last."""

    name: str
    first: str
    last: str


@fixed
class Selector:
    """Which lines of the journal a figure is the sum of."""

    accounts: frozenset[str]
    first: str
    """The first day that counts; empty for a balance."""
    last: str
    sign: int = -1
    """-1 shows credits as positive."""
    dimension: str | None = None
    """Asset or currency; None for all."""
    words: frozenset[str] | None = None
    """What moved; None for everything."""
    memo: bool = False
    """Whether the accounts are memo accounts (units, cost, shadow)."""

    def matches(self, account: str, dimension: str, word: str) -> bool:
        """Whether lines of this key count."""
        return (
            account in self.accounts
            and (self.dimension is None or dimension == self.dimension)
            and (self.words is None or word in self.words)
        )

    def total(self, books: Books) -> int:
        """The sum, with its sign."""
        sums = books.journal.memo if self.memo else books.journal.sums
        found = 0
        for key, series in sums.items():
            if self.matches(*key):
                found += (
                    series.between(self.first, self.last) if self.first else series.until(self.last)
                )
        return self.sign * found


@fixed
class Cell:
    """One figure of a row; `amount` is in minor units or base units, by the row's unit."""

    amount: int | None
    selectors: tuple[Selector, ...] = ()


@fixed
class Row:
    """One line of a table."""

    ref: str
    """Its name for a trace: `position.digital_assets`."""
    label: str
    cells: tuple[Cell, ...] = ()
    unit: str = ""
    """Currency, asset, or nothing."""
    scale: int = 0
    """Digits after the point."""
    style: str = "line"
    """`line`, `total`, `heading` or `text`."""
    concept: str = ""
    """XBRL concept."""
    paragraph: str = ""
    """The paragraph that asks for it."""


@fixed
class Table:
    """One statement or note."""

    name: str
    title: str
    heads: tuple[str, ...]
    """What the cells of its rows are."""
    rows: tuple[Row, ...]
    paragraph: str = ""


@fixed
class Concern:
    """Something that stands against the statements, or that a reader must know."""

    code: str
    day: str
    position: int
    subject: str
    paragraph: str
    hint: str
    is_blocking: bool
    """Whether no statement may be given while it stands."""


@fixed
class Report:
    """Statements of one period, as known at one position."""

    fund: str
    framework: str
    profile: str
    """`ias1` or `ifrs18`."""
    currency: str
    period: str
    first: str
    last: str
    known_at: int
    is_closed: bool
    is_measured: bool
    """Whether events measured the last day; else it was measured for the reader."""
    tables: tuple[Table, ...]
    concerns: tuple[Concern, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing stands against giving these statements."""
        return not any(concern.is_blocking for concern in self.concerns)

    def table(self, name: str) -> Table | None:
        """The table of a name."""
        return next((table for table in self.tables if table.name == name), None)

    def row(self, ref: str) -> Row | None:
        """The row of a reference."""
        return next((row for table in self.tables for row in table.rows if row.ref == ref), None)


def summed(books: Books, selectors: Iterable[Selector]) -> Cell:
    """The cell of one or several selectors."""
    parts = tuple(selectors)
    return Cell(sum(part.total(books) for part in parts), parts)


def added(*cells: Cell) -> Cell:
    """The cell of several cells; nothing if one of them is nothing."""
    if any(cell.amount is None for cell in cells):
        return Cell(None)
    return Cell(
        sum(cell.amount or 0 for cell in cells),
        tuple(selector for cell in cells for selector in cell.selectors),
    )
