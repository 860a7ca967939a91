"""The recorder: the library's SQLite recorder with our table, ids, dense positions and paging.

The sequencer's hot path is `insert_events` itself: the library's `save` adds protocol checks that
cost a tenth of a commit. Any exception rolls the whole append back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventsourcing.sqlite import SQLiteApplicationRecorder
from typing_extensions import override

from ledger.kernel.errors import StoreCorruptError, invariant
from ledger.store.rows import StoredRecord
from ledger.store.schema import EVENTS_TABLE, STREAM
from ledger.store.subscription import PollingSubscription

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from eventsourcing.persistence import StoredEvent
    from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore

_INSERT = (
    "INSERT INTO stored_events(originator_id, originator_version, topic, state, event_id)"
    " VALUES (?, ?, ?, ?, ?)"
)
_COLUMNS = "originator_id, originator_version, topic, state, event_id"
_PAGE = f"SELECT {_COLUMNS} FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?"  # noqa: S608 - constants
_ONE = f"SELECT {_COLUMNS} FROM stored_events WHERE rowid = ?"  # noqa: S608 - constants
_HEAD = "SELECT COALESCE(MAX(rowid), 0) FROM stored_events"
_POSITION_OF = "SELECT rowid FROM stored_events WHERE event_id = ?"


class LedgerSQLiteRecorder(SQLiteApplicationRecorder):
    """Appends and reads rows. Positions are rowids: the file holds one dense stream."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = EVENTS_TABLE) -> None:
        invariant(events_table_name == EVENTS_TABLE, "the records lie in one table")
        super().__init__(datastore, events_table_name)

    @override
    def construct_create_table_statements(self) -> list[str]:
        return list(STREAM.values())

    @override
    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any
    ) -> list[int]:
        positions: list[int] = []
        for stored in stored_events:
            event_id = stored.event_id if isinstance(stored, StoredRecord) else None
            c.execute(
                _INSERT,
                (
                    stored.originator_id,
                    stored.originator_version,
                    stored.topic,
                    stored.state,
                    event_id,
                ),
            )
            positions.append(c.lastrowid)
        return positions

    @override
    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> PollingSubscription:
        """Every record after notification `gt`, then the new ones as they come."""
        return PollingSubscription(self, gt=gt, topics=topics)

    def select_page(self, after: int, limit: int) -> list[StoredRecord]:
        """At most `limit` rows after a position, in the order of the log."""
        return [_stored(row) for row in self._rows(_PAGE, after, limit)]

    def select_one(self, position: int) -> StoredRecord | None:
        """The row of a position."""
        rows = self._rows(_ONE, position)
        return _stored(rows[0]) if rows else None

    def head(self) -> int:
        """The last position; 0 if there is none."""
        return int(self._rows(_HEAD)[0][0])

    def position_of(self, event_id: bytes) -> int | None:
        """The position of an event."""
        rows = self._rows(_POSITION_OF, event_id)
        return int(rows[0][0]) if rows else None

    def _rows(self, statement: str, *parameters: object) -> list[sqlite3.Row]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, parameters)
            rows: list[sqlite3.Row] = cursor.fetchall()
            return rows


def _stored(row: sqlite3.Row) -> StoredRecord:
    stored = StoredRecord(*row)
    if type(stored.state) is not bytes:  # a damaged file can say so of any column
        raise StoreCorruptError(
            "the record is not a byte string", where=f"position {stored.originator_version}"
        )
    return stored
