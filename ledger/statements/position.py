"""Statement of financial position (IAS 1.54, .55; IFRS 18.96, .103), in order of liquidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.chart import CHART, RESULT, Section
from ledger.statements.basis import heading, shown
from ledger.statements.tree import Table

if TYPE_CHECKING:
    from ledger.statements.basis import Basis
    from ledger.statements.tree import Row

DIGITAL = ("1100", "1105", "1110", "1119")
INVENTORY = ("1120", "1130")
EQUITY: dict[str, tuple[str, ...]] = {
    "contributed_capital": ("3000",),
    "revaluation_surplus": ("3100", "3110", "6000"),
    "translation_reserve": ("3200", "6100"),
    "retained_earnings": ("3300", "3310", *sorted(RESULT)),
}
"""Component of equity to the accounts that make it: OCI and profit belong to it when they arise."""
_LABELS = {
    "contributed_capital": "Contributed capital",
    "revaluation_surplus": "Revaluation surplus",
    "translation_reserve": "Translation reserve",
    "retained_earnings": "Retained earnings",
}
_IPSAS_LABELS = {**_LABELS, "retained_earnings": "Accumulated surpluses or deficits"}


def equity_labels(basis: Basis) -> dict[str, str]:
    """What the components of equity are called under the framework."""
    return _IPSAS_LABELS if basis.policy.framework == "ipsas" else _LABELS


def position(basis: Basis) -> Table:
    """Assets, liabilities and equity at the end of the period and of the comparative day."""
    row = basis.balance
    assets = [
        row("position.cash", "Cash and cash equivalents", ("1000",), paragraph="IAS 1.54(i)"),
        row("position.restricted_cash", "Restricted cash", ("1030",), paragraph="IAS 7.48"),
        row("position.stablecoins", "Financial assets at amortised cost", ("1140", "1149"),
            paragraph="IAS 1.54(d)"),
        row("position.fvtpl", "Financial assets at fair value through profit or loss", ("1150",),
            paragraph="IAS 1.54(d)"),
        row("position.receivables", "Receivables and money lent", ("1160", "1200"),
            paragraph="IAS 1.54(h)"),
        row("position.prepayments", "Prepayments", ("1210",), paragraph="IAS 1.55"),
        row("position.inventories", "Inventories of digital assets", INVENTORY,
            paragraph="IAS 1.54(g)"),
        row("position.digital_assets", "Digital assets", DIGITAL, paragraph="IAS 1.55"),
        row("position.clearing", "Clearing (not classified)", ("1290",), paragraph="IAS 1.55"),
    ]  # fmt: skip
    liabilities = [
        row("position.payables", "Payables", ("2000", "2010"), sign=-1,
            paragraph="IAS 1.54(k)"),
        row("position.deferred_income", "Deferred income", ("2100",), sign=-1,
            paragraph="IAS 1.55"),
    ]  # fmt: skip
    labels = equity_labels(basis)
    equity = [
        row(f"position.{name}", labels[name], accounts, sign=-1, paragraph="IAS 1.54(r)")
        for name, accounts in EQUITY.items()
    ]
    net = "net assets/equity" if basis.policy.framework == "ipsas" else "equity"
    total_assets = basis.total(
        "position.assets", "Total assets", assets, concept="ifrs-full:Assets"
    )
    total_liabilities = basis.total(
        "position.liabilities", "Total liabilities", liabilities, concept="ifrs-full:Liabilities"
    )
    total_equity = basis.total(
        "position.equity", f"Total {net}", equity, concept="ifrs-full:Equity"
    )
    both = basis.total(
        "position.equity_and_liabilities",
        f"Total {net} and liabilities",
        [total_equity, total_liabilities],
        concept="ifrs-full:EquityAndLiabilities",
    )
    rows: list[Row] = [
        heading("position.of_assets", "Assets"),
        *shown(assets),
        total_assets,
        heading("position.of_liabilities", "Liabilities"),
        *shown(liabilities),
        total_liabilities,
        heading("position.of_equity", net[0].upper() + net[1:]),
        *shown(equity),
        total_equity,
        both,
    ]
    return Table(
        "position", "Statement of financial position", basis.day_heads, tuple(rows), "IAS 1.54"
    )


def unbalanced(basis: Basis) -> int:
    """Assets less liabilities and equity at the end of the period: nothing, always."""
    return sum(
        series.until(basis.period.last)
        for (account, _, _), series in basis.books.journal.sums.items()
        if CHART[account].section is not Section.MEMO
    )
