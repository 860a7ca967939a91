"""What officers state: the latest is kept, a late one does not replace it, prices are bounded."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.known import KnownState
from ledger.domain.observations import PRICES_KEPT
from tests.support.book_scenes import FAIR_VALUE, value_by
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import SmallFund, classified, fund_under, laws_of

MEASURED = {"measure": "market_cap", "subject": "BTC", "unit": "USD", "source": "S", **GROUNDS}
PRICE = {"asset": "BTC", "currency": "USD", "source": "S", "market": "M", **GROUNDS}
VALUE: dict[str, Any] = {"asset": "BTC", "currency": "USD", "fair_value": "1", "level": "1"}


def observe(fund: SmallFund, value: str, days: int) -> str:
    fields = {"value": value, "observed_on": fund.day(days), **MEASURED}
    return fund.do("observation.recorded", "aigerim", **fields)


def latest(fund: SmallFund) -> str:
    seen = KnownState(fund.state).observed("market_cap", "BTC", fund.today)
    return str(seen.value) if seen else ""


def test_the_latest_observation_is_kept_whenever_it_is_recorded() -> None:
    fund = fund_under()
    for value, days, kept in (("1", -2, "1"), ("2", -3, "1"), ("3", -2, "3"), ("4", 0, "4")):
        observe(fund, value, days)
        assert latest(fund) == kept
    fields = {"value": "5", "observed_on": fund.day(1), **MEASURED}
    assert laws_of(fund.act("observation.recorded", "aigerim", **fields)) == [
        "observation_in_future"
    ]


def test_a_price_at_the_very_instant_of_its_record_is_not_of_the_future() -> None:
    fund = fund_under()
    instant = fund.instant(seconds=60)
    fund.do("price.observed", "aigerim", price="1", observed_at=instant, **PRICE)
    assert fund.state.prices["BTC", "USD"][-1].observed_at == fund.now


def test_the_last_prices_are_remembered_and_a_valuation_names_only_these() -> None:
    fund = fund_under()
    seen = [
        fund.do("price.observed", "aigerim", price=str(number), observed_at=fund.now, **PRICE)
        for number in range(1, PRICES_KEPT + 2)
    ]
    assert [price.event_id for price in fund.state.prices["BTC", "USD"]] == seen[1:]
    fields = {**VALUE, "method": "Median", **GROUNDS}
    forgotten = fund.act("valuation.adopted", "aigerim", prices=seen[:1], **fields)
    assert laws_of(forgotten) == ["price_unknown"]
    euros = {**fields, "currency": "EUR"}
    assert laws_of(fund.act("valuation.adopted", "aigerim", prices=seen[-1:], **euros)) == [
        "price_unknown"
    ]
    adopted = fund.do("valuation.adopted", "aigerim", prices=seen[1:], **fields)
    assert fund.state.valuations["BTC", "USD"] == (fund.today, adopted)


def test_an_attestation_holds_on_its_last_day() -> None:
    fund = fund_under()
    fields = {"item": "reserves", "subject": "fund", "attester": "A", "document": DIGEST}
    fund.do("attestation.recorded", "aigerim", expires_on=fund.today, **fields, **GROUNDS)
    assert fund.state.attestations["reserves", "fund"].expires_on == fund.today


def test_a_stated_fact_is_the_last_one_stated() -> None:
    fund = fund_under()
    for value in (True, False):
        fund.state_fact(value=value)
        assert fund.state.facts["audited", "fund"].value is value


@pytest.mark.parametrize(
    ("instant", "laws"),
    [
        ("2026-01-04T07:00:01.000000Z", ["price_after_cut_off"]),
        ("2026-01-04T07:00:00.999999Z", []),
        ("2026-01-03T23:00:00.000000Z", []),
        ("2026-01-01T19:00:00.000000Z", []),
        ("2026-01-01T18:59:59.999999Z", ["price_too_old"]),
        ("2026-01-05T00:00:00.000000Z", ["price_after_cut_off"]),
    ],
)
def test_a_fair_value_rests_on_prices_of_its_day_or_shortly_before(
    instant: str, laws: list[str]
) -> None:
    """Up to noon in the fund's zone, five hours ahead, and two days back."""
    assert laws_of(value_by(instant, "2026-01-04")) == laws


def test_prices_are_looked_at_by_the_policy_of_the_value_date_alone() -> None:
    fund = fund_under()
    fund.measure_by(classified())
    fund.measure_by(
        classified(), change="change_of_estimate", fair_value={**FAIR_VALUE, "max_age_days": 0}
    )
    seen = fund.do(
        "price.observed", "aigerim", price="1", observed_at=fund.instant(days=-9), **PRICE
    )
    fields = {**VALUE, "method": "Median", "prices": [seen], **GROUNDS}
    before = fund.act("valuation.adopted", "aigerim", value_date=fund.day(-1), **fields)
    assert laws_of(before) == []
    assert laws_of(fund.act("valuation.adopted", "aigerim", **fields)) == ["price_too_old"]
