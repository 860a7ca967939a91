"""The directory of a ZIP archive, read in the one way in which every reader reads it.

ZIP lets one file be seen as several archives: readers differ in whether they believe the end
record, look for the directory before it, go from member to member, or take names from extra fields.
Here the end record, the directory and the members must agree to the byte, in one order and without
gaps, so that whoever reads the archive sees these files (APPNOTE 6.3.10, §4.3).
"""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger.kernel.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

HINT: Final = "Export the bundle again, or unpack the archive yourself and audit the directory"
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_OFFSET_64: Final = struct.Struct("<2HQ")
_MAX_16: Final = 0xFFFF
_MAX_32: Final = 0xFFFFFFFF
_UTF8_FLAG: Final = 0x800
_DOS_NO_FILE: Final = 0x18
"""A folder or a volume's label, as DOS marks them."""


class Member(NamedTuple):
    """One stored file of an archive, and where its bytes lie."""

    name: str
    start: int
    end: int


class _Directory(NamedTuple):
    start: int
    size: int
    members: int


def read_members(file: BinaryIO) -> Iterator[Member]:
    """Every member in its order; `BundleError` for whatever two readers could see otherwise."""
    directory = _directory_of(file)
    at, due = directory.start, 0
    end = directory.start + directory.size
    for _ in range(directory.members):
        if at + _ENTRY.size > end:
            raise BundleError("the archive's directory is shorter than it says", hint=HINT)
        name, size, offset, at = _entry_at(file, at)
        if offset != due:
            raise BundleError("members overlap or leave a gap", where=f"offset {due}", hint=HINT)
        start = _data_start(file, offset, name, size)
        due = start + size
        yield Member(name, start, due)
    if at != end or due != directory.start:
        raise BundleError("the archive's directory is not where and what it says", hint=HINT)


def _directory_of(file: BinaryIO) -> _Directory:
    """Where the directory lies, as the end record (and that of ZIP64) says."""
    size = file.seek(0, 2)
    if size < _END.size:
        raise BundleError("not a ZIP archive", hint=HINT)
    end = _read(file, size - _END.size, _END)
    magic, disk, start_disk, here, members, length, start, comment = end
    if magic != b"PK\x05\x06" or comment:
        raise BundleError("the archive does not end where it says", hint=HINT)
    found, ends_at = _Directory(start, length, members), size - _END.size
    if _MAX_16 in (here, members) or _MAX_32 in (length, start):
        ends_at -= _LOCATOR.size + _END_64.size
        found = _directory_64(file, ends_at)
        counted = (min(found.members, _MAX_16), min(found.size, _MAX_32), min(found.start, _MAX_32))
        if (members, length, start) != counted:
            raise BundleError("the archive's two end records disagree", hint=HINT)
    if disk or start_disk or here != members or found.start + found.size != ends_at:
        raise BundleError("the archive's end record is not that of its directory", hint=HINT)
    return found


def _directory_64(file: BinaryIO, ends_at: int) -> _Directory:
    if ends_at < 0:
        raise BundleError("the archive does not end where it says", hint=HINT)
    magic, size, _, _, disk, start_disk, here, members, length, start = _read(
        file, ends_at, _END_64
    )
    locator = _read(file, ends_at + _END_64.size, _LOCATOR)
    if (magic, size, disk, start_disk) != (b"PK\x06\x06", _END_64.size - 12, 0, 0):
        raise BundleError("the archive does not end where it says", hint=HINT)
    if locator != (b"PK\x06\x07", 0, ends_at, 1) or here != members:
        raise BundleError("the archive's two end records disagree", hint=HINT)
    return _Directory(start, length, members)


def _entry_at(file: BinaryIO, at: int) -> tuple[str, int, int, int]:
    """(name, size, offset of the local header, where the next entry starts)."""
    fields = _read(file, at, _ENTRY)
    magic, flags, method = fields[0], fields[3], fields[4]
    packed, size = fields[8:10]
    name_size, extra_size, comment_size, disk, _, attributes, offset = fields[10:]
    name = _name_of(file.read(name_size), flags)
    extra = file.read(extra_size)
    if magic != b"PK\x01\x02" or comment_size or disk:
        raise BundleError("the archive's directory is not where and what it says", hint=HINT)
    if method or packed != size:
        raise BundleError("a compressed member", where=name, hint=HINT)
    if flags & ~_UTF8_FLAG:
        raise BundleError("an encrypted or streamed member", where=name, hint=HINT)
    if attributes & _DOS_NO_FILE or stat.S_IFMT(attributes >> 16) not in {0, stat.S_IFREG}:
        raise BundleError("a member that is not a plain file", where=name, hint=HINT)
    if offset == _MAX_32 and len(extra) == _OFFSET_64.size:
        kind, length, offset = _OFFSET_64.unpack(extra)
        extra = b"" if (kind, length) == (1, 8) and offset >= _MAX_32 else extra
    if extra:
        raise BundleError("a member with an extra field", where=name, hint=HINT)
    return name, size, offset, at + _ENTRY.size + name_size + extra_size


def _data_start(file: BinaryIO, offset: int, name: str, size: int) -> int:
    """Where a member's bytes start, if its local header agrees with the directory."""
    fields = _read(file, offset, _LOCAL)
    magic, flags, method, sizes = fields[0], fields[2], fields[3], fields[7:9]
    name_size, extra_size = fields[9:11]
    same_name = _name_of(file.read(name_size), flags) == name
    if (magic, flags & ~_UTF8_FLAG, method, sizes) != (b"PK\x03\x04", 0, 0, (size, size)) or (
        not same_name
    ):
        raise BundleError("a member's header and the directory disagree", where=name, hint=HINT)
    if extra_size:
        raise BundleError("a member with an extra field", where=name, hint=HINT)
    return offset + _LOCAL.size + int(name_size)


def _name_of(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _UTF8_FLAG else "ascii")
    except UnicodeDecodeError:
        raise BundleError(f"{raw[:80]!r} is no name of a file in a bundle") from None


def _read(file: BinaryIO, at: int, form: struct.Struct) -> tuple[Any, ...]:
    file.seek(at)
    data = file.read(form.size)
    if len(data) < form.size:
        raise BundleError("a part outside the archive", where=f"offset {at}", hint=HINT)
    return form.unpack(data)
