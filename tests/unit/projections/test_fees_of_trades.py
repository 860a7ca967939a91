"""Fees of trades: capitalised, deducted or expensed; in money or in units at fair value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.folded_books import YEN, Story, asset

FEE = (("vault", "BNB", 2),)


def story_of(**policy: Any) -> Story:
    """Ten BNB at 30 each, worth 40; BTC at cost."""
    story = Story()
    story.adopt(asset(), asset("BNB"), **policy)
    story.buys("2025-01-02", 10, 300, asset="BNB")
    story.price("2025-01-03", "40", of="BNB")
    return story


@pytest.mark.parametrize(
    ("policy", "cost", "expensed"), [("capitalise", 1050, 0), ("expense", 1000, 50)]
)
def test_costs_of_a_purchase_in_money(policy: str, cost: int, expensed: int) -> None:
    story = story_of(acquisition_fee=policy)
    bought = story.buys("2025-01-10", 10, 1000, cash_fees=((YEN, 30), (YEN, 20)))
    assert story.lots() == [(bought, 10, cost, cost)]
    wanted = {"1000 JPY": -1050, "1110 BTC": cost, "5045": expensed}
    assert story.entry(bought) == {key: amount for key, amount in wanted.items() if amount}


@pytest.mark.parametrize(
    ("policy", "cost", "expensed"), [("capitalise", 1080, 0), ("expense", 1000, 80)]
)
def test_costs_of_a_purchase_in_units(policy: str, cost: int, expensed: int) -> None:
    """Two BNB leave at 80; they cost 60, so they gain 20."""
    story = story_of(acquisition_fee=policy)
    bought = story.buys("2025-01-10", 10, 1000, asset_fees=FEE)
    assert story.lots() == [(bought, 10, cost, cost)]
    wanted = {"1000 JPY": -1000, "1110 BNB": -60, "4000 BNB": -20, "1110 BTC": cost,
              "5045": expensed}  # fmt: skip
    assert story.entry(bought) == {key: amount for key, amount in wanted.items() if amount}


@pytest.mark.parametrize(
    ("policy", "gain", "expensed"), [("deduct_from_proceeds", 150, 0), ("expense", 200, 50)]
)
def test_costs_of_a_sale_in_money(policy: str, gain: int, expensed: int) -> None:
    story = story_of(disposal_fee=policy)
    story.buys("2025-01-10", 10, 1000)
    sold = story.sells("2025-01-11", 10, 1200, cash_fees=((YEN, 50),))
    story.books()
    wanted = {"1000 JPY": 1150, "1110 BTC": -1000, "4000 BTC": -gain, "5045": expensed}
    assert story.entry(sold) == {key: amount for key, amount in wanted.items() if amount}
    assert [one.proceeds for one in story.reliefs] == [1000 + gain]


@pytest.mark.parametrize(
    ("policy", "gain", "expensed"), [("deduct_from_proceeds", 120, 0), ("expense", 200, 80)]
)
def test_costs_of_a_sale_in_units(policy: str, gain: int, expensed: int) -> None:
    story = story_of(disposal_fee=policy)
    story.buys("2025-01-10", 10, 1000)
    sold = story.sells("2025-01-11", 10, 1200, asset_fees=FEE)
    story.books()
    wanted = {"1000 JPY": 1200, "1110 BTC": -1000, "4000 BTC": -gain, "5045": expensed,
              "1110 BNB": -60, "4000 BNB": -20}  # fmt: skip
    assert story.entry(sold) == {key: amount for key, amount in wanted.items() if amount}
    assert [(one.word, one.units) for one in story.reliefs] == [("disposal", 10), ("fee", 2)]


def test_a_fee_in_the_money_of_a_trade_is_converted_with_it_once() -> None:
    """1.01 and 0.50 dollars at 50: 75.5 is 76; apart they would be 50.5 and 25, 50 and 25."""
    story = story_of()
    story.rate("2025-01-10", "USD", "50")
    bought = story.buys("2025-01-10", 10, ("USD", 101), cash_fees=(("USD", 50),))
    books = story.books()
    assert story.entry(bought) == {"1000 USD": -76, "1110 BTC": 76}
    assert books.cash["USD"] == [-151, -76]


def test_an_expensed_fee_in_the_money_of_a_trade_is_converted_apart() -> None:
    story = story_of(acquisition_fee="expense")
    story.rate("2025-01-10", "USD", "50")
    bought = story.buys("2025-01-10", 10, ("USD", 101), cash_fees=(("USD", 50),))
    books = story.books()
    assert story.entry(bought) == {"1000 USD": -75, "1110 BTC": 50, "5045": 25}
    assert books.cash["USD"] == [-151, -75]


def test_a_fee_in_other_money_than_the_trade_s() -> None:
    story = story_of()
    story.rate("2025-01-10", "USD", "50")
    bought = story.buys("2025-01-10", 10, 1000, cash_fees=(("USD", 200),))
    story.books()
    assert story.entry(bought) == {"1000 JPY": -1000, "1000 USD": -100, "1110 BTC": 1100}


@pytest.mark.parametrize(
    "purpose", ["transfer_to_treasury", "transfer_to_general_fund", "distribution"]
)
def test_what_goes_back_to_the_state_is_a_distribution(purpose: str) -> None:
    story = story_of()
    story.buys("2025-01-10", 10, 1000)
    gone = story.goes("2025-01-11", "delivery", 4, purpose=purpose)
    story.books()
    assert story.entry(gone) == {"1110 BTC": -400, "3310": 400}


@pytest.mark.parametrize("purpose", ["", "grant", "payment"])
def test_what_goes_to_anybody_else_is_lost(purpose: str) -> None:
    story = story_of()
    story.buys("2025-01-10", 10, 1000)
    gone = story.goes("2025-01-11", "delivery", 4, purpose=purpose)
    story.books()
    assert story.entry(gone) == {"1110 BTC": -400, "5000 BTC": 400}


def test_a_delivery_pays_fees_in_money_and_in_units() -> None:
    story = story_of()
    story.buys("2025-01-10", 10, 1000)
    gone = story.goes("2025-01-11", "delivery", 4, cash_fees=((YEN, 7), (YEN, 5)), asset_fees=FEE)
    story.books()
    assert story.entry(gone) == {
        "1000 JPY": -12, "5040": 92, "1110 BTC": -400, "5000 BTC": 400, "1110 BNB": -60,
        "4000 BNB": -20,
    }  # fmt: skip


def test_a_delivery_realises_no_gain_against_cost_but_its_surplus() -> None:
    """Ten for 1000, revalued to 1500: four take 200 of the surplus along."""
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-03-31", "150")
    story.measures("2025-03-31")
    gone = story.goes("2025-04-01", "delivery", 4, purpose="distribution")
    books = story.books()
    assert story.entry(gone) == {
        "1100 BTC": -600, "3310": 600, "3100 BTC": 200, "3300": -200,
    }  # fmt: skip
    memo = {account for account, _, _ in books.journal.memo}
    assert memo == {"9000", "9010", "9300"}


def test_a_surplus_that_is_never_transferred_is_kept_apart() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"), surplus_transfer="never")
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-03-31", "150")
    story.measures("2025-03-31")
    sold = story.sells("2025-04-01", 4, 600)
    story.books()
    assert story.entry(sold, "surplus transfer") == {"3100 BTC": 200, "3110 BTC": -200}


def test_what_is_paid_in_units_is_revalued_first_where_the_policy_says_so() -> None:
    """The BNB cost 30, stand at 30 and are worth 40: 100 of surplus arise, 20 leave."""
    story = Story()
    story.adopt(asset(), asset("BNB", "revaluation"), revalue_before_disposal=True)
    story.buys("2025-01-02", 10, 300, asset="BNB")
    story.price("2025-01-03", "40", of="BNB")
    bought = story.buys("2025-01-10", 10, 1000, asset_fees=FEE)
    story.books()
    assert story.entry(bought, "revaluation before disposal") == {
        "1100 BNB": 100, "6000 BNB": -100,
    }  # fmt: skip
    assert story.entry(bought, "acquisition") == {
        "1000 JPY": -1000, "1100 BNB": -80, "1110 BTC": 1080,
    }  # fmt: skip
    assert story.entry(bought, "surplus transfer") == {"3100 BNB": 20, "3300": -20}


def test_a_prepayment_is_not_revalued_before_it_leaves() -> None:
    story = Story()
    story.adopt(asset(classification="prepayment"), revalue_before_disposal=True)
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-11", "50")
    sold = story.sells("2025-01-11", 4, 500)
    assert story.gaps() == []
    assert story.entry(sold) == {"1000 JPY": 500, "1210 BTC": -400, "4000 BTC": -100}


def test_what_no_policy_measures_is_not_revalued_before_it_leaves() -> None:
    story = Story()
    story.adopt(asset("BNB"), revalue_before_disposal=True)
    story.buys("2025-01-10", 10, 1000)
    sold = story.sells("2025-01-11", 4, 500)
    assert story.gaps() == [("asset_unclassified", "2025-01-10", "BTC")]
    assert story.entry(sold) == {"1000 JPY": 500, "1290 BTC": -400, "4000 BTC": -100}


def test_a_fee_is_never_priced_by_a_value_older_than_the_policy_allows() -> None:
    terms = {
        "principal_market": "M", "price_point": "last", "cut_off_time": "12:00:00",
        "max_age_days": 3,
    }  # fmt: skip
    story = story_of(fair_value=terms)
    story.goes("2025-01-06", "fee", 1, asset="BNB")
    assert story.gaps() == []
    story.goes("2025-01-07", "fee", 1, asset="BNB")
    assert story.gaps() == [("fair_value_too_old", "2025-01-07", "BNB")]
