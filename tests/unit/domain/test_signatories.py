"""Quorums of many offices are decided at once, however they are arranged."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ledger.domain.policy import Requirement
from ledger.domain.signatories import is_met

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def within(seconds: float) -> Iterator[None]:
    def late(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except TimeoutError:
        pytest.fail(f"not decided within {seconds} s")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("count", [1, 2, 4, 16])
def test_offices_that_cannot_all_be_filled_are_found_out_at_once(count: int) -> None:
    """A book may name sixteen offices: trying every arrangement would take for ever."""
    offices = tuple(f"O{number:02d}" for number in range(count))
    everything_but_the_last = frozenset(offices[:-1]) or frozenset({"X"})
    officers = {f"o{number}": everything_but_the_last for number in range(count)}
    with within(1.0):
        assert not is_met(Requirement("T.R", all_of=offices), officers)
        officers["o0"] = frozenset(offices)
        assert is_met(Requirement("T.R", all_of=offices), officers)


def test_who_holds_what() -> None:
    held = {"a": frozenset({"A", "B"}), "b": frozenset({"A"}), "c": frozenset({"C"})}
    assert is_met(Requirement("T.R", all_of=("A", "B")), held)
    assert is_met(Requirement("T.R", all_of=("A", "B", "C")), held)
    assert not is_met(Requirement("T.R", all_of=("B", "C"), count=4), held)
    assert not is_met(Requirement("T.R", all_of=("B", "B")), held)
    assert is_met(Requirement("T.R", all_of=("A", "A")), held)
    assert is_met(Requirement("T.R"), {})
