"""The checkpoints that were signed for this log, kept for ever, by tree size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.errors import ConflictError

if TYPE_CHECKING:
    from eventsourcing.sqlite import SQLiteDatastore

_ADD = "INSERT INTO checkpoint(size, note) VALUES (?, ?)"
_OF_SIZE = "SELECT note FROM checkpoint WHERE size = ?"
_LAST = "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1"
_PAGE = "SELECT size, note FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?"


class CheckpointTable:
    """Signed notes by tree size; sizes only grow."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        self._datastore = datastore

    def add(self, size: int, note: bytes) -> None:
        """Keep a note. The same note again changes nothing; another of that size is a conflict."""
        with self._datastore.transaction(commit=True) as cursor:
            cursor.execute(_OF_SIZE, (size,))
            known = cursor.fetchone()
            if known is None:
                cursor.execute(_ADD, (size, note))
            elif known[0] != note:
                raise ConflictError(
                    f"another checkpoint of size {size} is kept already",
                    hint="Two signed checkpoints of one size and different roots prove a fork",
                )

    def last(self) -> tuple[int, bytes] | None:
        """The checkpoint of the largest tree."""
        found = self._rows(_LAST)
        return found[0] if found else None

    def after(self, size: int, limit: int) -> list[tuple[int, bytes]]:
        """At most `limit` checkpoints of larger trees than `size`, in the order of size."""
        return self._rows(_PAGE, size, limit)

    def _rows(self, statement: str, *parameters: int) -> list[tuple[int, bytes]]:
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, parameters)
            return [(size, note) for size, note in cursor.fetchall()]
