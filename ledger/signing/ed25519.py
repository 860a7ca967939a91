"""Ed25519 (RFC 8032 §5.1, PureEdDSA), in the strictest reading that any verifier has.

Verifiers in the field differ on crafted input: S beyond L, encodings that are not reduced, points
of low or mixed order. Here a signature is good iff the key is fit (`ed25519_points.weakness`), R
is canonical and not of low order, S < L, and [S]B = R + [k]A without the cofactor. For a key of
prime order the last equation also keeps R in the prime-order subgroup. So what is accepted here is
accepted by every conforming verifier, and `well_formed` gives OpenSSL and libsodium one verdict.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from typing_extensions import override

from ledger.kernel.errors import ValueFormError
from ledger.signing import ed25519_points
from ledger.signing.ed25519_points import ORDER, UNFIT_ENCODINGS

NAME = "ed25519"
RAW_BYTES = ed25519_points.POINT_BYTES
SIGNATURE_BYTES: Final = 64
SEED_BYTES: Final = 32
_TOP_NIBBLE: Final = 0x10
"""S below 2^252 is below L: the last byte alone settles all but 2^-126 of honest signatures."""


def weakness(raw: bytes) -> str:
    """Why nobody may enrol this public key, or the empty string."""
    return ed25519_points.weakness(raw)


def well_formed(raw: bytes, signature: bytes) -> bool:
    """All that is checked before a library is asked: key, length, R and S."""
    return (
        len(signature) == SIGNATURE_BYTES
        and signature[:32] not in UNFIT_ENCODINGS
        and (signature[63] < _TOP_NIBBLE or int.from_bytes(signature[32:], "little") < ORDER)
        and not ed25519_points.weakness(raw)
    )


def verifies(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is good, by OpenSSL; for many at once use `ledger.signing.bulk`."""
    if not well_formed(raw, signature):
        return False
    try:
        _loaded(raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4_096)
def _loaded(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


@final
class Private:
    """An Ed25519 private key in memory."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @override
    def __repr__(self) -> str:
        return "Private(ed25519)"

    def public_raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes R ‖ S; the same message gets the same signature."""
        return self._key.sign(message)

    def pkcs8(self) -> bytes:
        """The key as unencrypted PKCS#8 DER (RFC 8410)."""
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def generate() -> Private:
    """A new key from the system's entropy."""
    return Private(Ed25519PrivateKey.generate())


def from_seed(seed: bytes) -> Private:
    """The key of a 32-byte seed (RFC 8032 §5.1.5): for tests and demonstrations."""
    if len(seed) != SEED_BYTES:
        raise ValueFormError(f"a seed of {len(seed)} bytes where {SEED_BYTES} are needed")
    return Private(Ed25519PrivateKey.from_private_bytes(seed))


def adopt(library_key: object) -> Private | None:
    """The Ed25519 key that the library loaded, or None for another algorithm."""
    return Private(library_key) if isinstance(library_key, Ed25519PrivateKey) else None
