"""A disk of a chosen size, in memory: mounted, made larger, made read-only, taken away."""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_READ_ONLY = 1  # MS_RDONLY
_REMOUNT = 32  # MS_REMOUNT
_FORBIDDEN = {errno.EPERM, errno.EACCES, errno.ENOSYS}


class Room:
    """A mounted disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, kilobytes: int) -> None:
        """Make more room, or less."""
        _mount(self.folder, _REMOUNT, f"size={kilobytes}k")

    def lock(self) -> None:
        """Nothing can be written any more."""
        _mount(self.folder, _REMOUNT | _READ_ONLY, "")


@contextmanager
def room(folder: Path, kilobytes: int) -> Iterator[Room]:
    """A disk at a new folder, gone in the end.

    Skips aloud where the kernel lets this process mount nothing; any other failure is one.
    """
    folder.mkdir()
    try:
        _mount(folder, 0, f"size={kilobytes}k")
    except OSError as error:
        if error.errno in _FORBIDDEN:
            who = "root" if os.geteuid() == 0 else "an ordinary user"
            pytest.skip(f"the kernel lets {who} mount nothing: no disk was filled")
        raise
    try:
        yield Room(folder)
    finally:
        _called(ctypes.CDLL(None, use_errno=True).umount2, str(folder).encode(), 2)  # MNT_DETACH


def _mount(folder: Path, flags: int, options: str) -> None:
    mount = ctypes.CDLL(None, use_errno=True).mount
    _called(mount, b"tmpfs", str(folder).encode(), b"tmpfs", flags, options.encode())


def _called(function: object, *arguments: object) -> None:
    if function(*arguments):  # type: ignore[operator]  # a function of libc
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
