"""What every statement is made from: the books, the period and its comparative, and row makers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.chart import CHART
from ledger.kernel.errors import InputError, present
from ledger.kernel.instants import add_days, add_months
from ledger.kernel.money import minor_unit_digits
from ledger.statements.tree import Cell, Row, Selector, Span, summed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.accounting_policies import AccountingPolicyAdopted
    from ledger.projections.books import Books
    from ledger.projections.fund_history import FundHistory

PROFILES = ("ias1", "ifrs18")
_MONTHS = {"Q": 3, "-": 1}
_PERIOD = re.compile(r"[1-9][0-9]{3}(?:Q[1-4]|-(?:0[1-9]|1[0-2]))?\Z", re.ASCII)


@dataclass(slots=True)
class Basis:
    """The books of one fund at the end of a period, and how they are to be shown."""

    fund: str
    history: FundHistory
    books: Books
    period: Span
    before: Span | None
    """The comparative period; None if the fund has none."""
    opening_day: str
    """The last day of the balance that the period is compared with."""
    profile: str

    @property
    def policy(self) -> AccountingPolicyAdopted:
        """The policy of the last day."""
        return present(self.books.policy, "statements are made under a policy")

    @property
    def currency(self) -> str:
        """The functional currency, in which the statements are."""
        return self.books.values.currency

    @property
    def digits(self) -> int:
        """Digits of its minor unit."""
        return minor_unit_digits(self.currency)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The period and its comparative, as columns."""
        return (self.period, self.before) if self.before else (self.period,)

    @property
    def days(self) -> tuple[Span, ...]:
        """The last day of the period and the day that it is compared with, as columns."""
        last = Span(self.period.last, "", self.period.last)
        if self.before is None:
            return (last,)
        return (last, Span(self.opening_day, "", self.opening_day))

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the columns of a period."""
        return tuple(span.name for span in self.spans)

    @property
    def day_heads(self) -> tuple[str, ...]:
        """Names of the columns of days."""
        return tuple(span.name for span in self.days)

    def assets(self) -> list[str]:
        """Every asset that was ever in the books, in order."""
        return sorted(self.books.pools)

    # -- rows ----------------------------------------------------------------------------------

    def balance(
        self,
        ref: str,
        label: str,
        accounts: Iterable[str],
        *,
        sign: int = 1,
        dimension: str | None = None,
        paragraph: str = "",
    ) -> Row:
        """A row of balances at the end of each column's day."""
        numbers = frozenset(accounts)
        cells = tuple(
            summed(self.books, [Selector(numbers, "", span.last, sign, dimension)])
            for span in self.days
        )
        return self.money(ref, label, cells, paragraph=paragraph, concept=_concept(numbers))

    def movement(  # noqa: PLR0913 - a row of a statement
        self,
        ref: str,
        label: str,
        accounts: Iterable[str],
        *,
        sign: int = -1,
        dimension: str | None = None,
        words: Iterable[str] | None = None,
        paragraph: str = "",
    ) -> Row:
        """A row of what moved in each column's span."""
        numbers = frozenset(accounts)
        said = None if words is None else frozenset(words)
        cells = tuple(
            summed(self.books, [Selector(numbers, span.first, span.last, sign, dimension, said)])
            for span in self.spans
        )
        return self.money(ref, label, cells, paragraph=paragraph, concept=_concept(numbers))

    def money(
        self,
        ref: str,
        label: str,
        cells: tuple[Cell, ...],
        *,
        style: str = "line",
        paragraph: str = "",
        concept: str = "",
    ) -> Row:
        """A row of amounts of the functional currency."""
        return Row(ref, label, cells, self.currency, self.digits, style, concept, paragraph)

    def total(
        self, ref: str, label: str, rows: Iterable[Row], *, paragraph: str = "", concept: str = ""
    ) -> Row:
        """A row that adds others up, column by column."""
        columns = zip(*[row.cells for row in rows if row.cells], strict=True)
        cells = tuple(
            Cell(
                sum(cell.amount or 0 for cell in column),
                tuple(one for cell in column for one in cell.selectors),
            )
            for column in columns
        )
        return self.money(ref, label, cells, style="total", paragraph=paragraph, concept=concept)

    def units(self, ref: str, label: str, asset: str, cells: tuple[Cell, ...], **more: str) -> Row:
        """A row of units of an asset."""
        return Row(ref, label, cells, asset, self.books.scales[asset], **more)


def _concept(numbers: frozenset[str]) -> str:
    """The concept of the first account, by number."""
    return CHART[min(numbers)].concept


def heading(ref: str, label: str) -> Row:
    """A row that only says what follows."""
    return Row(ref, label, style="heading")


def text(ref: str, label: str, paragraph: str = "") -> Row:
    """A row of words."""
    return Row(ref, label, style="text", paragraph=paragraph)


def shown(rows: Iterable[Row]) -> list[Row]:
    """Rows without those whose every cell is nothing or zero."""
    return [row for row in rows if not row.cells or any(cell.amount for cell in row.cells)]


def span_of(name: str, history: FundHistory) -> Span:
    """The days of a period: of the closed one of that name, else of the calendar."""
    for close in history.reader.periods:
        if close.period == name:
            return Span(name, close.starts_on, close.day)
    return calendar_span(name)


def calendar_span(name: str) -> Span:
    """The days of `2026`, `2026Q3` or `2026-09`."""
    if _PERIOD.match(name) is None:
        raise InputError(
            f"{name[:20]!r} is not a period", hint="Write it like 2026, 2026Q3 or 2026-09"
        )
    year, rest = name[:4], name[4:]
    if not rest:
        return Span(name, f"{year}-01-01", f"{year}-12-31")
    number, months = int(rest[1:]), _MONTHS[rest[0]]
    first = f"{year}-{(number - 1) * months + 1:02}-01"
    return Span(name, first, add_days(add_months(first, months), -1))


def comparative_of(span: Span) -> tuple[Span, str]:
    """The same span a year before, and the balance day: the end of the year before (IAS 34.20)."""
    year = int(span.first[:4]) - 1
    name = f"{year:04}{span.name[4:]}"
    first = add_months(span.first, -12)
    last = add_days(add_months(add_days(span.last, 1), -12), -1)
    return Span(name, first, last), add_days(f"{span.first[:4]}-01-01", -1)
