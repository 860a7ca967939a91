"""Public keys: what an officer enrols, how it is named, and which ones nobody may enrol.

A key is an algorithm and raw bytes; its key id is a hash over both, so one byte string under two
algorithms is two keys. The format and the rules are docs/spec/keys.md. This module judges bytes
only: who holds a key, since when and until when, is the log's matter (`ledger.domain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import SignatureError, ValueFormError, WeakKeyError
from ledger.signing import ecdsa_p256, ed25519
from ledger.signing.base64_text import decode_base64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.signing.algorithm import Algorithm

ALGORITHMS: Final[Mapping[str, Algorithm]] = MappingProxyType(
    {ed25519.NAME: ed25519, ecdsa_p256.NAME: ecdsa_p256}
)
"""Every algorithm that officers' keys may have, by name."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key; that it exists does not say that it is fit (`check_public_key`).

    `algorithm` is `ed25519` or `ecdsa-p256`; `raw` is 32 bytes (RFC 8032) or 33 bytes (compressed
    SEC 1 point). An unknown algorithm raises `ValueFormError`.
    """

    algorithm: str
    raw: bytes

    def __post_init__(self) -> None:
        algorithm_named(self.algorithm)

    @property
    def keyid(self) -> str:
        """SHA-256 over algorithm, a zero byte and the raw bytes: 64 lower-case hex digits."""
        return sha256(self.algorithm.encode() + b"\x00" + self.raw).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise `SignatureError` unless this key signed the message; a weak key signed nothing."""
        if not ALGORITHMS[self.algorithm].verifies(self.raw, message, signature):
            raise SignatureError("the signature does not verify", where=f"key {self.keyid}")


def algorithm_named(name: str) -> Algorithm:
    """The algorithm of that name; `ValueFormError` for one that officers' keys cannot have."""
    algorithm = ALGORITHMS.get(name)
    if algorithm is None:
        raise ValueFormError(
            f"{name[:40]!r} is no algorithm for officers' keys",
            hint=f"Known are {', '.join(ALGORITHMS)}",
        )
    return algorithm


def check_public_key(key: PublicKey) -> None:
    """Raise `WeakKeyError` unless the key is fit to be enrolled (docs/spec/keys.md, weak keys)."""
    fault = ALGORITHMS[key.algorithm].weakness(key.raw)
    if fault:
        raise WeakKeyError(
            f"{fault}: not a fit {key.algorithm} key",
            where=f"key {key.keyid}",
            hint="Generate a new key; honest keys are never refused",
        )


def parse_public_key(algorithm: str, text: str) -> PublicKey:
    """The key of an algorithm name and the base64 of its raw bytes, in their one spelling.

    Raises `ValueFormError` for an unknown algorithm, other base64 or another length; whether the
    key is weak is asked apart, by `check_public_key`.
    """
    needed = algorithm_named(algorithm).RAW_BYTES
    raw = decode_base64(text)
    if len(raw) != needed:
        raise ValueFormError(f"{len(raw)} bytes where a key of {algorithm} has {needed}")
    return PublicKey(algorithm, raw)
