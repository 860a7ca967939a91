"""Signers in memory."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import ValueFormError
from ledger.signing.keys import ALGORITHMS
from ledger.signing.signer import MemorySigner, Signer


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_it_signs_its_public_key_verifies(name: str) -> None:
    signer: Signer = MemorySigner.generate(name)
    assert signer.public_key.algorithm == name
    signer.public_key.verify(b"message", signer.sign(b"message"))


def test_the_default_is_ed25519() -> None:
    assert MemorySigner.generate().public_key.algorithm == "ed25519"


def test_a_seed_gives_the_same_key_each_time() -> None:
    left, right = MemorySigner.from_seed(b"\x01" * 32), MemorySigner.from_seed(b"\x01" * 32)
    assert left.public_key == right.public_key
    assert left.sign(b"x") == right.sign(b"x")
    assert left.public_key != MemorySigner.from_seed(b"\x02" * 32).public_key


def test_refusals() -> None:
    with pytest.raises(ValueFormError):
        MemorySigner.generate("rsa")
    with pytest.raises(ValueFormError):
        MemorySigner.from_seed(b"short")


def test_repr_names_the_public_key_only() -> None:
    signer = MemorySigner.from_seed(b"\x01" * 32)
    assert repr(signer) == f"MemorySigner(ed25519, key {signer.public_key.keyid})"
