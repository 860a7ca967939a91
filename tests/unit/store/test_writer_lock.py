from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import StoreError, StoreLockedError
from ledger.store.lock import WriterLock
from ledger.store.record_store import RecordStore
from tests.support.plain_records import FUND, plain_records
from tests.support.store_child import start

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = WriterLock(tmp_path / "lock"), WriterLock(tmp_path / "lock")
    first.acquire()
    with pytest.raises(StoreLockedError, match=rf"process {os.getpid()} is writing"):
        second.acquire()
    assert (first.held, second.held) == (True, False)
    first.release()
    first.release()
    second.acquire()
    assert (first.held, second.held) == (False, True)
    second.release()


@pytest.mark.parametrize("content", [b"", b"soon", b"7", b"-7\n", b"\xff" * 99])
def test_a_strange_lock_file_is_only_a_worse_message(tmp_path: Path, content: bytes) -> None:
    holder = WriterLock(tmp_path / "lock")
    holder.acquire()
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(StoreLockedError, match="another process is writing"):
        WriterLock(tmp_path / "lock").acquire()
    holder.release()


def test_a_lock_needs_a_place(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        WriterLock(tmp_path / "missing" / "lock").acquire()


def test_a_lock_that_the_disk_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.raises(StoreError, match="cannot be taken: Function not implemented"):
        WriterLock(tmp_path / "lock").acquire()


def test_the_second_writer_is_refused_and_told_who_writes(path: Path) -> None:
    with start("hold", path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n"
        with pytest.raises(StoreLockedError, match=f"process {first.pid}") as caught:
            RecordStore.open(path, fund=FUND)
        assert "read-only" in caught.value.hint
        with RecordStore.open(path, fund=FUND, read_only=True) as reader:
            assert reader.head() == 0
        first.communicate("")
    with RecordStore.open(path, fund=FUND) as store:
        store.append(plain_records(1, 1))


def test_a_link_to_the_store_leads_to_the_same_lock(path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    with RecordStore.open(path, fund=FUND), pytest.raises(StoreLockedError):
        RecordStore.open(link, fund=FUND)


def test_the_file_of_a_killed_writer_blocks_nobody(path: Path) -> None:
    with start("hold", path) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "ready\n"
        killed.kill()
    assert path.with_name("alem.db.lock").read_bytes() == b"%d\n" % killed.pid
    with RecordStore.open(path, fund=FUND) as store:
        assert store.head() == 0


def test_a_forked_child_does_not_keep_its_dead_parent_s_lock(path: Path) -> None:
    with start("fork", path) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        with pytest.raises(StoreLockedError):
            RecordStore.open(path, fund=FUND)
        parent.kill()
        parent.wait()
        os.kill(child, 0)
        with RecordStore.open(path, fund=FUND) as store:
            store.append(plain_records(1, 1))
        os.kill(child, signal.SIGKILL)


def test_a_forked_child_cannot_write(path: Path) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        child = os.fork()
        if child == 0:
            try:
                store.append(plain_records(1, 1))
            except StoreError:
                os._exit(7)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 7
        store.append(plain_records(1, 1))
        assert store.head() == 1
