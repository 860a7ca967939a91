"""Reference pages made from the program itself, so that they cannot say anything else.

    python -m ledger.cli.cli_page docs/reference/cli.md
    python -m ledger.cli.cli_page docs/reference/audit-findings.md

The name of the file says which page is wanted; without one, both are written where they belong. A
test holds the pages against this module.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.audit.findings import CODES, EXIT_CODES, NOTE
from ledger.cli.main import COMMANDS, cli
from ledger.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FOLDER = Path("docs/reference")

_CLI_HEAD = """\
# Commands

Every command of `custody`, as the program itself describes it (`custody COMMAND --help`). Data goes
to stdout, everything else to stderr; with `--json` a command prints one object with a member
`schema`, or one to a line for lists. What commands end with: [exit-codes.md](exit-codes.md). Where
they look for a fund: [workspace.md](workspace.md).

This page is generated: `python -m ledger.cli.cli_page docs/reference/cli.md`.
"""

_FINDINGS_HEAD = """\
# Findings of an audit

Every code that `custody audit` can report, with the result that it gives the audit. One finding
that is *proven bad* makes the whole audit so (exit code {proven_bad}); else one that is
*undecidable* does (exit code {undecidable}). A *note* changes neither: an audit with nothing but
notes is valid (exit code {valid}).

How to act on them: [audit a bundle](../how-to/audit-a-bundle.md).

This page is generated: `python -m ledger.cli.cli_page docs/reference/audit-findings.md`.
"""


def cli_page() -> str:
    """The page of all commands, in the order of the program's own list."""
    parts = [_CLI_HEAD, _contents()]
    for name in COMMANDS:
        parts += _sections(click.Context(cli, info_name="custody"), name, cli)
    return "\n".join(parts)


def findings_page() -> str:
    """The page of all codes of findings, by result."""
    parts = [_FINDINGS_HEAD.format(**EXIT_CODES)]
    for result in dict.fromkeys(result for result, _ in CODES.values()):
        title = "Notes" if result == NOTE else result.replace("_", " ").capitalize()
        rows = [(f"`{code}`", text) for code, (kind, text) in CODES.items() if kind == result]
        parts += [f"## {title}\n", _table(("code", "meaning"), rows)]
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page, "audit-findings.md": findings_page}
"""File name to the function that makes the page."""


def _contents() -> str:
    rows = [(f"[`{name}`](#custody-{name})", text) for name, (_, text) in COMMANDS.items()]
    return _table(("command", "what it does"), rows)


def _sections(parent: click.Context, name: str, group: click.Group) -> Iterator[str]:
    """The section of a command and, for a group, those of its commands."""
    command = group.get_command(parent, name)
    if command is None:
        return
    context = click.Context(command, info_name=name, parent=parent)
    title = context.command_path
    yield f"## {title}\n" if parent.parent is None else f"### {title}\n"
    yield from _body(command, context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _sections(context, inner, command)


def _body(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```\n{usage}\n```\n"
    yield f"{_unwrapped(command.help or '')}\n"
    rows = list(_options(command, context))
    if rows:
        yield _table(("option", "meaning"), rows)


def _unwrapped(text: str) -> str:
    """Help with each paragraph on one line."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Every option but --help; arguments stand in the usage and are told of in the help's text."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record is not None and "--help" not in record[0]:
            yield f"`{record[0]}`", " ".join(record[1].split())


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    escaped = ([cell.replace("|", "\\|") for cell in cells] for cells in lines)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in escaped)


def main(arguments: list[str]) -> None:
    """Write the named pages, or all of them."""
    for target in [Path(argument) for argument in arguments] or [FOLDER / name for name in PAGES]:
        if target.name not in PAGES:
            raise NotFoundError(
                f"no page is named {target.name}", hint=f"Known: {', '.join(PAGES)}"
            )
        target.write_text(PAGES[target.name](), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
