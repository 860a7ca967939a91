"""Many signatures at once: Ed25519 by libsodium, about twice as fast as OpenSSL.

libsodium releases the interpreter's lock, so threads help. Its verdict equals OpenSSL's, because
the same checks (`ed25519.well_formed`) stand in front of both and both solve the equation without
the cofactor. Releases of libsodium differ in that last point; so it is asked once, with a signature
that only the other equation accepts, and a library that accepts it is not used.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from ledger.signing import ed25519
from ledger.signing.keys import ALGORITHMS, PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Engine: TypeAlias = Callable[[bytes, bytes, bytes], bool]
    """Raw key, message, signature: whether it is good."""

_CHUNK_MIN: Final = 16
"""Fewer checks than this (about a millisecond) are not worth a hand-over to a thread."""

_MIXED_KEY: Final = bytes.fromhex(
    "88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488"
)
_MIXED_MESSAGE: Final = b"R has a component of order 8"
_MIXED_SIGNATURE: Final = bytes.fromhex(
    "607055ca3d4aa8af26961afb12b1e60a75fac88f9c260ff25806631dbb269159"
    "5e4375b7eb1d2d787d7901721bcb40e8c099528816fb2d6580fd78857a20b607"
)


class SignatureCheck(NamedTuple):
    """One question: whether this key signed this message with this signature."""

    key: PublicKey
    message: bytes
    signature: bytes


def verify_all(checks: Sequence[SignatureCheck], threads: int = 1) -> list[bool]:
    """The verdict on each check, in their order; equal to that of `PublicKey.verify`."""
    threads = min(threads, len(checks) // _CHUNK_MIN)
    if threads <= 1:
        return _verdicts(checks)
    size = -(-len(checks) // threads)
    chunks = [checks[start : start + size] for start in range(0, len(checks), size)]
    with ThreadPoolExecutor(threads) as pool:
        return [verdict for part in pool.map(_verdicts, chunks) for verdict in part]


def _verdicts(checks: Sequence[SignatureCheck]) -> list[bool]:
    return [
        _ENGINES[key.algorithm](key.raw, message, signature) for key, message, signature in checks
    ]


def sodium_verifies(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is good, by libsodium."""
    return ed25519.well_formed(raw, signature) and _sodium_opens(raw, message, signature)


def _sodium_opens(raw: bytes, message: bytes, signature: bytes) -> bool:
    try:
        crypto_sign_open(signature + message, raw)
    except BadSignatureError:
        return False
    return True


def _engines() -> dict[str, _Engine]:
    engines: dict[str, _Engine] = {
        name: algorithm.verifies for name, algorithm in ALGORITHMS.items()
    }
    if not _sodium_opens(_MIXED_KEY, _MIXED_MESSAGE, _MIXED_SIGNATURE):
        engines[ed25519.NAME] = sodium_verifies
    return engines


_ENGINES: Final = _engines()
