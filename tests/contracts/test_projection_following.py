"""The library's `ProjectionRunner` over our application: old, new, restart, failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder
from typing_extensions import override

from ledger.store.application import LedgerApplication, application_env
from ledger.store.record_store import NewRecord, RecordStore
from tests.support.plain_records import FUND, plain_record, plain_records

if TYPE_CHECKING:
    from pathlib import Path

    from eventsourcing.sqlite import SQLiteCursor

POISON = "poison.recorded.v1"


class SeenView(SQLiteTrackingRecorder):
    """The event ids in the order in which they came, each with its tracking in one transaction."""

    @override
    def construct_create_table_statements(self) -> list[str]:
        seen = "CREATE TABLE IF NOT EXISTS seen(position INTEGER PRIMARY KEY, event_id TEXT)"
        return [*super().construct_create_table_statements(), seen]

    def add(self, record: NewRecord, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            self._insert_seen(cursor, record)

    def _insert_seen(self, cursor: SQLiteCursor, record: NewRecord) -> None:
        cursor.execute("INSERT INTO seen VALUES (?, ?)", (record.position, record.event_id))

    def seen(self) -> list[tuple[int, str]]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT position, event_id FROM seen ORDER BY position")
            return [tuple(row) for row in cursor.fetchall()]


class SeenProjection(Projection[SeenView]):
    name = "seen"

    @singledispatchmethod
    @override
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        if domain_event.kind == POISON:
            raise ArithmeticError(domain_event.kind)
        self.view.add(domain_event, tracking)


def follow(path: Path) -> ProjectionRunner[LedgerApplication, SeenView]:
    env = application_env(path, FUND, read_only=True) | {
        "SEEN_PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SEEN_SQLITE_DBNAME": f"file:{path}.view",
    }
    return ProjectionRunner(
        application_class=LedgerApplication,
        projection_class=SeenProjection,
        view_class=SeenView,
        env=env,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


def test_a_view_follows_old_and_new_records_and_resumes_where_it_was(path: Path) -> None:
    records = plain_records(1, 5)
    expected = [(record.position, record.event_id) for record in records]
    with RecordStore.open(path, fund=FUND) as store:
        store.append(records[:2])
        with follow(path) as runner:
            runner.wait(2)
            store.append(records[2:3])
            runner.wait(3)
            assert runner.projection.view.seen() == expected[:3]
        store.append(records[3:])
        with follow(path) as runner:
            runner.wait(5)
            assert runner.projection.view.seen() == expected


def test_the_same_record_is_never_folded_twice(path: Path) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        store.append(plain_records(1, 1))
    with follow(path) as runner:
        runner.wait(1)
        with pytest.raises(IntegrityError):
            runner.projection.view.add(plain_record(1), Tracking("ledger", 1))
        assert len(runner.projection.view.seen()) == 1


def test_a_failing_handler_stops_the_view_aloud(path: Path) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        store.append([plain_record(1), plain_record(2, kind=POISON), plain_record(3)])
    with pytest.raises(ArithmeticError), follow(path) as runner:
        runner.run_forever(timeout=5)
    assert [position for position, _ in runner.projection.view.seen()] == [1]
