"""`custody statement show` and `diff`: the statements of a period, and how two readings differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import exits, options, output
from ledger.cli.bookkeeping import day_shown, known_at, read_books, sealed_form
from ledger.cli.report_tables import money, show_report
from ledger.cli.workspace import find_workspace
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import InputError
from ledger.statements.basis import PROFILES
from ledger.statements.differences import Changed, between, changes
from ledger.statements.render_json import report_value
from ledger.statements.report import NAMES, PRIMARY, basis_of, report_of, table_named

if TYPE_CHECKING:
    from ledger.projections.fund_history import FundHistory
    from ledger.projections.occurrences import Occurrence
    from ledger.statements.tree import Report

STEPS_MAX = 25


def report_for(history: FundHistory, period: str, profile: str, as_of: str | None) -> Report:
    """The report of a period from a history."""
    basis = basis_of(history, period, profile=profile, as_of=as_of)
    return report_of(basis, history.held(basis.period.last))


@click.group()
def statement() -> None:
    """Statements of a period: position, performance, equity, cash flows, notes and disclosures."""


@statement.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--period", required=True, help="2026, 2026Q3, 2026-09, or a closed period.")
@click.option("--as-of", help="A day within the period, to cut it short.")
@click.option("--profile", type=click.Choice(PROFILES), default="ias1", show_default=True)
@click.option("--notes", is_flag=True, help="Everything, not only the primary statements.")
@click.option("--refs", is_flag=True, help="With the name of each figure, for `custody trace`.")
@click.option("--incomplete", is_flag=True, help="Show figures although something is missing.")
@known_at
@options.workspace
@options.as_json
def show(
    names: tuple[str, ...],
    period: str,
    as_of: str | None,
    profile: str,
    notes: bool,
    refs: bool,
    incomplete: bool,
    known_at: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> int:
    """The statements of a period; NAME is one or several of them.

    position, performance, equity, cash_flows; notes such as roll_forward, revaluation, fair_value,
    custody; beside them reserve, statistics, holdings. What is missing (a classification, a price,
    a rate) is listed with the paragraph that asks for it, and no figure is given (exit code 8).
    """
    for name in names:
        if name not in NAMES:
            raise InputError(
                f"no statement is called {name[:40]!r}", hint=f"There are {', '.join(NAMES)}"
            )
    history = read_books(find_workspace(workspace_path), known_at)
    report = report_for(history, period, profile, day_shown(history, period, as_of))
    if as_json:
        value = report_value(report)
        output.emit_json("statement", sealed_form(value))
        return exits.DONE if report.is_complete or incomplete else exits.UNDECIDABLE
    wanted = names or (tuple(t.name for t in report.tables) if notes else PRIMARY)
    tables = [table_named(report, name) for name in wanted]
    if not report.is_complete and not incomplete:
        tables = []
    show_report(report, tables, refs=refs)
    return exits.DONE if report.is_complete or incomplete else exits.UNDECIDABLE


@statement.command()
@click.option("--period", required=True, help="2026, 2026Q3, 2026-09, or a closed period.")
@click.option(
    "--from", "first", required=True, type=click.IntRange(min=1), help="The earlier position."
)
@click.option("--to", "last", type=click.IntRange(min=1), help="The later (default: the last).")
@click.option("--profile", type=click.Choice(PROFILES), default="ias1", show_default=True)
@options.workspace
@options.as_json
def diff(
    period: str,
    first: int,
    last: int | None,
    profile: str,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """How the statements of a period differ between two positions, event by event.

    Each event that came between and counts in the period is taken alone, in its order, so that
    every difference stands beside the event that made it.
    """
    history = read_books(find_workspace(workspace_path), last)
    last = history.position
    if first > last:
        raise InputError(f"{first} lies after {last}", where="--from")
    day = day_shown(history, period, None)
    earlier = report_for(history.known_at(first), period, profile, day)
    later = report_for(history.known_at(last), period, profile, day)
    found = _told(changes(earlier, later))
    steps = _steps(history, earlier, first, last, (period, profile, day))
    if as_json:
        output.emit_json(
            "statement_diff",
            {
                "period": period, "from": first, "to": last,
                "changes": [_changed_value(one) for one in found],
                "events": [
                    {**_event_value(one), "changes": [_changed_value(c) for c in made]}
                    for one, made in steps
                ],
            },
        )  # fmt: skip
        return
    output.say(f"{earlier.fund}  {period}: known at {first} and at {last}")
    if not found:
        output.say("no figure differs")
        return
    _show_changes(found)
    for one, made in steps:
        output.say()
        value = _event_value(one)
        output.say(
            f"position {value['position']}  {value['what']}  of {value['day']}  "
            f"{output.short(value['event'])}  {value['explanation']}"
        )
        _show_changes(made)


def _told(found: list[Changed]) -> list[Changed]:
    """Changes of figures; how often rules were met is none."""
    return [one for one in found if not one.ref.startswith("compliance.")]


def _steps(
    history: FundHistory, earlier: Report, first: int, last: int, shown: tuple[str, str, str | None]
) -> list[tuple[Occurrence, list[Changed]]]:
    """Each event between two positions with the figures that it alone changed."""
    came = between(history.occurrences, first, last, earlier.last)
    positions = sorted({one.position for one in came})
    positions += [p.position for p in history.reader.policies if first < p.position <= last]
    found = []
    before = earlier
    for position in sorted(set(positions))[:STEPS_MAX]:
        now = report_for(history.known_at(position), *shown)
        made = _told(changes(before, now))
        one = next((o for o in came if o.position == position), None)
        if made and one is not None:
            found.append((one, made))
        before = now
    return found


def _event_value(one: Occurrence) -> dict[str, Any]:
    return {
        "position": one.position,
        "event": one.event_id,
        "day": one.day,
        "what": getattr(one, "word", type(one).__name__.lower()),
        "explanation": getattr(one, "explanation", ""),
    }


def _changed_value(one: Changed) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "label": one.label,
        "column": one.column,
        "unit": one.unit,
        "before": render_amount(one.before, one.scale),
        "after": render_amount(one.after, one.scale),
        "difference": render_amount(one.difference, one.scale),
    }


def _show_changes(found: list[Changed]) -> None:
    output.table(
        ("figure", "column", "before", "after", "difference", "unit"),
        [
            [
                one.ref, one.column, money(one.before, one.scale), money(one.after, one.scale),
                money(one.difference, one.scale), one.unit,
            ]
            for one in found
        ],
        right=("before", "after", "difference"),
    )  # fmt: skip
