"""The Merkle tree as RFC 9162 §2.1 writes it down: recursive, obvious, and only for comparison.

Nothing here is shared with `ledger.log`: hashing, splitting and the recursions are the RFC's own
words, so that a mistake of the fast code cannot hide in its model.
"""

from __future__ import annotations

import hashlib


class NaiveTree:
    """A tree over records; `D[start:end]` of the RFC is named by its two bounds."""

    def __init__(self, records: list[bytes]) -> None:
        self.leaves = [hashlib.sha256(b"\x00" + record).digest() for record in records]
        self._roots: dict[tuple[int, int], bytes] = {}

    def root(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]), §2.1.1; remembered, because every proof asks for the same ones."""
        known = self._roots.get((start, end))
        if known is None:
            known = self._roots[start, end] = self._mth(start, end)
        return known

    def _mth(self, start: int, end: int) -> bytes:
        if start == end:
            return hashlib.sha256(b"").digest()
        if end - start == 1:
            return self.leaves[start]
        k = largest_power_below(end - start)
        left, right = self.root(start, start + k), self.root(start + k, end)
        return hashlib.sha256(b"\x01" + left + right).digest()

    def path(self, m: int, start: int, end: int) -> list[bytes]:
        """PATH(m, D[start:end]), §2.1.3.1."""
        if end - start == 1:
            return []
        k = largest_power_below(end - start)
        if m < k:
            return [*self.path(m, start, start + k), self.root(start + k, end)]
        return [*self.path(m - k, start + k, end), self.root(start, start + k)]

    def proof(self, m: int, n: int) -> list[bytes]:
        """PROOF(m, D[0:n]), §2.1.4.1."""
        return self._subproof(m, 0, n, whole=True)

    def _subproof(self, m: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if m == end - start:
            return [] if whole else [self.root(start, end)]
        k = largest_power_below(end - start)
        if m <= k:
            rest = self._subproof(m, start, start + k, whole=whole)
            return [*rest, self.root(start + k, end)]
        rest = self._subproof(m - k, start + k, end, whole=False)
        return [*rest, self.root(start, start + k)]


def largest_power_below(n: int) -> int:
    """The k of §2.1.1: the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k
