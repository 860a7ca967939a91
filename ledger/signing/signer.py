"""Signers: what signs a message for an officer, wherever the private key lives.

`Signer` is the whole interface; `MemorySigner` holds the key in this process. A hardware module or
a signing service is another class with the same two members. No signer shows its secret in `repr`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, final

from typing_extensions import override

from ledger.signing import ed25519
from ledger.signing.keys import PublicKey, algorithm_named

if TYPE_CHECKING:
    from ledger.signing.algorithm import PrivateKey


class Signer(Protocol):
    """One key that can sign."""

    @property
    def public_key(self) -> PublicKey:
        """The public key that verifies what this signer signs."""

    def sign(self, message: bytes) -> bytes:
        """The signature of the message, as `PublicKey.verify` accepts it."""


@final
class MemorySigner:
    """A private key in this process's memory."""

    __slots__ = ("_private", "_public_key")

    def __init__(self, algorithm: str, private: PrivateKey) -> None:
        self._private = private
        self._public_key = PublicKey(algorithm, private.public_raw())

    @classmethod
    def generate(cls, algorithm: str = ed25519.NAME) -> MemorySigner:
        """A signer with a new key; `ValueFormError` for an unknown algorithm."""
        return cls(algorithm, algorithm_named(algorithm).generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> MemorySigner:
        """The Ed25519 signer of a 32-byte seed: the same key each time, for tests and demos."""
        return cls(ed25519.NAME, ed25519.from_seed(seed))

    @override
    def __repr__(self) -> str:
        return f"MemorySigner({self._public_key.algorithm}, key {self._public_key.keyid})"

    @property
    def public_key(self) -> PublicKey:
        """The public key that verifies what this signer signs."""
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """The signature of the message."""
        return self._private.sign(message)

    def pkcs8(self) -> bytes:
        """The private key as *unencrypted* PKCS#8 DER: for `ledger.signing.key_file` only."""
        return self._private.pkcs8()
