"""ECDSA over P-256 with SHA-256 (FIPS 186-5), for custodians and modules that lack Ed25519.

ECDSA is malleable by nature: (r, s) and (r, n - s) verify alike, and lax decoders take many DER
spellings. Here a signature has one form: strict DER, re-encoded and compared, with s at most n/2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from typing_extensions import override

NAME = "ecdsa-p256"
RAW_BYTES = 33
SIGNATURE_BYTES_MAX: Final = 72
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_COMPRESSED: Final = (2, 3)


@lru_cache(maxsize=4_096)
def weakness(raw: bytes) -> str:
    """Why nobody may enrol this public key, or the empty string."""
    if len(raw) != RAW_BYTES:
        return f"{len(raw)} bytes where {RAW_BYTES} are needed"
    if raw[0] not in _COMPRESSED:
        return "not a compressed point (02 or 03 comes first)"
    if int.from_bytes(raw[1:]) >= PRIME:
        return "the x coordinate is not reduced"
    try:
        _loaded(raw)
    except ValueError:
        return "not a point on the curve"
    return ""  # the group has prime order, and the compressed form has no infinity


@lru_cache(maxsize=4_096)
def _loaded(raw: bytes) -> EllipticCurvePublicKey:
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)


def verifies(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is good and in its one form."""
    if weakness(raw) or not _in_one_form(signature):
        return False
    try:
        _loaded(raw).verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _in_one_form(signature: bytes) -> bool:
    if len(signature) > SIGNATURE_BYTES_MAX:
        return False
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return False
    if not (0 < r < ORDER and 0 < s <= ORDER // 2):
        return False
    return encode_dss_signature(r, s) == signature


@final
class Private:
    """A P-256 private key in memory."""

    __slots__ = ("_key",)

    def __init__(self, key: EllipticCurvePrivateKey) -> None:
        self._key = key

    @override
    def __repr__(self) -> str:
        return "Private(ecdsa-p256)"

    def public_raw(self) -> bytes:
        """The 33 bytes of the compressed public point (SEC 1 §2.3.3)."""
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(self, message: bytes) -> bytes:
        """A DER signature with low s; each call gives another one."""
        r, s = decode_dss_signature(self._key.sign(message, ECDSA(SHA256())))
        return encode_dss_signature(r, min(s, ORDER - s))

    def pkcs8(self) -> bytes:
        """The key as unencrypted PKCS#8 DER (RFC 5915 within RFC 5208)."""
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def generate() -> Private:
    """A new key from the system's entropy."""
    return Private(generate_private_key(SECP256R1()))


def adopt(library_key: object) -> Private | None:
    """The P-256 key that the library loaded, or None for another algorithm or curve."""
    if not isinstance(library_key, EllipticCurvePrivateKey):
        return None
    return Private(library_key) if isinstance(library_key.curve, SECP256R1) else None
