"""The tables of a store file, the triggers that make them append-only, and the check of both.

    stored_events   one row a record: fund, position, kind, bytes, event id; rowid = position
    checkpoint      signed notes by tree size, growing only
    tile            full tiles of the tree: a cache, which may be emptied and rebuilt
    fund            the one fund that the file belongs to

UPDATE, DELETE, REPLACE, gaps, and records of another fund are refused by trigger. That stops
accidents; whoever owns the file can drop a trigger, which opening the store then notices.
`STREAM` alone is what the recorder needs; with `FUND` the file holds exactly one stream.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import StoreError
from ledger.kernel.limits import CHECKPOINT_BYTES_MAX, RECORD_BYTES_MAX
from ledger.log.merkle import HASH_BYTES
from ledger.log.tiles import TILE_WIDTH
from ledger.store.durable_files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x53434C31
"""`SCL1` in the header of the file, so that no other SQLite file is taken for a store."""
SQLITE_NEEDED: Final = (3, 37, 0)
"""STRICT tables: a column holds what it says."""
SQLITE_ADVISED: Final = (3, 51, 3)
"""The first release without the WAL-reset defect of 3.7.0 to 3.51.2."""
EVENTS_TABLE: Final = "stored_events"
DIGEST_BYTES: Final = 32
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES


def _refuse(name: str, table: str, moment: str, message: str, *, when: str = "") -> dict[str, str]:
    condition = f" WHEN {when}" if when else ""
    return {
        name: f"CREATE TRIGGER {name} {moment} ON {table}{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
    }


def _append_only(table: str) -> dict[str, str]:
    return {
        **_refuse(f"{table}_update", table, "BEFORE UPDATE", "append-only"),
        **_refuse(f"{table}_delete", table, "BEFORE DELETE", "append-only"),
    }


# REPLACE deletes the row in its way without firing a DELETE trigger, so what is unique has a guard
# that fires before: the position (only the next one passes) and the event id. A REPLACE by rowid
# meets the fund's guard, which fires after it and undoes the whole statement.
STREAM: Final[dict[str, str]] = {
    "stored_events": "CREATE TABLE stored_events(rowid INTEGER PRIMARY KEY,"
    " originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL, topic TEXT NOT NULL,"
    f" state BLOB NOT NULL CHECK(length(state) BETWEEN 1 AND {RECORD_BYTES_MAX}),"
    f" event_id BLOB UNIQUE CHECK(length(event_id) = {DIGEST_BYTES}),"
    " UNIQUE(originator_id, originator_version)) STRICT",
    **_append_only("stored_events"),
    **_refuse(
        "stored_events_next",
        "stored_events",
        "BEFORE INSERT",
        "not the next position",
        when="NEW.originator_version <> 1 + COALESCE((SELECT MAX(originator_version)"
        " FROM stored_events WHERE originator_id = NEW.originator_id), 0)",
    ),
    **_refuse(
        "stored_events_event_id",
        "stored_events",
        "BEFORE INSERT",
        "the event is recorded already",
        when="EXISTS(SELECT 1 FROM stored_events WHERE event_id = NEW.event_id)",
    ),
}

FUND: Final[dict[str, str]] = {
    "fund": "CREATE TABLE fund(one INTEGER PRIMARY KEY CHECK(one = 1),"
    " origin TEXT NOT NULL) STRICT",
    **_append_only("fund"),
    **_refuse(
        "fund_one", "fund", "BEFORE INSERT", "append-only", when="EXISTS(SELECT 1 FROM fund)"
    ),
    # After the insert, because only then SQLite has chosen the rowid.
    **_refuse(
        "stored_events_fund",
        "stored_events",
        "AFTER INSERT",
        "not a record of this fund",
        when="NEW.originator_id <> (SELECT origin FROM fund) OR NEW.event_id IS NULL"
        " OR NEW.rowid <> NEW.originator_version",
    ),
    "checkpoint": "CREATE TABLE checkpoint(size INTEGER PRIMARY KEY CHECK(size >= 0),"
    f" note BLOB NOT NULL CHECK(length(note) BETWEEN 1 AND {CHECKPOINT_BYTES_MAX})) STRICT",
    **_append_only("checkpoint"),
    **_refuse(
        "checkpoint_grows",
        "checkpoint",
        "BEFORE INSERT",
        "checkpoints only grow",
        when="NEW.size <= (SELECT MAX(size) FROM checkpoint)",
    ),
    "tile": "CREATE TABLE tile(level INTEGER NOT NULL, number INTEGER NOT NULL,"
    f" hashes BLOB NOT NULL CHECK(length(hashes) = {TILE_BYTES}),"
    " PRIMARY KEY(level, number)) STRICT, WITHOUT ROWID",
}


def create_if_new(path: Path, fund: str) -> None:
    """Make the store of a fund in a missing or empty file, whole or not at all.

    The caller holds the writer lock. Raises `sqlite3.Error` if the file cannot be written.
    """
    if sqlite3.sqlite_version_info < SQLITE_NEEDED:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old", hint="3.37 is needed")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rwc", uri=True)) as connection:
        connection.isolation_level = None
        if not _is_empty(connection):
            return
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in (STREAM | FUND).values():
            connection.execute(statement)
        connection.execute("INSERT INTO fund(one, origin) VALUES (1, ?)", (fund,))
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    sync_folder(path.parent)  # without it a power cut loses the new file, and the records in it


def check_file(path: Path, fund: str) -> None:
    """Raise `StoreError` unless the file is a whole store of this version and of this fund.

    Raises `sqlite3.Error` if the file cannot be read as a database.
    """
    if not path.is_file():
        raise StoreError("there is no store", hint="Name an existing file, or open it for writing")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        if _pragma(connection, "application_id") != APPLICATION_ID:
            raise StoreError("the file is not a record store", hint="Name the store's own file")
        version = _pragma(connection, "user_version")
        if version != SCHEMA_VERSION:
            raise StoreError(
                f"the store has version {version}; this program reads {SCHEMA_VERSION}",
                hint="Use the release of the program that wrote the store, or a newer one",
            )
        faults = list(differences(connection))
        if faults:
            raise StoreError(
                f"the tables are not as the store made them: {'; '.join(faults)}",
                hint="Somebody changed the file: audit it, and restore from a copy that agrees"
                " with your last checkpoint",
            )
        (origin,) = connection.execute("SELECT origin FROM fund").fetchone() or ("",)
        if origin != fund:
            raise StoreError(f"the store belongs to {origin!r}, not to {fund!r}")


def differences(connection: sqlite3.Connection) -> Iterator[str]:
    """What differs between the tables and triggers of a file and those that the store makes."""
    expected = STREAM | FUND
    found = dict(
        connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
        )
    )
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield f"{name} is missing"
        elif name not in expected:
            yield f"{name} is foreign"
        elif found[name] != expected[name]:
            yield f"{name} is altered"


def _is_empty(connection: sqlite3.Connection) -> bool:
    used = connection.execute("SELECT EXISTS(SELECT 1 FROM sqlite_master)").fetchone()[0]
    return not (
        used or _pragma(connection, "application_id") or _pragma(connection, "user_version")
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
