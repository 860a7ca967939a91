"""The tree built again from the records, beside the one that the bundle's tiles state.

Tiles are compared hash by hash. Where they differ from the records, the checkpoint decides who is
wrong: if the leaves of the tiles make its root, it commits to another record than the bundle holds,
and the position is known; if the records make it, the tile was changed.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from ledger.audit.findings import Finding, Place
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import HASH_BYTES, tree_root
from ledger.log.tiles import TILE_WIDTH, TilePath

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.audit.bundle import Bundle
    from ledger.audit.checks import Verdict

_NO_HASH: Final = b""


class GrowingTree:
    """A tree head that remembers the root at each of the sizes that somebody will ask for."""

    def __init__(self, wanted: Iterable[int]) -> None:
        self._wanted = sorted(set(wanted))
        self._head = CompactRange()
        self.roots: dict[int, bytes] = {}
        self._note()

    @property
    def size(self) -> int:
        """How many leaves there are so far."""
        return self._head.size

    def add(self, leaves: list[bytes], root: bytes | None = None) -> None:
        """Add leaves; `root`, if it is given, is that of exactly these leaves, a full tile."""
        end = self.size + len(leaves)
        if root is not None and self._next_wanted() >= end:
            self._head.append_subtree(root, len(leaves))
            self._note()
            return
        for leaf in leaves:
            self._head.append(leaf)
            self._note()

    def copy(self) -> GrowingTree:
        """A second tree of the same leaves that grows on its own."""
        other = GrowingTree(self._wanted)
        other._head, other.roots = self._head.copy(), dict(self.roots)
        return other

    def _next_wanted(self) -> int:
        """The next size that is asked for after this one; beyond every tree if there is none."""
        index = bisect_right(self._wanted, self.size)
        return self._wanted[index] if index < len(self._wanted) else 1 << 63

    def _note(self) -> None:
        index = bisect_right(self._wanted, self.size) - 1
        if index >= 0 and self._wanted[index] == self.size:
            self.roots[self.size] = self._head.root()


class RebuiltTree:
    """The tree of the records, compared with the tiles while it grows."""

    def __init__(self, bundle: Bundle, wanted: Iterable[int]) -> None:
        self._bundle = bundle
        self._records = GrowingTree(wanted)
        self._stated: GrowingTree | None = None
        """The tree of the level-0 tiles, from the first that differs from the records on."""
        self._rows: list[tuple[int, list[bytes]]] = []
        """For each level: how many tiles are complete, and the hashes of the one that is not."""
        self._altered = array("q")
        """Positions whose leaf in the tiles is not that of the record."""
        self._differing: list[Finding] = []
        self._missing: list[Finding] = []
        self.digests: dict[str, str] = {}
        """SHA-256 of each tile that was read."""
        self.whole = True
        """Whether every record so far was there, so that leaves have their place."""

    def add(self, verdict: Verdict) -> None:
        """Add the leaves of the next entry bundle, if nothing is missing before or in it."""
        self.whole = (
            self.whole
            and len(verdict.leaves) == verdict.due
            and self._records.size == verdict.first - 1
        )
        if not self.whole:
            return
        index = (verdict.first - 1) // TILE_WIDTH
        path = TilePath(0, index, verdict.due)
        stated = self._compare(path, verdict.leaves)
        if stated is not None and self._stated is None:
            self._stated = self._records.copy()
        self._records.add(verdict.leaves, verdict.root)
        if self._stated is not None:
            self._stated.add(stated or verdict.leaves)
        if verdict.root is not None:
            self._climb(1, verdict.root)

    def finish(self, size: int) -> None:
        """Compare the partial tiles of the upper levels, after the last chunk of `size` records."""
        self.whole = self.whole and self._records.size == size
        for above, (index, hashes) in enumerate(self._rows):
            if hashes and self.whole:
                self._compare(TilePath(above + 1, index, len(hashes)), hashes)

    def root_at(self, size: int) -> bytes | None:
        """The root over the first `size` records, if it was asked for and they are all there."""
        return self._records.roots.get(size) if self.whole else None

    def stated_root_at(self, size: int) -> bytes | None:
        """The root over the first `size` leaves of the tiles, where these differ from records."""
        return self._stated.roots.get(size) if self.whole and self._stated else None

    def findings(self, size: int, committed: bytes | None) -> Iterator[Finding]:
        """What is wrong with records and tiles, given the root that the checkpoint commits to."""
        if not self.whole:
            return
        yield from self._missing
        if committed is not None and self.stated_root_at(size) == committed:
            for position in self._altered:
                yield Finding("record_altered", "its leaf is not the one in the tile", position)
            return
        yield from self._differing
        if committed is not None and self.root_at(size) != committed:
            place = Place("checkpoint")
            yield Finding("root_differs", f"over {size} records", place=place)

    def altered(self, size: int, committed: bytes | None) -> Sequence[int]:
        """The positions at which the checkpoint commits to another record."""
        proven = committed is not None and self.stated_root_at(size) == committed
        return self._altered if proven else ()

    def _climb(self, level: int, node: bytes) -> None:
        """Add one hash at a level; a full tile gives one to the level above."""
        if len(self._rows) < level:
            self._rows.append((0, []))
        index, hashes = self._rows[level - 1]
        hashes.append(node)
        if len(hashes) == TILE_WIDTH:
            self._rows[level - 1] = (index + 1, [])
            self._compare(TilePath(level, index), hashes)
            self._climb(level + 1, tree_root(hashes))

    def _compare(self, tile: TilePath, hashes: list[bytes]) -> list[bytes] | None:
        """Compare a tile with the hashes that it must hold; its own, if it has others as many."""
        path = self._bundle.tiles.get(tile)
        if path is None:
            self._missing.append(Finding("tile_missing", place=Place(tile.render())))
            return None
        data = self._bundle.source.read(path)
        self.digests[path] = hashlib.sha256(data).hexdigest()
        if data == b"".join(hashes):
            return None
        stated = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        wrong = next(
            (at for at, node in enumerate(hashes) if stated[at : at + 1] != [node]), len(hashes)
        )
        self._report(tile, path, wrong, len(data))
        fits = len(data) == len(hashes) * HASH_BYTES
        if not fits or tile.level:
            return None
        first = tile.index * TILE_WIDTH + 1
        self._altered.extend(first + at for at, node in enumerate(hashes) if stated[at] != node)
        return stated

    def _report(self, tile: TilePath, path: str, wrong: int, size: int) -> None:
        start = min(wrong * HASH_BYTES, size)
        position = None if tile.level else tile.index * TILE_WIDTH + wrong + 1
        place = Place(path, start, min(start + HASH_BYTES, size))
        self._differing.append(Finding("tile_differs", f"hash {wrong}", position, place))
