"""The store beside the obvious model of it: a list of records, a list of checkpoints, a dict."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from ledger.kernel.errors import ConflictError
from ledger.store.record_store import NewRecord, RecordStore
from tests.support.plain_records import FUND, KIND


def light(raw: bytes) -> NewRecord:
    """The record of `position event` in two numbers."""
    position, event = raw.split()
    return NewRecord(FUND, int(position), KIND, raw, f"{int(event):064x}")


def record(position: int, event: int) -> NewRecord:
    return light(b"%d %d" % (position, event))


EVENTS = st.integers(0, 12)
"""Few ids, so that events come again."""


class StoreBesideModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "alem.db"
        self.store = RecordStore.open(self.path, fund=FUND, parse=light)
        self.records: list[NewRecord] = []
        self.checkpoints: list[tuple[int, bytes]] = []
        self.tiles: dict[tuple[int, int], bytes] = {}

    @override
    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(events=st.lists(EVENTS, max_size=4), offset=st.sampled_from([0, 0, 0, 0, -1, 1]))
    def append(self, events: list[int], offset: int) -> None:
        first = len(self.records) + 1 + offset
        batch = [record(max(first, 1) + i, event) for i, event in enumerate(events)]
        known = {kept.event_id for kept in self.records}
        fresh = len({new.event_id for new in batch} - known) == len(batch)
        in_place = not batch or batch[0].position == len(self.records) + 1
        if fresh and in_place:
            self.store.append(batch)
            self.records += batch
        else:
            with pytest.raises(ConflictError):
                self.store.append(batch)

    @rule(back=st.integers(0, 3), note=st.sampled_from([b"a", b"b"]))
    def add_checkpoint(self, back: int, note: bytes) -> None:
        size = max(len(self.records) - back, 0)
        last = self.checkpoints[-1][0] if self.checkpoints else -1
        if size > last:
            self.store.add_checkpoint(size, note)
            self.checkpoints.append((size, note))
        elif (size, note) in self.checkpoints:
            self.store.add_checkpoint(size, note)
        else:
            with pytest.raises(ConflictError):
                self.store.add_checkpoint(size, note)

    @rule(level=st.integers(0, 2), index=st.integers(0, 2), byte=st.binary(min_size=1, max_size=1))
    def put_tile(self, level: int, index: int, byte: bytes) -> None:
        self.tiles[level, index] = byte * 8_192
        self.store.put_tiles({(level, index): byte * 8_192})

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = RecordStore.open(self.path, fund=FUND, parse=light)

    @rule(event=EVENTS)
    def ask_by_event_id(self, event: int) -> None:
        event_id = f"{event:064x}"
        found = [kept.position for kept in self.records if kept.event_id == event_id]
        assert self.store.position_of(event_id) == (found[0] if found else None)

    @rule(after=st.integers(0, 20), page=st.integers(1, 5))
    def read_pages(self, after: int, page: int) -> None:
        expected = [(kept.position, kept.kind, kept.raw) for kept in self.records[after:]]
        assert [stored for found in self.store.pages(after, page) for stored in found] == expected

    @invariant()
    def agrees(self) -> None:
        assert self.store.head() == len(self.records)
        assert list(self.store.checkpoints()) == self.checkpoints
        assert all(self.store.get_tile(*key) == hashes for key, hashes in self.tiles.items())

    @rule()
    def is_whole(self) -> None:
        assert self.store.integrity_check() == []
        assert [raw for page in self.store.raw_pages() for raw in page] == [
            kept.raw for kept in self.records
        ]


TestStoreBesideModel = StoreBesideModel.TestCase
TestStoreBesideModel.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
