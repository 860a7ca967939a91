"""Purchase histories: the CSV format, strictly read (docs/reference/history-csv.md).

    trade_date,kind,asset,units,consideration,currency,fee,counterparty,account,reference,source

`kind` is acquisition, disposal or receipt. For a receipt `source` begins with the word of its
source (`mining`, `airdrop` …) and `counterparty` may be empty. Every fault names line and column.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from ledger.cli.csv_rows import check_used_once, fault, read_cells
from ledger.kernel import amounts, identifiers
from ledger.kernel.errors import HistoryError, LedgerError
from ledger.kernel.fixed import fixed
from ledger.kernel.identifiers import check_form
from ledger.kernel.instants import check_day
from ledger.kernel.money import minor_unit_digits
from ledger.kernel.text import check_text

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = (
    "trade_date",
    "kind",
    "asset",
    "units",
    "consideration",
    "currency",
    "fee",
    "counterparty",
    "account",
    "reference",
    "source",
)
KINDS = ("acquisition", "disposal", "receipt")
_CELL_CHARS_MAX = 1_000
_REFERENCE_CHARS_MAX = 55
"""Leaves room for `/settled`, the reference of the row's second event."""


@fixed
class Row:
    """One row of a history, its values checked for form."""

    line: int
    trade_date: str
    kind: str
    asset: str
    units: str
    consideration: str
    currency: str
    fee: str
    counterparty: str
    account: str
    reference: str
    source: str

    def column_of(self, rule: str, found: str) -> str:
        """The column that a finding of admission is about, as far as its name and value tell."""
        if rule == "amount_scale":
            money = {f"{self.fee} {self.currency}": "fee", f"{self.units} {self.asset}": "units"}
            return money.get(found, "consideration")
        match = _COLUMN_OF_LAW.match(rule)
        return _COLUMN_OF.get(match.group(1), match.group(1)) if match else "kind"

    def column_of_member(self, path: str) -> str:
        """The column from which a member of a body came, by the path of the member."""
        first, _, rest = path.partition(".")
        if rest == "currency":
            return rest
        found = _COLUMN_OF.get(first, first)
        return found if found in COLUMNS else "kind"

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The row as events: (kind, members), to be signed in this order."""
        grounds = {
            "facts": {},
            "evidence": [hashlib.sha256(self.source.encode()).hexdigest()] if self.source else [],
        }
        dated = {"value_date": self.trade_date, **grounds}
        if self.kind == "receipt":
            return [("receipt.recorded", {**self._receipt(), **dated})]
        is_purchase = self.kind == "acquisition"
        bound, paid = (
            ("max_consideration", "consideration") if is_purchase else ("min_proceeds", "proceeds")
        )
        money = {"currency": self.currency, "amount": self.consideration}
        fees = [{"leg": "cash", "currency": self.currency, "amount": self.fee}] if self.fee else []
        proposed = {
            "asset": self.asset,
            "units": self.units,
            bound: money,
            "counterparty": self.counterparty,
            "account": self.account,
            "reference": self.reference,
            **dated,
        }
        settled = {
            "units": self.units,
            paid: money,
            "fees": fees,
            "trade_date": self.trade_date,
            "final": True,
            "reference": f"{self.reference}/settled",
            **dated,
        }
        return [(f"{self.kind}.proposed", proposed), (f"{self.kind}.settled", settled)]

    def _receipt(self) -> dict[str, Any]:
        members: dict[str, Any] = {
            "asset": self.asset,
            "units": self.units,
            "account": self.account,
            "source": self.source.split(" ", 1)[0],
            "reference": self.reference,
        }
        if self.consideration:
            members["fair_value"] = {"currency": self.currency, "amount": self.consideration}
        return members


def read_history(data: bytes) -> list[Row]:
    """Every row of a history; `HistoryError` with line and column of the first fault."""
    rows = [_row(line, cells) for line, cells in read_cells(data, COLUMNS)]
    check_used_once((row.line, row.reference) for row in rows)
    return rows


def _row(line: int, cells: list[str]) -> Row:
    values = dict(zip(COLUMNS, cells, strict=True))
    for column, cell in values.items():
        try:
            _check(column, cell, values["kind"])
        except LedgerError as error:
            raise fault(line, column, error.message) from None
    if values["kind"] == "receipt":
        _check_receipt(line, values)
    return Row(line, *cells)


def _check_receipt(line: int, values: dict[str, str]) -> None:
    """What a receipt does not record is refused, so that nothing in a file is silently lost."""
    for column in ("fee", "counterparty"):
        if values[column]:
            raise fault(line, column, f"a receipt has no {column}; say it in the source")
    for column, other in (("consideration", "currency"), ("currency", "consideration")):
        if values[other] and not values[column]:
            raise fault(line, column, f"missing beside the {other}")


def _check(column: str, cell: str, kind: str) -> None:
    """Check one cell by its column's form; a receipt may leave money and counterparty empty."""
    if len(cell) > _CELL_CHARS_MAX:
        raise HistoryError(f"more than {_CELL_CHARS_MAX} characters")
    optional = {"fee", "source"}
    if kind == "receipt":
        optional = {"fee", "counterparty", "consideration", "currency"}
    if not cell and column in optional:
        return
    if column in _CHECKS:
        _CHECKS[column](cell)
    else:
        check_form(cell, *_FORMS[column])
    if column == "reference" and len(cell) > _REFERENCE_CHARS_MAX:
        raise HistoryError(f"more than {_REFERENCE_CHARS_MAX} characters")


def _check_kind(cell: str) -> None:
    if cell not in KINDS:
        raise HistoryError(f"{cell!r:.40} is not one of {', '.join(KINDS)}")


_CHECKS: dict[str, Callable[[str], object]] = {
    "kind": _check_kind,
    "trade_date": check_day,
    "currency": minor_unit_digits,
    "source": lambda cell: check_text(cell, limit=_CELL_CHARS_MAX),
}


_FORMS = {
    "asset": (identifiers.ASSET, "the code of an asset"),
    "units": (amounts.POSITIVE, "an amount above zero"),
    "consideration": (amounts.NOT_NEGATIVE, "an amount"),
    "fee": (amounts.POSITIVE, "an amount above zero, or empty"),
    "counterparty": (identifiers.SLUG, "the name of a counterparty"),
    "account": (identifiers.SLUG, "the name of an account"),
    "reference": (identifiers.REFERENCE, "a reference"),
}

_COLUMN_OF_LAW = re.compile(r"(asset|account|counterparty|value_date|period|units)")
_COLUMN_OF = {
    "value_date": "trade_date",
    "period": "trade_date",
    "max_consideration": "consideration",
    "min_proceeds": "consideration",
    "proceeds": "consideration",
    "fair_value": "consideration",
    "fees": "fee",
}
