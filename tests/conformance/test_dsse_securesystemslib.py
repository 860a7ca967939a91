"""DSSE against securesystemslib: same encoding, and each verifies what the other signed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (  # type: ignore[attr-defined]  # theirs, without __all__
    CryptoSigner,
    Key,
    SSlibKey,
)

from ledger.kernel.canonical import encode
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    envelope_members,
    pae,
    read_envelope,
    sign_payload,
    verify_envelope,
)
from ledger.signing.keys import PublicKey
from ledger.signing.signer import MemorySigner


def their_key(key: PublicKey) -> Key:
    return SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.raw.hex()})


@given(st.text(max_size=40), st.binary(max_size=200))
def test_the_encodings_are_equal(kind: str, payload: bytes) -> None:
    """Theirs counts characters in some versions: compared where both count the same."""
    if kind.isascii():
        assert pae(kind, payload) == TheirEnvelope(payload, kind, {}).pae()


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=1, max_size=200), st.integers(1, 4))
def test_they_verify_what_we_sign(payload: bytes, count: int) -> None:
    signers = [MemorySigner.from_seed(bytes((number,)) * 32) for number in range(count)]
    theirs = TheirEnvelope.from_dict(envelope_members(sign_payload(payload, signers)))
    keys = [their_key(signer.public_key) for signer in signers]
    assert set(theirs.verify(keys, count)) == {key.keyid for key in keys}
    theirs.payload = payload + b" "
    with pytest.raises(VerificationError):
        theirs.verify(keys, count)


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=1, max_size=200))
def test_we_verify_what_they_sign(payload: bytes) -> None:
    signer = CryptoSigner.generate_ed25519()
    key = PublicKey("ed25519", bytes.fromhex(signer.public_key.keyval["public"]))
    signer.public_key.keyid = key.keyid
    theirs = TheirEnvelope(payload, PAYLOAD_TYPE_EVENT, {})
    theirs.sign(signer)
    ours = read_envelope(encode(theirs.to_dict()))
    assert verify_envelope(ours, {key.keyid: key}).payload == payload
