"""Observations as CSV, strictly read (docs/reference/observation-csv.md).

    observed,measure,subject,value,unit,source,market,reference

`observed` is a day, or an instant. The measure `price` is the price of one whole unit of the asset
`subject` in the currency `unit`, made on `market`; every other measure is an observation, and its
`market` is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.cli.csv_rows import check_used_once, fault, read_cells
from ledger.kernel import amounts, identifiers
from ledger.kernel.errors import HistoryError, LedgerError
from ledger.kernel.fixed import fixed
from ledger.kernel.identifiers import check_form
from ledger.kernel.instants import check_day, check_instant
from ledger.kernel.text import check_text

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = ("observed", "measure", "subject", "value", "unit", "source", "market", "reference")
PRICE = "price"
_SUBJECT = r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}"
_UNIT = r"[A-Za-z][A-Za-z0-9_/%]{0,31}"
_NAME_CHARS_MAX = 120
_DAY_CHARS = 10


@fixed
class ObservationRow:
    """One row, its values checked for form."""

    line: int
    observed: str
    measure: str
    subject: str
    value: str
    unit: str
    source: str
    market: str
    reference: str

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The row as one event."""
        common = {
            "source": self.source,
            "reference": self.reference,
            "facts": {},
            "evidence": [],
        }
        if self.measure == PRICE:
            is_day = len(self.observed) == _DAY_CHARS
            at = f"{self.observed}T00:00:00.000000Z" if is_day else self.observed
            price = {"asset": self.subject, "currency": self.unit, "price": self.value}
            market = {"observed_at": at, "market": self.market}
            return [("price.observed", {**price, **market, **common, "value_date": at[:10]})]
        seen = {"measure": self.measure, "subject": self.subject, "value": self.value}
        dated = {"observed_on": self.observed, "value_date": self.observed}
        return [("observation.recorded", {**seen, "unit": self.unit, **dated, **common})]

    def column_of(self, rule: str, _found: str) -> str:
        """The column that a finding of admission is about."""
        if rule in {"amount_scale", "value_date_too_early"}:
            return "value" if rule == "amount_scale" else "observed"
        if rule == "observation_unit_differs":
            return "unit"
        return "subject" if rule.startswith("asset") else "observed"

    def column_of_member(self, path: str) -> str:
        """The column from which a member of a body came."""
        names = {"asset": "subject", "currency": "unit", "price": "value"}
        found = names.get(path, path)
        return found if found in COLUMNS else "observed"


def read_observations(data: bytes) -> list[ObservationRow]:
    """Every row of a file; `HistoryError` with line and column of the first fault."""
    rows = [_row(line, cells) for line, cells in read_cells(data, COLUMNS)]
    check_used_once((row.line, row.reference) for row in rows)
    return rows


def _row(line: int, cells: list[str]) -> ObservationRow:
    values = dict(zip(COLUMNS, cells, strict=True))
    is_price = values["measure"] == PRICE
    for column, cell in values.items():
        try:
            _check(column, cell, is_price=is_price)
        except LedgerError as error:
            raise fault(line, column, error.message) from None
    return ObservationRow(line, *cells)


def _check(column: str, cell: str, *, is_price: bool) -> None:
    if column == "market":
        if not is_price and cell:
            raise HistoryError("only a price has a market")
        if is_price:
            check_text(cell, limit=_NAME_CHARS_MAX)
        return
    if column == "observed":
        whole_day = len(cell) == _DAY_CHARS or not is_price
        (check_day if whole_day else check_instant)(cell)
        return
    if column in _CHECKS:
        _CHECKS[column](cell)


_CHECKS: dict[str, Callable[[str], object]] = {
    "measure": lambda cell: check_form(cell, identifiers.CODE, "the name of a measure"),
    "subject": lambda cell: check_form(cell, _SUBJECT, "what was measured"),
    "value": lambda cell: check_form(cell, amounts.AMOUNT, "an amount"),
    "unit": lambda cell: check_form(cell, _UNIT, "a unit"),
    "source": lambda cell: check_text(cell, limit=_NAME_CHARS_MAX),
    "reference": lambda cell: check_form(cell, identifiers.REFERENCE, "a reference"),
}
