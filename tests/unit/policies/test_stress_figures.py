"""Figures of a stress test: exact, with their inputs, or unknown with what is missing."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from ledger.domain.policy import AssetFacts
from policies.stress.figure import (
    Figure,
    Input,
    Standpoint,
    combined,
    given,
    least_of,
    observed_of,
    price_of,
    share_of,
    total_of,
    units_of,
)
from policies.stress.square_root import square_root
from tests.support.known_facts import KnownFacts

DAY = "2026-01-06"
BTC = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
NOWHERE = Figure(None, (), ("price of ETH",))


def at(known: KnownFacts) -> Standpoint:
    return Standpoint(known, DAY, "USD", 16)


def seen(value: str, unit: str, day: str = "2026-01-05") -> KnownFacts:
    return KnownFacts(observed_values={("traded_volume", "BTC"): (day, value, unit)})


# -- the square root


@pytest.mark.parametrize(
    ("square", "root"),
    [
        (Fraction(0), Fraction(0)),
        (Fraction(1, 4), Fraction(1, 2)),
        (Fraction(9, 16), Fraction(3, 4)),
        (Fraction(10**30), Fraction(10**15)),
        (Fraction(2), Fraction(1_414_213_562_373_095_048, 10**18)),
        (Fraction(1, 10), Fraction(316_227_766_016_837_933, 10**18)),
        (Fraction(1, 10**40), Fraction(0)),
    ],
)
def test_the_square_root_is_cut_at_18_digits(square: Fraction, root: Fraction) -> None:
    assert square_root(square) == root


def test_there_is_no_root_of_what_is_below_zero() -> None:
    with pytest.raises(ValueError, match="nonnegative"):
        square_root(Fraction(-1, 10**18))


@supposing(st.fractions(min_value=0, max_value=10**12))
def test_the_square_root_is_that_of_decimal_arithmetic_at_50_digits(value: Fraction) -> None:
    context = Context(prec=50)
    exact = context.sqrt(context.divide(Decimal(value.numerator), Decimal(value.denominator)))
    found = Fraction(square_root(value))
    assert found <= Fraction(exact) + Fraction(1, 10**40)
    assert Fraction(exact) - found < Fraction(1, 10**18)


@supposing(st.fractions(min_value=0, max_value=10**12))
def test_the_root_lies_in_the_last_digit_that_fits(value: Fraction) -> None:
    root = square_root(value)
    assert root**2 <= value < (root + Fraction(1, 10**18)) ** 2


# -- figures


def test_a_figure_rests_on_all_inputs_of_its_parts_each_once() -> None:
    one, other = given("shock", Fraction(-3, 10)), given("level", Fraction(8, 10))
    found = combined(lambda a, b, c: a * b * c, one, other, one)
    assert found.value == Fraction(9, 100) * Fraction(8, 10)
    assert [entry.what for entry in found.inputs] == ["shock", "level"]
    assert found.missing == ()


def test_nothing_is_computed_of_what_is_unknown() -> None:
    found = combined(lambda a, b: a + b, given("shock", Fraction(1)), NOWHERE)
    assert (found.value, found.text) == (None, "unknown")
    assert found.missing == ("price of ETH",)
    assert found.explain() == {
        "value": "unknown",
        "inputs": [{"what": "shock", "value": "1", "unit": "share"}],
        "missing": ["price of ETH"],
    }


def test_a_sum_with_an_unknown_is_unknown_and_has_a_lower_bound() -> None:
    known = [Figure(Fraction(5)), NOWHERE, Figure(Fraction(7))]
    assert total_of(known).value is None
    assert least_of(known).value == 12
    assert total_of([]).value == 0


def test_a_share_of_nothing_is_unknown() -> None:
    assert share_of(Figure(Fraction(1)), Figure(Fraction(4))).value == Fraction(1, 4)
    nothing = share_of(Figure(Fraction(0)), Figure(Fraction(0)))
    assert (nothing.value, nothing.missing) == (None, ("anything of value",))


def test_a_price_names_its_day_and_position_and_a_missing_one_says_which() -> None:
    found = price_of(at(KnownFacts(prices={"BTC": "91250.5"})), "BTC")
    assert found.value == Fraction("91250.5")
    assert found.inputs == (Input("price", "BTC", "91250.5", "USD", DAY, 1),)
    assert found.inputs[0].text == "price of BTC: 91250.5 USD on 2026-01-06 (position 1)"
    missing = price_of(at(KnownFacts()), "BTC")
    assert missing.missing == ("price of BTC in USD, on 2026-01-06 or before",)


def test_units_are_whole_and_known_at_a_position() -> None:
    found = units_of(at(KnownFacts()), BTC, 1_050_000_000)
    assert found.value == Fraction(21, 2)
    assert found.inputs[0].text == "holdings of BTC: 10.5 BTC (position 16)"


def test_an_observation_counts_in_its_own_unit_only() -> None:
    assert observed_of(at(seen("40", "BTC")), "traded_volume", "BTC", "BTC").value == 40
    wrong = observed_of(at(seen("40", "USD")), "traded_volume", "BTC", "BTC")
    assert wrong.value is None
    assert wrong.missing == (
        "observation traded_volume of BTC in BTC, on 2026-01-06 or before (it is in USD)",
    )
    assert observed_of(at(seen("-1", "BTC")), "traded_volume", "BTC", "BTC").value is None
    later = observed_of(at(seen("40", "BTC", "2026-01-07")), "traded_volume", "BTC", "BTC")
    assert later.missing == ("observation traded_volume of BTC in BTC, on 2026-01-06 or before",)
