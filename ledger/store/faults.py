"""What a failed read means: the file is damaged, or its surroundings are."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eventsourcing.domain import EventSourcingError

from ledger.kernel.errors import StoreCorruptError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SURROUNDINGS: Final = (
    "SQLITE_BUSY",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_LOCKED",
    "SQLITE_NOMEM",
    "SQLITE_PERM",
    "SQLITE_PROTOCOL",
    "SQLITE_READONLY",
)
"""The disk, the lock or the rights fail; every other error of a read speaks of the file itself."""


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise the errors of SQLite and of the library as `StoreError` or `StoreCorruptError`."""
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite's own message quoted damaged text
        raise _damage(error, where) from error
    except (sqlite3.Error, EventSourcingError, OSError) as error:
        cause = error if isinstance(error, sqlite3.Error) else error.__cause__
        if _is_damage(cause):
            raise _damage(cause, where) from error
        raise StoreError(
            f"the database cannot be read: {error}",
            where=where,
            hint="Look at the disk, the rights and other programs that hold the file",
        ) from error


def _damage(cause: object, where: str) -> StoreCorruptError:
    return StoreCorruptError(
        f"the database is damaged: {cause}",
        where=where,
        hint="Keep a copy of the file, and restore one that agrees with your last checkpoint",
    )


def _is_damage(cause: BaseException | None) -> bool:
    if not isinstance(cause, sqlite3.Error) or isinstance(cause, sqlite3.ProgrammingError):
        return False
    return not str(getattr(cause, "sqlite_errorname", "")).startswith(_SURROUNDINGS)
