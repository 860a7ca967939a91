"""Conservation of units: the second count beside the balances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.conservation import Conservation, holdings_differ
from ledger.domain.holdings import ConsiderationPosting, Leg, UnitPosting
from ledger.domain.state import State
from ledger.projections.holdings import HoldingsProjection

DAY = "2026-01-05"


def posting(account: str, leg: Leg, units: int, why: str = "acquisition") -> UnitPosting:
    return UnitPosting(DAY, account, "BTC", leg, units, why)


def state_with(*postings: UnitPosting) -> State:
    state = State()
    state.post(*postings)
    return state


def test_a_transfer_keeps_what_there_is() -> None:
    postings = (
        posting("a", Leg.HELD, 10),
        posting("a", Leg.HELD, -4, "transfer"),
        posting("a", Leg.IN_TRANSIT, 4, "transfer"),
        posting("a", Leg.HELD, -1, "fee"),
    )
    state, count = state_with(*postings), Conservation()
    assert count.broken_by(state, postings) == ""
    assert count.broken_at_end(state) == ""


def test_a_transfer_that_creates_units_is_found() -> None:
    postings = (posting("a", Leg.HELD, 4, "transfer"),)
    assert "a transfer changes" in Conservation().broken_by(state_with(*postings), postings)


def test_balances_beside_the_postings_are_found() -> None:
    postings = (posting("a", Leg.HELD, 10),)
    state, count = state_with(*postings), Conservation()
    assert count.broken_by(state, postings) == ""
    state.balances["b", "ETH"] = State().balance("b", "ETH")
    state.balances["b", "ETH"].held = 3
    assert count.broken_at_end(state) == "ETH: 3 base units held, 0 accounted"


def test_every_asset_is_counted_for_itself_and_the_first_that_is_wrong_is_named() -> None:
    moved = [("b", "ETH", 5), ("a", "BTC", 10), ("a", "ADA", 7)]
    postings = [
        UnitPosting(DAY, who, asset, Leg.HELD, many, "opening") for who, asset, many in moved
    ]
    state, count = state_with(*postings), Conservation()
    assert count.broken_by(state, postings) == ""
    for asset in ("ETH", "BTC", "ADA"):
        state.balances["a" if asset != "ETH" else "b", asset].held += 1
    assert count.broken_at_end(state) == "ADA: 8 base units held, 7 accounted"
    del state.balances["a", "ADA"]
    assert count.broken_at_end(state) == "ADA: 0 base units held, 7 accounted"


def test_a_transfer_is_balanced_asset_by_asset() -> None:
    postings = [
        UnitPosting(DAY, "a", "BTC", Leg.HELD, 4, "transfer"),
        UnitPosting(DAY, "a", "ETH", Leg.HELD, 4, "opening"),
        UnitPosting(DAY, "a", "ETH", Leg.HELD, -4, "transfer"),
    ]
    assert Conservation().broken_by(state_with(*postings), postings) == (
        "a transfer changes how many BTC there are"
    )


def test_where_a_projection_differs_is_named_first_account_first() -> None:
    posted = [posting("b", Leg.HELD, 1), posting("a", Leg.HELD, 1)]
    state, projection = state_with(*posted), HoldingsProjection()
    projection.fold(1, posted)
    assert holdings_differ(state, projection) == ""
    for account in ("a", "b"):
        state.balances[account, "BTC"].held += 1
    assert holdings_differ(state, projection) == "BTC on a"
    del state.balances["a", "BTC"]
    assert holdings_differ(state, projection) == "BTC on a"
    empty = HoldingsProjection()
    assert holdings_differ(state_with(posting("c", Leg.HELD, 1)), empty) == "BTC on c"


def test_all_that_is_held_may_be_reserved() -> None:
    postings = (posting("a", Leg.HELD, 5), posting("a", Leg.RESERVED, 5, "reservation"))
    assert Conservation().broken_by(state_with(*postings), postings) == ""


def test_more_reserved_than_held_is_found() -> None:
    postings = (posting("a", Leg.RESERVED, 1, "reservation"),)
    assert "reserved than held" in Conservation().broken_by(state_with(*postings), postings)


@pytest.mark.parametrize("leg", list(Leg))
def test_anything_negative_is_found(leg: Leg) -> None:
    postings = (posting("a", Leg.HELD, 5), posting("a", leg, 0))
    state = state_with(*postings)
    setattr(state.balances["a", "BTC"], leg.value, -1)
    assert Conservation().broken_by(state, postings) != ""


def test_money_is_another_matter() -> None:
    paid = ConsiderationPosting(DAY, "BTC", "USD", 100, "acquisition")
    assert Conservation().broken_by(State(), (paid,)) == ""


Moves = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from([Leg.HELD, Leg.IN_TRANSIT, Leg.RESERVED, Leg.ENCUMBERED]),
        st.integers(0, 1_000),
    )
)


@given(Moves)
def test_the_projection_equals_the_balances_after_any_postings(
    moves: list[tuple[str, Leg, int]],
) -> None:
    postings = tuple(posting(account, leg, units) for account, leg, units in moves)
    state, projection = state_with(*postings), HoldingsProjection()
    projection.fold(1, postings)
    assert holdings_differ(state, projection) == ""
    projection.fold(2, (posting("c", Leg.HELD, 1),))
    assert holdings_differ(state, projection) == "BTC on c"
