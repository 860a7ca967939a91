"""The figures of a played case, in the terms of the case format, from the fund's own log."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.domain.chart import CHART
from ledger.domain.record import parse_record
from ledger.domain.verified import read_event
from ledger.kernel.amounts import render_amount
from ledger.kernel.instants import add_days
from ledger.kernel.money import minor_unit_digits
from ledger.projections.fund_history import FundHistory
from ledger.projections.journal import MEMO, UNITS
from ledger.rehearsal.accounting_notes import NOTES
from ledger.statements.amounts import render_all
from ledger.statements.movements import (
    NON_CASH,
    by_key,
    cash_by_word,
    result_lines,
    roll_forward,
    total_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.lots import Lot
    from ledger.projections.books import Books
    from ledger.projections.journal import Entry
    from ledger.projections.reliefs import Gap, Relief
    from ledger.rehearsal.accounting_case import Case
    from ledger.rehearsal.accounting_player import AccountingPlayer

_BY_DIMENSION = frozenset(
    {"cash", "digital_assets", "financial_assets", "oci_revaluation", "pl_revaluation",
     "pl_impairment", "pl_fair_value", "pl_disposal", "revaluation_surplus"}
)  # fmt: skip
"""Keys whose lines say their asset (or currency); the lines of others are one."""
_NAMED_ENTRIES = frozenset({"surplus transfer", "revaluation before disposal"})
_CASH_LINES = {
    "purchase": "purchases",
    "inventory_purchase": "purchases",
    "proceeds": "proceeds",
    "inventory_proceeds": "proceeds",
    "contribution": "contributions_in_cash",
    "exchange_on_cash": "exchange_on_cash",
}


@dataclass(slots=True)
class Played:
    """The books of a played case, and what was seen while they were folded."""

    case: Case
    books: Books
    history: FundHistory
    entries: list[Entry]
    reliefs: list[Relief]
    facts: dict[str, int]
    lots: dict[str, str]
    """Event id to the case's name of a lot."""
    digits: int = field(init=False)

    def __post_init__(self) -> None:
        self.digits = minor_unit_digits(self.case.policy.functional_currency)

    @property
    def gaps(self) -> list[Gap]:
        """What the books lack."""
        return self.books.gaps

    @property
    def years(self) -> list[str]:
        """The calendar years with facts."""
        return sorted({event.date[:4] for event in self.case.events})

    def amount(self, minor_units: int) -> str:
        """Money as the case writes it."""
        return render_amount(minor_units, self.digits)


def history_of(records: Iterable[bytes]) -> FundHistory:
    """The history that a log tells."""
    history = FundHistory()
    for raw in records:
        record = parse_record(raw)
        history.take(record.position, read_event(record.envelope, b"", record.body), record.outcome)
    return history


def played(case: Case, player: AccountingPlayer) -> Played:
    """The books at the end of a case, folded from its log."""
    history = history_of(player.fund.records)
    entries: list[Entry] = []
    reliefs: list[Relief] = []

    def watch(books: Books) -> None:
        books.journal.watch(entries.append)
        books.watch_reliefs(reliefs.append)

    books = history.books(case.events[-1].date, measured=False, watch=watch)
    names = {event_id: name for name, event_id in player.lots.items()}
    return Played(case, books, history, entries, reliefs, player.facts, names)


def figures(one: Played) -> dict[str, Any]:
    """Every figure that the format knows."""
    return {
        "journal": _journal(one),
        "disposals": _disposals(one),
        "periods": [_period(one, year) for year in one.years],
        "closing": _closing(one),
        "notes": {name: note(one) for name, note in NOTES.items()},
    }


def _journal(one: Played) -> list[dict[str, Any]]:
    found = []
    for entry in one.entries:
        if entry.event_id not in one.facts or entry.why == MEMO:
            continue
        lines = normalised(
            (CHART[line.account].key, line.dimension, line.amount) for line in entry.lines
        )
        if not lines:
            continue
        row: dict[str, Any] = {"event": one.facts[entry.event_id], "date": entry.day}
        if entry.why in _NAMED_ENTRIES:
            row["entry"] = entry.why
        row["lines"] = [
            {
                "account": key,
                **({"currency" if key == "cash" else "asset": by} if by else {}),
                "debit" if amount > 0 else "credit": one.amount(abs(amount)),
            }
            for (key, by), amount in lines.items()
        ]
        found.append(row)
    return found


def normalised(lines: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Lines of the same account and key added up, zeros dropped."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for key, dimension, amount in lines:
        sums[key, dimension if key in _BY_DIMENSION else ""] += amount
    return {key: amount for key, amount in sums.items() if amount}


def _disposals(one: Played) -> list[dict[str, Any]]:
    return [
        {
            "event": one.facts[relief.event_id],
            "asset": relief.asset,
            "quantity": render_amount(relief.units, one.case.assets[relief.asset].scale),
            "net_proceeds": one.amount(relief.proceeds),
            "carrying_amount": one.amount(relief.carrying_amount),
            "cost": one.amount(relief.cost),
            "gain": one.amount(relief.proceeds - relief.carrying_amount),
            "surplus_realised": one.amount(relief.surplus),
        }
        for relief in one.reliefs
        if relief.event_id in one.facts
    ]


def _period(one: Played, year: str) -> dict[str, Any]:
    first, last = f"{year}-01-01", f"{year}-12-31"
    books = one.books
    by_key_of_result: defaultdict[str, int] = defaultdict(int)
    for (account, _), amount in result_lines(books, first, last).items():
        by_key_of_result[CHART[account].key] += amount
    profit = sum(by_key_of_result.values())
    oci = -total_of(books, ("6000",), last, first)
    cash = cash_by_word(books, first, last)
    flows: dict[str, int] = {}
    for word, name in _CASH_LINES.items():
        if word in cash:
            flows[name] = flows.get(name, 0) + cash[word]
    non_cash = sum(
        series.between(first, last)
        for (account, by, word), series in books.journal.sums.items()
        if word in NON_CASH and by in one.case.assets and CHART[account].section == "assets"
    )
    if non_cash:
        flows["non_cash_additions"] = non_cash
    surplus = -total_of(books, ("6000", "3100", "3110"), last)
    transferred = -_by_word(one, "3300", "surplus_transfer", first, last)
    rolled = {
        asset: roll_forward(books, asset, first, last)
        for asset in one.case.assets
        if _was_held(one, asset, first, last)
    }
    return {
        "period": year,
        "profit_or_loss": one.amount(profit),
        "profit_or_loss_lines": render_all(
            {key: amount for key, amount in by_key_of_result.items() if amount}, one.digits
        ),
        "other_comprehensive_income": one.amount(oci),
        "total_comprehensive_income": one.amount(profit + oci),
        "surplus_transferred_to_retained_earnings": one.amount(transferred),
        "closing_revaluation_surplus": one.amount(surplus),
        "roll_forward": {asset: render_all(rows, one.digits) for asset, rows in rolled.items()},
        "cash_flows": render_all(flows, one.digits),
    }


def _was_held(one: Played, asset: str, first: str, last: str) -> bool:
    """Whether units were there at the beginning or came in a span of days, at whatever amount."""
    moved = [
        series
        for (account, by, _), series in one.books.journal.memo.items()
        if account == UNITS and by == asset
    ]
    before = add_days(first, -1)
    return any(series.days_between(first, last) for series in moved) or bool(
        sum(series.until(before) for series in moved)
    )


def _by_word(one: Played, account: str, word: str, first: str, last: str) -> int:
    return sum(
        series.between(first, last)
        for (number, _, said), series in one.books.journal.sums.items()
        if number == account and said == word
    )


def _closing(one: Played) -> dict[str, Any]:
    books = one.books
    last = one.case.events[-1].date
    start = f"{one.years[0]}-01-01"
    cash: dict[str, Any] = {}
    currency = one.case.policy.functional_currency
    moved = {by for account, by, _ in books.journal.sums if account == "1000"}
    for by in sorted(moved):
        if by == currency:
            cash[by] = {"balance": one.amount(books.journal.balance("1000", by, last))}
        else:
            balance, carrying = books.cash[by]
            cash[by] = {
                "balance": render_amount(balance, minor_unit_digits(by)),
                "carrying_amount": one.amount(carrying),
            }
    return {
        "assets": {asset: _closing_asset(one, asset) for asset in one.case.assets
                   if asset in books.pools},
        "cash": cash,
        "ledger": render_all(by_key(books, last, start), one.digits),
    }  # fmt: skip


def _closing_asset(one: Played, asset: str) -> dict[str, Any]:
    lots = one.books.lots(asset)
    scale = one.case.assets[asset].scale
    rows = [
        {"lot": one.lots.get(lot.lot_id, lot.lot_id), **_amounts(one, asset, [lot], scale)}
        for lot in lots
        if lot.units
    ]
    shadow = one.amount(sum(lot.shadow for lot in lots))
    total = {**_amounts(one, asset, lots, scale), "lots": rows}
    return {**total, "shadow_cost_carrying_amount": shadow}


def _amounts(one: Played, asset: str, lots: list[Lot], scale: int) -> dict[str, str]:
    cost = sum(lot.cost for lot in lots)
    carrying = sum(lot.carrying_amount for lot in lots)
    found = {
        "quantity": render_amount(sum(lot.units for lot in lots), scale),
        "cost": one.amount(cost),
        "carrying_amount": one.amount(carrying),
    }
    model = one.case.assets[asset].measurement_model
    if model == "revaluation":
        found["revaluation_surplus"] = one.amount(sum(lot.surplus for lot in lots))
        found["unreversed_loss"] = one.amount(sum(lot.unreversed_loss for lot in lots))
    if model == "cost":
        found["accumulated_impairment"] = one.amount(cost - carrying)
    return found
