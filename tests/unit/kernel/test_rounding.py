"""Rounding by name: half to even as decimals round, and shares that never exceed the whole."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.rounding import half_even, share

numerators = st.integers(-(10**30), 10**30)
denominators = st.integers(1, 10**20)


@given(numerators, denominators)
def test_half_even_is_how_fractions_round(numerator: int, denominator: int) -> None:
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(-(10**12), 10**12), st.sampled_from([2, 4, 5, 10, 20, 100, 1_000]))
def test_half_even_is_how_decimals_round(numerator: int, denominator: int) -> None:
    exact = Context(prec=60).divide(Decimal(numerator), Decimal(denominator))
    assert half_even(numerator, denominator) == int(exact.to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("numerator", "nearest"), [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2), (-5, -2), (7, 4)]
)
def test_of_two_as_near_the_even_one(numerator: int, nearest: int) -> None:
    assert half_even(numerator, 2) == nearest


@given(st.integers(0, 10**30), st.data())
def test_shares_of_two_parts_are_never_more_than_the_whole(
    amount: int, data: st.DataObject
) -> None:
    whole = data.draw(st.integers(1, 10**12))
    part = data.draw(st.integers(0, whole))
    first = share(amount, part, whole)
    assert first <= Fraction(amount * part, whole) < first + 1
    assert amount - 1 <= first + share(amount, whole - part, whole) <= amount


@given(st.integers(0, 10**30), st.integers(1, 10**12))
def test_the_whole_takes_all(amount: int, whole: int) -> None:
    assert share(amount, whole, whole) == amount
