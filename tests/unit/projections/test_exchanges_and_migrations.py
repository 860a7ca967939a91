"""Exchanges at the fair value of what was given; migrations, which only rename."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.folded_books import YEN, Story, asset

GIVEN, RECEIVED = ("vault", "BTC", 4), ("second", "BNB", 50)


def story_of(btc: str = "cost", bnb: str = "cost", **policy: Any) -> Story:
    """Ten BTC for 1000, worth 150 each; BNB worth 13."""
    story = Story()
    story.adopt(asset(model=btc), asset("BNB", bnb), **policy)
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-10", "150")
    story.price("2025-01-10", "13", of="BNB")
    return story


def test_units_received_cost_what_was_given_is_worth() -> None:
    story = story_of()
    swapped = story.swaps("2025-01-11", GIVEN, RECEIVED)
    story.books()
    assert story.entry(swapped) == {"1110 BTC": -400, "4000 BTC": -200, "1110 BNB": 600}
    assert story.lots("BNB") == [(swapped, 50, 600, 600)]
    assert [(one.word, one.units, one.proceeds) for one in story.reliefs] == [("disposal", 4, 600)]


@pytest.mark.parametrize(
    ("policy", "gain", "cost", "expensed"),
    [
        # Two BNB kept back, worth 26, of 600: 48 arrive.
        ("capitalise", 200, 600, 0),
        ("deduct_from_proceeds", 174, 574, 0),
        ("expense", 200, 574, 26),
    ],
)
def test_fee_units_kept_back_from_what_is_received(
    policy: str, gain: int, cost: int, expensed: int
) -> None:
    story = story_of(swap_fee=policy)
    swapped = story.swaps("2025-01-11", GIVEN, RECEIVED, asset_fees=(("second", "BNB", 2),))
    assert story.lots("BNB") == [(swapped, 48, cost, cost)]
    wanted = {"1110 BTC": -400, "4000 BTC": -gain, "1110 BNB": cost, "5040": expensed}
    assert story.entry(swapped) == {key: amount for key, amount in wanted.items() if amount}


@pytest.mark.parametrize(
    ("policy", "gain", "cost", "expensed"),
    [
        # One BTC more, worth 150, and 7 in money.
        ("capitalise", 250, 757, 0),
        ("deduct_from_proceeds", 93, 600, 0),
        ("expense", 250, 600, 157),
    ],
)
def test_fees_paid_beside_an_exchange(policy: str, gain: int, cost: int, expensed: int) -> None:
    """`gain` is that of the four given (100 each) and of the one paid (50)."""
    story = story_of(swap_fee=policy)
    swapped = story.swaps(
        "2025-01-11", GIVEN, RECEIVED, asset_fees=(("vault", "BTC", 1),), cash_fees=((YEN, 7),)
    )
    assert story.lots("BNB") == [(swapped, 50, cost, cost)]
    wanted = {"1000 JPY": -7, "1110 BTC": -500, "4000 BTC": -gain, "1110 BNB": cost,
              "5040": expensed}  # fmt: skip
    assert story.entry(swapped) == {key: amount for key, amount in wanted.items() if amount}
    assert [one.units for one in story.reliefs] == [4, 1]


def test_a_holding_is_revalued_before_an_exchange_where_the_policy_says_so() -> None:
    story = story_of(btc="revaluation", revalue_before_disposal=True)
    swapped = story.swaps("2025-01-11", GIVEN, RECEIVED)
    story.books()
    assert story.entry(swapped, "revaluation before disposal") == {
        "1100 BTC": 500, "6000 BTC": -500,
    }  # fmt: skip
    assert story.entry(swapped, "exchange") == {"1100 BTC": -600, "1110 BNB": 600}
    assert story.entry(swapped, "surplus transfer") == {"3100 BTC": 200, "3300": -200}


def test_an_exchange_without_a_fair_value_is_a_gap() -> None:
    story = Story()
    story.adopt(asset(), asset("BNB"))
    story.buys("2025-01-10", 10, 1000)
    story.swaps("2025-01-11", GIVEN, RECEIVED)
    assert story.gaps() == [("fair_value_missing", "2025-01-11", "BTC")]


def test_an_exchange_for_what_no_policy_classifies_is_a_gap() -> None:
    story = story_of()
    swapped = story.swaps("2025-01-11", GIVEN, ("second", "ETH", 9))
    assert story.gaps() == [("asset_unclassified", "2025-01-11", "ETH")]
    assert story.entry(swapped)["1290 ETH"] == 600


# -- migrations ---------------------------------------------------------------------------------


def test_a_migration_carries_every_lot_over_with_no_gain() -> None:
    """Twelve of fifteen become 24: the lot of ten takes 20, two of the other take 4."""
    story = story_of()
    story.buys("2025-01-11", 5, 900)
    moved = story.swaps(
        "2025-02-01", ("vault", "BTC", 12), ("vault", "ETH", 24), purpose="migration"
    )
    assert story.gaps() == [("asset_unclassified", "2025-02-01", "ETH")]
    assert story.entry(moved) == {"1110 BTC": -1360, "1290 ETH": 1360}
    assert story.lots("ETH") == [("e2", 20, 1000, 1000), ("e5", 4, 360, 360)]
    assert story.lots() == [("e5", 3, 540, 540)]


def test_a_migration_loses_no_unit_to_rounding() -> None:
    """Ten and five become seven: 7 x 10 // 15 is 4, the last lot takes 3."""
    story = story_of()
    story.buys("2025-01-11", 5, 900)
    story.swaps("2025-02-01", ("vault", "BTC", 15), ("vault", "BNB", 7), purpose="migration")
    assert story.lots("BNB") == [("e2", 4, 1000, 1000), ("e5", 3, 900, 900)]
    assert story.gaps() == []


def test_the_surplus_migrates_and_is_not_realised() -> None:
    story = story_of(btc="revaluation", bnb="revaluation")
    story.measures("2025-01-31")
    moved = story.swaps("2025-02-01", GIVEN, RECEIVED, purpose="migration")
    books = story.books()
    assert story.entry(moved) == {
        "1100 BTC": -600, "1100 BNB": 600, "3100 BTC": 200, "3100 BNB": -200,
    }  # fmt: skip
    memo = {f"{account} {of} {word}": series.until("2025-12-31")
            for (account, of, word), series in books.journal.memo.items()
            if word == "migration"}  # fmt: skip
    assert memo == {
        "9300 BTC migration": -4, "9010 BTC migration": -400, "9000 BTC migration": -400,
        "9300 BNB migration": 50, "9010 BNB migration": 400, "9000 BNB migration": 400,
    }  # fmt: skip


def test_a_migration_waits_for_its_units_and_needs_no_price() -> None:
    story = Story()
    story.adopt(asset(), asset("BNB"), revalue_before_disposal=True)
    moved = story.swaps("2025-01-11", GIVEN, RECEIVED, purpose="migration")
    assert story.gaps() == [("units_missing", "2025-01-11", moved)]
    story.buys("2025-01-11", 4, 44)
    assert story.gaps() == []
    assert story.lots("BNB") == [("e3", 50, 44, 44)]


def test_identified_lots_leave_by_name() -> None:
    story = Story()
    terms = asset(interchangeable=False)
    story.adopt(terms, asset("BNB", interchangeable=False), cost_formula="specific")
    story.buys("2025-01-10", 10, 1000)
    second = story.buys("2025-01-11", 10, 2000)
    story.price("2025-01-12", "150")
    swapped = story.swaps("2025-01-12", GIVEN, RECEIVED, lots=((second, 4),))
    sold = story.sells("2025-01-13", 3, 600, lots=(("e2", 1), (second, 2)))
    story.books()
    assert story.entry(swapped) == {"1110 BTC": -800, "5000 BTC": 200, "1110 BNB": 600}
    assert story.entry(sold) == {"1000 JPY": 600, "1110 BTC": -500, "4000 BTC": -100}
    assert story.lots() == [("e2", 9, 900, 900), (second, 4, 800, 800)]
