"""The one question that the library is asked: it must tell the two equations apart, or be useless.

Checked with the plain point maths: R + [k]A is not [S]B, and eight times both sides are equal. A
question with a wrong byte in it would be answered "no" by every library, and show nothing.
"""

from __future__ import annotations

from hashlib import sha512

from ledger.signing import bulk
from ledger.signing.ed25519_points import (
    ORDER,
    Point,
    add,
    decode_point,
    encode_point,
    multiply,
)
from tests.support.crafted_ed25519 import BASE


def sides(key: bytes, message: bytes, signature: bytes) -> tuple[Point, Point]:
    """[S]B, and R + [k]A (RFC 8032 §5.1.7)."""
    commitment, response = signature[:32], int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(sha512(commitment + key + message).digest(), "little") % ORDER
    point_r, point_a = decode_point(commitment), decode_point(key)
    assert point_r is not None
    assert point_a is not None
    return multiply(BASE, response), add(point_r, multiply(point_a, challenge))


def test_only_the_equation_with_the_cofactor_holds_for_the_question() -> None:
    bulk._engines()
    left, right = sides(bulk._MIXED_KEY, bulk._MIXED_MESSAGE, bulk._MIXED_SIGNATURE)
    assert encode_point(left) != encode_point(right)
    assert encode_point(multiply(left, 8)) == encode_point(multiply(right, 8))


def test_the_library_at_hand_answers_no_and_is_used() -> None:
    assert bulk._engines()["ed25519"] is bulk.sodium_verifies
