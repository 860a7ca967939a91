"""A commit fails under many clients: each is told the truth, or that it is not known yet.

SQLite can report an error for a commit that is in the file. So after an error nobody hears "not
recorded": the sequencer stops, and whoever opens the store again asks by event id.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ledger.domain.record import parse_record
from ledger.service.answer import Receipt
from tests.support.crash_child import opened
from tests.support.crash_runs import Fault
from tests.support.crash_sweep import Sweep
from tests.support.fund_simulator import replayed
from tests.support.sequenced_fund import envelope_of, stored
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.support.crash_plan import Plan
    from tests.support.crash_runs import Runs

CLIENTS = 6
CALLS = ("fdatasync", "pwrite64")
WHATS = ("error=EIO", "error=ENOSPC")


@dataclass
class Heard:
    """What the clients of one run were told, by event id."""

    recorded: dict[str, int] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, said: Iterable[str]) -> Heard:
        heard = cls()
        for line in said:
            word, *rest = line.split()
            if word == "record":
                heard.recorded[rest[1]] = int(rest[0])
            elif word == "unknown":
                heard.unknown[rest[0]] += 1
                heard.codes.add(rest[1])
        return heard


def truth_after(folder: Path, plan: Plan, heard: Heard) -> tuple[list[str], int]:
    """What clients were told that is not so, and how many unknown outcomes were records."""
    wrong, kept = [], 0
    with opened(folder / "fund") as fund:
        fund.instant = plan.groups[-1][0]
        wrong += fund.store.integrity_check()
        before = {parse_record(raw).event_id: raw for raw in stored(fund.store)}
        for event_id, position in heard.recorded.items():
            if fund.store.position_of(event_id) != position:
                wrong.append(f"{event_id} was told {position}")
        for raw in plan.records[len(plan.begun) :]:
            event_id = parse_record(raw).event_id
            receipt = fund.sequencer.submit(envelope_of(raw))
            assert isinstance(receipt, Receipt), receipt
            if receipt.repeated != (event_id in before):
                wrong.append(f"{event_id} was recorded: {event_id in before}, and told otherwise")
            if event_id in before and parse_record(before[event_id]).position != receipt.position:
                wrong.append(f"{event_id} has two positions")
            kept += event_id in heard.unknown and event_id in before
        records = stored(fund.store)
    if len(records) != len(plan.records):
        wrong.append(f"{len(records)} records of {len(plan.records)} events")
    replayed(records)
    return wrong, kept


def failed_under_clients(sweep: Sweep, fault: Fault) -> int:
    """One commit fails under the clients; how many unknown outcomes turned out to be records."""
    with sweep.folder() as folder:
        ended = sweep.runs.traced(folder, sweep.name, sweep.twists, fault=fault)
        heard = Heard.of(ended.said)
        wrong, kept = truth_after(folder, sweep.plan, heard)
        if ended.hit and heard.codes - {"store_stopped"}:
            wrong.append(f"clients heard {heard.codes}")
        if set(heard.recorded) & set(heard.unknown):
            wrong.append("an event was told to be recorded and not")
        if len(heard.recorded) + len(heard.unknown) != 48 and "done" in ended.said:
            wrong.append("a client was told nothing")
        sweep.judge(f"{fault} {ended.said[-1:]}", wrong)
        return kept


def clients(runs: Runs) -> Sweep:
    """Runs of many clients that end without closing the store, so that nothing is tidied."""
    return Sweep(runs, "clients", f"clients={CLIENTS}", "abrupt")


def test_after_a_failed_sync_every_client_is_told_the_truth(runs: Runs) -> None:
    """Also those whose record is in the file, though the sync of its commit was said to fail."""
    sweep = clients(runs)
    kept = [
        failed_under_clients(sweep, Fault("fdatasync", number, "error=EIO")) for number in (1, 2, 3)
    ]
    assert not sweep.faults, sweep.shown
    assert sum(kept) > 0, "no unknown outcome was a record: the test has lost its point"


def test_after_a_failed_write_every_client_is_told_the_truth(runs: Runs) -> None:
    sweep = clients(runs)
    for number in (3, 8, 17):
        failed_under_clients(sweep, Fault("pwrite64", number, "error=ENOSPC"))
    assert not sweep.faults, sweep.shown


@pytest.mark.deep
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("what", WHATS)
def test_every_failed_commit_under_clients(runs: Runs, call: str, what: str) -> None:
    """Calls are counted in each thread for itself; the first that comes to its number fails."""
    sweep = clients(runs)
    kept = sum(
        failed_under_clients(sweep, Fault(call, number, what))
        for number in range(1, 12 if call == "fdatasync" else 60)
        for _ in range(3)
    )
    lost = len(sweep.faults)
    held = sweep.tried - lost
    tally(f"commits failing under {CLIENTS} clients ({call}, {what})", sweep.tried, held)
    assert not sweep.faults, sweep.shown
    assert kept > 0 or call == "pwrite64"


def test_clients_that_nothing_befalls_are_all_answered(untraced: Runs) -> None:
    sweep = clients(untraced)
    with sweep.folder() as folder:
        heard = Heard.of(untraced.run(folder, sweep.name, sweep.twists).said)
        assert len(heard.recorded) == 48
        assert sorted(heard.recorded.values()) == list(range(15, 63))
        assert truth_after(folder, sweep.plan, heard) == ([], 0)
