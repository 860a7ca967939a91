"""Nothing is acknowledged before it is synced: records, checkpoints, tiles, bundles, archives.

A kill never loses the page cache, so a missing sync shows only in the order of the calls. Here a
model of the disk follows them, and is asked at every acknowledgement what a loss of power could
still undo.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.crash_disk import Disk
from tests.support.crash_sweep import Sweep

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.crash_runs import Runs

RESTS_ON = {
    "record": re.compile(r"ledger\.db-wal|\./"),
    "checkpoint": re.compile(r"ledger\.db-wal|checkpoint|\./"),
    "tiles": re.compile(r"ledger\.db-wal|\./"),
    "bundle": re.compile(r"bundle/.*|\./"),
    "archive": re.compile(r"bundle\.zip|\./"),
}
"""What must be on the disk when a word is said (`./` is the fund's folder: the names in it)."""


def unsynced_answers(sweep: Sweep) -> tuple[int, list[str]]:
    """How many acknowledgements there were, and those that came before a sync, in words."""
    with sweep.folder() as folder:
        disk = Disk(folder / "fund")
        trace = sweep.recorded(folder)
        told, early = 0, []
        for call in disk.follow(trace):
            word = disk.said[-1].split()[0] if call == "writev" else ""
            if word in RESTS_ON:
                told += 1
                loose = {name for name in disk.unsynced() if RESTS_ON[word].fullmatch(name)}
                early += [f"{disk.said[-1]} before {sorted(loose)} was synced"] if loose else []
        compare(disk, folder / "fund")
    return told, early


def compare(disk: Disk, folder: Path) -> None:
    """That the model followed every call: with nothing lost, its files are those that lie there."""
    there = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }
    image = disk.whole_image()
    assert {path: data for path, data in image.items() if not path.endswith("/")} == there


@pytest.mark.parametrize(("name", "twists"), [("new", ()), ("grown", ("folded",))], ids=str)
def test_every_answer_comes_after_its_sync(runs: Runs, name: str, twists: tuple[str, ...]) -> None:
    told, early = unsynced_answers(Sweep(runs, name, *twists))
    assert early == []
    assert told > 30


def test_a_flaw_is_found_commits_without_a_sync(runs: Runs) -> None:
    told, early = unsynced_answers(Sweep(runs, "new", "unsynced"))
    records = [line for line in early if line.startswith("record")]
    assert len(records) > 20, told
