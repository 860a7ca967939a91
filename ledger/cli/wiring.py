"""The composition root: the one place that takes the time, and that joins engine, store and keys.

`policies` is imported at the command line, by the audit's evidence and by rehearsals only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.passphrases import read_passphrase
from ledger.kernel.errors import NotFoundError
from ledger.kernel.instants import render_instant
from ledger.log.merkle import leaf_hash
from ledger.service.checkpoints import check_high_water, read_high_water
from ledger.service.live import LiveState, load
from ledger.service.sequencer import Sequencer
from ledger.signing.base64_text import encode_base64
from ledger.signing.key_file import read_key_file
from ledger.store.durable_files import write_durably
from ledger.store.record_store import RecordStore
from policies.engine import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.cli.workspace import Workspace
    from ledger.domain.record import Record
    from ledger.domain.state import Posting
    from ledger.domain.verified import VerifiedEvent
    from ledger.signing.keys import PublicKey
    from ledger.signing.signer import Signer

ENGINE = PolicyEngine()


def now() -> str:
    """The present instant, from the machine's clock."""
    return render_instant(datetime.now(UTC))  # noqa: TID251 - the rim: time is taken here


def open_store(workspace: Workspace, *, read_only: bool = False) -> RecordStore:
    """The fund's record store; for reading there must be one."""
    if read_only and not workspace.store.exists():
        raise NotFoundError(
            "nothing is recorded in this workspace yet", hint="Constitute the fund first"
        )
    return RecordStore.open(workspace.store, fund=workspace.fund, read_only=read_only)


def load_checked(
    workspace: Workspace,
    store: RecordStore,
    observe: Callable[[Record, VerifiedEvent, tuple[Posting, ...]], None] | None = None,
) -> LiveState:
    """The live state, with the store held against the checkpoint outside it."""
    outside = read_high_water(workspace.high_water)
    watched = [outside[0].size] if outside else []
    live = load(store, ENGINE, observe=observe, watch=watched)
    if outside is not None:
        check_high_water(live, *outside)
    return live


def open_sequencer(
    workspace: Workspace, store: RecordStore, *, accept_clock_jump: bool = False
) -> Sequencer:
    """The one writer of the fund."""
    return Sequencer(
        store,
        ENGINE,
        now,
        live=load_checked(workspace, store),
        accept_clock_jump=accept_clock_jump,
    )


def read_state(workspace: Workspace) -> LiveState:
    """The fund's state, read without taking the writer's place."""
    with open_store(workspace, read_only=True) as store:
        return load_checked(workspace, store)


def records_of(store: RecordStore) -> Iterator[tuple[int, bytes]]:
    """Every record with its position."""
    position = 0
    for page in store.raw_pages():
        for raw in page:
            position += 1
            yield position, raw


def signer_from(path: str, *, file: str | None, descriptor: int | None) -> Signer:
    """The signer of a key file."""
    passphrase = read_passphrase(path, file=file, descriptor=descriptor)
    return read_key_file(Path(path), passphrase)


def write_trust(workspace: Workspace, store: RecordStore, log_key: str) -> None:
    """The trust file for auditors: the verifier key and the leaf hash of position 1."""
    first = store.read(1)
    if first is not None:
        text = f"log {log_key}\nfirst-leaf {leaf_hash(first).hex()}\nquorum none\n"
        write_durably(workspace.trust, text.encode())


def key_members(key: PublicKey) -> dict[str, str]:
    """A public key as bodies carry it."""
    return {"algorithm": key.algorithm, "public_key": encode_base64(key.raw)}
