"""The bounds of a signature's numbers and of the curve's encodings, each on both sides."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ledger.signing import ed25519_points
from ledger.signing.ecdsa_p256 import _in_one_form
from ledger.signing.ed25519_points import IDENTITY, PRIME, UNFIT_ENCODINGS, decode_point
from tests.support.crafted_ed25519 import SIGN_BIT, TORSION, spellings

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256, SEC 2 §2.4.2."""
HALF = ORDER // 2


@pytest.mark.parametrize(
    ("r", "s"), [(1, 1), (ORDER - 1, 1), (1, HALF), (ORDER - 1, HALF), (2, HALF - 1)]
)
def test_numbers_within_the_bounds_have_one_form(r: int, s: int) -> None:
    assert _in_one_form(encode_dss_signature(r, s)) is True


@pytest.mark.parametrize(
    ("r", "s"),
    [(0, 1), (1, 0), (ORDER, 1), (ORDER + 1, 1), (1, HALF + 1), (1, ORDER)],
)
def test_numbers_beyond_them_have_none(r: int, s: int) -> None:
    assert _in_one_form(encode_dss_signature(r, s)) is False


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x00", bytes(72), bytes(73)])
def test_what_is_no_pair_of_numbers_has_none(data: bytes) -> None:
    assert _in_one_form(data) is False


def test_unfit_encodings_are_worked_out_of_the_torsion_and_the_prime() -> None:
    torsion = {spelling for point in TORSION for spelling in spellings(point)}
    unreduced = {
        (y | sign).to_bytes(32, "little") for y in range(PRIME, SIGN_BIT) for sign in (0, SIGN_BIT)
    }
    assert ed25519_points._every_unfit_encoding() == torsion | unreduced == UNFIT_ENCODINGS


def test_the_two_points_without_an_x_are_decoded_to_it() -> None:
    assert decode_point((1).to_bytes(32, "little")) == IDENTITY
    assert decode_point((PRIME - 1).to_bytes(32, "little")) == (0, PRIME - 1, 1, 0)
