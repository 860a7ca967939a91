"""The live state of one fund, loaded from its store in pages and kept beside the tree's head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.apply import advance, apply
from ledger.domain.record import Record, parse_record
from ledger.domain.state import State
from ledger.domain.verified import VerifiedEvent, read_event
from ledger.kernel.errors import RecordError, StoreCorruptError, UndecidableError
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledger.domain.policy import Engine
    from ledger.domain.state import Posting
    from ledger.store.record_store import RecordStore


class LiveState:
    """State and tree head after the same record. After any failure: throw it away, load again."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.state = State()
        self.tree = CompactRange()
        self.roots: dict[int, bytes] = {}
        """Roots at sizes that were asked for before loading (`watch`)."""
        self._watched: set[int] = set()

    def watch(self, sizes: Iterable[int]) -> None:
        """Remember the root when the tree has one of these sizes."""
        self._watched.update(sizes)

    def replay(
        self,
        raw: bytes,
        observe: Callable[[Record, VerifiedEvent, tuple[Posting, ...]], None] | None = None,
    ) -> None:
        """Apply one stored record. Its outcome is believed: re-deciding is the auditor's work."""
        record = parse_record(raw)
        if record.position != self.state.position + 1:
            raise RecordError(f"the record says that it is position {record.position}")
        verified = read_event(record.envelope, b"", record.body)
        advance(self.state, verified, record.recorded_at)
        postings = apply(self.state, verified, record.outcome, self.engine)
        self.grow(raw)
        if observe is not None:
            observe(record, verified, postings)

    def grow(self, raw: bytes) -> None:
        """Add a record's leaf to the tree."""
        self.tree.append(leaf_hash(raw))
        if self.tree.size in self._watched:
            self.roots[self.tree.size] = self.tree.root()


def load(
    store: RecordStore,
    engine: Engine,
    *,
    observe: Callable[[Record, VerifiedEvent, tuple[Posting, ...]], None] | None = None,
    until: int | None = None,
    watch: Iterable[int] = (),
) -> LiveState:
    """The state after the store's records (or after position `until`), read in pages.

    Raises `StoreCorruptError` (position) for a record that cannot be replayed, `UndecidableError`
    for a kind or rule type of a newer version.
    """
    live = LiveState(engine)
    live.watch(watch)
    for page in store.raw_pages():
        for raw in page:
            if until is not None and live.state.position >= until:
                return live
            _replay_stored(live, raw, store.fund, observe)
    return live


def _replay_stored(
    live: LiveState,
    raw: bytes,
    fund: str,
    observe: Callable[[Record, VerifiedEvent, tuple[Posting, ...]], None] | None,
) -> None:
    """Replay a record as it lies in the store, which somebody may have changed."""
    where = f"position {live.state.position + 1}"
    try:
        live.replay(raw, observe)
    except UndecidableError as error:
        raise type(error)(error.message, where=where, hint=error.hint) from error
    except Exception as error:
        raise StoreCorruptError(
            f"the stored record does not follow from those before it: {error!r:.200}",
            where=where,
            hint="Keep the store, and audit the last bundle that was exported",
        ) from error
    if live.state.fund != fund:
        raise StoreCorruptError(
            f"a record of {live.state.fund:.80}, and this is {fund}", where=where
        )
