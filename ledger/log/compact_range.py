"""The head of a growing tree: at most log2(n) + 1 hashes, enough for the root of all leaves so far.

The hashes are the roots of the full subtrees under the right edge, largest first: one for each bit
set in the size. Appending merges equal neighbours, as a binary counter carries.
"""

from __future__ import annotations

from ledger.kernel.errors import ProofError
from ledger.kernel.limits import TREE_SIZE_MAX
from ledger.log.merkle import EMPTY_ROOT, check_hash, check_size, node_hash


class CompactRange:
    """An incremental tree head over the leaves 0 … size - 1; `root()` equals `tree_root` of them.

    Grows by single leaves or, in a parallel audit, by whole aligned subtrees.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self) -> None:
        self._hashes: list[bytes] = []
        self._size = 0

    @property
    def size(self) -> int:
        """How many leaves the range covers."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, largest (leftmost) first."""
        return tuple(self._hashes)

    def append(self, leaf_hash: bytes) -> None:
        """Add the next leaf; `ProofError` unless it is 32 bytes."""
        self.append_subtree(leaf_hash, 1)

    def append_subtree(self, root: bytes, leaves: int) -> None:
        """Add the root of the next `leaves` leaves, a power of two that divides the size.

        An unaligned subtree would be another tree than RFC 9162 §2.1 draws: `ProofError`.
        """
        check_hash(root, "the subtree root")
        check_size(leaves, "the number of leaves")
        if leaves.bit_count() != 1 or self._size % leaves:
            raise ProofError(f"a subtree of {leaves} leaves does not fit at size {self._size}")
        if self._size > TREE_SIZE_MAX - leaves:
            raise ProofError("a tree has fewer than 2^63 leaves")
        node, full = root, self._size // leaves
        while full % 2:
            node = node_hash(self._hashes.pop(), node)
            full //= 2
        self._hashes.append(node)
        self._size += leaves

    def root(self) -> bytes:
        """The root of the tree so far; `EMPTY_ROOT` before the first leaf."""
        if not self._hashes:
            return EMPTY_ROOT
        *lefts, root = self._hashes
        for left in reversed(lefts):
            root = node_hash(left, root)
        return root

    def copy(self) -> CompactRange:
        """A second range of the same leaves that grows on its own."""
        other = CompactRange()
        other._hashes = list(self._hashes)
        other._size = self._size
        return other
