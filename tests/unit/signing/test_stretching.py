"""What a key file would cost to open is read before it is paid."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.signing import pkcs8
from ledger.signing.base64_text import decode_base64
from ledger.signing.signer import MemorySigner
from ledger.signing.stretching import MEMORY_BYTES_MAX, ROUNDS_MAX, WORK_MAX, excess

SIGNER = MemorySigner.from_seed(b"s" * 32)


def der_of(pem: bytes) -> bytes:
    inner = pem.removeprefix(pkcs8.PEM_HEAD).removesuffix(pkcs8.PEM_FOOT)
    return decode_base64(inner.decode().replace("\n", ""))


def scrypt(cost: int, blocks: int, passes: int) -> bytes:
    """The part that names the stretching, as a file of ours has it."""
    numbers = [pkcs8._integer(number) for number in (cost, blocks, passes)]
    return pkcs8._sequence(
        pkcs8._tlv(pkcs8._OBJECT, pkcs8._SCRYPT),
        pkcs8._sequence(pkcs8._tlv(pkcs8._OCTETS, bytes(16)), *numbers),
    )


def pbkdf2(rounds: int) -> bytes:
    return pkcs8._sequence(
        pkcs8._tlv(pkcs8._OBJECT, bytes.fromhex("2a864886f70d01050c")),
        pkcs8._sequence(pkcs8._tlv(pkcs8._OCTETS, bytes(16)), pkcs8._integer(rounds)),
    )


def test_our_own_files_and_the_librarys_are_within() -> None:
    ours = pkcs8.encrypted_pem(SIGNER.pkcs8(), b"pass phrase")
    assert excess(der_of(ours)) == ""
    key = load_pem_private_key(ours, b"pass phrase")
    theirs = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass phrase")
    )
    assert excess(der_of(theirs)) == ""


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (scrypt(MEMORY_BYTES_MAX // 128 // 8, 8, 1), ""),
        (scrypt(MEMORY_BYTES_MAX // 128 // 8 + 1, 8, 1), "memory"),
        (scrypt(2**10, 8, WORK_MAX // 2**13), ""),
        (scrypt(2**10, 8, WORK_MAX // 2**13 + 1), "passes"),
        (pbkdf2(ROUNDS_MAX), ""),
        (pbkdf2(ROUNDS_MAX + 1), "rounds"),
        (scrypt(2**62, 2**62, 2**62), "memory"),
    ],
)
def test_bounds(part: bytes, said: str) -> None:
    found = excess(pkcs8._sequence(part, b""))
    assert (said in found) if said else found == ""


@pytest.mark.parametrize("keep", range(len(scrypt(2**30, 8, 1))))
def test_a_file_cut_short_is_left_to_the_library(keep: int) -> None:
    assert isinstance(excess(scrypt(2**30, 8, 1)[:keep]), str)


def test_what_is_not_understood_is_left_to_the_library() -> None:
    assert excess(b"") == ""
    head = pkcs8._tlv(pkcs8._OBJECT, pkcs8._SCRYPT)
    for rest in (b"", b"\x30", b"\x30\x84\x00\x00\x00\x01", pkcs8._integer(5)):
        assert excess(head + rest) == ""
