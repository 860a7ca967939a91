"""What each fact posts: every posting of the whole record, in order, with the word for why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.holdings import ConsiderationPosting, Leg, UnitPosting
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import SmallFund, fund_under, verdict_of

if TYPE_CHECKING:
    from ledger.domain.state import Posting

UNIT, BNB_UNIT = 10**8, 10**18
DAY = "2026-01-05"
LATER = "2026-01-06"
FEES: dict[str, Any] = {
    "fees": [
        {"leg": "asset", "asset": "BNB", "units": "2", "account": "warm-1"},
        {"leg": "cash", "currency": "EUR", "amount": "7.5"},
    ]
}


def units(
    account: str, leg: Leg, amount: int, why: str, asset: str = "BTC", day: str = DAY
) -> UnitPosting:
    return UnitPosting(day, account, asset, leg, amount, why)


def money(amount: int, why: str, asset: str = "BTC", currency: str = "USD") -> ConsiderationPosting:
    return ConsiderationPosting(DAY, asset, currency, amount, why)


def fees_of(asset: str) -> list[Posting]:
    paid = units("warm-1", Leg.HELD, -2 * BNB_UNIT, "fee", "BNB")
    return [paid, money(750, "fee", asset, "EUR")]


@pytest.fixture
def fund() -> SmallFund:
    """Ten BTC and a thousand BNB, and a little for fees."""
    made = fund_under()
    made.open_units("10")
    made.open_units("1000", "cold-2", asset="BNB")
    made.open_units("5", "warm-1", asset="BNB")
    return made


def posted(
    fund: SmallFund, kind: str, members: dict[str, Any], author: str = "bolat"
) -> list[Posting]:
    """The postings of one event that takes effect."""
    before = len(fund.postings)
    assert verdict_of(fund.act(kind, author, **members)) == "effective"
    return [posting for _, posting in fund.postings[before:]]


def test_an_opening_and_receipts(fund: SmallFund) -> None:
    assert posted(fund, "opening.recorded", fund.opening("2")) == [
        units("cold-1", Leg.HELD, 2 * UNIT, "opening"),
        money(10_000_000, "opening"),
    ]
    mined = {"asset": "BTC", "units": "0.5", "account": "cold-2", "source": "mining", **GROUNDS}
    assert posted(fund, "receipt.recorded", mined) == [
        units("cold-2", Leg.HELD, UNIT // 2, "receipt")
    ]
    value = {"currency": "EUR", "amount": "12.34"}
    assert posted(fund, "receipt.recorded", {**mined, "fair_value": value}) == [
        units("cold-2", Leg.HELD, UNIT // 2, "receipt"),
        money(1234, "receipt", currency="EUR"),
    ]


def test_an_acquisition_in_parts(fund: SmallFund) -> None:
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10", "400000"))
    part = fund.acquired(proposal, "4", "160000", final=False, **FEES)
    assert posted(fund, "acquisition.settled", part) == [
        units("cold-1", Leg.HELD, 4 * UNIT, "acquisition"),
        money(16_000_000, "acquisition"),
        *fees_of("BTC"),
    ]


def test_a_disposal_in_parts(fund: SmallFund) -> None:
    proposal = fund.do("disposal.proposed", "aigerim", **fund.disposal("4", "160000"))
    assert fund.postings[-1][1] == units("cold-1", Leg.RESERVED, 4 * UNIT, "reservation")
    part = fund.disposed(proposal, "3", "120000", final=False, **FEES)
    assert posted(fund, "disposal.settled", part) == [
        units("cold-1", Leg.RESERVED, -3 * UNIT, "reservation"),
        units("cold-1", Leg.HELD, -3 * UNIT, "disposal"),
        money(12_000_000, "disposal"),
        *fees_of("BTC"),
    ]
    last = fund.disposed(proposal, "0.5", "20000")
    assert posted(fund, "disposal.settled", last) == [
        units("cold-1", Leg.RESERVED, -UNIT // 2, "reservation"),
        units("cold-1", Leg.HELD, -UNIT // 2, "disposal"),
        money(2_000_000, "disposal"),
        units("cold-1", Leg.RESERVED, -UNIT // 2, "reservation"),
    ]


def test_a_delivery(fund: SmallFund) -> None:
    proposal = fund.do("delivery.proposed", "aigerim", **fund.delivery("4"))
    done = {"proposal": proposal, "units": "4", "final": True, **FEES, **GROUNDS}
    assert posted(fund, "delivery.settled", done) == [
        units("cold-1", Leg.RESERVED, -4 * UNIT, "reservation"),
        units("cold-1", Leg.HELD, -4 * UNIT, "delivery"),
        *fees_of("BTC"),
    ]


def test_an_exchange(fund: SmallFund) -> None:
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange("2", "100"))
    assert posted(fund, "exchange.settled", fund.exchanged(proposal, "2", "101") | FEES) == [
        units("cold-1", Leg.RESERVED, -2 * UNIT, "reservation"),
        units("cold-1", Leg.HELD, -2 * UNIT, "exchange"),
        units("cold-2", Leg.HELD, 101 * BNB_UNIT, "exchange", "BNB"),
        *fees_of("BNB"),
    ]


def test_a_transfer_released_arrived_in_part_and_failed(fund: SmallFund) -> None:
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4", "0.1"))
    assert [posting for _, posting in fund.postings[-2:]] == [
        units("cold-1", Leg.RESERVED, 4 * UNIT, "reservation"),
        units("cold-1", Leg.RESERVED, UNIT // 10, "reservation"),
    ]
    fund.tick(days=1)
    fee = {"fee": {"asset": "BTC", "units": "0.04"}}
    released = {"proposal": proposal, "units": "4", "value_date": LATER, **fee, **GROUNDS}
    cent = UNIT // 100
    assert posted(fund, "transfer.released", released) == [
        units("cold-1", Leg.RESERVED, -4 * UNIT, "reservation"),
        units("cold-1", Leg.RESERVED, -4 * cent, "reservation"),
        units("cold-1", Leg.HELD, -4 * cent, "fee", day=LATER),
        units("cold-1", Leg.HELD, -4 * UNIT, "transfer", day=LATER),
        units("cold-1", Leg.IN_TRANSIT, 4 * UNIT, "transfer", day=LATER),
    ]
    left_of_fee = units("cold-1", Leg.RESERVED, -6 * cent, "reservation")
    for name, amount, place, given_back in (
        ("settled", 3, "cold-2", []),
        ("failed", 1, "cold-1", [left_of_fee]),
    ):
        told = {"explanation": "It was dropped"} if name == "failed" else {}
        step = {"proposal": proposal, "units": str(amount), "final": bool(told), **told, **GROUNDS}
        assert posted(fund, f"transfer.{name}", step | {"value_date": LATER}, "aigerim") == [
            units("cold-1", Leg.IN_TRANSIT, -amount * UNIT, "transfer", day=LATER),
            units(place, Leg.HELD, amount * UNIT, "transfer", day=LATER),
            *given_back,
        ]


def test_an_encumbrance(fund: SmallFund) -> None:
    placed = {"asset": "BTC", "units": "3", "account": "cold-1", "form": "loan", "beneficiary": "B"}
    assert posted(fund, "encumbrance.placed", {**placed, **GROUNDS}) == [
        units("cold-1", Leg.ENCUMBERED, 3 * UNIT, "loan")
    ]
    released = {"encumbrance": fund.event_ids[-1], "units": "2", **GROUNDS}
    assert posted(fund, "encumbrance.released", released) == [
        units("cold-1", Leg.ENCUMBERED, -2 * UNIT, "release")
    ]


def test_cash_and_what_is_stated_post_nothing(fund: SmallFund) -> None:
    cash = {"direction": "in", "amount": {"currency": "USD", "amount": "1"}, "category": "other"}
    assert posted(fund, "cash.recorded", {**cash, **GROUNDS}) == []
    before = len(fund.postings)
    fund.state_fact()
    assert len(fund.postings) == before
