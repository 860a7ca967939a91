"""Twists of a run: flaws of the kind that loses records, which the tests must find, and conditions.

early        flaw: acknowledge before the commit
unsynced     flaw: commit without a sync
folded       fold the WAL into the database after every few pages, not after a thousand
abrupt       end without closing the store, as a process does that was killed
limit=N      no file may grow beyond N bytes
clients=N    so many threads submit the plan's last group, each its part, whatever it is told
"""

from __future__ import annotations

import resource
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ledger.store.pool import DurablePool
from ledger.store.record_store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ledger.store.rows import NewRecord


def number(twists: Sequence[str], name: str) -> int:
    """The number of a twist such as `limit=N`; 0 without it."""
    return sum(int(twist.partition("=")[2]) for twist in twists if twist.startswith(f"{name}="))


@contextmanager
def twisted(twists: Sequence[str], say: Callable[[str], None]) -> Iterator[None]:
    """Whatever runs inside is twisted so."""
    with ExitStack() as planted:
        if "early" in twists:
            planted.enter_context(_early(say))
        if "unsynced" in twists:
            planted.enter_context(_with_pragma("PRAGMA synchronous=OFF"))
            planted.enter_context(patch("ledger.store.opening.check_durable", lambda _: None))
        if "folded" in twists:
            planted.enter_context(_with_pragma("PRAGMA wal_autocheckpoint=8"))
        if "abrupt" in twists:
            planted.enter_context(patch.object(RecordStore, "close", lambda _: None))
        limit = number(twists, "limit")
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        yield


def _early(say: Callable[[str], None]) -> Any:
    append = RecordStore.append

    def told_first(store: RecordStore, records: Sequence[NewRecord]) -> None:
        for record in records:
            say(f"record {record.position} {record.event_id}")
        append(store, records)

    return patch.object(RecordStore, "append", told_first)


def _with_pragma(pragma: str) -> Any:
    create = DurablePool._create_connection

    def created(pool: DurablePool) -> Any:
        connection = create(pool)
        connection.cursor().execute(pragma)
        return connection

    return patch.object(DurablePool, "_create_connection", created)
