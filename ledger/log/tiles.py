"""Tiles: how a log is published as files, C2SP tlog-tiles (docs/spec/tree-and-tiles.md).

    tile/<level>/<index>[.p/<width>]      256 hashes of one level (or the last 1 to 255)
    tile/entries/<index>[.p/<width>]      the records under a level-0 tile: uint16 length ‖ record

A hash at level l is the root of a full tile at level l - 1, so each level is 256 times shorter. A
tile is full without a suffix, and partial (the right edge of a tree of some size) with one. Every
refusal is a `TileError` with the byte offset where it can be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import TileError
from ledger.kernel.limits import RECORD_BYTES_MAX, TREE_SIZE_MAX
from ledger.log.merkle import HASH_BYTES, tree_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TILE_WIDTH: Final = 256
"""Hashes in a full tile, records in a full entry bundle."""
LEVEL_MAX: Final = 63
_LEVEL_BITS: Final = 8
_LENGTH_BYTES: Final = 2
_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class TilePath:
    """The name of a tile: `level` (None for an entry bundle), `index` in it, `width` in hashes."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not _within(self.level, 0, LEVEL_MAX):
            raise TileError(f"level {self.level!r} is not an integer from 0 to {LEVEL_MAX}")
        if not _within(self.index, 0, TREE_SIZE_MAX):
            raise TileError(f"tile index {self.index!r} is not an integer from 0 to 2^63 - 1")
        if not _within(self.width, 1, TILE_WIDTH):
            raise TileError(f"tile width {self.width!r} is not an integer from 1 to {TILE_WIDTH}")

    def render(self) -> str:
        """The path, relative to the log's prefix: `tile/0/x001/x234/067`."""
        level = "entries" if self.level is None else str(self.level)
        suffix = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_render_index(self.index)}{suffix}"


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """The path of a tile of hashes."""
    return TilePath(level, index, width).render()


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """The path of a bundle of records."""
    return TilePath(None, index, width).render()


def parse_tile_path(text: str) -> TilePath:
    """The tile that a path names; `TileError` for any other spelling than `render`'s."""
    found = _PATH.fullmatch(text)
    if found is None:
        raise TileError(
            f"{text[:80]!r} is not the path of a tile",
            hint="The form is tile/<level>|entries/<index>[.p/<width>]",
        )
    level, index, width = found.groups()
    path = TilePath(
        level=None if level == "entries" else int(level),
        index=int(index.replace("/", "").replace("x", "")),
        width=TILE_WIDTH if width is None else int(width),
    )
    if path.render() != text:  # a needless x000/ element, or .p/256
        raise TileError(f"the path {text!r} is spelled {path.render()!r}")
    return path


def partial_width(level: int, size: int) -> int:
    """The width of the partial tile at a level of a tree of a size; 0 if there is none."""
    return (size >> (_LEVEL_BITS * level)) % TILE_WIDTH


def tile_paths(size: int) -> Iterator[TilePath]:
    """The tiles of hashes of a tree of a size, level by level, partial ones last in each."""
    _check_size(size)
    level = 0
    while size >> (_LEVEL_BITS * level):
        yield from _row(level, size >> (_LEVEL_BITS * level))
        level += 1


def entry_paths(size: int) -> Iterator[TilePath]:
    """The entry bundles of a tree of a size, in order."""
    _check_size(size)
    yield from _row(None, size)


def tiles_of(leaf_hashes: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every tile of hashes of a tree: (path, bytes), level by level."""
    level, hashes = 0, list(leaf_hashes)
    while hashes:
        above: list[bytes] = []
        for path in _row(level, len(hashes)):
            start = path.index * TILE_WIDTH
            chunk = hashes[start : start + path.width]
            yield path.render(), render_tile(chunk)
            if path.width == TILE_WIDTH:
                above.append(tree_root(chunk))
        level, hashes = level + 1, above


def entry_bundles_of(records: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every entry bundle of a log: (path, bytes), in order."""
    for path in _row(None, len(records)):
        start = path.index * TILE_WIDTH
        yield path.render(), render_entries(records[start : start + path.width])


def render_tile(hashes: Sequence[bytes]) -> bytes:
    """The bytes of a tile of 1 to 256 hashes."""
    _check_count(len(hashes), "hashes")
    for number, value in enumerate(hashes):
        if len(value) != HASH_BYTES:
            raise TileError(f"hash {number} of the tile is not {HASH_BYTES} bytes")
    return b"".join(hashes)


def parse_tile(data: bytes, *, width: int | None = None) -> list[bytes]:
    """The hashes of a tile's bytes; of exactly `width` of them if it is given."""
    count, rest = divmod(len(data), HASH_BYTES)
    if rest:
        raise TileError(f"a tile ends within a hash of {HASH_BYTES} bytes", where=_at(len(data)))
    _check_count(count, "hashes", width)
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def render_entries(records: Sequence[bytes]) -> bytes:
    """The bundle of 1 to 256 records of 1 to 65,535 bytes each."""
    _check_count(len(records), "records")
    parts: list[bytes] = []
    for number, record in enumerate(records):
        if not 1 <= len(record) <= RECORD_BYTES_MAX:
            raise TileError(
                f"record {number} of the bundle has {len(record)} bytes",
                hint=f"A record has 1 to {RECORD_BYTES_MAX} bytes",
            )
        parts += (len(record).to_bytes(_LENGTH_BYTES, "big"), record)
    return b"".join(parts)


def entry_ranges(data: bytes, *, width: int | None = None) -> list[tuple[int, int]]:
    """Where each record of a bundle lies: (start, end) byte offsets, end exclusive.

    With `width`, exactly that many records must be there. `TileError` names the offset of a cut,
    an empty record, or the record too many.
    """
    ranges: list[tuple[int, int]] = []
    offset, total = 0, len(data)
    while offset < total:
        if len(ranges) == TILE_WIDTH:
            raise TileError(f"a bundle holds at most {TILE_WIDTH} records", where=_at(offset))
        start = offset + _LENGTH_BYTES
        end = start + int.from_bytes(data[offset:start], "big")
        if start > total or end > total:
            raise TileError("the bundle ends within a record", where=_at(offset))
        if start == end:
            raise TileError("a record of no bytes", where=_at(offset))
        ranges.append((start, end))
        offset = end
    _check_count(len(ranges), "records", width)
    return ranges


def parse_entries(data: bytes, *, width: int | None = None) -> list[bytes]:
    """The records of a bundle, as `entry_ranges` finds them."""
    return [data[start:end] for start, end in entry_ranges(data, width=width)]


def _row(level: int | None, count: int) -> Iterator[TilePath]:
    """The tiles of `count` hashes of one level: full ones, then the partial one."""
    full, rest = divmod(count, TILE_WIDTH)
    for index in range(full):
        yield TilePath(level, index)
    if rest:
        yield TilePath(level, full, rest)


def _render_index(index: int) -> str:
    """The index in elements of three digits, all but the last marked with x."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    elements = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    return "/".join([f"x{element}" for element in elements[:-1]] + elements[-1:])


def _check_count(count: int, what: str, width: int | None = None) -> None:
    if not 1 <= count <= TILE_WIDTH:
        raise TileError(f"{count} {what} where a tile holds 1 to {TILE_WIDTH}")
    if width is not None and count != width:
        raise TileError(f"{count} {what} where {width} were expected")


def _check_size(size: int) -> None:
    if not _within(size, 0, TREE_SIZE_MAX):
        raise TileError(f"tree size {size!r} is not an integer from 0 to 2^63 - 1")


def _within(value: object, lowest: int, highest: int) -> bool:
    return type(value) is int and lowest <= value <= highest


def _at(offset: int) -> str:
    return f"offset {offset}"
