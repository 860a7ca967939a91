"""What a signature algorithm must offer: the small interface behind which each one lives.

One module of this room is one algorithm (`ed25519`, `ecdsa_p256`); the table of them is
`ledger.signing.keys.ALGORITHMS`. A new one (ML-DSA, a passkey) is a new module and a line there.
The algorithm belongs to the key and is never read from a message or a signature.
"""

from __future__ import annotations

from typing import Protocol


class PrivateKey(Protocol):
    """A private key in memory; its `repr` shows nothing of it."""

    def public_raw(self) -> bytes:
        """The raw bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, in the one form that `verifies` accepts."""

    def pkcs8(self) -> bytes:
        """The key itself as *unencrypted* PKCS#8 DER: for `ledger.signing.key_file` only."""


class Algorithm(Protocol):
    """A module that implements one signature algorithm."""

    NAME: str
    """As it stands in key records: lower case, for ever."""

    RAW_BYTES: int
    """The length of a raw public key."""

    def weakness(self, raw: bytes) -> str:
        """Why nobody may enrol this public key, or the empty string."""

    def verifies(self, raw: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is good; never raises, and a weak key verifies nothing."""

    def generate(self) -> PrivateKey:
        """A new private key from the system's entropy."""

    def adopt(self, library_key: object) -> PrivateKey | None:
        """The private key that the library loaded, or None if it is of another algorithm."""
