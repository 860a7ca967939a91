"""The power fails: what was not synced is lost, whole or in part, in whatever order.

The calls of one run, recorded with their data, give every state that the disk may be found in
(`tests.support.crash_disk`). None of them loses what was acknowledged, or cannot be opened.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.crash_disk import Disk
from tests.support.crash_runs import Fault
from tests.support.crash_sweep import Sweep
from tests.support.tally import tally

if TYPE_CHECKING:
    from tests.support.crash_runs import Runs

SYNCS = ("fdatasync", "fsync")


def failed(number: int, call: str = "fdatasync") -> Fault:
    """The sync of that number fails."""
    return Fault(call, number, "error=EIO")


def power_cut(sweep: Sweep, every: int = 1) -> None:
    """Every so many images of one run."""
    with sweep.folder() as folder:
        disk = Disk(folder / "fund")
        sweep.cut_power(disk, sweep.recorded(folder), every)


def power_cut_after_failed_syncs(sweep: Sweep, *faults: Fault, every: int) -> None:
    """Images of runs with a failed sync in each, and of one more, which goes on from memory."""
    with sweep.folder() as folder:
        disk = Disk(folder / "fund")
        trace = [line for fault in (*faults, None) for line in sweep.recorded(folder, fault)]
        sweep.cut_power(disk, trace, every, first=sum(fault.number for fault in faults))


def test_a_sample_of_images(runs: Runs) -> None:
    sweep = Sweep(runs, "new")
    power_cut(sweep, every=25)
    assert not sweep.faults, sweep.shown
    assert sweep.tried > 40


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "twists"), [("new", ()), ("new", ("folded",)), ("grown", ("folded",))], ids=str
)
def test_every_image(runs: Runs, name: str, twists: tuple[str, ...]) -> None:
    sweep = Sweep(runs, name, *twists)
    power_cut(sweep)
    tally(
        f"images of a disk whose unsynced writes are lost ({' '.join([name, *twists])})",
        sweep.tried,
        sweep.tried - len(sweep.faults),
    )
    assert not sweep.faults, sweep.shown


# -- a sync that failed: the writes before it are in memory only, and no later sync saves them


@pytest.mark.parametrize("number", [10, 20, 30])
def test_what_is_answered_after_a_failed_sync_is_on_the_disk(runs: Runs, number: int) -> None:
    sweep = Sweep(runs, "new", "abrupt")
    power_cut_after_failed_syncs(sweep, failed(number), every=150)
    assert not sweep.faults, sweep.shown


@pytest.mark.parametrize("second", [1, 5, 8])
def test_what_is_built_upon_a_failed_sync_is_on_the_disk(runs: Runs, second: int) -> None:
    """The next start folds into the database what the failed sync left in memory, and fails too."""
    sweep = Sweep(runs, "grown", "abrupt")
    power_cut_after_failed_syncs(sweep, failed(3), failed(second), every=40)
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
@pytest.mark.parametrize("first", range(1, 40, 6))
def test_every_second_failed_sync(runs: Runs, first: int) -> None:
    sweep = Sweep(runs, "grown", "abrupt")
    for second in range(1, 15):
        power_cut_after_failed_syncs(sweep, failed(first), failed(second), every=29)
    tally(
        f"images after sync {first} failed, and one more in the next run",
        sweep.tried,
        sweep.tried - len(sweep.faults),
    )
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
@pytest.mark.parametrize("call", SYNCS)
@pytest.mark.parametrize("twists", [(), ("abrupt",), ("folded", "abrupt")], ids=str)
def test_every_failed_sync(runs: Runs, twists: tuple[str, ...], call: str) -> None:
    sweep = Sweep(runs, "new", *twists)
    for number in range(1, sweep.counts([call])[call] + 1):
        power_cut_after_failed_syncs(sweep, failed(number, call), every=9)
    tally(
        f"images after each `{call}` failed, and the program started again ({' '.join(twists)})",
        sweep.tried,
        sweep.tried - len(sweep.faults),
    )
    assert not sweep.faults, sweep.shown


def test_the_folder_of_a_new_wal_is_synced_by_us_too(runs: Runs) -> None:
    """SQLite syncs the folder with the first commit in a new WAL, and believes a sync that failed.

    The name of the WAL, and all that is in it, would be lost with the power.
    """
    sweep = Sweep(runs, "new")
    with sweep.folder() as folder:
        syncs = [line for line in sweep.recorded(folder) if " fdatasync(" in line]
        fund = "".join(f"\\x{byte:02x}" for byte in str(folder / "fund").encode())
    of_folder = re.compile(rf"fdatasync\([0-9]+<{re.escape(fund)}>\)")
    numbers = [number for number, line in enumerate(syncs, start=1) if of_folder.search(line)]
    assert len(numbers) > 2
    for number in numbers:
        with sweep.folder() as folder:
            disk = Disk(folder / "fund")
            trace = sweep.recorded(folder, failed(number))
            for call in disk.follow(trace):
                said = disk.said[-1] if call == "writev" else ""
                loose = "./" in disk.unsynced() if said.startswith("record ") else False
                sweep.judge(f"sync {number}", [f"{said}: in no synced folder"] if loose else [])
    assert not sweep.faults, sweep.shown


# -- the tests can fail


@pytest.mark.parametrize("flaw", ["early", "unsynced"])
def test_a_flaw_is_found(runs: Runs, flaw: str) -> None:
    sweep = Sweep(runs, "new", flaw)
    power_cut(sweep, every=60)
    assert len(sweep.faults) >= 8, sweep.shown
    assert "the acknowledged record 1 is lost" in sweep.shown
