"""A bundle as one archive: a ZIP file in which every byte is accounted for.

Members are stored, never compressed: no bomb, and each can be read where it lies. Members and
directory must agree to the byte (`ledger.audit.zip_directory`), so that two readers can never see
two different bundles. Checksums of the format are not looked at: digests, leaves and signatures do
that work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.audit.source import check_count, check_member, digest_of
from ledger.audit.zip_directory import read_members
from ledger.kernel.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

_PIECE_BYTES: Final = 1 << 20


class ArchiveSource:
    """A bundle in one ZIP file."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._spans: dict[str, tuple[int, int]] = {}
        try:
            with archive.open("rb") as file:
                self._index(file)
        except (OSError, ValueError) as error:
            raise BundleError(f"cannot be read: {error}", where=archive.name) from None

    @property
    def files(self) -> Mapping[str, int]:
        """Every member by its path, with its size in bytes."""
        return {path: end - start for path, (start, end) in self._spans.items()}

    def read(self, path: str) -> bytes:
        """The bytes of a member."""
        return b"".join(self._pieces(path))

    def digest(self, path: str) -> str:
        """SHA-256 of a member."""
        return digest_of(self._pieces(path))

    def _pieces(self, path: str) -> Iterator[bytes]:
        start, end = self._spans[path]
        try:
            with self._archive.open("rb") as file:
                file.seek(start)
                while piece := file.read(min(end - start, _PIECE_BYTES)):
                    start += len(piece)
                    yield piece
        except OSError as error:
            raise BundleError(f"cannot be read: {error.strerror}", where=path) from None

    def _index(self, file: BinaryIO) -> None:
        for member in read_members(file):
            check_member(member.name, member.end - member.start)
            if member.name in self._spans:
                raise BundleError("two members of one name", where=member.name)
            self._spans[member.name] = (member.start, member.end)
            check_count(len(self._spans))
