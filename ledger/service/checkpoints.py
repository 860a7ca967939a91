"""Checkpoints: the log key's signature over size and root, kept in the store and outside it.

The file outside the database is the high-water mark: at the next start the store must have at least
that many records and give that root, or somebody restored an older store or rewrote it. A
checkpoint is signed after commits, never inside their transaction, and never if it would contradict
the one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.errors import LedgerError, ProofError, StoreCorruptError, StoreError
from ledger.kernel.limits import CHECKPOINT_BYTES_MAX
from ledger.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import leaf_hash
from ledger.log.note import NoteSigner, parse_note, parse_vkey
from ledger.store.durable_files import write_durably

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.domain.state import State
    from ledger.log.note import VerifierKey
    from ledger.service.live import LiveState
    from ledger.signing.signer import Signer
    from ledger.store.record_store import RecordStore


def read_high_water(path: Path) -> tuple[Checkpoint, bytes] | None:
    """The last checkpoint kept outside the database, unverified; None if there is none yet.

    Raises `StoreCorruptError` for a file that holds no checkpoint, `StoreError` for one that the
    system does not let us read.
    """
    try:
        with path.open("rb") as file:
            note = file.read(CHECKPOINT_BYTES_MAX + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"the checkpoint outside the store cannot be read: {error.strerror}", where=str(path)
        ) from error
    try:
        return parse_checkpoint(parse_note(note).text), note
    except LedgerError as error:
        raise StoreCorruptError(
            f"the file outside the store holds no checkpoint: {error}",
            where=str(path),
            hint="Put a copy of the last checkpoint in its place; auditors and witnesses have one",
        ) from error


def check_high_water(live: LiveState, checkpoint: Checkpoint, note: bytes) -> None:
    """That the store still has everything that the outside checkpoint covers.

    `live` must have been loaded watching the checkpoint's size. Raises `StoreCorruptError` naming
    both sizes, and if the file was not signed by a key of this log.
    """
    state = live.state
    check_length(live.tree.size, checkpoint)
    if state.position:
        key_of_checkpoint(note, state)
    root = live.roots.get(checkpoint.size) if checkpoint.size else checkpoint.root
    if root != checkpoint.root:
        raise StoreCorruptError(
            f"the first {checkpoint.size} records are not those that were checkpointed",
            hint="The store was rewritten: keep it and the checkpoint as evidence",
        )


def check_length(records: int, checkpoint: Checkpoint) -> None:
    """That the outside checkpoint covers no more records than there are; it is not verified."""
    if checkpoint.size > records:
        raise StoreCorruptError(
            f"the store has {records} records where a signed checkpoint covers {checkpoint.size}",
            hint="An older store was restored: find the newer one, and keep both as evidence",
        )


def key_of_checkpoint(note: bytes, state: State) -> VerifierKey:
    """The key of this log that signed a checkpoint: the one in force, or one before it.

    Raises `StoreCorruptError` if none of them did.
    """
    failure: LedgerError | None = None
    for text in (state.log_key, *reversed(state.log_keys_before)):
        vkey = parse_vkey(text)
        try:
            verify_checkpoint(note, vkey)
        except LedgerError as error:
            failure = failure or error
        else:
            return vkey
    known = {signature.name for signature in parse_note(note).signatures}
    raise StoreCorruptError(
        f"the checkpoint was signed by {', '.join(sorted(known)) or 'nobody'}, "
        "not by a key of this log",
        hint=str(failure),
    )


def make_checkpoint(
    store: RecordStore,
    live: LiveState,
    signer: Signer,
    high_water: Path,
    *,
    previous: Signer | None = None,
) -> tuple[Checkpoint, bytes]:
    """Sign the present size and root; keep the note in the store and in the file outside it.

    At a hand-over of the log key `previous` is the key before it, which signs as well, so that who
    trusts the old key can follow. Raises `ProofError` if a key is not the log's, or if the
    checkpoint would contradict the last one.
    """
    state = live.state
    vkey = parse_vkey(state.log_key)
    if signer.public_key != vkey.key:
        raise ProofError(
            "this key is not the log key in force",
            hint=f"Sign with the key of {state.log_key}",
        )
    checkpoint = Checkpoint(state.fund, live.tree.size, live.tree.root())
    last = store.last_checkpoint()
    if last is not None:
        _check_extends(store, live, last)
    if last is not None and last[0] == checkpoint.size:
        note = last[1]
    else:
        note = sign_checkpoint(checkpoint, *_signers(live, signer, previous))
        store.add_checkpoint(checkpoint.size, note)
    write_durably(high_water, note)
    live.roots[checkpoint.size] = checkpoint.root
    return checkpoint, note


def _signers(live: LiveState, signer: Signer, previous: Signer | None) -> list[NoteSigner]:
    fund = live.state.fund
    if previous is None:
        return [NoteSigner(fund, signer)]
    before = [parse_vkey(vkey).key for vkey in live.state.log_keys_before]
    if previous.public_key not in before:
        raise ProofError(
            "this key was never a log key of this fund",
            hint="At a hand-over the key before the present one signs too",
        )
    return [NoteSigner(fund, signer), NoteSigner(fund, previous)]


def _check_extends(store: RecordStore, live: LiveState, last: tuple[int, bytes]) -> None:
    """That the present tree continues the one last signed for; two that do not prove a fork."""
    size, note = last
    kept = verify_checkpoint(note, key_of_checkpoint(note, live.state))
    if size > live.tree.size:
        raise ProofError(
            f"a checkpoint over {size} records was signed before, and these are {live.tree.size}",
            hint="Load the state of the store again",
        )
    if (kept.size, kept.root) != (size, live.roots.get(size) or _root_of(store, size)):
        raise ProofError(
            f"the first {size} records are not those for which the last checkpoint was signed",
            hint="The store was rewritten: keep it and its checkpoints as evidence",
        )


def _root_of(store: RecordStore, size: int) -> bytes:
    """The root of the first records, from the records themselves."""
    tree = CompactRange()
    for page in store.raw_pages():
        for raw in page[: size - tree.size]:
            tree.append(leaf_hash(raw))
        if tree.size == size:
            break
    return tree.root()
