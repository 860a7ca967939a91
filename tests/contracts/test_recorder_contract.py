"""The library's own recorder cases against our recorder, factory and pool.

Three of its cases number their events from 0, which ours refuses (positions are 1…n without a gap).
They run whole against a recorder that adds 1 to what such a case writes, and nothing else.
"""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteAggregateRecorder,
    SQLiteDatastore,
    SQLiteProcessRecorder,
    SQLiteTrackingRecorder,
)
from eventsourcing.tests import persistence as cases
from eventsourcing.utils import Environment
from typing_extensions import override

from ledger.store.pool import LedgerSQLiteFactory
from ledger.store.recorder import LedgerSQLiteRecorder

if TYPE_CHECKING:
    from collections.abc import Sequence


class CountsFromOne(LedgerSQLiteRecorder):
    @override
    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        moved = [
            replace(event, originator_version=event.originator_version + 1)
            for event in stored_events
        ]
        return super().insert_events(moved, **kwargs)


class InOneFile:
    """A fresh file for each recorder, closed and removed after the case."""

    recorder_class: type[LedgerSQLiteRecorder] = LedgerSQLiteRecorder

    def setUp(self) -> None:
        self.before = set(threading.enumerate())
        self.folder = tempfile.TemporaryDirectory()
        self.factories: list[LedgerSQLiteFactory] = []

    def tearDown(self) -> None:
        # The library's cases leave readers behind; a connection closed under one is a crash.
        for left in set(threading.enumerate()) - self.before:
            left.join(timeout=10)
        for factory in self.factories:
            factory.close()
        self.folder.cleanup()

    def environment(self) -> Environment:
        path = Path(self.folder.name) / f"{len(self.factories)}.db"
        env = {
            "PERSISTENCE_MODULE": "ledger.store.pool:LedgerSQLiteFactory",
            "SQLITE_DBNAME": f"{path.as_uri()}?mode=rwc",
            "ORIGINATOR_ID_TYPE": "text",
        }
        return Environment(env=env)

    def datastore(self) -> SQLiteDatastore:
        factory = LedgerSQLiteFactory(self.environment())
        self.factories.append(factory)
        return factory.datastore

    def new_originator_id(self) -> str:
        return str(uuid4())

    def create_recorder(self) -> LedgerSQLiteRecorder:
        recorder = self.recorder_class(self.datastore())
        recorder.create_table()
        return recorder


class TestApplicationRecorder(InOneFile, cases.ApplicationRecorderTestCase[LedgerSQLiteRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    @override
    def create_recorder(self) -> LedgerSQLiteRecorder:
        if self._testMethodName.startswith("test_concurrent"):
            self.recorder_class = CountsFromOne
        return super().create_recorder()

    def test_numbering_from_zero_is_what_we_refuse(self) -> None:
        recorder = self.create_recorder()
        with pytest.raises(IntegrityError, match="not the next position"):
            recorder.insert_events([StoredEvent("stream", 0, "topic", b"state")])


class TestNotificationIds(InOneFile, cases.NonInterleavingNotificationIDsBaseCase):
    recorder_class = CountsFromOne


class TestTrackingOverOurPool(InOneFile, cases.TrackingRecorderTestCase):
    @override
    def create_recorder(self) -> SQLiteTrackingRecorder:  # type: ignore[override]  # views use the stock one
        recorder = SQLiteTrackingRecorder(self.datastore())
        recorder.create_table()
        return recorder


class TestFactory(InOneFile, cases.InfrastructureFactoryTestCase[LedgerSQLiteFactory]):
    @override
    def setUp(self) -> None:
        InOneFile.setUp(self)
        self.env = self.environment()
        cases.InfrastructureFactoryTestCase.setUp(self)

    @override
    def tearDown(self) -> None:
        cases.InfrastructureFactoryTestCase.tearDown(self)
        InOneFile.tearDown(self)

    @override
    def expected_factory_class(self) -> type[LedgerSQLiteFactory]:
        return LedgerSQLiteFactory

    @override
    def expected_aggregate_recorder_class(self) -> type[SQLiteAggregateRecorder]:
        return SQLiteAggregateRecorder

    @override
    def expected_application_recorder_class(self) -> type[LedgerSQLiteRecorder]:
        return LedgerSQLiteRecorder

    @override
    def expected_tracking_recorder_class(self) -> type[SQLiteTrackingRecorder]:
        return SQLiteTrackingRecorder

    @override
    def tracking_recorder_subclass(self) -> type[SQLiteTrackingRecorder]:
        return ViewRecorder

    @override
    def expected_process_recorder_class(self) -> type[SQLiteProcessRecorder]:
        return SQLiteProcessRecorder


class ViewRecorder(SQLiteTrackingRecorder):
    pass
