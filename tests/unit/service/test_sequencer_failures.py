"""A second writer, a failing disk, a restart: what was acknowledged stands."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ledger.domain.record import parse_record
from ledger.kernel.errors import (
    ConflictError,
    StoreCorruptError,
    StoreLockedError,
    StoreStoppedError,
)
from ledger.service.answer import Receipt
from ledger.store.record_store import RecordStore
from ledger.store.recorder import LedgerSQLiteRecorder
from tests.support.fund_simulator import FUND, FundSimulator, replayed
from tests.support.sequenced_fund import Clock, SequencedFund

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.service.answer import Answer


# -- a second writer


@pytest.fixture
def second(fund: SequencedFund, monkeypatch: pytest.MonkeyPatch) -> Iterator[SequencedFund]:
    """Another process's sequencer on the same file, one that passed the lock by."""
    monkeypatch.setattr("ledger.store.lock.fcntl.flock", lambda *_: None)
    other = SequencedFund(fund.path, Clock(fund.clock.now), fund.signer)
    yield other
    other.store.close()


def test_a_second_writer_is_kept_out_by_the_lock(fund: SequencedFund) -> None:
    with pytest.raises(StoreLockedError, match="is writing to this store"):
        RecordStore.open(fund.path, fund=FUND)


def test_after_a_conflict_the_event_is_decided_on_the_true_state(
    fund: SequencedFund, second: SequencedFund
) -> None:
    mandate = second.sequencer.live.state.mandate
    suspended = fund.signer.members(
        "mandate.suspended",
        "gulnara",
        cosigners=["nurlan"],
        mandate=mandate.event_id if mandate else "",
        reason="An inquiry",
    )
    proposal = acquisition(fund.signer)
    assert second.submit(fund.signer.sign(suspended)).position == 15
    receipt = fund.submit(proposal)
    assert (receipt.position, receipt.outcome.verdict) == (16, "refused")
    assert [finding.rule for finding in receipt.outcome.findings] == ["mandate_suspended"]
    replayed(fund.records)


def acquisition(signer: FundSimulator, **fields: Any) -> bytes:
    said = {
        "asset": "BTC",
        "units": "10",
        "max_consideration": {"currency": "USD", "amount": "400000"},
        "counterparty": "exchange-one",
        "account": "cold-1",
        "facts": {},
        "evidence": [],
        **fields,
    }
    return signer.sign(signer.members("acquisition.proposed", "aigerim", **said))


def test_the_same_bytes_through_both_writers_are_recorded_once(
    fund: SequencedFund, second: SequencedFund
) -> None:
    envelope = fund.cash()
    first = second.submit(envelope)
    again = fund.submit(envelope)
    assert (again.position, again.repeated) == (first.position, True)


def test_two_writers_taking_turns_stay_dense(fund: SequencedFund, second: SequencedFund) -> None:
    for number in range(20):
        writer = fund if number % 3 else second
        assert writer.submit(fund.cash()).position == 15 + number
    assert fund.records == second.records
    replayed(fund.records)


def test_a_batch_that_conflicts_is_decided_again_as_a_whole(
    fund: SequencedFund, second: SequencedFund
) -> None:
    second.submit(fund.cash(reference="IC-1"))
    batch = [fund.cash(), fund.cash(reference="IC-1", category="other"), fund.cash()]
    first, taken, last = fund.sequencer.submit_all(batch)
    assert isinstance(first, Receipt)
    assert isinstance(last, Receipt)
    assert [first.position, last.position] == [16, 17]
    assert getattr(taken, "rejection", None) is not None


def test_a_writer_that_never_rests_is_named(
    fund: SequencedFund, second: SequencedFund, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = fund.store.append

    def always_late(records: Any) -> None:
        second.submit(fund.cash())
        append(records)

    monkeypatch.setattr(fund.store, "append", always_late)
    with pytest.raises(ConflictError, match="another writer keeps moving this fund"):
        fund.sequencer.submit(fund.cash())
    monkeypatch.setattr(fund.store, "append", append)
    assert fund.submit(fund.cash()).position == 18
    replayed(fund.records)


def test_a_reload_that_fails_stops_the_sequencer(
    fund: SequencedFund, second: SequencedFund, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next decision would stand on records that were never kept."""

    def fails(*_: object, **__: object) -> NoReturn:
        raise StoreCorruptError("a page cannot be read")

    second.submit(fund.cash())
    monkeypatch.setattr("ledger.service.sequencer.load", fails)
    with pytest.raises(StoreCorruptError):
        fund.sequencer.submit(fund.cash())
    monkeypatch.undo()
    with pytest.raises(StoreStoppedError):
        fund.sequencer.submit(fund.cash())
    assert len(fund.records) == 15


# -- an append that fails


def before_commit(*_: object, **__: object) -> NoReturn:
    raise sqlite3.OperationalError("disk I/O error")


def after_commit(self: LedgerSQLiteRecorder, events: Any, **options: Any) -> NoReturn:
    super(LedgerSQLiteRecorder, self).insert_events(events, **options)
    raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("failing", [before_commit, after_commit])
def test_after_a_failed_append_only_reopening_tells(
    fund: SequencedFund, monkeypatch: pytest.MonkeyPatch, failing: Any
) -> None:
    envelope, later = fund.cash(), fund.cash()
    monkeypatch.setattr(LedgerSQLiteRecorder, "insert_events", failing)
    with pytest.raises(StoreStoppedError, match="the outcome is unknown"):
        fund.sequencer.submit(envelope)
    monkeypatch.undo()
    for again in (later, envelope):
        with pytest.raises(StoreStoppedError, match="stopped after an error"):
            fund.sequencer.submit(again)
    fund.reopen()
    was_kept = failing is after_commit
    receipt = fund.submit(envelope)
    assert (receipt.position, receipt.repeated) == (15, was_kept)
    assert fund.submit(later).position == 16
    assert fund.store.integrity_check() == []
    replayed(fund.records)


def test_nothing_of_a_failed_batch_is_acknowledged(
    fund: SequencedFund, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = LedgerSQLiteRecorder._insert_events

    def fails_late(self: Any, c: Any, events: Any, **options: Any) -> NoReturn:
        insert(self, c, events[:2], **options)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(LedgerSQLiteRecorder, "_insert_events", fails_late)
    envelopes = [fund.cash() for _ in range(3)]
    found: list[Answer | Any] = list(fund.sequencer.submit_all(envelopes))
    assert [type(answer) for answer in found] == [StoreStoppedError] * 3
    monkeypatch.undo()
    fund.reopen()
    assert len(fund.records) == 14
    assert [fund.submit(envelope).repeated for envelope in envelopes] == [False] * 3


# -- loading


def test_loading_refuses_a_record_in_another_records_place(fund: SequencedFund) -> None:
    """What an administrator moved about is named by its position."""
    third = fund.records[2]
    rewrite(fund, 4, third)
    with pytest.raises(StoreCorruptError, match="does not follow") as caught:
        fund.open()
    assert caught.value.where == "position 4"
    fund.store.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"outcome"', b'"0utcome"'),
        (b'"position":5', b'"position":6'),
        (b"2026-01-05T09:", b"2026-13-05T09:"),
    ],
)
def test_loading_names_the_position_of_a_damaged_record(
    fund: SequencedFund, old: bytes, new: bytes
) -> None:
    rewrite(fund, 5, fund.records[4].replace(old, new))
    with pytest.raises(StoreCorruptError) as caught:
        fund.open()
    assert caught.value.where == "position 5"
    fund.store.close()


def test_loading_refuses_the_records_of_another_fund(fund: SequencedFund) -> None:
    other = FundSimulator(fund="test/elsewhere")
    other.constitute()
    rewrite(fund, 1, other.records[0])
    with pytest.raises(StoreCorruptError, match="test/elsewhere"):
        fund.open()
    fund.store.close()


def rewrite(fund: SequencedFund, position: int, raw: bytes) -> None:
    """Do what an administrator can do: take the triggers away and write over a row."""
    fund.store.close()
    connection = sqlite3.connect(fund.path)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    kept = triggers.fetchall()
    for name, _ in kept:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (raw, position))
    for _, sql in kept:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_a_record_says_its_own_position(fund: SequencedFund) -> None:
    assert [parse_record(raw).position for raw in fund.records] == list(range(1, 15))
