"""The points of edwards25519 in plain Python: which encodings are fit to be a key or an R.

OpenSSL accepts the identity and other low-order points as public keys, and then one fixed signature
verifies on every message. A verifier cannot mend that afterwards, so weak keys are refused here
(RFC 8032 §5.1.3 decoding, then order checks), before any library is asked. Public data only:
nothing in this module runs in constant time, and no secret may enter it.

Points are extended homogeneous coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z
(RFC 8032 §5.1.4). One check of a key costs about 2 ms and is remembered.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

Point: TypeAlias = "tuple[int, int, int, int]"

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""L, the order of the prime-order subgroup."""
POINT_BYTES: Final = 32

_D = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
_SQRT_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
_SIGN_BIT = 1 << 255
_EIGHTH_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""y of two of the four points of order 8; the other two have p - y."""

IDENTITY: Final[Point] = (0, 1, 1, 0)


def _every_unfit_encoding() -> frozenset[bytes]:
    """All 48 encodings that no key and no R may have.

    The five y of the 8-torsion (0, 1, -1 and the two of order 8) and the nineteen y that are not
    reduced (p … 2^255-1), each with both sign bits. Among them are both second encodings of x = 0.
    """
    torsion = (0, 1, PRIME - 1, _EIGHTH_Y, PRIME - _EIGHTH_Y)
    unreduced = range(PRIME, _SIGN_BIT)
    return frozenset(
        (y | sign).to_bytes(POINT_BYTES, "little")
        for y in (*torsion, *unreduced)
        for sign in (0, _SIGN_BIT)
    )


UNFIT_ENCODINGS: Final = _every_unfit_encoding()
"""One look-up refuses every low-order and every non-canonical encoding (on the curve or not)."""


@lru_cache(maxsize=4_096)
def weakness(raw: bytes) -> str:
    """Why an encoding is no fit public key, or the empty string if it is one."""
    if len(raw) != POINT_BYTES:
        return f"{len(raw)} bytes where {POINT_BYTES} are needed"
    if int.from_bytes(raw, "little") % _SIGN_BIT >= PRIME:
        return "the y coordinate is not reduced"
    point = decode_point(raw)
    if point is None:
        return "not the one encoding of a point on the curve"
    if is_identity(multiply(point, 8)):
        return "a point of low order"
    if not is_identity(multiply(point, ORDER)):
        return "a point outside the prime-order subgroup"
    return ""


def decode_point(raw: bytes) -> Point | None:
    """The point of 32 bytes by RFC 8032 §5.1.3; None if they are not the encoding of one."""
    bits = int.from_bytes(raw, "little")
    sign, y = divmod(bits, _SIGN_BIT)
    if y >= PRIME:
        return None
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % PRIME)


def _recover_x(y: int, sign: int) -> int | None:
    u, v = (y * y - 1) % PRIME, (_D * y * y + 1) % PRIME
    x = u * pow(v, 3, PRIME) * pow(u * pow(v, 7, PRIME), (PRIME - 5) // 8, PRIME) % PRIME
    if v * x * x % PRIME == PRIME - u:
        x = x * _SQRT_MINUS_ONE % PRIME
    if v * x * x % PRIME != u:
        return None
    if x == 0:
        return None if sign else 0  # -0 is the second encoding of x = 0
    return x if x & 1 == sign else PRIME - x


def encode_point(point: Point) -> bytes:
    """The canonical 32 bytes of a point (RFC 8032 §5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, PRIME - 2, PRIME)
    x, y = x * inverse % PRIME, y * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(POINT_BYTES, "little")


def add(left: Point, right: Point) -> Point:
    """The sum of two points (RFC 8032 §5.1.4; complete, so it also doubles)."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % PRIME, (y1 + x1) * (y2 + x2) % PRIME
    c, d = 2 * t1 * t2 * _D % PRIME, 2 * z1 * z2 % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def double(point: Point) -> Point:
    """Twice a point (RFC 8032 §5.1.4)."""
    x, y, z, _ = point
    a, b = x * x % PRIME, y * y % PRIME
    h = a + b
    e, g = h - (x + y) * (x + y), a - b
    f = 2 * z * z + g
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def multiply(point: Point, scalar: int) -> Point:
    """`scalar` times a point, for a scalar of zero or more."""
    total = IDENTITY
    for bit in f"{scalar:b}":
        total = double(total)
        if bit == "1":
            total = add(total, point)
    return total


def is_identity(point: Point) -> bool:
    """Whether a point is the neutral element (0, 1)."""
    x, y, z, _ = point
    return x == 0 and y == z
