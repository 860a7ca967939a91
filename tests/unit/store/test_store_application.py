from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import InvariantError, StoreCorruptError
from ledger.store.application import LedgerApplication, application_env
from ledger.store.record_store import NewRecord, RecordStore
from tests.support.plain_records import FUND, KIND, OTHER_FUND, plain_record, plain_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "alem.db"
    RecordStore.open(path, fund=FUND).close()
    return path


@pytest.fixture
def application(path: Path) -> Iterator[LedgerApplication]:
    opened = LedgerApplication(application_env(path, FUND, read_only=False))
    yield opened
    opened.close()


def test_the_library_s_own_save_and_reading_go_through_the_mapper(
    application: LedgerApplication,
) -> None:
    records = plain_records(1, 3)
    recordings = application.save(*records)
    assert [recording.notification.id for recording in recordings] == [1, 2, 3]
    assert list(application.events.get(FUND)) == records
    notifications = application.notification_log.select(start=1, limit=1_000)
    assert [(item.topic, item.state) for item in notifications] == [(KIND, r.raw) for r in records]
    assert application.recorder.max_notification_id() == 3


def test_nothing_but_records_is_stored(application: LedgerApplication) -> None:
    class Event:
        originator_id = FUND
        originator_version = 1

    with pytest.raises(InvariantError):
        application.save(Event())
    with pytest.raises(InvariantError):
        application.ledger_mapper.to_stored_event(Event())
    assert application.recorder.max_notification_id() is None


def test_a_record_carries_the_library_s_names() -> None:
    record = plain_record(7)
    assert (record.originator_id, record.originator_version) == (FUND, 7)


def test_the_mapper_compares_what_the_library_hands_it(application: LedgerApplication) -> None:
    record = plain_record(1)
    application.save(NewRecord(FUND, 1, "tax.levied.v1", record.raw, record.event_id))
    with pytest.raises(StoreCorruptError, match="kind"):
        list(application.events.get(FUND))


def test_an_application_of_another_fund_reads_nothing(
    application: LedgerApplication, path: Path
) -> None:
    application.save(plain_record(1))
    other = LedgerApplication(application_env(path, OTHER_FUND, read_only=True))
    (notification,) = other.notification_log.select(start=1, limit=10)
    with pytest.raises(StoreCorruptError, match=OTHER_FUND):
        other.mapper.to_domain_event(notification)
    other.close()
