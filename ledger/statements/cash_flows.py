"""Statement of cash flows (IAS 7), direct method: what moved cash, by activity.

Coins held as intangibles are investing (IAS 7.16), inventory is operating (.14), the owner's money
financing (.17). What never was cash (exchanges, receipts in kind, fees in coin) is in a note (.43).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.instants import add_days
from ledger.statements.basis import heading, shown
from ledger.statements.movements import CASH
from ledger.statements.tree import Row, Selector, Table, summed

if TYPE_CHECKING:
    from ledger.statements.basis import Basis

ROWS: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    ("operating", "inventory_purchases", "Inventories bought", ("inventory_purchase",), "IAS 7.14"),
    ("operating", "inventory_sales", "Inventories sold", ("inventory_proceeds",), "IAS 7.14"),
    ("operating", "running", "Fees, expenses and other operating", ("operating", "fee"),
     "IAS 7.14"),
    ("operating", "interest", "Interest received", ("interest",), "IAS 7.31"),
    ("investing", "purchases", "Purchase of digital assets", ("purchase",), "IAS 7.16(a)"),
    ("investing", "proceeds", "Proceeds from disposal of digital assets", ("proceeds",),
     "IAS 7.16(b)"),
    ("investing", "lent", "Money lent and returned", ("temporary_transfer",), "IAS 7.16(e)"),
    ("financing", "contributions", "Contributions of the State", ("contribution",), "IAS 7.17"),
    ("financing", "distributions", "Distributions to the State", ("distribution",), "IAS 7.17"),
    ("financing", "interest_paid", "Interest paid", ("interest_paid",), "IAS 7.31"),
    ("other", "entries", "Entries posted by hand", ("entry", "reversal", "correction",
     "reclassification", "migration", "opening", "swap", "disposal", "revaluation_oci",
     "revaluation_pl", "exchange", "delivery", "reward", "airdrop", "grant", "forfeiture",
     "receipt", "contribution_in_kind"), "IAS 7.21"),
)  # fmt: skip
"""Activity, reference, label, words of cash lines, paragraph: together all that moves cash."""
_TITLES = {
    "operating": "Operating activities",
    "investing": "Investing activities",
    "financing": "Financing activities",
    "other": "Not classified",
}


def cash_flows(basis: Basis) -> Table:
    """Cash flows of the period and its comparative, reconciled to cash (IAS 7.45)."""
    rows: list[Row] = []
    totals: list[Row] = []
    for activity, title in _TITLES.items():
        lines = [
            basis.movement(
                f"cash_flows.{name}", label, CASH, sign=1, words=words, paragraph=paragraph
            )
            for of, name, label, words, paragraph in ROWS
            if of == activity
        ]
        total = basis.total(f"cash_flows.{activity}", f"Net cash, {title.lower()}", lines)
        totals.append(total)
        if shown(lines):
            rows += [heading(f"cash_flows.of_{activity}", title), *shown(lines), total]
    exchange = basis.movement(
        "cash_flows.exchange", "Effect of exchange rates on cash", CASH, sign=1,
        words=("exchange_on_cash",), paragraph="IAS 7.28",
    )  # fmt: skip
    opening = basis.money(
        "cash_flows.opening",
        "Cash at the beginning",
        tuple(
            summed(basis.books, [Selector(CASH, "", add_days(span.first, -1), 1)])
            for span in basis.spans
        ),
    )
    closing = basis.total(
        "cash_flows.closing", "Cash at the end", [*totals, exchange, opening], paragraph="IAS 7.45"
    )
    net = basis.total("cash_flows.net", "Net change of cash", totals)
    rows += [net, *shown([exchange]), opening, closing]
    return Table("cash_flows", "Statement of cash flows", basis.heads, tuple(rows), "IAS 7.10")


def unreconciled(basis: Basis) -> int:
    """Cash at the end by its flows less cash of the books: nothing, always."""
    table = cash_flows(basis)
    closing = next(row for row in table.rows if row.ref == "cash_flows.closing")
    held = summed(basis.books, [Selector(CASH, "", basis.period.last, 1)])
    return (closing.cells[0].amount or 0) - (held.amount or 0)
