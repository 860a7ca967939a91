"""One crash after another, each in a folder of its own: run, fault, check, go on, throw away."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.crash_checks import faults_after
from tests.support.crash_child import begin
from tests.support.crash_disk import RECORDED, Disk, images_of, write_image
from tests.support.crash_plan import plan
from tests.support.crash_runs import FAULTS, Fault

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from tests.support.crash_runs import Runs


class Sweep:
    """Crashes of one plan with the same twists; `faults` names every case that did not end well."""

    def __init__(self, runs: Runs, name: str, *twists: str) -> None:
        self.runs = runs
        self.name = name
        self.twists = twists
        self.plan = plan(name)
        self.tried = 0
        self.faults: dict[str, list[str]] = {}

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A run's folder, with the fund as it is before the run."""
        with tempfile.TemporaryDirectory() as made:
            begin(Path(made) / "fund", self.plan)
            yield Path(made)

    def counts(self, calls: Sequence[str]) -> Counter[str]:
        """How often a run that nothing befalls makes each call."""
        with self.folder() as folder:
            return self.runs.traced(folder, self.name, self.twists, calls=",".join(calls)).counts

    def befall(self, fault: Fault) -> list[str]:
        """Let a fault befall a run; what it said, and what was seen afterwards goes to `faults`."""
        with self.folder() as folder:
            ended = self.runs.traced(folder, self.name, self.twists, fault=fault)
            found = faults_after(folder, self.plan, ended.said)
            if not ended.hit:
                found.append("no call was hit")
            if ended.status and "KILL" not in fault.what:
                found.append(f"signal {-ended.status}")
            self.judge(str(fault), found)
            return ended.said

    def judge(self, case: str, found: list[str]) -> None:
        """Count a case, and keep its faults if there are any."""
        self.tried += 1
        if found:
            self.faults[case] = found

    def cut_power(self, disk: Disk, trace: Sequence[str], every: int = 1, first: int = 0) -> None:
        """Every so many images of the disk under a run, opened and checked; a tenth goes on."""
        for number, (image, said) in enumerate(images_of(disk, trace)):
            if number % every != first % every:
                continue
            with tempfile.TemporaryDirectory() as made:
                write_image(image, Path(made) / "fund")
                told = [line for line in said if line != "crashed"]
                go_on = self.tried % 10 == 0
                found = faults_after(Path(made), self.plan, told, go_on=go_on)
                self.judge(f"image {number} after {said[-1:]}", found)

    def recorded(self, folder: Path, fault: Fault | None = None) -> list[str]:
        """The calls of a run with their data."""
        return self.runs.traced(
            folder, self.name, self.twists, fault=fault, calls=RECORDED, data=True
        ).trace

    @property
    def shown(self) -> str:
        """The first faults, to read."""
        lines = [f"{case}: {found}" for case, found in list(self.faults.items())[:10]]
        return "\n".join([f"{len(self.faults)} of {self.tried} cases", *lines])


def every_fault(
    counts: Counter[str], calls: Sequence[str], whats: Sequence[str] = FAULTS
) -> list[Fault]:
    """Each of the faults at each of the calls."""
    return [
        Fault(call, number, what)
        for call in calls
        for number in range(1, counts[call] + 1)
        for what in whats
    ]
