from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    ConnectionUnavailableError,
    DatabaseError,
)

from ledger.kernel.errors import StoreCorruptError, StoreError
from ledger.store.faults import translated

if TYPE_CHECKING:
    from pathlib import Path


def caught(raised: BaseException) -> StoreError:
    with pytest.raises(StoreError) as info, translated("alem.db"):
        raise raised
    assert info.value.where == "alem.db"
    assert info.value.hint
    return info.value


def sqlite_error(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("no luck")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    "name",
    [
        "SQLITE_BUSY",
        "SQLITE_IOERR_READ",
        "SQLITE_FULL",
        "SQLITE_CANTOPEN",
        "SQLITE_READONLY_DBMOVED",
    ],
)
def test_the_surroundings_are_not_the_file_s_damage(name: str) -> None:
    assert not isinstance(caught(sqlite_error(name)), StoreCorruptError)


@pytest.mark.parametrize(
    "name", ["SQLITE_CORRUPT", "SQLITE_CORRUPT_INDEX", "SQLITE_NOTADB", "SQLITE_ERROR"]
)
def test_whatever_else_a_read_meets_is_damage(name: str) -> None:
    assert isinstance(caught(sqlite_error(name)), StoreCorruptError)


def test_text_that_is_not_text_is_damage() -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(StoreCorruptError), translated("alem.db"):
        connection.execute("SELECT CAST(x'ff' AS TEXT)").fetchone()
    connection.close()
    assert isinstance(
        caught(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")), StoreCorruptError
    )


def test_the_library_s_errors_are_judged_by_their_cause() -> None:
    damaged, busy = DatabaseError("x"), DatabaseError("x")
    damaged.__cause__ = sqlite_error("SQLITE_CORRUPT")
    busy.__cause__ = sqlite_error("SQLITE_BUSY")
    assert isinstance(caught(damaged), StoreCorruptError)
    for error in (busy, ConnectionPoolClosedError(), ConnectionUnavailableError(), OSError(5, "x")):
        assert not isinstance(caught(error), StoreCorruptError)


def test_misuse_of_a_connection_is_not_damage(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.close()
    with pytest.raises(StoreError) as info, translated("alem.db"):
        connection.execute("SELECT 1")
    assert not isinstance(info.value, StoreCorruptError)


def test_what_is_not_the_database_s_passes_unchanged() -> None:
    with pytest.raises(KeyError), translated("alem.db"):
        raise KeyError("ours")
