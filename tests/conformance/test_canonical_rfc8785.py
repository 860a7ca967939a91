"""Canonical bytes judged by `rfc8785`, and by the engine of the language that RFC 8785 cites.

Both ways: what we write is what they write, and of documents beyond our profile (other keys,
floats, null, large numbers, text in no normal form) we take exactly those that are within it.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785

from ledger.kernel.canonical import decode, encode
from ledger.kernel.errors import CanonicalError
from tests.support.chance import seeded
from tests.support.strategies import AWKWARD, mutated, profile_document
from tests.support.tally import tally

if TYPE_CHECKING:
    from random import Random

ENGINE = Path(__file__).with_name("canonicalize.mjs")
DEEP = 300_000
KEY = re.compile(r"[a-z][A-Za-z0-9_]*")
DEPTH_MAX = 32
INTEGER_MAX = 2**53 - 1
LIMITS: tuple[Any, ...] = (
    INTEGER_MAX, -INTEGER_MAX, INTEGER_MAX - 1, 0, 1, -1, 2**31, 2**32, 10**15, -(10**15),
    [0] * 40, {}, [], "", "\x7f", "\u2028\u2029", "\ud7ff\ue000", "\U0010ffff", "\U00010000\ufdd0",
    {"a": 1, "aA": 2, "aa": 3, "a0": 4, "a_": 5, "aB": 6, "b": 7, "z9": 8, "zZ": 9},
    {"k": '\\"/\b\f\n\r\t\x00\x1f'}, "é" * 100, "\u1100\u1161"[:1], "가", "Å", "ﬁ", "\u0301",
)  # fmt: skip


def agree(value: Any) -> None:
    """We write what `rfc8785` writes, and read it back."""
    data = encode(value)
    assert data == rfc8785.dumps(value)
    assert decode(data) == value


def test_the_limits_are_written_alike() -> None:
    for value in LIMITS:
        agree(value)
    agree(list(LIMITS))


@pytest.mark.parametrize("count", [2_000, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_documents_are_written_alike(count: int) -> None:
    chance = seeded(8785)
    for _ in range(count):
        agree([profile_document(chance), {"k": profile_document(chance)}])
    tally("documents written as rfc8785 writes them", count, count)


# -- beyond the profile


def any_document(chance: Random, depth: int = 0) -> Any:
    """Any value that `rfc8785` writes: also keys, numbers and text that our profile leaves out."""
    pick = chance.randrange(10 if depth < 4 else 6)
    if pick == 0:
        return chance.choice((True, False, True, False, None))
    if pick == 1:
        return chance.choice((0, 1, -1, INTEGER_MAX, -INTEGER_MAX, chance.randrange(10**6)))
    if pick == 2:
        return chance.choice((0.5, -0.0, 1e21, 5e-324, 1e300, chance.random(), 7, 8, 9))
    if pick < 6:
        return any_text(chance)
    if pick < 8:
        return [any_document(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {any_key(chance): any_document(chance, depth + 1) for _ in range(chance.randrange(4))}


def any_text(chance: Random) -> str:
    text = "".join(chance.choice(AWKWARD + "abc \u0301\u0308") for _ in range(chance.randrange(4)))
    return text if chance.randrange(4) == 0 else unicodedata.normalize("NFC", text)


def any_key(chance: Random) -> str:
    names = ("a", "aB", "a_1", "zz", "b", "A", "", "é", "_a", "a-b", "\U0001f600", "\ufb01")
    return chance.choice(names[:5] if chance.randrange(8) else names)


def within(value: Any, depth: int = 0) -> bool:
    """Whether a value is of our profile, as its page says."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) <= INTEGER_MAX
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value) == value
    if not isinstance(value, dict | list) or depth == DEPTH_MAX:
        return False
    if isinstance(value, list):
        return all(within(item, depth + 1) for item in value)
    return all(KEY.fullmatch(key) and within(item, depth + 1) for key, item in value.items())


def takes(data: bytes) -> bool:
    try:
        decode(data)
    except CanonicalError:
        return False
    return True


@pytest.mark.parametrize("count", [2_000, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_of_canonical_documents_we_take_those_of_our_profile(count: int) -> None:
    chance = seeded(5878)
    both = [0, 0]
    for _ in range(count):
        # Through their bytes, where a float without a fraction is an integer.
        value = json.loads(rfc8785.dumps(any_document(chance)))
        taken = takes(rfc8785.dumps(value))
        assert taken is within(value), value
        both[taken] += 1
    assert min(both) > count // 10
    tally("canonical documents taken or refused as the profile says", count, count)


# -- ECMAScript

engine = pytest.mark.skipif(shutil.which("node") is None, reason="no ECMAScript engine")


def as_ecmascript_writes(documents: list[bytes]) -> list[bytes | None]:
    """The canonical form of each document, None for what is not JSON."""
    asked = b"".join(base64.b64encode(data) + b"\n" for data in documents)
    ended = subprocess.run(["node", str(ENGINE)], input=asked, capture_output=True, check=True)
    said = ended.stdout.splitlines()
    assert len(said) == len(documents)
    return [None if line == b"no" else base64.b64decode(line) for line in said]


@engine
@pytest.mark.parametrize("count", [500, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_an_ecmascript_engine_writes_the_same_bytes(count: int) -> None:
    chance = seeded(262)
    documents = [encode(profile_document(chance)) for _ in range(count)]
    documents += [encode(value) for value in LIMITS]
    assert as_ecmascript_writes(documents) == documents
    tally("documents that an ECMAScript engine wrote as we do", len(documents), len(documents))


@engine
@pytest.mark.parametrize("count", [500, pytest.param(DEEP, marks=pytest.mark.deep)])
def test_what_we_take_of_altered_bytes_an_engine_writes_again(count: int) -> None:
    chance = seeded(263)
    documents = [mutated(chance, encode([profile_document(chance)])) for _ in range(count)]
    rewritten = as_ecmascript_writes(documents)
    taken = [takes(data) for data in documents]
    for data, again, good in zip(documents, rewritten, taken, strict=True):
        assert not good or again == data, data
    assert 0 < sum(taken) < count
    tally("altered documents of which we take only canonical ones", count, count)
