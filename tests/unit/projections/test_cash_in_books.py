"""Money apart from trades, foreign cash, and the rates that it needs."""

from __future__ import annotations

from typing import get_args

import pytest

from ledger.domain.cash import CashRecorded
from tests.support.folded_books import Story, asset, stablecoin

IN = {
    "contribution": "3000", "appropriation": "3000", "cash_sweep": "3000",
    "temporary_transfer": "1160", "interest": "4080",
}  # fmt: skip
OUT = {
    "distribution": "3310", "cash_sweep": "3310", "temporary_transfer": "1160",
    "custody_fee": "5050", "management_fee": "5050", "interest": "5090",
}  # fmt: skip
CATEGORIES = get_args(CashRecorded.model_fields["category"].annotation)


def story_of(**policy: str) -> Story:
    story = Story()
    story.adopt(asset(), **policy)
    return story


def test_every_category_named_here_is_one() -> None:
    assert {*IN, *OUT} <= set(CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_money_in_goes_to_the_account_of_its_category(category: str) -> None:
    story = story_of()
    event_id = story.cash("2025-01-10", category, 70)
    story.books()
    assert story.entry(event_id) == {"1000 JPY": 70, IN.get(category, "4090"): -70}


@pytest.mark.parametrize("category", CATEGORIES)
def test_money_out_goes_to_the_account_of_its_category(category: str) -> None:
    story = story_of()
    event_id = story.cash("2025-01-10", category, 70, out=True)
    story.books()
    assert story.entry(event_id) == {"1000 JPY": -70, OUT.get(category, "5060"): 70}


def test_an_appropriation_is_revenue_under_ipsas_and_a_contribution_is_not() -> None:
    story = story_of(framework="ipsas")
    revenue = story.cash("2025-01-10", "appropriation", 70)
    capital = story.cash("2025-01-10", "contribution", 30)
    story.books()
    assert story.entry(revenue) == {"1000 JPY": 70, "4090": -70}
    assert story.entry(capital) == {"1000 JPY": 30, "3000": -30}


def test_foreign_cash_stands_at_the_closing_rate() -> None:
    """Ten dollars at 150, four spent at 160: six at 155 are 930, not 860."""
    story = story_of()
    story.rate("2025-01-10", "USD", "150")
    story.cash("2025-01-10", "contribution", ("USD", 1000))
    story.rate("2025-02-10", "USD", "160")
    story.cash("2025-02-10", "custody_fee", ("USD", 400), out=True)
    story.rate("2025-03-31", "USD", "155")
    measured = story.measures("2025-03-31")
    books = story.books()
    assert story.entry(measured) == {"1000 USD": 70, "4070": -70}
    assert books.cash["USD"] == [600, 930]
    assert books.journal.foreign["USD"].until("2025-12-31") == 600
    assert books.journal.foreign["USD"].until("2025-01-31") == 1000
    again = story.measures("2025-03-31")
    story.books()
    assert story.entry(again) == {}


def test_a_fall_of_foreign_cash_is_an_exchange_loss() -> None:
    story = story_of()
    story.rate("2025-01-10", "USD", "150")
    story.cash("2025-01-10", "contribution", ("USD", 1000))
    story.rate("2025-03-31", "USD", "149.5")
    measured = story.measures("2025-03-31")
    story.books()
    assert story.entry(measured) == {"1000 USD": -5, "5070": 5}


def test_what_rounding_left_goes_when_the_money_is_gone() -> None:
    """0.01 dollars twice at 150 are 2 and 2 (1.5 each, half to even); both leave at 3."""
    story = story_of()
    story.rate("2025-01-10", "USD", "150")
    story.cash("2025-01-10", "contribution", ("USD", 1))
    story.cash("2025-01-10", "contribution", ("USD", 1))
    story.cash("2025-01-11", "custody_fee", ("USD", 2), out=True)
    measured = story.measures("2025-03-31")
    books = story.books()
    assert story.entry(measured) == {"1000 USD": -1, "5070": 1}
    assert books.cash["USD"] == [0, 0]


def test_money_without_a_rate_is_a_gap_and_counts_for_nothing() -> None:
    story = story_of()
    event_id = story.cash("2025-01-10", "contribution", ("USD", 1000))
    assert story.gaps() == [("rate_missing", "2025-01-10", "USD/JPY")]
    assert story.entry(event_id) == {}
    story.measures("2025-03-31")
    assert story.gaps()[1:] == [("rate_missing", "2025-03-31", "USD/JPY")]


def test_money_that_is_gone_needs_no_rate() -> None:
    story = story_of()
    story.cash("2025-01-10", "contribution", ("USD", 1000))
    story.cash("2025-01-10", "custody_fee", ("USD", 1000), out=True)
    story.measures("2025-03-31")
    assert [day for _, day, _ in story.gaps()] == ["2025-01-10", "2025-01-10"]


def test_only_the_rates_of_the_source_that_the_policy_names_count() -> None:
    story = story_of(fx_source="Central bank")
    story.rate("2025-01-10", "USD", "150", source="Somebody")
    story.cash("2025-01-10", "contribution", ("USD", 1000))
    assert story.gaps() == [("rate_missing", "2025-01-10", "USD/JPY")]
    story.rate("2025-01-10", "USD", "151", source="Central bank")
    assert story.gaps() == []
    assert story.ledger() == {"1000 USD": 1510, "3000": -1510}


# -- claims that are redeemed in money ------------------------------------------------------------


def test_a_stablecoin_stands_at_its_nominal_amount_less_what_may_not_be_paid() -> None:
    """100 for 95; nominal 100, a fiftieth doubtful; then of 40 left."""
    story = Story()
    story.adopt(stablecoin(credit_loss_rate="0.02"))
    story.buys("2025-01-10", 100, 95, asset="USDT")
    first = story.measures("2025-03-31")
    story.sells("2025-04-01", 60, 60, asset="USDT")
    second = story.measures("2025-06-30")
    story.books()
    assert story.entry(first) == {
        "1140 USDT": 5, "4070": -5, "1149 USDT": -2, "5080 USDT": 2,
    }  # fmt: skip
    # 0.8 is 1: half of the allowance comes back.
    assert story.entry(second) == {"1149 USDT": 1, "5080 USDT": -1}
    assert story.lots("USDT") == [("e2", 40, 38, 40)]


def test_a_change_of_the_loss_rate_changes_the_allowance_alone() -> None:
    story = Story()
    story.adopt(stablecoin(credit_loss_rate="0.02"))
    story.buys("2025-01-10", 100, 100, asset="USDT")
    story.measures("2025-03-31")
    terms = stablecoin(credit_loss_rate="0.1")
    story.adopt(terms, since="2025-04-01", change="change_of_estimate")
    second = story.measures("2025-06-30")
    books = story.books()
    assert story.entry(second) == {"1149 USDT": -8, "5080 USDT": 8}
    assert books.allowances["USDT"] == 10


def test_a_stablecoin_in_foreign_money_goes_with_its_rate() -> None:
    story = Story()
    story.adopt(stablecoin(currency="USD"))
    story.rate("2025-01-10", "USD", "150")
    story.buys("2025-01-10", 100, ("USD", 10000), asset="USDT")
    story.rate("2025-03-31", "USD", "148")
    measured = story.measures("2025-03-31")
    story.books()
    assert story.entry(measured) == {
        "1140 USDT": -200, "5070": 200, "1000 USD": 200, "4070": -200,
    }  # fmt: skip
    words = {line.word: line.amount for one in story.entries if one.event_id == measured
             for line in one.lines if line.account in ("4070", "5070")}  # fmt: skip
    assert words == {"exchange": 200, "exchange_on_cash": -200}


def test_a_stablecoin_without_the_rate_of_its_money_is_a_gap() -> None:
    story = Story()
    story.adopt(stablecoin(currency="USD"))
    story.buys("2025-01-10", 100, 15000, asset="USDT")
    measured = story.measures("2025-03-31")
    assert story.gaps() == [("rate_missing", "2025-03-31", "USD/JPY")]
    assert story.entry(measured) == {}


def test_a_claim_of_which_nobody_says_what_is_owed_is_not_measured() -> None:
    story = Story()
    story.adopt(asset("USDT", "amortised_cost", classification="financial_asset"))
    story.buys("2025-01-10", 100, 95, asset="USDT")
    measured = story.measures("2025-03-31")
    story.books()
    assert story.entry(measured) == {}


def test_a_coin_that_is_cash_stands_on_the_account_of_cash() -> None:
    story = Story()
    story.adopt(stablecoin(classification="cash"))
    bought = story.buys("2025-01-10", 100, 95, asset="USDT")
    measured = story.measures("2025-03-31")
    story.books()
    assert story.entry(bought) == {"1000 USDT": 95, "1000 JPY": -95}
    assert story.entry(measured) == {"1000 USDT": 5, "4070": -5}
