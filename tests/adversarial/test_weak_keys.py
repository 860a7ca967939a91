"""Weak keys: an officer enrols a key with which anybody could sign anything later."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import SignatureError, WeakKeyError
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    pae,
    verify_envelope,
)
from ledger.signing.ed25519_points import UNFIT_ENCODINGS
from ledger.signing.keys import PublicKey, check_public_key
from ledger.signing.signer import MemorySigner
from tests.support.crafted_ed25519 import TORSION, crafted, low_order_key, spellings

LOW_ORDER = sorted({spelling for point in TORSION for spelling in spellings(point)})


def test_there_are_fourteen_spellings_of_the_eight_points() -> None:
    assert len(LOW_ORDER) == 14
    assert UNFIT_ENCODINGS.issuperset(LOW_ORDER)


@pytest.mark.parametrize("raw", LOW_ORDER, ids=bytes.hex)
def test_no_spelling_of_a_low_order_point_is_enrolled(raw: bytes) -> None:
    with pytest.raises(WeakKeyError):
        check_public_key(PublicKey("ed25519", raw))


@pytest.mark.parametrize("raw", LOW_ORDER, ids=bytes.hex)
def test_the_signature_for_all_messages_verifies_none(raw: bytes) -> None:
    identity, zero = (1).to_bytes(32, "little"), bytes(32)
    key = PublicKey("ed25519", raw)
    asked = [
        SignatureCheck(key, b"message %d" % number, commitment + zero)
        for number in range(8)
        for commitment in (identity, *LOW_ORDER)
    ]
    assert not any(verify_all(asked))
    assert not any(key_verifies(check) for check in asked)


def key_verifies(check: SignatureCheck) -> bool:
    try:
        check.key.verify(check.message, check.signature)
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize("torsion", range(1, 8))
def test_a_mixed_order_key_is_neither_enrolled_nor_believed(torsion: int) -> None:
    """Its holder could make signatures that one verifier takes and another does not."""
    for number in range(8):
        case = crafted(b"amir", b"message %d" % number, key_torsion=torsion, r_torsion=number)
        key = PublicKey("ed25519", case.key)
        with pytest.raises(WeakKeyError):
            check_public_key(key)
        assert verify_all([SignatureCheck(key, case.message, case.signature)]) == [False]


def test_an_envelope_signed_for_by_everybody_is_refused() -> None:
    """Even if a weak key slipped into a keyring, it signs no envelope."""
    key = PublicKey("ed25519", low_order_key(b"", 0).key)
    signature = low_order_key(pae(PAYLOAD_TYPE_EVENT, b"{}"), 0).signature
    envelope = Envelope(b"{}", PAYLOAD_TYPE_EVENT, (EnvelopeSignature(key.keyid, signature),))
    with pytest.raises(SignatureError):
        verify_envelope(envelope, {key.keyid: key})


def test_no_honest_key_is_refused() -> None:
    for number in range(100):
        check_public_key(MemorySigner.from_seed(number.to_bytes(32)).public_key)
