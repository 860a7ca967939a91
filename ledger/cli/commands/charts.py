"""`custody chart holdings|value|cost`: what one would rather look at than read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import options, output
from ledger.cli.bookkeeping import known_at, read_books, today_of
from ledger.cli.charts import FORMATS, Series, draw
from ledger.cli.workspace import find_workspace
from ledger.domain.chart import CARRYING
from ledger.domain.series import DailySeries
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.instants import check_day
from ledger.projections.journal import COST, UNITS
from ledger.statements.movements import memo_of
from ledger.store.durable_files import write_durably

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.books import Books

WHATS = ("holdings", "value", "cost")


@click.command()
@click.argument("what", type=click.Choice(WHATS))
@click.option("--asset", help="Only this asset (needed for holdings of several assets).")
@click.option("--as-of", help="The last value date (default: today).")
@click.option("--out", type=click.Path(dir_okay=False), help="The picture: FILE.svg or FILE.png.")
@known_at
@options.workspace
@options.as_json
def chart(
    what: str,
    asset: str | None,
    as_of: str | None,
    out: str | None,
    known_at: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Draw WHAT over time: units held, carrying amount and fair value, or cost.

    Without --out the exact points are printed, which --json gives as well.
    """
    history = read_books(find_workspace(workspace_path), known_at)
    day = check_day(as_of) if as_of else today_of(history)
    books = history.books(day)
    assets = _assets(books, asset)
    series = [one for code in assets for one in _series(books, what, code, day)]
    if not series:
        raise NotFoundError("nothing is in the books up to this day", where=day)
    unit = assets[0] if what == "holdings" else books.values.currency
    if out is not None:
        if what == "holdings" and len(assets) > 1:
            raise InputError(
                "units of several assets share no axis", hint=f"--asset {' or '.join(assets)}"
            )
        _write(out, f"{history.reader.fund}: {what} to {day}", unit, series)
        return
    if as_json:
        output.emit_lines(
            "series",
            (
                {"name": one.name, "unit": unit, "days": list(one.days),
                 "values": list(one.values)}
                for one in series
            ),
        )  # fmt: skip
        return
    _say(series, unit)


def _write(out: str, title: str, unit: str, series: list[Series]) -> None:
    form = Path(out).suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise InputError(f"a picture is {' or '.join(FORMATS)}", where=out)
    write_durably(Path(out), draw(title, unit, series, form))
    output.note(f"drawn: {out}")


def _say(series: list[Series], unit: str) -> None:
    for one in series:
        output.say(f"{one.name} ({unit})")
        for when, value in zip(one.days, one.values, strict=True):
            output.say(f"  {when}  {output.grouped(value):>24}")


def _assets(books: Books, asset: str | None) -> list[str]:
    if asset is not None and asset not in books.scales:
        raise NotFoundError(f"no asset {asset[:40]!r} is listed")
    return sorted(books.pools) if asset is None else [asset]


def _series(books: Books, what: str, asset: str, last: str) -> list[Series]:
    if what == "holdings":
        return _steps(asset, _memo(books, UNITS, asset), books.scales[asset], last)
    digits = books.values.digits
    if what == "cost":
        return _steps(f"{asset} cost", _memo(books, COST, asset), digits, last)
    carrying = _merged(
        series
        for (account, by, _), series in books.journal.sums.items()
        if by == asset and account in CARRYING
    )
    return [
        *_steps(f"{asset} carrying amount", carrying, digits, last),
        *_fair_values(books, asset, last),
    ]


def _memo(books: Books, account: str, asset: str) -> DailySeries:
    return _merged(
        series
        for (number, by, _), series in books.journal.memo.items()
        if number == account and by == asset
    )


def _merged(several: Iterable[DailySeries]) -> DailySeries:
    """One series of several: a sum by day."""
    found: dict[str, int] = {}
    for series in several:
        before = 0
        for day, total in zip(series.days, series.sums, strict=True):
            found[day] = found.get(day, 0) + total - before
            before = total
    merged = DailySeries()
    for day in sorted(found):
        merged.add(day, found[day])
    return merged


def _steps(name: str, series: DailySeries, scale: int, last: str) -> list[Series]:
    if not series.days:
        return []
    days, sums = list(series.days), list(series.sums)
    if days[-1] < last:
        days.append(last)
        sums.append(sums[-1])
    return [Series(name, tuple(days), tuple(render_amount(total, scale) for total in sums))]


def _fair_values(books: Books, asset: str, last: str) -> list[Series]:
    """Fair value of what was held, on each day with an adopted price."""
    days, values = [], []
    source = books.policy.fx_source if books.policy else None
    for price in books.values.prices(asset, "0001-01-01", last):
        rate = books.values.rate(price.unit, price.day, source)
        if rate is None:
            continue
        units = memo_of(books, UNITS, asset, price.day)
        worth = books.values.worth(units, books.scales[asset], price.number, rate.number)
        days.append(price.day)
        values.append(render_amount(worth, books.values.digits))
    return [Series(f"{asset} fair value", tuple(days), tuple(values))] if days else []
