"""The square root of an exact share, to 18 digits, by whole numbers alone."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

DIGITS = 18
_ONE = 10**DIGITS


def square_root(value: Fraction) -> Fraction:
    """The root of a value that is not negative, cut at 18 digits after the point.

    Never more than the true root, and less than 10⁻¹⁸ below it; `ValueError` below zero.
    """
    return Fraction(isqrt(value.numerator * _ONE * _ONE // value.denominator), _ONE)
