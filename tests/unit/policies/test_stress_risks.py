"""Shocks, liquidity, a custodian's failure and a lost peg, each figure worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from ledger.domain.policy import AccountFacts, AssetFacts, Holding, Known
from policies.book import Book, read_book
from policies.rules.valuation import market_value
from policies.stress.failure import failures
from policies.stress.figure import Standpoint
from policies.stress.liquidity import Liquidity, Trading, liquidities
from policies.stress.peg import lost_pegs
from policies.stress.shock import shocks
from policies.stress.shocked import shocked
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts

DAY = "2026-01-06"
BTC = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
ETH = AssetFacts("ETH", "eip155:1/slip44:60", "coin", 18, retired=False)
USDC = AssetFacts("USDC", "eip155:1/erc20:0xa0b8", "stablecoin_claim", 6, retired=False)
DEPO = AssetFacts("DEPO", "eip155:1/erc20:0xdede", "tokenised_deposit", 2, retired=False)
COLD = AccountFacts("cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ")
OTHER = replace(COLD, account="cold-2", custodian="second-vault")
CLIENT = replace(COLD, account="client-1", owner_class="client")
PRICES = {"BTC": "90000", "ETH": "3000", "USDC": "1", "DEPO": "1"}
HELD = [
    Holding(COLD, BTC, 8 * 10**8, 0, 0),
    Holding(OTHER, BTC, 2 * 10**8, 0, 0),
    Holding(OTHER, ETH, 20 * 10**18, 0, 0),
    Holding(COLD, USDC, 40_000 * 10**6, 0, 0),
]
"""900,000 of BTC, 60,000 of ETH and 40,000 of USDC: 1,000,000 USD in all."""
OBSERVED = {
    ("traded_volume", "BTC"): ("2026-01-05", "40", "BTC"),
    ("daily_volatility", "BTC"): ("2026-01-05", "0.03", "share"),
}
CAP = {"pct": "0.1", "base_amount": "9000000", "base_unit": "USD"}
CAP_RULE = rule("T.CAP", "cap_pct", "purchase", params={**CAP, "numerator_basis": "market_value"})
BOOKS: tuple[Book, ...] = (read_book(book(CAP_RULE)),)
TRADING = Trading(Fraction(1, 10), Fraction(1))


def at(**facts: Any) -> Standpoint:
    known = KnownFacts(**{"prices": PRICES, "held": HELD, **facts})
    return Standpoint(known, DAY, "USD", 16)


def liquid(asset: str, trading: Trading = TRADING, **facts: Any) -> Liquidity:
    lines = liquidities(at(**{"observed_values": OBSERVED, **facts}), trading)
    (found,) = [one for one in lines if one.asset.code == asset]
    return found


# -- shocks


def test_a_shock_is_exact_by_asset_and_in_all() -> None:
    (one,) = shocks(at(), BOOKS, [Fraction(-3, 10)])
    after = {line.asset.code: value.value for line, value in one.lines}
    assert after == {"BTC": 630_000, "ETH": 42_000, "USDC": 28_000}
    assert (one.total.text, one.at_least.text) == ("700000", "700000")
    (btc, after_btc), *_ = one.lines
    assert [entry.text for entry in after_btc.inputs] == [
        "holdings of BTC: 10 BTC (position 16)",
        "price of BTC: 90000 USD on 2026-01-06 (position 1)",
        "shock: -0.3 share",
    ]
    assert btc.value.value == 900_000


def test_a_limit_is_passed_by_prices_alone() -> None:
    fall, rise = shocks(at(), BOOKS, [Fraction(-1, 2), Fraction(1, 2)])
    (before,), (after,) = fall.limits, rise.limits
    assert (before.headroom.used, before.headroom.left, before.passed) == ("500000", "400000", "no")
    assert (after.headroom.used, after.headroom.left, after.passed) == ("1500000", "-600000", "yes")
    said = [entry.text for entry in after.inputs]
    assert "price of ETH: 3000 USD on 2026-01-06 (position 1)" in said
    assert "shock: 0.5 share" in said


def test_without_one_price_the_total_and_the_limit_are_unknown_and_the_rest_is_a_bound() -> None:
    (one,) = shocks(at(prices={"BTC": "90000", "USDC": "1"}), BOOKS, [Fraction(-1, 2)])
    assert one.total.value is None
    assert one.total.missing == ("price of ETH in USD, on 2026-01-06 or before",)
    assert one.at_least.value == 470_000
    assert [limit.passed for limit in one.limits] == ["unknown"]


def test_a_limit_on_each_transaction_is_not_used_up() -> None:
    params = {"amount": "5", "unit": "USD", "measure": "transaction_cost"}
    read = read_book(book(rule("T.ONE", "cap_absolute", "purchase", params=params)))
    (one,) = shocks(at(), [read], [Fraction(0)])
    assert [limit.passed for limit in one.limits] == ["each transaction"]


def test_what_is_kept_for_clients_is_not_on_the_balance_sheet() -> None:
    held = [*HELD, Holding(CLIENT, BTC, 10**10, 0, 0)]
    (one,) = shocks(at(held=held), BOOKS, [Fraction(0)])
    assert one.total.value == 1_000_000


@supposing(st.lists(st.fractions(min_value=-1, max_value=5), min_size=2, max_size=5))
def test_a_deeper_shock_never_raises_a_value(shares: list[Fraction]) -> None:
    found = shocks(at(), BOOKS, sorted(shares))
    totals = [one.total.value for one in found if one.total.value is not None]
    assert len(totals) == len(shares)
    assert totals == sorted(totals)
    used = [Fraction(one.limits[0].headroom.used or "-1") for one in found]
    assert used == sorted(used)


@supposing(st.fractions(min_value=-1, max_value=5))
def test_rules_see_the_same_value_as_the_balance_sheet(share: Fraction) -> None:
    standpoint = at()
    (one,) = shocks(standpoint, BOOKS, [share])
    assert one.total.value == market_value(shocked(standpoint.known, 1 + share), "USD", DAY)


def test_a_shocked_fund_is_the_known_one_but_for_its_prices() -> None:
    known = KnownFacts(prices=PRICES, held=HELD, in_office={"aigerim": frozenset({"Governor"})})
    other: Known = shocked(known, Fraction(1, 2))
    assert other.holdings() is known.holdings()
    assert other.officers(DAY) == known.officers(DAY)
    assert other.flow("purchase_cost", "USD", DAY, DAY) == 0
    assert other.price("DOGE", "USD", DAY) is None
    price = other.price("BTC", "USD", DAY)
    assert price is not None
    assert price.value == 45_000
    assert price.position == 1
    names = [name for name in vars(Known) if not name.startswith("_")]
    assert [name for name in names if not callable(getattr(other, name))] == []


# -- liquidity


def test_days_to_sell_are_counted_up() -> None:
    found = liquid("BTC")
    assert found.days.value == 3  # 10 / (0.1 * 40) = 2.5
    assert liquid("BTC", replace(TRADING, participation=Fraction(1, 4))).days.value == 1
    texts = [entry.text for entry in found.days.inputs]
    assert "participation: 0.1 share" in texts
    assert "traded_volume of BTC: 40 BTC on 2026-01-05 (position 1)" in texts


def test_impact_is_the_square_root_of_the_share_of_a_days_volume() -> None:
    found = liquid("BTC")
    assert found.impact.value == Fraction(15, 1000)  # 0.03 * sqrt(10 / 40)
    assert found.cost.value == 13_500  # of 900,000 USD
    assert found.note == ""
    assert liquid("BTC", replace(TRADING, coefficient=Fraction(2))).impact.value == Fraction(3, 100)


def test_the_funds_own_demand_moves_the_price() -> None:
    small, middle, whole = liquid("BTC").demand
    assert [one.units.value for one in (small, middle, whole)] == [Fraction(2, 5), 4, 40]
    assert (small.impact.value, whole.impact.value) == (Fraction(3, 1000), Fraction(3, 100))
    assert middle.impact.text == "0.009486832980505137"


def test_a_sale_beyond_a_days_volume_is_called_an_extrapolation() -> None:
    volume = {**OBSERVED, ("traded_volume", "BTC"): ("2026-01-05", "9.99", "BTC")}
    assert "extrapolated" in liquid("BTC", observed_values=volume).note


def test_what_was_not_observed_is_unknown_and_named() -> None:
    found = liquid("ETH")
    for figure in (found.days, found.impact, found.cost, found.demand[0].units):
        assert figure.value is None
    assert found.days.missing == (
        "observation traded_volume of ETH in ETH, on 2026-01-06 or before",
    )
    assert len(found.impact.missing) == 2
    assert found.demand[0].impact.missing == (
        "observation daily_volatility of ETH in share, on 2026-01-06 or before",
    )


def test_volatility_alone_gives_the_impact_of_a_share_of_the_volume() -> None:
    only = {("daily_volatility", "ETH"): ("2026-01-05", "0.05", "share")}
    found = liquid("ETH", observed_values=only)
    assert (found.days.value, found.impact.value) == (None, None)
    assert found.demand[2].impact.value == Fraction(5, 100)


def test_where_nothing_is_traded_nothing_follows() -> None:
    none = {**OBSERVED, ("traded_volume", "BTC"): ("2026-01-05", "0", "BTC")}
    found = liquid("BTC", observed_values=none)
    assert found.days.missing == ("observation traded_volume of BTC above 0",)
    assert found.impact.value is None


@supposing(
    st.fractions(min_value=Fraction(1, 1000), max_value=1),
    st.fractions(min_value=Fraction(1, 1000), max_value=1),
)
def test_who_may_trade_more_is_never_slower(one: Fraction, other: Fraction) -> None:
    few, many = sorted((one, other))
    slow, fast = (liquid("BTC", replace(TRADING, participation=p)).days for p in (few, many))
    assert slow.value is not None
    assert fast.value is not None
    assert slow.value >= fast.value >= 1


# -- a custodian fails


def test_a_custodians_failure_is_told_with_what_remains() -> None:
    first, second = failures(at())
    assert (first.custodian, first.accounts) == ("first-vault", ("cold-1",))
    assert (first.lost.text, first.remains.text) == ("760000", "240000")
    assert first.share.value == Fraction(76, 100)
    assert [(line.asset.code, line.units.text) for line in second.lines] == [
        ("BTC", "2"),
        ("ETH", "20"),
    ]
    assert (second.lost.text, second.share.text) == ("240000", "0.24")


def test_what_clients_lose_is_not_what_the_fund_loses() -> None:
    held = [*HELD, Holding(CLIENT, BTC, 10**8, 0, 0)]
    own, _, clients = failures(at(held=held))
    assert (own.owner_class, own.lost.text) == ("own", "760000")
    assert (clients.owner_class, clients.lost.text, clients.remains.text) == (
        "client",
        "90000",
        "0",
    )


def test_a_missing_price_is_missed_only_where_it_counts() -> None:
    first, second = failures(at(prices={"BTC": "90000", "USDC": "1"}))
    assert first.lost.value == 760_000
    assert (first.share.value, first.remains.value) == (None, None)
    assert (second.lost.text, second.remains.text) == ("unknown", "760000")


def test_empty_accounts_fail_nobody() -> None:
    assert failures(at(held=[Holding(COLD, BTC, 0, 0, 7)])) == []


# -- a peg is lost


def test_pegged_assets_fall_to_their_level_and_coins_do_not() -> None:
    found = lost_pegs(at())
    assert [one.assets for one in found] == [("USDC",)] * 3
    assert [one.after.value for one in found] == [38_000, 32_000, 0]
    assert [one.loss.value for one in found] == [2_000, 8_000, 40_000]
    assert [one.remains.value for one in found] == [998_000, 992_000, 960_000]
    assert found[2].share.value == Fraction(4, 100)
    assert "level: 0.95 of the last price" in [entry.text for entry in found[0].loss.inputs]


def test_several_pegs_are_lost_one_by_one_and_together() -> None:
    held = [*HELD, Holding(COLD, DEPO, 1_000_000, 0, 0)]
    found = lost_pegs(at(held=held))
    assert [one.assets for one in found[::3]] == [("DEPO",), ("USDC",), ("DEPO", "USDC")]
    assert found[8].loss.value == 50_000


def test_a_peg_without_a_price_is_unknown() -> None:
    one, *_ = lost_pegs(at(prices={"BTC": "90000", "ETH": "3000"}))
    assert (one.loss.value, one.remains.value) == (None, None)
    assert one.loss.missing == ("price of USDC in USD, on 2026-01-06 or before",)


@pytest.mark.parametrize("instrument", ["coin", "token", "etp_unit", "fund_interest", "metal"])
def test_nothing_else_has_a_peg(instrument: str) -> None:
    held = [Holding(COLD, replace(BTC, instrument_class=instrument), 10**8, 0, 0)]
    assert lost_pegs(at(held=held)) == []
