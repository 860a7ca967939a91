"""The encrypted wrapper: its DER, its PEM, and that it differs each time."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ledger.signing import ed25519, pkcs8
from ledger.signing.pkcs8 import PEM_FOOT, PEM_HEAD, encrypted_pem
from ledger.signing.signer import MemorySigner

PRIVATE = MemorySigner.from_seed(b"\x05" * 32).pkcs8()
PEM = encrypted_pem(PRIVATE, b"passphrase")


def der() -> bytes:
    return base64.b64decode(PEM.removeprefix(PEM_HEAD).removesuffix(PEM_FOOT))


def test_the_library_reads_it_back() -> None:
    adopted = ed25519.adopt(load_pem_private_key(PEM, b"passphrase"))
    assert adopted is not None
    assert adopted.pkcs8() == PRIVATE


def test_the_pem_has_lines_of_64() -> None:
    lines = PEM.decode().splitlines()
    assert f"{lines[0]}\n".encode() == PEM_HEAD
    assert f"{lines[-1]}\n".encode() == PEM_FOOT
    assert all(len(line) == 64 for line in lines[1:-2])


def test_the_stretching_is_scrypt_with_its_cost() -> None:
    assert bytes.fromhex("06092b06010401da47040b") in der()  # the object identifier of scrypt
    assert bytes.fromhex("02024000 020108 020105") in der()  # N = 16384, r = 8, p = 5
    assert 128 * pkcs8.SCRYPT_N * pkcs8.SCRYPT_R <= 32 * 1024 * 1024  # OpenSSL's bound


def test_salt_and_ciphertext_differ_each_time() -> None:
    assert encrypted_pem(PRIVATE, b"passphrase") != PEM
    assert PRIVATE[-32:] not in der()


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (255, "020200ff"), (256, "02020100")],
)
def test_integers_are_shortest_and_positive(number: int, expected: str) -> None:
    assert pkcs8._integer(number).hex() == expected


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "0400"), (127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100")],
)
def test_lengths_are_shortest(size: int, head: str) -> None:
    assert pkcs8._tlv(4, bytes(size)) == bytes.fromhex(head) + bytes(size)
