"""`custody mandate explain`, `what-if` and `test`: decisions taken apart and tried."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli import exits, options, output, wiring
from ledger.cli.books import book_named, read_file
from ledger.cli.naming import record_named
from ledger.cli.workspace import find_workspace
from ledger.domain.admit import view_of
from ledger.domain.apply import advance
from ledger.domain.verified import read_event
from ledger.kernel.instants import check_day
from ledger.rehearsal.explanation import Explanation
from ledger.rehearsal.explanation import explain as explanation_of
from ledger.rehearsal.scenario import read_scenarios
from ledger.rehearsal.trial import Tried, try_file
from ledger.rehearsal.what_if import Asked
from ledger.rehearsal.what_if import what_if as ask_what_if
from ledger.service.live import load
from policies.engine import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.outcome import Finding


@click.command()
@click.argument("name")
@options.workspace
@options.as_json
def explain(name: str, workspace_path: str | None, as_json: bool) -> None:
    """The decision of one event, replayed: what denied, asked, flagged, and what was kept.

    NAME is its position, the beginning of its id, or its reference.
    """
    with wiring.open_store(find_workspace(workspace_path), read_only=True) as store:
        record = record_named(store, name)
        live = load(store, wiring.ENGINE, until=record.position - 1)
    event = read_event(record.envelope, b"", record.body)
    advance(live.state, event, record.recorded_at)
    explained = explanation_of(view_of(live.state, event, wiring.ENGINE), wiring.ENGINE)
    value = {
        "position": record.position,
        "event": record.event_id,
        "kind": record.kind,
        "recorded": record.outcome.verdict,
        **explained_value(explained),
    }
    if as_json:
        output.emit_json("explanation", value)
        return
    output.say(f"position {record.position}, {record.kind}: recorded as {record.outcome.verdict}")
    say_explained(explained)


def explained_value(explained: Explanation) -> dict[str, Any]:
    """An explanation for machines."""
    return {
        "verdict": explained.verdict,
        "denied": _values(explained.denied),
        "asked": [
            {
                "rule": one.rule,
                "offices": list(one.offices),
                "needed": one.needed,
                "counted": one.counted,
            }
            for one in explained.unmet
        ],
        "flagged": _values(explained.flagged),
        "kept": _values(explained.kept),
    }


def _values(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [one.explain() for one in findings]


def say_explained(explained: Explanation) -> None:
    """An explanation for people."""
    output.say(f"  by its rules: {explained.verdict}")
    output.show_findings(_values((*explained.denied, *explained.flagged)))
    for one in explained.unmet:
        offices = " or ".join(one.offices) or "any office"
        output.say(f"  {'asks':<15} {one.rule:<22} {one.needed} of {offices}, {one.counted} so far")
    for kept in explained.kept:
        inputs = "; ".join(kept.inputs)
        output.say(f"  {'kept':<15} {kept.rule:<22} {inputs}  [{kept.citation}]")
    for finding in (*explained.denied, *explained.flagged):
        if finding.inputs:
            output.say(f"  {finding.rule} rests on {'; '.join(finding.inputs)}")


@click.command("what-if")
@click.argument("books", nargs=-1, required=True, metavar="BOOK...")
@click.option("--from", "first", help="Only value dates from this day on.")
@click.option("--to", "last", help="Only value dates up to this day.")
@options.workspace
@options.as_json
def what_if(
    books: tuple[str, ...],
    first: str | None,
    last: str | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Which recorded events BOOKs, in place of the mandate, would have decided otherwise.

    Bills and proposals among them decide here, since that is the question.
    """
    workspace = find_workspace(workspace_path)
    engine = PolicyEngine(scenario=True)
    read = [book_named(name, workspace).book for name in books]
    with wiring.open_store(workspace, read_only=True) as store:
        asked = ask_what_if(
            (raw for _, raw in wiring.records_of(store)),
            read,
            engine,
            first=check_day(first) if first else "0001-01-01",
            last=check_day(last) if last else "9999-12-31",
        )
    if as_json:
        output.emit_json("what_if", {"books": list(books), **_asked_value(asked)})
        return
    output.say(
        f"{asked.events} events asked about, {len(asked.differences)} would have been decided "
        "otherwise"
    )
    for one in asked.differences:
        output.say(
            f"position {one.position}  {one.value_date}  {one.kind} by {one.author}: "
            f"{one.was}, would be {one.would_be}"
        )
        output.show_findings(_values(one.findings))


def _asked_value(asked: Asked) -> dict[str, Any]:
    return {
        "events": asked.events,
        "differences": [
            {
                "position": one.position,
                "event": one.event_id,
                "kind": one.kind,
                "author": one.author,
                "value_date": one.value_date,
                "was": one.was,
                "would_be": one.would_be,
                "findings": _values(one.findings),
            }
            for one in asked.differences
        ],
    }


@click.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False), metavar="[FILE...]")
@click.option("--shipped", is_flag=True, help="Also the scenarios that ship with the product.")
@click.option("--all", "everything", is_flag=True, help="List what passes, too.")
@options.as_json
def test(files: tuple[str, ...], shipped: bool, everything: bool, as_json: bool) -> int:
    """Run scenario FILEs (TOML or JSON) and print what differs from their expectations."""
    if not files and not shipped:
        raise click.UsageError("name a file, or give --shipped")
    stage = stage_value()
    tried: list[tuple[str, Tried]] = []
    for where, data in _sources(files, shipped=shipped):
        tried += [(where, one) for one in try_file(read_scenarios(data, where=where), stage)]
    failed = [one for _, one in tried if not one.passed]
    if as_json:
        output.emit_lines("scenario", [_tried_value(where, one) for where, one in tried])
    else:
        for where, one in tried:
            if everything or not one.passed:
                _say_tried(where, one)
        output.say(
            f"{len(tried)} scenarios, {len(tried) - len(failed)} as expected, {len(failed)} not"
        )
    return exits.PROVEN_BAD if failed else exits.DONE


def stage_value() -> dict[str, Any]:
    """The stage that ships with the scenarios."""
    entry = resources.files("policies").joinpath("scenarios", "stage.toml")
    return tomllib.loads(entry.read_text())


def shipped_scenarios() -> list[tuple[str, bytes]]:
    """Every scenario file that ships, by name."""
    folder = resources.files("policies").joinpath("scenarios")
    return [
        (entry.name, entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda one: one.name)
        if entry.name.endswith(".toml") and entry.name != "stage.toml"
    ]


def _sources(files: tuple[str, ...], *, shipped: bool) -> Iterable[tuple[str, bytes]]:
    for name in files:
        yield name, read_file(Path(name))
    if shipped:
        yield from shipped_scenarios()


def _tried_value(where: str, one: Tried) -> dict[str, Any]:
    return {
        "file": where,
        "id": one.scenario.id,
        "passed": one.passed,
        "verdict": one.answered.verdict if one.answered else "",
        "expected": one.scenario.expect.verdict,
        "differences": list(one.differences),
    }


def _say_tried(where: str, one: Tried) -> None:
    word = "as expected" if one.passed else "DIFFERS"
    output.say(f"{word:<12} {one.scenario.id:<12} {one.scenario.text}  ({where})")
    for line in one.differences:
        output.say(f"    {line}")
    if one.answered is not None and not one.passed:
        for finding in (*one.answered.denied, *one.answered.flags):
            output.say(f"    it says {finding.rule}: {finding.reason}")
