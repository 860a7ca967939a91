"""docs/spec/envelope.md and docs/spec/keys.md: their examples are what the code makes."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.kernel import limits
from ledger.signing import pkcs8
from ledger.signing.base64_text import decode_base64, encode_base64
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    pae,
    parse_envelope,
    render_envelope,
    sign_payload,
    verify_envelope,
)
from ledger.signing.key_file import parse_public_key_text, render_public_key
from ledger.signing.keys import ALGORITHMS
from ledger.signing.possession import possession_check, possession_message, prove_possession
from ledger.signing.signer import MemorySigner

SPEC = Path(__file__).parents[3] / "docs" / "spec"
ENVELOPE_PAGE = (SPEC / "envelope.md").read_text(encoding="utf-8")
KEYS_PAGE = (SPEC / "keys.md").read_text(encoding="utf-8")
AMIR, LENA = (MemorySigner.from_seed(bytes((number,)) * 32) for number in (1, 2))
KEYS = {signer.public_key.keyid: signer.public_key for signer in (AMIR, LENA)}


def examples(page: str) -> list[bytes]:
    """The example blocks of a page, each one line."""
    return [
        block.encode() for block in re.findall(r"^```(?:json|text)\n(.+)\n```$", page, re.MULTILINE)
    ]


PAYLOAD, ENCODED, ENVELOPE, EVENT_ID = examples(ENVELOPE_PAGE)
PUBLIC, KEYID, CLAIM, PROOF = examples(KEYS_PAGE)


def test_the_payload_has_the_length_that_the_page_says() -> None:
    assert f"The payload, {len(PAYLOAD)} bytes:" in ENVELOPE_PAGE


def test_the_encoding() -> None:
    assert pae(PAYLOAD_TYPE_EVENT, PAYLOAD) == ENCODED


def test_the_envelope() -> None:
    assert render_envelope(sign_payload(PAYLOAD, [AMIR, LENA])) == ENVELOPE
    assert verify_envelope(parse_envelope(ENVELOPE), KEYS).payload == PAYLOAD


def test_the_event_id() -> None:
    assert sha256(PAYLOAD).hexdigest().encode() == EVENT_ID


def test_the_public_key() -> None:
    assert render_public_key(AMIR.public_key).encode() == PUBLIC
    assert parse_public_key_text(PUBLIC.decode()) == AMIR.public_key
    assert AMIR.public_key.keyid.encode() == KEYID


def test_the_possession() -> None:
    assert possession_message("demo/alem", "amir.t", AMIR.public_key) == CLAIM
    assert encode_base64(prove_possession(AMIR, "demo/alem", "amir.t")).encode() == PROOF
    asked = possession_check("demo/alem", "amir.t", AMIR.public_key, decode_base64(PROOF.decode()))
    assert verify_all([asked]) == [True]


@pytest.mark.parametrize(
    "phrase",
    [
        f"The payload has 1 to {limits.PAYLOAD_BYTES_MAX:,} bytes",
        f"a signature 1 to {limits.SIGNATURE_BYTES_MAX}",
        f"the envelope at most {limits.ENVELOPE_BYTES_MAX:,}",
        f"There are 1 to {limits.SIGNATURES_MAX} signatures",
        f"more than {limits.RECORD_BYTES_MAX:,} bytes",
        f"more than {limits.DEPTH_MAX} levels",
    ],
)
def test_the_bounds_of_envelopes_are_those_of_the_code(phrase: str) -> None:
    assert phrase in ENVELOPE_PAGE


@pytest.mark.parametrize(
    "phrase",
    [
        f"N = {pkcs8.SCRYPT_N}, r = {pkcs8.SCRYPT_R}, p = {pkcs8.SCRYPT_P}",
        f"at most {limits.KEY_FILE_BYTES_MAX:,} bytes",
        f"A passphrase has 1 to {limits.PASSPHRASE_BYTES_MAX:,} bytes",
        *(f"| `{name}` " for name in ALGORITHMS),
        *(f" {algorithm.RAW_BYTES} bytes" for algorithm in ALGORITHMS.values()),
    ],
)
def test_the_figures_of_keys_are_those_of_the_code(phrase: str) -> None:
    assert phrase in KEYS_PAGE
