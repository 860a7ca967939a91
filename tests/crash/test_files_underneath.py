"""Another process writes, or somebody moves the files away, while a fund is at work."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from ledger.domain.record import parse_record
from ledger.kernel.errors import StoreStoppedError
from ledger.service.answer import Receipt
from tests.support.crash_checks import faults_after
from tests.support.crash_sweep import Sweep
from tests.support.sequenced_fund import Clock, SequencedFund, last_instant
from tests.support.sequencer_child import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.crash_runs import Runs


# -- a second writer


def test_a_second_writer_acknowledges_nothing_and_harms_nothing(untraced: Runs) -> None:
    sweep = Sweep(untraced, "grown")
    with sweep.folder() as folder:
        path = folder / "fund" / "ledger.db"
        holder = start("hold", path)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        assert untraced.run(folder, "grown").said == ["error store_locked"]
        holder.kill()
        holder.communicate()
        assert path.with_name("ledger.db.lock").read_text() == f"{holder.pid}\n"
        said = untraced.run(folder, "grown").said
        assert said[-1] == "done"
        assert faults_after(folder, sweep.plan, said) == []


@pytest.mark.parametrize("left", ["of nobody", "of another process by now", "empty", "damaged"])
def test_a_stale_lock_file_blocks_nobody(untraced: Runs, left: str) -> None:
    texts = {"of nobody": "4194304\n", "empty": "", "damaged": "\0" * 99}
    sweep = Sweep(untraced, "grown")
    with sweep.folder() as folder:
        text = texts.get(left, f"{os.getpid()}\n")
        (folder / "fund" / "ledger.db.lock").write_text(text)
        said = untraced.run(folder, "grown").said
        assert said[-1] == "done"
        assert faults_after(folder, sweep.plan, said, go_on=False) == []


# -- files moved away


@pytest.fixture
def fund(tmp_path: Path) -> Iterator[SequencedFund]:
    """A fund at work; `older.db` is what its store was before the last record."""
    made = SequencedFund(tmp_path / "ledger.db").begin()
    made.store.close()
    shutil.copy(made.path, tmp_path / "older.db")
    made.open()
    made.submit(made.cash())
    yield made
    made.store.close()


def replace(fund: SequencedFund) -> None:
    fund.path.with_name("older.db").replace(fund.path)


def delete(fund: SequencedFund) -> None:
    fund.path.unlink()


def rename(fund: SequencedFund) -> None:
    fund.path.rename(fund.path.with_name("away.db"))


def delete_wal(fund: SequencedFund) -> None:
    fund.path.with_name("ledger.db-wal").unlink()


@pytest.mark.parametrize("move", [replace, delete, rename, delete_wal])
def test_nothing_is_acknowledged_into_a_file_that_has_no_name(
    fund: SequencedFund, move: object
) -> None:
    """The process could write on for days, into a file that is gone when it ends."""
    assert callable(move)
    move(fund)
    with pytest.raises(StoreStoppedError):
        fund.sequencer.submit(fund.cash())
    with pytest.raises(StoreStoppedError):
        fund.sequencer.submit(fund.cash())


def test_a_store_that_was_put_back_goes_on(fund: SequencedFund) -> None:
    """Moved away and back: the outcome of what was submitted meanwhile is told by asking."""
    away, envelope = fund.path.with_name("away.db"), fund.cash()
    fund.path.rename(away)
    with pytest.raises(StoreStoppedError):
        fund.sequencer.submit(envelope)
    away.rename(fund.path)
    fund.reopen()
    before = [parse_record(raw).event_id for raw in fund.records]
    receipt = fund.submit(envelope)
    assert (receipt.event_id in before) == receipt.repeated
    assert receipt.position == 16
    assert fund.store.integrity_check() == []


def test_an_older_store_copied_over_a_closed_one_is_seen_by_its_records(
    fund: SequencedFund,
) -> None:
    """Without a checkpoint nothing can tell; the copy is whole, and the event can be sent again."""
    last = fund.records[-1]
    fund.store.close()
    replace(fund)
    again = SequencedFund(fund.path, Clock(last_instant()))
    assert len(again.records) == 14
    answer = again.sequencer.submit(fund.cash())
    assert isinstance(answer, Receipt)
    assert again.records[-1] != last
    again.store.close()
    fund.open()
