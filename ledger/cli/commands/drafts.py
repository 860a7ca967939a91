"""`custody kinds`, `custody draft` and `custody propose`: events before they are signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from ledger.cli import drafting, options, output, wiring
from ledger.cli.naming import resolved
from ledger.cli.workspace import find_workspace
from ledger.domain.body import Grounded
from ledger.domain.drafts import kind_named
from ledger.domain.kinds import KINDS
from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.limits import TOML_BYTES_MAX
from ledger.kernel.toml_text import read_toml
from policies.book import load_book, shipped_book

if TYPE_CHECKING:
    from ledger.domain.state import State


@click.command()
@options.as_json
def kinds(as_json: bool) -> None:
    """List the kinds of events, and who decides each."""
    rows = [
        (name, kind.nature.word, (kind.form.__doc__ or "").split("\n")[0])
        for name, kind in KINDS.items()
    ]
    if as_json:
        output.emit_lines("kind", ({"kind": n, "decided_by": d, "meaning": m} for n, d, m in rows))
        return
    output.table(("kind", "decided by", "meaning"), rows)


@click.command()
@click.argument("kind")
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Path(dir_okay=False),
    help="The members as TOML or JSON; for book.recorded the book itself.",
)
@options.body
@options.workspace
@options.as_json
def draft(
    kind: str,
    source: str,
    author: str,
    cosigners: tuple[str, ...],
    reference: str | None,
    value_date: str | None,
    expires: str,
    out: str | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Draft an event of any KIND (see `custody kinds`) from a file of its members.

    What the file leaves out of facts and evidence is empty. Books, prices, a proposal or an
    encumbrance may be named by reference, by position or by the beginning of the id. For
    book.recorded, FILE may be the name of a book that ships with the product (`reference`).
    """
    workspace = find_workspace(workspace_path)
    found = kind_named(kind)
    members = _book(source) if found.name == "book.recorded.v1" else _members(Path(source))
    with wiring.open_store(workspace, read_only=True) as store:
        state = wiring.load_checked(workspace, store).state
        members = resolved(store, members)
    if issubclass(found.form, Grounded):
        members = {"facts": {}, "evidence": [], **members}
    said = {
        "author": author,
        "cosigners": cosigners,
        "reference": reference,
        "value_date": value_date,
        "expires": expires,
    }
    said.update(members)
    full = drafting.members_of(workspace, state, found.name, said)
    drafting.finish_draft(workspace, state, full, out=out, as_json=as_json)


def _book(source: str) -> dict[str, Any]:
    path = Path(source)
    if path.suffix == ".toml":
        return {"book": load_book(_read(path), where=str(path))}
    return {"book": shipped_book(source)}


def _members(path: Path) -> dict[str, Any]:
    data = _read(path)
    try:
        is_json = path.suffix == ".json"
        value = orjson.loads(data) if is_json else read_toml(data, where=str(path))
    except (ValueError, RecursionError) as error:
        raise InputError(str(error), where=str(path)) from None
    if not isinstance(value, dict):
        raise InputError("a table of members was expected", where=str(path))
    fixed = set(value) & {"fund", "kind"}
    if fixed:
        raise InputError(f"{min(fixed)} is filled in and not given", where=str(path))
    return value


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(TOML_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None
    return data


@click.group()
def propose() -> None:
    """Draft an acquisition, disposal, transfer or receipt."""


def money(text: str) -> dict[str, str]:
    """`400000 USD` (or `400000USD`) as a body's money."""
    amount, currency = text[:-3].strip(), text[-3:]
    if not currency.isalpha() or not amount:
        raise InputError(f"{text!r} is not an amount of money", hint="Write it as '400000 USD'")
    return {"currency": currency.upper(), "amount": amount}


def draft_event(
    kind: str,
    said: dict[str, Any],
    *,
    workspace_path: str | None,
    as_json: bool,
    state: State | None = None,
) -> None:
    """Draft one event of a kind from what was said at the command line.

    A command that has read the fund's state already hands it in: the log is read once.
    """
    workspace = find_workspace(workspace_path)
    state = state or wiring.read_state(workspace).state
    if "proposal" in said:
        said["proposal"] = drafting.proposal_named(state, said["proposal"])
    out = said.pop("out", None)
    if issubclass(kind_named(kind).form, Grounded):
        said = drafting.grounds_of(said)
    members = drafting.members_of(workspace, state, kind, said)
    drafting.finish_draft(workspace, state, members, out=out, as_json=as_json)


@propose.command()
@click.option("--asset", required=True)
@click.option("--units", required=True, help="Whole units, as in 1200.5.")
@click.option("--max", "most", required=True, help="The most to be given, as in '640000 USD'.")
@click.option("--counterparty", required=True)
@click.option("--account", required=True, help="Where the units are to arrive.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def acquisition(workspace_path: str | None, as_json: bool, most: str, **said: Any) -> None:
    """Draft the acquisition of units against consideration."""
    draft_event(
        "acquisition.proposed",
        {**said, "max_consideration": money(most)},
        workspace_path=workspace_path,
        as_json=as_json,
    )


@propose.command()
@click.option("--asset", required=True)
@click.option("--units", required=True)
@click.option("--min", "least", required=True, help="The least to be received.")
@click.option("--counterparty", required=True)
@click.option("--account", required=True, help="Where the units leave.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def disposal(workspace_path: str | None, as_json: bool, least: str, **said: Any) -> None:
    """Draft the disposal of units against proceeds."""
    draft_event(
        "disposal.proposed",
        {**said, "min_proceeds": money(least)},
        workspace_path=workspace_path,
        as_json=as_json,
    )


@propose.command()
@click.option("--asset", required=True)
@click.option("--units", required=True)
@click.option("--from-account", required=True)
@click.option("--to-account", required=True)
@click.option("--to-address", help="chain:reference:address, a registered one (CAIP-2 chain).")
@click.option("--max-fee", help="The most the network fee may be, as in '0.001 BTC'.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def transfer(
    workspace_path: str | None,
    as_json: bool,
    to_address: str | None,
    max_fee: str | None,
    **said: Any,
) -> None:
    """Draft a custody transfer between two accounts of the fund."""
    if to_address is not None:
        chain, _, address = to_address.rpartition(":")
        said["to_address"] = {"chain": chain, "address": address}
    if max_fee is not None:
        said["max_fee"] = units_of(max_fee)
    draft_event("transfer.proposed", said, workspace_path=workspace_path, as_json=as_json)


def units_of(text: str) -> dict[str, str]:
    """`0.001 BTC` as a body's units."""
    amount, _, asset = text.strip().partition(" ")
    if not asset:
        raise InputError(f"{text!r} is not an amount of an asset", hint="Write it as '0.001 BTC'")
    return {"asset": asset.strip(), "units": amount}


@propose.command()
@click.option("--asset", required=True)
@click.option("--units", required=True)
@click.option("--account", required=True, help="Where the units arrived.")
@click.option("--source", required=True, help="Where they come from: mining, airdrop …")
@click.option("--fair-value", help="Fair value on the value date, as in '640000 USD'.")
@click.option("--finality-date", help="When a forfeiture or penalty became final.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def receipt(
    workspace_path: str | None,
    as_json: bool,
    fair_value: str | None,
    **said: Any,
) -> None:
    """Draft the receipt of units without consideration."""
    if fair_value is not None:
        said["fair_value"] = money(fair_value)
    draft_event("receipt.recorded", said, workspace_path=workspace_path, as_json=as_json)
