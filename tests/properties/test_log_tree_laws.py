"""Laws of the tree: every way to a root gives the same root, and whatever is proven verifies."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.errors import ProofError
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from ledger.log.tile_tree import TileTree
from ledger.log.tiles import TilePath, tiles_of

LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(2_000)]
TILES = {name.partition(".")[0]: data for name, data in tiles_of(LEAVES)}
sizes = st.integers(1, len(LEAVES))


def read_tile(path: TilePath) -> bytes:
    return TILES[path.render().partition(".")[0]][: path.width * 32]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_incremental_head_equals_whole_root(records: list[bytes]) -> None:
    head = CompactRange()
    for record in records:
        head.append(leaf_hash(record))
    assert head.root() == tree_root([leaf_hash(record) for record in records])


@given(sizes, st.data())
def test_any_aligned_cut_gives_the_same_head(size: int, data: st.DataObject) -> None:
    head = CompactRange()
    while head.size < size:
        fitting = [
            1 << height
            for height in range((size - head.size).bit_length())
            if head.size % (1 << height) == 0
        ]
        leaves = data.draw(st.sampled_from(fitting))
        head.append_subtree(tree_root(LEAVES[head.size : head.size + leaves]), leaves)
    assert head.root() == tree_root(LEAVES[:size])
    assert len(head.hashes) == size.bit_count()


@given(sizes, st.data())
def test_every_leaf_is_proven_by_leaves_and_by_tiles(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(LEAVES, index, size)
    assert TileTree(size, read_tile).inclusion_proof(index) == proof
    verify_inclusion(
        leaf_hash=LEAVES[index],
        leaf_index=index,
        tree_size=size,
        proof=proof,
        root=tree_root(LEAVES[:size]),
    )


@given(sizes, st.data())
def test_every_prefix_is_proven_by_leaves_and_by_tiles(size2: int, data: st.DataObject) -> None:
    size1 = data.draw(st.integers(1, size2))
    proof = consistency_proof(LEAVES, size1, size2)
    assert TileTree(size2, read_tile).consistency_proof(size1) == proof
    verify_consistency(
        size1=size1,
        size2=size2,
        root1=tree_root(LEAVES[:size1]),
        root2=tree_root(LEAVES[:size2]),
        proof=proof,
    )


junk = st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.binary(max_size=40)
junk_sizes = st.integers(-2, 40) | st.integers(2**62, 2**64) | junk
junk_hashes = st.sampled_from(LEAVES[:3]) | junk


@given(junk_sizes, junk_sizes, junk_hashes, junk_hashes, st.lists(junk_hashes, max_size=4))
def test_verifiers_answer_anything_with_our_error(
    first: int, second: int, one: bytes, two: bytes, proof: list[bytes]
) -> None:
    with contextlib.suppress(ProofError):
        verify_inclusion(leaf_hash=one, leaf_index=first, tree_size=second, proof=proof, root=two)
    with contextlib.suppress(ProofError):
        verify_consistency(size1=first, size2=second, root1=one, root2=two, proof=proof)
