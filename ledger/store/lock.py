"""The writer lock: at most one process writes a store.

`flock(LOCK_EX | LOCK_NB)` on a file beside the database, held until `release` or the end of the
process; the kernel drops it when its holder dies, so a file left by a killed writer blocks nobody.
The process id inside is for the message only. The file is never deleted: a new file of the same
name would be a second lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import weakref
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import StoreError, StoreLockedError

if TYPE_CHECKING:
    from pathlib import Path

_PROCESS_ID: Final = re.compile(rb"([1-9][0-9]{0,9})\n")
_PROCESS_ID_BYTES: Final = 16


class WriterLock:
    """The lock of one file: free, or held by this object."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock, in this process."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock, or raise `StoreLockedError` at once; `StoreError` if it has no file."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(
                f"the lock file cannot be opened: {error.strerror}", where=str(self._path)
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise _refusal(error, holder, self._path) from error
        self._descriptor = descriptor
        _held_here.add(self)
        with contextlib.suppress(OSError):  # the lock holds, also when the disk is full
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        _held_here.discard(self)
        if descriptor is not None:
            with contextlib.suppress(OSError):  # the kernel lets go of it whatever it answers
                os.close(descriptor)


def _holder(descriptor: int) -> str:
    found = _PROCESS_ID.fullmatch(os.pread(descriptor, _PROCESS_ID_BYTES, 0))
    return f"process {found[1].decode()}" if found else "another process"


def _refusal(error: OSError, holder: str, path: Path) -> StoreError:
    if isinstance(error, BlockingIOError):
        return StoreLockedError(
            f"{holder} is writing to this store",
            where=str(path),
            hint="Stop that process first, or open the store read-only",
        )
    return StoreError(
        f"the lock cannot be taken: {error.strerror}",
        where=str(path),
        hint="Keep the store on a local disk",
    )


_held_here: Final[weakref.WeakSet[WriterLock]] = weakref.WeakSet()


def _forget_in_child() -> None:
    """A forked child would keep the lock alive after its parent's death: it closes its copy."""
    for lock in list(_held_here):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)
