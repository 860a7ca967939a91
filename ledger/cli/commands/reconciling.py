"""`custody reconcile`: a statement beside the holdings; drafts of the evidence and of breaks."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli import exits, options, output, wiring
from ledger.cli.custodian_statements import (
    Compared,
    OpenBreak,
    compared,
    open_breaks,
    read_statement,
)
from ledger.cli.drafting import members_of, write_draft
from ledger.cli.workspace import find_workspace
from ledger.domain.record import event_id_of
from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.limits import HISTORY_BYTES_MAX

if TYPE_CHECKING:
    from ledger.cli.workspace import Workspace
    from ledger.domain.state import State

_METHODS = ("address_signature", "chain_observation", "independent_audit")


@click.command()
@click.argument("statement", type=click.Path(dir_okay=False))
@click.option("--author", help="Also draft the evidence and the breaks, in this officer's name.")
@click.option(
    "--attested-by",
    "attester",
    help="Not the custodian's statement: balances that this party attests.",
)
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    default="chain_observation",
    show_default=True,
    help="With --attested-by: how they are known.",
)
@options.workspace
@options.as_json
def reconcile(
    statement: str,
    author: str | None,
    attester: str | None,
    method: str,
    workspace_path: str | None,
    as_json: bool,
) -> int:
    """Compare STATEMENT (CSV: account, asset, units, as_of) with the holdings of its days.

    A statement is evidence: it never changes a balance. Exit code 0 if everything agrees and no
    break is open, 5 if something differs. With --author the statement's rows are drafted as
    events, and a break for each row that differs; submit the statement first.
    """
    workspace = find_workspace(workspace_path)
    data = _read(Path(statement))
    state = wiring.read_state(workspace).state
    day = state.local_day(wiring.now())
    rows = [compared(state, row, day) for row in read_statement(data)]
    known = open_breaks(state, day)
    drafts: list[tuple[str, str]] = []
    if author is not None:
        said = {"document": hashlib.sha256(data).hexdigest(), "facts": {}, "evidence": []}
        if attester is not None:
            said |= {"attester": attester, "method": method}
        drafts = [one for row in rows for one in _drafts(workspace, state, row, author, said)]
    _show(rows, known, drafts, as_json=as_json)
    differs = known or any(not row.agrees for row in rows)
    if author is None and any(not row.agrees for row in rows):
        output.note("next: --author NAME drafts what is stated, and a break where it differs")
    return exits.REFUSED if differs else exits.DONE


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(HISTORY_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None
    if not data:
        raise InputError("the file is empty", where=str(path))
    return data


def _drafts(
    workspace: Workspace, state: State, one: Compared, author: str, said: dict[str, Any]
) -> list[tuple[str, str]]:
    """What is drafted for one row, and its file: the evidence and, if it differs, the break."""
    row = one.row
    kind = "balance.attested" if "attester" in said else "custodian_statement.received"
    stated = {"account": row.account, "asset": row.asset, "units": row.units, "as_of": row.as_of}
    members = members_of(workspace, state, kind, {"author": author, **stated, **said})
    path, payload = write_draft(workspace, members, None)
    where = f"{row.asset} on {row.account}"
    evidence = (f"what is stated of {where}", str(path))
    if one.agrees:
        return [evidence]
    named = {"author": author, "statement": event_id_of(payload), "facts": {}, "evidence": []}
    broken, _ = write_draft(workspace, members_of(workspace, state, "break.raised", named), None)
    return [evidence, (f"the break of {where}", str(broken))]


def _show(
    rows: list[Compared], known: list[OpenBreak], drafts: list[tuple[str, str]], *, as_json: bool
) -> None:
    if as_json:
        value = {
            "rows": [_row_value(one) for one in rows],
            "breaks": [_break_value(one) for one in known],
            "drafts": [path for _, path in drafts],
        }
        output.emit_json("reconciliation", value)
        return
    columns = ("account", "asset", "as of", "stated", "held", "difference", "in transit")
    output.table(
        columns,
        [
            (
                one.row.account,
                one.row.asset,
                one.row.as_of,
                output.grouped(one.row.units),
                output.grouped(one.held),
                output.grouped(one.difference),
                output.grouped(one.in_transit),
            )
            for one in rows
        ],
        right=columns[3:],
    )
    for entry in known:
        output.say(
            f"open break {output.short(entry.event_id)}: {entry.difference} {entry.asset} on "
            f"{entry.account} as of {entry.as_of}, {entry.age} days old"
        )
    for what, path in drafts:
        output.note(f"next, {what}: custody sign {path} --key KEY")


def _row_value(one: Compared) -> dict[str, str]:
    return {
        "account": one.row.account,
        "asset": one.row.asset,
        "as_of": one.row.as_of,
        "stated": one.row.units,
        "held": one.held,
        "difference": one.difference,
        "in_transit": one.in_transit,
    }


def _break_value(one: OpenBreak) -> dict[str, str]:
    return {
        "event": one.event_id,
        "account": one.account,
        "asset": one.asset,
        "as_of": one.as_of,
        "difference": one.difference,
        "age": str(one.age),
    }
