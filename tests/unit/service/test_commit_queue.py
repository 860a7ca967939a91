"""The queue of commits: all work once, one group at a time, and nobody waits for ever."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.service.commit_queue import CommitQueue


class Journal:
    """Groups as they were committed; can hold a commit, and fails on the work `"bad"`."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.inside = 0
        self.entered = threading.Event()
        self.may_go = threading.Event()

    def commit(self, group: list[str]) -> None:
        self.inside += 1
        assert self.inside == 1, "one group at a time"
        self.groups.append(group)
        self.entered.set()
        assert self.may_go.wait(10)
        self.inside -= 1
        if "bad" in group:
            raise RuntimeError


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def queue(journal: Journal) -> CommitQueue[str]:
    return CommitQueue(journal.commit, 8)


def wait_for(queue: CommitQueue[str], count: int) -> None:
    while len(queue) < count:
        time.sleep(0.001)


def test_everything_is_committed_once(journal: Journal, queue: CommitQueue[str]) -> None:
    journal.may_go.set()
    work = [[f"{client}-{index}"] for client in range(16) for index in range(50)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(queue.run, work))
    assert sorted(item for group in journal.groups for item in group) == sorted(map("".join, work))
    assert all(len(group) <= 8 for group in journal.groups)
    assert len(queue) == 0


def test_what_waits_is_one_group_and_a_large_party_is_not_split(
    journal: Journal, queue: CommitQueue[str]
) -> None:
    with ThreadPoolExecutor(5) as pool:
        futures = [pool.submit(queue.run, ["a"])]
        assert journal.entered.wait(10)
        for count, work in enumerate((["b", "c"], ["d"] * 9, ["e"]), start=1):
            futures.append(pool.submit(queue.run, work))
            wait_for(queue, count)
        journal.may_go.set()
        for future in futures:
            future.result(10)
    assert journal.groups == [["a"], ["b", "c"], ["d"] * 9, ["e"]]


def test_an_error_is_the_leaders_and_the_next_group_goes_on(
    journal: Journal, queue: CommitQueue[str]
) -> None:
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(queue.run, ["bad"])
        assert journal.entered.wait(10)
        second = pool.submit(queue.run, ["good"])
        wait_for(queue, 1)
        journal.may_go.set()
        assert isinstance(first.exception(10), RuntimeError)
        assert second.result(10) is None
    assert journal.groups == [["bad"], ["good"]]


class Interrupting:
    """A lock whose owner is interrupted while waiting, after `before` was called."""

    def __init__(self, before: threading.Event) -> None:
        self._before = before

    def acquire(self) -> bool:
        assert self._before.wait(10)
        raise KeyboardInterrupt

    def release(self) -> None:
        self._before.set()


def interrupted_party(monkeypatch: pytest.MonkeyPatch, before: threading.Event) -> None:
    """Let the next party that is made wait on a lock that is interrupted."""
    from ledger.service import commit_queue  # noqa: PLC0415 - patched here only

    real = commit_queue._Party.__init__

    def made(party: object, work: list[str]) -> None:
        real(party, work)  # type: ignore[arg-type] # the party itself
        if work == ["interrupted"]:
            party.turn = Interrupting(before)  # type: ignore[attr-defined] # as above

    monkeypatch.setattr(commit_queue._Party, "__init__", made)


def test_work_of_an_interrupted_thread_is_withdrawn_if_it_is_not_taken(
    journal: Journal, queue: CommitQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = threading.Event()
    at_once.set()
    interrupted_party(monkeypatch, at_once)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(queue.run, ["a"])
        assert journal.entered.wait(10)
        assert isinstance(pool.submit(queue.run, ["interrupted"]).exception(10), KeyboardInterrupt)
        journal.may_go.set()
        first.result(10)
        pool.submit(queue.run, ["b"]).result(10)
    assert journal.groups == [["a"], ["b"]]


def test_an_heir_that_is_interrupted_hands_the_lead_on(
    journal: Journal, queue: CommitQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_party(monkeypatch, threading.Event())
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(queue.run, ["a"])
        assert journal.entered.wait(10)
        heir = pool.submit(queue.run, ["interrupted"])
        wait_for(queue, 1)
        last = pool.submit(queue.run, ["b"] * 8)
        wait_for(queue, 2)
        journal.may_go.set()
        assert isinstance(heir.exception(10), KeyboardInterrupt)
        first.result(10)
        last.result(10)
    assert journal.groups == [["a"], ["b"] * 8]
