"""Algorithm confusion: what one algorithm made is worth nothing under another."""

from __future__ import annotations

from itertools import product

import pytest

from ledger.kernel.errors import AuthorityError, LedgerError, SignatureError, WeakKeyError
from ledger.signing.base64_text import encode_base64
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import sign_payload, verify_envelope
from ledger.signing.keys import ALGORITHMS, PublicKey, check_public_key, parse_public_key
from ledger.signing.possession import possession_check, prove_possession
from ledger.signing.signer import MemorySigner

SIGNERS = {name: MemorySigner.generate(name) for name in ALGORITHMS}
PAIRS = list(product(ALGORITHMS, repeat=2))
CROSSED = [(left, right) for left, right in PAIRS if left != right]
MESSAGE = b"message"


@pytest.mark.parametrize(("key_name", "signature_name"), PAIRS)
def test_only_the_signers_own_key_verifies(key_name: str, signature_name: str) -> None:
    key = SIGNERS[key_name].public_key
    signature = SIGNERS[signature_name].sign(MESSAGE)
    expected = key_name == signature_name
    assert verify_all([SignatureCheck(key, MESSAGE, signature)]) == [expected]
    if not expected:
        with pytest.raises(SignatureError):
            key.verify(MESSAGE, signature)


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_a_key_relabelled_is_weak_and_verifies_nothing(true_name: str, claimed_name: str) -> None:
    signer = SIGNERS[true_name]
    relabelled = PublicKey(claimed_name, signer.public_key.raw)
    assert relabelled.keyid != signer.public_key.keyid
    with pytest.raises(WeakKeyError):
        check_public_key(relabelled)
    with pytest.raises(LedgerError):
        parse_public_key(claimed_name, encode_base64(relabelled.raw))
    signature = signer.sign(MESSAGE)
    assert verify_all([SignatureCheck(relabelled, MESSAGE, signature)]) == [False]


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_raw_bytes_bent_to_the_other_length_verify_nothing(
    true_name: str, claimed_name: str
) -> None:
    raw = SIGNERS[true_name].public_key.raw
    needed = ALGORITHMS[claimed_name].RAW_BYTES
    signature = SIGNERS[true_name].sign(MESSAGE)
    for bent in (raw[:needed].ljust(needed, b"\x00"), raw[-needed:].rjust(needed, b"\x02")):
        key = PublicKey(claimed_name, bent)
        assert verify_all([SignatureCheck(key, MESSAGE, signature)]) == [False]


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_an_envelope_is_not_verified_under_a_relabelled_key(
    true_name: str, claimed_name: str
) -> None:
    signer = SIGNERS[true_name]
    envelope = sign_payload(b"{}", [signer])
    relabelled = PublicKey(claimed_name, signer.public_key.raw)
    with pytest.raises(SignatureError):
        verify_envelope(envelope, {signer.public_key.keyid: relabelled})
    with pytest.raises(AuthorityError):
        verify_envelope(envelope, {relabelled.keyid: relabelled})


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_a_proof_of_possession_names_its_algorithm(true_name: str, claimed_name: str) -> None:
    signer = SIGNERS[true_name]
    proof = prove_possession(signer, "test/alem", "amir.t")
    relabelled = PublicKey(claimed_name, signer.public_key.raw)
    asked = possession_check("test/alem", "amir.t", relabelled, proof)
    assert (
        asked.message != possession_check("test/alem", "amir.t", signer.public_key, proof).message
    )
    assert verify_all([asked]) == [False]
