"""Files beside the database that a crash leaves whole or not there: written aside, synced, renamed.

A name is durable only when its folder is synced as well. What fails on the way is a `StoreError`,
and what was written aside is removed; what a crash left aside is removed by the next run.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE_BYTES: Final = 1 << 20


def write_durably(path: Path, data: bytes) -> None:
    """Replace a small file so that a crash leaves the old or the new one, never a part."""
    with new_file(path) as aside:
        aside.write_bytes(data)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Where to write a file that stands under its name, synced, when the block ends."""
    with _aside(path) as aside:
        yield aside
        _sync(aside)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Where to make a folder that stands under its name, synced with all in it, in the end."""
    with _aside(path) as aside:
        aside.mkdir()
        yield aside
        for folder, _, names in os.walk(aside, onerror=_stop):
            for name in names:
                _sync(Path(folder) / name)
            _sync(Path(folder))


def files_of(folder: Path) -> list[Path]:
    """Every file under a folder, in order; `OSError` if a part of it cannot be listed.

    Neither `os.walk` nor `rglob` says by itself that it left out what it could not list.
    """
    return sorted(
        Path(place) / name for place, _, names in os.walk(folder, onerror=_stop) for name in names
    )


def _stop(error: OSError) -> None:
    raise error


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    with _explained(path):
        _sync(path)


def write_again(path: Path) -> None:
    """Make durable whatever a file holds, though an earlier sync of it may have failed.

    After a failed sync the kernel takes the file's pages for clean: they are read as if they were
    on the disk, and no later sync brings them there unless they are written again.
    """
    with _explained(path), path.open("r+b") as file:
        while piece := file.read(_PIECE_BYTES):
            file.seek(-len(piece), os.SEEK_CUR)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    aside = path.with_name(f".{path.name}.part")
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(aside)
        try:
            yield aside
            aside.rename(path)
            _sync(path.parent)
        except BaseException:
            _remove(aside)
            raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            hint="Make room or give the right to write, and run the command again",
        ) from error


def _remove(aside: Path) -> None:
    if aside.is_dir():
        shutil.rmtree(aside)
    else:
        aside.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
