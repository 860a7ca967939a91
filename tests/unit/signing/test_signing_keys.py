"""Public keys: their id, their text, and the refusal of weak ones."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ledger.kernel.errors import SignatureError, ValueFormError, WeakKeyError
from ledger.signing.algorithm import Algorithm, PrivateKey
from ledger.signing.base64_text import encode_base64
from ledger.signing.ed25519_points import encode_point
from ledger.signing.keys import ALGORITHMS, PublicKey, check_public_key, parse_public_key
from ledger.signing.signer import MemorySigner
from tests.support.crafted_ed25519 import TORSION

SIGNERS = {name: MemorySigner.generate(name) for name in ALGORITHMS}
KEYS = {name: signer.public_key for name, signer in SIGNERS.items()}


def test_the_algorithms_are_known_by_their_own_names() -> None:
    assert list(ALGORITHMS) == ["ed25519", "ecdsa-p256"]
    assert all(name == algorithm.NAME for name, algorithm in ALGORITHMS.items())


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_algorithm_offers_the_whole_interface(name: str) -> None:
    members = {*vars(Algorithm), *Algorithm.__annotations__}
    public = {member for member in members if not member.startswith("_")}
    assert public == {"NAME", "RAW_BYTES", "weakness", "verifies", "generate", "adopt"}
    assert all(hasattr(ALGORITHMS[name], member) for member in public)
    private = {member for member in vars(PrivateKey) if not member.startswith("_")}
    assert all(hasattr(ALGORITHMS[name].generate(), member) for member in private)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_key_id(name: str) -> None:
    key = KEYS[name]
    assert key.keyid == sha256(name.encode() + b"\0" + key.raw).hexdigest()
    assert len(key.raw) == ALGORITHMS[name].RAW_BYTES


def test_one_byte_string_under_two_algorithms_is_two_keys() -> None:
    raw = KEYS["ed25519"].raw
    assert PublicKey("ed25519", raw).keyid != PublicKey("ecdsa-p256", raw).keyid


@pytest.mark.parametrize("name", ALGORITHMS)
def test_verify_is_silent_or_raises(name: str) -> None:
    signer, key = SIGNERS[name], KEYS[name]
    signature = signer.sign(b"message")
    key.verify(b"message", signature)
    with pytest.raises(SignatureError) as refusal:
        key.verify(b"massage", signature)
    assert refusal.value.where == f"key {key.keyid}"


@pytest.mark.parametrize("name", ["", "rsa", "Ed25519", "ED25519", "ed25519 ", "ed448", "none"])
def test_an_unknown_algorithm_is_refused(name: str) -> None:
    with pytest.raises(ValueFormError, match="ed25519, ecdsa-p256"):
        PublicKey(name, bytes(32))
    with pytest.raises(ValueFormError):
        parse_public_key(name, encode_base64(bytes(32)))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_honest_keys_pass(name: str) -> None:
    for _ in range(10):
        check_public_key(MemorySigner.generate(name).public_key)


def test_a_weak_key_is_refused_by_name() -> None:
    key = PublicKey("ed25519", encode_point(TORSION[0]))
    with pytest.raises(WeakKeyError, match="low order") as refusal:
        check_public_key(key)
    assert refusal.value.where == f"key {key.keyid}"


@pytest.mark.parametrize("name", ALGORITHMS)
def test_parse_is_the_inverse_of_base64(name: str) -> None:
    key = KEYS[name]
    assert parse_public_key(name, encode_base64(key.raw)) == key


@pytest.mark.parametrize("size", [0, 31, 34, 64])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_parse_refuses_another_length(name: str, size: int) -> None:
    with pytest.raises(ValueFormError, match=f"{size} bytes"):
        parse_public_key(name, encode_base64(bytes(size)))


def test_parse_refuses_another_spelling() -> None:
    text = encode_base64(KEYS["ed25519"].raw)
    for other in (text.rstrip("="), text + "\n", f" {text}"):
        with pytest.raises(ValueFormError):
            parse_public_key("ed25519", other)
