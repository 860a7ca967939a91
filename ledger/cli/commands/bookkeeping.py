"""`custody journal`, `trial-balance` and `lots`: the books themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output
from ledger.cli.bookkeeping import known_at, read_books, sealed_form, today_of
from ledger.cli.report_tables import money
from ledger.cli.workspace import find_workspace
from ledger.domain.chart import CHART
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import NotFoundError
from ledger.kernel.instants import check_day
from ledger.projections.journal import MEMO
from ledger.statements.trial_balance import trial_balance as balances_of
from ledger.statements.trial_balance import trial_balance_value

if TYPE_CHECKING:
    from ledger.domain.lots import Lot
    from ledger.projections.books import Books
    from ledger.projections.fund_history import FundHistory
    from ledger.projections.journal import Entry
    from ledger.projections.reliefs import Relief

LAST_DAY = "9999-12-31"


@click.command()
@click.option("--from", "first", default="0001-01-01", help="The first value date.")
@click.option("--to", "last", default=None, help="The last value date (default: all).")
@click.option("--account", help="Only entries with a line on this account (number or key).")
@click.option("--asset", help="Only entries with a line of this asset or currency.")
@click.option("--memo", is_flag=True, help="Also memo lines: units, cost, shadow.")
@known_at
@options.workspace
@options.as_json
def journal(
    first: str,
    last: str | None,
    account: str | None,
    asset: str | None,
    memo: bool,
    known_at: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Every entry of the books, derived from effective events; measurements included."""
    if account is not None and not any(account in (one.number, one.key) for one in CHART.values()):
        raise NotFoundError(f"the chart has no account {account[:40]!r}", hint=_accounts())
    history = read_books(find_workspace(workspace_path), known_at)
    entries: list[Entry] = []
    last_day = check_day(last) if last else _last_day(history)
    books = history.books(last_day, measured=False, watch=lambda b: b.journal.watch(entries.append))
    found = [
        entry
        for entry in entries
        if check_day(first) <= entry.day
        and (memo or entry.why != MEMO)
        and _matches(entry, account, asset)
    ]
    digits = books.values.digits
    if as_json:
        output.emit_lines("entry", (_entry_value(entry, digits) for entry in found))
        return
    for entry in found:
        output.say(
            f"{entry.day}  {entry.why}  position {entry.position}  {output.short(entry.event_id)}"
        )
        for line in entry.lines:
            output.say(f"    {_line(books, line)}")


def _last_day(history: FundHistory) -> str:
    return max((one.day for one in history.occurrences), default="0001-01-01")


def _accounts() -> str:
    return "Numbers and keys: " + ", ".join(f"{one.number} {one.key}" for one in CHART.values())


def _matches(entry: Entry, account: str | None, asset: str | None) -> bool:
    return any(
        (account is None or account in (line.account, CHART[line.account].key))
        and (asset is None or line.dimension == asset)
        for line in entry.lines
    )


def _line(books: Books, line: Any) -> str:
    name = CHART[line.account].name + (f": {line.dimension}" if line.dimension else "")
    digits = books.scales.get(line.dimension, 0) if line.account == "9300" else books.values.digits
    amount = money(abs(line.amount), digits)
    columns = (amount, "") if line.amount >= 0 else ("", amount)
    return f"{line.account} {name:<56.56} {columns[0]:>22} {columns[1]:>22}"


def _entry_value(entry: Entry, digits: int) -> dict[str, Any]:
    return {
        "day": entry.day,
        "position": entry.position,
        "event": entry.event_id,
        "why": entry.why,
        "lines": [
            {
                "account": line.account,
                "name": CHART[line.account].name,
                "dimension": line.dimension,
                "word": line.word,
                ("debit" if line.amount >= 0 else "credit"): (
                    str(abs(line.amount))
                    if line.account == "9300"
                    else render_amount(abs(line.amount), digits)
                ),
            }
            for line in entry.lines
        ],
    }


@click.command("trial-balance")
@click.option("--as-of", help="A value date (default: today).")
@known_at
@options.workspace
@options.as_json
def trial_balance(
    as_of: str | None, known_at: int | None, workspace_path: str | None, as_json: bool
) -> None:
    """Every account with its balance: debits and credits add up to the same."""
    history = read_books(find_workspace(workspace_path), known_at)
    day = check_day(as_of) if as_of else today_of(history)
    books = history.books(day)
    if as_json:
        value = trial_balance_value(books, history.reader.fund, day)
        output.emit_json("trial_balance", sealed_form(value))
        return
    output.say(f"{history.reader.fund}  trial balance as of {day}, in {books.values.currency}")
    rows, digits = balances_of(books, day), books.values.digits
    debits = sum(one.amount for one in rows if one.amount > 0)
    credits_ = -sum(one.amount for one in rows if one.amount < 0)
    shown = [
        [
            one.account,
            one.name,
            one.dimension,
            money(one.amount, digits) if one.amount > 0 else "",
            money(-one.amount, digits) if one.amount < 0 else "",
        ]
        for one in rows
    ]
    shown.append(["", "Total", "", money(debits, digits), money(credits_, digits)])
    output.table(("account", "name", "of", "debit", "credit"), shown, right=("debit", "credit"))
    say_gaps(books)


def say_gaps(books: Books) -> None:
    """What the books lack, to the reader of a page that is no statement."""
    for gap in books.gaps:
        output.note(
            f"missing: {gap.code} {gap.subject} on {gap.day}, position {gap.position} "
            f"[{gap.paragraph}]: {gap.hint}"
        )


@click.command()
@click.argument("asset", required=False)
@click.option("--reliefs", is_flag=True, help="What left, of which lots, at which gain.")
@click.option("--as-of", help="A value date (default: today).")
@known_at
@options.workspace
@options.as_json
def lots(
    asset: str | None,
    reliefs: bool,
    as_of: str | None,
    known_at: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Lots of every ASSET: units, cost, carrying amount, and the event that brought each in."""
    history = read_books(find_workspace(workspace_path), known_at)
    day = check_day(as_of) if as_of else today_of(history)
    gone: list[Relief] = []
    books = history.books(day, watch=lambda b: b.watch_reliefs(gone.append))
    if asset is not None and asset not in books.scales:
        listed = ", ".join(sorted(books.scales)) or "none"
        raise NotFoundError(f"no asset {asset[:40]!r} is listed", hint=f"Listed: {listed}")
    assets = [asset] if asset else sorted(books.pools)
    if reliefs:
        _show_reliefs(books, [one for one in gone if one.asset in assets], as_json=as_json)
        return
    rows = [
        _lot_value(books, code, place, lot)
        for code in assets
        for place, pool in sorted(books.pools[code].items())
        for lot in pool
    ]
    if as_json:
        output.emit_lines("lot", rows)
        return
    names = ("asset", "account", "lot", "day", "position", "units", "cost", "carrying_amount",
             "surplus", "unreversed_loss", "shadow")  # fmt: skip
    output.table(
        names,
        [[output.short(row[n]) if n == "lot" else str(row[n]) for n in names] for row in rows],
        right=names[4:],
    )
    say_gaps(books)


def _lot_value(books: Books, asset: str, place: str, lot: Lot) -> dict[str, Any]:
    digits = books.values.digits
    return {
        "asset": asset,
        "account": place,
        "lot": lot.lot_id,
        "day": lot.day,
        "position": lot.position,
        "units": render_amount(lot.units, books.scales[asset]),
        "cost": render_amount(lot.cost, digits),
        "carrying_amount": render_amount(lot.carrying_amount, digits),
        "surplus": render_amount(lot.surplus, digits),
        "unreversed_loss": render_amount(lot.unreversed_loss, digits),
        "shadow": render_amount(lot.shadow, digits),
    }


def _show_reliefs(books: Books, gone: list[Relief], *, as_json: bool) -> None:
    digits = books.values.digits
    rows: list[dict[str, Any]] = [
        {
            "day": one.day,
            "position": one.position,
            "event": one.event_id,
            "word": one.word,
            "asset": one.asset,
            "units": render_amount(one.units, books.scales[one.asset]),
            "proceeds": render_amount(one.proceeds, digits),
            "carrying_amount": render_amount(one.carrying_amount, digits),
            "cost": render_amount(one.cost, digits),
            "gain": render_amount(one.proceeds - one.carrying_amount, digits),
            "policy": books.policy.cost_formula if books.policy else "",
            "lots": [
                {
                    "lot": part.lot_id,
                    "units": render_amount(part.units, books.scales[one.asset]),
                    "cost": render_amount(part.cost, digits),
                    "carrying_amount": render_amount(part.carrying_amount, digits),
                }
                for part in one.parts
            ],
        }
        for one in gone
    ]
    if as_json:
        output.emit_lines("relief", rows)
        return
    names = ("day", "position", "word", "asset", "units", "proceeds", "carrying_amount", "cost",
             "gain")  # fmt: skip
    for row in rows:
        output.say("  ".join(f"{name} {row[name]}" for name in names))
        for part in row["lots"]:
            output.say(
                f"    lot {output.short(part['lot'])}  units {part['units']}  cost "
                f"{part['cost']}  carrying amount {part['carrying_amount']}"
            )
