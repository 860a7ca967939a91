"""`recorded_at` never goes back, and never jumps far ahead unless the operator says so."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.record import parse_record
from ledger.kernel.errors import ClockError
from ledger.kernel.instants import parse_instant, render_instant
from ledger.kernel.limits import CLOCK_JUMP_DAYS_MAX, CLOCK_LAG_SECONDS_MAX
from ledger.service.answer import Receipt
from tests.support.fund_simulator import replayed

if TYPE_CHECKING:
    from ledger.service.answer import Answer
    from tests.support.sequenced_fund import SequencedFund


def moved(instant: str, **by: float) -> str:
    return render_instant(parse_instant(instant) + timedelta(**by))


@pytest.mark.parametrize("seconds", [0, 0.000001, 1, CLOCK_LAG_SECONDS_MAX])
def test_a_clock_a_little_behind_gives_the_last_time_again(
    fund: SequencedFund, seconds: float
) -> None:
    last = fund.clock.now
    fund.clock.now = moved(last, seconds=-seconds)
    assert fund.submit(fund.cash()).recorded_at == last


@pytest.mark.parametrize("behind", [{"seconds": CLOCK_LAG_SECONDS_MAX + 1}, {"days": 365}])
def test_a_clock_far_behind_is_refused_with_both_times(
    fund: SequencedFund, behind: dict[str, float]
) -> None:
    last = fund.clock.now
    envelope = fund.cash()
    fund.clock.now = moved(last, **{unit: -count for unit, count in behind.items()})
    with pytest.raises(ClockError) as caught:
        fund.sequencer.submit(envelope)
    assert fund.clock.now in caught.value.message
    assert last in caught.value.message
    fund.clock.now = last
    assert not fund.submit(envelope).repeated


def test_a_jump_of_a_week_is_believed_and_more_is_not(fund: SequencedFund) -> None:
    last = fund.clock.now
    envelope = fund.cash()
    fund.clock.now = moved(last, days=CLOCK_JUMP_DAYS_MAX, microseconds=1)
    with pytest.raises(ClockError, match="more than 7 days"):
        fund.sequencer.submit(envelope)
    fund.clock.now = moved(last, days=CLOCK_JUMP_DAYS_MAX)
    assert fund.submit(envelope).recorded_at == fund.clock.now


def test_an_accepted_jump_is_recorded(fund: SequencedFund) -> None:
    fund.clock.now = moved(fund.clock.now, days=20)
    fund.signer.now = fund.clock.now
    fund.reopen(accept_clock_jump=True)
    assert fund.submit(fund.cash()).recorded_at == fund.clock.now


def test_a_year_ahead_and_back_again(fund: SequencedFund) -> None:
    """A clock that was wrong for one record holds the fund until it is right again: it says so."""
    last = fund.clock.now
    envelope = fund.cash(valid_until=moved(last, days=390))
    fund.clock.now = moved(last, days=365)
    fund.reopen(accept_clock_jump=True).submit(envelope)
    fund.clock.now = moved(last, days=1)
    fund.reopen()
    with pytest.raises(ClockError, match="recorded_at never goes back"):
        fund.sequencer.submit(fund.cash())


def test_a_clock_error_in_a_batch_answers_each_and_stops_nothing(fund: SequencedFund) -> None:
    last = fund.clock.now
    fund.clock.now = moved(last, days=-1)
    envelopes = [fund.cash(), fund.cash()]
    found = fund.sequencer.submit_all(envelopes)
    assert [type(answer) for answer in found] == [ClockError, ClockError]
    fund.clock.now = last
    answers: list[Answer] = [fund.sequencer.submit(envelope) for envelope in envelopes]
    assert all(isinstance(answer, Receipt) and not answer.repeated for answer in answers)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.integers(-600, 90_000), min_size=1, max_size=12))
def test_whatever_the_clock_does_the_log_stays_a_log(fund: SequencedFund, steps: list[int]) -> None:
    moment = fund.clock.now
    for step in steps:
        moment = moved(moment, seconds=step)
        fund.clock.now = fund.signer.now = moment
        try:
            fund.sequencer.submit(fund.cash(value_date="2026-01-05"))
        except ClockError:
            moment = fund.sequencer.live.state.recorded_at
    fund.clock.now = fund.sequencer.live.state.recorded_at
    times = [parse_record(raw).recorded_at for raw in fund.records]
    assert all(earlier <= later for earlier, later in pairwise(times))
    replayed(fund.records)
