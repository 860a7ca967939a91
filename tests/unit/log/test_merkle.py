"""The tree against the naive one for every size from 0 to 512, and every refusal by name."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.kernel.errors import ProofError
from ledger.log.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.support.naive_tree import NaiveTree

SIZE_MAX = 512
TREE = NaiveTree([f"record {number}".encode() for number in range(SIZE_MAX)])
LEAVES = TREE.leaves
ROOTS = [TREE.root(0, size) for size in range(SIZE_MAX + 1)]
EDGES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100, 127, 128, 129, 255, 256, 257, 500, 511, 512]


def test_leaf_and_node_hashes_are_domain_separated() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert [leaf_hash(f"record {number}".encode()) for number in range(512)] == LEAVES


def test_root_equals_the_naive_root_for_every_size() -> None:
    assert [tree_root(LEAVES[:size]) for size in range(SIZE_MAX + 1)] == ROOTS


def test_root_of_a_tuple_and_the_argument_unchanged() -> None:
    leaves = list(LEAVES[:7])
    assert tree_root(tuple(leaves)) == tree_root(leaves) == ROOTS[7]
    assert leaves == LEAVES[:7]


def test_every_inclusion_proof_equals_the_naive_one_and_verifies() -> None:
    for size in range(1, SIZE_MAX + 1):
        for index in range(size):
            proof = [TREE.root(start, end) for start, end in inclusion_ranges(index, size)]
            assert proof == TREE.path(index, 0, size)
            verify_inclusion(
                leaf_hash=LEAVES[index],
                leaf_index=index,
                tree_size=size,
                proof=proof,
                root=ROOTS[size],
            )


def test_every_consistency_proof_equals_the_naive_one_and_verifies() -> None:
    for size2 in range(1, SIZE_MAX + 1):
        for size1 in range(1, size2 + 1):
            proof = [TREE.root(start, end) for start, end in consistency_ranges(size1, size2)]
            assert proof == TREE.proof(size1, size2)
            verify_consistency(
                size1=size1, size2=size2, root1=ROOTS[size1], root2=ROOTS[size2], proof=proof
            )


@pytest.mark.parametrize("size", EDGES)
def test_provers_hash_the_ranges_they_name(size: int) -> None:
    for other in sorted({1, size // 2, size - 1, size} - {0}):
        assert inclusion_proof(LEAVES, other - 1, size) == TREE.path(other - 1, 0, size)
        assert consistency_proof(LEAVES, other, size) == TREE.proof(other, size)


def test_provers_take_the_whole_tree_by_default() -> None:
    assert inclusion_proof(LEAVES[:9], 8) == TREE.path(8, 0, 9)
    assert consistency_proof(LEAVES[:9], 3) == TREE.proof(3, 9)
    assert consistency_proof(LEAVES[:9], 9) == []


def test_proofs_reach_the_largest_sizes() -> None:
    size = 2**63 - 1
    assert len(inclusion_ranges(0, size)) == 63
    assert inclusion_ranges(size - 1, size)[-1] == (0, 2**62)
    assert len(consistency_ranges(1, size)) == 63


@pytest.mark.parametrize("short", [b"", b"x" * 31, b"x" * 33])
def test_root_refuses_leaf_hashes_of_another_length(short: bytes) -> None:
    with pytest.raises(ProofError, match="32 bytes"):
        tree_root([LEAVES[0], short])


BAD_SIZES = [-1, True, False, 1.0, "1", None, 2**63]


@pytest.mark.parametrize("bad", BAD_SIZES)
def test_ranges_refuse_sizes_that_are_none(bad: int) -> None:
    for first, second in [(bad, 5), (0, bad)]:
        with pytest.raises(ProofError):
            inclusion_ranges(first, second)
    for first, second in [(bad, 5), (1, bad)]:
        with pytest.raises(ProofError):
            consistency_ranges(first, second)


@pytest.mark.parametrize("bad", [size for size in BAD_SIZES if size is not None])
def test_provers_refuse_sizes_that_are_none(bad: int) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(LEAVES[:9], 0, bad)
    with pytest.raises(ProofError):
        consistency_proof(LEAVES[:9], 1, bad)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (6, 5), (0, 10), (9, None)])
def test_inclusion_prover_refuses_what_is_outside(index: int, size: int | None) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(LEAVES[:9], index, size)


@pytest.mark.parametrize(("size1", "size2"), [(0, 5), (6, 5), (1, 10), (10, None), (0, 0)])
def test_consistency_prover_refuses_what_is_outside(size1: int, size2: int | None) -> None:
    with pytest.raises(ProofError):
        consistency_proof(LEAVES[:9], size1, size2)


def inclusion(**changes: object) -> dict[str, Any]:
    right: dict[str, Any] = {
        "leaf_hash": LEAVES[3],
        "leaf_index": 3,
        "tree_size": 7,
        "proof": TREE.path(3, 0, 7),
        "root": ROOTS[7],
    }
    return right | changes


INCLUSION_FAULTS = {
    "index outside": (inclusion(leaf_index=7), "outside a tree"),
    "index negative": (inclusion(leaf_index=-1), "leaf index"),
    "index boolean": (inclusion(leaf_index=True), "leaf index"),
    "size zero": (inclusion(tree_size=0, leaf_index=0), "outside a tree"),
    "size negative": (inclusion(tree_size=-7), "tree size"),
    "size too large": (inclusion(tree_size=2**63), "tree size"),
    "size a float": (inclusion(tree_size=7.0), "tree size"),
    "leaf hash short": (inclusion(leaf_hash=LEAVES[3][:31]), "leaf hash is not"),
    "leaf hash text": (inclusion(leaf_hash=LEAVES[3].hex()[:32]), "leaf hash is not"),
    "leaf hash bytearray": (inclusion(leaf_hash=bytearray(LEAVES[3])), "leaf hash is not"),
    "root long": (inclusion(root=ROOTS[7] + b"\x00"), "root is not"),
    "node short": (inclusion(proof=[*TREE.path(3, 0, 7)[:2], b""]), "proof node 3"),
    "node left over": (inclusion(proof=[*TREE.path(3, 0, 7), LEAVES[0]]), "left over"),
    "node missing": (inclusion(proof=TREE.path(3, 0, 7)[:2]), "too short"),
    "no nodes": (inclusion(proof=[]), "too short"),
    "nodes swapped": (inclusion(proof=TREE.path(3, 0, 7)[::-1]), "not in the tree"),
    "another index": (inclusion(leaf_index=2), "not in the tree"),
    "another leaf": (inclusion(leaf_hash=LEAVES[2]), "not in the tree"),
    "another root": (inclusion(root=ROOTS[6]), "not in the tree"),
    "one leaf, another root": (
        inclusion(leaf_index=0, tree_size=1, proof=[], root=ROOTS[2]),
        "not in the tree",
    ),
    "one leaf, a node": (
        inclusion(leaf_index=0, tree_size=1, proof=[LEAVES[0]], root=ROOTS[1]),
        "left over",
    ),
}


@pytest.mark.parametrize("fault", INCLUSION_FAULTS)
def test_inclusion_verifier_names_the_fault(fault: str) -> None:
    arguments, message = INCLUSION_FAULTS[fault]
    with pytest.raises(ProofError, match=message):
        verify_inclusion(**arguments)


def test_inclusion_verifier_takes_the_right_one() -> None:
    verify_inclusion(**inclusion())
    verify_inclusion(**inclusion(proof=tuple(TREE.path(3, 0, 7))))


def consistency(**changes: object) -> dict[str, Any]:
    right: dict[str, Any] = {
        "size1": 3,
        "size2": 7,
        "root1": ROOTS[3],
        "root2": ROOTS[7],
        "proof": TREE.proof(3, 7),
    }
    return right | changes


EQUAL = consistency(size1=7, root1=ROOTS[7], proof=[])
FULL = consistency(size1=4, root1=ROOTS[4], proof=TREE.proof(4, 7))
CONSISTENCY_FAULTS = {
    "from zero": (consistency(size1=0, root1=EMPTY_ROOT, proof=[]), "proves nothing"),
    "zero to zero": (
        consistency(size1=0, size2=0, root1=EMPTY_ROOT, root2=EMPTY_ROOT, proof=[]),
        "proves nothing",
    ),
    "shrinking": (consistency(size1=8), "never shrinks"),
    "size negative": (consistency(size1=-3), "first size"),
    "size boolean": (consistency(size1=True), "first size"),
    "second size too large": (consistency(size2=2**63), "second size"),
    "root short": (consistency(root1=b""), "first root"),
    "second root long": (consistency(root2=ROOTS[7] * 2), "second root"),
    "equal sizes, roots differ": (EQUAL | {"root1": ROOTS[3]}, "roots differ"),
    "equal sizes, a node": (EQUAL | {"proof": [ROOTS[7]]}, "left over"),
    "no nodes": (consistency(proof=[]), "empty"),
    "no nodes from a full tree": (FULL | {"proof": []}, "empty"),
    "node missing": (consistency(proof=TREE.proof(3, 7)[:-1]), "too short"),
    "node missing from a full tree": (
        consistency(size1=4, size2=7, root1=ROOTS[4], proof=[LEAVES[6]]),
        "lead to",
    ),
    "node left over": (consistency(proof=[*TREE.proof(3, 7), LEAVES[0]]), "left over"),
    "node short": (consistency(proof=[b"x", *TREE.proof(3, 7)[1:]]), "proof node 1"),
    "nodes swapped": (consistency(proof=TREE.proof(3, 7)[::-1]), "root of size 3"),
    "another first root": (consistency(root1=ROOTS[2]), "root of size 3"),
    "another second root": (consistency(root2=ROOTS[6]), "root of size 7"),
    "full tree with its own root repeated": (
        FULL | {"proof": [ROOTS[4], *TREE.proof(4, 7)]},
        "left over",
    ),
}


@pytest.mark.parametrize("fault", CONSISTENCY_FAULTS)
def test_consistency_verifier_names_the_fault(fault: str) -> None:
    arguments, message = CONSISTENCY_FAULTS[fault]
    with pytest.raises(ProofError, match=message):
        verify_consistency(**arguments)


@pytest.mark.parametrize("right", [consistency(), EQUAL, FULL], ids=["3 to 7", "equal", "full"])
def test_consistency_verifier_takes_the_right_one(right: dict[str, Any]) -> None:
    verify_consistency(**right)
