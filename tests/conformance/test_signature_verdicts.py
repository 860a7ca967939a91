"""Every difference between OpenSSL and libsodium on Ed25519 explained, and our verdict fixed.

Each library bare is said again in plain arithmetic, from its documentation and source, as a list of
what it asks. On honest, crafted and altered signatures both must answer as their model does: so a
difference between them is one between the models, and nothing else. Ours is a third model, at
least as strict as either: what we take, both take.

| asked of a signature (R, S) by a key A | OpenSSL | libsodium | we |
|---|---|---|---|
| S below L | yes | yes | yes |
| A decodes, and A's encoding is the canonical one | decodes | both | both |
| A is not of low order | no | yes | yes |
| A lies in the subgroup of prime order | no | no | yes |
| R is not of low order (in any spelling that libsodium lists) | no | yes | yes |
| the encoding of [S]B - [k]A is R, byte by byte | yes | yes | yes |
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha512
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from ledger.signing import ed25519
from ledger.signing.bulk import sodium_verifies
from ledger.signing.ed25519_points import (
    ORDER,
    PRIME,
    Point,
    add,
    decode_point,
    encode_point,
    is_identity,
    multiply,
)
from tests.support.chance import seeded
from tests.support.crafted_ed25519 import (
    BASE,
    SIGN_BIT,
    TORSION,
    Crafted,
    answered,
    crafted,
    degenerate,
    low_order_key,
    scalar,
    scalar_bytes,
    spellings,
)
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

DEEP = 20_000

# -- the libraries, bare


def openssl(case: Crafted) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(case.key).verify(case.signature, case.message)
    except InvalidSignature:
        return False
    return True


def sodium(case: Crafted) -> bool:
    try:
        crypto_sign_open(case.signature + case.message, case.key)
    except BadSignatureError:
        return False
    return True


# -- what each of them asks


def lax_point(raw: bytes) -> Point | None:
    """The point of an encoding whose y need not be reduced, and whose x may be minus zero."""
    sign, y = divmod(int.from_bytes(raw, "little"), SIGN_BIT)
    plain = (y % PRIME).to_bytes(32, "little")
    signed = (y % PRIME | sign * SIGN_BIT).to_bytes(32, "little")
    point = decode_point(signed)
    if point is None and (zero := decode_point(plain)) is not None and zero[0] == 0:
        return zero
    return point


def equation_holds(case: Crafted) -> bool:
    """S < L, A decodes, and the encoding of [S]B - [k]A is R, without the cofactor."""
    commitment, s = case.signature[:32], int.from_bytes(case.signature[32:], "little")
    key = lax_point(case.key)
    if s >= ORDER or key is None:
        return False
    k = int.from_bytes(sha512(commitment + case.key + case.message).digest(), "little") % ORDER
    x, y, z, t = key
    minus = (-x % PRIME, y, z, -t % PRIME)
    return encode_point(add(multiply(BASE, s), multiply(minus, k))) == commitment


LOW_ORDER = {spelling for point in TORSION for spelling in spellings(point)}


def openssl_asks(case: Crafted) -> bool:
    return equation_holds(case)


def sodium_asks(case: Crafted) -> bool:
    canonical = int.from_bytes(case.key, "little") % SIGN_BIT < PRIME
    fit = case.key not in LOW_ORDER and case.signature[:32] not in LOW_ORDER
    return canonical and fit and equation_holds(case)


def we_ask(case: Crafted) -> bool:
    point = decode_point(case.key)
    in_subgroup = point is not None and is_identity(multiply(point, ORDER))
    return in_subgroup and sodium_asks(case)


# -- signatures of every sort


def _honest(chance: Random, message: bytes) -> Crafted:
    return crafted(chance.choice((b"amir", b"lena", b"oren")), message)


def _altered(chance: Random, message: bytes) -> Crafted:
    honest = _honest(chance, message)
    signature = bytearray(honest.signature)
    signature[chance.randrange(64)] ^= 1 << chance.randrange(8)
    return honest._replace(signature=bytes(signature))


def _large_s(chance: Random, message: bytes) -> Crafted:
    honest = _honest(chance, message)
    s = int.from_bytes(honest.signature[32:], "little") + ORDER * chance.randint(1, 14)
    return honest._replace(signature=honest.signature[:32] + scalar_bytes(s))


def _mixed_key(chance: Random, message: bytes) -> Crafted:
    return crafted(
        b"amir", message, key_torsion=chance.randint(1, 7), r_torsion=chance.randrange(8)
    )


def _mixed_r(chance: Random, message: bytes) -> Crafted:
    return crafted(b"amir", message, r_torsion=chance.randint(1, 7))


def _degenerate_r(chance: Random, message: bytes) -> Crafted:
    torsion = chance.choice((0, 0, *range(1, 8)))
    honest = degenerate(b"amir", message, torsion)
    spelling = chance.choice((honest.signature[:32], *spellings(TORSION[torsion])))
    return answered(honest.key, message, spelling, scalar(b"aamir"), 0)


def _low_order_key(chance: Random, message: bytes) -> Crafted:
    torsion = chance.randrange(8)
    case = low_order_key(message, torsion, chance.choice((0, 1, 7)))
    return case._replace(key=chance.choice(spellings(TORSION[torsion])))


def _unreduced_key(chance: Random, message: bytes) -> Crafted:
    """Some of the nineteen y that are not reduced lie on the curve; nobody knows their secret."""
    y = PRIME + chance.randrange(19)
    key = (y | chance.choice((0, SIGN_BIT))).to_bytes(32, "little")
    s = chance.randrange(3)
    return Crafted(key, message, encode_point(multiply(BASE, s)) + scalar_bytes(s))


def _anything(chance: Random, message: bytes) -> Crafted:
    return Crafted(chance.randbytes(32), message, chance.randbytes(63) + b"\x00")


SORTS: dict[str, Callable[[Random, bytes], Crafted]] = {
    "honest": _honest,
    "one bit altered": _altered,
    "S beyond L": _large_s,
    "a key of mixed order": _mixed_key,
    "an R of mixed order": _mixed_r,
    "an R of low order": _degenerate_r,
    "a key of low order": _low_order_key,
    "a key that is not reduced": _unreduced_key,
    "noise": _anything,
}
DIFFERENCES = {
    "an R of low order": "libsodium refuses the R; OpenSSL solves the equation, and it holds",
    "a key of low order": "libsodium refuses the key; for OpenSSL one signature fits many messages",
    "a key that is not reduced": "two of the nineteen are of low order, which OpenSSL lets be keys",
}
"""The sorts on which the libraries differ, and why. On every other sort they agree."""
REFUSED_BY_US_ALONE = {
    "a key of mixed order": "both take one in eight; whether, depends on the message",
}


@pytest.mark.parametrize("count", [270, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_every_verdict_is_the_one_of_its_model(count: int) -> None:
    chance = seeded(25519)
    differing: Counter[str] = Counter()
    ours_alone: Counter[str] = Counter()
    takes: Counter[str] = Counter()
    for number in range(count):
        sort = list(SORTS)[number % len(SORTS)]
        case = SORTS[sort](chance, b"message %d" % number)
        by_openssl, by_sodium, wanted = openssl(case), sodium(case), we_ask(case)
        assert by_openssl is openssl_asks(case), (sort, case)
        assert by_sodium is sodium_asks(case), (sort, case)
        assert ed25519.verifies(*case) is wanted, (sort, case)
        assert sodium_verifies(*case) is wanted, (sort, case)
        assert not wanted or (by_openssl and by_sodium)
        differing[sort] += by_openssl is not by_sodium
        ours_alone[sort] += by_openssl and by_sodium and not wanted
        takes[sort] += wanted
    assert {sort for sort, found in differing.items() if found} == set(DIFFERENCES)
    assert {sort for sort, found in ours_alone.items() if found} == set(REFUSED_BY_US_ALONE)
    assert {sort for sort, found in takes.items() if found} == {"honest"}
    tally("Ed25519 signatures on which three verdicts are as their models say", count, count)
