"""Leaves that a growing head gathers before it merges them: nobody sees the difference."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import ProofError
from ledger.log import compact_range
from ledger.log.compact_range import CompactRange
from tests.support.naive_tree import NaiveTree

TREE = NaiveTree([b"%d" % number for number in range(800)])
GATHERED = 256
"""Leaves that are merged at once."""


def full_subtrees(size: int) -> tuple[bytes, ...]:
    """The roots of the full subtrees of a tree, largest first."""
    roots, start = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            roots.append(TREE.root(start, start + (1 << height)))
            start += 1 << height
    return tuple(roots)


def grown(size: int) -> CompactRange:
    head = CompactRange()
    for leaf in TREE.leaves[:size]:
        head.append(leaf)
    return head


@pytest.mark.parametrize("size", [1, 2, 3, 5, 127, 255, 256, 257, 300, 511, 512, 513, 767, 769])
def test_the_hashes_are_the_full_subtrees_whatever_is_gathered(size: int) -> None:
    assert grown(size).hashes == full_subtrees(size)


def test_leaves_are_merged_when_a_tile_is_full() -> None:
    assert compact_range._GATHERED == GATHERED
    assert len(grown(GATHERED - 1)._leaves) == GATHERED - 1
    assert grown(GATHERED)._leaves == []
    assert grown(GATHERED)._roots == [TREE.root(0, GATHERED)]


def test_leaves_after_a_subtree_of_another_size_are_carried_one_by_one() -> None:
    head = CompactRange()
    head.append_subtree(TREE.root(0, 64), 64)
    for size in range(65, 600):
        head.append(TREE.leaves[size - 1])
        assert (head.size, head.root()) == (size, TREE.root(0, size))
        assert head.hashes == full_subtrees(size)


@pytest.mark.parametrize("size", [2, 6, 64, 192, 256, 320])
def test_a_subtree_follows_gathered_leaves(size: int) -> None:
    head = grown(size)
    aligned = size & -size
    head.append_subtree(TREE.root(size, size + aligned), aligned)
    assert (head.size, head.root()) == (size + aligned, TREE.root(0, size + aligned))
    assert head.hashes == full_subtrees(size + aligned)


@pytest.mark.parametrize("size", [1, 255, 256, 300, 700])
def test_a_copy_has_all_that_was_gathered(size: int) -> None:
    head = grown(size)
    twin = head.copy()
    twin.append(TREE.leaves[size])
    head.append(TREE.leaves[size])
    assert twin.hashes == head.hashes == full_subtrees(size + 1)
    assert twin.root() == TREE.root(0, size + 1)


@pytest.mark.parametrize("root", [b"", b"x" * 31, b"x" * 33, "x" * 32, None])
def test_a_subtree_root_of_another_form_is_refused(root: bytes) -> None:
    head = grown(2)
    with pytest.raises(ProofError, match="32 bytes"):
        head.append_subtree(root, 2)
    assert head.root() == TREE.root(0, 2)


def test_no_leaf_is_gathered_beyond_the_largest_tree() -> None:
    head = CompactRange()
    for height in reversed(range(8, 63)):
        head.append_subtree(TREE.leaves[0], 2**height)
    for _ in range(GATHERED - 1):
        head.append(TREE.leaves[1])
    assert head.size == 2**63 - 1
    with pytest.raises(ProofError, match="fewer than"):
        head.append(TREE.leaves[2])
    assert head.size == 2**63 - 1
