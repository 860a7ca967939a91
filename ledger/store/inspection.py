"""What is wrong with a store file, as texts: the file, its tables, and the rows' own order.

The records are not parsed here; `RecordStore.pages` does that, and the audit decides them again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from ledger.store.pool import database_name
from ledger.store.schema import differences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FAULTS_SHOWN: Final = 20
_MISPLACED = (
    "SELECT rowid, originator_id, originator_version FROM stored_events"
    " WHERE originator_id <> ? OR originator_version <> rowid OR event_id IS NULL LIMIT ?"
)
_EXTENT = "SELECT COUNT(*), COALESCE(MIN(rowid), 1), COALESCE(MAX(rowid), 0) FROM stored_events"
_AHEAD = "SELECT size FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?"


def faults(path: Path, fund: str) -> list[str]:
    """Each fault in words, at most 20 of each sort; none means that the file is whole."""
    found: list[str] = []
    try:
        with closing(sqlite3.connect(database_name(path, read_only=True), uri=True)) as connection:
            found.extend(_file_faults(connection))
            found.extend(f"table: {difference}" for difference in differences(connection))
            found.extend(_row_faults(connection, fund))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        found.append(f"file: {error}")
    return found


def _file_faults(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({_FAULTS_SHOWN})"):
        if line != "ok":
            yield f"file: {line}"


def _row_faults(connection: sqlite3.Connection, fund: str) -> Iterator[str]:
    for row, owner, position in connection.execute(_MISPLACED, (fund, _FAULTS_SHOWN)):
        yield f"row {row} is not the record of its position: {owner!r} {position}"
    count, first, last = connection.execute(_EXTENT).fetchone()
    if (first, count) != (1, last):
        yield f"positions are missing: {count} records from {first} to {last}"
    for (size,) in connection.execute(_AHEAD, (last, _FAULTS_SHOWN)):
        yield f"a checkpoint of size {size} is kept beside only {last} records"
