"""The head of a growing tree: enough hashes for the root of all leaves so far.

They are the roots of the full subtrees under the right edge, largest first: one for each bit set in
the size. Appending merges equal neighbours, as a binary counter carries. Single leaves are gathered
and merged a tile at a time, level by level, which costs a fraction of carrying for each.
"""

from __future__ import annotations

from ledger.kernel.errors import ProofError
from ledger.kernel.limits import TREE_SIZE_MAX
from ledger.log.merkle import EMPTY_ROOT, check_hash, check_size, node_hash, tree_root

_GATHERED = 256
"""Leaves that are merged at once: a power of two."""


class CompactRange:
    """An incremental tree head over the leaves 0 … size - 1; `root()` equals `tree_root` of them.

    Grows by single leaves or, in a parallel audit, by whole aligned subtrees.
    """

    __slots__ = ("_leaves", "_merged", "_roots")

    def __init__(self) -> None:
        self._roots: list[bytes] = []
        self._merged = 0
        """How many leaves `_roots` covers."""
        self._leaves: list[bytes] = []
        """The leaves after those; there are any only while `_merged` is a multiple of 256."""

    @property
    def size(self) -> int:
        """How many leaves the range covers."""
        return self._merged + len(self._leaves)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, largest (leftmost) first; at most log2(size) + 1."""
        found, start = list(self._roots), 0
        for level in reversed(range(_GATHERED.bit_length())):
            if len(self._leaves) >> level & 1:
                found.append(tree_root(self._leaves[start : start + (1 << level)]))
                start += 1 << level
        return tuple(found)

    def append(self, leaf_hash: bytes) -> None:
        """Add the next leaf; `ProofError` unless it is 32 bytes."""
        if self._merged % _GATHERED:
            self.append_subtree(leaf_hash, 1)
            return
        check_hash(leaf_hash, "the leaf hash")
        self._check_room(1)
        self._leaves.append(leaf_hash)
        if len(self._leaves) == _GATHERED:
            root = tree_root(self._leaves)
            self._leaves.clear()
            self._merge(root, _GATHERED)

    def append_subtree(self, root: bytes, leaves: int) -> None:
        """Add the root of the next `leaves` leaves, a power of two that divides the size.

        An unaligned subtree would be another tree than RFC 9162 §2.1 draws: `ProofError`.
        """
        check_hash(root, "the subtree root")
        check_size(leaves, "the number of leaves")
        if leaves.bit_count() != 1 or self.size % leaves:
            raise ProofError(f"a subtree of {leaves} leaves does not fit at size {self.size}")
        self._check_room(leaves)
        self._roots, self._merged = list(self.hashes), self.size
        self._leaves.clear()
        self._merge(root, leaves)

    def _check_room(self, leaves: int) -> None:
        if self.size > TREE_SIZE_MAX - leaves:
            raise ProofError("a tree has fewer than 2^63 leaves")

    def _merge(self, root: bytes, leaves: int) -> None:
        node, full = root, self._merged // leaves
        while full % 2:
            node = node_hash(self._roots.pop(), node)
            full //= 2
        self._roots.append(node)
        self._merged += leaves

    def root(self) -> bytes:
        """The root of the tree so far; `EMPTY_ROOT` before the first leaf."""
        lefts = list(self._roots)
        if not lefts and not self._leaves:
            return EMPTY_ROOT
        root = tree_root(self._leaves) if self._leaves else lefts.pop()
        for left in reversed(lefts):
            root = node_hash(left, root)
        return root

    def copy(self) -> CompactRange:
        """A second range of the same leaves that grows on its own."""
        other = CompactRange()
        other._roots, other._merged = list(self._roots), self._merged
        other._leaves = list(self._leaves)
        return other
