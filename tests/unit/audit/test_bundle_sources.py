"""Where a bundle comes from: directories and archives, and everything that is refused before."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from ledger.audit.archive import ArchiveSource
from ledger.audit.bundle import open_bundle
from ledger.audit.source import (
    ENTRIES_BYTES_MAX,
    DirectorySource,
    check_count,
    check_member,
)
from ledger.kernel.errors import BundleError
from ledger.kernel.limits import BUNDLE_FILES_MAX, CHECKPOINT_BYTES_MAX, MANIFEST_BYTES_MAX
from tests.support.bundle_writer import write_archive, write_directory

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "checkpoint": b"note",
    "empty": b"",
    "tile/0/000.p/3": b"h" * 96,
    "tile/entries/000.p/3": bytes(range(256)) * 9_000,
}


def test_a_directory_and_its_archive_are_read_alike(tmp_path: Path) -> None:
    directory = DirectorySource(write_directory(tmp_path / "d", FILES))
    archive = ArchiveSource(write_archive(tmp_path / "a.zip", FILES))
    for source in (directory, archive):
        assert source.files == {path: len(data) for path, data in FILES.items()}
        for path, data in FILES.items():
            assert source.read(path) == data
            assert source.digest(path) == hashlib.sha256(data).hexdigest()


def test_an_archive_without_members_is_an_empty_bundle(tmp_path: Path) -> None:
    assert ArchiveSource(write_archive(tmp_path / "a.zip", {})).files == {}


def test_a_path_that_is_neither_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such bundle"):
        open_bundle(tmp_path / "none")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "a/../b",
        "a/./b",
        "a//b",
        "",
        "a\\b",
        "C:x",
        "tile/",
        "ü",
        "a b",
        "x" * 201,
        "a\nb",
        "a\x00b",
    ],
)
def test_names_that_could_mean_something_else_are_refused(name: str) -> None:
    with pytest.raises(BundleError):
        check_member(name, 1)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("tile/entries/000", ENTRIES_BYTES_MAX),
        ("tile/0/000", 8_192),
        ("checkpoint", CHECKPOINT_BYTES_MAX),
        ("checkpoints/7", CHECKPOINT_BYTES_MAX),
        ("manifest.json", MANIFEST_BYTES_MAX),
    ],
)
def test_each_kind_of_file_has_its_bound(name: str, limit: int) -> None:
    check_member(name, limit)
    with pytest.raises(BundleError, match="at most"):
        check_member(name, limit + 1)


def test_files_are_counted() -> None:
    check_count(BUNDLE_FILES_MAX)
    with pytest.raises(BundleError):
        check_count(BUNDLE_FILES_MAX + 1)


def test_a_directory_with_a_link_is_refused(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    (root / "link").symlink_to(root / "checkpoint")
    with pytest.raises(BundleError, match="plain files") as caught:
        DirectorySource(root)
    assert caught.value.where == "link"


def test_a_directory_with_a_linked_directory_is_refused(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    (root / "tile" / "loop").symlink_to(root)
    with pytest.raises(BundleError, match="plain files"):
        DirectorySource(root)


def test_a_directory_with_a_pipe_is_refused(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    os.mkfifo(root / "pipe")
    with pytest.raises(BundleError, match="plain files"):
        DirectorySource(root)


def test_a_directory_that_cannot_be_listed_is_our_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    root = write_directory(tmp_path / "d", FILES)
    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(BundleError, match="cannot be listed: Permission denied"):
        DirectorySource(root)


def test_a_directory_with_a_strange_name_is_refused(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    (root / "a b").mkdir()
    with pytest.raises(BundleError, match="no name"):
        DirectorySource(root)


def test_a_file_that_grew_is_read_with_a_byte_too_many(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    source = DirectorySource(root)
    (root / "checkpoint").write_bytes(b"note and much more")
    (root / "empty").write_bytes(b"not empty")
    assert source.read("checkpoint") == b"note "
    assert source.read("empty") == b"n"


def test_a_file_that_went_away_is_our_own_error(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    source = DirectorySource(root)
    (root / "checkpoint").unlink()
    with pytest.raises(BundleError, match="cannot be read"):
        source.read("checkpoint")


def test_an_archive_that_went_away_is_our_own_error(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.zip", FILES)
    source = ArchiveSource(archive)
    archive.unlink()
    with pytest.raises(BundleError, match="cannot be read"):
        source.read("checkpoint")
    with pytest.raises(BundleError, match="cannot be read"):
        ArchiveSource(archive)


def source_of(
    tmp_path: Path, kind: str, files: dict[str, bytes]
) -> DirectorySource | ArchiveSource:
    if kind == "archive":
        return ArchiveSource(write_archive(tmp_path / "a.zip", files))
    return DirectorySource(write_directory(tmp_path / "d", files))


KINDS = pytest.mark.parametrize("kind", ["archive", "directory"])


@KINDS
def test_a_file_beyond_its_bound_is_named(tmp_path: Path, kind: str) -> None:
    largest = {"a": b"", "checkpoints/7": b"x" * CHECKPOINT_BYTES_MAX}
    assert source_of(tmp_path, kind, largest).files["checkpoints/7"] == CHECKPOINT_BYTES_MAX
    with pytest.raises(BundleError, match="at most") as caught:
        source_of(tmp_path, kind, {"checkpoints/7": b"x" * (CHECKPOINT_BYTES_MAX + 1)})
    assert caught.value.where == "checkpoints/7"


@KINDS
def test_a_bundle_of_too_many_files_is_refused(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.audit.source.BUNDLE_FILES_MAX", 3)
    assert len(source_of(tmp_path, kind, dict.fromkeys("abc", b"")).files) == 3
    with pytest.raises(BundleError, match="more than 3 files"):
        source_of(tmp_path, kind, dict.fromkeys("abcd", b""))


@KINDS
def test_a_name_has_a_longest_length(tmp_path: Path, kind: str) -> None:
    assert source_of(tmp_path, kind, {"x" * 200: b""}).files == {"x" * 200: 0}
    with pytest.raises(BundleError, match="no name"):
        source_of(tmp_path, kind, {"x" * 201: b""})


@KINDS
def test_what_cannot_be_read_any_more_is_named(tmp_path: Path, kind: str) -> None:
    source = source_of(tmp_path, kind, FILES)
    for path in (tmp_path / "a.zip", tmp_path / "d" / "checkpoint"):
        path.unlink(missing_ok=True)
    for ask in (source.read, source.digest):
        with pytest.raises(BundleError, match="cannot be read: No such file") as caught:
            ask("checkpoint")
        assert caught.value.where == "checkpoint"


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be read") as caught:
        ArchiveSource(tmp_path / "none.zip")
    assert caught.value.where == "none.zip"


def test_a_directory_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, scan = write_directory(tmp_path / "d", FILES), os.scandir
    for denied, where in ((root, str(root)), (root / "tile" / "0", "tile/0/")):

        def listed(place: Path, denied: Path = denied) -> object:
            if place == denied:
                raise PermissionError(13, "Permission denied")
            return scan(place)

        monkeypatch.setattr(os, "scandir", listed)
        with pytest.raises(BundleError, match="cannot be listed") as caught:
            DirectorySource(root)
        assert caught.value.where == where


def test_a_path_that_is_no_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError) as caught:
        open_bundle(tmp_path / "none")
    assert caught.value.where == str(tmp_path / "none")


def test_a_long_name_that_is_refused_is_cut(tmp_path: Path) -> None:
    root = write_directory(tmp_path / "d", FILES)
    (root / ("x" * 100)).symlink_to(root / "checkpoint")
    with pytest.raises(BundleError, match="plain files") as caught:
        DirectorySource(root)
    assert caught.value.where == "x" * 80


def test_an_archive_with_one_name_twice_is_refused(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.zip", {"name-1": b"one", "name-2": b"two"})
    archive.write_bytes(archive.read_bytes().replace(b"name-2", b"name-1"))
    with pytest.raises(BundleError, match="two members of one name") as caught:
        ArchiveSource(archive)
    assert caught.value.where == "name-1"
