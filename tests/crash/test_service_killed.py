"""SIGKILL at random moments: nothing that was acknowledged is lost, and the log stays a log."""

from __future__ import annotations

import shutil
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledger.domain.record import parse_record
from ledger.service.answer import Receipt
from tests.support.fund_simulator import replayed
from tests.support.sequenced_fund import Clock, SequencedFund, envelope_of, last_instant
from tests.support.sequencer_child import acknowledged, start

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 20


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("begun") / "ledger.db"
    SequencedFund(path).begin().store.close()
    return path


def reopened(path: Path) -> SequencedFund:
    fund = SequencedFund(path, Clock(last_instant()))
    fund.signer.now = last_instant()
    return fund


def test_twenty_kills_lose_nothing_that_was_acknowledged(begun: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    shutil.copy(begun, path)
    chance = Random(20)  # noqa: S311 - moments, not secrets
    told: dict[int, str] = {}
    before = 14
    for number in range(KILLS):
        child = start("submit", path, str(chance.choice([1, 2, 7])))
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(chance.random() * 0.1)
        child.kill()
        found = dict(acknowledged(first + child.stdout.read()))
        child.communicate()
        assert found, f"kill {number} came before the first receipt"
        assert not set(found) & set(told), "a position is given once"
        told |= found
        with reopened(path).store as store:
            head = store.head()
            assert head >= max(told)
            assert head >= before
            before = head
            assert all(store.position_of(event) == at for at, event in found.items())
    fund = reopened(path)
    assert fund.store.integrity_check() == []
    stored = {parse_record(raw).position: parse_record(raw).event_id for raw in fund.records}
    assert told.items() <= stored.items()
    assert sorted(stored) == list(range(1, before + 1))
    replayed(fund.records)
    # What was recorded and not told is found by sending it again.
    for position in sorted(set(stored) - set(told) - set(range(1, 15)))[:50]:
        answer = fund.sequencer.submit(envelope_of(fund.store.read(position) or b""))
        assert isinstance(answer, Receipt)
        assert (answer.position, answer.repeated) == (position, True)
    fund.store.close()


@pytest.mark.parametrize(
    ("group", "room"), [(1, 40_000), (1, 150_000), (25, 60_000), (25, 300_000)]
)
def test_a_full_disk_stops_the_writer_and_loses_nothing(
    begun: Path, tmp_path: Path, group: int, room: int
) -> None:
    path = tmp_path / "ledger.db"
    shutil.copy(begun, path)
    limit = path.stat().st_size + room
    child = start("full", path, str(group), str(limit))
    output, _ = child.communicate(timeout=60)
    assert output.splitlines()[-2:] == ["StoreStoppedError", "StoreStoppedError"]
    told = acknowledged(output)
    fund = reopened(path)
    assert fund.store.integrity_check() == []
    assert all(fund.store.position_of(event) == position for position, event in told)
    assert len(fund.records) >= 14 + len(told)
    replayed(fund.records)
    assert isinstance(fund.sequencer.submit(fund.cash()), Receipt)
    fund.store.close()
