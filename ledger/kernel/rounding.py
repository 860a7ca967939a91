"""Division of integers with its rounding named. Nothing else in the product divides amounts."""

from __future__ import annotations


def half_even(numerator: int, denominator: int) -> int:
    """The nearest integer to the quotient; of two as near, the even one. `denominator` > 0."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def share(amount: int, part: int, whole: int) -> int:
    """What a part of a whole takes of an amount, rounded down; the whole takes all of it."""
    return amount if part == whole else amount * part // whole
