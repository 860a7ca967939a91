"""Files that a crash leaves whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ledger.kernel.errors import StoreError
from ledger.store.durable_files import (
    files_of,
    new_file,
    new_folder,
    sync_folder,
    write_again,
    write_durably,
)

FSYNC = "ledger.store.durable_files.os.fsync"


def full(*_: object) -> NoReturn:
    raise OSError(28, "No space left on device")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was synced, in order."""
    seen: list[str] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        seen.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(FSYNC, watch)
    return seen


def test_a_failure_before_the_rename_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "checkpoint"
    write_durably(place, b"old")
    monkeypatch.setattr(FSYNC, full)
    with pytest.raises(StoreError, match="No space left") as caught:
        write_durably(place, b"new, and longer")
    assert caught.value.where == str(place)
    assert (place.read_bytes(), names(tmp_path)) == (b"old", ["checkpoint"])
    monkeypatch.undo()
    write_durably(place, b"new")
    assert (place.read_bytes(), names(tmp_path)) == (b"new", ["checkpoint"])


def test_file_and_folder_are_synced(tmp_path: Path, synced: list[str]) -> None:
    write_durably(tmp_path / "note", b"note")
    assert synced == [str(tmp_path / ".note.part"), str(tmp_path)]


def test_a_folder_stands_under_its_name_with_all_that_is_in_it(
    tmp_path: Path, synced: list[str]
) -> None:
    with new_folder(tmp_path / "made" / "bundle") as folder:
        (folder / "tile").mkdir()
        (folder / "tile" / "000").write_bytes(b"hashes")
        assert names(tmp_path / "made") == [".bundle.part"]
    assert (tmp_path / "made" / "bundle" / "tile" / "000").read_bytes() == b"hashes"
    aside, made = str(tmp_path / "made" / ".bundle.part"), str(tmp_path / "made")
    assert synced == [aside, f"{aside}/tile/000", f"{aside}/tile", made]


def test_a_relative_name_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with new_folder(Path("made") / "bundle") as folder:
        (folder / "tile").mkdir()
        (folder / "tile" / "000").write_bytes(b"hashes")
    assert (tmp_path / "made" / "bundle" / "tile" / "000").read_bytes() == b"hashes"


def test_what_a_crash_left_aside_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / ".thing.part"
    left.mkdir()
    (left / "half").write_bytes(b"half")
    with new_folder(tmp_path / "thing") as folder:
        assert names(folder) == []
    assert names(tmp_path) == ["thing"]


def test_nothing_is_left_of_a_folder_that_failed(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No space left"), new_folder(tmp_path / "bundle"):
        full()
    assert names(tmp_path) == []


def test_an_error_of_another_kind_passes_and_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> NoReturn:
        with new_file(tmp_path / "receipt") as aside:
            aside.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == []


def test_a_folder_that_is_not_there_cannot_be_synced(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        sync_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 64, 100])
def test_a_file_written_again_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("ledger.store.durable_files._PIECE_BYTES", 16)
    file = tmp_path / "wal"
    file.write_bytes(bytes(range(size)))
    write_again(file)
    assert file.read_bytes() == bytes(range(size))


def test_a_file_that_may_not_be_written_again_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        write_again(tmp_path / "nowhere")


def unlistable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The system refuses to list one folder, as it does when it has no descriptors left."""
    listed = os.scandir

    def scandir(place: Any) -> Any:
        if not isinstance(place, int) and Path(place).name == name:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", scandir)


def made_in(target: Path) -> None:
    with new_folder(target) as aside:
        (aside / "part").mkdir()
        (aside / "part" / "d").write_bytes(b"x")


def test_a_folder_that_cannot_be_listed_in_part_is_not_taken_for_a_smaller_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "part/b", "part/c"):
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(b"x")
    assert [p.name for p in files_of(tmp_path / "folder")] == ["a", "b", "c"]
    unlistable(monkeypatch, "part")
    with pytest.raises(OSError, match="open files"):
        files_of(tmp_path / "folder")
    with pytest.raises(StoreError, match="cannot be written"):
        made_in(tmp_path / "made")
    assert not (tmp_path / "made").exists()
