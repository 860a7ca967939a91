"""DSSE against securesystemslib: same encoding, and each verifies what the other signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
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
from ledger.kernel.errors import SignatureError
from ledger.signing import ecdsa_p256
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    envelope_members,
    pae,
    read_envelope,
    sign_payload,
    verify_envelope,
)
from ledger.signing.keys import PublicKey
from ledger.signing.signer import MemorySigner
from tests.support.chance import seeded
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

DEEP = 20_000
SIGNERS = [MemorySigner.from_seed(bytes((number,)) * 32) for number in range(4)]
KEYS = {signer.public_key.keyid: signer.public_key for signer in SIGNERS}


def their_key(key: PublicKey) -> Key:
    return SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.raw.hex()})


def they_take(envelope: Envelope, signers: Sequence[MemorySigner]) -> bool:
    """Whether their verification finds a good signature by each signer."""
    theirs = TheirEnvelope.from_dict(envelope_members(envelope))
    keys = [their_key(signer.public_key) for signer in signers]
    try:
        return set(theirs.verify(keys, len(keys))) == {key.keyid for key in keys}
    except VerificationError:
        return False


def we_take(envelope: Envelope) -> bool:
    try:
        return verify_envelope(envelope, KEYS).payload == envelope.payload
    except SignatureError:
        return False


@given(st.text(max_size=40), st.binary(max_size=200))
def test_the_encodings_are_equal(kind: str, payload: bytes) -> None:
    """Theirs counts characters in some versions: compared where both count the same."""
    if kind.isascii():
        assert pae(kind, payload) == TheirEnvelope(payload, kind, {}).pae()


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=1, max_size=200), st.integers(1, 4))
def test_they_verify_what_we_sign(payload: bytes, count: int) -> None:
    signers = SIGNERS[:count]
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


def mutants(chance: Random, envelope: Envelope) -> list[Envelope]:
    """The envelope with a bit of its payload or of a signature changed, or a signature moved."""
    payload = bytearray(envelope.payload)
    payload[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
    first, *others = envelope.signatures
    sig = bytearray(first.sig)
    sig[chance.randrange(64)] ^= 1 << chance.randrange(8)
    kind = envelope.payload_type
    found = [
        Envelope(bytes(payload), kind, envelope.signatures),
        Envelope(envelope.payload, kind, (EnvelopeSignature(first.keyid, bytes(sig)), *others)),
    ]
    if others:
        swapped = (
            EnvelopeSignature(first.keyid, others[0].sig),
            EnvelopeSignature(others[0].keyid, first.sig),
            *others[1:],
        )
        found.append(Envelope(envelope.payload, kind, swapped))
    return found


@pytest.mark.parametrize("count", [25, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_one_verdict_on_honest_and_altered_envelopes(count: int) -> None:
    chance = seeded(6)
    tried = 0
    for _ in range(count):
        signers = SIGNERS[: chance.randint(1, 4)]
        envelope = sign_payload(chance.randbytes(chance.randint(1, 300)), signers)
        assert we_take(envelope)
        assert they_take(envelope, signers)
        for mutant in mutants(chance, envelope):
            assert not we_take(mutant)
            assert not they_take(mutant, signers)
            tried += 1
    tally("envelopes on which securesystemslib gives our verdict", count + tried, count + tried)


@pytest.mark.parametrize("count", [20, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_of_their_p256_signatures_we_take_those_with_a_low_s(count: int) -> None:
    """The one difference, and a wanted one: of the two signatures n - s and s we take one."""
    signer = CryptoSigner.generate_ecdsa()
    key = ecdsa_key(signer.public_key)
    low = 0
    for number in range(count):
        theirs = TheirEnvelope(b"payload %d" % number, PAYLOAD_TYPE_EVENT, {})
        signature = bytes.fromhex(theirs.sign(signer).signature)
        message = theirs.pae()
        is_low = decode_dss_signature(signature)[1] <= ecdsa_p256.ORDER // 2
        assert ecdsa_p256.verifies(key.raw, message, signature) is is_low
        low += is_low
    assert 0 < low < count
    tally("P-256 signatures of securesystemslib, taken if s is low", count, count)


def ecdsa_key(theirs: Key) -> PublicKey:
    """Their key in PEM as the compressed point that ours is."""
    loaded = load_pem_public_key(theirs.keyval["public"].encode())
    raw = loaded.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return PublicKey("ecdsa-p256", raw)
