"""Every call that changes the disk: the last one, or failing. Nothing acknowledged is lost.

After each: the store is whole, its records are a beginning of those of a run that nothing befell,
live state and holdings are those of a replay, no checkpoint reaches beyond the records, a bundle
under its final name audits as valid, and going on records everything exactly once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.crash_runs import FAULTS, SWEPT, Fault
from tests.support.crash_sweep import Sweep, every_fault
from tests.support.tally import tally

if TYPE_CHECKING:
    from tests.support.crash_runs import Runs

OPENED = ("openat", "close")
"""Calls that can fail, and change nothing."""
ERRORS = FAULTS[1:]
SAMPLE = 11
"""Of so many cases one always runs; with three faults a call in turn, each kind has its part."""


def test_a_sample_of_calls(runs: Runs) -> None:
    sweep = Sweep(runs, "new")
    cases = every_fault(sweep.counts(SWEPT), SWEPT)[::SAMPLE]
    for fault in cases:
        sweep.befall(fault)
    assert not sweep.faults, sweep.shown
    assert sweep.tried > 100


@pytest.mark.deep
@pytest.mark.parametrize("call", SWEPT)
@pytest.mark.parametrize(
    ("name", "twists"), [("new", ()), ("new", ("folded",)), ("grown", ())], ids=str
)
def test_every_call_killed_or_failing(
    runs: Runs, name: str, twists: tuple[str, ...], call: str
) -> None:
    sweep = Sweep(runs, name, *twists)
    for fault in every_fault(sweep.counts([call]), [call]):
        sweep.befall(fault)
    tally(
        f"runs crashed at each `{call}` ({' '.join([name, *twists])}): kill, ENOSPC, EIO",
        sweep.tried,
        sweep.tried - len(sweep.faults),
    )
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
@pytest.mark.parametrize("call", OPENED)
def test_every_file_that_cannot_be_opened_or_closed(runs: Runs, call: str) -> None:
    sweep = Sweep(runs, "new")
    for fault in every_fault(sweep.counts([call]), [call], ["error=EIO", "error=EMFILE"]):
        sweep.befall(fault)
    tally(f"runs with each `{call}` failing", sweep.tried, sweep.tried - len(sweep.faults))
    assert not sweep.faults, sweep.shown


# -- the tests can fail


def test_a_flaw_is_found_acknowledging_before_the_commit(runs: Runs) -> None:
    sweep = Sweep(runs, "new", "early")
    written = sweep.counts(["pwrite64"])["pwrite64"]
    for number in range(written // 2, written, written // 24):
        sweep.befall(Fault("pwrite64", number, "signal=KILL"))
    lost = [found for found in sweep.faults.values() if "the acknowledged record" in str(found)]
    assert len(lost) >= 3, sweep.shown


@pytest.mark.deep
def test_the_whole_sweep_finds_that_flaw_many_times(runs: Runs) -> None:
    sweep = Sweep(runs, "new", "early")
    for fault in every_fault(sweep.counts(["pwrite64"]), ["pwrite64"], ["signal=KILL"]):
        sweep.befall(fault)
    lost = [found for found in sweep.faults.values() if "the acknowledged record" in str(found)]
    tally(
        "kills of a program that acknowledges before the commit: seen to lose",
        sweep.tried,
        len(lost),
    )
    assert len(lost) > sweep.tried // 10, sweep.shown
