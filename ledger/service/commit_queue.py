"""Who commits: the first thread that finds nobody committing leads, the others wait for answers.

A leader takes everything that is queued, commits it as one group, wakes those whose work is done,
and hands over to the first that still waits. Nobody queues for a lock that only tells that the work
is done already: with many clients those hand-overs would cost more than the commits.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Work = TypeVar("Work")


class _Party(Generic[Work]):
    """What one thread brought, and the lock on which it waits."""

    __slots__ = ("done", "leads", "turn", "work")

    def __init__(self, work: Sequence[Work]) -> None:
        self.work = work
        self.done = False
        self.leads = False
        """Whether it was woken to lead, before its work was done."""
        self.turn = threading.Lock()
        self.turn.acquire()


class CommitQueue(Generic[Work]):
    """Runs `commit` on groups of work, one group at a time, in the threads that bring the work.

    `commit` must leave an answer or an error with every item; what it raises, its leader raises.
    """

    def __init__(self, commit: Callable[[list[Work]], None], most: int) -> None:
        self._commit = commit
        self._most = most
        """Items of a group, as far as one party does not bring more."""
        self._mutex = threading.Lock()
        self._waiting: deque[_Party[Work]] = deque()
        self._is_led = False

    def __len__(self) -> int:
        """How many parties wait for a leader to take their work."""
        return len(self._waiting)

    def run(self, work: Sequence[Work]) -> None:
        """Have the work committed with whatever else is queued; returns when all of it is done."""
        party = _Party(work)
        with self._mutex:
            self._waiting.append(party)
            party.leads = not self._is_led
            self._is_led = True
        if not party.leads:
            self._wait(party)
        if not party.done:
            self._lead(party)

    def _wait(self, party: _Party[Work]) -> None:
        try:
            party.turn.acquire()
        except BaseException:
            # An interrupt: what is not yet taken is withdrawn, and nobody waits for this thread.
            with self._mutex:
                if party in self._waiting:
                    self._waiting.remove(party)
            if party.leads and not party.done:
                self._hand_over()
            raise

    def _lead(self, party: _Party[Work]) -> None:
        try:
            while not party.done:
                self._commit_group(party)
        finally:
            self._hand_over()

    def _commit_group(self, leader: _Party[Work]) -> None:
        parties: list[_Party[Work]] = []
        try:
            self._take(parties)
            self._commit([item for party in parties for item in party.work])
        finally:
            for party in parties:
                party.done = True
                if party is not leader:
                    party.turn.release()

    def _take(self, parties: list[_Party[Work]]) -> None:
        with self._mutex:
            size = 0
            while self._waiting and (
                not parties or size + len(self._waiting[0].work) <= self._most
            ):
                parties.append(self._waiting.popleft())
                size += len(parties[-1].work)

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._is_led = False
                return
            heir = self._waiting[0]
            heir.leads = True
        heir.turn.release()
