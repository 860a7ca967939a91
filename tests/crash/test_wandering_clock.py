"""The clock is set about, by seconds and by years, while clients submit and the program restarts.

`recorded_at` never goes back, and never far ahead: each event is recorded at a time that can be, or
answered by an error of the clock, and good again as soon as the clock is right.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ledger.domain.record import parse_record
from ledger.kernel.errors import ClockError
from ledger.kernel.instants import parse_instant, render_instant
from ledger.kernel.limits import CLOCK_JUMP_DAYS_MAX, CLOCK_LAG_SECONDS_MAX
from ledger.service.answer import Receipt
from tests.support.chance import seeded
from tests.support.fund_simulator import replayed
from tests.support.sequenced_fund import SequencedFund
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

YEAR = timedelta(days=365)
STEPS = (
    YEAR,
    timedelta(days=CLOCK_JUMP_DAYS_MAX, seconds=1),
    timedelta(hours=1),
    timedelta(seconds=CLOCK_LAG_SECONDS_MAX),
    timedelta(microseconds=1),
)
BELIEVED = timedelta(days=CLOCK_JUMP_DAYS_MAX)


class SetAbout:
    """A right clock, and the one on the wall, which somebody sets about."""

    def __init__(self, right: str, chance: Random) -> None:
        self.right = parse_instant(right)
        self.wrong_by = timedelta(0)
        self._chance = chance

    def __call__(self) -> str:
        """The instant on the wall; a second has passed."""
        self.right += timedelta(seconds=1)
        return render_instant(self.right + self.wrong_by)

    def step(self) -> None:
        """Set it right, or wrong by a year or a microsecond."""
        sign = self._chance.choice([-1, 0, 1])
        self.wrong_by = sign * self._chance.choice(STEPS)


def begun(folder: Path) -> tuple[SequencedFund, str]:
    fund = SequencedFund(folder / "ledger.db").begin()
    return fund, fund.clock.now


def check_times(fund: SequencedFund) -> None:
    """No record before the one before it, none far ahead of it; and the log is decided so again."""
    times = [parse_instant(parse_record(raw).recorded_at) for raw in fund.records]
    assert all(timedelta(0) <= later - earlier <= BELIEVED for earlier, later in pairwise(times))
    replayed(fund.records)
    assert fund.store.integrity_check() == []


def wander(folder: Path, steps: int, seed: int) -> tuple[int, int]:
    """Steps of the clock, an event after each; how many were recorded, and how many refused."""
    fund, last = begun(folder)
    clock = SetAbout(last, seeded(seed))
    fund.clock = clock  # type: ignore[assignment]  # any callable is a clock
    fund.reopen()
    recorded, refused = 0, 0
    for number in range(steps):
        clock.step()
        envelope = fund.cash(valid_until=render_instant(clock.right + YEAR))
        try:
            assert isinstance(fund.sequencer.submit(envelope), Receipt)
            recorded += 1
        except ClockError:
            refused += 1
            clock.wrong_by = timedelta(0)
            _once_right(fund, clock, envelope)
        if number % 40 == 39:
            fund.reopen()
    check_times(fund)
    fund.store.close()
    return recorded, refused


def _once_right(fund: SequencedFund, clock: SetAbout, envelope: bytes) -> None:
    """The refused event is recorded by a clock that is right, or has caught up with the log."""
    last = parse_instant(fund.sequencer.live.state.recorded_at)
    clock.right = max(clock.right, last)
    assert isinstance(fund.sequencer.submit(envelope), Receipt)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clock_set_about_between_events(tmp_path: Path, seed: int) -> None:
    recorded, refused = wander(tmp_path, 120, seed)
    assert recorded > 20
    assert refused > 20


@pytest.mark.deep
def test_clocks_set_about_10_000_times(tmp_path: Path) -> None:
    total = 0
    for seed in range(20):
        (tmp_path / str(seed)).mkdir()
        total += sum(wander(tmp_path / str(seed), 500, seed))
    tally("events at a clock that is set about by up to a year", total, total)
    assert total == 10_000


def test_a_clock_set_about_under_clients(tmp_path: Path) -> None:  # noqa: C901 - what clients do
    """While four clients submit; each event is recorded once, at the latest when it is right."""
    fund, last = begun(tmp_path)
    clock = SetAbout(last, seeded("clients"))
    fund.clock = clock  # type: ignore[assignment]  # any callable is a clock
    fund.reopen()
    envelopes = [fund.cash() for _ in range(80)]
    refused: list[bytes] = []
    others: list[BaseException] = []

    def client(mine: list[bytes]) -> Callable[[], None]:
        def submit() -> None:
            for envelope in mine:
                clock.step()
                try:
                    fund.sequencer.submit(envelope)
                except ClockError:
                    refused.append(envelope)
                except BaseException as error:  # noqa: BLE001 - a thread of its own would hide it
                    others.append(error)

        return submit

    threads = [threading.Thread(target=client(envelopes[place::4])) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == []
    clock.wrong_by = timedelta(0)
    for envelope in refused:
        _once_right(fund, clock, envelope)
    assert len(fund.records) == 14 + len(envelopes)
    check_times(fund)
    fund.store.close()
