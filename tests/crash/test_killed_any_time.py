"""SIGKILL at random moments of a whole run, also of the run that goes on after a kill."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.chance import seeded
from tests.support.crash_checks import faults_after
from tests.support.crash_runs import kill
from tests.support.crash_sweep import Sweep
from tests.support.tally import tally

if TYPE_CHECKING:
    from random import Random

    from tests.support.crash_runs import Runs

IN_A_ROW = 4
"""At most so many kills before a run may come to its end."""


def seconds_of(runs: Runs, sweep: Sweep) -> float:
    """How long a run takes that nothing befalls."""
    with sweep.folder() as folder:
        started = time.perf_counter()
        runs.run(folder, sweep.name, sweep.twists)
        return time.perf_counter() - started


def killed(runs: Runs, sweep: Sweep, chance: Random, longest: float) -> int:
    """A run killed some times in a row; how often it was, and not over by then."""

    def meanwhile(process: int) -> None:
        time.sleep(chance.random() * longest)
        kill(process)

    hit = 0
    with sweep.folder() as folder:
        said: list[str] = []
        for _ in range(chance.randint(1, IN_A_ROW)):
            ended = runs.run(folder, sweep.name, sweep.twists, meanwhile)
            said = ended.said
            hit += ended.status != 0
        sweep.judge(f"{hit} kills after {said[-1:]}", faults_after(folder, sweep.plan, said))
    return hit


def test_kills_at_random_moments(untraced: Runs) -> None:
    sweep, chance = Sweep(untraced, "new"), seeded("ten")
    longest = seconds_of(untraced, sweep)
    hit = sum(killed(untraced, sweep, chance, longest) for _ in range(10))
    assert not sweep.faults, sweep.shown
    assert hit >= 5


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "twists"), [("new", ()), ("new", ("folded",)), ("grown", ("folded",))], ids=str
)
def test_500_kills_at_random_moments(untraced: Runs, name: str, twists: tuple[str, ...]) -> None:
    sweep, chance = Sweep(untraced, name, *twists), seeded(f"{name} {twists}")
    longest = seconds_of(untraced, sweep)
    hit = 0
    while hit < 500:
        hit += killed(untraced, sweep, chance, longest)
    lost = len(sweep.faults)
    tally(f"kills at random moments ({' '.join([name, *twists])})", hit, hit - lost)
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
def test_random_kills_hardly_find_an_early_answer(untraced: Runs) -> None:
    """Why every call is swept as well: of these kills few or none meet the moment that matters."""
    sweep, chance = Sweep(untraced, "new", "early"), seeded("early")
    longest = seconds_of(untraced, sweep)
    hit = sum(killed(untraced, sweep, chance, longest) for _ in range(60))
    lost = [found for found in sweep.faults.values() if "the acknowledged record" in str(found)]
    tally("random kills of a program that answers before the commit: seen to lose", hit, len(lost))
    assert len(lost) < hit // 2
