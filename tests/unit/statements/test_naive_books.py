"""The plain books: right in every worked example, and lawful in random cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.accounting_cases import cases
from tests.support.naive_books import (
    check_invariants,
    figures,
    floor_at,
    half_even,
    number,
    profit_by_balance_sheets,
    spread,
    text,
)

EXAMPLES = Path(__file__).parents[3] / "policies" / "accounting_cases" / "worked_examples.json"
CASES = {case["id"]: case for case in json.loads(EXAMPLES.read_text(encoding="utf-8"))["cases"]}
RANDOM = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def in_order(journal: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The order of the lines of an entry says nothing."""
    return [
        {**entry, "lines": sorted(entry["lines"], key=lambda line: sorted(line.items()))}
        for entry in journal
    ]


def stated_only(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Figures without the notes and shadow amounts that an example does not state."""
    assets = {
        name: {key: held[key] for key in held if key in expected["closing"]["assets"].get(name, {})}
        for name, held in found["closing"]["assets"].items()
    }
    shown = {**found, "closing": {**found["closing"], "assets": assets}}
    notes = {key: shown["notes"][key] for key in expected.get("notes", {}) if key in shown["notes"]}
    return {**{key: shown[key] for key in shown if key != "notes"}, "notes": notes}


@pytest.mark.parametrize("name", CASES)
def test_a_worked_example_has_the_figures_it_states(name: str) -> None:
    expected = CASES[name]["expected"]
    found = stated_only(figures(CASES[name]), expected)
    assert in_order(found["journal"]) == in_order(expected["journal"])
    assert {**found, "journal": []} == {"notes": {}, **expected, "journal": []}


@pytest.mark.parametrize("name", CASES)
def test_a_worked_example_is_lawful(name: str) -> None:
    check_invariants(CASES[name], figures(CASES[name]))


@pytest.mark.parametrize("name", CASES)
def test_a_worked_example_has_its_profit_a_second_way(name: str) -> None:
    stated = {p["period"]: p["profit_or_loss"] for p in CASES[name]["expected"]["periods"]}
    assert profit_by_balance_sheets(CASES[name]) == stated


@given(case=cases())
@RANDOM
def test_a_random_case_is_lawful_and_its_profit_is_the_same_twice(case: dict[str, Any]) -> None:
    found = figures(case)
    check_invariants(case, found)
    stated = {period["period"]: period["profit_or_loss"] for period in found["periods"]}
    assert profit_by_balance_sheets(case) == stated


@pytest.mark.parametrize(
    ("value", "scale", "down", "nearest"),
    [
        ("1.005", 2, "1", "1"),
        ("1.015", 2, "1.01", "1.02"),
        ("-1.005", 2, "-1.01", "-1"),
        ("2.5", 0, "2", "2"),
        ("3.5", 0, "3", "4"),
        ("-0.5", 0, "-1", "0"),
        ("0.0050000001", 2, "0", "0.01"),
    ],
)
def test_amounts_are_rounded_as_written(value: str, scale: int, down: str, nearest: str) -> None:
    assert text(floor_at(number(value), scale)) == down
    assert text(half_even(number(value), scale)) == nearest


def test_the_last_lot_takes_what_is_left() -> None:
    shares = spread(number("100"), [number("1")] * 3, 2)
    assert [text(share) for share in shares] == ["33.33", "33.33", "33.34"]


# -- by hand: what no worked example shows ----------------------------------------------------

POLICY = CASES["reval-one-lot"]["policy"]
FACTS = {"scale": 2, "classification": "intangible", "measurement_model": "revaluation"}
BOUGHT = [
    {"type": "acquire", "asset": "A", "quantity": "10", "unit_price": "10", "lot": "L1"},
    {"type": "acquire", "asset": "C", "quantity": "10", "unit_price": "2", "lot": "L2"},
]


def by_hand(model: str, events: list[dict[str, Any]], **policy: Any) -> dict[str, Any]:
    """Figures of a small case of assets A, B and C, of one model, on consecutive days."""
    facts = {**FACTS, "measurement_model": model}
    dated = [
        {"seq": place, "date": f"2026-01-{place:02}", **event}
        for place, event in enumerate(events, start=1)
    ]
    return figures(
        {"policy": {**POLICY, **policy}, "assets": dict.fromkeys("ABC", facts), "events": dated}
    )


def prices(*units: str) -> list[dict[str, Any]]:
    """Ten units of A for 100, then measured at each of these prices."""
    measured: list[dict[str, Any]] = [BOUGHT[0]]
    for unit in units:
        measured += [{"type": "price", "asset": "A", "unit_price": unit}, {"type": "measure"}]
    return measured


@pytest.mark.parametrize(
    ("policy", "origin", "quantity", "cost", "expense", "gain"),
    [
        ("capitalise", "received", "5.75", "48", None, "8"),
        ("capitalise", "holding", "6", "48.75", None, "8.25"),
        ("expense", "received", "5.75", "47.25", "-0.75", "8"),
        ("expense", "holding", "6", "48", "-0.75", "8.25"),
        ("deduct_from_proceeds", "received", "5.75", "47.25", None, "7.25"),
        ("deduct_from_proceeds", "holding", "6", "48", None, "7.5"),
    ],
)
def test_the_table_of_swaps(
    policy: str, origin: str, quantity: str, cost: str, expense: str | None, gain: str
) -> None:
    fee_asset = "B" if origin == "received" else "C"
    swap = {
        "type": "swap",
        "give": {"asset": "A", "quantity": "4", "unit_fair_value": "12"},
        "get": {"asset": "B", "quantity": "6", "lot": "L3"},
        "fee": {"asset": fee_asset, "quantity": "0.25", "unit_fair_value": "3", "from": origin},
    }
    found = by_hand("cost", [*BOUGHT, swap], swap_fee=policy)
    received = found["closing"]["assets"]["B"]
    lines = found["periods"][0]["profit_or_loss_lines"]
    assert (received["quantity"], received["cost"]) == (quantity, cost)
    assert (lines.get("expense_fees"), lines["pl_disposal"]) == (expense, gain)


@pytest.mark.parametrize(
    ("framework", "model", "units", "carrying", "lines"),
    [
        ("ifrs", "cost", ("8", "9.5"), "85.5", {"pl_impairment": "-14.5"}),
        ("ifrs", "lower_cost_nrv", ("8", "20"), "100", {}),
        ("us_gaap", "cost", ("8", "9.5"), "80", {"pl_impairment": "-20"}),
        ("us_gaap", "fv_net_income", ("8", "12"), "120", {"pl_fair_value": "20"}),
        ("ifrs", "fvlcts_pl", ("12",), "108", {"pl_fair_value": "8"}),
        ("ifrs", "fvtpl", ("12",), "120", {"pl_fair_value": "20"}),
    ],
)
def test_each_model_at_its_prices_with_a_tenth_of_costs_of_disposal(
    framework: str, model: str, units: tuple[str, ...], carrying: str, lines: dict[str, str]
) -> None:
    found = by_hand(model, prices(*units), framework=framework, disposal_cost_rate="0.1")
    assert found["closing"]["assets"]["A"]["carrying_amount"] == carrying
    assert found["periods"][0]["profit_or_loss_lines"] == lines


def test_ipsas_posts_the_change_to_the_surplus_itself() -> None:
    found = by_hand("revaluation", prices("12"), framework="ipsas")
    period = found["periods"][0]
    assert found["closing"]["ledger"]["revaluation_surplus"] == "-20"
    assert "oci_revaluation" not in found["closing"]["ledger"]
    assert period["other_comprehensive_income"] == "0"
    assert period["closing_revaluation_surplus"] == "20"


def test_foreign_cash_is_carried_at_the_last_rate() -> None:
    found = by_hand(
        "cost",
        [
            {"type": "fx", "base": "USD", "quote": "KZT", "rate": "500.05"},
            {"type": "cash_in", "currency": "USD", "amount": "10.01", "source": "owner"},
            {"type": "fx", "base": "USD", "quote": "KZT", "rate": "510"},
            {"type": "measure"},
        ],
    )
    assert found["closing"]["cash"] == {"USD": {"balance": "10.01", "carrying_amount": "5105.1"}}
    assert found["periods"][0]["profit_or_loss_lines"] == {"pl_fx": "99.6"}
    assert found["periods"][0]["cash_flows"] == {
        "contributions_in_cash": "5005.5",
        "exchange_on_cash": "99.6",
    }


def test_a_late_acquisition_goes_before_a_younger_one() -> None:
    late = {"date": "2025-12-31", "lot": "L0", "asset": "A", "type": "acquire", "quantity": "1"}
    found = by_hand(
        "cost",
        [
            BOUGHT[0],
            {**late, "amount": "7"},
            {"type": "dispose", "asset": "A", "quantity": "1", "amount": "9"},
        ],
    )
    assert found["disposals"][0]["cost"] == "7"
