"""Many checks at once: the same verdicts, in order, with any number of threads."""

from __future__ import annotations

import pytest

from ledger.signing import bulk, ecdsa_p256, ed25519
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.keys import ALGORITHMS
from ledger.signing.signer import MemorySigner
from tests.support.crafted_ed25519 import crafted

SIGNERS = [MemorySigner.generate(name) for name in ALGORITHMS]


def questions(count: int) -> tuple[list[SignatureCheck], list[bool]]:
    asked, expected = [], []
    for number in range(count):
        signer = SIGNERS[number % 2]
        message = b"event %d" % number
        good = number % 5 != 3
        signed = message if good else message + b"!"
        asked.append(SignatureCheck(signer.public_key, message, signer.sign(signed)))
        expected.append(good)
    return asked, expected


@pytest.mark.parametrize("threads", [-1, 0, 1, 2, 3, 8, 1_000])
@pytest.mark.parametrize("count", [0, 1, 2, 31, 32, 33, 100])
def test_verdicts_come_in_order(count: int, threads: int) -> None:
    asked, expected = questions(count)
    assert verify_all(asked, threads) == expected


@pytest.mark.parametrize(
    ("count", "threads", "chunks"),
    [
        (0, 8, [0]),
        (31, 2, [31]),  # too few to share
        (32, 2, [16, 16]),
        (32, 8, [16, 16]),
        (100, 1, [100]),
        (100, 2, [50, 50]),
        (100, 3, [34, 34, 32]),
        (100, 100, [17, 17, 17, 17, 17, 15]),
    ],
)
def test_the_work_is_shared_in_even_chunks(
    count: int, threads: int, chunks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(part: list[SignatureCheck]) -> list[bool]:
        sizes.append(len(part))
        return [True] * len(part)

    monkeypatch.setattr(bulk, "_verdicts", counted)
    check = SignatureCheck(SIGNERS[0].public_key, b"", b"")
    assert verify_all([check] * count, threads) == [True] * count
    assert sorted(sizes, reverse=True) == chunks


def test_malformed_signatures_are_answered_not_raised() -> None:
    for signer in SIGNERS:
        for signature in (b"", b"\x00", bytes(64), bytes(72), b"\xff" * 64, bytes(5_000)):
            assert verify_all([SignatureCheck(signer.public_key, b"m", signature)]) == [False]


def test_the_question_to_the_library_tells_both_equations_apart() -> None:
    """The mixed R of the self-test is one that only the equation with the cofactor accepts."""
    made = crafted(b"", bulk._MIXED_MESSAGE, r_torsion=1)
    assert len(made.signature) == len(bulk._MIXED_SIGNATURE)
    assert ed25519.well_formed(bulk._MIXED_KEY, bulk._MIXED_SIGNATURE)
    assert not ed25519.verifies(bulk._MIXED_KEY, bulk._MIXED_MESSAGE, bulk._MIXED_SIGNATURE)
    assert bulk._ENGINES["ed25519"] is bulk.sodium_verifies
    assert bulk._ENGINES["ecdsa-p256"] is ecdsa_p256.verifies


def test_a_library_with_the_other_equation_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def opens_anything(_raw: bytes, _message: bytes, _signature: bytes) -> bool:
        return True

    monkeypatch.setattr(bulk, "_sodium_opens", opens_anything)
    assert bulk._engines()["ed25519"] is ed25519.verifies
