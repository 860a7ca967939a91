"""What units that come without a trade are: capital, income, or nothing; and what was taken on."""

from __future__ import annotations

from typing import get_args

import pytest

from ledger.domain.receipts import Source
from tests.support.folded_books import Story, asset

FROM_THE_STATE = (
    "final_criminal_forfeiture", "final_civil_forfeiture", "civil_money_penalty", "confiscation",
    "tax_receipt", "payment_to_state",
)  # fmt: skip
INCOME = {
    "mining": "4050 BTC", "staking_reward": "4040 BTC", "interest": "4080",
    "investment_earnings": "4080", "donation": "4090", "redemption_in_kind": "4090",
}  # fmt: skip
AIRDROPS = ("airdrop", "fork", "unsolicited")
NOT_OURS = ("seizure",)


def received(source: str, value: int | None = 500, **policy: str) -> tuple[Story, str]:
    story = Story()
    story.adopt(asset(), **policy)
    event_id = story.receives("2025-01-10", 5, source, value)
    story.books()
    return story, event_id


def test_every_source_is_named_here() -> None:
    assert {*FROM_THE_STATE, *INCOME, *AIRDROPS, *NOT_OURS, "contribution"} == set(get_args(Source))


@pytest.mark.parametrize("framework", ["ifrs", "us_gaap"])
@pytest.mark.parametrize("source", [*FROM_THE_STATE, "contribution"])
def test_what_the_state_gives_is_its_contribution(source: str, framework: str) -> None:
    story, event_id = received(source, framework=framework)
    assert story.entry(event_id) == {"1110 BTC": 500, "3000": -500}
    assert story.lots() == [(event_id, 5, 500, 500)]


@pytest.mark.parametrize("source", FROM_THE_STATE)
def test_what_the_state_collects_is_revenue_under_ipsas(source: str) -> None:
    story, event_id = received(source, framework="ipsas")
    assert story.entry(event_id) == {"1110 BTC": 500, "4090": -500}


def test_a_contribution_is_one_under_ipsas_too() -> None:
    story, event_id = received("contribution", framework="ipsas")
    assert story.entry(event_id) == {"1110 BTC": 500, "3000": -500}


@pytest.mark.parametrize("framework", ["ifrs", "ipsas"])
@pytest.mark.parametrize(("source", "account"), INCOME.items())
def test_what_is_earned_is_income(source: str, account: str, framework: str) -> None:
    story, event_id = received(source, framework=framework)
    assert story.entry(event_id) == {"1110 BTC": 500, account: -500}


@pytest.mark.parametrize("source", AIRDROPS)
def test_what_nobody_asked_for_costs_nothing_or_is_income(source: str) -> None:
    story, event_id = received(source)
    assert story.entry(event_id) == {}
    assert story.lots() == [(event_id, 5, 0, 0)]
    story, event_id = received(source, airdrop_policy="fair_value_income")
    assert story.entry(event_id) == {"1110 BTC": 500, "4060 BTC": -500}


def test_a_grant_at_its_nominal_amount_costs_nothing() -> None:
    story, event_id = received("donation", grant_policy="nominal")
    assert story.lots() == [(event_id, 5, 0, 0)]
    assert story.entries == []
    story, event_id = received("mining", grant_policy="nominal")
    assert story.entry(event_id) == {"1110 BTC": 500, "4050 BTC": -500}


def test_without_a_stated_value_the_fair_value_of_the_day_counts() -> None:
    story = Story()
    story.adopt(asset())
    story.price("2025-01-09", "70")
    event_id = story.receives("2025-01-10", 5, "mining")
    assert story.lots() == [(event_id, 5, 350, 350)]
    assert story.gaps() == []


def test_without_any_value_nothing_is_guessed() -> None:
    story, event_id = received("mining", None)
    assert story.gaps() == [("fair_value_missing", "2025-01-10", "BTC")]
    assert story.lots() == [(event_id, 5, 0, 0)]


def test_a_value_in_other_money_is_converted() -> None:
    story = Story()
    story.adopt(asset())
    story.rate("2025-01-10", "USD", "150.5")
    event_id = story.receives("2025-01-10", 5, "mining", ("USD", 201))
    story.books()
    assert story.entry(event_id) == {"1110 BTC": 303, "4050 BTC": -303}  # 302.505


def test_what_no_policy_classifies_stands_in_clearing_and_is_a_gap() -> None:
    story = Story()
    story.adopt(asset())
    event_id = story.buys("2025-01-10", 5, 500, asset="ETH")
    assert story.gaps() == [("asset_unclassified", "2025-01-10", "ETH")]
    assert story.entry(event_id) == {"1000 JPY": -500, "1290 ETH": 500}
    measured = story.measures("2025-01-11")
    assert story.gaps() == [("asset_unclassified", "2025-01-10", "ETH")]
    assert story.entry(measured) == {}


# -- openings -----------------------------------------------------------------------------------


def taken_on(terms: dict[str, object], cost: int, carrying: int | None) -> dict[str, int]:
    story = Story()
    story.adopt(terms)
    stood_at = None if carrying is None else ("JPY", carrying)
    event_id = story.comes("2025-01-10", "opening", 5, cost, carrying=stood_at)
    assert story.lots() == [(event_id, 5, cost, cost if carrying is None else carrying)]
    return story.entry(event_id)


@pytest.mark.parametrize(
    ("model", "classification", "account"),
    [
        ("cost", "intangible", "1110"),
        ("revaluation", "intangible", "1100"),
        ("lower_cost_nrv", "inventory", "1120"),
        ("fvlcts_pl", "inventory_broker_trader", "1130"),
        ("fvtpl", "financial_asset", "1150"),
        ("cost", "prepayment", "1210"),
    ],
)
def test_units_taken_on_at_cost_are_capital(model: str, classification: str, account: str) -> None:
    terms = asset(model=model, classification=classification)
    assert taken_on(terms, 500, None) == {f"{account} BTC": 500, "3000": -500}


def test_units_revalued_before_bring_their_surplus() -> None:
    entry = taken_on(asset(model="revaluation"), 500, 800)
    assert entry == {"1100 BTC": 800, "3000": -500, "3100 BTC": -300}


def test_units_revalued_below_cost_before_bring_their_loss() -> None:
    entry = taken_on(asset(model="revaluation"), 500, 400)
    assert entry == {"1100 BTC": 400, "3000": -500, "3300": 100}


def test_units_impaired_before_bring_cost_and_loss() -> None:
    entry = taken_on(asset(), 500, 400)
    assert entry == {"1110 BTC": 500, "1119 BTC": -100, "3000": -500, "3300": 100}


@pytest.mark.parametrize(
    ("model", "classification", "account"),
    [("fvlcts_pl", "inventory_broker_trader", "1130"), ("fvtpl", "financial_asset", "1150")],
)
@pytest.mark.parametrize("carrying", [400, 800])
def test_what_changed_in_profit_before_is_retained(
    model: str, classification: str, account: str, carrying: int
) -> None:
    terms = asset(model=model, classification=classification)
    wanted = {f"{account} BTC": carrying, "3000": -500, "3300": 500 - carrying}
    assert taken_on(terms, 500, carrying) == wanted


def test_the_surplus_of_a_pool_is_that_of_the_whole() -> None:
    """Five for 500 at 300, and five for 500 at 800: the pool stands 100 over cost, not 300."""
    story = Story()
    story.adopt(asset(model="revaluation"), cost_formula="weighted_average")
    story.comes("2025-01-10", "opening", 5, 500, carrying=("JPY", 300))
    second = story.comes("2025-01-10", "opening", 5, 500, carrying=("JPY", 800))
    story.books()
    assert story.entry(second) == {"1100 BTC": 800, "3000": -500, "3100 BTC": -100, "3300": -200}
    assert story.lots() == [("pool", 10, 1000, 1100)]


def test_the_amount_under_the_cost_model_starts_at_the_lower_of_both() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.comes("2025-01-10", "opening", 5, 500, carrying=("JPY", 400))
    story.comes("2025-01-11", "opening", 5, 500, carrying=("JPY", 800))
    assert [lot.shadow for lot in story.books().lots("BTC")] == [400, 500]
