"""Proof of possession: it binds fund, officer and key, and is good for nothing else."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ledger.kernel.errors import CanonicalError
from ledger.signing.base64_text import encode_base64
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae
from ledger.signing.keys import ALGORITHMS
from ledger.signing.possession import (
    PAYLOAD_TYPE_POSSESSION,
    possession_check,
    possession_message,
    prove_possession,
)
from ledger.signing.signer import MemorySigner

FUND, OFFICER = "test/alem", "amir.t"
SIGNERS = {name: MemorySigner.generate(name) for name in ALGORITHMS}


def test_the_message() -> None:
    key = MemorySigner.from_seed(b"\x01" * 32).public_key
    claim = (
        '{"algorithm":"ed25519","fund":"test/alem","officer":"amir.t","public_key":"'
        f'{encode_base64(key.raw)}"}}'
    ).encode()
    message = possession_message(FUND, OFFICER, key)
    assert message == pae(PAYLOAD_TYPE_POSSESSION, claim)
    assert sha256(message).hexdigest() == (
        "5eaec68962ad84653a44f95d395f5b5bac5310974279fbc661ef594c60b67d3f"
    )


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_proof_is_good_for_its_fund_officer_and_key_only(name: str) -> None:
    signer, other = SIGNERS[name], MemorySigner.generate(name)
    proof = prove_possession(signer, FUND, OFFICER)
    key = signer.public_key
    asked = [
        possession_check(FUND, OFFICER, key, proof),
        possession_check("prod/alem", OFFICER, key, proof),
        possession_check(FUND, "amir.u", key, proof),
        possession_check(FUND, OFFICER, other.public_key, proof),
        possession_check(OFFICER, FUND, key, proof),
        possession_check(FUND, OFFICER, key, b""),
    ]
    assert verify_all(asked) == [True, False, False, False, False, False]


def test_a_proof_is_no_event_and_an_event_no_proof() -> None:
    signer = SIGNERS["ed25519"]
    message = possession_message(FUND, OFFICER, signer.public_key)
    claim = message[message.index(b"{") :]
    event = signer.sign(pae(PAYLOAD_TYPE_EVENT, claim))
    assert verify_all([possession_check(FUND, OFFICER, signer.public_key, event)]) == [False]


@pytest.mark.parametrize("text", ["\ud800", "e\u0301"])
def test_text_without_a_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(CanonicalError):
        possession_message(FUND, text, SIGNERS["ed25519"].public_key)
