"""Checking chunks in other processes, in order, with a bounded number of them under way.

For one job, or a small log, everything happens in this process: starting others takes longer than
the audit. What comes out is the same either way.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Final

from ledger.audit.checks import check_chunk
from ledger.kernel.errors import UndecidableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from ledger.audit.checks import Chunk, Verdict

INLINE_RECORDS_MAX: Final = 4_096
"""Logs up to this size are audited in one process (about half a second)."""
_AHEAD: Final = 3
"""Chunks under way for each worker: enough that none waits, few enough for little memory."""


def verdicts(chunks: Iterable[Chunk], jobs: int) -> Iterator[Verdict]:
    """The verdict on each chunk, in their order; `chunks` is drawn only a little ahead of it."""
    if jobs <= 1:
        yield from map(check_chunk, chunks)
        return
    pool = ProcessPoolExecutor(jobs, mp_context=_context(), initializer=_start)
    pending: deque[Future[Verdict]] = deque()
    try:
        for chunk in chunks:
            pending.append(pool.submit(check_chunk, chunk))
            if len(pending) >= jobs * _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool:
        raise UndecidableError(
            "a worker process ended before its time", hint="Audit again with one job"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _context() -> multiprocessing.context.BaseContext:
    """Fork where it is safe (a process without threads), which starts at once; else spawn."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if alone else "spawn")


def _start() -> None:
    """A worker ends with its parent's pool, not with the terminal's interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
