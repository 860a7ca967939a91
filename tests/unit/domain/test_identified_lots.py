"""Identified lots: named where they must be, exactly what leaves; fees take the oldest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.book_scenes import deliver, identified_fund
from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import (
    SmallFund,
    classified,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    verdict_of,
)

BTC = 10**8
UNKNOWN = "0" * 64


def left(fund: SmallFund, asset: str = "BTC", scale: int = 8) -> dict[str, float]:
    """What is left of each lot, in whole units."""
    return {name: lot.units / 10**scale for name, lot in fund.state.lots[asset].items()}


def fee(units: str, asset: str = "BTC", account: str = "cold-1") -> dict[str, Any]:
    return {"leg": "asset", "asset": asset, "units": units, "account": account}


# -- the laws -------------------------------------------------------------------------------------


def test_each_lot_that_is_wrong_is_named() -> None:
    fund, first, second = identified_fund()
    answer = deliver(fund, (UNKNOWN, "1"), (first, "4"), (second, "0.000000001"))
    assert laws_of(answer) == ["lot_unknown", "lot_short", "amount_scale", "lots_do_not_cover"]


def test_lots_named_twice_are_counted_all_the_same() -> None:
    fund, first, second = identified_fund()
    answer = deliver(fund, (first, "0.5"), (second, "1"), (first, "0.5"))
    assert laws_of(answer) == ["lot_unknown"]
    answer = deliver(fund, (first, "0.5"), (first, "0.5"))
    assert laws_of(answer) == ["lot_unknown", "lots_do_not_cover"]


def test_a_lot_that_is_used_up_is_no_lot() -> None:
    fund, first, second = identified_fund()
    deliver(fund, (second, "2"), final=False)
    assert left(fund) == {first: 3}
    assert laws_of(deliver(fund, (second, "1"), (first, "1"))) == ["lot_unknown"]


def test_units_of_a_lot_leave_on_its_day_at_the_earliest() -> None:
    fund = fund_under()
    fund.identify("BTC")
    old = fund.open_units("2", value_date=fund.day(-5), acquired_on=fund.day(-5))
    young = fund.open_units("2")
    fields = {"value_date": fund.day(-5)}
    fund.do("delivery.proposed", "aigerim", **fund.delivery("2", **fields))
    early = deliver(fund, (young, "2"), value_date=fund.day(-1))
    assert laws_of(early) == ["value_date_before_reference"]
    assert laws_of(deliver(fund, (old, "2"), value_date=fund.day(-5))) == []


def test_lots_are_asked_for_by_the_policy_of_the_value_date() -> None:
    """Named on a day on which they are identified, and on no other."""
    fund = fund_under()
    entry = classified(interchangeable=False)
    fund.measure_by(entry, effective_from=fund.day(-9), cost_formula="specific")
    lot = fund.open_units("4", value_date=fund.day(-5), acquired_on=fund.day(-5))
    fund.measure_by(entry, change="change_of_policy")
    fund.do("delivery.proposed", "aigerim", **fund.delivery("2"))
    assert laws_of(deliver(fund, (lot, "2"))) == ["lots_not_identified"]
    assert laws_of(deliver(fund)) == []
    assert left(fund) == {lot: 2}


def test_what_the_policy_does_not_classify_is_not_identified() -> None:
    fund = fund_under()
    fund.identify("BNB")
    lot = fund.open_units("4")
    fund.do("delivery.proposed", "aigerim", **fund.delivery("2"))
    assert laws_of(deliver(fund, (lot, "2"))) == ["lots_not_identified"]
    assert "BTC" not in fund.state.lots


def test_a_settlement_that_cannot_be_counted_is_not_asked_for_lots() -> None:
    fund, first, _ = identified_fund()
    fine = deliver(fund, (first, "2"), units="0.000000001")
    assert laws_of(fine) == ["amount_scale"]
    unknown = deliver(fund, fees=[fee("1", "ETH")])
    assert laws_of(unknown) == ["asset_unknown"]


def test_a_lot_that_is_gone_when_the_approval_comes_refuses_the_fact() -> None:
    fund = fund_under(quorum(1, "transfer_out"))
    fund.identify("BTC")
    lot = fund.open_units("2")
    other = fund.open_units("2")
    waits = fund.pend("delivery.proposed", "aigerim", **fund.delivery("2"))
    named = [{"lot": lot, "units": "2"}]
    base = {"units": "2", "fees": [], "final": True, "lots": named, **GROUNDS}
    early = fund.pend("delivery.settled", "bolat", proposal=waits, **base)
    done = fund.do("delivery.proposed", "aigerim", cosigners=["daniyar"], **fund.delivery("2"))
    fund.do("delivery.settled", "bolat", proposal=done, **base)
    assert left(fund) == {other: 2}
    answer = fund.act("approval.given", "gulnara", cosigners=["marat"], proposal=early)
    ((verdict, codes),) = effects_of(answer)
    assert verdict == "refused"
    assert "lot_unknown" in codes


# -- what comes in and goes out -------------------------------------------------------------------


def test_units_come_in_as_lots_named_by_their_event() -> None:
    fund = fund_under()
    fund.identify("BTC", "BNB")
    opened = fund.open_units("4")
    bought = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("3"))
    settled = fund.do("acquisition.settled", "bolat", **fund.acquired(bought, "3"))
    base = {"asset": "BTC", "units": "1", "account": "cold-1", "source": "mining", **GROUNDS}
    mined = fund.do("receipt.recorded", "bolat", **base)
    assert left(fund) == {opened: 4, settled: 3, mined: 1}
    swapped = fund.do("exchange.proposed", "aigerim", **fund.exchange("2", "20"))
    named = {"lots": [{"lot": settled, "units": "2"}]}
    received = fund.do("exchange.settled", "bolat", **fund.exchanged(swapped, "2", "20", **named))
    assert left(fund) == {opened: 4, settled: 1, mined: 1}
    assert left(fund, "BNB", fund.state.assets["BNB"].scale) == {received: 20}


def test_a_disposal_takes_the_named_lots_and_its_fee_the_oldest() -> None:
    fund, first, second = identified_fund()
    sold = fund.do("disposal.proposed", "aigerim", **fund.disposal("1"))
    named: dict[str, Any] = {"lots": [{"lot": second, "units": "1"}], "fees": [fee("0.5")]}
    fund.do("disposal.settled", "bolat", **fund.disposed(sold, "1", **named))
    assert left(fund) == {first: 2.5, second: 1}


def test_a_network_fee_takes_the_oldest_lots_and_the_units_under_way_none() -> None:
    fund = fund_under()
    fund.identify("BTC")
    young = fund.open_units("3")
    old = fund.open_units("1", value_date=fund.day(-1), acquired_on=fund.day(-1))
    moved = fund.do("transfer.proposed", "aigerim", **fund.transfer("1", "2"))
    fund.step("released", moved, "1", fee={"asset": "BTC", "units": "1.5"})
    assert left(fund) == {young: 2.5}
    assert old not in fund.state.lots["BTC"]


def test_a_fee_of_an_exchange_may_come_out_of_what_it_receives() -> None:
    fund = fund_under()
    fund.identify("BTC", "BNB")
    lot = fund.open_units("4")
    swapped = fund.do("exchange.proposed", "aigerim", **fund.exchange("2", "20"))
    named = {"lots": [{"lot": lot, "units": "2"}], "fees": [fee("5", "BNB", "cold-2")]}
    received = fund.do("exchange.settled", "bolat", **fund.exchanged(swapped, "2", "20", **named))
    assert left(fund, "BNB", fund.state.assets["BNB"].scale) == {received: 15}
    again = fund.do("exchange.proposed", "aigerim", **fund.exchange("1", "1"))
    more = {"lots": [{"lot": lot, "units": "1"}], "fees": [fee("17", "BNB", "cold-2")]}
    answer = fund.act("exchange.settled", "bolat", **fund.exchanged(again, "1", "1", **more))
    assert codes_of(answer) == ["units_short"]


units = st.sampled_from(["0.25", "1", "1.5"])
acts = st.lists(
    st.tuples(st.sampled_from(["in", "bought", "out", "fee", "moved"]), units, st.integers(0, 3)),
    min_size=4,
    max_size=12,
)


@settings(max_examples=25)
@given(acts)
def test_lots_are_always_what_is_held_and_under_way(steps: list[tuple[str, str, int]]) -> None:
    fund = fund_under()
    fund.identify("BTC")
    fund.open_units("5")
    for act, amount, pick in steps:
        _live(fund, act, amount, pick)
        held = [
            balance.held + balance.in_transit
            for (_, asset), balance in fund.state.balances.items()
            if asset == "BTC"
        ]
        lots = fund.state.lots["BTC"].values()
        assert sum(lot.units for lot in lots) == sum(held)
        assert all(lot.units > 0 for lot in lots)


def _live(fund: SmallFund, act: str, amount: str, pick: int) -> None:
    """One thing that happens, if the units for it are there."""
    lots = list(fund.state.lots["BTC"])
    if act == "in":
        fund.open_units(amount, "cold-1")
    if act in {"bought", "fee"}:
        bought = fund.do("acquisition.proposed", "aigerim", **fund.acquisition(amount))
        fees: dict[str, Any] = {"fees": [fee("0.125")]} if act == "fee" else {}
        fund.act("acquisition.settled", "bolat", **fund.acquired(bought, amount, **fees))
    if act == "out" and lots:
        fund.act("delivery.proposed", "aigerim", **fund.delivery(amount))
        if fund.event_ids[-1] in fund.state.proposals:
            deliver(fund, (lots[pick % len(lots)], amount), units=amount)
    if act == "moved":
        fund.act("transfer.proposed", "aigerim", **fund.transfer(amount, "0.125"))
        network: dict[str, Any] = {"fee": {"asset": "BTC", "units": "0.125"}}
        fund.step("released", fund.event_ids[-1], amount, **network)


@pytest.mark.parametrize("final", [True, False])
def test_a_good_settlement_of_identified_units_is_effective(*, final: bool) -> None:
    fund, first, second = identified_fund()
    answer = deliver(fund, (first, "0.5"), (second, "1.5"), final=final)
    assert (verdict_of(answer), codes_of(answer)) == ("effective", [])
