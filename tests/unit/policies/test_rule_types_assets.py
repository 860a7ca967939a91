"""What an asset is and whether it may be bought: classes, lists, averages, vehicles."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from ledger.domain.policy import ObservedWindow, Requirement
from ledger.kernel.errors import BookError
from policies.rules.eligible_by_avg_market_cap import Params, window_of
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    IBIT,
    USDC,
    action,
    asked,
    found,
    holding,
    rule_of,
    said,
    stated,
)

# -- eligible_by_avg_market_cap -------------------------------------------------------------------

MONTH: dict[str, Any] = {"kind": "rolling_months", "months": 1}
LARGE: dict[str, Any] = {"threshold_usd": "500", "operator": ">=", "window": MONTH}


def seen(
    total: str | int, days: int = 31, gap: int = 0, unit: str = "USD", day: str = "2026-01-04"
) -> KnownFacts:
    return KnownFacts(
        observed_values={("market_cap", "BTC"): (day, "500", unit)},
        windows={("market_cap", "BTC"): ObservedWindow(days, Fraction(total), gap, (3, 40))},
    )


@pytest.mark.parametrize(
    ("params", "known", "answer"),
    [
        (LARGE, seen(500 * 31), "allows"),
        (LARGE, seen("15499.99"), "denies"),
        ({**LARGE, "operator": ">"}, seen(500 * 31), "denies"),
        ({**LARGE, "operator": ">"}, seen("15500.01"), "allows"),
        (LARGE, seen(500 * 30, days=30, gap=1), "denies"),
        ({**LARGE, "max_gap_days": 1}, seen(500 * 30, days=30, gap=1), "allows"),
        ({**LARGE, "max_gap_days": 1}, seen(500 * 29, days=29, gap=2), "denies"),
        ({**LARGE, "max_gap_days": 31}, seen(0, days=0, gap=31), "denies"),
        (LARGE, seen(500 * 31, unit="EUR"), "denies"),
        (LARGE, seen(500 * 31, day="2026-01-05"), "denies"),
        (LARGE, KnownFacts(), "denies"),
    ],
)
def test_an_average(params: dict[str, Any], known: KnownFacts, answer: str) -> None:
    assert said(asked("eligible_by_avg_market_cap", action(), known, **params)) == answer


def test_an_average_says_what_it_rests_on_and_is_cut_not_rounded() -> None:
    (finding,) = asked("eligible_by_avg_market_cap", action(), seen("15499.999"), **LARGE).findings
    assert (finding.expected, finding.found) == ("an average >= 500 USD", "499.99 USD")
    rests = "market_cap of BTC, 2025-12-05 to 2026-01-04: 31 days, positions 3 to 40"
    assert finding.inputs == (rests,)
    kept = asked("eligible_by_avg_market_cap", action(), seen(500 * 31), **LARGE)
    assert kept.inputs == (rests,)
    unknown = asked("eligible_by_avg_market_cap", action(asset=None), **LARGE)
    assert found(unknown) == ("known asset", "unknown")


@pytest.mark.parametrize(
    ("window", "day", "days"),
    [
        (MONTH, "2026-01-05", ("2025-12-05", "2026-01-04")),
        (MONTH, "2026-03-31", ("2026-02-28", "2026-03-30")),
        ({**MONTH, "counts_purchase_day": True}, "2026-03-31", ("2026-03-01", "2026-03-31")),
        ({**MONTH, "months": 12}, "2024-02-29", ("2023-02-28", "2024-02-28")),
        ({"kind": "previous_calendar_year"}, "2026-01-05", ("2025-01-01", "2025-12-31")),
    ],
)
def test_the_window_of_an_average(window: dict[str, Any], day: str, days: tuple[str, str]) -> None:
    params = Params.model_validate({**LARGE, "window": window})
    assert window_of(params, day) == days


@pytest.mark.parametrize(
    "window", [{"kind": "rolling_months"}, {"kind": "previous_calendar_year", "months": 1}]
)
def test_months_belong_to_a_rolling_window(window: dict[str, Any]) -> None:
    with pytest.raises(BookError, match="months belong"):
        rule_of("eligible_by_avg_market_cap", **{**LARGE, "window": window})


# -- eligible_asset_list --------------------------------------------------------------------------


def listed(*args: Any, **fields: Any) -> KnownFacts:
    return KnownFacts(facts={("eligible", "Ministry/BTC"): stated(*args, **fields)})


@pytest.mark.parametrize(
    ("params", "known", "answer"),
    [
        ({}, KnownFacts(), "denies"),
        ({}, listed("2026-01-05"), "allows"),
        ({}, listed("2026-01-06"), "denies"),
        ({}, listed("2026-01-05", value=False), "denies"),
        ({"approvers": ["Governor"]}, KnownFacts(), "asks"),
        ({"effect": "flag"}, KnownFacts(), "flags"),
        ({"excluded_assets": ["BTC"]}, listed("2026-01-05"), "denies"),
        ({"instrument_classes": ["token"]}, listed("2026-01-05"), "denies"),
    ],
)
def test_a_list_that_somebody_keeps(params: dict[str, Any], known: KnownFacts, answer: str) -> None:
    verdict = asked("eligible_asset_list", action(), known, listed_by="Ministry", **params)
    assert said(verdict) == answer


def test_a_kept_list_says_of_which_day_it_is() -> None:
    params: dict[str, Any] = {"listed_by": "Ministry"}
    kept = asked("eligible_asset_list", action(), listed("2026-01-05"), **params)
    assert kept.inputs == ("list of 2026-01-05 (position 7)",)
    off = asked("eligible_asset_list", action(), listed("2026-01-05", value=False), **params)
    assert found(off) == ("an asset on the list of Ministry", "BTC")
    assert off.findings[0].inputs == kept.inputs
    other = asked("eligible_asset_list", action(asset=USDC), listed("2026-01-05"), **params)
    assert found(other) == ("known list of Ministry that names USDC", "unknown")


def test_criteria_are_for_the_approvers_to_judge() -> None:
    params: dict[str, Any] = {"criteria": ["liquid", "large"], "closed": False}
    verdict = asked("eligible_asset_list", action(), approvers=["Board"], **params)
    assert verdict.requirements == (Requirement("T.R", any_of=("Board",), count=1),)
    assert found(verdict) == ("an asset that meets liquid, large", "BTC")


def test_what_an_open_list_names_needs_no_decision_by_criteria() -> None:
    """Criteria are by what the owner decides on what the list does not name."""
    params: dict[str, Any] = {"criteria": ["liquid"], "closed": False, "assets": ["BTC"]}
    assert said(asked("eligible_asset_list", action(), **params)) == "allows"
    assert said(asked("eligible_asset_list", action(asset=USDC), **params)) == "asks"


def test_a_monitor_with_criteria_asks_for_no_approval() -> None:
    """A monitor never blocks, so it does not ask for approvals either."""
    verdict = asked("eligible_asset_list", action(), criteria=["liquid"], effect="flag")
    assert said(verdict) == "flags"


def test_a_monitor_of_an_open_list_flags_what_it_does_not_name() -> None:
    params: dict[str, Any] = {"assets": [], "closed": False, "effect": "flag"}
    assert found(asked("eligible_asset_list", action(), **params)) == ("no asset", "BTC")
    classes = asked("eligible_asset_list", action(), instrument_classes=[])
    assert found(classes) == ("no class", "coin")
    excluded = asked("eligible_asset_list", action(), excluded_instrument_classes=["coin"])
    assert found(excluded) == ("a class that is not excluded", "coin")


# -- instrument_class -----------------------------------------------------------------------------

UNIT: dict[str, Any] = {"instrument": "IBIT", "instrument_class": "etp_unit", "underlying": "BTC"}
CLAIM: dict[str, Any] = {"instrument": "USDC", "is_central_bank_liability": False}


def of_usdc(fact: str, *, value: bool = True) -> KnownFacts:
    return KnownFacts(facts={(fact, "USDC"): stated(value=value)})


@pytest.mark.parametrize(
    ("params", "known", "answer"),
    [
        ({"instrument": "BTC"}, KnownFacts(), "silent"),
        ({"instrument_class": "coin"}, KnownFacts(), "silent"),
        ({}, KnownFacts(), "allows"),
        ({"instrument": "USDC"}, KnownFacts(), "allows"),
        ({"instrument_class": "stablecoin_claim"}, KnownFacts(), "allows"),
        ({"instrument": "USDC", "instrument_class": "coin"}, KnownFacts(), "denies"),
        ({"chain_id": "eip155:1"}, KnownFacts(), "allows"),
        ({"chain_id": "eip155:56"}, KnownFacts(), "denies"),
        ({"chain_id": "eip155:11"}, KnownFacts(), "denies"),
        ({"classes": ["utility", "backed"]}, of_usdc("class_backed"), "allows"),
        ({"classes": ["utility", "backed"]}, KnownFacts(), "denies"),
        ({"classes": ["backed"]}, of_usdc("class_backed", value=False), "denies"),
        ({"approved_by_any_of": ["sec"]}, of_usdc("approved_by_sec"), "allows"),
        ({"approved_by_any_of": ["sec"]}, of_usdc("approved_by_cftc"), "denies"),
        ({"exchange": "nyse"}, of_usdc("exchange_nyse"), "allows"),
        ({"exchange": "nyse"}, KnownFacts(), "denies"),
        ({"exchange": "nyse", "approvers": ["Board"]}, KnownFacts(), "asks"),
        ({"peg": "usd"}, of_usdc("redemption_right"), "allows"),
        ({"peg": "usd"}, KnownFacts(), "denies"),
        ({"accounting_class": "intangible", "effect": "flag"}, KnownFacts(), "flags"),
        (CLAIM, KnownFacts(), "allows"),
        (CLAIM, of_usdc("central_bank_liability"), "denies"),
        ({**CLAIM, "is_central_bank_liability": True}, of_usdc("central_bank_liability"), "allows"),
    ],
)
def test_what_an_instrument_is(params: dict[str, Any], known: KnownFacts, answer: str) -> None:
    assert said(asked("instrument_class", action(asset=USDC), known, **params)) == answer


def test_what_an_instrument_is_taken_for_by_the_act_itself() -> None:
    claimed = action(asset=USDC, facts={"central_bank_liability": True})
    verdict = asked("instrument_class", claimed, **CLAIM)
    assert found(verdict) == (
        "a claim on a private issuer", "booked as a claim on the central bank",
    )  # fmt: skip
    denied = replace(claimed, facts={"central_bank_liability": False})
    known = of_usdc("central_bank_liability")
    assert said(asked("instrument_class", denied, known, **CLAIM)) == "allows"
    assert found(asked("instrument_class", action(asset=None), **CLAIM))[1] == "unknown"
    nowhere = asked("instrument_class", action(asset=USDC), classes=["a", "b"])
    assert found(nowhere) == ("known class of USDC: a or b", "unknown")


@pytest.mark.parametrize(
    ("held", "answer"),
    [
        ([], "allows"),
        ([holding(5, IBIT)], "denies"),
        ([holding(5, IBIT), holding(10**9 - 1)], "denies"),
        ([holding(5, IBIT), holding(10**9)], "allows"),
        ([holding(10**9 - 1), holding(9, USDC)], "allows"),
    ],
)
def test_units_of_a_vehicle_are_no_coins(held: list[Any], answer: str) -> None:
    sale = action("sale", units=10**9)
    verdict = asked("instrument_class", sale, KnownFacts(held=held), **UNIT)
    assert said(verdict) == answer
    if answer == "denies":
        assert found(verdict) == ("units of BTC itself", "IBIT, which is etp_unit")


def test_units_of_a_number_that_is_not_known_may_be_those_of_the_vehicle() -> None:
    known = KnownFacts(held=[holding(5, IBIT)])
    sale = action("sale", units=None)
    assert said(asked("instrument_class", sale, known, **UNIT)) == "denies"


def test_units_of_the_vehicle_itself_are_of_its_class() -> None:
    assert said(asked("instrument_class", action(asset=IBIT), **UNIT)) == "allows"
    wrong = asked("instrument_class", action(asset=replace(IBIT, instrument_class="coin")), **UNIT)
    assert found(wrong) == ("etp_unit", "coin")


# -- indirect_only --------------------------------------------------------------------------------


def test_coins_are_held_through_a_vehicle_only() -> None:
    params: dict[str, Any] = {"direct_instrument_classes_denied": ["coin", "token"]}
    assert found(asked("indirect_only", action(), **params)) == ("a vehicle", "coin BTC")
    assert said(asked("indirect_only", action(asset=IBIT), **params)) == "allows"
    assert said(asked("indirect_only", action(asset=None), **params)) == "denies"
    with pytest.raises(BookError):
        rule_of("indirect_only", direct_instrument_classes_denied=[])


def test_the_two_spellings_of_an_asset_are_one_asset() -> None:
    params: dict[str, Any] = {"excluded_assets": [BTC.asset_id]}
    assert said(asked("eligible_asset_list", action(), **params)) == "denies"
