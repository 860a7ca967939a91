"""The gate that every read and write passes: open, closed or stopped, and what a failure means.

A conflict is an answer: the transaction was rolled back and nothing was written. After any other
failure of a write nobody knows what is on the disk (SQLite has reported an error at the sync of a
commit whose row was there after the next start), so the gate stops, and answers nothing more,
because an answer before the file is opened anew could differ from the one after.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError

from ledger.kernel.errors import ConflictError, LedgerError, StoreError, StoreStoppedError
from ledger.store.faults import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.store.lock import WriterLock

_STOPPED = "the outcome is unknown: reopen and ask by event id"
_STOPPED_HINT = "Close the store, open it again, and look up the event ids before answering"


class Gate:
    """One store's gate. Writes pass one at a time, and only if this process holds the lock."""

    def __init__(
        self, where: str, lock: WriterLock | None, check_names: Callable[[], None]
    ) -> None:
        self._where = where
        self._lock = lock
        self._check_names = check_names
        """Asked after each write: what was written into a file without a name is lost."""
        self._turn = threading.Lock()
        self._idle = threading.Condition()
        self._readers = 0
        self._closed = False
        self._stopped = ""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Around a read: errors of the database arrive as `StoreError` or `StoreCorruptError`."""
        with self._idle:
            self._refuse_unless_open()
            self._readers += 1
        try:
            with translated(self._where):
                yield
        finally:
            with self._idle:
                self._readers -= 1
                self._idle.notify_all()

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Around one transaction; `what` names it in a `ConflictError`.

        Raises `StoreStoppedError` for every failure that is neither a conflict nor our own refusal.
        """
        with self._turn:
            self._refuse_unless_writable()
            try:
                yield
                self._check_names()
            except LedgerError:
                raise  # refused before the commit, and rolled back
            except IntegrityError as error:
                raise ConflictError(
                    f"{what} was not written: {error}",
                    where=self._where,
                    hint="Reload what was recorded meanwhile and decide again",
                ) from error
            except Exception as error:
                self._stopped = repr(error)
                raise self._stop_error() from error
            except BaseException as error:
                self._stopped = repr(error)
                raise

    def close(self) -> bool:
        """Let nothing pass any more, once what is under way is done; False if closed already.

        A connection that is closed while another thread reads through it ends the process, so
        reads are waited for as well as the write.
        """
        with self._turn, self._idle:
            closed, self._closed = self._closed, True
            self._idle.wait_for(lambda: not self._readers)
            return not closed

    def _refuse_unless_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed", where=self._where)
        if self._stopped:
            raise self._stop_error()

    def _refuse_unless_writable(self) -> None:
        self._refuse_unless_open()
        if self._lock is None or not self._lock.held:
            raise StoreError(
                "the store is open for reading only",
                where=self._where,
                hint="Open it for writing, in the one process that writes",
            )

    def _stop_error(self) -> StoreStoppedError:
        return StoreStoppedError(
            _STOPPED, where=f"{self._where}: {self._stopped}", hint=_STOPPED_HINT
        )
