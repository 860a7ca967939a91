"""The disk fails, or the power does, at a chosen system call of the writer (needs `strace`).

A kill never loses the page cache, so a missing sync shows only in the order of the calls: the first
test reads that order. The other tests let one call fail, or be the last one.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.store.record_store import RecordStore
from tests.support.crash_runs import need_strace
from tests.support.plain_records import FUND, plain_record
from tests.support.store_child import ROOT, acknowledged, command

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = 12
WRITES = "pwrite64,fdatasync,fsync,ftruncate"


ACKNOWLEDGED = re.compile(r'\bwrite\(1, "([0-9]+)(?:\\n)?"')
SYNCED = re.compile(r"\bf(?:data)?sync\(.*= 0$")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The calls of a writer that nothing befell, one a line."""
    need_strace()
    folder = tmp_path_factory.mktemp("calls")
    traced(folder / "alem.db", "-o", str(folder / "trace"), "-e", f"trace={WRITES},write")
    return (folder / "trace").read_text().splitlines()


def traced(path: Path, *options: str) -> list[str]:
    """What the writer of 12 records printed under `strace` with these options."""
    done = subprocess.run(
        ["strace", "-f", "-qq", *options, *command("some", path, str(RECORDS))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


def last_before(calls: list[str], name: str, position: int) -> int:
    """Which of the calls of that name is the last before a record was acknowledged, from 1."""
    count = 0
    for line in calls:
        said = ACKNOWLEDGED.search(line)
        if said is not None and int(said[1]) == position:
            return count
        count += f" {name}(" in line
    raise AssertionError(position)


def test_every_acknowledgement_comes_after_the_sync_of_its_commit(calls: list[str]) -> None:
    unsynced, seen = False, 0
    for line in calls:
        if "pwrite64(" in line:
            unsynced = True
        elif SYNCED.search(line):
            unsynced = False
        elif ACKNOWLEDGED.search(line):
            assert not unsynced, f"record {seen + 1} was acknowledged before its sync"
            seen += 1
    assert seen == RECORDS


@pytest.mark.parametrize(
    ("name", "fault", "position"),
    [
        ("fdatasync", "error=EIO", 2),
        ("fdatasync", "error=ENOSPC", 9),
        ("pwrite64", "error=ENOSPC", 3),
        ("pwrite64", "error=EIO", 8),
        ("fdatasync", "signal=KILL", 4),
        ("pwrite64", "signal=KILL", 7),
    ],
)
def test_nothing_acknowledged_is_lost_and_the_next_start_is_clean(
    calls: list[str], path: Path, name: str, fault: str, position: int
) -> None:
    fault = f"{name}:{fault}:when={last_before(calls, name, position)}"
    lines = traced(path, "-o", "/dev/null", "-e", f"trace={WRITES}", "-e", f"inject={fault}")
    said = acknowledged(iter(lines))
    assert said == list(range(1, position))
    assert ("StoreStoppedError" in lines) == ("error=" in fault)
    with RecordStore.open(path, fund=FUND) as store:
        assert store.integrity_check() == []
        assert [stored.position for page in store.pages() for stored in page][: len(said)] == said
        assert store.head() <= len(said) + 1
        store.append([plain_record(store.head() + 1)])
