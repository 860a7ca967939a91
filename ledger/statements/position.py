"""Statement of financial position (IAS 1.54, .55; IFRS 18.96, .103), in order of liquidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.chart import CHART, RESULT, Section
from ledger.statements.basis import heading, shown
from ledger.statements.tree import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

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


_ASSETS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("cash", "Cash and cash equivalents", ("1000",), "IAS 1.54(i)"),
    ("restricted_cash", "Restricted cash", ("1030",), "IAS 7.48"),
    ("stablecoins", "Financial assets at amortised cost", ("1140", "1149"), "IAS 1.54(d)"),
    ("fvtpl", "Financial assets at fair value through profit or loss", ("1150",), "IAS 1.54(d)"),
    ("receivables", "Receivables and money lent", ("1160", "1200"), "IAS 1.54(h)"),
    ("prepayments", "Prepayments", ("1210",), "IAS 1.55"),
    ("inventories", "Inventories of digital assets", INVENTORY, "IAS 1.54(g)"),
    ("digital_assets", "Digital assets", DIGITAL, "IAS 1.55"),
    ("clearing", "Clearing (not classified)", ("1290",), "IAS 1.55"),
)
_LIABILITIES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("payables", "Payables", ("2000", "2010"), "IAS 1.54(k)"),
    ("deferred_income", "Deferred income", ("2100",), "IAS 1.55"),
)


def position(basis: Basis) -> Table:
    """Assets, liabilities and equity at the end of the period and of the comparative day."""
    net = "net assets/equity" if basis.policy.framework == "ipsas" else "equity"
    labels = equity_labels(basis)
    assets = _rows(basis, _ASSETS, 1)
    liabilities = _rows(basis, _LIABILITIES, -1)
    equity = _rows(basis, [(n, labels[n], a, "IAS 1.54(r)") for n, a in EQUITY.items()], -1)
    totals = [
        basis.total(f"position.{name}", label, rows, concept=f"ifrs-full:{name.capitalize()}")
        for name, label, rows in (
            ("assets", "Total assets", assets),
            ("liabilities", "Total liabilities", liabilities),
            ("equity", f"Total {net}", equity),
        )
    ]
    both = basis.total(
        "position.equity_and_liabilities",
        f"Total {net} and liabilities",
        totals[1:],
        concept="ifrs-full:EquityAndLiabilities",
    )
    rows: list[Row] = []
    for title, lines, total in zip(
        ("Assets", "Liabilities", net[0].upper() + net[1:]),
        (assets, liabilities, equity),
        totals,
        strict=True,
    ):
        name = total.ref.rpartition(".")[2]
        rows += [heading(f"position.of_{name}", title), *shown(lines), total]
    return Table(
        "position", "Statement of financial position", basis.day_heads, (*rows, both), "IAS 1.54"
    )


def _rows(
    basis: Basis, lines: Iterable[tuple[str, str, tuple[str, ...], str]], sign: int
) -> list[Row]:
    return [
        basis.balance(f"position.{name}", label, accounts, sign=sign, paragraph=paragraph)
        for name, label, accounts, paragraph in lines
    ]


def unbalanced(basis: Basis) -> int:
    """Assets less liabilities and equity at the end of the period: nothing, always."""
    return sum(
        series.until(basis.period.last)
        for (account, _, _), series in basis.books.journal.sums.items()
        if CHART[account].section is not Section.MEMO
    )
