"""The growing head: the same root as the whole tree, few hashes, and only aligned subtrees."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import ProofError
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import EMPTY_ROOT, tree_root
from tests.support.naive_tree import NaiveTree

SIZE_MAX = 512
TREE = NaiveTree([b"%d" % number for number in range(SIZE_MAX)])


def test_root_and_hashes_at_every_size() -> None:
    head = CompactRange()
    assert (head.size, head.root(), head.hashes) == (0, EMPTY_ROOT, ())
    for size, leaf in enumerate(TREE.leaves, start=1):
        head.append(leaf)
        assert head.size == size
        assert head.root() == TREE.root(0, size)
        assert len(head.hashes) == size.bit_count()


@pytest.mark.parametrize("leaves", [1, 2, 4, 64, 256])
def test_subtrees_merge_to_the_same_head(leaves: int) -> None:
    head = CompactRange()
    for start in range(0, SIZE_MAX, leaves):
        head.append_subtree(tree_root(TREE.leaves[start : start + leaves]), leaves)
        assert head.root() == TREE.root(0, start + leaves)


def test_subtrees_of_falling_size_and_leaves_mix() -> None:
    head = CompactRange()
    for start, leaves in [(0, 256), (256, 64), (320, 64), (384, 2), (386, 1), (387, 1), (388, 4)]:
        head.append_subtree(TREE.root(start, start + leaves), leaves)
    assert (head.size, head.root()) == (392, TREE.root(0, 392))


def test_a_copy_grows_on_its_own() -> None:
    head = CompactRange()
    for leaf in TREE.leaves[:5]:
        head.append(leaf)
    twin = head.copy()
    twin.append(TREE.leaves[5])
    assert (head.size, head.root()) == (5, TREE.root(0, 5))
    assert (twin.size, twin.root()) == (6, TREE.root(0, 6))


@pytest.mark.parametrize("leaves", [0, -1, 3, 6, 8, True, 2.0, 2**63])
def test_a_subtree_that_does_not_fit_is_refused(leaves: int) -> None:
    head = CompactRange()
    for leaf in TREE.leaves[:4]:
        head.append(leaf)
    with pytest.raises(ProofError):
        head.append_subtree(TREE.root(4, 8), leaves)
    assert (head.size, head.root()) == (4, TREE.root(0, 4))


@pytest.mark.parametrize("leaf", [b"", b"x" * 31, b"x" * 33, "x" * 32, None])
def test_a_hash_of_another_form_is_refused(leaf: bytes) -> None:
    head = CompactRange()
    with pytest.raises(ProofError, match="32 bytes"):
        head.append(leaf)
    assert head.size == 0


def test_a_tree_has_fewer_than_two_to_the_63_leaves() -> None:
    head = CompactRange()
    head.append_subtree(TREE.leaves[0], 2**62)
    with pytest.raises(ProofError, match="fewer than"):
        head.append_subtree(TREE.leaves[1], 2**62)
    for height in reversed(range(62)):
        head.append_subtree(TREE.leaves[1], 2**height)
    assert head.size == 2**63 - 1
    with pytest.raises(ProofError, match="fewer than"):
        head.append(TREE.leaves[2])
