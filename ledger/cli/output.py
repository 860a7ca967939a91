"""Output: data to stdout (tables or JSON), everything else to stderr. Text is shown escaped.

`rich` is imported only when a table is drawn. JSON of the command line is presentation, not signed
bytes: it may hold capital letters as keys, and is written by `orjson`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledger.kernel.errors import LedgerError


def emit_json(schema: str, value: Mapping[str, Any]) -> None:
    """One JSON object to stdout, with its schema's name."""
    import orjson  # noqa: PLC0415 - only when JSON is asked for

    said = {"schema": f"custody.{schema}/1", **value}
    try:
        text = orjson.dumps(said)
    except TypeError:  # the name of a file that is not UTF-8
        text = orjson.dumps({name: escaped(str(member)) for name, member in said.items()})
    click.echo(text.decode())


def emit_lines(schema: str, values: Iterable[Mapping[str, Any]]) -> None:
    """JSON lines to stdout, for lists."""
    for value in values:
        emit_json(schema, value)


def say(text: str = "") -> None:
    """A line of data to stdout."""
    click.echo(escaped(text, plain="\n"))


def note(text: str) -> None:
    """A line of progress or advice to stderr."""
    click.echo(escaped(text, plain="\n"), err=True)


def escaped(text: str, *, plain: str = "") -> str:
    """The text with every character that is not printable written out as its code point."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in plain else f"\\u{{{ord(c):x}}}" for c in text)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
) -> None:
    """A table to stdout; columns named in `right` are aligned to the right. Never cut."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - only when a table is drawn
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    head, *body = _aligned(columns, rows, right)
    for title in head:
        drawn.add_column(title, no_wrap=True, overflow="ignore")
    for row in body:
        drawn.add_row(*(Text(cell) for cell in row))
    if sys.stdout is None:  # closed by whoever called
        return
    width = None if sys.stdout.isatty() else 10_000
    console = Console(file=sys.stdout, width=width, highlight=False, soft_wrap=True)
    console.print(drawn)


def _aligned(
    columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str]
) -> list[list[str]]:
    """Head and rows, escaped; `rich` itself aligns no column that it must not cut."""
    filled = [[escaped(cell) for cell in row] for row in (columns, *rows)]
    for number in (number for number, column in enumerate(columns) if column in right):
        width = max(len(row[number]) for row in filled)
        for row in filled:
            row[number] = row[number].rjust(width)
    return filled


def grouped(amount: str) -> str:
    """A decimal with its whole digits in groups of three: `1,234,567.8`."""
    sign = amount[:1] if amount[:1] in {"-", "+"} else ""
    whole, point, fraction = amount.removeprefix(sign).partition(".")
    return f"{sign}{int(whole or '0'):,}{point}{fraction}"


def short(event_id: str) -> str:
    """The first characters of an event id, enough for a person to name it by."""
    return event_id[:12]


def explain_error(error: LedgerError, *, as_json: bool) -> None:
    """One error: an object on stdout for machines, lines on stderr for people."""
    if as_json:
        emit_json("error", {"title": type(error).__name__, **error.diagnostics()})
        return
    place = f" (at {error.where})" if error.where else ""
    note(f"error: {error.message}{place}")
    if error.hint:
        note(f"  hint: {error.hint}")


def _why(finding: Mapping[str, Any]) -> str:
    """`expected …; found …  [citation]` of a finding, as far as it says so."""
    said = [f"{name} {finding[name]}" for name in ("expected", "found") if finding.get(name)]
    cited = f"  [{finding['citation']}]" if finding.get("citation") else ""
    return f"{'; '.join(said)}{cited}".strip()


def show_findings(findings: Iterable[Mapping[str, Any]]) -> None:
    """Findings of an outcome, one to a line."""
    for finding in findings:
        say(f"  {finding['verdict']:<15} {finding['rule']:<22} {_why(finding)}".rstrip())
