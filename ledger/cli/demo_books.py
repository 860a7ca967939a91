"""The books of the demonstration: a policy, a fair value, a sealed close, statements, a trace.

El Salvador's purchases are kept at cost under IFRS and tested for impairment at the end of 2021;
Strategy's quarters are replayed from the accounting case that ships (US standards of that time).
Classification and market are assumptions of the demonstration, not statements about either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.cli import output
from ledger.cli.bookkeeping import read_books
from ledger.cli.commands.accounting import shipped_cases
from ledger.cli.commands.tracing import show_figure, traced_figure
from ledger.cli.demo_fund import DOCUMENT, GROUNDS
from ledger.cli.report_tables import money, show_report
from ledger.kernel.amounts import parse_amount
from ledger.kernel.errors import present
from ledger.rehearsal.accounting_case import canonical, read_cases
from ledger.rehearsal.accounting_trial import figures_of
from ledger.statements.report import basis_of, report_of, table_named
from ledger.statements.seals import seals_of

if TYPE_CHECKING:
    from ledger.cli.demo_fund import DemoFund
    from ledger.cli.workspace import Workspace

PERIOD, LAST_DAY = "2021", "2021-12-31"
PRICE = "45650"
SOURCE = "Coinbase, BTC-USD, low of 2021-12-31"
_BOTH = ["investment-1", "risk-1"]
CENTS = 2
QUARTERS = "strategy-2020-2021-implied-prices"


def keep_books(fund: DemoFund) -> None:
    """Adopt a policy and a fair value, and close 2021 with its seals."""
    fund.govern(
        "accounting_policy.adopted",
        effective_from="2021-01-01",
        framework="ifrs",
        functional_currency="USD",
        cost_formula="fifo",
        memo=DOCUMENT,
        assets=[
            {
                "asset": "BTC",
                "classification": "intangible",
                "memo": DOCUMENT,
                "measurement_model": "cost",
                "class_id": "payment-tokens",
                "bpm7_class": "nonproduced_nonfinancial",
            }
        ],
    )
    seen = fund.do(
        "price.observed", "treasury-1", asset="BTC", currency="USD", price=PRICE,
        observed_at=f"{LAST_DAY}T23:00:00.000000Z", source=SOURCE, market="BTC-USD",
        value_date=LAST_DAY, **GROUNDS,
    )  # fmt: skip
    fund.do(
        "valuation.adopted", "treasury-1", cosigners=_BOTH, asset="BTC", currency="USD",
        fair_value=PRICE, level="1", method=SOURCE, prices=[seen.event_id],
        value_date=LAST_DAY, **GROUNDS,
    )  # fmt: skip
    seals = seals_of(read_books(fund.workspace), PERIOD)
    fund.do(
        "period.closed", "treasury-1", cosigners=_BOTH, period=PERIOD,
        starts_on=seals.span.first, ends_on=seals.span.last, trial_balance=seals.trial_balance,
        statements=seals.statements,
    )  # fmt: skip


def show_books(workspace: Workspace) -> None:
    """The statements of 2021, and one figure walked down to its signed events."""
    history = read_books(workspace)
    basis = basis_of(history, PERIOD)
    report = report_of(basis, history.held(LAST_DAY))
    tables = [table_named(report, name) for name in ("position", "performance", "roll_forward")]
    show_report(report, tables, refs=False)
    output.say("Cash is below zero: no source names the money that paid for the purchases.\n")
    row = present(report.row("position.digital_assets"), "the fund holds digital assets")
    show_figure(traced_figure(workspace, basis, report, row, 1), as_json=False)
    output.say()


def show_quarters() -> None:
    """Strategy's quarters from its lots and prices, beside what was reported."""
    case = next(
        case
        for name, data in shipped_cases()
        for case in read_cases(data, where=name).cases
        if case.id == QUARTERS
    )
    reported = {
        row["quarter"]: row["reported"]
        for row in present(case.expected.notes, "the case has notes")["reported"]
    }
    rows = figures_of(case)["notes"]["by_quarter"]
    output.say("Strategy's quarters under the US standards of that time (no reversal), replayed:")
    names = ("purchases", "impairment", "carrying_amount")
    heads = ["quarter"]
    for name in names:
        heads += [name.replace("_", " "), "reported"]
    output.table(
        heads,
        [[row["quarter"], *_pairs(row, reported[row["quarter"]], names)] for row in rows],
        right=heads[1:],
    )
    output.say(
        "Purchases differ as the filings do; six of the fourteen prices are solved from the "
        "reported impairment\n(policies/accounting_cases/README.md), the rest are public lows.\n"
    )


def _pairs(row: dict[str, Any], reported: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    cells = []
    for name in names:
        cells += [_cents(row[name]), _cents(canonical(reported[name]))]
    return cells


def _cents(amount: str) -> str:
    return money(parse_amount(amount, CENTS), CENTS)
