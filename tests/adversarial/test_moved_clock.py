"""Somebody moves the clock: of the machine that records, or of the records themselves.

Time is data that the ledger gives: no officer signs it. It never goes back, and what officers did
sign (until when an event is valid, for which day it counts) bounds it from the other side.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.digest import state_digest
from ledger.domain.outcome import Rejection
from ledger.kernel.errors import ClockError
from ledger.kernel.instants import parse_instant, render_instant
from ledger.service.answer import Receipt
from tests.support.bundle_writer import Forger, audited, copy_of, lived_fund, told
from tests.support.fund_simulator import GROUNDS
from tests.support.hostile_log import (
    first_wrong,
    honest_note,
    placed,
    signed_again,
    with_members,
)
from tests.support.sequenced_fund import SequencedFund
from tests.support.small_fund import verdict_of
from tests.support.tally import tally
from tests.support.thousand_events import RECORDS, thousand_events

if TYPE_CHECKING:
    from pathlib import Path

YEAR = timedelta(days=365)
BACK = (timedelta(microseconds=1), timedelta(hours=1), YEAR)


def moved(instant: str, by: timedelta) -> str:
    return render_instant(parse_instant(instant) + by)


def at(position: int) -> str:
    """When the honest log says that this record was made."""
    return str(json.loads(thousand_events().records[position - 1])["recorded_at"])


def with_times(first: int, last: int, by: timedelta) -> list[bytes]:
    """The log up to `last`, with the times of the records from `first` on moved."""
    records = thousand_events().records[:last]
    later = [
        with_members(raw, recorded_at=moved(at(position), by))
        for position, raw in enumerate(records[first - 1 :], start=first)
    ]
    return [*records[: first - 1], *later]


# -- admission


@pytest.mark.parametrize("by", BACK)
def test_admission_records_nothing_before_the_last_record(by: timedelta) -> None:
    fund = copy_of(lived_fund())
    fund.tick()
    envelope = fund.sign(fund.members("cash.recorded", "aigerim", **_cash()))
    digest, last = state_digest(fund.state), fund.state.recorded_at
    fund.now = moved(last, -by)
    answer = fund.submit(envelope)
    assert isinstance(answer, Rejection)
    assert answer.code == "time_reversed"
    assert (state_digest(fund.state), fund.state.recorded_at) == (digest, last)
    fund.now = last
    assert not isinstance(fund.submit(envelope), Rejection)


def _cash() -> dict[str, Any]:
    amount = {"currency": "USD", "amount": "5"}
    return {"direction": "out", "amount": amount, "category": "expense", **GROUNDS}


def test_a_year_later_what_was_signed_is_no_longer_good() -> None:
    """Neither the events that wait to be recorded, nor the proposals that wait for approvals."""
    fund = copy_of(lived_fund())
    proposal = fund.propose_acquisition()
    approval = fund.sign(fund.members("approval.given", "daniyar", proposal=proposal))
    late = fund.sign(
        fund.members(
            "approval.given",
            "daniyar",
            proposal=proposal,
            valid_until=moved(fund.now, YEAR + timedelta(days=1)),
        )
    )
    fund.now = moved(fund.now, YEAR)
    assert verdict_of(fund.submit(approval)) == "expired"
    assert verdict_of(fund.submit(late)) == "refused"
    assert proposal not in fund.state.proposals


def test_a_day_that_was_claimed_a_year_ago_is_too_far_back() -> None:
    """An event that is valid for a year does not carry its value date with it."""
    fund = copy_of(lived_fund())
    until = moved(fund.now, YEAR + timedelta(days=1))
    envelope = fund.sign(fund.members("cash.recorded", "aigerim", **_cash(), valid_until=until))
    fund.now = moved(fund.now, YEAR)
    assert verdict_of(fund.submit(envelope)) == "refused"
    forger = Forger.of(fund)
    forger.forge_outcome(len(forger.records), verdict="effective", findings=[])
    assert told(audited(forger.build(), forger.trust())) == [
        ("outcome_differs", len(forger.records))
    ]


@pytest.mark.parametrize("by", [-YEAR, YEAR])
def test_the_clock_of_the_machine_does_not_move_the_ledger(tmp_path: Path, by: timedelta) -> None:
    """A year back would revive what expired, a year ahead would let every proposal lapse."""
    fund = SequencedFund(tmp_path / "ledger.db").begin()
    envelope, digest, size = fund.cash(), fund.digest, len(fund.records)
    right = fund.clock.now
    fund.clock.now = moved(right, by)
    with pytest.raises(ClockError):
        fund.sequencer.submit(envelope)
    assert (fund.digest, len(fund.records)) == (digest, size)
    fund.clock.now = right
    assert isinstance(fund.sequencer.submit(envelope), Receipt)
    fund.store.close()


# -- the times of records, under an honest tree and checkpoint


@cache
def reversed_at(position: int, by: timedelta) -> list[bytes]:
    records = [*thousand_events().records]
    records[position - 1] = with_members(
        records[position - 1], recorded_at=moved(at(position - 1), -by)
    )
    return records


@pytest.mark.parametrize("by", BACK)
@pytest.mark.parametrize("position", [2, 257, 1_000])
def test_a_record_before_the_one_before_it_is_named(position: int, by: timedelta) -> None:
    decided = [("not_decided", position + 1)] if position < RECORDS else []
    report = signed_again(reversed_at(position, by))
    assert placed(report) == [("rejected_time_reversed", position), *decided]


def ahead(position: int, by: timedelta) -> str:
    """One record says that it came later than the next: where it is named, and as what.

    The log ends with the next one, for after it nothing is decided anyway.
    """
    records = with_times(position, position, by)
    records += thousand_events().records[position : position + 1]
    wrong, code = first_wrong(records)
    report = signed_again(records)
    if not wrong:  # the next one came days after it: nothing is out of order
        assert placed(report) == []
        return "in order"
    leaf = [("first_leaf_differs", 1)] if position == 1 else []
    found = [entry for entry in placed(report) if entry[0] != "not_decided"]
    assert found == [*leaf, (code, wrong)], position
    assert wrong in {position, position + 1}
    assert report.verdict == "proven_bad"
    return code


def test_some_records_a_day_or_a_year_ahead_are_named() -> None:
    assert ahead(400, timedelta(days=1)) == "rejected_time_reversed"
    assert ahead(40, YEAR) == "rejected_expired"
    assert ahead(999, timedelta(microseconds=60_000_001)) == "rejected_time_reversed"


@pytest.mark.deep
@pytest.mark.parametrize("days", [1, 365])
def test_every_third_record_ahead_of_the_next_is_named(days: int) -> None:
    found = Counter(ahead(position, timedelta(days=days)) for position in range(1, RECORDS, 3))
    wanted = {"rejected_expired"} if days == 365 else {"rejected_time_reversed", "outcome_differs"}
    assert wanted <= set(found)
    tried = found.total() - found["in order"]
    assert tried > 300
    tally("records said to be made later than the next", tried, tried)


@pytest.mark.parametrize("position", [2, 253, 800])
def test_a_log_that_jumps_a_year_holds_what_had_expired(position: int) -> None:
    """From this record on everything is a year later, in good order."""
    report = signed_again(with_times(position, RECORDS, YEAR))
    assert placed(report)[0] == ("rejected_expired", position)


def next_close(position: int) -> int:
    """The next record whose outcome holds the digest of the whole state; 0 if there is none."""
    numbered = enumerate(thousand_events().records, start=1)
    closes = (at for at, raw in numbered if at >= position and b'"state_digest"' in raw)
    return next(closes, 0)


@pytest.mark.parametrize("position", [1, 2, 700, 960])
def test_a_log_moved_by_a_microsecond_is_betrayed_by_the_next_closed_period(position: int) -> None:
    """No other decision depends on it: before the next close it is a good log, but another one."""
    records = with_times(position, RECORDS, timedelta(microseconds=1))
    close = next_close(position)
    assert bool(close) == (position < 960)
    betrayed = [("outcome_differs", close), ("not_decided", close + 1)] if close else []
    leaf = [("first_leaf_differs", 1)] if position == 1 else []
    assert placed(signed_again(records)) == [*leaf, *betrayed]


@pytest.mark.parametrize("position", [1, 2, 700, 910])
def test_a_log_moved_by_a_microsecond_is_known_to_who_kept_a_checkpoint(position: int) -> None:
    records = with_times(position, RECORDS, timedelta(microseconds=1))
    report = signed_again(records, since=honest_note(950))
    assert ("fork", 950) in placed(report)
    assert report.verdict == "proven_bad"


def test_a_time_changed_under_the_signed_tree_is_named_by_the_tree() -> None:
    """Who does not hold the log key changes a time that no decision depends on."""
    forger = Forger.of(lived_fund())
    files, trust = forger.build(), forger.trust()
    raw = forger.records[17]
    said = json.loads(raw)["recorded_at"]
    later = with_members(raw, recorded_at=moved(said, timedelta(microseconds=1)))
    entries = files["tile/entries/000.p/34"].replace(raw, later)
    report = audited(files | {"tile/entries/000.p/34": entries}, trust)
    assert ("record_altered", 18) in told(report)
