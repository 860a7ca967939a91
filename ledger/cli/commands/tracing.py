"""`custody trace`: from a figure down to the signed events behind it, and from an event up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output, wiring, words
from ledger.cli.bookkeeping import day_shown, known_at, read_books
from ledger.cli.naming import record_named
from ledger.cli.workspace import find_workspace
from ledger.domain.chart import CHART
from ledger.domain.record import Record, parse_record
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import InputError, NotFoundError, invariant
from ledger.projections.journal import MEMO
from ledger.statements.basis import PROFILES
from ledger.statements.report import basis_of, report_of
from ledger.statements.trace import Step, TraceWatcher, figures_over

if TYPE_CHECKING:
    from ledger.cli.workspace import Workspace
    from ledger.domain.lots import Part
    from ledger.projections.books import Books
    from ledger.projections.fund_history import FundHistory
    from ledger.projections.journal import Entry
    from ledger.projections.reliefs import Relief
    from ledger.statements.basis import Basis
    from ledger.statements.tree import Report, Row


@click.command()
@click.argument("name")
@click.option("--period", required=True, help="2026, 2026Q3, 2026-09, or a closed period.")
@click.option("--as-of", help="A day within the period, to cut it short.")
@click.option(
    "--column",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Which column of the figure.",
)
@click.option("--profile", type=click.Choice(PROFILES), default="ias1", show_default=True)
@known_at
@options.workspace
@options.as_json
def trace(
    name: str,
    period: str,
    as_of: str | None,
    column: int,
    profile: str,
    known_at: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """What is behind NAME: a figure (`position.digital_assets`), a lot, or an event.

    A figure is walked down to its journal lines and the signed events that made them, which add up
    to it. An event (position, beginning of its id, reference) is walked up: its entries, the lots
    that it brought in or took from, and every figure that it is part of. `custody statement show
    --refs` prints the names of figures.
    """
    workspace = find_workspace(workspace_path)
    history = read_books(workspace, known_at)
    basis = basis_of(history, period, profile=profile, as_of=day_shown(history, period, as_of))
    report = report_of(basis, history.held(basis.period.last))
    row = report.row(name)
    if row is not None:
        value = traced_figure(workspace, basis, report, row, column)
        show_figure(value, as_json=as_json)
    elif "." in name and "/" not in name and name.partition(".")[0].isalpha():
        raise NotFoundError(
            f"this report has no figure {name[:60]!r}",
            hint=f"`custody statement show --period {period} --notes --refs` lists them",
        )
    else:
        value = _event(workspace, history, basis, report, name)
        _show_event(value, as_json=as_json)


# -- down ---------------------------------------------------------------------------------------


def traced_figure(
    workspace: Workspace, basis: Basis, report: Report, row: Row, column: int
) -> dict[str, Any]:
    """A figure with the lines that add up to it and the signed events behind them."""
    if not row.cells or column > len(row.cells):
        raise InputError(
            f"{row.ref} has {len(row.cells)} columns", where="--column",
            hint="A line of words has none",
        )  # fmt: skip
    cell = row.cells[column - 1]
    if not cell.selectors:
        raise InputError(
            f"{row.ref} is not a sum of the journal",
            hint="Trace the figures that it is made from, or the lots: `custody lots`",
        )
    watcher = TraceWatcher(cell.selectors)
    basis.history.books(basis.period.last, watch=lambda books: books.journal.watch(watcher))
    total = sum(
        step.amount for step in watcher.steps
    )  # what a close or measurement derived is among them
    invariant(total == (cell.amount or 0), "the lines behind a figure add up to it")
    return {
        "figure": row.ref,
        "label": row.label,
        "period": report.period,
        "unit": row.unit,
        "amount": render_amount(cell.amount or 0, row.scale),
        "scale": row.scale,
        "paragraph": row.paragraph,
        "lines": [_step_value(step, row.scale) for step in watcher.steps],
        "events": _signed_events(workspace, watcher.steps),
    }


def _step_value(step: Step, scale: int) -> dict[str, Any]:
    return {
        "day": step.day,
        "position": step.position,
        "event": step.event_id,
        "why": step.why,
        "account": step.account,
        "name": CHART[step.account].name,
        "dimension": step.dimension,
        "word": step.word,
        "amount": render_amount(step.amount, scale),
    }


def _signed_events(workspace: Workspace, steps: list[Step]) -> list[dict[str, Any]]:
    """Every event behind the steps once: what it says and who signed it."""
    wanted = dict.fromkeys(step.event_id for step in steps if step.event_id)
    found = []
    with wiring.open_store(workspace, read_only=True) as store:
        for event_id in wanted:
            position = store.position_of(event_id)
            raw = store.read(position) if position else None
            if raw is not None:
                found.append(_event_value(parse_record(raw)))
    return found


def _event_value(record: Record) -> dict[str, Any]:
    return {
        "event": record.event_id,
        "position": record.position,
        "kind": record.kind,
        "author": record.body["author"],
        "cosigners": list(record.body["cosigners"]),
        "reference": record.body["reference"],
        "keyids": [signature.keyid for signature in record.envelope.signatures],
        "words": words.sentence_of(record.envelope.payload),
    }


def show_figure(value: dict[str, Any], *, as_json: bool) -> None:
    """A traced figure, for people or as JSON."""
    if as_json:
        output.emit_json("trace", value)
        return
    output.say(
        f"{value['figure']}  {value['label']}  {value['period']}: "
        f"{output.grouped(value['amount'])} {value['unit']}"
        f"{'  [' + value['paragraph'] + ']' if value['paragraph'] else ''}"
    )
    output.table(
        ("day", "position", "why", "account", "of", "what", "amount"),
        [
            [
                line["day"],
                str(line["position"]) if line["event"] else "this page",
                line["why"],
                f"{line['account']} {line['name']}",
                line["dimension"],
                line["word"],
                output.grouped(line["amount"]),
            ]
            for line in value["lines"]
        ],
        right=("position", "amount"),
    )
    output.say(f"{len(value['lines'])} lines add up to the figure; the signed events:")
    for event in value["events"]:
        _say_event(event)


def _say_event(event: dict[str, Any]) -> None:
    signers = ", ".join([event["author"], *event["cosigners"]])
    output.say(
        f"  position {event['position']}  {output.short(event['event'])}  {event['kind']}  "
        f"signed by {signers} ({', '.join(keyid[:12] for keyid in event['keyids'])})"
    )
    output.say(f"    {event['words']}")


# -- up -----------------------------------------------------------------------------------------


def _event(
    workspace: Workspace, history: FundHistory, basis: Basis, report: Report, name: str
) -> dict[str, Any]:
    with wiring.open_store(workspace, read_only=True) as store:
        record = record_named(store, name)
    entries: list[Entry] = []
    reliefs: list[Relief] = []

    def watch(books: Books) -> None:
        books.journal.watch(lambda e: entries.append(e) if e.event_id == record.event_id else None)
        books.watch_reliefs(reliefs.append)

    books = history.books(basis.period.last, watch=watch)
    return {
        **_event_value(record),
        "entries": [_entry_value(books, entry) for entry in entries if entry.why != MEMO],
        **_lots_value(books, reliefs, record.event_id),
        "figures": [
            {
                "ref": row.ref,
                "label": row.label,
                "adds": render_amount(amount, row.scale),
                "unit": row.unit,
            }
            for row, amount in figures_over(report, entries)
        ],
    }


def _entry_value(books: Books, entry: Entry) -> dict[str, Any]:
    return {
        "day": entry.day,
        "why": entry.why,
        "lines": [
            {
                "account": line.account,
                "name": CHART[line.account].name,
                "dimension": line.dimension,
                "amount": render_amount(line.amount, books.values.digits),
            }
            for line in entry.lines
        ],
    }


def _lots_value(books: Books, reliefs: list[Relief], event_id: str) -> dict[str, Any]:
    """What is left of the event's lot, what took from it, and what the event itself took."""
    digits = books.values.digits
    return {
        "lot": [
            {
                "asset": code,
                "units": render_amount(lot.units, books.scales[code]),
                "cost": render_amount(lot.cost, digits),
                "carrying_amount": render_amount(lot.carrying_amount, digits),
            }
            for code in sorted(books.pools)
            for lot in books.lots(code)
            if lot.lot_id == event_id
        ],
        "left_by": [
            {
                "event": one.event_id,
                "position": one.position,
                "day": one.day,
                "word": one.word,
                **_part_value(books, one, part),
            }
            for one in reliefs
            for part in one.parts
            if part.lot_id == event_id
        ],
        "took": [
            {"lot": part.lot_id, "asset": one.asset, **_part_value(books, one, part)}
            for one in reliefs
            if one.event_id == event_id
            for part in one.parts
        ],
    }


def _part_value(books: Books, one: Relief, part: Part) -> dict[str, str]:
    return {
        "units": render_amount(part.units, books.scales[one.asset]),
        "cost": render_amount(part.cost, books.values.digits),
        "carrying_amount": render_amount(part.carrying_amount, books.values.digits),
    }


def _show_event(value: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.emit_json("trace", value)
        return
    _say_event(value)
    for entry in value["entries"]:
        output.say(f"  entry of {entry['day']}, {entry['why']}")
        for line in entry["lines"]:
            amount = line["amount"]
            side = ("", amount[1:]) if amount.startswith("-") else (amount, "")
            name = f"{line['account']} {line['name']} {line['dimension']}".rstrip()
            output.say(f"    {name:<60.60} {side[0]:>20} {side[1]:>20}")
    for one in value["lot"]:
        output.say(
            f"  of its lot {one['units']} {one['asset']} are left: cost {one['cost']}, carrying "
            f"amount {one['carrying_amount']}"
        )
    for one in value["left_by"]:
        output.say(
            f"  {one['units']} left on {one['day']} by {one['word']}, position {one['position']} "
            f"{output.short(one['event'])}: carrying amount {one['carrying_amount']}"
        )
    for one in value["took"]:
        output.say(
            f"  took {one['units']} {one['asset']} of lot {output.short(one['lot'])}: cost "
            f"{one['cost']}, carrying amount {one['carrying_amount']}"
        )
    if value["figures"]:
        output.say("  part of these figures:")
        output.table(
            ("figure", "label", "adds", "unit"),
            [
                [one["ref"], one["label"], output.grouped(one["adds"]), one["unit"]]
                for one in value["figures"]
            ],
            right=("adds",),
        )
    else:
        output.say("  part of no figure of this period")
