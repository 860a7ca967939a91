"""Ed25519: what is checked before a library is asked."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import ValueFormError
from ledger.signing import ed25519
from ledger.signing.ed25519_points import ORDER, PRIME, UNFIT_ENCODINGS
from tests.support.crafted_ed25519 import crafted, degenerate, scalar_bytes

KEY = ed25519.from_seed(b"\x07" * 32)
RAW = KEY.public_raw()
MESSAGE = b"transfer.proposed"
SIGNATURE = KEY.sign(MESSAGE)
R, S = SIGNATURE[:32], SIGNATURE[32:]


def test_an_honest_signature_verifies() -> None:
    assert ed25519.verifies(RAW, MESSAGE, SIGNATURE)
    assert ed25519.weakness(RAW) == ""


def test_signing_is_deterministic() -> None:
    assert KEY.sign(MESSAGE) == SIGNATURE
    assert ed25519.from_seed(b"\x07" * 32).public_raw() == RAW
    assert ed25519.generate().public_raw() != ed25519.generate().public_raw()


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_a_flipped_bit_of_the_signature_fails(bit: int) -> None:
    mutant = bytearray(SIGNATURE)
    mutant[bit // 8] ^= 1 << bit % 8
    assert not ed25519.verifies(RAW, MESSAGE, bytes(mutant))


@pytest.mark.parametrize("signature", [b"", SIGNATURE[:63], SIGNATURE + b"\x00", SIGNATURE * 2])
def test_another_length_fails(signature: bytes) -> None:
    assert not ed25519.verifies(RAW, MESSAGE, signature)


def test_another_message_or_key_fails() -> None:
    assert not ed25519.verifies(RAW, MESSAGE + b"\x00", SIGNATURE)
    assert not ed25519.verifies(ed25519.generate().public_raw(), MESSAGE, SIGNATURE)


@pytest.mark.parametrize("times", [1, 2, 7, 14])
def test_s_beyond_the_order_is_not_well_formed(times: int) -> None:
    grown = scalar_bytes(int.from_bytes(S, "little") + times * ORDER)
    assert ed25519.well_formed(RAW, R + S)
    assert not ed25519.well_formed(RAW, R + grown)


def test_the_largest_s_is_well_formed_and_the_order_is_not() -> None:
    assert ed25519.well_formed(RAW, R + scalar_bytes(ORDER - 1))
    assert not ed25519.well_formed(RAW, R + scalar_bytes(ORDER))
    assert ed25519.well_formed(RAW, R + scalar_bytes(2**252 - 1))
    assert ed25519.well_formed(RAW, R + scalar_bytes(2**252))


@pytest.mark.parametrize("encoding", sorted(UNFIT_ENCODINGS), ids=bytes.hex)
def test_an_unfit_r_is_not_well_formed(encoding: bytes) -> None:
    assert not ed25519.well_formed(RAW, encoding + S)


@pytest.mark.parametrize("torsion", range(8))
def test_a_low_order_r_fails_although_the_equation_holds(torsion: int) -> None:
    key, message, signature = degenerate(b"officer", MESSAGE, torsion)
    assert not ed25519.verifies(key, message, signature)


def test_an_r_just_below_the_prime_is_canonical() -> None:
    highest = (PRIME - 2).to_bytes(32, "little")
    assert ed25519.well_formed(RAW, highest + S)


@pytest.mark.parametrize("torsion", range(1, 8))
def test_a_weak_key_verifies_nothing(torsion: int) -> None:
    key, message, signature = crafted(b"officer", MESSAGE, key_torsion=torsion)
    assert not ed25519.well_formed(key, signature)
    assert not ed25519.verifies(key, message, signature)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueFormError):
        ed25519.from_seed(bytes(size))


def test_adopt_takes_its_own_algorithm_only() -> None:
    assert ed25519.adopt(object()) is None
    adopted = ed25519.adopt(KEY._key)
    assert adopted is not None
    assert adopted.public_raw() == RAW
