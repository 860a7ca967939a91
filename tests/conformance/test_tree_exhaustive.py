"""The tree, its tiles and its proofs against the RFC's own recursions, for every size up to 512.

`tests/unit/log` compares roots and proofs of all pairs on every run; here are their altered forms,
and the two other ways to a root and a proof: growing heads, and tiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import ProofError
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import verify_consistency, verify_inclusion
from ledger.log.tile_tree import TileTree
from ledger.log.tiles import TilePath, tiles_of
from tests.support.chance import seeded
from tests.support.naive_tree import NaiveTree
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE_MAX = 512
ALL_BITS_SIZE_MAX = 64
TREE = NaiveTree([f"record {number}".encode() for number in range(SIZE_MAX)])
ROOTS = [TREE.root(0, size) for size in range(SIZE_MAX + 1)]
TILES = {name.partition(".")[0]: data for name, data in tiles_of(TREE.leaves)}


def read_tile(path: TilePath) -> bytes:
    """A tile cut from that of the whole tree."""
    return TILES[path.render().partition(".")[0]][: path.width * 32]


def pairs(size_max: int) -> Iterator[tuple[int, int]]:
    """Every (m, n) with 1 ≤ m ≤ n ≤ size_max."""
    for n in range(1, size_max + 1):
        for m in range(1, n + 1):
            yield m, n


def check_inclusion(m: int, n: int, hashes: list[bytes]) -> None:
    """Verify leaf m - 1 in the tree of n by leaf, root and nodes, in this order."""
    leaf, root, *proof = hashes
    verify_inclusion(leaf_hash=leaf, leaf_index=m - 1, tree_size=n, proof=proof, root=root)


def check_consistency(m: int, n: int, hashes: list[bytes]) -> None:
    """Verify that the tree of m is a prefix of that of n by both roots and the nodes."""
    root1, root2, *proof = hashes
    verify_consistency(size1=m, size2=n, root1=root1, root2=root2, proof=proof)


def inclusion_hashes(m: int, n: int) -> list[bytes]:
    return [TREE.leaves[m - 1], ROOTS[n], *TREE.path(m - 1, 0, n)]


def consistency_hashes(m: int, n: int) -> list[bytes]:
    return [ROOTS[m], ROOTS[n], *TREE.proof(m, n)]


def flipped(hashes: list[bytes], place: int, bit: int) -> list[bytes]:
    """The hashes with one bit of one of them changed."""
    changed = int.from_bytes(hashes[place]) ^ 1 << bit
    return [*hashes[:place], changed.to_bytes(32), *hashes[place + 1 :]]


PROOFS = {
    "inclusion": (inclusion_hashes, check_inclusion),
    "consistency": (consistency_hashes, check_consistency),
}


def refused(
    check: Callable[[int, int, list[bytes]], None], m: int, n: int, hashes: list[bytes]
) -> bool:
    try:
        check(m, n, hashes)
    except ProofError:
        return True
    return False


@pytest.mark.deep
@pytest.mark.parametrize("name", PROOFS)
def test_every_one_bit_change_of_every_small_proof_is_refused(name: str) -> None:
    """Of leaves or roots, and of every node of every proof of the trees up to 64."""
    hashes_of, check = PROOFS[name]
    tried = caught = 0
    for m, n in pairs(ALL_BITS_SIZE_MAX):
        hashes = hashes_of(m, n)
        check(m, n, hashes)
        for place in range(len(hashes)):
            for bit in range(256):
                tried += 1
                caught += refused(check, m, n, flipped(hashes, place, bit))
    tally(f"one-bit changes of {name} proofs, sizes up to {ALL_BITS_SIZE_MAX}", tried, caught)
    assert caught == tried


@pytest.mark.deep
@pytest.mark.parametrize("name", PROOFS)
def test_a_bit_in_every_hash_of_every_proof_is_refused(name: str) -> None:
    """One bit, drawn anew, of each hash of every proof of the trees up to 512."""
    hashes_of, check = PROOFS[name]
    chance = seeded(512)
    tried = caught = 0
    for m, n in pairs(SIZE_MAX):
        hashes = hashes_of(m, n)
        check(m, n, hashes)
        for place in range(len(hashes)):
            tried += 1
            caught += refused(check, m, n, flipped(hashes, place, chance.randrange(256)))
    tally(f"altered hashes of {name} proofs, sizes up to {SIZE_MAX}", tried, caught)
    assert caught == tried


@pytest.mark.deep
@pytest.mark.parametrize("name", PROOFS)
def test_a_node_too_few_or_too_many_is_refused(name: str) -> None:
    """Every node of every proof up to 512 taken out, and put in twice."""
    hashes_of, check = PROOFS[name]
    tried = caught = 0
    for m, n in pairs(SIZE_MAX):
        hashes = hashes_of(m, n)
        for place in range(2, len(hashes)):
            shorter = [*hashes[:place], *hashes[place + 1 :]]
            longer = [*hashes[:place], hashes[place], *hashes[place:]]
            tried += 2
            caught += refused(check, m, n, shorter) + refused(check, m, n, longer)
    tally(f"{name} proofs with a node too few or too many", tried, caught)
    assert caught == tried


def compare_tiles(sizes: range) -> int:
    """Roots and proofs from tiles against the recursions; how many were compared."""
    compared = 0
    for n in sizes:
        tree = TileTree(n, read_tile)
        assert tree.root() == ROOTS[n]
        for m in range(1, n + 1):
            assert tree.inclusion_proof(m - 1) == TREE.path(m - 1, 0, n)
            assert tree.consistency_proof(m) == TREE.proof(m, n)
            compared += 2
    return compared


def test_proofs_from_tiles_are_the_same_for_all_small_sizes() -> None:
    assert compare_tiles(range(1, 33)) == 33 * 32


@pytest.mark.deep
def test_proofs_from_tiles_are_the_same_for_all_sizes() -> None:
    compared = compare_tiles(range(1, SIZE_MAX + 1))
    tally("proofs from tiles that equal the naive ones", compared, compared)


def test_a_growing_head_has_the_root_of_every_size() -> None:
    head = CompactRange()
    for size, leaf in enumerate(TREE.leaves):
        assert head.root() == ROOTS[size]
        assert len(head.hashes) == size.bit_count()
        head.append(leaf)
    assert head.root() == ROOTS[SIZE_MAX]


@pytest.mark.deep
def test_every_aligned_subtree_joins_every_head_or_is_refused() -> None:
    """A head of each size takes a full subtree of each height where it lies aligned, only there."""
    tried = 0
    head = CompactRange()
    for size, leaf in enumerate(TREE.leaves):
        for height in range(9):
            leaves = 1 << height
            if size + leaves > SIZE_MAX:
                continue
            grown = head.copy()
            tried += 1
            if size % leaves:
                with pytest.raises(ProofError):
                    grown.append_subtree(TREE.root(size, size + leaves), leaves)
                continue
            grown.append_subtree(TREE.root(size, size + leaves), leaves)
            assert grown.root() == ROOTS[size + leaves]
        head.append(leaf)
    tally("subtrees joined to heads, or refused where they do not lie aligned", tried, tried)
