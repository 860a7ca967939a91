"""Statements beside the primary ones: custody, the reserve, statistics, significant holdings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ledger.domain.chart import CARRYING, RESULT
from ledger.kernel.rounding import share
from ledger.projections.journal import COST, UNITS
from ledger.statements.basis import heading, shown, text
from ledger.statements.movements import memo_of
from ledger.statements.tree import Cell, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.statements.basis import Basis

UnitsAt = dict[tuple[str, str], int]
"""(account, asset) to base units, in transit counted where they left."""


def custody(basis: Basis, held: Mapping[tuple[str, str], int]) -> Table:
    """Units and carrying amount by custodian and method of custody.

    Lots are the fund's: an account has the share of the carrying amount that its units are of all.
    """
    reader = basis.history.reader
    by_place: defaultdict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
    for (account, asset), count in sorted(held.items()):
        opened = reader.accounts[account]
        own = count - basis.books.of_others.get((account, asset), 0)
        if own and opened.owner_class == "own":
            by_place[opened.custodian, opened.method].append((account, asset, own))
    left: dict[str, tuple[int, int]] = {
        asset: (_carrying(basis, asset), memo_of(basis.books, UNITS, asset, basis.period.last))
        for asset in basis.assets()
    }
    rows: list[Row] = []
    for (custodian, method), places in sorted(by_place.items()):
        name = reader.custodians[custodian].legal_name
        rows.append(heading(f"custody.of.{custodian}.{method}", f"{name} ({custodian}), {method}"))
        for account, asset, count in places:
            amount, units = left.get(asset, (0, count))
            part = share(amount, count, units) if units else 0
            left[asset] = (amount - part, units - count)
            ref = f"custody.{account}.{asset}"
            rows += [
                basis.units(f"{ref}.units", f"{asset} on {account}", asset, (Cell(count),)),
                basis.money(ref, "carrying amount", (Cell(part),), paragraph="IAS 1.112(c)"),
            ]
    total = sum(_carrying(basis, asset) for asset in basis.assets())
    rows.append(
        basis.money("custody.total", "Carrying amount in custody", (Cell(total),), style="total")
    )
    return Table("custody", "Custody statement", (basis.period.last,), tuple(rows))


def _carrying(basis: Basis, asset: str) -> int:
    return sum(
        series.until(basis.period.last)
        for (account, by, _), series in basis.books.journal.sums.items()
        if by == asset and account in CARRYING
    )


def reserve(basis: Basis) -> Table:
    """Source of funds, withdrawals and performance, as the Santiago Principles ask (GAPP 4, 17)."""
    sources = [
        basis.movement("reserve.contributions", "Contributions in cash", ("3000",),
                       words=("contribution",), paragraph="GAPP 4"),
        basis.movement("reserve.in_kind", "Contributions in kind", ("3000",),
                       words=("contribution_in_kind", "receipt"), paragraph="GAPP 4"),
        basis.movement("reserve.taken_on", "Holdings taken on", ("3000",), words=("opening",),
                       paragraph="GAPP 4"),
        basis.movement("reserve.revenue", "Forfeitures and other revenue", ("4090",),
                       paragraph="GAPP 4"),
    ]  # fmt: skip
    withdrawals = [
        basis.movement("reserve.distributions", "Distributions to the State", ("3310",),
                       paragraph="GAPP 5"),
    ]  # fmt: skip
    result = basis.movement("reserve.result", "Profit or loss", RESULT - {"4090"},
                            paragraph="GAPP 17")  # fmt: skip
    oci = basis.movement("reserve.oci", "Other comprehensive income", ("6000", "6100"),
                         paragraph="GAPP 17")  # fmt: skip
    direct = basis.movement("reserve.direct", "Revaluation credited to net assets", ("3100",),
                            words=("revaluation_oci",), paragraph="GAPP 17")  # fmt: skip
    total = basis.total("reserve.performance", "Performance", [result, oci, direct])
    rows = [
        heading("reserve.of_sources", "Source of funds"),
        *shown(sources),
        basis.total("reserve.sources", "From all sources", sources),
        heading("reserve.of_withdrawals", "Withdrawals"),
        *shown(withdrawals),
        heading("reserve.of_performance", "Performance"),
        *shown([result, oci, direct]),
        total,
    ]
    return Table("reserve", "Reserve disclosure", basis.heads, tuple(rows), "GAPP 4, 5, 17")


_BPM7 = {
    "nonproduced_nonfinancial": "Non-produced non-financial assets (capital account)",
    "equity_like": "Equity-like platform tokens (financial account)",
    "financial_instrument": "Financial instruments",
    "": "Not classified for statistics",
}


def statistics(basis: Basis) -> Table:
    """Holdings by class of external statistics (BPM7, 2025 SNA). None is a reserve asset there."""
    sums: defaultdict[str, int] = defaultdict(int)
    units: defaultdict[str, list[str]] = defaultdict(list)
    for asset in basis.assets():
        terms = basis.policy.asset(asset)
        name = (terms.bpm7_class if terms else None) or ""
        sums[name] += _carrying(basis, asset)
        units[name].append(asset)
    rows: list[Row] = [
        basis.money(f"statistics.{name or 'none'}", f"{label}: {', '.join(units[name])}",
                    (Cell(sums[name]),), paragraph="BPM7")
        for name, label in _BPM7.items()
        if name in sums
    ]  # fmt: skip
    rows.append(
        text("statistics.reserve", "None of these is a reserve asset by the manual's definition",
             "BPM7")
    )  # fmt: skip
    return Table("statistics", "External statistics", (basis.period.last,), tuple(rows), "BPM7")


def significant_holdings(basis: Basis) -> Table:
    """Name, units, cost basis and fair value of every holding (ASC 350-60-50-1)."""
    values, day = basis.books.values, basis.period.last
    rows: list[Row] = []
    for asset in basis.books.held():
        count = memo_of(basis.books, UNITS, asset, day)
        price = values.price(asset, day)
        rate = values.rate(price.unit, day, basis.policy.fx_source) if price else None
        fair = (
            values.worth(count, basis.books.scales[asset], price.number, rate.number)
            if price and rate
            else None
        )
        rows += [
            basis.units(f"holdings.{asset}.units", f"{asset}, units", asset, (Cell(count),)),
            basis.money(f"holdings.{asset}.cost", "cost basis",
                        (Cell(memo_of(basis.books, COST, asset, day)),),
                        paragraph="ASC 350-60-50-1"),
            basis.money(f"holdings.{asset}.fair_value", "fair value", (Cell(fair),),
                        paragraph="ASC 350-60-50-1"),
        ]  # fmt: skip
    return Table("holdings", "Significant holdings", (day,), tuple(rows), "ASC 350-60-50-1")
