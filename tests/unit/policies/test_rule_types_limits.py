"""Limits: shares of a base, amounts, addresses and averages, each at every branch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.kernel.errors import BookError
from ledger.kernel.money import Money
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    USDC,
    action,
    asked,
    found,
    holding,
    rule_of,
    said,
    watched,
)

if TYPE_CHECKING:
    from policies.rule import Headroom

DAY = "2026-01-05"


def measured(known: KnownFacts, rule_type: str, **params: Any) -> tuple[Headroom, ...]:
    read = rule_of(rule_type, **params)
    assert read.kind.measure is not None
    return read.kind.measure(read, known, DAY)


# -- cap_pct --------------------------------------------------------------------------------------

FIXED: dict[str, Any] = {"pct": "0.05", "base_amount": "20000", "base_unit": "USD"}
FUNDS: dict[str, Any] = {"pct": "0.05", "base_funds": ["general", "rainy_day"], "base_unit": "USD"}
BASES = {
    ("base", "general"): ("2026-01-01", "15000", "USD"),
    ("base", "rainy_day"): ("2025-12-31", "5000", "USD"),
}


@pytest.mark.parametrize(
    ("params", "known", "answer"),
    [
        (FIXED, KnownFacts(), "allows"),
        ({**FIXED, "comparison": "<"}, KnownFacts(), "denies"),
        ({**FIXED, "pct": "0.0499"}, KnownFacts(), "denies"),
        (FUNDS, KnownFacts(observed_values=BASES), "allows"),
        ({**FUNDS, "max_age_days": 5}, KnownFacts(observed_values=BASES), "allows"),
        ({**FUNDS, "max_age_days": 4}, KnownFacts(observed_values=BASES), "denies"),
        (FUNDS, KnownFacts(), "denies"),
        ({**FUNDS, "base_unit": "EUR"}, KnownFacts(observed_values=BASES), "denies"),
        ({"base_amount": "1", "base_unit": "USD"}, KnownFacts(), "allows"),
        ({**FIXED, "base_unit": "EUR"}, KnownFacts(), "denies"),
        ({**FIXED, "numerator_basis": "cost"}, KnownFacts(held=[holding(1)]), "allows"),
        (FIXED, KnownFacts(held=[holding(1)]), "denies"),
        (FIXED, KnownFacts(held=[holding(0)]), "allows"),
        (FIXED, KnownFacts(held=[holding(1)], prices={"BTC": "1000"}), "denies"),
        (FIXED, KnownFacts(constant=1), "denies"),
        ({**FIXED, "numerator_basis": "market_value"}, KnownFacts(constant=1), "allows"),
        ({**FIXED, "approvers": ["Governor"], "base_unit": "EUR"}, KnownFacts(), "asks"),
    ],
)
def test_a_share_of_a_base(params: dict[str, Any], known: KnownFacts, answer: str) -> None:
    assert said(asked("cap_pct", action(), known, **params)) == answer


def test_a_share_says_on_which_basis_it_is_exceeded_and_what_the_base_rests_on() -> None:
    known = KnownFacts(observed_values=BASES, held=[holding(10**8)], prices={"BTC": "0.001"})
    (finding,) = asked("cap_pct", action(), known, **FUNDS).findings
    assert (finding.verdict, finding.expected, finding.found) == (
        DENY, "0.05 of 20000 USD at market_value", "1000.001 USD",
    )  # fmt: skip
    assert finding.inputs == (
        "base general of 2026-01-01 (position 1)",
        "base rainy_day of 2025-12-31 (position 1)",
    )


def test_a_purchase_that_is_decided_again_is_not_counted_twice_at_cost() -> None:
    known = KnownFacts(constant=50_000)
    cost: dict[str, Any] = {**FIXED, "numerator_basis": "cost"}
    assert said(asked("cap_pct", action(counted=True), known, **cost)) == "allows"
    assert said(asked("cap_pct", action(), known, **cost)) == "denies"


def test_an_unknown_base_names_the_component() -> None:
    stale: dict[str, Any] = {**FUNDS, "max_age_days": 4}
    known = KnownFacts(observed_values=BASES)
    expected = "known base rainy_day of the last 4 days"
    assert found(asked("cap_pct", action(), known, **stale)) == (expected, "unknown")
    assert found(asked("cap_pct", action(), **FUNDS)) == ("known base general in USD", "unknown")


def test_a_share_used_is_measured_on_each_basis() -> None:
    known = KnownFacts(constant=20_000, open_ones=10_000, held=[holding(10**8)])
    cost, market = measured(known, "cap_pct", **FIXED)
    assert cost.amounts == ("1000", "300", "100", "600")
    assert (market.amounts, market.note) == (("1000", None, None, None), "")
    assert (market.limit, market.used, market.reserved, market.left) == market.amounts
    (unknown,) = measured(known, "cap_pct", **{**FUNDS, "numerator_basis": "cost"})
    assert (unknown.amounts, unknown.note) == ((None, "300", "100", None), "base general in USD")
    assert measured(known, "cap_pct", base_amount="1", base_unit="USD") == ()


def test_prices_that_carry_the_holdings_beyond_the_share_are_flagged() -> None:
    market: dict[str, Any] = {**FIXED, "numerator_basis": "market_value"}
    known = KnownFacts(held=[holding(10**8)], prices={"BTC": "1000"})
    assert watched(known, "cap_pct", **market) == []
    known.prices["BTC"] = "1000.01"
    assert watched(known, "cap_pct", **market) == [
        Finding("T.R", FLAG, "0.05 of the base: 1000 USD", "1000.01 USD at market_value", "A test")
    ]


def test_an_open_proposal_does_not_make_prices_exceed_the_share() -> None:
    """What is flagged is that prices alone did; the finding would say 900 where 1000 may be."""
    market: dict[str, Any] = {**FIXED, "numerator_basis": "market_value"}
    known = KnownFacts(held=[holding(10**8)], prices={"BTC": "900"}, open_ones=20_000)
    assert watched(known, "cap_pct", **market) == []


def test_a_share_that_must_stay_below_is_flagged_once_it_is_reached() -> None:
    market: dict[str, Any] = {**FIXED, "numerator_basis": "market_value", "comparison": "<"}
    known = KnownFacts(held=[holding(10**8)], prices={"BTC": "1000"})
    assert len(watched(known, "cap_pct", **market)) == 1


def test_a_share_without_a_base_is_refused() -> None:
    with pytest.raises(BookError, match="a share needs a base"):
        rule_of("cap_pct", pct="0.1", base_unit="USD")


# -- cap_absolute ---------------------------------------------------------------------------------

COST: dict[str, Any] = {"amount": "1000", "unit": "USD", "measure": "transaction_cost"}
LOCKED: dict[str, Any] = {"amount": "12", "unit": "BTC", "measure": "encumbered_units"}
RAISED: dict[str, Any] = {**COST, "amount": "900", "raised_by": "appropriation"}


def raised(value: str, unit: str = "USD", day: str = DAY) -> KnownFacts:
    return KnownFacts(observed_values={("appropriation", "fund"): (day, value, unit)})


@pytest.mark.parametrize(
    ("params", "known", "answer"),
    [
        ({}, KnownFacts(), "denies"),
        ({"effect": "flag"}, KnownFacts(), "flags"),
        ({"after": "2026-01-05"}, KnownFacts(), "silent"),
        ({"after": "2026-01-04"}, KnownFacts(), "denies"),
        (COST, KnownFacts(), "allows"),
        ({**COST, "comparison": "<"}, KnownFacts(), "denies"),
        ({**COST, "amount": "0.001"}, KnownFacts(), "denies"),
        (RAISED, KnownFacts(), "denies"),
        (RAISED, raised("100"), "allows"),
        (RAISED, raised("99.99"), "denies"),
        (RAISED, raised("99.999"), "denies"),
        (RAISED, raised("100", "EUR"), "denies"),
        (RAISED, raised("100", day="2026-01-06"), "denies"),
        (LOCKED, KnownFacts(), "allows"),
        (LOCKED, KnownFacts(held=[holding(9 * 10**8, encumbered=2 * 10**8)]), "allows"),
        (LOCKED, KnownFacts(held=[holding(9 * 10**8, encumbered=2 * 10**8 + 1)]), "denies"),
        (LOCKED, KnownFacts(held=[holding(9, USDC, encumbered=10**18)]), "allows"),
    ],
)
def test_an_amount(params: dict[str, Any], known: KnownFacts, answer: str) -> None:
    assert said(asked("cap_absolute", action(), known, **params)) == answer


def test_a_limit_without_an_amount_forbids_what_it_speaks_of() -> None:
    verdict = asked("cap_absolute", action("stake"))
    assert found(verdict) == ("nothing of this", "stake")


def test_a_raised_limit_says_what_it_is_now() -> None:
    subject = action(consideration=Money("USD", 100_001))
    verdict = asked("cap_absolute", subject, raised("100"), **RAISED)
    assert found(verdict) == ("transaction_cost <= 1000 USD", "1000.01 USD")


def test_a_limit_in_an_exchange_is_about_what_goes_out_or_what_comes_in() -> None:
    swap = action("exchange", asset=USDC, units=5, given_asset=BTC, given_units=10**9)
    for measure, unit, answer in (
        ("transaction_units", "BTC", "denies"),
        ("cumulative_outflow_units", "BTC", "denies"),
        ("cumulative_units", "BTC", "allows"),
        ("transaction_units", "USDC", "allows"),
        ("cumulative_outflow_units", "USDC", "allows"),
    ):
        params: dict[str, Any] = {"amount": "9", "unit": unit, "measure": measure}
        assert said(asked("cap_absolute", swap, **params)) == answer
    unknown = replace(swap, given_units=None)
    params = {"amount": "9", "unit": "BTC", "measure": "transaction_units"}
    assert found(asked("cap_absolute", unknown, **params)) == ("known amount in BTC", "unknown")


WINDOWS: list[tuple[dict[str, Any] | None, str]] = [
    (None, "2000-01-01"),
    ({"kind": "since_start"}, "2000-01-01"),
    ({"kind": "calendar_year"}, "2026-12-31"),
    ({"kind": "calendar_month"}, "2026-01-31"),
    ({"kind": "rolling_days", "days": 5}, "2026-01-01"),
    ({"kind": "rolling_days", "days": 5}, "2026-01-09"),
]


@pytest.mark.parametrize(("window", "day"), WINDOWS)
def test_a_sum_counts_the_days_of_its_window(window: dict[str, Any] | None, day: str) -> None:
    params: dict[str, Any] = {**COST, "measure": "cumulative_purchase_cost"}
    params |= {"window": window} if window else {}
    assert said(asked("cap_absolute", action(), KnownFacts({day: 1}), **params)) == "denies"
    far = "2025-12-31" if window and window["kind"] != "since_start" else ""
    assert said(asked("cap_absolute", action(), KnownFacts({far: 1}), **params)) == "allows"


@pytest.mark.parametrize(
    ("window", "used"),
    [
        (None, "0.15"),
        ({"kind": "calendar_year"}, "0.07"),
        ({"kind": "calendar_month"}, "0.07"),
        ({"kind": "rolling_days", "days": 2}, "0.02"),
    ],
)
def test_how_much_of_a_sum_is_used(window: dict[str, Any] | None, used: str) -> None:
    days = {"2025-12-31": 8, "2026-01-01": 4, "2026-01-04": 2, "2026-01-31": 1}
    params: dict[str, Any] = {"amount": "1", "unit": "USD", "measure": "cumulative_purchase_cost"}
    params |= {"window": window} if window else {}
    (entry,) = measured(KnownFacts(days), "cap_absolute", **params)
    assert (entry.used, entry.reserved) == (used, "0")


def test_what_is_reserved_and_encumbered_is_measured() -> None:
    known = KnownFacts(constant=500, open_ones=100, assets={"BTC": BTC})
    known.held.append(holding(10**9, encumbered=3 * 10**8))
    cumulative: dict[str, Any] = {
        "amount": "10",
        "unit": "USD",
        "measure": "cumulative_purchase_cost",
    }
    (entry,) = measured(known, "cap_absolute", **cumulative)
    assert entry.amounts == ("10", "4", "1", "5")
    (entry,) = measured(known, "cap_absolute", **LOCKED)
    assert entry.amounts == ("12", "3", "0", "9")
    (entry,) = measured(known, "cap_absolute", **COST)
    assert (entry.amounts, entry.note) == (("1000", None, None, None), "each transaction")
    (entry,) = measured(KnownFacts(), "cap_absolute", **LOCKED)
    assert entry.amounts == (None, None, None, None)
    assert measured(known, "cap_absolute") == ()


def test_a_limit_finer_than_its_unit_is_measured_without_an_error() -> None:
    """It is accepted when the book is read, and every purchase under it is answered."""
    (entry,) = measured(KnownFacts(), "cap_absolute", **{**COST, "amount": "0.001"})
    assert entry.left is None


def test_a_limit_in_money_that_is_no_currency_is_refused() -> None:
    with pytest.raises(BookError, match="BTC"):
        rule_of("cap_absolute", amount="1", unit="BTC", measure="transaction_cost")


@pytest.mark.parametrize(
    "params",
    [
        {"amount": "1"},
        {"unit": "USD"},
        {**COST, "window": {"kind": "since_start"}},
        {**COST, "measure": "cumulative_units", "window": {"kind": "rolling_days"}},
        {**COST, "measure": "cumulative_units", "window": {"kind": "calendar_year", "days": 1}},
    ],
)
def test_a_limit_that_means_nothing_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(BookError):
        rule_of("cap_absolute", **params)
