"""What is left after a write that failed: nothing acknowledged is lost, nothing half is kept."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NoReturn

import pytest
from eventsourcing.sqlite import SQLiteConnection

from ledger.kernel.errors import ConflictError, StoreError, StoreStoppedError
from ledger.store.checkpoints import CheckpointTable
from ledger.store.record_store import RecordStore
from ledger.store.recorder import LedgerSQLiteRecorder
from ledger.store.tile_cache import TileCache
from tests.support.plain_records import FUND, plain_record, plain_records
from tests.support.store_child import acknowledged, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from eventsourcing.persistence import StoredEvent
    from eventsourcing.sqlite import SQLiteCursor


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


@pytest.fixture
def store(path: Path) -> Iterator[RecordStore]:
    with RecordStore.open(path, fund=FUND) as opened:
        opened.append(plain_records(1, 3))
        yield opened


def disk_error(*_: object, **__: object) -> NoReturn:
    raise sqlite3.OperationalError("disk I/O error")


def assert_stopped(store: RecordStore) -> None:
    """A stopped store answers nothing, because the answer after reopening may differ."""
    refusals: list[Callable[[], object]] = [
        store.head,
        lambda: store.read(1),
        lambda: store.position_of("0" * 64),
        lambda: next(store.pages()),
        lambda: next(store.raw_pages()),
        lambda: store.append(plain_records(4, 4)),
        lambda: store.put_tiles({}),
        lambda: store.add_checkpoint(1, b"note"),
    ]
    for refused in refusals:
        with pytest.raises(StoreStoppedError, match="outcome is unknown: reopen and ask by event"):
            refused()


# -- an error inside the transaction


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_an_error_at_any_row_rolls_the_whole_append_back(
    store: RecordStore, path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    insert = LedgerSQLiteRecorder._insert_events

    def break_off(
        self: LedgerSQLiteRecorder, c: SQLiteCursor, rows: Sequence[StoredEvent], **_: object
    ) -> NoReturn:
        insert(self, c, rows[:failing])
        raise MemoryError

    monkeypatch.setattr(LedgerSQLiteRecorder, "_insert_events", break_off)
    with pytest.raises(StoreStoppedError) as caught:
        store.append(plain_records(4, 6))
    assert isinstance(caught.value.__cause__, MemoryError)
    monkeypatch.undo()
    assert_stopped(store)
    store.close()
    with RecordStore.open(path, fund=FUND) as again:
        assert again.head() == 3
        assert again.integrity_check() == []
        again.append(plain_records(4, 6))


def test_an_interrupt_stops_the_store_and_stays_an_interrupt(
    store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(LedgerSQLiteRecorder, "_insert_events", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.append(plain_records(4, 4))
    monkeypatch.undo()
    assert_stopped(store)


# -- an error at the commit: written or not, only the next start can tell


@pytest.mark.parametrize("written", [False, True])
def test_after_a_failed_commit_the_event_id_tells(
    store: RecordStore, path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    commit = SQLiteConnection.commit

    def fail(self: SQLiteConnection) -> None:
        if written:
            commit(self)
        disk_error()

    monkeypatch.setattr(SQLiteConnection, "commit", fail)
    with pytest.raises(StoreStoppedError, match="disk I/O error"):
        store.append(plain_records(4, 4))
    monkeypatch.undo()
    assert_stopped(store)
    store.close()
    with RecordStore.open(path, fund=FUND) as again:
        assert again.position_of(plain_record(4).event_id) == (4 if written else None)
        again.append(plain_records(again.head() + 1, 5))
        assert again.integrity_check() == []


def test_a_failed_rollback_stops_the_store_too(
    store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rollback = SQLiteConnection.rollback

    def fail(self: SQLiteConnection) -> None:
        rollback(self)
        disk_error()

    monkeypatch.setattr(SQLiteConnection, "rollback", fail)
    with pytest.raises(StoreStoppedError):
        store.append(plain_records(1, 1))
    monkeypatch.undo()
    assert_stopped(store)


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.add_checkpoint(1, b"note"),
        lambda store: store.put_tiles({(0, 0): bytes(8_192)}),
    ],
    ids=["checkpoint", "tile"],
)
def test_a_failure_beside_the_records_stops_the_store_too(
    store: RecordStore, monkeypatch: pytest.MonkeyPatch, write: Callable[[RecordStore], None]
) -> None:
    monkeypatch.setattr(CheckpointTable, "add", disk_error)
    monkeypatch.setattr(TileCache, "put", disk_error)
    with pytest.raises(StoreStoppedError):
        write(store)
    assert_stopped(store)


def test_a_foreign_lock_on_the_database_stops_the_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.pool.SQLITE3_DEFAULT_LOCK_TIMEOUT", 0.05)
    with RecordStore.open(path, fund=FUND) as store:
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreStoppedError, match="database is locked"):
            store.append(plain_records(1, 1))
        foreign.close()
        assert_stopped(store)


def test_a_read_that_fails_stops_nothing(
    store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LedgerSQLiteRecorder, "head", disk_error)
    with pytest.raises(StoreError, match="disk I/O error"):
        store.head()
    monkeypatch.undo()
    store.append(plain_records(4, 4))
    assert store.head() == 4


# -- the disk, and the process


def settled(path: Path, said: list[int]) -> None:
    """Everything acknowledged is there; at most the one append under way is there besides."""
    assert said == list(range(1, len(said) + 1))
    with RecordStore.open(path, fund=FUND) as store:
        assert store.integrity_check() == []
        assert len(said) <= store.head() <= len(said) + 1
        positions = [stored.position for page in store.pages() for stored in page]
        assert positions == list(range(1, store.head() + 1))
        store.append([plain_record(store.head() + 1)])


@pytest.mark.parametrize("limit", [80_000, 200_000, 500_000])
def test_a_full_disk_loses_nothing_acknowledged(path: Path, limit: int) -> None:
    with start("full", path, str(limit)) as child:
        lines = child.communicate()[0].splitlines()
    assert lines[-1] == "StoreStoppedError"
    said = acknowledged(iter(lines))
    assert said
    settled(path, said)


@pytest.mark.parametrize("after", [1, 2, 40, 90])
def test_a_killed_writer_loses_nothing_acknowledged(path: Path, after: int) -> None:
    with start("append", path) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(after)]
        child.kill()
        lines += [line for line in child.stdout.read().splitlines(keepends=True) if "\n" in line]
    settled(path, acknowledged(iter(lines)))


# -- a conflict is not a failure


def test_a_writer_that_is_behind_is_told_so(store: RecordStore, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    late = plain_record(4, reference="late")
    other.execute(
        "INSERT INTO stored_events(originator_id, originator_version, topic, state, event_id)"
        " VALUES (?, ?, ?, ?, ?)",
        (FUND, 4, late.kind, late.raw, bytes.fromhex(late.event_id)),
    )
    other.close()
    with pytest.raises(ConflictError, match="position 4") as caught:
        store.append(plain_records(4, 5))
    assert "Reload" in caught.value.hint
    assert store.head() == 4
    assert [stored.raw for stored in next(store.pages(3))] == [late.raw]
    store.append(plain_records(5, 5))
    assert store.integrity_check() == []
