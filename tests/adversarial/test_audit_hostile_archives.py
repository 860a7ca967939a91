"""Archives made to be read in two ways, or to burst: refused before anything of them is read."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from ledger.audit import Evidence
from ledger.audit.archive import ArchiveSource
from ledger.kernel.errors import BundleError
from tests.support.bundle_writer import Forger, lived_fund, told, write_archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORGER = Forger.of(lived_fund())
FILES = FORGER.build()


def archive_of(place: Path, write: Callable[[zipfile.ZipFile], Any], **options: Any) -> Path:
    with zipfile.ZipFile(place, "w", **options) as archive:
        write(archive)
    return place


def refused(place: Path, data: bytes | None = None) -> str:
    """Why an archive is refused."""
    if data is not None:
        place.write_bytes(data)
    with pytest.raises(BundleError) as caught:
        ArchiveSource(place)
    return caught.value.message


def good(tmp_path: Path) -> bytes:
    return write_archive(tmp_path / "good.zip", FILES).read_bytes()


def test_the_honest_archive_is_valid(tmp_path: Path) -> None:
    place = write_archive(tmp_path / "good.zip", FILES)
    report = Evidence.open(place, trust=FORGER.trust()).verify()
    assert report.verdict == "valid"


def test_a_changed_byte_of_a_member_is_a_finding_and_not_an_archive_error(tmp_path: Path) -> None:
    data = bytearray(good(tmp_path))
    data[data.index(b"tile/entries/000.p/34") + 3_000] ^= 1
    (tmp_path / "bad.zip").write_bytes(data)
    report = Evidence.open(tmp_path / "bad.zip", trust=FORGER.trust()).verify()
    assert report.exit_code == 3
    assert told(report)[0][1] == 1


def test_a_compressed_member_is_refused(tmp_path: Path) -> None:
    bomb = archive_of(
        tmp_path / "a.zip",
        lambda archive: archive.writestr("checkpoint", b"\x00" * 100_000),
        compression=zipfile.ZIP_DEFLATED,
    )
    assert refused(bomb) == "a compressed member"


@pytest.mark.parametrize(
    "name", ["/checkpoint", "../checkpoint", "tile/../../x", "a\\b", "chéckpoint"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    place = archive_of(tmp_path / "a.zip", lambda archive: archive.writestr(name, b"x"))
    assert "no name of a file" in refused(place)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    place = archive_of(tmp_path / "a.zip", lambda archive: archive.writestr("tile/", b"x"))
    assert "not a plain file" in refused(place)


def test_a_name_cut_at_a_zero_byte_is_refused(tmp_path: Path) -> None:
    data = good(tmp_path).replace(b"checkpoint", b"checkpo\x00nt")
    assert "no name of a file" in refused(tmp_path / "a.zip", data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("checkpoint", b"one")
        archive.writestr("checkpoint", b"two")

    assert refused(archive_of(tmp_path / "a.zip", write)) == "two members of one name"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR])
def test_links_and_special_files_are_refused(tmp_path: Path, kind: int) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        member = zipfile.ZipInfo("checkpoint")
        member.external_attr = (kind | 0o644) << 16
        archive.writestr(member, b"/etc/passwd")

    assert "plain file" in refused(archive_of(tmp_path / "a.zip", write))


def test_an_oversized_member_is_refused(tmp_path: Path) -> None:
    place = archive_of(tmp_path / "a.zip", lambda a: a.writestr("tile/0/000", b"x" * 8_193))
    assert "at most 8192" in refused(place)


def test_a_streamed_member_is_refused(tmp_path: Path) -> None:
    class Unseekable(io.BytesIO):
        @override
        def seekable(self) -> bool:
            return False

        @override
        def seek(self, *_: int) -> int:
            raise OSError

        @override
        def tell(self) -> int:
            raise OSError

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w") as archive, archive.open("checkpoint", "w") as member:
        member.write(b"note")
    assert refused(tmp_path / "a.zip", stream.getvalue()) == "an encrypted or streamed member"


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(good(tmp_path))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert refused(tmp_path / "a.zip", bytes(data)) == "an encrypted or streamed member"


def test_bytes_before_the_first_member_are_refused(tmp_path: Path) -> None:
    assert "end record" in refused(tmp_path / "a.zip", b"#!/bin/sh\n" + good(tmp_path))


def test_bytes_after_the_end_are_refused(tmp_path: Path) -> None:
    assert "does not end" in refused(tmp_path / "a.zip", good(tmp_path) + b"more")


def test_a_comment_is_refused(tmp_path: Path) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("checkpoint", b"note")
        archive.comment = b"hello"

    assert "does not end" in refused(archive_of(tmp_path / "a.zip", write))


def test_a_member_hidden_between_others_is_refused(tmp_path: Path) -> None:
    """A member that the directory does not list, which a streaming reader would see."""
    data = good(tmp_path)
    first = data.index(b"PK\x03\x04", 4)
    central = data.index(b"PK\x01\x02")
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("hidden", b"another truth")
    member = hidden.getvalue()[: hidden.getvalue().index(b"PK\x01\x02")]
    moved = bytearray(data[:first] + member + data[first:])
    _shift(moved, central + len(member), first, len(member))
    assert "gap" in refused(tmp_path / "a.zip", bytes(moved))


def test_a_hidden_name_in_a_local_header_alone_is_refused(tmp_path: Path) -> None:
    """An extra field that only the member's own header has."""
    data = good(tmp_path)
    name = len("checkpoint")
    extra = b"\x99\x99\x04\x00hide"
    grown = bytearray(data[: 30 + name] + extra + data[30 + name :])
    struct.pack_into("<H", grown, 28, len(extra))
    central = data.index(b"PK\x01\x02") + len(extra)
    _shift(grown, central, 1, len(extra))
    assert "extra field" in refused(tmp_path / "a.zip", bytes(grown))


@pytest.mark.parametrize(
    ("offset", "said"), [(0, "extra field"), (2**32 - 2, "extra field"), (2**32, "leave a gap")]
)
def test_an_offset_of_zip64_is_believed_only_where_it_is_needed(
    tmp_path: Path, offset: int, said: str
) -> None:
    data = bytearray(good(tmp_path))
    central, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    (name,) = struct.unpack_from("<H", data, central + 28)
    struct.pack_into("<H", data, central + 30, 12)
    struct.pack_into("<L", data, central + 42, 0xFFFFFFFF)
    (size,) = struct.unpack_from("<L", data, end + 12)
    struct.pack_into("<L", data, end + 12, size + 12)
    at = central + 46 + name
    data[at:at] = struct.pack("<2HQ", 1, 8, offset)
    assert said in refused(tmp_path / "a.zip", bytes(data))


def test_a_member_that_ends_beyond_the_archive_is_refused(tmp_path: Path) -> None:
    """Header and directory agree on its size, and the next one is where it would end."""
    data, size = bytearray(good(tmp_path)), 0x70000000
    central = data.index(b"PK\x01\x02")
    following = data.index(b"PK\x01\x02", central + 4)
    (name,) = struct.unpack_from("<H", data, 26)
    struct.pack_into("<2L", data, 18, size, size)
    struct.pack_into("<2L", data, central + 20, size, size)
    struct.pack_into("<L", data, following + 42, 30 + name + size)
    # Each kind of file has its bound; what no rule names has none.
    for place in (30, central + 46):
        data[place : place + name] = b"x" * name
    assert "outside the archive" in refused(tmp_path / "a.zip", bytes(data))


def with_end_64(data: bytes, *, offset: int = 0, start: int = 0) -> bytes:
    """The archive with the end record of ZIP64 before its own, each told otherwise by so much."""
    end = data.rindex(b"PK\x05\x06")
    fields = list(struct.unpack_from("<4s4H2LH", data, end))
    members, length, begins = fields[4:7]
    last = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, length, begins + start
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end + offset, 1)
    fields[6] = 0xFFFFFFFF
    return data[:end] + last + locator + struct.pack("<4s4H2LH", *fields)


@pytest.mark.parametrize("told", [{}, {"offset": 1}, {"start": 1}], ids=str)
def test_the_end_records_of_zip64_agree_with_each_other(
    tmp_path: Path, told: dict[str, int]
) -> None:
    """No writer says ZIP64 of a small archive; who does is believed by some readers only."""
    said = refused(tmp_path / "a.zip", with_end_64(good(tmp_path), **told))
    assert "two end records disagree" in said


def _shift(data: bytearray, central: int, first: int, by: int) -> None:
    """Mend the offsets of a directory that moved."""
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<L", data, end + 16, central)
    at = central
    while data[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", data, at + 28)
        (offset,) = struct.unpack_from("<L", data, at + 42)
        if offset >= first:
            struct.pack_into("<L", data, at + 42, offset + by)
        at += 46 + name + extra + comment


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    data = bytearray(good(tmp_path))
    central = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", central + 4)
    # The second entry points at the first member, under the first one's name.
    length = struct.unpack_from("<H", data, second + 28)[0]
    assert length
    data[second : second + 46] = data[central : central + 28] + data[second + 28 : second + 46]
    struct.pack_into("<L", data, second + 42, 0)
    assert refused(tmp_path / "a.zip", bytes(data))


@pytest.mark.parametrize(
    ("field", "value"), [(0, b"PK\x03\x05"), (6, b"\x01\x00"), (8, b"\x08\x00"), (18, b"\x09" * 4)]
)
def test_a_local_header_that_disagrees_is_refused(tmp_path: Path, field: int, value: bytes) -> None:
    data = bytearray(good(tmp_path))
    data[field : field + len(value)] = value
    assert "disagree" in refused(tmp_path / "a.zip", bytes(data))


def test_a_local_name_that_disagrees_is_refused(tmp_path: Path) -> None:
    data = good(tmp_path).replace(b"checkpoint", b"checkpoing", 1)
    assert "disagree" in refused(tmp_path / "a.zip", data)


def test_an_extra_field_in_a_local_header_is_refused(tmp_path: Path) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        member = zipfile.ZipInfo("checkpoint")
        member.extra = b"\x99\x99\x04\x00hide"
        archive.writestr(member, b"note")

    assert "extra field" in refused(archive_of(tmp_path / "a.zip", write))


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"x" * 100, b"PK\x05\x06" + b"\xff" * 16 + b"\x00\x00"]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path / "a.zip", data)


def test_no_damage_to_an_archive_raises_anything_else(tmp_path: Path) -> None:
    honest = good(tmp_path)
    central = honest.index(b"PK\x01\x02")
    place = tmp_path / "a.zip"
    for offset in range(central, len(honest), 3):
        data = bytearray(honest)
        data[offset] ^= 0xFF
        place.write_bytes(data)
        try:
            ArchiveSource(place)
        except BundleError:
            continue
