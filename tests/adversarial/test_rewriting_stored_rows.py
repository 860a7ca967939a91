"""Somebody with the file open in another program tries to change what was recorded.

Triggers refuse every statement that is not the next record. Whoever drops a trigger first is found
out when the store is opened; whoever puts it back, when the records are read.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import ConflictError, StoreCorruptError, StoreError
from ledger.store import schema
from ledger.store.record_store import RecordStore
from tests.support.plain_records import FUND, KIND, OTHER_FUND, plain_record, plain_records

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"fund": FUND, "other": OTHER_FUND}
RECORDS = "stored_events(originator_id, originator_version, topic, state, event_id)"

# RECORDS stands for the table and its columns, a record is (fund, position, 'k', x'00', event id).
REFUSED = {
    "update": "UPDATE stored_events SET state = x'00' WHERE rowid = 2",
    "update nothing": "UPDATE stored_events SET topic = topic",
    "update or replace": """UPDATE OR REPLACE stored_events SET originator_version = 1
        WHERE rowid = 2""",
    "update or ignore": "UPDATE OR IGNORE stored_events SET topic = 'k'",
    "update rowid": "UPDATE stored_events SET rowid = 9 WHERE rowid = 3",
    "delete": "DELETE FROM stored_events WHERE rowid = 3",
    "delete all": "DELETE FROM stored_events",
    "replace position": "REPLACE INTO RECORDS VALUES (:fund, 2, 'k', x'00', zeroblob(32))",
    "replace rowid": """REPLACE INTO stored_events(rowid, originator_id, originator_version, topic,
        state, event_id) VALUES (2, :fund, 4, 'k', x'00', zeroblob(32))""",
    "replace event": """REPLACE INTO RECORDS
        SELECT :fund, 4, 'k', x'00', event_id FROM stored_events WHERE rowid = 2""",
    "upsert": """INSERT INTO RECORDS VALUES (:fund, 2, 'k', x'00', zeroblob(32))
        ON CONFLICT DO UPDATE SET state = excluded.state""",
    "upsert event": """INSERT INTO RECORDS
        SELECT :fund, 4, 'k', x'00', event_id FROM stored_events WHERE rowid = 2
        ON CONFLICT DO UPDATE SET state = excluded.state""",
    "ignore": "INSERT OR IGNORE INTO RECORDS VALUES (:fund, 2, 'k', x'00', zeroblob(32))",
    "gap": "INSERT INTO RECORDS VALUES (:fund, 5, 'k', x'00', zeroblob(32))",
    "zero": "INSERT INTO RECORDS VALUES (:fund, 0, 'k', x'00', zeroblob(32))",
    "rowid gap": """INSERT INTO stored_events(rowid, originator_id, originator_version, topic,
        state, event_id) VALUES (9, :fund, 4, 'k', x'00', zeroblob(32))""",
    "other fund": "INSERT INTO RECORDS VALUES (:other, 1, 'k', x'00', zeroblob(32))",
    "no event id": "INSERT INTO RECORDS VALUES (:fund, 4, 'k', x'00', NULL)",
    "short event id": "INSERT INTO RECORDS VALUES (:fund, 4, 'k', x'00', x'00')",
    "text for bytes": "INSERT INTO RECORDS VALUES (:fund, 4, 'k', '{}', zeroblob(32))",
    "no bytes": "INSERT INTO RECORDS VALUES (:fund, 4, 'k', x'', zeroblob(32))",
    "too long": "INSERT INTO RECORDS VALUES (:fund, 4, 'k', zeroblob(65536), zeroblob(32))",
    "two rows, a gap": """INSERT INTO RECORDS VALUES
        (:fund, 4, 'k', x'00', zeroblob(32)), (:fund, 6, 'k', x'00', randomblob(32))""",
    "two rows, one event": """INSERT INTO RECORDS VALUES
        (:fund, 4, 'k', x'00', zeroblob(32)), (:fund, 5, 'k', x'00', zeroblob(32))""",
    "checkpoint update": "UPDATE checkpoint SET note = x'00'",
    "checkpoint delete": "DELETE FROM checkpoint",
    "checkpoint replace": "REPLACE INTO checkpoint VALUES (2, x'00')",
    "checkpoint shrinks": "INSERT INTO checkpoint VALUES (1, x'00')",
    "checkpoint upsert": """INSERT INTO checkpoint VALUES (2, x'00')
        ON CONFLICT DO UPDATE SET note = excluded.note""",
    "checkpoint below zero": "INSERT INTO checkpoint VALUES (-1, x'00')",
    "fund update": "UPDATE fund SET origin = :other",
    "fund delete": "DELETE FROM fund",
    "fund replace": "REPLACE INTO fund VALUES (1, :other)",
    "fund second": "INSERT INTO fund VALUES (2, :other)",
    "half a tile": "INSERT INTO tile VALUES (0, 0, zeroblob(4096))",
}
TABLES = (
    "SELECT * FROM stored_events",
    "SELECT * FROM checkpoint",
    "SELECT * FROM fund",
    "SELECT * FROM tile",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "alem.db"
    with RecordStore.open(path, fund=FUND) as store:
        store.append(plain_records(1, 3))
        store.add_checkpoint(2, b"note")
    return path


def contents(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(table).fetchall() for table in TABLES]


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_the_file_refuses(path: Path, statement: str) -> None:
    before = contents(path)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement.replace("RECORDS", RECORDS), NAMES)
    assert contents(path) == before
    with RecordStore.open(path, fund=FUND) as store:
        assert store.integrity_check() == []
        store.append(plain_records(4, 4))


def test_only_the_next_record_passes(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO stored_events VALUES (4, ?, 4, 'k', x'00', zeroblob(32))", (FUND,)
        )
    with RecordStore.open(path, fund=FUND) as store:
        assert store.head() == 4
        with pytest.raises(StoreCorruptError, match="position 4"):
            list(store.pages())


def test_a_new_store_takes_no_other_fund_s_first_record(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    RecordStore.open(path, fund=FUND).close()
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="not a record of this fund"),
    ):
        connection.execute(
            "INSERT INTO stored_events VALUES (1, ?, 1, 'k', x'00', zeroblob(32))", (OTHER_FUND,)
        )


def test_vacuum_moves_no_position(path: Path) -> None:
    before = contents(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    assert contents(path) == before


# -- with the triggers out of the way for a moment


def edit(path: Path, *statements: str, **more: str | bytes) -> None:
    """Drop every trigger, change rows, and put the triggers back as they were."""
    triggers = {
        name: sql
        for name, sql in (schema.STREAM | schema.FUND).items()
        if sql.startswith("CREATE TRIGGER")
    }
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement, NAMES | more)
        for sql in triggers.values():
            connection.execute(sql)


@pytest.mark.parametrize(
    ("statement", "where", "message"),
    [
        (
            "UPDATE stored_events SET originator_id = :other WHERE rowid = 2",
            "position 2",
            f"fund '{OTHER_FUND}' outside the record, '{FUND}' inside",
        ),
        ("UPDATE stored_events SET topic = 'k' WHERE rowid = 3", "position 3", "kind 'k' outside"),
        (
            "UPDATE stored_events SET event_id = zeroblob(32) WHERE rowid = 1",
            "position 1",
            "event id",
        ),
        ("UPDATE stored_events SET event_id = NULL WHERE rowid = 1", "position 1", "event id None"),
        (
            "UPDATE stored_events SET state = CAST(trim(CAST(state AS TEXT), '}') AS BLOB)",
            "position 1",
            "not a record",
        ),
        ("DELETE FROM stored_events WHERE rowid = 2", "position 2", "missing: position 3 stands"),
        ("DELETE FROM stored_events WHERE rowid = 1", "position 1", "missing: position 2 stands"),
        (
            "UPDATE stored_events SET originator_version = 9 WHERE rowid = 2",
            "position 2",
            "position 9 stands in its place",
        ),
        (
            "UPDATE stored_events SET rowid = 9 WHERE rowid = 2",
            "position 2",
            "missing: position 3 stands",
        ),
    ],
)
def test_an_edited_row_is_named_when_it_is_read(
    path: Path, statement: str, where: str, message: str
) -> None:
    edit(path, statement)
    with RecordStore.open(path, fund=FUND) as store:
        with pytest.raises(StoreCorruptError, match=message) as caught:
            list(store.pages())
        assert caught.value.where == where


def test_two_swapped_records_are_named(path: Path) -> None:
    edit(
        path,
        "UPDATE stored_events SET originator_version = 9 WHERE rowid = 1",
        "UPDATE stored_events SET originator_version = 1 WHERE rowid = 2",
        "UPDATE stored_events SET originator_version = 2 WHERE rowid = 1",
        "UPDATE stored_events SET rowid = 9 WHERE rowid = 1",
        "UPDATE stored_events SET rowid = 1 WHERE rowid = 2",
        "UPDATE stored_events SET rowid = 2 WHERE rowid = 9",
    )
    with RecordStore.open(path, fund=FUND) as store:
        assert store.integrity_check() == []
        with pytest.raises(StoreCorruptError, match="position 1 outside the record, 2 inside"):
            list(store.pages())


def test_a_whole_record_of_another_fund_is_named(path: Path) -> None:
    foreign = plain_record(3, fund=OTHER_FUND)
    edit(
        path,
        "UPDATE stored_events SET originator_id = :other, state = :raw, event_id = :event_id"
        " WHERE rowid = 3",
        raw=foreign.raw,
        event_id=bytes.fromhex(foreign.event_id),
    )
    with RecordStore.open(path, fund=FUND) as store:
        with pytest.raises(StoreCorruptError, match=f"fund '{FUND}' outside the record"):
            list(store.pages())
        with pytest.raises(ConflictError):
            store.append(plain_records(4, 4))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM stored_events WHERE rowid = 2", "positions are missing: 2 records"),
        ("DELETE FROM stored_events WHERE rowid = 1", "positions are missing: 2 records"),
        ("DELETE FROM stored_events", "checkpoint of size 2 is kept beside only 0 records"),
        ("UPDATE stored_events SET originator_id = :other", f"'{OTHER_FUND}' 1"),
        ("UPDATE stored_events SET originator_version = 9 WHERE rowid = 3", "row 3 is not"),
        ("UPDATE stored_events SET event_id = NULL WHERE rowid = 3", "row 3 is not"),
        ("CREATE INDEX notes ON checkpoint(note)", "table: notes is foreign"),
    ],
)
def test_the_integrity_check_says_what_is_wrong(path: Path, statement: str, fault: str) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        edit(path, statement)
        assert fault in "; ".join(store.integrity_check())


def test_an_index_that_disagrees_with_its_table_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_stored_events_1'"
        ).fetchone()[0]
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    damaged = bytearray(path.read_bytes())
    damaged[root * page - 20] ^= 0xFF
    path.write_bytes(damaged)
    with RecordStore.open(path, fund=FUND) as store:
        assert any(fault.startswith("file: ") for fault in store.integrity_check())


def test_a_file_that_is_no_database_any_more_is_said_so(path: Path) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        path.write_bytes(b"\xff" * path.stat().st_size)
        assert [fault[:6] for fault in store.integrity_check()] == ["file: "]


# -- noise in the raw file


def test_a_record_that_the_file_calls_text_is_named(path: Path) -> None:
    """In a row's header a blob of n bytes has type 12 + 2n, a text 13 + 2n (SQLite file format)."""
    kind, size = len(KIND) * 2 + 13, len(plain_record(1).raw) * 2 + 12
    header = bytes([kind, size >> 7 | 0x80, size & 0x7F])
    content = path.read_bytes()
    assert header in content
    path.write_bytes(content.replace(header, header[:-1] + bytes([header[-1] | 1])))
    with RecordStore.open(path, fund=FUND) as store:
        for reading in (store.pages, store.raw_pages):
            with pytest.raises(StoreCorruptError, match="not a byte string"):
                list(reading())
        with pytest.raises(StoreCorruptError, match="position 2"):
            store.read(2)


def test_noise_in_the_file_is_an_error_of_ours_or_nothing(path: Path) -> None:
    """One byte at a time over the whole file: whatever SQLite makes of it arrives as our error.

    That other bytes are *detected* is the tree's business: its root covers every byte of a record.
    """
    pristine = path.read_bytes()
    expected = [record.raw for record in plain_records(1, 3)]
    outcomes = {"refused": 0, "same": 0, "other": 0}
    for offset in [*range(120), *range(100, len(pristine), 211)]:
        damaged = bytearray(pristine)
        damaged[offset] ^= 0xA5
        path.write_bytes(damaged)
        try:
            with RecordStore.open(path, fund=FUND, read_only=True) as store:
                raws = [stored.raw for page in store.pages() for stored in page]
                store.integrity_check()
                store.position_of("0" * 64)
        except StoreError:
            outcomes["refused"] += 1
        else:
            outcomes["same" if raws == expected else "other"] += 1
    assert outcomes["refused"] > 50
    assert outcomes["same"] > 50
