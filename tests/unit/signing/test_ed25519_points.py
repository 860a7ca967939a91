"""The curve in plain Python: group laws, encodings, and which ones are unfit."""

from __future__ import annotations

import pytest

from ledger.signing import ed25519_points as points
from ledger.signing.ed25519_points import (
    IDENTITY,
    ORDER,
    PRIME,
    UNFIT_ENCODINGS,
    add,
    decode_point,
    double,
    encode_point,
    is_identity,
    multiply,
    weakness,
)
from tests.support.crafted_ed25519 import BASE, SIGN_BIT, TORSION, scalar, spellings


def encoded(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def test_the_base_point_generates_the_prime_order_subgroup() -> None:
    assert not is_identity(BASE)
    assert is_identity(multiply(BASE, ORDER))
    assert encode_point(BASE) == encoded(4 * pow(5, PRIME - 2, PRIME) % PRIME)


def test_doubling_is_adding_to_itself() -> None:
    point = IDENTITY
    for count in range(40):
        assert encode_point(point) == encode_point(multiply(BASE, count))
        assert encode_point(double(point)) == encode_point(add(point, point))
        point = add(point, BASE)


def test_multiplication_distributes() -> None:
    left, right = scalar(b"left"), scalar(b"right")
    total = add(multiply(BASE, left), multiply(BASE, right))
    assert encode_point(total) == encode_point(multiply(BASE, (left + right) % ORDER))


def test_the_torsion_has_eight_points_of_orders_1_2_4_4_8_8_8_8() -> None:
    assert len({encode_point(point) for point in TORSION}) == 8
    orders = [next(n for n in (1, 2, 4, 8) if is_identity(multiply(point, n))) for point in TORSION]
    assert sorted(orders) == [1, 2, 4, 4, 8, 8, 8, 8]


def test_unfit_encodings_are_all_spellings_of_low_order_and_all_unreduced_ones() -> None:
    torsion = {spelling for point in TORSION for spelling in spellings(point)}
    unreduced = {encoded(y, sign) for y in range(PRIME, SIGN_BIT) for sign in (0, 1)}
    assert torsion | unreduced == UNFIT_ENCODINGS
    assert len(UNFIT_ENCODINGS) == 48
    assert len(torsion) == 8 + 6  # 0, 1 unreduced with both signs; 1 and -1 with the other sign


@pytest.mark.parametrize("encoding", sorted(UNFIT_ENCODINGS), ids=bytes.hex)
def test_unfit_encodings_are_weak_keys(encoding: bytes) -> None:
    assert weakness(encoding) in {
        "the y coordinate is not reduced",
        "a point of low order",
        "not the one encoding of a point on the curve",
    }


@pytest.mark.parametrize("torsion", range(1, 8))
def test_mixed_order_is_weak(torsion: int) -> None:
    for count in (1, 2, scalar(b"key")):
        point = add(multiply(BASE, count), TORSION[torsion])
        assert weakness(encode_point(point)) == "a point outside the prime-order subgroup"


@pytest.mark.parametrize("size", [0, 1, 31, 33, 64])
def test_another_length_is_weak(size: int) -> None:
    assert weakness(encode_point(BASE)[:size] + bytes(max(0, size - 32))) == (
        f"{size} bytes where 32 are needed"
    )


@pytest.mark.parametrize("y", [1, PRIME - 1])
def test_the_second_encoding_of_zero_x_is_no_point(y: int) -> None:
    assert decode_point(encoded(y)) is not None
    assert decode_point(encoded(y, 1)) is None


@pytest.mark.parametrize("y", range(2, 30))
def test_a_decoded_point_lies_on_the_curve_and_encodes_to_its_bytes(y: int) -> None:
    for sign in (0, 1):
        point = decode_point(encoded(y, sign))
        if point is None:  # about half of all y
            assert weakness(encoded(y, sign)) == "not the one encoding of a point on the curve"
            continue
        x = point[0]
        assert x & 1 == sign
        assert (y * y - x * x - 1 - points._D * x * x * y * y) % PRIME == 0
        assert encode_point(point) == encoded(y, sign)


def test_about_half_of_all_y_are_on_the_curve() -> None:
    found = sum(decode_point(encoded(y)) is not None for y in range(2, 202))
    assert 70 < found < 130


def test_an_unreduced_y_is_not_decoded() -> None:
    assert decode_point(encoded(PRIME + 1)) is None
