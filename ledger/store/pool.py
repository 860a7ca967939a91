"""Connections that are durable, and the factory that makes recorders over them.

WAL with `synchronous=FULL`: a commit returns after its bytes are synced. Both are asserted when the
store opens, because everything rests on them.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from eventsourcing.sqlite import (
    SQLITE3_DEFAULT_LOCK_TIMEOUT,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteDatastore,
    SQLiteFactory,
)
from typing_extensions import override

from ledger.kernel.errors import StoreError
from ledger.store.recorder import LedgerSQLiteRecorder

if TYPE_CHECKING:
    from pathlib import Path

    from eventsourcing.utils import Environment, EnvType

_READ_ONLY: Final = "?mode=ro"
_READ_WRITE: Final = "?mode=rw"
_SYNCHRONOUS_FULL: Final = 2


def database_name(path: Path, *, read_only: bool) -> str:
    """The URI of an existing file; characters that mean something in a URI are quoted."""
    return path.as_uri() + (_READ_ONLY if read_only else _READ_WRITE)


class DurablePool(SQLiteConnectionPool):
    """Connections that sync every commit, believe no schema, and write nothing if read-only.

    Not the library's own connections: those keep one prepared statement only, so that each append
    would compile its INSERT and six triggers anew, at a third of the price of the commit.
    """

    @override
    def _create_connection(self) -> SQLiteConnection:
        connection = sqlite3.connect(
            self.db_name,
            uri=True,
            timeout=self.lock_timeout or SQLITE3_DEFAULT_LOCK_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        read_only = self.db_name.endswith(_READ_ONLY)
        connection.execute("PRAGMA query_only=ON" if read_only else "PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA trusted_schema=OFF")
        return SQLiteConnection(connection, max_age=self.max_age)


class LedgerSQLiteFactory(SQLiteFactory):
    """The library's factory with our recorder and our pool."""

    application_recorder_class = LedgerSQLiteRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        stock = self.datastore.pool
        self.datastore.pool = DurablePool(db_name=stock.db_name, lock_timeout=stock.lock_timeout)
        stock.close()


def check_durable(datastore: SQLiteDatastore) -> None:
    """Raise `StoreError` unless commits are synced before they return."""
    with datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA journal_mode")
        journal_mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
    if (journal_mode, synchronous) != ("wal", _SYNCHRONOUS_FULL):
        raise StoreError(
            f"commits would not be durable: journal_mode={journal_mode}, synchronous={synchronous}",
            hint="Keep the store on a local disk that SQLite can map for its WAL",
        )


def fold_wal(datastore: SQLiteDatastore) -> bool:
    """Move what the WAL holds into the database file, synced; False if a reader was in the way.

    After a failed sync the bytes in the WAL may be in memory only. What is answered after reopening
    must rest on bytes that were written and synced again.
    """
    with datastore.get_connection(commit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy: int = cursor.fetchone()[0]
        return not busy
