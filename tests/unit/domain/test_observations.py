"""What officers state: the latest is kept, a late one does not replace it, prices are bounded."""

from __future__ import annotations

from typing import Any

from ledger.domain.known import KnownState
from ledger.domain.observations import PRICES_KEPT
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import SmallFund, fund_under, laws_of

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
