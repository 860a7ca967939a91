"""`custody period close`: the draft of a close, sealed by the digests of what was reported."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli import options, output, wiring
from ledger.cli.bookkeeping import read_books
from ledger.cli.drafting import finish_draft, members_of
from ledger.cli.workspace import find_workspace
from ledger.kernel.errors import UndecidableError
from ledger.statements.seals import seals_of


@click.group()
def period() -> None:
    """Periods of the books: close one."""


@period.command()
@click.argument("name")
@click.option("--with-open", is_flag=True, help="Although breaks or settlements are open.")
@options.body
@options.workspace
@options.as_json
def close(
    name: str,
    with_open: bool,
    workspace_path: str | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Draft the close of the period NAME: 2026, 2026Q3 or 2026-09.

    The close measures its last day. It names the digests of the trial balance, of the primary
    statements and of the notes; an auditor computes them again from the log alone.
    """
    workspace = find_workspace(workspace_path)
    history = read_books(workspace)
    seals = seals_of(history, name)
    state = wiring.read_state(workspace).state
    if not with_open:
        _check_open(state, seals.span.last)
    out = said.pop("out")
    members = members_of(
        workspace,
        state,
        "period.closed",
        {
            **said,
            "period": name,
            "starts_on": seals.span.first,
            "ends_on": seals.span.last,
            "trial_balance": seals.trial_balance,
            "statements": seals.statements,
        },
    )
    if not as_json:
        output.note(f"trial balance  {seals.trial_balance}")
        output.note(f"statements     {seals.primary}")
        output.note(f"notes          {seals.notes}")
    finish_draft(workspace, state, members, out=out, as_json=as_json)


def _check_open(state: Any, last: str) -> None:
    broken = [one for one in state.breaks.values() if one.as_of <= last]
    unsettled = [
        one
        for one in state.proposals.values()
        if one.effective and one.kind.stays_open and one.body.value_date <= last
    ]
    for what, found in (("differences to stated balances", broken), ("settlements", unsettled)):
        if found:
            raise UndecidableError(
                f"{len(found)} {what} are open up to {last}",
                hint="Resolve them first, or close --with-open: the close is flagged then",
            )
