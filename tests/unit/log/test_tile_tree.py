"""Proofs from tiles: the same as from all leaves, and made from few tiles."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import ProofError, TileError
from ledger.log.merkle import tree_root
from ledger.log.tile_tree import TileTree
from ledger.log.tiles import TilePath, tiles_of
from tests.support.naive_tree import NaiveTree

SIZE_MAX = 66_000  # three levels of tiles
TREE = NaiveTree([number.to_bytes(4, "big") for number in range(SIZE_MAX)])
WIDEST = {name.partition(".")[0]: data for name, data in tiles_of(TREE.leaves)}
SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 5_000, 65_535, 65_536, 65_537, 66_000]


def read_tile(path: TilePath) -> bytes:
    """A tile cut from the one of the whole tree, full or partial."""
    return WIDEST[path.render().partition(".")[0]][: path.width * 32]


def test_root_of_no_leaves_reads_nothing() -> None:
    def unread(path: TilePath) -> bytes:
        raise AssertionError(path)

    assert TileTree(0, unread).root() == tree_root([])


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_proofs_equal_those_of_the_leaves(size: int) -> None:
    tree = TileTree(size, read_tile)
    assert tree.root() == TREE.root(0, size)
    for other in sorted({1, 2, size // 3, size // 2, size - 256, size - 1, size}):
        if 1 <= other <= size:
            assert tree.inclusion_proof(other - 1) == TREE.path(other - 1, 0, size)
            assert tree.consistency_proof(other) == TREE.proof(other, size)


def test_a_proof_reads_few_tiles() -> None:
    asked: list[TilePath] = []

    def counting(path: TilePath) -> bytes:
        asked.append(path)
        return read_tile(path)

    TileTree(SIZE_MAX, counting).inclusion_proof(12_345)
    assert len(asked) == len(set(asked)) <= 6


def test_questions_outside_the_tree_are_refused() -> None:
    tree = TileTree(257, read_tile)
    with pytest.raises(ProofError):
        tree.inclusion_proof(257)
    with pytest.raises(ProofError):
        tree.consistency_proof(258)
    with pytest.raises(ProofError):
        TileTree(-1, read_tile)


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 32, b"x" * 8_192])
def test_a_tile_of_another_width_is_refused(data: bytes) -> None:
    with pytest.raises(TileError):
        TileTree(2, lambda _: data).root()
