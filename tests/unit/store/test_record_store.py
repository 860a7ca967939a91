from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import (
    ConflictError,
    InvariantError,
    RecordError,
    StoreCorruptError,
    StoreError,
    ValueFormError,
)
from ledger.kernel.limits import BATCH_RECORDS_MAX, RECORD_BYTES_MAX
from ledger.store.record_store import NewRecord, RecordStore, Stored
from tests.support.plain_records import FUND, KIND, OTHER_FUND, plain_record, plain_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alem.db"


@pytest.fixture
def store(path: Path) -> Iterator[RecordStore]:
    with RecordStore.open(path, fund=FUND) as opened:
        yield opened


def raws(store: RecordStore) -> list[bytes]:
    return [raw for page in store.raw_pages() for raw in page]


# -- append and read back


def test_an_empty_store_has_nothing(store: RecordStore) -> None:
    assert store.head() == 0
    assert list(store.pages()) == []
    assert list(store.raw_pages()) == []
    assert store.read(1) is None
    assert store.position_of("0" * 64) is None
    assert store.last_checkpoint() is None
    assert list(store.checkpoints()) == []
    assert store.get_tile(0, 0) is None
    assert store.integrity_check() == []
    assert store.fund == FUND


def test_bytes_in_are_bytes_out(store: RecordStore, path: Path) -> None:
    records = plain_records(1, 7)
    store.append(records[:1])
    store.append(records[1:4])
    store.append([])
    store.append(records[4:])
    expected = [Stored(r.position, r.kind, r.raw) for r in records]
    assert [stored for page in store.pages() for stored in page] == expected
    assert raws(store) == [r.raw for r in records]
    assert [store.read(r.position) for r in records] == [r.raw for r in records]
    assert [store.position_of(r.event_id) for r in records] == [1, 2, 3, 4, 5, 6, 7]
    assert store.head() == 7
    store.close()
    with RecordStore.open(path, fund=FUND) as again:
        assert raws(again) == [r.raw for r in records]
        assert again.integrity_check() == []


@pytest.mark.parametrize("raw", [b"\x00", b"\x00\xff\n'\"", b"a" * RECORD_BYTES_MAX])
def test_every_byte_string_of_a_record_s_size_is_kept_as_it_is(
    store: RecordStore, raw: bytes
) -> None:
    store.append([NewRecord(FUND, 1, KIND, raw, "0" * 64)])
    assert store.read(1) == raw
    assert raws(store) == [raw]


@pytest.mark.parametrize("page", [1, 2, 3, 9, 10, 11])
def test_pages_are_bounded_and_in_order(store: RecordStore, page: int) -> None:
    store.append(plain_records(1, 10))
    for after in range(12):
        pages = list(store.pages(after, page))
        assert all(0 < len(found) <= page for found in pages)
        found = [stored.position for stored_page in pages for stored in stored_page]
        assert found == list(range(after + 1, 11))
        assert [len(found) for found in store.raw_pages(after, page)] == [len(p) for p in pages]


def test_records_appended_while_reading_are_read_too(store: RecordStore) -> None:
    store.append(plain_records(1, 2))
    for page in (2, 3):
        pages = store.pages(page=page)
        head = store.head()
        while [stored.position for stored in next(pages)][-1] < head:
            pass
        store.append(plain_records(head + 1, head + 1))
        assert [stored.position for stored in next(pages)] == [head + 1]


# -- conflicts: nothing is written, and the store goes on


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ([plain_record(3, reference="other")], "not the next position"),
        ([plain_record(1, reference="other")], "not the next position"),
        ([plain_record(5)], "not the next position"),
        ([plain_record(4), plain_record(6)], "not the next position"),
        ([plain_record(4), plain_record(4, reference="other")], "not the next position"),
        ([plain_record(5), plain_record(4)], "not the next position"),
        ([plain_record(4), plain_record(5, reference="R-2")], "recorded already"),
        ([plain_record(4), plain_record(5, reference="R-4")], "recorded already"),
    ],
    ids=["taken", "first", "gap", "gap-inside", "twice", "reversed", "old-event", "same-event"],
)
def test_a_conflict_writes_nothing(
    store: RecordStore, batch: list[NewRecord], message: str
) -> None:
    store.append(plain_records(1, 3))
    before = raws(store)
    with pytest.raises(ConflictError, match=message):
        store.append(batch)
    assert raws(store) == before
    assert [store.position_of(r.event_id) for r in batch if r.position > 3] == [
        2 if r == plain_record(5, reference="R-2") else None for r in batch if r.position > 3
    ]
    store.append(plain_records(4, 4))
    assert store.head() == 4


# -- what no caller may ask for


@pytest.mark.parametrize(
    "change",
    [
        {"fund": OTHER_FUND},
        {"event_id": "0" * 63},
        {"event_id": "A" * 64},
        {"event_id": "0" * 64 + "\n"},
        {"raw": b""},
        {"raw": b"a" * (RECORD_BYTES_MAX + 1)},
    ],
)
def test_a_wrong_record_is_our_own_defect(store: RecordStore, change: dict[str, object]) -> None:
    with pytest.raises(InvariantError):
        store.append([replace(plain_record(1), **change)])  # type: ignore[arg-type]  # as parametrised
    assert store.head() == 0
    store.append(plain_records(1, 1))


def test_batches_and_pages_are_bounded(store: RecordStore) -> None:
    with pytest.raises(InvariantError):
        store.append([plain_record(1)] * (BATCH_RECORDS_MAX + 1))
    with pytest.raises(InvariantError):
        list(store.pages(page=0))


@pytest.mark.parametrize("event_id", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n"])
def test_only_an_event_id_can_be_asked_for(store: RecordStore, event_id: str) -> None:
    with pytest.raises(ValueFormError):
        store.position_of(event_id)


# -- rows and records


def test_known_kinds_are_a_closed_set(path: Path) -> None:
    with RecordStore.open(path, fund=FUND) as store:
        store.append([plain_record(1), plain_record(2, kind="tax.levied.v1")])
    with RecordStore.open(path, fund=FUND, known_kinds={KIND}) as store:
        with pytest.raises(StoreCorruptError, match=r"tax\.levied\.v1.*unknown.*position 2"):
            list(store.pages())
        assert [stored.position for stored in next(store.pages(page=1))] == [1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"position": 2}, "position 1 outside the record, 2 inside"),
        ({"kind": "tax.levied.v1"}, "kind"),
        ({"event_id": "0" * 64}, "event id"),
    ],
)
def test_a_row_that_disagrees_with_its_record_is_named(
    store: RecordStore, wrong: dict[str, object], message: str
) -> None:
    inside = replace(plain_record(1), **wrong)  # type: ignore[arg-type]  # as parametrised
    if "position" in wrong:
        inside = replace(plain_record(2), position=1)
    store.append([inside])
    with pytest.raises(StoreCorruptError, match=message) as caught:
        list(store.pages())
    assert caught.value.where == "position 1"


def test_bytes_that_are_no_record_are_named(store: RecordStore) -> None:
    store.append([plain_record(1), replace(plain_record(2), raw=b"{}")])
    with pytest.raises(StoreCorruptError, match="not a record") as caught:
        list(store.pages())
    assert caught.value.where == "position 2"
    assert isinstance(caught.value.__cause__, RecordError)


def test_another_reader_of_records_can_be_handed_in(path: Path) -> None:
    seen: list[bytes] = []

    def parse(raw: bytes) -> NewRecord:
        seen.append(raw)
        return NewRecord(FUND, 1, KIND, raw, "0" * 64)

    with RecordStore.open(path, fund=FUND, parse=parse) as store:
        store.append([NewRecord(FUND, 1, KIND, b"anything", "0" * 64)])
        assert list(store.pages()) == [[Stored(1, KIND, b"anything")]]
    assert seen == [b"anything"]


# -- checkpoints


def test_checkpoints_only_grow(store: RecordStore, path: Path) -> None:
    store.append(plain_records(1, 9))
    store.add_checkpoint(0, b"note 0")
    store.add_checkpoint(4, b"note 4")
    store.add_checkpoint(4, b"note 4")
    store.add_checkpoint(9, b"note 9")
    for size, note in ((3, b"note 3"), (5, b"note 5"), (4, b"other"), (9, b"other")):
        with pytest.raises(ConflictError):
            store.add_checkpoint(size, note)
    store.add_checkpoint(4, b"note 4")
    kept = [(0, b"note 0"), (4, b"note 4"), (9, b"note 9")]
    assert list(store.checkpoints()) == kept
    assert store.last_checkpoint() == kept[-1]
    store.append(plain_records(10, 10))
    store.close()
    with RecordStore.open(path, fund=FUND, read_only=True) as reader:
        assert list(reader.checkpoints()) == kept


@pytest.mark.parametrize(("size", "note"), [(2, b"n"), (-1, b"n"), (1, b""), (1, b"n" * 131_073)])
def test_a_checkpoint_covers_what_is_stored_and_is_bounded(
    store: RecordStore, size: int, note: bytes
) -> None:
    store.append(plain_records(1, 1))
    with pytest.raises(InvariantError):
        store.add_checkpoint(size, note)
    assert store.last_checkpoint() is None


# -- tiles


def test_tiles_are_a_cache(store: RecordStore) -> None:
    first, second = bytes(8_192), b"\x01" * 8_192
    store.put_tiles({(0, 0): first, (1, 0): second})
    assert (store.get_tile(0, 0), store.get_tile(1, 0)) == (first, second)
    assert store.get_tile(0, 1) is None
    store.put_tiles({(0, 0): second})
    assert store.get_tile(0, 0) == second
    with pytest.raises(InvariantError):
        store.put_tiles({(0, 1): first, (0, 2): first[:-32]})
    assert store.get_tile(0, 1) is None


# -- closed, and read only


def test_a_closed_store_answers_nothing(store: RecordStore) -> None:
    store.append(plain_records(1, 1))
    pages = store.pages(page=1)
    next(pages)
    store.close()
    store.close()
    refusals: list[Callable[[], object]] = [
        store.head,
        store.last_checkpoint,
        store.integrity_check,
        lambda: store.read(1),
        lambda: next(pages),
        lambda: store.append(plain_records(2, 2)),
        lambda: store.add_checkpoint(1, b"note"),
        lambda: store.put_tiles({}),
    ]
    for refused in refusals:
        with pytest.raises(StoreError, match="closed"):
            refused()


def test_a_reader_reads_beside_the_writer_and_writes_nothing(
    store: RecordStore, path: Path
) -> None:
    store.append(plain_records(1, 2))
    with RecordStore.open(path, fund=FUND, read_only=True) as reader:
        assert reader.head() == 2
        store.append(plain_records(3, 3))
        assert [stored.position for page in reader.pages() for stored in page] == [1, 2, 3]
        assert reader.integrity_check() == []
        refusals: list[Callable[[], object]] = [
            lambda: reader.append(plain_records(4, 4)),
            lambda: reader.add_checkpoint(1, b"note"),
            lambda: reader.put_tiles({}),
        ]
        for refused in refusals:
            with pytest.raises(StoreError, match="reading only"):
                refused()
        with (
            pytest.raises(Exception, match="readonly"),
            reader._recorder.datastore.transaction(commit=True) as cursor,
        ):
            cursor.execute("DELETE FROM tile")
    assert store.head() == 3
