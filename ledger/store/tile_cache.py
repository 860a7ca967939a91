"""Full tiles of the log's tree, kept so that proofs need not read every record.

A cache only: whoever uses a tile checks it through the root, and may put the right one over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventsourcing.sqlite import SQLiteDatastore

_PUT = "INSERT OR REPLACE INTO tile(level, number, hashes) VALUES (?, ?, ?)"
_GET = "SELECT hashes FROM tile WHERE level = ? AND number = ?"


class TileCache:
    """Tiles by (level, index), 256 hashes each."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        self._datastore = datastore

    def put(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Keep tiles, in place of those that were there."""
        with self._datastore.transaction(commit=True) as cursor:
            cursor.executemany(
                _PUT, [(level, index, hashes) for (level, index), hashes in tiles.items()]
            )

    def get(self, level: int, index: int) -> bytes | None:
        """The hashes of a tile, if it is kept."""
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(_GET, (level, index))
            row = cursor.fetchone()
            return None if row is None else bytes(row[0])
