"""Roots and proofs of a tree of any size from its tiles, in logarithmic time.

The same answers as the linear provers of `ledger.log.merkle`, for a log whose tiles are cached or
published: one proof reads at most a few tiles of each level. The tiles are not believed here: a
proof made of wrong tiles fails at whoever verifies it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ledger.log.compact_range import CompactRange
from ledger.log.merkle import (
    EMPTY_ROOT,
    check_size,
    consistency_ranges,
    inclusion_ranges,
    tree_root,
)
from ledger.log.tiles import TILE_WIDTH, TilePath, parse_tile

if TYPE_CHECKING:
    from collections.abc import Callable

_TILE_HEIGHT: Final = 8
"""Levels of the tree that one tile spans: 2^8 = 256."""
_TILES_KEPT: Final = 32


class TileTree:
    """The tree of the first `size` leaves, read through `read_tile` (a tile's bytes by its path).

    The reader is asked only for tiles that a tree of this size has, partial ones by their exact
    width; it may cut them from fuller ones. `TileError` if it hands back another number of hashes.
    """

    def __init__(self, size: int, read_tile: Callable[[TilePath], bytes]) -> None:
        check_size(size, "the tree size")
        self.size = size
        self._read_tile = read_tile
        self._hashes = lru_cache(maxsize=_TILES_KEPT)(self._read_hashes)

    def root(self) -> bytes:
        """The root of the tree."""
        return self._range_root(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, leaf_index: int) -> list[bytes]:
        """The proof that a leaf is in this tree; `ProofError` unless it has that index."""
        return [self._range_root(a, b) for a, b in inclusion_ranges(leaf_index, self.size)]

    def consistency_proof(self, size1: int) -> list[bytes]:
        """The proof that the tree of `size1` leaves is a prefix of this one."""
        return [self._range_root(a, b) for a, b in consistency_ranges(size1, self.size)]

    def _range_root(self, start: int, end: int) -> bytes:
        """The root of the leaves [start, end), where start is a multiple of every full subtree."""
        head = CompactRange()
        while start < end:
            height = (end - start).bit_length() - 1
            head.append_subtree(self._subtree_root(height, start), 1 << height)
            start += 1 << height
        return head.root()

    def _subtree_root(self, height: int, start: int) -> bytes:
        """The root of the full subtree of 2^height leaves at `start`, all within one tile."""
        level, above = divmod(height, _TILE_HEIGHT)
        first = start >> (_TILE_HEIGHT * level)
        offset = first % TILE_WIDTH
        return tree_root(self._hashes(level, first // TILE_WIDTH)[offset : offset + (1 << above)])

    def _read_hashes(self, level: int, index: int) -> list[bytes]:
        width = min(TILE_WIDTH, (self.size >> (_TILE_HEIGHT * level)) - index * TILE_WIDTH)
        return parse_tile(self._read_tile(TilePath(level, index, width)), width=width)
