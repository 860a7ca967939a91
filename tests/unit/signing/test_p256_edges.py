"""P-256 keys at the edge of the field: the prime of the module is the prime of the curve."""

from __future__ import annotations

import pytest

from ledger.signing.ecdsa_p256 import weakness

PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
"""SEC 2 §2.4.2, as digits."""
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def is_on_curve(x: int) -> bool:
    """Euler's criterion for y² = x³ - 3x + b."""
    return pow(x**3 - 3 * x + B, (PRIME - 1) // 2, PRIME) == 1


def compressed(x: int) -> bytes:
    return b"\x02" + x.to_bytes(32)


@pytest.mark.parametrize("below", range(1, 9))
def test_the_largest_coordinates_are_judged_by_the_curve(below: int) -> None:
    expected = "" if is_on_curve(PRIME - below) else "not a point on the curve"
    assert weakness(compressed(PRIME - below)) == expected


@pytest.mark.parametrize("x", range(8))
def test_no_coordinate_is_written_a_second_way(x: int) -> None:
    assert weakness(compressed(PRIME + x)) == "the x coordinate is not reduced"


def test_both_answers_occur_at_the_edge() -> None:
    assert len({is_on_curve(PRIME - below) for below in range(1, 9)}) == 2
