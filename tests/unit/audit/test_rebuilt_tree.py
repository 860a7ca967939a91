"""The tree built from records, beside the naive one and beside the tiles of a bundle."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.bundle import Bundle
from ledger.audit.checks import Verdict
from ledger.audit.tree import GrowingTree, RebuiltTree
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.tiles import TILE_WIDTH, tiles_of
from tests.support.bundle_writer import MemorySource
from tests.support.naive_tree import NaiveTree


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(b"record %d" % number) for number in range(count)]


@given(
    size=st.integers(0, 700),
    wanted=st.lists(st.integers(0, 800), max_size=6),
    with_roots=st.booleans(),
)
def test_roots_at_any_sizes_are_those_of_the_naive_tree(
    *, size: int, wanted: list[int], with_roots: bool
) -> None:
    leaves = leaves_of(size)
    tree = GrowingTree(wanted)
    for start in range(0, size, TILE_WIDTH):
        chunk = leaves[start : start + TILE_WIDTH]
        full = with_roots and len(chunk) == TILE_WIDTH
        tree.add(chunk, tree_root(chunk) if full else None)
    naive = NaiveTree([b"record %d" % number for number in range(size)])
    assert tree.roots == {at: naive.root(0, at) for at in set(wanted) if at <= size}


def test_a_copy_grows_on_its_own() -> None:
    tree = GrowingTree([1, 2])
    tree.add(leaves_of(1))
    other = tree.copy()
    tree.add(leaves_of(1))
    other.add(leaves_of(2)[1:])
    assert tree.roots[1] == other.roots[1]
    assert tree.roots[2] != other.roots[2]


def rebuilt(
    leaves: list[bytes], tiles: dict[str, bytes], wanted: list[int] | None = None
) -> RebuiltTree:
    tree = RebuiltTree(Bundle(MemorySource(tiles)), [len(leaves), *(wanted or [])])
    for start in range(0, len(leaves), TILE_WIDTH):
        chunk = leaves[start : start + TILE_WIDTH]
        root = tree_root(chunk) if len(chunk) == TILE_WIDTH else None
        tree.add(Verdict("entries", start + 1, len(chunk), "", chunk, root, []))
    tree.finish(len(leaves))
    return tree


def told(tree: RebuiltTree, size: int, root: bytes | None) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.position) for finding in tree.findings(size, root)]


@pytest.mark.parametrize("size", [1, 5, 255, 256, 257, 511, 512, 700])
def test_fitting_tiles_are_no_finding(size: int) -> None:
    leaves = leaves_of(size)
    tiles = dict(tiles_of(leaves))
    tree = rebuilt(leaves, tiles)
    assert told(tree, size, tree_root(leaves)) == []
    assert tree.root_at(size) == tree_root(leaves)
    assert tree.stated_root_at(size) is None
    assert tree.digests == {path: hashlib.sha256(data).hexdigest() for path, data in tiles.items()}


def test_three_levels_of_tiles_are_compared() -> None:
    size = 256 * 256 + 3
    leaves = leaves_of(256) * 256 + leaves_of(3)
    tiles = dict(tiles_of(leaves))
    assert {path.split("/")[1] for path in tiles} == {"0", "1", "2"}
    tree = rebuilt(leaves, tiles)
    assert told(tree, size, tree_root(leaves)) == []
    for path in ("tile/1/000", "tile/2/000.p/1"):
        other = tiles | {path: b"\x00" * len(tiles[path])}
        assert told(rebuilt(leaves, other), size, tree_root(leaves)) == [("tile_differs", None)]


def test_an_altered_tile_is_the_tile_s_fault_if_the_records_make_the_root() -> None:
    leaves = leaves_of(300)
    tiles = dict(tiles_of(leaves))
    data = bytearray(tiles["tile/0/001.p/44"])
    data[32 * 7] ^= 1
    tree = rebuilt(leaves, tiles | {"tile/0/001.p/44": bytes(data)})
    (finding,) = tree.findings(300, tree_root(leaves))
    assert (finding.code, finding.position) == ("tile_differs", 264)
    assert finding.place is not None
    assert (finding.place.start, finding.place.end) == (32 * 7, 32 * 8)


def test_altered_records_are_named_if_the_tiles_make_the_root() -> None:
    honest = leaves_of(600)
    records = list(honest)
    for position in (3, 258, 600):
        records[position - 1] = leaf_hash(b"another")
    tree = rebuilt(records, dict(tiles_of(honest)), wanted=[2, 500])
    root = tree_root(honest)
    assert told(tree, 600, root) == [("record_altered", at) for at in (3, 258, 600)]
    assert list(tree.altered(600, root)) == [3, 258, 600]
    assert tree.stated_root_at(500) == tree_root(honest[:500])
    assert tree.stated_root_at(2) == tree_root(honest[:2])
    assert list(tree.altered(600, tree_root(records))) == []


def test_a_root_that_nothing_makes_is_named_without_a_position() -> None:
    leaves = leaves_of(20)
    tree = rebuilt(leaves, dict(tiles_of(leaves)))
    assert told(tree, 20, bytes(32)) == [("root_differs", None)]


def test_without_a_checkpoint_differing_tiles_are_all_that_can_be_said() -> None:
    leaves = leaves_of(20)
    tree = rebuilt(leaves, dict(tiles_of(leaves_of(21)[1:])))
    assert told(tree, 20, None) == [("tile_differs", 1)]


def test_tiles_of_another_length_are_named() -> None:
    leaves = leaves_of(20)
    tiles = {"tile/0/000.p/20": b"".join(leaves)[:-1]}
    assert told(rebuilt(leaves, tiles), 20, tree_root(leaves)) == [("tile_differs", 20)]
    tiles = {"tile/0/000.p/20": b"".join(leaves) + b"more"}
    assert told(rebuilt(leaves, tiles), 20, tree_root(leaves)) == [("tile_differs", 21)]


def test_missing_tiles_are_undecidable() -> None:
    leaves = leaves_of(300)
    tiles = dict(tiles_of(leaves))
    del tiles["tile/0/000"], tiles["tile/1/000.p/1"]
    tree = rebuilt(leaves, tiles)
    found = list(tree.findings(300, tree_root(leaves)))
    assert [(f.code, f.place and f.place.path) for f in found] == [
        ("tile_missing", "tile/0/000"),
        ("tile_missing", "tile/1/000.p/1"),
    ]


def test_where_records_are_missing_no_leaf_has_its_place() -> None:
    leaves = leaves_of(300)
    tree = RebuiltTree(Bundle(MemorySource(dict(tiles_of(leaves)))), [300])
    tree.add(Verdict("entries", 1, 256, "", leaves[:255], None, []))
    tree.add(Verdict("entries", 257, 44, "", leaves[256:], None, []))
    tree.finish(300)
    assert not tree.whole
    assert tree.root_at(300) is None
    assert told(tree, 300, bytes(32)) == []


def test_a_tree_that_ends_too_early_is_not_whole() -> None:
    leaves = leaves_of(256)
    tree = RebuiltTree(Bundle(MemorySource(dict(tiles_of(leaves)))), [300])
    tree.add(Verdict("entries", 1, 256, "", leaves, tree_root(leaves), []))
    tree.finish(300)
    assert not tree.whole
