from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import ConflictError, StoreError
from ledger.store.gate import Gate
from ledger.store.record_store import RecordStore
from tests.support.plain_records import FUND, plain_record, plain_records

if TYPE_CHECKING:
    from pathlib import Path

THREADS = 8
RECORDS = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


def test_racing_writers_keep_positions_dense(path: Path) -> None:
    """Each thread asks for the head and tries the next position until one of its tries is taken."""
    conflicts = 0
    count = threading.Lock()

    def write(name: int) -> None:
        nonlocal conflicts
        for number in range(RECORDS // THREADS):
            while True:
                record = plain_record(store.head() + 1, reference=f"{name}-{number}")
                try:
                    store.append([record])
                except ConflictError:
                    with count:
                        conflicts += 1
                else:
                    break

    with RecordStore.open(path, fund=FUND) as store:
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(write, range(THREADS)))
        assert store.head() == RECORDS // THREADS * THREADS
        found = [stored.position for page in store.pages() for stored in page]
        assert found == list(range(1, store.head() + 1))
        assert store.integrity_check() == []


def test_readers_see_whole_batches_only(path: Path) -> None:
    batch = 10
    done = threading.Event()

    def read() -> set[int]:
        heads = set()
        while not done.is_set():
            heads.add(store.head())
            for raw in store.raw_pages(page=7):
                assert raw
        return heads

    with RecordStore.open(path, fund=FUND) as store:
        with ThreadPoolExecutor(4) as threads:
            readers = [threads.submit(read) for _ in range(4)]
            for first in range(1, 30 * batch, batch):
                store.append(plain_records(first, first + batch - 1))
            done.set()
        heads = set.union(*(reader.result() for reader in readers))
    assert all(head % batch == 0 for head in heads)


def test_closing_waits_for_the_write_under_way(path: Path) -> None:
    said: list[int] = []

    def write() -> None:
        for position in range(1, 10_000):
            try:
                store.append([plain_record(position)])
            except StoreError:
                return
            said.append(position)

    store = RecordStore.open(path, fund=FUND)
    writer = threading.Thread(target=write)
    writer.start()
    while len(said) < 5:
        pass
    store.close()
    writer.join()
    with RecordStore.open(path, fund=FUND) as again:
        assert again.head() == len(said)


def test_closing_waits_for_who_is_reading() -> None:
    """A connection closed under a reader would end the process."""
    gate = Gate("here", None, lambda: None)
    reading, leave = threading.Event(), threading.Event()
    order: list[str] = []

    def read() -> None:
        with gate.reading():
            reading.set()
            leave.wait(10)
            order.append("read")

    def close() -> None:
        gate.close()
        order.append("closed")

    reader, closer = threading.Thread(target=read), threading.Thread(target=close)
    reader.start()
    assert reading.wait(10)
    closer.start()
    closer.join(0.05)
    assert closer.is_alive()
    leave.set()
    reader.join(10)
    closer.join(10)
    assert order == ["read", "closed"]
    with pytest.raises(StoreError, match="closed"), gate.reading():
        pass
