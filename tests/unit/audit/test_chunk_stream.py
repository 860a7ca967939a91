"""Chunks checked in other processes: in order, and with a clear end when one of them dies."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ledger.audit import stream
from ledger.kernel.errors import UndecidableError

if TYPE_CHECKING:
    from collections.abc import Iterator


def numbered(count: int) -> Iterator[Any]:
    yield from range(count)


def doubled(chunk: Any) -> Any:
    return 2 * chunk


def dying(_chunk: Any) -> NoReturn:
    os._exit(9)


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_verdicts_come_in_order_and_little_is_drawn_ahead(
    monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(stream, "check_chunk", doubled)
    drawn: list[int] = []

    def chunks() -> Iterator[Any]:
        for number in range(40):
            drawn.append(number)
            yield number

    found: list[Any] = []
    for verdict in stream.verdicts(chunks(), jobs):
        found.append(verdict)
        assert len(drawn) - len(found) <= max(0, 3 * jobs - 1) * (jobs > 1)
    assert found == [2 * number for number in range(40)]


def test_a_worker_that_dies_leaves_the_log_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "check_chunk", dying)
    with pytest.raises(UndecidableError, match="a worker process ended") as caught:
        list(stream.verdicts(numbered(3), 2))
    assert "one job" in caught.value.hint


def test_a_worker_is_not_ended_by_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr("gc.freeze", lambda: frozen.append(True))
    before = signal.getsignal(signal.SIGINT)
    try:
        stream._start()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert frozen == [True]
