"""Tiles of a stored log: full ones from the cache, the tail computed from the records.

The cache is believed for nothing: whoever uses a tile checks what it leads to (a root, a proof).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.errors import TileError
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.tile_tree import TileTree
from ledger.log.tiles import TILE_WIDTH, TilePath, parse_tile, render_tile

if TYPE_CHECKING:
    from ledger.store.record_store import RecordStore


class StoredTiles:
    """The tiles of the first `size` records of a store."""

    def __init__(self, store: RecordStore, size: int) -> None:
        self._store = store
        self.size = size

    def tree(self) -> TileTree:
        """The tree over these tiles, which proves inclusion and consistency."""
        return TileTree(self.size, self.read)

    def read(self, path: TilePath) -> bytes:
        """The bytes of one tile of hashes."""
        level = path.level or 0
        if path.width == TILE_WIDTH:
            cached = self._store.get_tile(level, path.index)
            if cached is not None:
                return cached
        return self._computed(level, path.index, path.width)

    def _computed(self, level: int, index: int, width: int) -> bytes:
        first = index * TILE_WIDTH
        if level == 0:
            return render_tile(self._leaves(first, width))
        below = (
            self.read(TilePath(level - 1, first + child, TILE_WIDTH)) for child in range(width)
        )
        return render_tile([tree_root(parse_tile(tile)) for tile in below])

    def _leaves(self, first: int, width: int) -> list[bytes]:
        page = next(iter(self._store.raw_pages(first, width)), [])
        if len(page) < width:
            raise TileError(f"the store has no {width} records after position {first}")
        return [leaf_hash(raw) for raw in page]

    def fill_cache(self) -> int:
        """Cache every full tile that is not cached yet; how many that were."""
        added, level = 0, 0
        while full := self.size >> (8 * (level + 1)):
            for index in range(full):
                if self._store.get_tile(level, index) is None:
                    tile = self._computed(level, index, TILE_WIDTH)
                    self._store.put_tiles({(level, index): tile})
                    added += 1
            level += 1
        return added
