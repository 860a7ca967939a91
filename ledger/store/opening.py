"""Opening a store file: lock it, make it if it is new, check it, and make sure that it is durable.

Whatever fails on the way lets go of everything taken before it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.store import schema
from ledger.store.application import LedgerApplication, application_env
from ledger.store.durable_files import sync_folder, write_again
from ledger.store.faults import translated
from ledger.store.lock import WriterLock
from ledger.store.pool import check_durable, fold_wal

if TYPE_CHECKING:
    from collections.abc import Callable

_OLD_SQLITE = (
    f"SQLite {sqlite3.sqlite_version} has a rare defect of its WAL, mended in 3.51.3:"
    " let nothing but this program write to the store"
)
_READER_IN_THE_WAY = "a reader kept the WAL from being folded into the database"


@fixed
class OpenFile:
    """A store file ready for use; `lock` is None if it is open for reading only."""

    path: Path
    identity: tuple[int, int]
    """Device and inode of the database, by which its name is known to be still its own."""
    application: LedgerApplication
    lock: WriterLock | None
    warnings: tuple[str, ...]
    closing: ExitStack

    def check_names(self) -> None:
        """That the database and its WAL still stand under their names; `OSError` if not.

        The process itself would not notice: it could write on into files that nobody can open.
        """
        if _identity(self.path) != self.identity:
            raise OSError(f"another file stands at {self.path}")
        os.stat(f"{self.path}-wal")  # noqa: PTH116 - after each commit: a Path would cost more

    def close(self) -> None:
        """Let go of the connections, then of the lock."""
        self.closing.close()


def open_file(
    path: Path,
    fund: str,
    compose: Callable[[dict[str, str]], LedgerApplication],
    *,
    read_only: bool,
) -> OpenFile:
    """Open the file of a fund; `compose` makes the application from its settings.

    Raises `StoreLockedError`, `StoreCorruptError` or `StoreError` as `RecordStore.open` says.
    """
    real = Path(os.path.realpath(path))  # one lock, by whatever link the store is named
    lock = None if read_only else WriterLock(real.with_name(f"{real.name}.lock"))
    with ExitStack() as closing, translated(str(real)):
        if lock is not None:
            lock.acquire()
            closing.callback(lock.release)
            _save_wal(real)
            schema.create_if_new(real, fund)
        schema.check_file(real, fund)
        application = compose(application_env(real, fund, read_only=read_only))
        closing.callback(application.close)
        warnings = tuple(_settle(application, read_only=read_only))
        if not read_only:
            # The WAL is there by now. SQLite syncs its name with the first commit, and goes on if
            # that fails: the records in it would be durable and their file would not.
            sync_folder(real.parent)
        return OpenFile(real, _identity(real), application, lock, warnings, closing.pop_all())


def _save_wal(path: Path) -> None:
    """Before SQLite believes the WAL that the last process left, all of it must be on the disk.

    Otherwise a power cut while it is being folded into the database could lose the part that mends
    the half-written pages.
    """
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        write_again(wal)


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 - as above
    return found.st_dev, found.st_ino


def _settle(application: LedgerApplication, *, read_only: bool) -> list[str]:
    """Check that commits are synced; what the operator should know about this host, in words."""
    datastore = application.ledger_recorder.datastore
    check_durable(datastore)
    warnings = [_OLD_SQLITE] if sqlite3.sqlite_version_info < schema.SQLITE_ADVISED else []
    if not read_only and not fold_wal(datastore):
        warnings.append(_READER_IN_THE_WAY)
    return warnings
