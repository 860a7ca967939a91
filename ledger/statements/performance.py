"""Profit or loss and other comprehensive income: IAS 1 and IFRS 18 from one set of rows.

Every account of profit or loss has its IFRS 18 category from the start; the two layouts group and
order the same rows, so their totals can only be equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.chart import CHART, RESULT, Category
from ledger.statements.basis import heading, shown
from ledger.statements.tree import Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.statements.basis import Basis

ROWS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("disposal", "Gain (loss) on disposal of digital assets", ("4000", "5000"), "IAS 38.113"),
    ("revaluation", "Revaluation recognised in profit or loss", ("4010", "5010"), "IAS 38.85"),
    ("impairment", "Impairment loss", ("5030",), "IAS 36.126(a)"),
    ("reversal", "Reversal of impairment", ("4030",), "IAS 36.126(b)"),
    ("fair_value", "Change of fair value", ("4020", "5020"), "IAS 1.85"),
    ("mining", "Mining and validation income", ("4050",), "IAS 1.85"),
    ("rewards", "Staking rewards", ("4040",), "IAS 1.85"),
    ("airdrops", "Airdrops and forks", ("4060",), "IAS 1.85"),
    ("interest", "Interest", ("4080",), "IAS 1.82(a)"),
    ("other_income", "Grants, forfeitures and other income", ("4090",), "IAS 1.85"),
    ("exchange", "Exchange differences", ("4070", "5070"), "IAS 21.52(a)"),
    ("credit_loss", "Expected credit loss", ("5080",), "IAS 1.82(ba)"),
    ("trade_costs", "Costs of trades", ("5045",), "IFRS 18.54"),
    ("fees", "Network and exchange fees", ("5040",), "IAS 1.85"),
    ("custody", "Custody and management fees", ("5050",), "IAS 1.102"),
    ("administration", "Administration", ("5060",), "IAS 1.102"),
    ("finance_costs", "Interest expense", ("5090",), "IAS 1.82(b)"),
)
"""Reference, label, accounts, paragraph: together every account of profit or loss, each once."""
_RESULT_NAMES = {
    "ifrs": "Profit or loss",
    "ipsas": "Surplus or deficit",
    "us_gaap": "Net income",
    "gasb": "Change in net position",
}


def performance(basis: Basis) -> Table:
    """Profit or loss and OCI of the period and its comparative."""
    lines = [
        (basis.movement(f"performance.{name}", label, accounts, paragraph=paragraph), accounts)
        for name, label, accounts, paragraph in ROWS
    ]
    rows = _by_category(basis, lines) if basis.profile == "ifrs18" else _flat(basis, lines)
    title = {
        "ipsas": "Statement of financial performance",
        "us_gaap": "Statement of operations",
    }.get(basis.policy.framework, "Statement of profit or loss and other comprehensive income")
    return Table("performance", title, basis.heads, tuple(rows), "IAS 1.81A")


def _result(basis: Basis, rows: Sequence[Row]) -> Row:
    label = _RESULT_NAMES[basis.policy.framework]
    return basis.total(
        "performance.result", label, rows, paragraph="IAS 1.81A(a)",
        concept="ifrs-full:ProfitLoss",
    )  # fmt: skip


def _flat(basis: Basis, lines: Sequence[tuple[Row, tuple[str, ...]]]) -> list[Row]:
    every = [row for row, _ in lines]
    result = _result(basis, every)
    return [*shown(every), result, *_oci(basis, result)]


def _by_category(basis: Basis, lines: Sequence[tuple[Row, tuple[str, ...]]]) -> list[Row]:
    """Operating, investing, financing, with the two subtotals of IFRS 18.69."""
    groups: dict[Category, list[Row]] = {
        Category.OPERATING: [], Category.INVESTING: [], Category.FINANCING: [],
    }  # fmt: skip
    for row, accounts in lines:
        groups[category(basis, accounts[0])].append(row)
    rows: list[Row] = []
    before: list[Row] = []
    operating = basis.total(
        "performance.operating", "Operating profit or loss", groups[Category.OPERATING],
        paragraph="IFRS 18.69(a)", concept="ifrs-full:ProfitLossFromOperatingActivities",
    )  # fmt: skip
    rows += [
        heading("performance.of_operating", "Operating"),
        *shown(groups[Category.OPERATING]),
        operating,
    ]
    before += [operating]
    if groups[Category.INVESTING]:
        rows += [
            heading("performance.of_investing", "Investing"),
            *shown(groups[Category.INVESTING]),
        ]
        before += groups[Category.INVESTING]
    subtotal = basis.total(
        "performance.before_financing", "Profit or loss before financing and income taxes",
        before, paragraph="IFRS 18.69(b)",
    )  # fmt: skip
    rows += [
        subtotal,
        heading("performance.of_financing", "Financing"),
        *shown(groups[Category.FINANCING]),
    ]
    result = _result(basis, [subtotal, *groups[Category.FINANCING]])
    return [*rows, result, *_oci(basis, result)]


def category(basis: Basis, account: str) -> Category:
    """The IFRS 18 category of an account, given the main business activity (.49, .58)."""
    found = CHART[account].category
    if found is not Category.RETURN:
        return found
    invests = basis.policy.main_business_activity == "invests_in_assets"
    return Category.OPERATING if invests else Category.INVESTING


def _oci(basis: Basis, result: Row) -> list[Row]:
    if basis.policy.framework == "ipsas":
        return []  # IPSAS 31 credits net assets directly: it stands in their changes
    revaluation = basis.movement(
        "performance.oci_revaluation", "Revaluation of digital assets", ("6000",),
        paragraph="IAS 1.82A",
    )  # fmt: skip
    translation = basis.movement(
        "performance.oci_translation", "Translation to the presentation currency", ("6100",),
        paragraph="IAS 21.52(b)",
    )  # fmt: skip
    oci = basis.total(
        "performance.oci", "Other comprehensive income", [revaluation, translation],
        paragraph="IAS 1.81A(b)", concept="ifrs-full:OtherComprehensiveIncome",
    )  # fmt: skip
    both = basis.total(
        "performance.comprehensive", "Total comprehensive income", [result, oci],
        paragraph="IAS 1.81A(c)", concept="ifrs-full:ComprehensiveIncome",
    )  # fmt: skip
    return [
        heading("performance.of_oci", "Items that will not be reclassified to profit or loss"),
        *shown([revaluation, translation]),
        oci,
        both,
    ]


def every_account_once() -> bool:
    """Whether the rows name every account of profit or loss exactly once."""
    named = [account for _, _, accounts, _ in ROWS for account in accounts]
    return sorted(named) == sorted(RESULT)
