"""An evidence bundle: a fund's log as files, read lazily and one entry bundle at a time.

    manifest.json  checkpoint  checkpoints/<size>  tile/<level>/<index>[.p/<width>]
    tile/entries/<index>[.p/<width>]

The format is docs/spec/evidence-bundle.md. Nothing that a bundle holds is believed here; what
cannot be read as a bundle at all is refused (`BundleError`), everything else is for the audit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.audit.archive import ArchiveSource
from ledger.audit.source import DirectorySource
from ledger.kernel.errors import BundleError, LedgerError, TileError
from ledger.kernel.fixed import fixed
from ledger.kernel.limits import TREE_SIZE_MAX
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.tiles import TILE_WIDTH, parse_tile_path

if TYPE_CHECKING:
    from ledger.audit.source import Source
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.tiles import TilePath

MANIFEST: Final = "manifest.json"
CHECKPOINT: Final = "checkpoint"
_EARLIER: Final = re.compile(r"checkpoints/(0|[1-9][0-9]{0,18})\Z")
_LENGTH_BYTES: Final = 2


@fixed
class EntryFile:
    """One entry bundle: where it lies, the position of its first record, how many are due."""

    path: str
    first: int
    due: int


class Bundle:
    """The files of a bundle by their meaning."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tiles: dict[TilePath, str] = {}
        self._entries: dict[int, dict[int, str]] = {}
        for path in source.files:
            tile = _tile_of(path)
            if tile is None:
                continue
            if tile.level is None:
                self._entries.setdefault(tile.index, {})[tile.width] = path
            else:
                self.tiles[tile] = path

    @property
    def files(self) -> list[str]:
        """The paths of all files, in order."""
        return sorted(self.source.files)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None if there is none of that name."""
        return self.source.read(path) if path in self.source.files else None

    def earlier_checkpoints(self) -> list[str]:
        """The paths of earlier checkpoints, in the order of the sizes in their names."""
        found = [(int(name[1]), path) for path in self.files if (name := _EARLIER.match(path))]
        return [path for size, path in sorted(found) if size <= TREE_SIZE_MAX]

    def size_found(self) -> int:
        """How many records there seem to be, where no checkpoint says it."""
        ends = [i * TILE_WIDTH + max(widths) for i, widths in self._entries.items()]
        return max(ends, default=0)

    def entry_files(self, size: int) -> list[EntryFile]:
        """The entry bundles of a log of this size, in order; those that are not there left out.

        If a bundle is not there in the width that is due, the widest one that is there stands in.
        """
        found = []
        for index, widths in sorted(self._entries.items()):
            due = min(TILE_WIDTH, size - index * TILE_WIDTH)
            if due > 0:
                path = widths.get(due) or widths[max(widths)]
                found.append(EntryFile(path, index * TILE_WIDTH + 1, due))
        return found


def open_bundle(path: Path | str) -> Bundle:
    """The bundle in a directory or a ZIP file; `BundleError` if it is neither, or a hostile one."""
    place = Path(path)
    if place.is_dir():
        return Bundle(DirectorySource(place))
    if place.is_file():
        return Bundle(ArchiveSource(place))
    raise BundleError("no such bundle", where=str(path), hint="Name a directory or a .zip file")


def split_entries(data: bytes) -> tuple[list[tuple[int, int]], int | None]:
    """Where each record of an entry bundle lies, and the offset of a fault, if there is one.

    Other than `ledger.log.tiles.entry_ranges` it gives what can be read before the fault: a record
    cut short, or one without bytes.
    """
    ranges: list[tuple[int, int]] = []
    offset, total = 0, len(data)
    while offset < total:
        start = offset + _LENGTH_BYTES
        end = start + int.from_bytes(data[offset:start], "big")
        if end > total or start >= end:
            return ranges, offset
        ranges.append((start, end))
        offset = end
    return ranges, None


def read_checkpoint(data: bytes) -> Checkpoint | str:
    """What a checkpoint's note states, unverified; or why it states nothing."""
    try:
        return parse_checkpoint(parse_note(data).text)
    except LedgerError as error:
        return str(error)


def _tile_of(path: str) -> TilePath | None:
    try:
        return parse_tile_path(path)
    except TileError:
        return None
