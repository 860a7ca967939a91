"""`custody release`, `settle` and `fail`: what has happened to a proposal, as drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import drafting, options, output, wiring
from ledger.cli.commands.drafts import draft_event, money, units_of
from ledger.cli.workspace import find_workspace
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import InputError

if TYPE_CHECKING:
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import State

_SETTLED = {
    "acquisition.proposed.v1": "acquisition.settled",
    "disposal.proposed.v1": "disposal.settled",
    "delivery.proposed.v1": "delivery.settled",
    "transfer.proposed.v1": "transfer.settled",
}


@click.command()
@click.argument("proposal")
@click.option("--units", help="Units released (default: all that is reserved).")
@click.option("--fee", help="The network fee that was paid, as in '0.0004 BTC'.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def release(
    workspace_path: str | None,
    as_json: bool,
    fee: str | None,
    **said: Any,
) -> None:
    """Draft the release of a transfer: its units left and are in transit."""
    if fee is not None:
        said["fee"] = units_of(fee)
    state, found, scale = _proposal(workspace_path, said["proposal"])
    said["proposal"] = found.event_id
    said["units"] = said["units"] or render_amount(found.progress.reserved, scale)
    draft_event(
        "transfer.released", said, workspace_path=workspace_path, as_json=as_json, state=state
    )


@click.command()
@click.argument("proposal")
@click.option("--units", help="Units settled (default: all that were proposed or are in transit).")
@click.option("--consideration", "--proceeds", "paid", help="Money given or received.")
@click.option("--fee", "fees", multiple=True, help="A transaction cost in money, as in '25 USD'.")
@click.option("--trade-date", help="The day of the trade (default: the value date).")
@click.option("--partial", is_flag=True, help="More settlements of this proposal will follow.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def settle(
    workspace_path: str | None,
    as_json: bool,
    paid: str | None,
    fees: tuple[str, ...],
    trade_date: str | None,
    partial: bool,
    **said: Any,
) -> None:
    """Draft the settlement of an acquisition, disposal, delivery or transfer."""
    state, found, scale = _proposal(workspace_path, said["proposal"])
    kind = _SETTLED.get(found.kind.name)
    if kind is None:
        raise InputError(
            f"a {found.kind.name} is not settled by this command", hint="Use `custody draft`"
        )
    said |= {"proposal": found.event_id, "final": not partial}
    in_transit = kind == "transfer.settled"
    if said["units"] is None:
        whole = found.progress.in_transit if in_transit else _left(found, scale)
        said["units"] = render_amount(whole, scale)
    if kind in {"acquisition.settled", "disposal.settled"}:
        if paid is None:
            raise InputError("what was paid is missing", hint="Use --consideration '400000 USD'")
        name = "consideration" if kind == "acquisition.settled" else "proceeds"
        said[name] = money(paid)
        said["trade_date"] = trade_date or said["value_date"] or state.local_day(wiring.now())
    elif paid or trade_date:
        raise InputError(f"nothing is paid and traded for a {found.kind.name}")
    if not in_transit:
        said["fees"] = [{"leg": "cash", **money(fee)} for fee in fees]
    elif fees:
        raise InputError("a transfer's fee is said at its release")
    draft_event(kind, said, workspace_path=workspace_path, as_json=as_json, state=state)


@click.command()
@click.argument("proposal")
@click.option("--units", help="Units that came back (default: all in transit).")
@click.option("--because", "explanation", required=True, help="Why; it is recorded.")
@click.option("--partial", is_flag=True, help="More of this transfer will settle or fail.")
@options.body
@options.grounds
@options.workspace
@options.as_json
def fail(
    workspace_path: str | None,
    as_json: bool,
    partial: bool,
    **said: Any,
) -> None:
    """Draft the failure of a transfer: units in transit came back."""
    state, found, scale = _proposal(workspace_path, said["proposal"])
    said |= {"proposal": found.event_id, "final": not partial}
    said["units"] = said["units"] or render_amount(found.progress.in_transit, scale)
    draft_event(
        "transfer.failed", said, workspace_path=workspace_path, as_json=as_json, state=state
    )


def _proposal(workspace_path: str | None, name: str) -> tuple[State, Proposal, int]:
    """The fund's state, the open proposal, and its asset's scale."""
    state = wiring.read_state(find_workspace(workspace_path)).state
    found = state.proposals[drafting.proposal_named(state, name)]
    asset = getattr(found.body, "asset", "")
    if asset not in state.assets:
        raise InputError(f"a {found.kind.name} does not move units of one asset")
    if not found.effective:
        output.note("note: the proposal is not effective; what you record will wait for a quorum")
    return state, found, state.assets[asset].scale


def _left(found: Proposal, scale: int) -> int:
    return parse_amount(str(getattr(found.body, "units", "0")), scale) - found.progress.units_done
