"""Proof of possession: a new key signs the fund, the officer and itself before it is enrolled.

Without it an officer could enrol a key of somebody else and claim their signatures. The payload
type differs from every other one, so the proof can never pass for an event, nor an event for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.kernel.canonical import encode
from ledger.signing.base64_text import encode_base64
from ledger.signing.bulk import SignatureCheck
from ledger.signing.dsse import pae

if TYPE_CHECKING:
    from ledger.signing.keys import PublicKey
    from ledger.signing.signer import Signer

PAYLOAD_TYPE_POSSESSION: Final = "application/vnd.sovereign-custody.possession.v1+json"


def possession_message(fund: str, officer: str, key: PublicKey) -> bytes:
    """What the key must sign; `CanonicalError` for text without a canonical form."""
    claim = encode(
        {
            "algorithm": key.algorithm,
            "fund": fund,
            "officer": officer,
            "public_key": encode_base64(key.raw),
        }
    )
    return pae(PAYLOAD_TYPE_POSSESSION, claim)


def prove_possession(signer: Signer, fund: str, officer: str) -> bytes:
    """The signer's proof that it holds the key that it enrols for the officer of a fund."""
    return signer.sign(possession_message(fund, officer, signer.public_key))


def possession_check(fund: str, officer: str, key: PublicKey, proof: bytes) -> SignatureCheck:
    """The check of a proof, for `ledger.signing.bulk.verify_all`."""
    return SignatureCheck(key, possession_message(fund, officer, key), proof)
