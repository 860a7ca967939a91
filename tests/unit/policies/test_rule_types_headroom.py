"""Limits as laws: more never becomes better, a wider limit never refuses more, `left` is exact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.policy import Holding
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.money import Money
from policies.vocabulary import RULE_TYPES
from tests.support.known_facts import KnownFacts
from tests.support.rule_cases import (
    COIN,
    LIMITS,
    PLACE,
    TODAY,
    WITHOUT_A_LIMIT,
    passes,
    purchase,
    rule_with,
    verdict_of,
)


def test_every_rule_type_has_a_limit_here_or_a_reason_why_not() -> None:
    asked = {name.partition(":")[0] for name in LIMITS}
    assert asked.isdisjoint(WITHOUT_A_LIMIT)
    assert asked | set(WITHOUT_A_LIMIT) == set(RULE_TYPES)


# -- monotonicity ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIMITS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_limit_lets_pass_exactly_what_is_within_it(name: str, data: st.DataObject) -> None:
    limit = LIMITS[name]
    figures = st.integers(1, limit.largest)
    bound = data.draw(figures)
    near = st.integers(max(bound - 2, 1), min(bound + 2, limit.largest))
    amount = data.draw(st.one_of(near, figures))
    within = amount <= bound if limit.at_most else amount >= bound
    assert limit.asks(bound, amount) is within


@pytest.mark.parametrize("name", LIMITS)
@settings(max_examples=60)
@given(data=st.data())
def test_what_is_refused_stays_refused_when_it_is_worse_or_the_limit_narrower(
    name: str, data: st.DataObject
) -> None:
    """Of two amounts and two limits, the better pair passes wherever the worse one does."""
    limit = LIMITS[name]
    figures = st.integers(1, limit.largest)
    bounds = sorted(data.draw(st.tuples(figures, figures)))
    amounts = sorted(data.draw(st.tuples(figures, figures)))
    if limit.at_most:
        worse, better = (bounds[0], amounts[1]), (bounds[1], amounts[0])
    else:
        worse, better = (bounds[1], amounts[0]), (bounds[0], amounts[1])
    assert limit.asks(*better) or not limit.asks(*worse)


# -- headroom -------------------------------------------------------------------------------------

MEASURES = {
    "cumulative_purchase_cost": ("USD", 2),
    "cumulative_units": ("BTC", 8),
    "cumulative_outflow_units": ("BTC", 8),
    "cumulative_transfer_units": ("BTC", 8),
    "encumbered_units": ("BTC", 8),
}
amounts = st.integers(0, 10**12)


def left_of(rule_type: str, known: KnownFacts, scale: int, **params: Any) -> list[int | None]:
    read = rule_with(rule_type, **params)
    assert read.kind.measure is not None
    entries = read.kind.measure(read, known, TODAY)
    return [None if one.left is None else _parsed(one.left, scale) for one in entries]


def _parsed(text: str, scale: int) -> int:
    sign = -1 if text.startswith("-") else 1
    return sign * parse_amount(text.removeprefix("-"), scale)


@pytest.mark.parametrize("measure", MEASURES)
@given(limit=amounts, used=amounts, reserved=amounts, comparison=st.sampled_from(["<=", "<"]))
def test_exactly_what_is_left_of_an_amount_may_be_done_and_not_a_unit_more(
    measure: str, limit: int, used: int, reserved: int, comparison: str
) -> None:
    unit, scale = MEASURES[measure]
    locked = measure == "encumbered_units"
    # What open proposals ask for is in the flow already; encumbrances are read off the holdings.
    known = KnownFacts(
        constant=used + reserved,
        open_ones=reserved,
        held=[Holding(PLACE, COIN, used, used, 0)] if locked else [],
        assets={"BTC": COIN},
    )
    cap: dict[str, Any] = {"amount": render_amount(limit, scale), "unit": unit}
    cap |= {"measure": measure, "comparison": comparison}
    (left,) = left_of("cap_absolute", known, scale, **cap)
    taken = used if locked else used + reserved
    assert left == limit - taken
    for more, passing in ((0, comparison == "<="), (1, False), (-1, True)):
        if left + more >= 0:
            money = Money("USD", left + more)
            action = purchase(units=left + more, consideration=money)
            assert passes(verdict_of("cap_absolute", action, known, **cap)) is passing


@given(limit=amounts, used=amounts, reserved=amounts, comparison=st.sampled_from(["<=", "<"]))
def test_exactly_what_is_left_of_a_share_at_cost_may_be_spent_and_not_a_cent_more(
    limit: int, used: int, reserved: int, comparison: str
) -> None:
    """Both flows of what was ever paid are the same here, so what is held is twice each."""
    known = KnownFacts(constant=used + reserved, open_ones=reserved)
    share: dict[str, Any] = {"pct": "0.5", "base_amount": render_amount(2 * limit, 2)}
    share |= {"base_unit": "USD", "numerator_basis": "cost", "comparison": comparison}
    (left,) = left_of("cap_pct", known, 2, **share)
    assert left == limit - 2 * (used + reserved)
    for more, passing in ((0, comparison == "<="), (1, False), (-1, True)):
        if left + more >= 0:
            action = purchase(consideration=Money("USD", left + more))
            assert passes(verdict_of("cap_pct", action, known, **share)) is passing


@given(limit=st.integers(1, 10**12), worth=amounts)
def test_exactly_what_is_left_of_a_share_at_market_value_may_be_spent(
    limit: int, worth: int
) -> None:
    known = KnownFacts(
        held=[Holding(PLACE, COIN, 10**8, 0, 0)], prices={"BTC": render_amount(worth, 2)}
    )
    share: dict[str, Any] = {"pct": "0.5", "base_amount": render_amount(2 * limit, 2)}
    share |= {"base_unit": "USD", "numerator_basis": "market_value"}
    (left,) = left_of("cap_pct", known, 2, **share)
    assert left == limit - worth
    for more in (-1, 0, 1):
        if left + more >= 0:
            action = purchase(consideration=Money("USD", left + more))
            assert passes(verdict_of("cap_pct", action, known, **share)) is (more <= 0)


def test_what_open_proposals_ask_for_is_not_left_at_market_value_either() -> None:
    """Else several purchases pass, each by itself, and together they exceed the share."""
    known = KnownFacts(constant=60_000, open_ones=60_000)
    share: dict[str, Any] = {"pct": "0.5", "base_amount": "2000", "base_unit": "USD"}
    share |= {"numerator_basis": "market_value"}
    assert left_of("cap_pct", known, 2, **share) == [40_000]
    for more, passing in ((0, True), (1, False)):
        action = purchase(consideration=Money("USD", 40_000 + more))
        assert passes(verdict_of("cap_pct", action, known, **share)) is passing


# -- unknown --------------------------------------------------------------------------------------


@given(limit=amounts, units=st.integers(0, 10**12))
def test_headroom_of_an_asset_or_price_or_base_that_is_not_known_is_not_known(
    limit: int, units: int
) -> None:
    """Unknown is neither nothing nor everything: `left` is None, and a purchase is refused."""
    cap: dict[str, Any] = {"amount": render_amount(limit, 8), "unit": "BTC"}
    assert left_of("cap_absolute", KnownFacts(), 8, **cap, measure="cumulative_units") == [None]
    held = KnownFacts(held=[Holding(PLACE, COIN, units + 1, 0, 0)])
    share: dict[str, Any] = {"pct": "1", "base_unit": "USD", "numerator_basis": "market_value"}
    fixed: dict[str, Any] = {**share, "base_amount": render_amount(limit, 2)}
    funds: dict[str, Any] = {**share, "base_funds": ["general"]}
    free = purchase(consideration=Money("USD", 0))
    for known, params in ((held, fixed), (KnownFacts(), funds)):
        assert left_of("cap_pct", known, 2, **params) == [None]
        assert not passes(verdict_of("cap_pct", free, known, **params))
    nowhere = replace(free, asset=None, units=None)
    assert not passes(verdict_of("cap_absolute", nowhere, held, **cap, measure="cumulative_units"))
