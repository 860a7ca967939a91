"""Ed25519 keys and signatures that no honest signer makes: mixed order, torsion, second spellings.

A crafted signature fulfils the equation with the cofactor, [8][S]B = [8](R + [k]A), whatever
torsion its key and its R carry; so verifiers that differ in strictness differ on it. Built with the
plain point maths of the product, checked against libsodium's own (tests/conformance).
"""

from __future__ import annotations

from hashlib import sha512
from typing import NamedTuple

from ledger.signing.ed25519_points import (
    ORDER,
    POINT_BYTES,
    PRIME,
    Point,
    add,
    decode_point,
    encode_point,
    multiply,
)

SIGN_BIT = 1 << 255


class Crafted(NamedTuple):
    """A public key, a message and a signature, each as raw bytes."""

    key: bytes
    message: bytes
    signature: bytes


def _known_point(encoding: str) -> Point:
    point = decode_point(bytes.fromhex(encoding))
    assert point is not None
    return point


BASE = _known_point("58" + 31 * "66")
EIGHTH = _known_point("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
TORSION: tuple[Point, ...] = tuple(multiply(EIGHTH, count) for count in range(8))
"""The eight points of low order: 0 is the identity, odd counts have order 8."""


def scalar(data: bytes) -> int:
    """A scalar below L from any bytes."""
    return int.from_bytes(sha512(data).digest(), "little") % ORDER


def scalar_bytes(number: int) -> bytes:
    """32 bytes, little end first; the number may lie beyond L."""
    return number.to_bytes(32, "little")


def crafted(seed: bytes, message: bytes, *, key_torsion: int = 0, r_torsion: int = 0) -> Crafted:
    """A signature by the key a·B + T_k with the commitment r·B + T_r; both torsions 0: honest."""
    secret, nonce = scalar(b"a" + seed), scalar(b"r" + seed)
    key = encode_point(add(multiply(BASE, secret), TORSION[key_torsion]))
    commitment = encode_point(add(multiply(BASE, nonce), TORSION[r_torsion]))
    return answered(key, message, commitment, secret, nonce)


def degenerate(seed: bytes, message: bytes, r_torsion: int) -> Crafted:
    """A signature by an honest key whose R is a low-order point: its nonce is zero."""
    secret = scalar(b"a" + seed)
    key = encode_point(multiply(BASE, secret))
    return answered(key, message, encode_point(TORSION[r_torsion]), secret, 0)


def low_order_key(message: bytes, torsion: int, s: int = 0) -> Crafted:
    """A signature by a low-order key, R = [S]B: good for every eighth message or for all."""
    return Crafted(
        encode_point(TORSION[torsion]),
        message,
        encode_point(multiply(BASE, s)) + scalar_bytes(s),
    )


def answered(key: bytes, message: bytes, commitment: bytes, secret: int, nonce: int) -> Crafted:
    """The signature over a commitment in any spelling: S = r + k·a."""
    challenge = int.from_bytes(sha512(commitment + key + message).digest(), "little") % ORDER
    response = (nonce + challenge * secret) % ORDER
    return Crafted(key, message, commitment + scalar_bytes(response))


def spellings(point: Point) -> list[bytes]:
    """Every 32 bytes that a lax decoder reads as this point."""
    canonical = int.from_bytes(encode_point(point), "little")
    y, x_is_zero = canonical % SIGN_BIT, point[0] == 0
    sign = canonical - y
    return [
        (candidate | bit).to_bytes(POINT_BYTES, "little")
        for candidate in (y, y + PRIME)
        if candidate < SIGN_BIT
        for bit in ((0, SIGN_BIT) if x_is_zero else (sign,))
    ]
