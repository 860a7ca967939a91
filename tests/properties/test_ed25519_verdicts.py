"""One verdict for one input: OpenSSL and libsodium agree on honest and on crafted signatures."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.signing import ed25519
from ledger.signing.bulk import sodium_verifies
from ledger.signing.ed25519_points import ORDER, UNFIT_ENCODINGS
from tests.support.crafted_ed25519 import (
    TORSION,
    Crafted,
    answered,
    crafted,
    degenerate,
    low_order_key,
    scalar,
    scalar_bytes,
    spellings,
)

SEEDS = st.sampled_from([b"amir", b"lena", b"oren"])  # few keys: each costs a check of its order
MESSAGES = st.binary(max_size=80)
TORSIONS = st.integers(0, 7)


def verdict(case: Crafted) -> bool:
    """The one verdict of both libraries."""
    by_openssl = ed25519.verifies(case.key, case.message, case.signature)
    by_sodium = sodium_verifies(case.key, case.message, case.signature)
    assert by_openssl is by_sodium
    return by_openssl


@settings(deadline=None)
@given(SEEDS, MESSAGES)
def test_honest_signatures_verify(seed: bytes, message: bytes) -> None:
    assert verdict(crafted(seed, message))
    private = ed25519.from_seed(scalar_bytes(scalar(seed)))
    assert verdict(Crafted(private.public_raw(), message, private.sign(message)))


@settings(deadline=None)
@given(SEEDS, MESSAGES, TORSIONS, TORSIONS)
def test_torsion_anywhere_is_refused(seed: bytes, message: bytes, key: int, r: int) -> None:
    case = crafted(seed, message, key_torsion=key, r_torsion=r)
    assert verdict(case) is (key == 0 and r == 0)


@settings(deadline=None)
@given(SEEDS, MESSAGES, TORSIONS)
def test_degenerate_r_is_refused(seed: bytes, message: bytes, torsion: int) -> None:
    assert not verdict(degenerate(seed, message, torsion))


@settings(deadline=None)
@given(SEEDS, MESSAGES, TORSIONS, st.data())
def test_every_spelling_of_a_degenerate_r_is_refused(
    seed: bytes, message: bytes, torsion: int, data: st.DataObject
) -> None:
    spelling = data.draw(st.sampled_from(spellings(TORSION[torsion])))
    honest = crafted(seed, message)
    assert not verdict(answered(honest.key, message, spelling, scalar(b"a" + seed), 0))


@settings(deadline=None)
@given(MESSAGES, TORSIONS, st.sampled_from([0, 1, ORDER - 1]))
def test_low_order_keys_verify_nothing(message: bytes, torsion: int, s: int) -> None:
    assert not verdict(low_order_key(message, torsion, s))


@settings(deadline=None)
@given(SEEDS, MESSAGES, st.integers(1, 14))
def test_s_beyond_the_order_is_refused(seed: bytes, message: bytes, times: int) -> None:
    key, _, signature = crafted(seed, message)
    grown = int.from_bytes(signature[32:], "little") + times * ORDER
    assert not verdict(Crafted(key, message, signature[:32] + scalar_bytes(grown)))


@settings(deadline=None)
@given(SEEDS, MESSAGES, st.integers(0, 511))
def test_a_flipped_bit_is_refused(seed: bytes, message: bytes, bit: int) -> None:
    key, _, signature = crafted(seed, message)
    mutant = bytearray(signature)
    mutant[bit // 8] ^= 1 << bit % 8
    assert not verdict(Crafted(key, message, bytes(mutant)))


UNFIT = st.sampled_from(sorted(UNFIT_ENCODINGS))
HONEST = crafted(b"amir", b"message")


@settings(deadline=None)
@given(
    st.one_of(UNFIT, st.just(HONEST.key), st.binary(max_size=40)),
    MESSAGES,
    st.one_of(
        st.binary(max_size=70),
        st.just(HONEST.signature),
        st.tuples(UNFIT, st.integers(0, 2**256 - 1).map(scalar_bytes)).map(b"".join),
    ),
)
def test_anything_else_is_refused_without_an_exception(
    key: bytes, message: bytes, signature: bytes
) -> None:
    good = (key, message, signature) == HONEST
    assert verdict(Crafted(key, message, signature)) is good
