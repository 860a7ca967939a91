"""Stated balances as CSV, and how they compare with the holdings.

    account,asset,units,as_of

A custodian's statement, or balances observed on the chain: what each account held of each asset at
the end of a day. It is compared with the holdings of the same day, units with units; what is in
transit is listed beside, never netted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.cli.csv_rows import fault, read_cells
from ledger.kernel import amounts, identifiers
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import LedgerError
from ledger.kernel.fixed import fixed
from ledger.kernel.identifiers import check_form
from ledger.kernel.instants import check_day, days_between

if TYPE_CHECKING:
    from ledger.domain.state import State

COLUMNS = ("account", "asset", "units", "as_of")


@fixed
class StatedRow:
    """One stated balance, checked for form."""

    line: int
    account: str
    asset: str
    units: str
    as_of: str


@fixed
class Compared:
    """One stated balance beside the holdings; amounts in whole units."""

    row: StatedRow
    held: str
    difference: str
    """Stated less held."""
    in_transit: str
    """Units that left this account and have not arrived, listed and not netted."""

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.difference == "0"


@fixed
class OpenBreak:
    """A difference that was raised and is not resolved."""

    event_id: str
    account: str
    asset: str
    as_of: str
    difference: str
    age: int
    """Days since it was raised."""


def read_statement(data: bytes) -> list[StatedRow]:
    """Every row of a statement; `HistoryError` with line and column of the first fault."""
    rows = []
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in read_cells(data, COLUMNS):
        for column, cell in zip(COLUMNS, cells, strict=True):
            _check(line, column, cell)
        row = StatedRow(line, *cells)
        first = seen.setdefault((row.account, row.asset, row.as_of), line)
        if first != line:
            raise fault(line, "account", f"this balance stands in line {first} already")
        rows.append(row)
    return rows


def _check(line: int, column: str, cell: str) -> None:
    try:
        if column == "as_of":
            check_day(cell)
        elif column == "units":
            check_form(cell, amounts.NOT_NEGATIVE, "an amount")
        elif column == "asset":
            check_form(cell, identifiers.ASSET, "the code of an asset")
        else:
            check_form(cell, identifiers.SLUG, "the name of an account")
    except LedgerError as error:
        raise fault(line, column, error.message) from None


def compared(state: State, row: StatedRow, day: str) -> Compared:
    """A row beside the holdings at the end of its day; `HistoryError` if it cannot be."""
    asset = state.assets.get(row.asset)
    if asset is None:
        raise fault(row.line, "asset", f"no asset {row.asset} is listed")
    if row.account not in state.accounts:
        raise fault(row.line, "account", f"no account {row.account} was opened")
    if row.as_of > day:
        raise fault(row.line, "as_of", f"{row.as_of} lies after today, {day}")
    try:
        stated = parse_amount(row.units, asset.scale)
    except LedgerError as error:
        raise fault(row.line, "units", error.message) from None
    balance = state.balance(row.account, row.asset)
    held = balance.by_day.until(row.as_of)
    return Compared(
        row,
        render_amount(held, asset.scale),
        render_amount(stated - held, asset.scale),
        render_amount(balance.in_transit, asset.scale),
    )


def open_breaks(state: State, day: str) -> list[OpenBreak]:
    """Every open break with its age, the oldest first."""
    found = [
        OpenBreak(
            event_id,
            entry.account,
            entry.asset,
            entry.as_of,
            render_amount(entry.difference, state.assets[entry.asset].scale),
            days_between(entry.raised_on, day),
        )
        for event_id, entry in state.breaks.items()
    ]
    return sorted(found, key=lambda one: (-one.age, one.event_id))
