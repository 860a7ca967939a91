"""Amounts: canonical decimals outside, integers of base units inside, nothing ever rounded."""

from __future__ import annotations

import pytest

from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import ValueFormError
from ledger.kernel.limits import AMOUNT_CHARS_MAX

PAIRS = [
    ("0", 8, 0),
    ("0", 0, 0),
    ("1", 0, 1),
    ("-1", 0, -1),
    ("1200.5", 8, 120_050_000_000),
    ("-1200.5", 8, -120_050_000_000),
    ("0.00000001", 8, 1),
    ("-0.00000001", 8, -1),
    ("0.000000000000000001", 18, 1),
    ("1", 18, 10**18),
    ("21000000", 8, 21 * 10**14),
    ("0.1", 1, 1),
    ("10", 1, 100),
    ("0." + "0" * 29 + "1", 30, 1),
    ("9" * AMOUNT_CHARS_MAX, 0, 10**AMOUNT_CHARS_MAX - 1),
]


@pytest.mark.parametrize(("text", "scale", "base_units"), PAIRS)
def test_an_amount_and_its_base_units(text: str, scale: int, base_units: int) -> None:
    assert parse_amount(text, scale) == base_units
    assert render_amount(base_units, scale) == text


@pytest.mark.parametrize(
    ("text", "scale"), [("0.1", 0), ("0.01", 1), ("1.000000001", 8), ("-0.001", 2), ("1.5", 0)]
)
def test_digits_beyond_the_scale_are_refused_never_rounded(text: str, scale: int) -> None:
    with pytest.raises(ValueFormError, match=f"where {scale} are allowed"):
        parse_amount(text, scale)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-0",
        "00",
        "01",
        "1.",
        ".1",
        "1.10",
        "1e3",
        "+1",
        "1_0",
        " 1",
        "1\n",
        "\uff11",
        "1,5",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueFormError, match="not an amount") as refusal:
        parse_amount(text, 30)
    assert refusal.value.hint


def test_a_million_digits_are_refused_and_not_quoted_in_full() -> None:
    with pytest.raises(ValueFormError) as refusal:
        parse_amount("9" * 1_000_000, 8)
    assert len(str(refusal.value)) < 300
