"""`custody submit`: signed events become records, or are answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import exits, options, output, wiring
from ledger.cli.receipts import show_answer
from ledger.cli.workspace import find_workspace
from ledger.domain.apply import apply
from ledger.domain.outcome import Rejection
from ledger.kernel.errors import NotFoundError
from ledger.kernel.limits import ENVELOPE_BYTES_MAX
from ledger.service.answer import Answer, Receipt, Rejected, stored_receipt
from ledger.service.intake import verify_submission
from ledger.service.sequencer import admit_to

if TYPE_CHECKING:
    from ledger.cli.workspace import Workspace
    from ledger.service.live import LiveState
    from ledger.store.record_store import RecordStore


@click.command()
@click.argument("signed", nargs=-1, required=True, type=click.Path(dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would happen; record nothing.")
@click.option("--accept-clock-jump", is_flag=True, help="The last record is over a week old.")
@options.workspace
@options.as_json
def submit(
    signed: tuple[str, ...],
    dry_run: bool,
    accept_clock_jump: bool,
    workspace_path: str | None,
    as_json: bool,
) -> int:
    """Submit SIGNED events, in this order; stops at the first that is not recorded.

    Exit code 0 if all are effective or pending, 5 if the last was refused, 6 for a conflict.
    """
    workspace = find_workspace(workspace_path)
    if dry_run:
        return _try_all(workspace, signed, as_json=as_json)
    code = exits.DONE
    with wiring.open_store(workspace) as store:
        sequencer = wiring.open_sequencer(workspace, store, accept_clock_jump=accept_clock_jump)
        for path in signed:
            answer = sequencer.submit(read_signed(path))
            code = show_answer(answer, as_json=as_json)
            if sequencer.live.state.position == 1:
                wiring.write_trust(workspace, store, sequencer.live.state.log_key)
            if code != exits.DONE:
                if path != signed[-1]:
                    output.note("the events after this one were not submitted")
                return code
    return code


def read_signed(path: str) -> bytes:
    """The bytes of a signed event's file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(ENVELOPE_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None


def _try_all(workspace: Workspace, signed: tuple[str, ...], *, as_json: bool) -> int:
    """What would be said of each, in this order, on a state that is thrown away afterwards."""
    code = exits.DONE
    with wiring.open_store(workspace, read_only=True) as store:
        live = wiring.load_checked(workspace, store)
        for path in signed:
            code = show_answer(_tried(store, live, read_signed(path)), as_json=as_json)
            if code != exits.DONE:
                break
    return code


def _tried(store: RecordStore, live: LiveState, data: bytes) -> Answer:
    event = verify_submission(data, live.state.keys)
    moment = max(wiring.now(), live.state.recorded_at)
    answer = admit_to(store.fund, live, event, moment)
    if not isinstance(answer, Rejection):
        apply(live.state, event, answer.outcome, wiring.ENGINE)
        return Receipt(event.event_id, live.state.position, moment, answer.outcome)
    position = store.position_of(event.event_id)
    raw = store.read(position) if position else None
    return stored_receipt(raw) if raw else Rejected(event.event_id, answer)
