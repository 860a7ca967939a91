"""An archive that another reader of ZIP would see otherwise is refused (evidence-bundle.md).

Some readers believe the end record and the directory to the letter, some look for the directory
before the end record, some go from member to member; and a few extra fields hold another name.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from ledger.audit.archive import ArchiveSource
from ledger.kernel.errors import BundleError
from tests.support import parser_seeds as seeds
from tests.support.parsers import listed, streamed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {"checkpoint": seeds.NOTE, "manifest.json": b"{}", "tile/0/000.p/1": seeds.LEAVES[0]}
GOOD = seeds.archive_of(FILES)
END = len(GOOD) - 22
DIRECTORY = GOOD.index(b"PK\x01\x02")
MANY = 66_000


def read(place: Path, data: bytes) -> dict[str, bytes]:
    """The members that the product sees."""
    place.write_bytes(data)
    source = ArchiveSource(place)
    return {path: source.read(path) for path in source.files}


def with_fields(*changes: tuple[int, str, int]) -> bytes:
    """The good archive with other numbers at some offsets."""
    data = bytearray(GOOD)
    for offset, form, number in changes:
        struct.pack_into(form, data, offset, number)
    return bytes(data)


def with_another_name() -> bytes:
    """An extra field of the directory that gives its first member the name of another file."""
    name = b"manifest.json"
    extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(b"checkpoint")) + name
    data = bytearray(GOOD)
    struct.pack_into("<H", data, DIRECTORY + 30, len(extra))
    struct.pack_into("<L", data, END + 12, END - DIRECTORY + len(extra))
    at = DIRECTORY + 46 + len(b"checkpoint")
    return bytes(data[:at] + extra + data[at:])


def with_a_directory_elsewhere() -> bytes:
    """Every offset too large by one entry of the directory, which lax readers make good again."""
    first = struct.unpack_from("<H", GOOD, DIRECTORY + 28)[0] + 46
    data, at = bytearray(GOOD), DIRECTORY
    while data[at : at + 4] == b"PK\x01\x02":
        (offset,) = struct.unpack_from("<L", data, at + 42)
        struct.pack_into("<L", data, at + 42, offset + first)
        at += 46 + struct.unpack_from("<H", data, at + 28)[0]
    struct.pack_into("<L", data, END + 16, DIRECTORY + first)
    return bytes(data)


def with_members_in_another_order() -> bytes:
    """A directory that lists the last member first: a stream and a list end in different files."""
    entries, at = [], DIRECTORY
    while GOOD[at : at + 4] == b"PK\x01\x02":
        size = 46 + struct.unpack_from("<H", GOOD, at + 28)[0]
        entries.append(GOOD[at : at + size])
        at += size
    return GOOD[:DIRECTORY] + b"".join(reversed(entries)) + GOOD[END:]


TWO_FACED: dict[str, Callable[[], bytes]] = {
    "fewer members counted": lambda: with_fields((END + 8, "<H", 1), (END + 10, "<H", 1)),
    "more members counted": lambda: with_fields((END + 8, "<H", 4), (END + 10, "<H", 4)),
    "counts differ": lambda: with_fields((END + 8, "<H", 1)),
    "another disk": lambda: with_fields((END + 4, "<H", 1)),
    "the directory on another disk": lambda: with_fields((END + 6, "<H", 1)),
    "a member on another disk": lambda: with_fields((DIRECTORY + 34, "<H", 1)),
    "a folder to DOS": lambda: with_fields((DIRECTORY + 38, "<L", 0x10)),
    "a longer directory": lambda: with_fields((END + 12, "<L", END - DIRECTORY + 1)),
    "a shorter directory": lambda: with_fields((END + 12, "<L", END - DIRECTORY - 1)),
    "a directory that begins earlier": lambda: with_fields((END + 16, "<L", DIRECTORY - 1)),
    "a directory elsewhere": with_a_directory_elsewhere,
    "another name in an extra field": with_another_name,
    "members in another order": with_members_in_another_order,
}


def test_the_good_one_is_seen_alike_by_all(tmp_path: Path) -> None:
    assert read(tmp_path / "a.zip", GOOD) == listed(GOOD) == streamed(GOOD) == FILES


@pytest.mark.parametrize("name", TWO_FACED)
def test_an_archive_of_two_faces_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError):
        read(tmp_path / "a.zip", TWO_FACED[name]())


def large() -> bytes:
    """An archive of more members than the plain end record can count (ZIP64)."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for number in range(MANY):
            archive.writestr(zipfile.ZipInfo(f"x{number}"), b"")
    return place.getvalue()


def test_an_archive_of_many_members_is_read(tmp_path: Path) -> None:
    data = large()
    assert len(read(tmp_path / "a.zip", data)) == MANY
    at = len(data) - 22 - 20 - 56
    assert data[at : at + 4] == b"PK\x06\x06"
    for offset in (at + 24, at + 32, at + 40, at + 48, at + 56 + 8):
        changed = bytearray(data)
        changed[offset] ^= 1
        with pytest.raises(BundleError):
            read(tmp_path / "a.zip", bytes(changed))
