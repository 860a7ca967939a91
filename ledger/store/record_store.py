"""The record store of one fund: append, read back in pages, keep checkpoints and tiles.

    with RecordStore.open(Path("alem.db"), fund="production/alem") as store:
        store.append([NewRecord(…)])      durable when it returns

What `append` took is on the disk, in the order of positions 1…n, and comes back byte for byte, or
the read names the position that is damaged. After a failed write the store answers nothing until it
is opened again (`ledger.store.gate` says why).

`RecordStore` itself knows no database. A second database is another factory, recorder and lock
behind `LedgerApplication`, with its own `open` here.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from ledger.domain.record import parse_record
from ledger.kernel.errors import StoreCorruptError, invariant
from ledger.kernel.identifiers import DIGEST, FUND, check_form
from ledger.kernel.limits import (
    BATCH_RECORDS_MAX,
    CHECKPOINT_BYTES_MAX,
    PAGE_RECORDS,
    RECORD_BYTES_MAX,
)
from ledger.store.application import LedgerApplication
from ledger.store.checkpoints import CheckpointTable
from ledger.store.gate import Gate
from ledger.store.inspection import faults
from ledger.store.opening import open_file
from ledger.store.rows import NewRecord, Stored, StoredRecord
from ledger.store.schema import TILE_BYTES
from ledger.store.tile_cache import TileCache

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from ledger.store.mapper import Parse
    from ledger.store.opening import OpenFile

__all__ = ["NewRecord", "RecordStore", "Stored"]

_DIGEST: Final = re.compile(DIGEST)


class RecordStore:
    """An open store. Any thread may call any method; writes wait for each other."""

    def __init__(self, file: OpenFile, fund: str) -> None:
        self._file = file
        self._fund = fund
        self._gate = Gate(str(file.path), file.lock, file.check_names)
        self._mapper = file.application.ledger_mapper
        self._recorder = file.application.ledger_recorder
        self._checkpoints = CheckpointTable(self._recorder.datastore)
        self._tiles = TileCache(self._recorder.datastore)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        fund: str,
        read_only: bool = False,
        parse: Parse = parse_record,
        known_kinds: Container[str] | None = None,
    ) -> Self:
        """Open the store of a fund; for writing it is made if it is new, and locked.

        Raises `StoreLockedError` if another process writes to it, `StoreCorruptError` if the file
        is damaged or shorter than its last checkpoint, `StoreError` if it is another file, another
        fund's, of another version, or cannot be made durable.
        """
        check_form(fund, FUND, "the name of a fund")
        compose = partial(LedgerApplication, parse=parse, known_kinds=known_kinds)
        store = cls(open_file(path, fund, compose, read_only=read_only), fund)
        try:
            store._check_length()
        except BaseException:
            store.close()
            raise
        return store

    def _check_length(self) -> None:
        """A signed checkpoint over more records than there are proves that records were lost."""
        last, head = self.last_checkpoint(), self.head()
        if last is not None and last[0] > head:
            raise StoreCorruptError(
                f"the store has {head} records, but a checkpoint over {last[0]} was signed",
                where=str(self._file.path),
                hint="Records are lost: restore a copy that agrees with that checkpoint",
            )

    def close(self) -> None:
        """Wait for the write under way, then let go of the file and the lock; harmless twice."""
        if self._gate.close():
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def fund(self) -> str:
        """The fund that the store belongs to."""
        return self._fund

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the operator should know about this host, in words."""
        return self._file.warnings

    # -- records

    def append(self, records: Sequence[NewRecord]) -> None:
        """Append records in one transaction; durable when this returns.

        Raises `ConflictError`, with nothing written, if a position is not the next one or an event
        is recorded already; `StoreStoppedError` after any other failure: the outcome is unknown.
        """
        invariant(len(records) <= BATCH_RECORDS_MAX, "a batch is bounded")
        for record in records:
            self._check(record)
        if records:
            rows = [self._mapper.to_stored_event(record) for record in records]
            with self._gate.writing(f"position {records[0].position}"):
                self._recorder.insert_events(rows)

    def _check(self, record: NewRecord) -> None:
        invariant(record.fund == self._fund, "a record is appended to its own fund")
        invariant(_DIGEST.fullmatch(record.event_id), "an event id is a SHA-256 in hex")
        invariant(0 < len(record.raw) <= RECORD_BYTES_MAX, "a record has 1 to 65,535 bytes")

    def head(self) -> int:
        """The last position; 0 if the log is empty."""
        with self._gate.reading():
            return self._recorder.head()

    def read(self, position: int) -> bytes | None:
        """The bytes of one record, as they were appended."""
        with self._gate.reading():
            row = self._recorder.select_one(position)
        return None if row is None else row.state

    def position_of(self, event_id: str) -> int | None:
        """The position of an event, if it is recorded; `ValueFormError` for what is no id."""
        check_form(event_id, DIGEST, "an event id")
        with self._gate.reading():
            return self._recorder.position_of(bytes.fromhex(event_id))

    def pages(self, after: int = 0, page: int = PAGE_RECORDS) -> Iterator[list[Stored]]:
        """The records after a position, at most `page` at a time, each checked against its row.

        Raises `StoreCorruptError` that names the first position that is damaged or missing.
        """
        for rows in self._row_pages(after, page):
            yield [self._mapper.to_stored(row) for row in rows]

    def raw_pages(self, after: int = 0, page: int = PAGE_RECORDS) -> Iterator[list[bytes]]:
        """As `pages`, the bytes only and unparsed: for export and for building the tree."""
        for rows in self._row_pages(after, page):
            yield [row.state for row in rows]

    def _row_pages(self, after: int, page: int) -> Iterator[list[StoredRecord]]:
        invariant(page > 0, "a page has records")
        while True:
            with self._gate.reading():
                rows = self._recorder.select_page(after, page)
            if not rows:
                return
            for position, row in enumerate(rows, after + 1):
                _check_place(row, position)
            yield rows
            after += len(rows)

    # -- what is kept beside the records

    def add_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint. Keeping it twice is harmless.

        Raises `ConflictError` for another note of that size and for a smaller size than the last.
        """
        invariant(0 < len(note) <= CHECKPOINT_BYTES_MAX, "a checkpoint's note is bounded")
        invariant(0 <= size <= self.head(), "a checkpoint covers records that are stored")
        with self._gate.writing(f"the checkpoint of size {size}"):
            self._checkpoints.add(size, note)

    def last_checkpoint(self) -> tuple[int, bytes] | None:
        """The size and note of the largest checkpoint."""
        with self._gate.reading():
            return self._checkpoints.last()

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """Every checkpoint (size, note), in the order of size."""
        size = -1
        while True:
            with self._gate.reading():
                found = self._checkpoints.after(size, PAGE_RECORDS)
            if not found:
                return
            yield from found
            size = found[-1][0]

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Cache full tiles by (level, index), in place of those kept before."""
        for hashes in tiles.values():
            invariant(len(hashes) == TILE_BYTES, "only full tiles are cached")
        with self._gate.writing("the tiles"):
            self._tiles.put(tiles)

    def get_tile(self, level: int, index: int) -> bytes | None:
        """The 256 hashes of a full tile, if it is cached. Not believed: check the root."""
        with self._gate.reading():
            return self._tiles.get(level, index)

    def integrity_check(self) -> list[str]:
        """Every fault of the file, its tables and its rows in words; empty if there is none."""
        with self._gate.reading():
            return faults(self._file.path, self._fund)


def _check_place(row: StoredRecord, position: int) -> None:
    if row.originator_version != position:
        raise StoreCorruptError(
            f"the record is missing: position {row.originator_version} stands in its place",
            where=f"position {position}",
        )
