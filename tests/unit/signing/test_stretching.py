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
from ledger.signing.stretching import (
    MEMORY_BYTES_MAX,
    ROUNDS_MAX,
    UNKNOWN,
    WORK_MAX,
    excess,
)

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


def whole(stretching: bytes, scheme: bytes = bytes.fromhex("2a864886f70d01050d")) -> bytes:
    """A file of that stretching: its parameters, and nothing in it to be opened."""
    cipher = pkcs8._sequence(pkcs8._tlv(pkcs8._OBJECT, pkcs8._AES256_CBC))
    how = pkcs8._sequence(pkcs8._tlv(pkcs8._OBJECT, scheme), pkcs8._sequence(stretching, cipher))
    return pkcs8._sequence(how, pkcs8._tlv(pkcs8._OCTETS, bytes(48)))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (scrypt(MEMORY_BYTES_MAX // 1024 - 1, 8, 1), ""),
        (scrypt(MEMORY_BYTES_MAX // 1024, 8, 1), "memory"),
        (scrypt(2, 1, MEMORY_BYTES_MAX // 128 - 1), "memory"),
        (scrypt(2**10, 8, WORK_MAX // 2**13), ""),
        (scrypt(2**10, 8, WORK_MAX // 2**13 + 1), "passes"),
        (pbkdf2(ROUNDS_MAX), ""),
        (pbkdf2(ROUNDS_MAX + 1), "rounds"),
        (scrypt(2**62, 2**62, 2**62), "memory"),
    ],
)
def test_bounds(part: bytes, said: str) -> None:
    found = excess(whole(part))
    assert (said in found) if said else found == ""


def test_a_decoy_in_the_salt_does_not_speak_for_the_file() -> None:
    decoy = pkcs8._tlv(pkcs8._OBJECT, pkcs8._SCRYPT) + pkcs8._sequence(
        *map(pkcs8._integer, (2, 1, 1))
    )
    dear = pkcs8._sequence(
        pkcs8._tlv(pkcs8._OBJECT, bytes.fromhex("2a864886f70d01050c")),
        pkcs8._sequence(pkcs8._tlv(pkcs8._OCTETS, decoy), pkcs8._integer(ROUNDS_MAX + 1)),
    )
    assert "rounds" in excess(whole(dear))


def test_other_schemes_are_not_taken() -> None:
    older = bytes.fromhex("2a864886f70d010c0103")  # of PKCS#12
    assert excess(whole(pbkdf2(1), older)) == UNKNOWN
    assert excess(whole(pkcs8._sequence(pkcs8._tlv(6, b"x"), pkcs8._sequence(b"")))) == UNKNOWN


def test_what_is_cut_short_or_not_understood_is_not_taken() -> None:
    good = whole(scrypt(2**14, 8, 5))
    assert excess(good) == ""
    assert {excess(good[:keep]) for keep in range(len(good))} == {UNKNOWN}
    assert excess(good + b"\x00") == UNKNOWN
    without_salt = pkcs8._sequence(
        pkcs8._tlv(pkcs8._OBJECT, pkcs8._SCRYPT),
        pkcs8._sequence(*map(pkcs8._integer, (2, 1, 1))),
    )
    assert excess(whole(without_salt)) == UNKNOWN
    for numbers in ((), (2, 1), (2, 1, 1, 32, 5)):
        part = pkcs8._sequence(
            pkcs8._tlv(pkcs8._OBJECT, pkcs8._SCRYPT),
            pkcs8._sequence(pkcs8._tlv(pkcs8._OCTETS, b"s"), *map(pkcs8._integer, numbers)),
        )
        assert excess(whole(part)) == UNKNOWN
    for rounds in ((), (1, 32, 5)):
        costs = pkcs8._sequence(pkcs8._tlv(pkcs8._OCTETS, b"s"), *map(pkcs8._integer, rounds))
        name = pkcs8._tlv(pkcs8._OBJECT, bytes.fromhex("2a864886f70d01050c"))
        assert excess(whole(pkcs8._sequence(name, costs))) == UNKNOWN
