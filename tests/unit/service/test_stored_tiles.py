"""Tiles of a store: the naive builder's at every size; the cache is not believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import ProofError, TileError
from ledger.log.merkle import leaf_hash, tree_root, verify_consistency, verify_inclusion
from ledger.log.tile_tree import TileTree
from ledger.log.tiles import TilePath, parse_tile_path, tiles_of
from ledger.service.tiles import StoredTiles
from ledger.store.record_store import NewRecord, RecordStore

if TYPE_CHECKING:
    from collections.abc import Iterator

FUND = "test/harbour"
SIZES = range(1, 601)


def record(position: int) -> NewRecord:
    return NewRecord(
        FUND, position, "cash.recorded.v1", b"record %d" % position, f"{position:064x}"
    )


LEAVES = [leaf_hash(b"record %d" % position) for position in range(1, 601)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordStore]:
    path = tmp_path_factory.mktemp("tiles") / "ledger.db"
    with RecordStore.open(path, fund=FUND) as store:
        store.append([record(position) for position in range(1, 401)])
        store.append([record(position) for position in range(401, 601)])
        yield store


@pytest.fixture
def store(filled: RecordStore) -> RecordStore:
    """The store with an empty cache."""
    with filled._recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute("DELETE FROM tile")
    return filled


def test_every_tile_of_every_size_is_the_naive_one(store: RecordStore) -> None:
    for size in SIZES:
        tiles = StoredTiles(store, size)
        for path, data in tiles_of(LEAVES[:size]):
            assert tiles.read(parse_tile_path(path)) == data, (size, path)


def test_every_tile_is_the_same_with_a_filled_cache(store: RecordStore) -> None:
    assert StoredTiles(store, 600).fill_cache() == 2
    assert StoredTiles(store, 600).fill_cache() == 0
    for size in (255, 256, 257, 511, 512, 513, 600):
        tiles = StoredTiles(store, size)
        for path, data in tiles_of(LEAVES[:size]):
            assert tiles.read(parse_tile_path(path)) == data, (size, path)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 300, 512, 600])
def test_root_and_proofs_through_tiles_verify(store: RecordStore, size: int) -> None:
    StoredTiles(store, size).fill_cache()
    tree = StoredTiles(store, size).tree()
    root = tree_root(LEAVES[:size])
    assert tree.root() == root
    for index in {0, size // 2, size - 1}:
        check_included(index, size, tree.inclusion_proof(index), root)
    for earlier in {1, size // 2 or 1, size}:
        proof = tree.consistency_proof(earlier)
        verify_consistency(
            size1=earlier, size2=size, root1=tree_root(LEAVES[:earlier]), root2=root, proof=proof
        )


def check_included(index: int, size: int, proof: list[bytes], root: bytes) -> None:
    verify_inclusion(
        leaf_hash=LEAVES[index], leaf_index=index, tree_size=size, proof=proof, root=root
    )


@pytest.mark.parametrize("at", [0, 31, 32, 4_000, 8_191])
def test_a_tampered_cached_tile_is_found_by_whoever_verifies(store: RecordStore, at: int) -> None:
    StoredTiles(store, 600).fill_cache()
    tile = bytearray(store.get_tile(0, 0) or b"")
    tile[at] ^= 1
    store.put_tiles({(0, 0): bytes(tile)})
    tree, honest = StoredTiles(store, 600).tree(), naive(600)
    assert tree.root() != honest.root()
    refused = 0
    for index in range(600):
        proof = tree.inclusion_proof(index)
        if proof == honest.inclusion_proof(index):
            continue
        refused += 1
        with pytest.raises(ProofError):
            check_included(index, 600, proof, honest.root())
    assert refused > 88  # everything outside the tile needs its root


def naive(size: int) -> TileTree:
    """The tree over tiles that were built from the leaves."""
    tiles = dict(tiles_of(LEAVES[:size]))
    return TileTree(size, lambda path: tiles[path.render()])


def test_a_tile_beyond_the_records_is_our_error(store: RecordStore) -> None:
    with pytest.raises(TileError, match="no 256 records after position 512"):
        StoredTiles(store, 600).read(TilePath(0, 2))
    with pytest.raises(TileError):
        StoredTiles(store, 700).tree().root()


def test_a_rebuilt_cache_replaces_a_tampered_one(store: RecordStore) -> None:
    StoredTiles(store, 600).fill_cache()
    good = store.get_tile(0, 1)
    store.put_tiles({(0, 1): b"\x00" * 8_192})
    with store._recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute("DELETE FROM tile")
    assert StoredTiles(store, 600).fill_cache() == 2
    assert store.get_tile(0, 1) == good
