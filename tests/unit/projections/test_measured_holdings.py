"""Each model's change goes where it belongs; what is missing for a measurement is a gap."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.folded_books import Story, asset


def priced(terms: dict[str, Any], *prices: str, **policy: Any) -> tuple[Story, list[str]]:
    """Ten for 1000, then a price and a measurement at the end of each month from January on."""
    story = Story()
    story.adopt(terms, **policy)
    story.buys("2025-01-10", 10, 1000)
    measured = []
    for month, price in enumerate(prices, start=1):
        story.price(f"2025-{month:02}-28", price)
        measured.append(story.measures(f"2025-{month:02}-28"))
    story.books()
    return story, measured


def test_revaluation_takes_its_surplus_down_before_it_is_a_loss_and_back() -> None:
    story, measured = priced(asset(model="revaluation"), "130", "80", "110")
    assert [story.entry(one) for one in measured] == [
        {"1100 BTC": 300, "6000 BTC": -300},
        {"1100 BTC": -500, "6000 BTC": 300, "5010 BTC": 200},
        {"1100 BTC": 300, "4010 BTC": -200, "6000 BTC": -100},
    ]


def test_revaluation_goes_straight_to_net_assets_under_ipsas() -> None:
    story, measured = priced(asset(model="revaluation"), "130", framework="ipsas")
    assert story.entry(measured[0]) == {"1100 BTC": 300, "3100 BTC": -300}


def test_cost_is_impaired_and_reversed_up_to_cost() -> None:
    story, measured = priced(asset(), "70", "90", "120", disposal_cost_rate="0.1")
    assert [story.entry(one) for one in measured] == [
        {"1119 BTC": -370, "5030 BTC": 370},
        {"1119 BTC": 180, "4030 BTC": -180},
        {"1119 BTC": 190, "4030 BTC": -190},
    ]


def test_an_impairment_is_never_reversed_under_us_standards() -> None:
    """Down to fair value itself, whatever a sale would cost (ASC 350-30-35-18)."""
    story, measured = priced(
        asset(), "70", "90", "60", framework="us_gaap", disposal_cost_rate="0.1"
    )
    assert [story.entry(one) for one in measured] == [
        {"1119 BTC": -300, "5030 BTC": 300},
        {},
        {"1119 BTC": -100, "5030 BTC": 100},
    ]


def test_inventory_is_at_the_lower_of_cost_and_what_it_would_bring() -> None:
    terms = asset(model="lower_cost_nrv", classification="inventory")
    story, measured = priced(terms, "120", "90", "105", disposal_cost_rate="0.1")
    assert [story.entry(one) for one in measured] == [
        {},
        {"1120 BTC": -190, "5030 BTC": 190},
        {"1120 BTC": 135, "4030 BTC": -135},
    ]


@pytest.mark.parametrize(
    ("model", "classification", "account", "change"),
    [
        ("fvlcts_pl", "inventory_broker_trader", "1130", 170),
        ("fvtpl", "financial_asset", "1150", 300),
        ("fv_net_income", "intangible", "1105", 300),
    ],
)
def test_fair_value_models_go_through_profit_or_loss(
    model: str, classification: str, account: str, change: int
) -> None:
    """Ten at 130 are 1300, or 1170 less a tenth; at 70, 700 or 630."""
    terms = asset(model=model, classification=classification)
    story, measured = priced(terms, "130", "70", disposal_cost_rate="0.1")
    down = -540 if model == "fvlcts_pl" else -600
    assert [story.entry(one) for one in measured] == [
        {f"{account} BTC": change, "4020 BTC": -change},
        {f"{account} BTC": down, "5020 BTC": -down},
    ]


def test_a_prepayment_stays_at_what_was_paid() -> None:
    story, measured = priced(asset(classification="prepayment"), "130", "10")
    assert [story.entry(one) for one in measured] == [{}, {}]
    assert story.gaps() == []


def test_what_was_paid_for_nothing_has_no_price_to_miss() -> None:
    story = Story()
    story.adopt(asset(classification="prepayment"), asset("BNB"))
    story.buys("2025-01-10", 10, 1000)
    story.measures("2025-01-31")
    assert story.gaps() == []


def test_the_amount_under_the_cost_model_runs_beside_every_model() -> None:
    story, _ = priced(asset(model="revaluation"), "130", "80", "95", disposal_cost_rate="0.1")
    days = ("2025-01-28", "2025-02-28", "2025-03-28")
    shadows = [story.books(day).lots("BTC")[0].shadow for day in days]
    assert shadows == [1000, 720, 855]


def test_the_whole_is_rounded_once_and_spread_over_lots() -> None:
    """Four at 2.5: 10 and not 2.5 each; three take 7, one takes what is left."""
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 3, 3)
    story.buys("2025-01-11", 1, 3)
    story.price("2025-01-31", "2.5")
    story.measures("2025-01-31")
    assert story.lots() == [("e2", 3, 3, 7), ("e3", 1, 3, 3)]


def test_a_price_in_other_money_needs_that_rate() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-31", "1.05", currency="USD")
    measured = story.measures("2025-01-31")
    assert story.gaps() == [("rate_missing", "2025-01-31", "USD/JPY")]
    assert story.entry(measured) == {}
    story.rate("2025-01-30", "USD", "150.1")
    assert story.gaps() == []
    assert story.entry(measured) == {"1100 BTC": 576, "6000 BTC": -576}  # 1576.05


def test_a_rate_of_another_source_than_the_policy_s_is_none() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"), fx_source="Central bank")
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-31", "1.05", currency="USD")
    story.rate("2025-01-31", "USD", "150.1", source="Somebody")
    story.measures("2025-01-31")
    assert story.gaps() == [("rate_missing", "2025-01-31", "USD/JPY")]


def test_a_holding_without_a_fair_value_is_a_gap_of_each_measurement() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.measures("2025-01-31")
    story.price("2025-02-01", "100")
    story.measures("2025-02-28")
    assert story.gaps() == [("fair_value_missing", "2025-01-31", "BTC")]


def test_a_fair_value_older_than_the_policy_allows_is_a_gap() -> None:
    terms = {
        "principal_market": "M", "price_point": "last", "cut_off_time": "12:00:00",
        "max_age_days": 3,
    }  # fmt: skip
    story = Story()
    story.adopt(asset(), fair_value=terms)
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-28", "100")
    story.measures("2025-01-31")
    assert story.gaps() == []
    story.measures("2025-02-01")
    assert story.gaps() == [("fair_value_too_old", "2025-02-01", "BTC")]


def test_a_day_that_no_event_measured_is_measured_for_the_reader() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-31", "130")
    assert story.books("2025-01-31", measured=True).lots("BTC")[0].carrying_amount == 1300
    assert [one.why for one in story.entries] == ["acquisition", "preview"]
    measured = story.measures("2025-01-31")
    story.books("2025-01-31", measured=True)
    assert [one.event_id for one in story.entries] == ["e2", measured]


def test_what_happened_after_the_day_is_not_in_the_books_of_the_day() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-02-10", 10, 1500)
    story.price("2025-02-11", "1")
    books = story.books("2025-02-09", measured=True)
    assert [lot.cost for lot in books.lots("BTC")] == [1000]
    assert [gap.code for gap in books.gaps] == ["fair_value_missing"]
