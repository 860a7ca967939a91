"""`custody accounting check`: accounting policies tried on cases, figure by figure."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import exits, options, output
from ledger.cli.books import read_file
from ledger.rehearsal.accounting_case import FILE_BYTES_MAX, HINT, read_cases
from ledger.rehearsal.accounting_trial import try_cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.rehearsal.accounting_trial import TriedCase


@click.group()
def accounting() -> None:
    """Accounting policies: try them on cases."""


@accounting.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False), metavar="[FILE...]")
@click.option("--shipped", is_flag=True, help="Also the cases that ship with the product.")
@click.option("--all", "everything", is_flag=True, help="List what passes, too.")
@options.as_json
def check(
    files: tuple[str, ...],
    shipped: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Play the accounting cases of FILEs and print every figure that differs.

    Each case is lived by a fund in memory: signed events in, journal and figures out of its log.
    Inputs that must be refused are offered, and must be refused for the reason that is stated.
    """
    if not files and not shipped:
        raise click.UsageError("name a file, or give --shipped")
    tried: list[tuple[str, TriedCase]] = []
    for where, data in _sources(files, shipped=shipped):
        tried += [(where, one) for one in try_cases(read_cases(data, where=where))]
    failed = [one for _, one in tried if not one.passed]
    if as_json:
        output.emit_lines("accounting_case", [_value(where, one) for where, one in tried])
    else:
        for where, one in tried:
            if everything or not one.passed:
                _say(where, one)
        cases = sum(one.kind != "rejection" for _, one in tried)
        output.say(
            f"{cases} cases and {len(tried) - cases} rejections: {len(tried) - len(failed)} as "
            f"expected, {len(failed)} not"
        )
    return exits.PROVEN_BAD if failed else exits.DONE


def shipped_cases() -> list[tuple[str, bytes]]:
    """Every file of cases that ships, by name."""
    folder = resources.files("policies").joinpath("accounting_cases")
    return [
        (entry.name, entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda one: one.name)
        if entry.name.endswith(".json")
    ]


def _sources(files: tuple[str, ...], *, shipped: bool) -> Iterable[tuple[str, bytes]]:
    for name in files:
        yield name, read_file(Path(name), bytes_max=FILE_BYTES_MAX, hint=HINT)
    if shipped:
        yield from shipped_cases()


def _value(where: str, one: TriedCase) -> dict[str, object]:
    return {
        "file": where,
        "id": one.id,
        "kind": one.kind,
        "passed": one.passed,
        "differences": list(one.differences),
        "said": one.said,
    }


def _say(where: str, one: TriedCase) -> None:
    word = "as expected" if one.passed else "DIFFERS"
    output.say(f"{word:<12} {one.id:<44} {one.title}  ({where})")
    for line in one.differences:
        output.say(f"    {line}")
    if one.said and one.passed:
        output.say(f"    refused: {one.said}")
