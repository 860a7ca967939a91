"""The state's digest: whatever admission knows is in it, and nothing else is."""

from __future__ import annotations

import copy
from dataclasses import fields
from typing import Any

import pytest

from ledger.domain.digest import plain, state_digest, state_value
from ledger.domain.known import KnownState
from ledger.domain.state import State
from ledger.kernel.canonical import encode
from ledger.kernel.errors import InvariantError
from tests.support.fund_simulator import replayed
from tests.support.small_fund import rich_fund

LEFT_OUT = {"postings", "lapses", "offices_by_day", "signing"}


RICH = rich_fund()
SHELVES = [entry.name for entry in fields(State) if entry.name not in LEFT_OUT]


def test_the_digest_of_a_replay_is_that_of_the_life() -> None:
    assert state_digest(replayed(RICH.records)) == state_digest(RICH.state)


def test_every_shelf_is_in_the_value_and_filled_here() -> None:
    value = state_value(RICH.state)
    assert sorted(value) == sorted(SHELVES)
    empty = [name for name in SHELVES if not value[name]]
    assert empty == ["log_keys_before"]
    assert encode(value)


@pytest.mark.parametrize("name", SHELVES)
def test_a_changed_shelf_changes_the_digest(name: str) -> None:
    state = copy.copy(RICH.state)
    before = state_digest(state)
    found: Any = getattr(state, name)
    if isinstance(found, str):
        changed: Any = found + "x"
    elif isinstance(found, int):
        changed = found + 1
    elif name == "references":
        changed = copy.deepcopy(found)
        changed.use("somebody", "R-1")
    elif isinstance(found, dict):
        changed = dict(list(found.items())[1:])
    elif isinstance(found, list):
        changed = [*found, "x"]
    else:
        changed = None
    setattr(state, name, changed)
    assert state_digest(state) != before


DEEP = {
    "a balance": lambda s: setattr(s.balances["cold-1", "BTC"], "held", 1),
    "a reservation": lambda s: setattr(s.balances["cold-1", "BTC"], "reserved", 1),
    "units on another day": lambda s: s.balances["cold-1", "BTC"].by_day.add("2026-01-07", 1),
    "a frozen account": lambda s: setattr(s.accounts["cold-2"], "frozen", True),
    "an appointment": lambda s: s.officers["bolat"].appointments.clear(),
    "a revoked key": lambda s: setattr(next(iter(s.keys.values())), "revoked_at", 3),
    "a compromised key": lambda s: setattr(next(iter(s.keys.values())), "compromised_since", 3),
    "a suspended mandate": lambda s: setattr(s.mandate, "suspended", True),
    "an approval": lambda s: setattr(next(iter(s.proposals.values())), "effective", True),
    "a signature": lambda s: next(iter(s.proposals.values())).signatures.clear(),
    "a flow": lambda s: s.flows["purchase_cost", "USD"].add("2026-01-07", 1),
    "an encumbrance": lambda s: setattr(next(iter(s.encumbrances.values())), "units", 1),
    "a remembered event": lambda s: s.references.remember("0" * 64, "2026-03-01"),
    "a delisted asset": lambda s: setattr(s.assets["BTC"], "delisted_at", 3),
}


@pytest.mark.parametrize("change", DEEP.values(), ids=DEEP)
def test_a_change_deep_in_the_state_changes_the_digest(change: Any) -> None:
    state = replayed(RICH.records)
    before = state_digest(state)
    change(state)
    assert state_digest(state) != before


def test_the_order_in_which_things_came_is_no_part_of_it() -> None:
    state = replayed(RICH.records)
    before = state_digest(state)
    for name in SHELVES:
        found = getattr(state, name)
        if type(found) is dict:
            setattr(state, name, dict(reversed(found.items())))
    assert state_digest(state) == before


def test_postings_and_the_heap_of_lapses_are_no_part_of_it() -> None:
    state = replayed(RICH.records)
    before = state_digest(state)
    state.postings.clear()
    state.lapses.reverse()
    assert state_digest(state) == before


def test_asking_changes_nothing() -> None:
    state = replayed(RICH.records)
    before = state_digest(state)
    state.balance("nowhere", "BTC")
    KnownState(state).flow("nothing", "USD", "0001-01-01", "9999-12-31")
    KnownState(state).flow_days("nothing", "USD", "0001-01-01", "9999-12-31")
    assert state_digest(state) == before


def test_a_type_that_it_does_not_know_is_a_defect() -> None:
    with pytest.raises(InvariantError):
        plain(object())
    with pytest.raises(InvariantError):
        plain(1.5)


def test_the_digest_does_not_grow_with_used_references() -> None:
    state = State()
    small = len(encode(state_value(state)))
    for number in range(2_000):
        state.references.use("aigerim", f"R-{number}")
    assert len(encode(state_value(state))) < small + 10


def test_sets_and_tables_have_an_order_of_their_own() -> None:
    """By canonical bytes: the quote that ends a text sorts after `!`."""
    assert plain(frozenset({"b", "a", "d", "c", "f", "e"})) == ["a", "b", "c", "d", "e", "f"]
    assert plain({"a": 1, "a!": 2}) == [["a!", "2"], ["a", "1"]]
