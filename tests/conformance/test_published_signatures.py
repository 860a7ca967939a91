"""Published vectors: RFC 8032 §7.1, and the edge cases of tests/vectors/signatures (SOURCE.txt)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from ledger.signing import ecdsa_p256, ed25519
from ledger.signing.bulk import SignatureCheck, sodium_verifies, verify_all
from ledger.signing.keys import PublicKey

FOLDER = Path(__file__).parent.parent / "vectors" / "signatures"


class Case(NamedTuple):
    number: str
    verdict: str
    key: bytes
    message: bytes
    signature: bytes


def cases(name: str) -> list[Case]:
    rows = [line.split("\t") for line in (FOLDER / name).read_text().splitlines()]
    return [Case(row[0], row[1], *map(bytes.fromhex, row[2:5])) for row in rows]


ED25519, ECDSA = cases("ed25519.tsv"), cases("ecdsa_p256.tsv")

RFC_8032 = {
    "TEST 1": """
        9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60
        d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
        -
        e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970 +
        1cf9b46bd25bf5f0595bbe24655141438e7a100b
    """,
    "TEST 2": """
        4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb
        3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
        72
        92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613 +
        d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
    """,
    "TEST 3": """
        c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7
        fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025
        af82
        6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760 +
        984dc6594a7c15e9716ed28dc027beceea1ec40a
    """,
    "TEST SHA(abc)": """
        833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42
        ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf
        ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23 +
        a3feebbd454d4423643ce80e2a9ac94fa54ca49f
        dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6 +
        6431e0303dca179c138ac17ad9bef1177331a704
    """,
}
"""Seed, public key, message (- for none), signature."""


@pytest.mark.parametrize("name", RFC_8032)
def test_rfc_8032(name: str) -> None:
    lines = RFC_8032[name].replace("+\n", "").replace("-", "").strip().split("\n")
    seed, public, message, signature = map(bytes.fromhex, lines)
    private = ed25519.from_seed(seed)
    assert private.public_raw() == public
    assert private.sign(message) == signature
    assert ed25519.verifies(public, message, signature)
    assert sodium_verifies(public, message, signature)


def test_ed25519_edge_cases() -> None:
    """The valid ones verify; the invalid ones, and those that a lax verifier may take, do not."""
    assert len(ED25519) == 210
    for case in ED25519:
        expected = case.verdict == "valid"
        question = (case.key, case.message, case.signature)
        assert ed25519.verifies(*question) is expected, case.number
        assert sodium_verifies(*question) is expected, case.number


def test_acceptable_cases_are_weak_keys() -> None:
    acceptable = {case.key for case in ED25519 if case.verdict == "acceptable"}
    assert len(acceptable) == 29
    assert all(ed25519.weakness(key) for key in acceptable)
    assert not any(ed25519.weakness(case.key) for case in ED25519 if case.verdict == "valid")


def test_ecdsa_edge_cases() -> None:
    """As published, but for valid signatures with a high s: 71 of them are refused."""
    assert len(ECDSA) == 484
    refused = 0
    for case in ECDSA:
        good = ecdsa_p256.verifies(case.key, case.message, case.signature)
        if good is (case.verdict == "valid"):
            continue
        assert not good, case.number
        assert decode_dss_signature(case.signature)[1] > ecdsa_p256.ORDER // 2, case.number
        refused += 1
    assert refused == 71


@pytest.mark.parametrize("threads", [1, 2])
def test_in_bulk_the_verdicts_are_the_same(threads: int) -> None:
    asked = [
        SignatureCheck(PublicKey(name, case.key), case.message, case.signature)
        for name, group in (("ed25519", ED25519), ("ecdsa-p256", ECDSA))
        for case in group
    ]
    assert verify_all(asked, threads) == [
        *(ed25519.verifies(case.key, case.message, case.signature) for case in ED25519),
        *(ecdsa_p256.verifies(case.key, case.message, case.signature) for case in ECDSA),
    ]
