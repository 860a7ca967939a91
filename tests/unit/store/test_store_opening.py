from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import StoreCorruptError, StoreError, StoreLockedError, ValueFormError
from ledger.store import opening, pool, schema
from ledger.store.record_store import RecordStore
from tests.support.plain_records import FUND, OTHER_FUND, plain_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from eventsourcing.sqlite import SQLiteConnection

SQLITE = "sqlite_version_info"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


@pytest.fixture
def made(path: Path) -> Path:
    with RecordStore.open(path, fund=FUND) as store:
        store.append(plain_records(1, 2))
    return path


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def refused(path: Path, *, read_only: bool) -> StoreError:
    """The same refusal for writer and reader, and the lock is free again afterwards."""
    with pytest.raises(StoreError) as caught:
        RecordStore.open(path, fund=FUND, read_only=read_only)
    assert not isinstance(caught.value, StoreLockedError)
    return caught.value


@pytest.fixture(params=[False, True], ids=["writing", "reading"])
def read_only(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


# -- what is made


def test_a_new_store_holds_exactly_what_the_schema_says(made: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        assert list(schema.differences(connection)) == []
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.SCHEMA_VERSION,)


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with RecordStore.open(path, fund=FUND) as store:
        assert store.head() == 0


def test_a_creation_that_is_cut_off_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "FUND", {**schema.FUND, "broken": "CREATE NONSENSE"})
    assert "syntax error" in str(refused(path, read_only=False))
    monkeypatch.undo()
    with RecordStore.open(path, fund=FUND) as store:
        assert store.integrity_check() == []


@pytest.mark.parametrize(
    "name", ["a b.db", "100%.db", "what?mode=memory", "a#b", ":memory:", "ä.db"]
)
def test_any_file_name_means_that_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with RecordStore.open(path, fund=FUND) as store:
        store.append(plain_records(1, 1))
    assert path.stat().st_size > 0
    with RecordStore.open(path, fund=FUND, read_only=True) as store:
        assert store.head() == 1


def test_every_connection_is_durable(path: Path) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        datastore = store._recorder.datastore
        with datastore.transaction(commit=False) as one, datastore.transaction(commit=False) as two:
            for cursor in (one, two):
                cursor.execute("PRAGMA synchronous")
                assert cursor.fetchone()[0] == 2
                cursor.execute("PRAGMA trusted_schema")
                assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "journal_mode=DELETE"])
def test_a_store_that_would_not_be_durable_is_not_opened(
    path: Path, monkeypatch: pytest.MonkeyPatch, pragma: str
) -> None:
    def lax(self: pool.DurablePool) -> SQLiteConnection:
        connection = durable(self)
        connection.cursor().execute(f"PRAGMA {pragma}")
        return connection

    durable = pool.DurablePool._create_connection
    monkeypatch.setattr(pool.DurablePool, "_create_connection", lax)
    assert "would not be durable" in str(refused(path, read_only=False))


# -- what is refused


def test_a_fund_has_the_form_of_a_fund(path: Path) -> None:
    for name in ("", "alem", "production/Alem", "test/alem\n", "x'; DROP TABLE fund; --"):
        with pytest.raises(ValueFormError):
            RecordStore.open(path, fund=name)
    assert not path.exists()


def test_another_fund_s_store(made: Path, *, read_only: bool) -> None:
    with pytest.raises(StoreError, match=r"belongs to 'test/alem', not to 'test/baiterek'"):
        RecordStore.open(made, fund=OTHER_FUND, read_only=read_only)


def test_no_file_to_read(path: Path, tmp_path: Path) -> None:
    assert "there is no store" in str(refused(path, read_only=True))
    assert not path.exists()
    assert "there is no store" in str(refused(tmp_path, read_only=True))
    refused(tmp_path, read_only=False)
    assert "No such file" in str(refused(tmp_path / "missing" / "alem.db", read_only=False))


def test_a_file_that_is_no_database(path: Path, *, read_only: bool) -> None:
    path.write_bytes(b"position,kind\n" * 100)
    error = refused(path, read_only=read_only)
    assert isinstance(error, StoreCorruptError)
    assert path.read_bytes() == b"position,kind\n" * 100


def test_another_program_s_database_is_not_touched(path: Path, *, read_only: bool) -> None:
    run(path, "CREATE TABLE bookmarks(url TEXT)")
    before = path.read_bytes()
    assert "not a record store" in str(refused(path, read_only=read_only))
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_version(made: Path, *, read_only: bool, version: int) -> None:
    run(made, f"PRAGMA user_version={version}")
    error = refused(made, read_only=read_only)
    assert f"version {version}" in str(error)
    assert "release" in error.hint


@pytest.mark.parametrize("name", sorted(schema.STREAM | schema.FUND))
def test_a_missing_table_or_trigger_is_named(made: Path, *, read_only: bool, name: str) -> None:
    sort = "TABLE" if "CREATE TABLE" in (schema.STREAM | schema.FUND)[name] else "TRIGGER"
    run(made, f"DROP {sort} {name}")
    assert f"{name} is missing" in str(refused(made, read_only=read_only))


def test_an_altered_trigger_is_named(made: Path, *, read_only: bool) -> None:
    run(
        made,
        "DROP TRIGGER stored_events_update",
        "CREATE TRIGGER stored_events_update BEFORE UPDATE ON stored_events BEGIN SELECT 1; END",
    )
    assert "stored_events_update is altered" in str(refused(made, read_only=read_only))


def test_a_foreign_trigger_is_named(made: Path, *, read_only: bool) -> None:
    run(made, "CREATE TRIGGER t AFTER INSERT ON tile BEGIN DELETE FROM tile; END")
    assert "t is foreign" in str(refused(made, read_only=read_only))


def test_statistics_of_sqlite_are_not_foreign(made: Path) -> None:
    run(made, "ANALYZE")
    with RecordStore.open(made, fund=FUND) as store:
        assert store.integrity_check() == []


def test_a_store_shorter_than_its_checkpoint_is_refused(made: Path, *, read_only: bool) -> None:
    run(made, "INSERT INTO checkpoint VALUES (3, x'00')")
    error = refused(made, read_only=read_only)
    assert isinstance(error, StoreCorruptError)
    assert "2 records" in str(error)
    assert "over 3" in str(error)
    refused(made, read_only=read_only)


def test_sqlite_without_strict_tables(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, SQLITE, (3, 36, 0))
    assert "too old" in str(refused(path, read_only=False))


# -- what the operator is told


def test_an_old_sqlite_is_warned_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, SQLITE, (3, 51, 2))
    with RecordStore.open(path, fund=FUND) as store:
        assert [text for text in store.warnings if "3.51.3" in text] == list(store.warnings)
        assert len(store.warnings) == 1
    monkeypatch.setattr(sqlite3, SQLITE, (3, 51, 3))
    with RecordStore.open(path, fund=FUND) as store:
        assert store.warnings == ()


@pytest.fixture
def reader_in_the_way(made: Path) -> Iterator[None]:
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM stored_events").fetchone()
        yield


@pytest.mark.usefixtures("reader_in_the_way")
def test_a_reader_that_keeps_the_wal_is_warned_of(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "SQLITE3_DEFAULT_LOCK_TIMEOUT", 0.05)
    run(made, "INSERT INTO checkpoint VALUES (1, x'00')")
    with RecordStore.open(made, fund=FUND) as store:
        assert opening._READER_IN_THE_WAY in store.warnings
        assert store.head() == 2


# -- the environment of the process


def test_the_environment_overrides_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = path.with_name("elsewhere.db")
    for prefix in ("", "LEDGER_", "LEDGERAPPLICATION_", "APPLICATION_"):
        for name, value in {
            "PERSISTENCE_MODULE": "eventsourcing.popo",
            "SQLITE_DBNAME": str(elsewhere),
            "SQLITE_LOCK_TIMEOUT": "soon",
            "ORIGINATOR_ID_TYPE": "uuid",
            "CREATE_TABLE": "y",
            "IS_SNAPSHOTTING_ENABLED": "y",
            "CIPHER_TOPIC": "nowhere:Cipher",
            "CIPHER_KEY": "key",
            "COMPRESSOR_TOPIC": "nowhere:Compressor",
            "TRANSCODER_TOPIC": "nowhere:Transcoder",
            "MAPPER_TOPIC": "nowhere:Mapper",
            "APPLICATION_RECORDER_TOPIC": "nowhere:Recorder",
            "AGGREGATE_CACHE_MAXSIZE": "1000",
            "LEDGER_FUND": OTHER_FUND,
        }.items():
            monkeypatch.setenv(prefix + name, value)
    with RecordStore.open(path, fund=FUND) as store:
        store.append(plain_records(1, 1))
        assert [stored.raw for stored in next(store.pages())] == [plain_records(1, 1)[0].raw]
        application = store._file.application
        assert application.snapshots is None
        assert application.repository.cache is None
        assert application.notification_log.section_size == 1_000
    assert not elsewhere.exists()
    assert {file.name for file in path.parent.iterdir()} == {path.name, f"{path.name}.lock"}
