"""A bundle as one archive: a ZIP file in which every byte is accounted for.

Members are stored, never compressed: no bomb, and each can be read where it lies. A member's local
header must say what the directory says, and members must follow each other without a gap from the
first byte of the file to the directory, so that two readers can never see two different bundles.
Checksums of the format are not looked at: digests, leaves and signatures do that work.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ledger.audit.source import check_count, check_member, digest_of
from ledger.kernel.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_END_MAGIC: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_UTF8_FLAG: Final = 0x800
_PIECE_BYTES: Final = 1 << 20
_HINT: Final = "Export the bundle again, or unpack the archive yourself and audit the directory"


class ArchiveSource:
    """A bundle in one ZIP file."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._spans: dict[str, tuple[int, int]] = {}
        try:
            with archive.open("rb") as file:
                self._index(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            # `zipfile` raises the second for features of the format that it does not have.
            raise BundleError(f"not a ZIP archive: {error}", where=archive.name) from None
        except (OSError, OverflowError) as error:
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
                while start < end and (piece := file.read(min(end - start, _PIECE_BYTES))):
                    start += len(piece)
                    yield piece
        except OSError as error:
            raise BundleError(f"cannot be read: {error.strerror}", where=path) from None

    def _index(self, file: BinaryIO) -> None:
        file.seek(0, 2)
        if file.tell() < _END_BYTES:
            raise BundleError("not a ZIP archive", where=self._archive.name)
        file.seek(-_END_BYTES, 2)
        end = file.read(_END_BYTES)
        if not end.startswith(_END_MAGIC) or not end.endswith(b"\x00\x00"):
            raise BundleError("the archive does not end where it says", hint=_HINT)
        with zipfile.ZipFile(file) as opened:
            members = sorted(opened.infolist(), key=lambda member: member.header_offset)
            directory: int = opened.start_dir
        check_count(len(members))
        headers: list[tuple[int, int]] = []
        for member in members:
            _check_entry(member)
            start = _data_start(file, member)
            if member.filename in self._spans:
                raise BundleError("two members of one name", where=member.filename)
            self._spans[member.filename] = (start, start + member.file_size)
            headers.append((member.header_offset, start + member.file_size))
        _check_gaps([(0, 0), *headers, (directory, directory)])


def _check_entry(member: zipfile.ZipInfo) -> None:
    """That the directory's entry is a plain, stored, openly named file."""
    name = member.filename
    if name != member.orig_filename:
        raise BundleError(f"{member.orig_filename[:80]!r} is no name of a file in a bundle")
    check_member(name, member.file_size)
    if stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG}:
        raise BundleError("a member that is not a plain file", where=name, hint=_HINT)
    stored = member.compress_type == zipfile.ZIP_STORED
    if not stored or member.compress_size != member.file_size:
        raise BundleError("a compressed member", where=name, hint=_HINT)
    if member.flag_bits & ~_UTF8_FLAG:
        raise BundleError("an encrypted or streamed member", where=name, hint=_HINT)


def _data_start(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Where a member's bytes start, if its local header agrees with the directory."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        raise BundleError("a member outside the archive", where=member.filename)
    fields = _LOCAL.unpack(header)
    magic, flags, method, sizes = fields[0], fields[2], fields[3], fields[7:9]
    name_size, extra_size = fields[9:11]
    name = file.read(name_size)
    said = (magic, flags, method, sizes, name)
    listed = (
        _LOCAL_MAGIC,
        member.flag_bits,
        member.compress_type,
        (member.file_size, member.file_size),
        member.filename.encode(),
    )
    if said != listed:
        raise BundleError("a member's header and the directory disagree", where=member.filename)
    if extra_size:
        raise BundleError("a member with an extra field", where=member.filename, hint=_HINT)
    return member.header_offset + len(header) + len(name)


def _check_gaps(spans: list[tuple[int, int]]) -> None:
    """That members lie side by side: none overlaps, and nothing hides between them."""
    for (_, end), (start, _) in pairwise(spans):
        if end != start:
            raise BundleError("members overlap or leave a gap", where=f"offset {end}", hint=_HINT)
