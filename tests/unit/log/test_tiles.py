"""Tiles: paths in one spelling, the specification's own examples, and each malformed input."""

from __future__ import annotations

import hashlib

import pytest

from ledger.kernel.errors import TileError
from ledger.log.merkle import tree_root
from ledger.log.tiles import (
    TilePath,
    entries_path,
    entry_bundles_of,
    entry_paths,
    entry_ranges,
    parse_entries,
    parse_tile,
    parse_tile_path,
    partial_width,
    render_entries,
    render_tile,
    tile_path,
    tile_paths,
    tiles_of,
)

SPELLINGS = [
    ("tile/0/000", TilePath(0, 0)),
    ("tile/0/000.p/1", TilePath(0, 0, 1)),
    ("tile/1/999.p/255", TilePath(1, 999, 255)),
    ("tile/0/x001/000", TilePath(0, 1_000)),
    ("tile/0/x001/x234/067", TilePath(0, 1_234_067)),
    ("tile/63/x001/x234/067.p/17", TilePath(63, 1_234_067, 17)),
    ("tile/10/005", TilePath(10, 5)),
    ("tile/entries/x123/456", TilePath(None, 123_456)),
    ("tile/entries/000.p/9", TilePath(None, 0, 9)),
    (
        "tile/0/x009/x223/x372/x036/x854/x775/807",
        TilePath(0, 2**63 - 1),
    ),
]


@pytest.mark.parametrize(("text", "path"), SPELLINGS)
def test_paths_in_their_one_spelling(text: str, path: TilePath) -> None:
    assert path.render() == text
    assert parse_tile_path(text) == path


def test_path_functions() -> None:
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path(2, 0, 1) == "tile/2/000.p/1"
    assert entries_path(70_000 // 256, 112) == "tile/entries/273.p/112"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x000/x001/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/\uff10/000",
        "tile/0/\uff10\uff100",
        "tile/0/000\n",
        " tile/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1.p/1",
        "tile/Entries/000",
        "tile/entries/../000",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "x" * 1_000_000,
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(TileError):
        parse_tile_path(text)


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, 1), (64, 0, 1), (True, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257)],
)
def test_a_path_outside_the_bounds_is_refused(level: int, index: int, width: int) -> None:
    with pytest.raises(TileError):
        TilePath(level, index, width)


def test_the_example_of_the_specification() -> None:
    """A tree of size 70,000: 273 full tiles, one of 112; one full and one of 17; one of 1."""
    paths = list(tile_paths(70_000))
    assert len(paths) == 273 + 1 + 1 + 1 + 1
    assert [path.render() for path in paths[272:]] == [
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [partial_width(level, 70_000) for level in range(4)] == [112, 17, 1, 0]


def test_a_full_tile_stands_in_a_partial_tile_above() -> None:
    assert [path.render() for path in tile_paths(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert [path.render() for path in tile_paths(255)] == ["tile/0/000.p/255"]
    assert list(tile_paths(0)) == list(entry_paths(0)) == []
    assert [path.render() for path in entry_paths(257)] == [
        "tile/entries/000",
        "tile/entries/001.p/1",
    ]


@pytest.mark.parametrize("size", [-1, True, 2**63, 1.0])
def test_tiles_of_no_size(size: int) -> None:
    with pytest.raises(TileError):
        list(tile_paths(size))
    with pytest.raises(TileError):
        list(entry_paths(size))


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 512, 1_000, 65_536, 66_000])
def test_tiles_hold_the_roots_of_the_tiles_below(size: int) -> None:
    leaves = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(size)]
    tiles = dict(tiles_of(leaves))
    assert list(tiles) == [path.render() for path in tile_paths(size)]
    for path in tile_paths(size):
        hashes = parse_tile(tiles[path.render()], width=path.width)
        span = 256 ** (path.level or 0)
        start = path.index * 256 * span
        assert hashes == [
            tree_root(leaves[first : first + span])
            for first in range(start, start + path.width * span, span)
        ]


def test_bundles_hold_every_record_once_and_in_order() -> None:
    records = [b"r" * (number % 7 + 1) for number in range(600)]
    bundles = dict(entry_bundles_of(records))
    assert list(bundles) == [path.render() for path in entry_paths(600)]
    assert [record for data in bundles.values() for record in parse_entries(data)] == records


def test_a_bundle_names_the_byte_range_of_each_record() -> None:
    data = render_entries([b"abc", b"d", b"\x00" * 300])
    assert data[:8] == b"\x00\x03abc\x00\x01d"
    assert entry_ranges(data) == [(2, 5), (7, 8), (10, 310)]
    assert parse_entries(data, width=3) == [b"abc", b"d", b"\x00" * 300]


def test_the_largest_bundle() -> None:
    records = [b"\xff" * 65_535] * 256
    assert parse_entries(render_entries(records)) == records


ENTRY_FAULTS = {
    "empty": (b"", "0 records", ""),
    "half a length": (b"\x00", "within a record", "offset 0"),
    "half a second length": (b"\x00\x01a\x00", "within a record", "offset 3"),
    "cut record": (b"\x00\x01a\x00\x05bcde", "within a record", "offset 3"),
    "length alone": (b"\x00\x05", "within a record", "offset 0"),
    "record of no bytes": (b"\x00\x01a\x00\x00", "no bytes", "offset 3"),
    "257 records": (b"\x00\x01a" * 257, "at most 256", "offset 768"),
}


@pytest.mark.parametrize("fault", ENTRY_FAULTS)
def test_a_malformed_bundle_is_refused_with_the_offset(fault: str) -> None:
    data, message, where = ENTRY_FAULTS[fault]
    for parse in (parse_entries, entry_ranges):
        with pytest.raises(TileError, match=message) as caught:
            parse(data)
        assert caught.value.where == where


def test_a_bundle_of_another_width_is_refused() -> None:
    with pytest.raises(TileError, match="2 records where 3"):
        parse_entries(render_entries([b"a", b"b"]), width=3)


@pytest.mark.parametrize(
    "records",
    [[], [b""], [b"a", b""], [b"x" * 65_536], [b"a"] * 257],
    ids=["none", "no bytes", "no bytes after one", "too long", "too many"],
)
def test_what_no_bundle_can_hold_is_not_rendered(records: list[bytes]) -> None:
    with pytest.raises(TileError):
        render_entries(records)


@pytest.mark.parametrize("length", [0, 1, 31, 33, 63, 257 * 32, 256 * 32 + 1])
def test_a_malformed_tile_is_refused(length: int) -> None:
    with pytest.raises(TileError):
        parse_tile(b"x" * length)


def test_a_tile_of_another_width_is_refused() -> None:
    assert len(parse_tile(b"x" * 64)) == 2
    with pytest.raises(TileError, match="2 hashes where 1"):
        parse_tile(b"x" * 64, width=1)


@pytest.mark.parametrize(
    "hashes",
    [[], [b""], [b"x" * 33], [b"x" * 32] * 257],
    ids=["none", "no bytes", "too long", "too many"],
)
def test_what_no_tile_can_hold_is_not_rendered(hashes: list[bytes]) -> None:
    with pytest.raises(TileError):
        render_tile(hashes)
