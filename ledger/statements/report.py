"""Building the statements of a period: one fold of the books, every table from it, every check.

What the books lack on a day that the period covers stands against the whole: a report then says so
and is not complete. Balance, cash and equity are checked on the figures themselves, and profit is
computed a second way, from the balance sheets alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.domain.chart import RESULT
from ledger.kernel.errors import InputError, NotFoundError, UndecidableError, invariant
from ledger.kernel.instants import add_days
from ledger.statements.basis import PROFILES, Basis, comparative_of, span_of
from ledger.statements.cash_flows import cash_flows, unreconciled
from ledger.statements.disclosures import custody, reserve, significant_holdings, statistics
from ledger.statements.equity import equity, unexplained
from ledger.statements.movements import total_of
from ledger.statements.notes_assets import (
    cost_model,
    fair_value,
    restricted,
    revaluation,
    roll_forwards,
    units,
)
from ledger.statements.notes_conduct import (
    compliance,
    corrections,
    events_after,
    fair_value_roll_forwards,
    judgements,
    late_facts,
    non_cash,
    others,
    policies,
)
from ledger.statements.performance import performance
from ledger.statements.position import position, unbalanced
from ledger.statements.tree import Concern, Report, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.projections.books import Books
    from ledger.projections.fund_history import FundHistory
    from ledger.statements.tree import Table

PRIMARY: Final = ("position", "performance", "equity", "cash_flows")
NOTES: Final = (
    "policies", "judgements", "roll_forward", "units", "revaluation", "cost_model", "fair_value",
    "restricted", "custody", "compliance", "non_cash", "events_after", "late_facts",
    "corrections", "others",
    "asc_roll_forward",
)  # fmt: skip
SEALED_NOTES: Final = tuple(
    name for name in NOTES if name not in ("compliance", "events_after", "corrections")
)
"""Notes whose figures a close seals: those that say what a later record cannot change."""
BESIDE: Final = ("reserve", "statistics", "holdings")
NAMES: Final = (*PRIMARY, *NOTES, *BESIDE)
"""Every table by its name, in the order in which a report has them."""


def basis_of(
    history: FundHistory,
    period: str | Span,
    *,
    profile: str = "ias1",
    as_of: str | None = None,
    watch: Callable[[Books], None] | None = None,
) -> Basis:
    """The books of a period, by its name or its days; `as_of` cuts it short at a day within."""
    if profile not in PROFILES:
        raise InputError(f"{profile[:20]!r} is not one of {', '.join(PROFILES)}")
    span = span_of(period, history) if isinstance(period, str) else period
    if as_of is not None:
        if not span.first <= as_of <= span.last:
            raise InputError(f"{as_of} is no day of {span.name}", where="as_of")
        span = Span(span.name, span.first, as_of)
    if not history.reader.policies:
        raise UndecidableError(
            "no accounting policy is adopted, so nothing can be measured (IAS 8.10)",
            hint="Draft `accounting_policy.adopted` (custody draft), signed by the quorum",
        )
    books = history.books(span.last, watch=watch)
    before, opening_day = comparative_of(span)
    first = min((one.day for one in history.occurrences), default=span.first)
    comparative = before if first <= opening_day else None
    return Basis(history.reader.fund, history, books, span, comparative, opening_day, profile)


def report_of(basis: Basis, held: Mapping[tuple[str, str], int]) -> Report:
    """Every statement and note. `held`: (account, asset) to units at the last day."""
    makers: dict[str, Callable[[], Table | None]] = {
        "position": lambda: position(basis),
        "performance": lambda: performance(basis),
        "equity": lambda: equity(basis),
        "cash_flows": lambda: cash_flows(basis),
        "policies": lambda: policies(basis),
        "judgements": lambda: judgements(basis),
        "roll_forward": lambda: roll_forwards(basis),
        "units": lambda: units(basis),
        "revaluation": lambda: revaluation(basis),
        "cost_model": lambda: cost_model(basis),
        "fair_value": lambda: fair_value(basis),
        "restricted": lambda: restricted(basis),
        "custody": lambda: custody(basis, held),
        "compliance": lambda: compliance(basis),
        "non_cash": lambda: non_cash(basis),
        "events_after": lambda: events_after(basis),
        "late_facts": lambda: late_facts(basis),
        "corrections": lambda: corrections(basis),
        "others": lambda: others(basis),
        "asc_roll_forward": lambda: fair_value_roll_forwards(basis),
        "reserve": lambda: reserve(basis),
        "statistics": lambda: statistics(basis),
        "holdings": lambda: significant_holdings(basis),
    }
    tables = [makers[name]() for name in NAMES]
    check(basis)
    return Report(
        fund=basis.fund,
        framework=basis.policy.framework,
        profile=basis.profile,
        currency=basis.currency,
        period=basis.period.name,
        first=basis.period.first,
        last=basis.period.last,
        known_at=basis.history.position,
        is_closed=any(close.day == basis.period.last for close in basis.history.reader.periods),
        is_measured=any(one.event_id and one.day == basis.period.last
                        for one in basis.books.measured),
        tables=tuple(table for table in tables if table is not None),
        concerns=concerns(basis),
    )  # fmt: skip


def check(basis: Basis) -> None:
    """The laws that every report keeps; `InvariantError` is a defect of ours."""
    invariant(not unbalanced(basis), "assets equal equity and liabilities")
    invariant(not unreconciled(basis), "cash flows end at cash")
    invariant(not unexplained(basis), "every change of equity stands in a row")
    for span in basis.spans:
        by_flows = -total_of(basis.books, RESULT, span.last, span.first)
        invariant(
            by_flows == result_by_balance_sheets(basis, span),
            f"profit of {span.name} is the same from the balance sheets alone",
        )


_ASSETS_AND_LIABILITIES: Final = frozenset(
    {"1000", "1030", "1100", "1105", "1110", "1119", "1120", "1130", "1140", "1149", "1150",
     "1160", "1200", "1210", "1290", "2000", "2010", "2100"}
)  # fmt: skip
_NOT_RESULT: Final = ("3000", "3100", "3110", "3200", "3300", "3310", "6000", "6100")


def result_by_balance_sheets(basis: Basis, span: Span) -> int:
    """Profit by clean surplus: the change of net assets, less OCI and the owner's dealings."""
    before = add_days(span.first, -1)
    net_assets = total_of(basis.books, _ASSETS_AND_LIABILITIES, span.last) - total_of(
        basis.books, _ASSETS_AND_LIABILITIES, before
    )
    return net_assets + total_of(basis.books, _NOT_RESULT, span.last, span.first)


def concerns(basis: Basis) -> tuple[Concern, ...]:
    """What stands against the report, and what its reader must know."""
    first = basis.spans[-1].first
    found = [
        Concern(
            gap.code, gap.day, gap.position, gap.subject, gap.paragraph, gap.hint,
            is_blocking=gap.is_lasting or gap.day >= first,
        )
        for gap in basis.books.gaps
    ]  # fmt: skip
    if basis.before is not None and not any(
        one.day == basis.opening_day for one in basis.books.measured
    ):
        found.append(
            Concern(
                "comparative_not_measured", basis.opening_day, 0, basis.opening_day, "IAS 1.38",
                "no event measured this day: its amounts are those last measured before it",
                is_blocking=False,
            )
        )  # fmt: skip
    if basis.before is None:
        found.append(
            Concern(
                "no_comparative", basis.period.first, 0, basis.period.name, "IAS 1.38",
                "the fund has no period before: there is no comparative column",
                is_blocking=False,
            )
        )  # fmt: skip
    if basis.before is not None:
        found += _restated(basis, basis.before)
    return tuple(dict.fromkeys(found))


def _restated(basis: Basis, before: Span) -> list[Concern]:
    """That comparatives are no longer what was issued for their period (IAS 8.42, .49)."""
    issued = [one for one in basis.history.reader.issued if one.body.period == before.name]
    if not issued:
        return []
    known_at = issued[-1].body.known_at
    then, now = (
        _amounts(basis_of(history, before.name, profile=basis.profile))
        for history in (basis.history.known_at(known_at), basis.history)
    )
    if then == now:
        return []
    return [
        Concern(
            "comparatives_restated", before.last, issued[-1].position, before.name, "IAS 8.49",
            f"`custody statement diff --period {before.name} --from {known_at}` explains it",
            is_blocking=False,
        )
    ]  # fmt: skip


def _amounts(basis: Basis) -> list[list[int | None]]:
    """The figures of a period's own column: position, and profit or loss with OCI."""
    return [
        [row.cells[0].amount]
        for table in (position(basis), performance(basis))
        for row in table.rows
        if row.cells
    ]


def table_named(report: Report, name: str) -> Table:
    """A table of a report; `NotFoundError` with the names that there are."""
    table = report.table(name)
    if table is None:
        known = ", ".join(one.name for one in report.tables)
        raise NotFoundError(f"this report has no table {name[:40]!r}", hint=f"It has {known}")
    return table
