"""`custody period close`: the draft of a close, sealed by the digests of what was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output, wiring
from ledger.cli.bookkeeping import read_books
from ledger.cli.drafting import finish_draft, members_of
from ledger.cli.workspace import find_workspace
from ledger.kernel.errors import UndecidableError
from ledger.statements.render_json import digest_of, sealed_value
from ledger.statements.report import PRIMARY, SEALED_NOTES, basis_of, report_of
from ledger.statements.trial_balance import trial_balance_digest

if TYPE_CHECKING:
    from ledger.projections.fund_history import FundHistory
    from ledger.statements.tree import Span


def seals_of(history: FundHistory, period: str) -> tuple[Span, dict[str, str]]:
    """The digests that a close of a period seals; `UndecidableError` for what is incomplete."""
    basis = basis_of(history, period)
    report = report_of(basis, history.held(basis.period.last))
    if not report.is_complete:
        first = next(one for one in report.concerns if one.is_blocking)
        raise UndecidableError(
            f"{first.code} {first.subject} on {first.day} ({first.paragraph}): {first.hint}",
            where=period,
            hint=f"`custody statement show --period {period}` lists everything that is missing",
        )
    return basis.period, {
        "trial_balance": trial_balance_digest(basis.books, basis.fund, basis.period.last),
        "primary": digest_of(sealed_value(report, PRIMARY)),
        "notes": digest_of(sealed_value(report, SEALED_NOTES)),
    }


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
    span, seals = seals_of(history, name)
    state = wiring.read_state(workspace).state
    if not with_open:
        _check_open(state, span.last)
    out = said.pop("out")
    members = members_of(
        workspace,
        state,
        "period.closed",
        {
            **said,
            "period": name,
            "starts_on": span.first,
            "ends_on": span.last,
            "trial_balance": seals["trial_balance"],
            "statements": [seals["primary"], seals["notes"]],
        },
    )
    if not as_json:
        for what, digest in seals.items():
            output.note(f"{what:<14} {digest}")
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
