"""The preludes under an accounting policy: a fund that is measured, one whose lots are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.vector_fund import OPENED_ON

if TYPE_CHECKING:
    from tests.support.vector_fund import VectorFund

FAIR_VALUE: dict[str, Any] = {
    "principal_market": "Exchange One BTC/USD",
    "price_point": "last",
    "cut_off_time": "18:00:00",
    "max_age_days": 1,
}
BTC_POLICY: dict[str, Any] = {
    "asset": "BTC",
    "classification": "intangible",
    "memo": DIGEST,
    "measurement_model": "revaluation",
    "class_id": "digital-assets",
    "interchangeable": True,
    "active_market": True,
    "active_market_evidence": DIGEST,
    "active_market_review": "2026-12-31",
    "credit_loss_rate": "0",
    "bpm7_class": "nonproduced_nonfinancial",
}
POLICY: dict[str, Any] = {
    "effective_from": "2026-01-01",
    "framework": "ifrs",
    "functional_currency": "USD",
    "presentation_currency": "KZT",
    "fx_source": "National Bank",
    "cost_formula": "fifo",
    "unit_of_account": "lot",
    "lot_scope": "fund",
    "surplus_transfer": "on_disposal",
    "revalue_before_disposal": False,
    "fair_value": FAIR_VALUE,
    "disposal_cost_rate": "0.005",
    "acquisition_fee": "capitalise",
    "disposal_fee": "deduct_from_proceeds",
    "swap_fee": "capitalise",
    "transfer_fee": "expense",
    "owner_contribution": "equity_at_fair_value",
    "grant_policy": "fair_value",
    "reward_policy": "income_at_fair_value",
    "airdrop_policy": "nil_cost",
    "main_business_activity": "invests_in_assets",
    "change": "initial",
    "memo": DIGEST,
    "assets": [BTC_POLICY],
}
"""A policy in which nothing is left out."""
PRICES = {
    "price_now": "2026-01-05T09:00:00.000000Z",
    "price_last_second": "2026-01-04T13:00:00.999999Z",
    "price_too_late": "2026-01-04T13:00:01.000000Z",
    "price_before": "2026-01-03T19:00:00.000000Z",
    "price_old": "2026-01-03T18:59:59.999999Z",
}
"""Around the cut-off of 4 January and midnight before it, in a zone five hours ahead of UTC."""


def measured(fund: VectorFund) -> VectorFund:
    """Under a policy, with prices, two entries posted by hand of which one is reversed."""
    fund.govern("accounting_policy.adopted", **POLICY)
    for label, instant in PRICES.items():
        seen = fund.do("price.observed", "bolat", **_price(instant))
        fund.mark(label, seen)
    fund.mark("entry", _posted(fund))
    fund.mark("reversed", _posted(fund))
    reversal = {"entry": fund.labels["reversed"], "explanation": "Posted twice", **GROUNDS}
    fund.do("entry.reversed", "aigerim", cosigners=["daniyar", "marat"], **reversal)
    issued = {"title": "financial_statements", "period": "2025-12", "as_of": "2025-12-31"}
    fund.do(
        "statement.issued",
        "aigerim",
        cosigners=["daniyar", "marat"],
        known_at=len(fund.records),
        document=DIGEST,
        authorised_by="The Board",
        **issued,
        **GROUNDS,
    )
    return fund


def _price(instant: str) -> dict[str, Any]:
    market = {"source": "Exchange One", "market": "Exchange One BTC/USD", **GROUNDS}
    return {
        "asset": "BTC",
        "currency": "USD",
        "price": "91250.5",
        "observed_at": instant,
        **market,
    }


def _posted(fund: VectorFund) -> str:
    lines = [
        {"account": "5060", "side": "debit", "amount": "10"},
        {"account": "2010", "side": "credit", "amount": "10"},
    ]
    return fund.do(
        "entry.posted",
        "aigerim",
        cosigners=["daniyar", "marat"],
        lines=lines,
        explanation="An invoice",
        value_date=OPENED_ON,
        **GROUNDS,
    )


def identified(fund: VectorFund) -> VectorFund:
    """Units do not stand for one another: lots of two days, and a proposal of each way out."""
    assets = [
        {**BTC_POLICY, "asset": asset, "measurement_model": "cost", "interchangeable": False}
        for asset in ("BTC", "BNB")
    ]
    policy = {**POLICY, "cost_formula": "specific", "fair_value": None, "assets": assets}
    fund.govern(
        "accounting_policy.adopted",
        **{name: value for name, value in policy.items() if value is not None},
    )
    fund.mark("lot_1", fund.take_on("BTC", "3", "cold-1", OPENED_ON))
    fund.mark("lot_bnb", fund.take_on("BNB", "40", "cold-1", OPENED_ON))
    common: dict[str, Any] = {"asset": "BTC", "units": "1", "account": "cold-1"}
    party = {"counterparty": "exchange-one"}
    usd = {"currency": "USD", "amount": "40000"}
    fund.ask("disposal", "disposal.proposed", min_proceeds=usd, **party, **common)
    fund.ask("delivery", "delivery.proposed", recipient="exchange-one", **common)
    fund.ask(
        "exchange",
        "exchange.proposed",
        give={"asset": "BTC", "units": "1"},
        receive_min={"asset": "BNB", "units": "20"},
        account="cold-1",
        receive_account="cold-1",
        **party,
    )
    fund.tick(days=1)
    fund.mark("lot_2", fund.take_on("BTC", "0.5", "cold-1", "2026-01-06"))
    return fund
