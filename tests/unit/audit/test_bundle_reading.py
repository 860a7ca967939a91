"""A bundle by the meaning of its files, and entry bundles read as far as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.bundle import Bundle, EntryFile, read_checkpoint, split_entries
from ledger.kernel.errors import TileError
from ledger.kernel.limits import TREE_SIZE_MAX
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import NoteSigner
from ledger.log.tiles import entry_ranges, render_entries
from tests.support.bundle_writer import MemorySource, checkpoint_of
from tests.support.fund_simulator import signer_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def bundle_of(*paths: str) -> Bundle:
    return Bundle(MemorySource(dict.fromkeys(paths, b"")))


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=20))
def test_a_whole_entry_bundle_is_split_as_the_log_splits_it(records: list[bytes]) -> None:
    data = render_entries(records)
    assert split_entries(data) == (entry_ranges(data), None)


@given(st.binary(max_size=200))
def test_of_any_bytes_the_readable_beginning_is_split(data: bytes) -> None:
    ranges, fault = split_entries(data)
    end = ranges[-1][1] if ranges else 0
    assert end == (len(data) if fault is None else fault)
    assert all(start < end for start, end in ranges)
    try:
        whole: Sequence[tuple[int, int]] | None = entry_ranges(data)
    except TileError:
        whole = None
    assert (whole == ranges) == (fault is None and bool(ranges))


def test_entry_files_are_those_due_at_the_size() -> None:
    bundle = bundle_of("tile/entries/000", "tile/entries/001.p/7", "tile/entries/x001/000")
    assert bundle.entry_files(263) == [
        EntryFile("tile/entries/000", 1, 256),
        EntryFile("tile/entries/001.p/7", 257, 7),
    ]
    assert bundle.size_found() == 256_256


def test_the_widest_file_stands_in_for_the_one_that_is_due() -> None:
    bundle = bundle_of("tile/entries/000.p/3", "tile/entries/000.p/12")
    assert bundle.entry_files(200) == [EntryFile("tile/entries/000.p/12", 1, 200)]
    assert bundle.entry_files(3) == [EntryFile("tile/entries/000.p/3", 1, 3)]


def test_a_bundle_without_entries_has_size_zero() -> None:
    assert bundle_of("checkpoint").size_found() == 0
    assert bundle_of("checkpoint").entry_files(5) == []


def test_earlier_checkpoints_come_in_the_order_of_sizes() -> None:
    names = ["checkpoints/10", "checkpoints/9", "checkpoints/010", "checkpoints/x"]
    names += [f"checkpoints/{size}" for size in (TREE_SIZE_MAX, TREE_SIZE_MAX + 1, 10**19)]
    assert bundle_of(*names).earlier_checkpoints() == [
        "checkpoints/9", "checkpoints/10", f"checkpoints/{TREE_SIZE_MAX}",
    ]  # fmt: skip


def test_files_and_entries_come_in_their_order() -> None:
    bundle = bundle_of("tile/entries/002", "tile/entries/000", "checkpoint", "tile/entries/001")
    assert bundle.files == sorted(bundle.source.files)
    assert [file.first for file in bundle.entry_files(600)] == [1, 257, 513]
    assert [file.first for file in bundle.entry_files(512)] == [1, 257]


@pytest.mark.parametrize("path", ["tile/0/000.p/256", "tile/0/0", "tile/entries/x000/001"])
def test_other_spellings_of_tiles_are_no_tiles(path: str) -> None:
    bundle = bundle_of(path)
    assert not bundle.tiles
    assert not bundle.entry_files(256)


def test_a_file_that_is_not_there_is_none() -> None:
    assert bundle_of("checkpoint").read("manifest.json") is None


def test_what_a_checkpoint_states_is_read_without_belief() -> None:
    signer = NoteSigner("test/harbour", signer_of("log"))
    note = checkpoint_of([b"one"], signer)
    states = read_checkpoint(note)
    assert isinstance(states, Checkpoint)
    assert states.size == 1
    assert "blank line" in str(read_checkpoint(b"nothing"))
