"""No room, no right: a full disk, a limit on file sizes, folders and files that are read-only.

Each answer is a receipt that stays true or an error of ours, and as soon as there is room again the
next start is clean and goes on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import StoreError
from ledger.store.record_store import RecordStore
from tests.support.crash_checks import Told, faults_after
from tests.support.crash_child import begin
from tests.support.crash_plan import plan
from tests.support.crash_room import room
from tests.support.crash_runs import ROOT, said_in
from tests.support.crash_sweep import Sweep
from tests.support.fund_simulator import FUND
from tests.support.tally import tally

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.crash_runs import Runs

ROOMY = 8_192
SAMPLE_KILOBYTES = (40, 72, 116, 160, 200, 240)
LIMITS = range(4_096, 240_000, 9_001)
WITHOUT_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def filled(runs: Runs, folder: Path, kilobytes: int) -> tuple[list[str], list[str]]:
    """What a run says on a disk of that size, and what is seen once there is room."""
    folder.mkdir()
    with room(folder / "fund", kilobytes) as disk:
        ended = runs.run(folder)
        disk.resize(ROOMY)
        faults = faults_after(folder, plan("new"), ended.said)
        return ended.said, [*faults, *([f"signal {-ended.status}"] if ended.status else [])]


@pytest.mark.parametrize("kilobytes", SAMPLE_KILOBYTES)
def test_a_full_disk_loses_nothing(untraced: Runs, tmp_path: Path, kilobytes: int) -> None:
    said, faults = filled(untraced, tmp_path / "run", kilobytes)
    assert faults == []
    assert Told(said).errors, "the disk was never full"


@pytest.mark.deep
def test_disks_of_every_size(untraced: Runs, tmp_path: Path) -> None:
    """A page more each time, until the run has room."""
    tried, faults, said = 0, {}, ["error"]
    while said[-1] != "done":
        tried += 1
        said, found = filled(untraced, tmp_path / str(tried), 4 * tried)
        if found:
            faults[4 * tried] = found
    tally("disks that were full at every page of a run", tried, tried - len(faults))
    assert faults == {}
    assert tried > 50


def limited(runs: Runs, limits: range) -> Sweep:
    """Runs in which no file may grow beyond a limit."""
    sweep = Sweep(runs, "new")
    for limit in limits:
        with sweep.folder() as folder:
            ended = runs.run(folder, twists=[f"limit={limit}"])
            found = faults_after(folder, sweep.plan, ended.said)
            found += [f"signal {-ended.status}"] if ended.status else []
            sweep.judge(f"{limit} bytes", found)
    return sweep


def test_a_limit_on_file_sizes_loses_nothing(untraced: Runs) -> None:
    sweep = limited(untraced, LIMITS)
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
def test_every_limit_on_file_sizes(untraced: Runs) -> None:
    sweep = limited(untraced, range(512, 260_000, 512))
    tally("runs with a limit on file sizes", sweep.tried, sweep.tried - len(sweep.faults))
    assert not sweep.faults, sweep.shown


# -- read-only


def test_on_a_read_only_disk_nothing_is_acknowledged(untraced: Runs, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with room(folder / "fund", ROOMY) as disk:
        begin(folder / "fund" / "made", plan("grown"))
        store = folder / "fund" / "made" / "ledger.db"
        store.rename(folder / "fund" / "ledger.db")
        disk.lock()
        assert untraced.run(folder, "grown").said == ["error store"]


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A run's folder with a store that was closed."""
    begin(tmp_path / "fund", plan("grown"))
    return tmp_path


def without_right(folder: Path) -> list[str]:
    """What a run says that may not pass over rights, as root may."""
    command = [sys.executable, "-m", "tests.support.crash_child", "once", "grown", "-", str(folder)]
    prefix = WITHOUT_OVERRIDE if os.geteuid() == 0 else ()
    if prefix:
        # Asked by itself, so that a run that fails is never taken for a right that stays.
        tried = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
        if tried.returncode:
            pytest.skip(f"root cannot give up its rights here: {tried.stderr.strip()[-80:]}")
    subprocess.run([*prefix, *command], cwd=ROOT, capture_output=True, check=True)
    return said_in(folder)


@pytest.mark.parametrize(
    ("name", "mode"), [("fund", 0o555), ("fund/ledger.db", 0o444), ("fund/ledger.db.lock", 0o444)]
)
def test_without_the_right_to_write_nothing_is_acknowledged(
    locked: Path, name: str, mode: int
) -> None:
    place = locked / name
    usual = place.stat().st_mode
    place.chmod(mode)
    try:
        said = without_right(locked)
    finally:
        place.chmod(usual)
    assert said == ["error store"]
    (locked / "said").unlink()
    assert faults_after(locked, plan("grown"), []) == []


def test_a_store_in_a_read_only_folder_is_our_error_or_readable(locked: Path) -> None:
    """SQLite reads a WAL database in such a folder only if the WAL lies there already."""
    script = (
        "import sys; from pathlib import Path; from ledger.kernel.errors import StoreError;"
        "from ledger.store.record_store import RecordStore\n"
        f"try:\n  store = RecordStore.open(Path(sys.argv[1]), fund={FUND!r}, read_only=True)\n"
        "  print(store.head())\n"
        "except StoreError as error:\n  print(error.code)"
    )
    folder = locked / "fund"
    folder.chmod(0o555)
    try:
        prefix = WITHOUT_OVERRIDE if os.geteuid() == 0 else ()
        command = [*prefix, sys.executable, "-c", script, str(folder / "ledger.db")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        folder.chmod(0o755)
    assert done.stdout.strip() in {"store", "248"}, done.stderr


def test_a_folder_in_place_of_the_store_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(StoreError):
        RecordStore.open(tmp_path / "ledger.db", fund=FUND)
