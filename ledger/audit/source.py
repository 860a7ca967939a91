"""Where a bundle's files come from: a directory, or one archive of it (`ledger.audit.archive`).

A source lists its files once and reads them by name. It refuses, before anything is read, whatever
could make a name mean something else: symbolic links, devices, names outside the grammar, files
larger than any of their kind may be.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Final, Protocol

from ledger.kernel.errors import BundleError
from ledger.kernel.limits import (
    BUNDLE_FILES_MAX,
    CHECKPOINT_BYTES_MAX,
    MANIFEST_BYTES_MAX,
    RECORD_BYTES_MAX,
)
from ledger.log.merkle import HASH_BYTES
from ledger.log.tiles import TILE_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENTRIES_BYTES_MAX: Final = TILE_WIDTH * (RECORD_BYTES_MAX + 2)
TILE_BYTES_MAX: Final = TILE_WIDTH * HASH_BYTES
_PIECE_BYTES: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*\Z")
_NAME_CHARS_MAX: Final = 200
_LIMITS: Final = (
    ("tile/entries/", ENTRIES_BYTES_MAX),
    ("tile/", TILE_BYTES_MAX),
    ("checkpoint", CHECKPOINT_BYTES_MAX),  # and checkpoints/<size>
    ("manifest.json", MANIFEST_BYTES_MAX),
)


class Source(Protocol):
    """The files of one bundle."""

    @property
    def files(self) -> Mapping[str, int]:
        """Every file by its path (`/` between elements), with its size in bytes."""

    def read(self, path: str) -> bytes:
        """The bytes of a listed file; `BundleError` if they cannot be read any more."""

    def digest(self, path: str) -> str:
        """SHA-256 of a listed file in lower-case hex, read piece by piece."""


class DirectorySource:
    """A bundle as a directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, int] = {}
        for path, size in _walk(root, ""):
            check_member(path, size)
            self._files[path] = size
            check_count(len(self._files))

    @property
    def files(self) -> Mapping[str, int]:
        """Every file by its path, with its size in bytes when it was listed."""
        return self._files

    def read(self, path: str) -> bytes:
        """The bytes of a listed file."""
        return b"".join(self._pieces(path))

    def digest(self, path: str) -> str:
        """SHA-256 of a listed file."""
        return digest_of(self._pieces(path))

    def _pieces(self, path: str) -> Iterator[bytes]:
        """At most as many bytes as were listed, and one more, which tells that the file grew."""
        left = self._files[path] + 1
        try:
            with (self._root / path).open("rb") as file:
                while piece := file.read(min(left, _PIECE_BYTES)):
                    left -= len(piece)
                    yield piece
        except OSError as error:
            raise BundleError(f"cannot be read: {error.strerror}", where=path) from None


def digest_of(pieces: Iterator[bytes]) -> str:
    """SHA-256 over pieces of bytes, in lower-case hex."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def check_member(path: str, size: int) -> None:
    """`BundleError` unless a bundle may hold a file of this name and size."""
    if len(path) > _NAME_CHARS_MAX or not _NAME.match(path) or {".", ".."} & set(path.split("/")):
        raise BundleError(
            f"{path[:80]!r} is no name of a file in a bundle",
            hint="Names are relative, of letters, digits, dot, dash and underscore",
        )
    limit = next((limit for prefix, limit in _LIMITS if path.startswith(prefix)), size)
    if size > limit:
        raise BundleError(f"{size} bytes where at most {limit} are allowed", where=path)


def check_count(count: int) -> None:
    """`BundleError` if a bundle has more files than any log of ours needs."""
    if count > BUNDLE_FILES_MAX:
        raise BundleError(f"more than {BUNDLE_FILES_MAX} files")


def _walk(root: Path, prefix: str) -> Iterator[tuple[str, int]]:
    """Every regular file under a directory; links and special files are refused."""
    try:
        with os.scandir(root / prefix) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise BundleError(
            f"cannot be listed: {error.strerror}", where=prefix or str(root)
        ) from None
    for entry in entries:
        path = prefix + entry.name
        if entry.is_symlink() or not (entry.is_file() or entry.is_dir()):
            raise BundleError("only plain files and directories are read", where=path[:80])
        if entry.is_dir():
            check_member(path, 0)
            yield from _walk(root, path + "/")
        else:
            yield path, entry.stat(follow_symlinks=False).st_size
