"""What must hold after any crash: checked from outside, and by going on where the run broke off.

Every function returns faults in words; none means that nothing acknowledged is lost and that the
next start was clean.
"""

from __future__ import annotations

import sqlite3
import traceback
from collections import defaultdict
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from ledger.audit import Evidence, Trust
from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.digest import state_digest
from ledger.domain.outcome import Rejection
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import open_event
from ledger.log.checkpoint import verify_checkpoint
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.note import parse_vkey
from ledger.projections.holdings import HoldingsProjection
from ledger.service.checkpoints import read_high_water
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import render_envelope
from tests.support.crash_child import opened, run
from tests.support.fund_simulator import FundSimulator
from tests.support.sequenced_fund import ENGINE, stored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledger.projections.holdings import Holding
    from ledger.store.record_store import RecordStore
    from tests.support.crash_plan import Plan

KEY = parse_vkey(FundSimulator().log_key)


class Told:
    """What a run acknowledged."""

    def __init__(self, said: Iterable[str]) -> None:
        self.records: dict[int, str] = {}
        self.sizes: defaultdict[str, int] = defaultdict(int)
        self.crashed = False
        self.errors: list[str] = []
        for line in said:
            word, *rest = line.split()
            if word == "record":
                self.records[int(rest[0])] = rest[1]
            elif word == "error":
                self.errors.append(rest[0])
            elif word == "crashed":
                self.crashed = True
            elif word != "done":
                self.sizes[word] = max(self.sizes[word], int(rest[0]))


def faults_after(
    run_folder: Path, plan: Plan, said: Iterable[str], *, go_on: bool = True
) -> list[str]:
    """Every fault that is seen after a run was broken off, and in going on with it."""
    folder, told = run_folder / "fund", Told(said)
    found = [f"a traceback: {_last_line(run_folder)}"] if told.crashed else []
    found += evidence_faults(folder, plan, told)
    try:
        found += _store_faults(folder, plan, told)
        if go_on and not found:
            found += _faults_in_going_on(folder, plan, told)
    except Exception as error:  # noqa: BLE001 - whatever a start raises is what we look for
        place = traceback.extract_tb(error.__traceback__)[-1]
        found.append(f"no clean start: {error!r} from {place.name} in {place.filename}")
    return found


def _faults_in_going_on(folder: Path, plan: Plan, told: Told) -> list[str]:
    """Send everything again: each event is recorded once, and the evidence is whole."""
    said: list[str] = []
    run(folder, plan, said.append)
    later = Told(said)
    found = _store_faults(folder, plan, later) + evidence_faults(folder, plan, later)
    if told.records.items() - later.records.items():
        found.append("sent again, an acknowledged event has another place")
    if len(later.records) != len(plan.records) - len(plan.begun):
        found.append("sent again, not every event has a place")
    return found


def _last_line(folder: Path) -> str:
    path = folder / "stderr"
    return path.read_text().strip().splitlines()[-1] if path.exists() else ""


def _store_faults(folder: Path, plan: Plan, told: Told) -> list[str]:
    with opened(folder) as fund:
        records = stored(fund.store)
        found = fund.store.integrity_check()
        found += _record_faults(records, plan, told)
        found += _checkpoint_faults(fund.store, folder, records, told)
        live = state_digest(fund.live.state), fund.holdings.holdings()
        if not found and live != replayed(plan, len(records)):
            found.append("the live state or the holdings are not those of a replay")
        if told.sizes["tiles"] >> 8 and fund.store.get_tile(0, 0) is None:
            found.append("a cached tile is lost")
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        found += [line for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
    return found


def _record_faults(records: list[bytes], plan: Plan, told: Told) -> list[str]:
    found = []
    if tuple(records) != plan.records[: len(records)]:
        found.append("the records are not those of a run that nothing befell")
    for position, event in told.records.items():
        if position > len(records):
            found.append(f"the acknowledged record {position} is lost")
        elif parse_record(records[position - 1]).event_id != event:
            found.append(f"the acknowledged record {position} is another")
    most = max([len(plan.begun), *told.records]) + plan.largest_group
    if len(records) > most:
        found.append(f"{len(records)} records where at most {most} were under way")
    return found


def _checkpoint_faults(
    store: RecordStore, folder: Path, records: list[bytes], told: Told
) -> list[str]:
    kept = dict(store.checkpoints())
    outside = read_high_water(folder / "checkpoint")
    sizes = [*kept, *([outside[0].size] if outside else [])]
    found = [f"checkpoint {size} beyond the records" for size in sizes if size > len(records)]
    for size, note in [*kept.items(), *([(outside[0].size, outside[1])] if outside else [])]:
        root = tree_root([leaf_hash(raw) for raw in records[:size]])
        if (verify_checkpoint(note, KEY).size, verify_checkpoint(note, KEY).root) != (size, root):
            found.append(f"checkpoint {size} is not of these records")
    acknowledged = told.sizes["checkpoint"]
    if acknowledged and acknowledged not in kept:
        found.append(f"the acknowledged checkpoint {acknowledged} is lost")
    if acknowledged > (outside[0].size if outside else 0):
        found.append(f"the acknowledged checkpoint {acknowledged} is not outside the store")
    return found


def evidence_faults(folder: Path, plan: Plan, told: Told) -> list[str]:
    """A bundle under its final name audits as valid; one that was acknowledged is there."""
    trust = Trust(KEY, leaf_hash(plan.records[0]))
    found = []
    for word, path in (("bundle", folder / "bundle"), ("archive", folder / "bundle.zip")):
        size = told.sizes[word]
        if not path.exists():
            found += [f"the acknowledged {word} is lost"] if size else []
            continue
        try:
            report = Evidence.open(path, trust=trust).verify(jobs=1)
        except Exception as error:  # noqa: BLE001 - as above
            found.append(f"half a {word} under its name: {error!r}")
            continue
        if report.verdict != "valid" or report.size < size:
            found.append(f"half a {word} under its name: {report.verdict} of {report.size}")
    return found


@cache
def replayed(plan: Plan, size: int) -> tuple[str, list[Holding]]:
    """Digest and holdings that a plan's first records give, every one of them decided again."""
    state, holdings = State(), HoldingsProjection()
    for raw in plan.records[:size]:
        record = parse_record(raw)
        found = open_event(record.envelope, render_envelope(record.envelope), state.keys)
        event = found.verified(verify_all(found.checks))
        advance(state, event, record.recorded_at)
        answer = admit(state, event, record.recorded_at, ENGINE)
        assert not isinstance(answer, Rejection), answer
        assert answer.outcome.render() == record.outcome.render()
        holdings.fold(record.position, apply(state, event, record.outcome, ENGINE))
    return state_digest(state), holdings.holdings()
