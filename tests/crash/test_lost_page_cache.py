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


def power_cut(sweep: Sweep, every: int = 1) -> None:
    """Every so many images of one run."""
    with sweep.folder() as folder:
        disk = Disk(folder / "fund")
        sweep.cut_power(disk, sweep.recorded(folder), every)


def power_cut_after_failed_sync(sweep: Sweep, fault: Fault, every: int) -> None:
    """Images of a run with a sync that failed, and of the next, which goes on from memory."""
    with sweep.folder() as folder:
        disk = Disk(folder / "fund")
        trace = sweep.recorded(folder, fault) + sweep.recorded(folder)
        sweep.cut_power(disk, trace, every, first=fault.number)


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
    power_cut_after_failed_sync(sweep, Fault("fdatasync", number, "error=EIO"), every=150)
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
@pytest.mark.parametrize("call", SYNCS)
@pytest.mark.parametrize("twists", [(), ("abrupt",), ("folded", "abrupt")], ids=str)
def test_every_failed_sync(runs: Runs, twists: tuple[str, ...], call: str) -> None:
    sweep = Sweep(runs, "new", *twists)
    for number in range(1, sweep.counts([call])[call] + 1):
        power_cut_after_failed_sync(sweep, Fault(call, number, "error=EIO"), every=9)
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
            trace = sweep.recorded(folder, Fault("fdatasync", number, "error=EIO"))
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
