"""ECDSA over P-256: one form for each signature, one encoding for each key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from ledger.signing import ecdsa_p256, ed25519
from ledger.signing.ecdsa_p256 import ORDER, PRIME

SECRET = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
"""The private key of RFC 6979 A.2.5."""
KEY = ecdsa_p256.Private(ec.derive_private_key(SECRET, ec.SECP256R1()))
RAW = KEY.public_raw()
MESSAGE = b"transfer.proposed"
SIGNATURE = KEY.sign(MESSAGE)


def der(*numbers: int) -> bytes:
    body = b"".join(
        bytes((2, len(raw))) + raw
        for raw in (number.to_bytes(number.bit_length() // 8 + 1) for number in numbers)
    )
    return bytes((0x30, len(body))) + body


def test_an_honest_signature_verifies() -> None:
    assert ecdsa_p256.verifies(RAW, MESSAGE, SIGNATURE)
    assert not ecdsa_p256.verifies(RAW, MESSAGE + b"!", SIGNATURE)
    assert not ecdsa_p256.verifies(ecdsa_p256.generate().public_raw(), MESSAGE, SIGNATURE)


def test_every_signature_has_low_s() -> None:
    for number in range(40):
        _, s = decode_dss_signature(KEY.sign(b"%d" % number))
        assert s <= ORDER // 2


def test_high_s_fails() -> None:
    r, s = decode_dss_signature(SIGNATURE)
    assert not ecdsa_p256.verifies(RAW, MESSAGE, encode_dss_signature(r, ORDER - s))


def test_rfc_6979_vectors() -> None:
    """RFC 6979 A.2.5 (SHA-256): "sample" has a high s, so only its low twin is taken."""
    r = 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    assert not ecdsa_p256.verifies(RAW, b"sample", encode_dss_signature(r, s))
    assert ecdsa_p256.verifies(RAW, b"sample", encode_dss_signature(r, ORDER - s))
    r = 0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367
    s = 0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083
    assert ecdsa_p256.verifies(RAW, b"test", encode_dss_signature(r, s))


def _other_spellings() -> dict[str, bytes]:
    r, s = decode_dss_signature(SIGNATURE)
    good = der(r, s)
    return {
        "empty": b"",
        "trailing byte": good + b"\x00",
        "byte missing": good[:-1],
        "long form of a short length": bytes((0x30, 0x81, len(good) - 2)) + good[2:],
        "indefinite length": b"\x30\x80" + good[2:] + b"\x00\x00",
        "zero before r": der_padded(r, s),
        "three numbers": der(r, s, 1),
        "one number": der(r),
        "set for sequence": b"\x31" + good[1:],
        "raw r and s": r.to_bytes(32) + s.to_bytes(32),
        "s is zero": der(r, 0),
        "r is zero": der(0, s),
        "r beyond the order": der(r + ORDER, s),
        "s negative": der_negative(r, s),
        "huge": der(r, s) + bytes(10_000),
    }


def der_padded(r: int, s: int) -> bytes:
    padded = bytes((2, 34)) + r.to_bytes(34)
    tail = der(s)[2:]
    return bytes((0x30, len(padded) + len(tail))) + padded + tail


def der_negative(r: int, s: int) -> bytes:
    tail = bytes((2, 32)) + (2**256 - s).to_bytes(32)
    head = der(r)[2:]
    return bytes((0x30, len(head) + len(tail))) + head + tail


@pytest.mark.parametrize("name", _other_spellings())
def test_other_spellings_fail(name: str) -> None:
    assert der(*decode_dss_signature(SIGNATURE)) == SIGNATURE
    assert not ecdsa_p256.verifies(RAW, MESSAGE, _other_spellings()[name])


def test_a_key_is_a_compressed_point() -> None:
    assert len(RAW) == 33
    assert ecdsa_p256.weakness(RAW) == ""
    twin = bytes((RAW[0] ^ 1,)) + RAW[1:]  # the other point with this x: honest, but another key
    assert ecdsa_p256.weakness(twin) == ""
    assert not ecdsa_p256.verifies(twin, MESSAGE, SIGNATURE)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "0 bytes where 33 are needed"),
        (b"\x00", "1 bytes where 33 are needed"),  # infinity
        (b"\x04" + bytes(64), "65 bytes where 33 are needed"),
        (b"\x00" + bytes(32), "not a compressed point (02 or 03 comes first)"),
        (b"\x04" + RAW[1:], "not a compressed point (02 or 03 comes first)"),
        (b"\x02" + b"\xff" * 32, "the x coordinate is not reduced"),
        (b"\x02" + PRIME.to_bytes(32), "the x coordinate is not reduced"),
        (b"\x02" + (1).to_bytes(32), "not a point on the curve"),
    ],
)
def test_unfit_keys(raw: bytes, fault: str) -> None:
    assert ecdsa_p256.weakness(raw) == fault
    assert not ecdsa_p256.verifies(raw, MESSAGE, SIGNATURE)


def test_adopt_takes_this_curve_only() -> None:
    assert ecdsa_p256.adopt(object()) is None
    assert ecdsa_p256.adopt(ed25519.generate()._key) is None
    assert ecdsa_p256.adopt(ec.generate_private_key(ec.SECP384R1())) is None
    assert ecdsa_p256.adopt(ec.generate_private_key(ec.SECP256K1())) is None
