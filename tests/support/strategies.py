"""The one home of shared Hypothesis strategies: values of the profile, and hostile bytes.

Everything that is drawn here is *valid* unless its name says otherwise. `profile_document` is the
same in plain code, for tests that want tens of thousands of documents.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ledger.kernel.canonical import Value, encode
from ledger.kernel.instants import render_instant
from ledger.kernel.limits import INTEGER_MAX

if TYPE_CHECKING:
    from random import Random

LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEY_TAIL = LETTERS + LETTERS.upper() + "0123456789_"
# Characters that have tripped encoders before: escapes, DEL, separators, the ends of planes,
# singletons that NFC replaces, marks that compose, and letters that do not.
AWKWARD = (
    "\x00\x01\x07\x08\x09\x0a\x0b\x0c\x0d\x1f\x7f\x80\x85\xa0\xad\u0300\u0301\u0327\u0338\u034f"
    "\u0600\u1100\u1161\u11a8\uac00\u200b\u200d\u2028\u2029\u212b\u2126\ud7ff\ue000\ufb1d\ufdd0"
    "\ufeff\uffff\U00010000\U0001f600\U0002f800\U0010ffff\"\\/<>&'éÅąộ"
)

# -- the JSON profile ---------------------------------------------------------------------------

keys = st.builds(
    lambda head, tail: head + tail, st.sampled_from(LETTERS), st.text(KEY_TAIL, max_size=8)
)
texts = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(AWKWARD)), max_size=24).map(
    lambda text: unicodedata.normalize("NFC", text)
)
integers = st.one_of(
    st.integers(-INTEGER_MAX, INTEGER_MAX),
    st.sampled_from([0, 1, -1, INTEGER_MAX, -INTEGER_MAX]),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, integers, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=24,
)
canonical_bytes = values.map(encode)


def profile_document(chance: Random, depth: int = 0) -> Value:
    """One value of the profile, drawn by a plain generator."""
    pick = chance.randrange(9 if depth < 5 else 5)
    if pick == 0:
        return chance.random() < 0.5
    if pick == 1:
        return chance.randint(-INTEGER_MAX, INTEGER_MAX)
    if pick == 2:
        return chance.choice((0, 1, -1, INTEGER_MAX, -INTEGER_MAX, chance.randrange(1_000)))
    if pick < 5:
        return profile_text(chance)
    count = chance.randrange(5)
    if pick < 7:
        return [profile_document(chance, depth + 1) for _ in range(count)]
    return {profile_key(chance): profile_document(chance, depth + 1) for _ in range(count)}


def profile_key(chance: Random) -> str:
    tail = (chance.choice(KEY_TAIL) for _ in range(chance.randrange(6)))
    return chance.choice(LETTERS) + "".join(tail)


def profile_text(chance: Random) -> str:
    drawn = (_character(chance) for _ in range(chance.randrange(12)))
    return unicodedata.normalize("NFC", "".join(drawn))


def _character(chance: Random) -> str:
    pick = chance.randrange(4)
    if pick == 0:
        return chance.choice(AWKWARD)
    if pick == 1:
        return chr(chance.randrange(0x20, 0x7F))
    code = chance.randrange(0x110000 if pick == 2 else 0x3000)
    return chr(code) if not 0xD800 <= code < 0xE000 else "x"


# -- hostile bytes ------------------------------------------------------------------------------

TOKENS = [
    *(bytes((code,)) for code in b' \t\n\r{}[],:"\\0123456789-+.eE_/*\x00\x1f\x7f\xff'),
    b"null", b"true", b"false", b"NaN", b"Infinity", b"-0", b"1e400", b"1.5", b"0x1", b"01",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\\ud800", b"\\u0041", b"\\u000A", b"\\/",
    b"e\xcc\x81", b"\xe2\x84\xab", b'"a":1,', b'{"a":1}', b"9007199254740992",
    b"18446744073709551616", b"[" * 33,
]  # fmt: skip


def mutated(chance: Random, data: bytes) -> bytes:
    """The bytes with one or a few small changes; now and then they are still valid."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(6)
        if kind == 0:
            data = data[:at] + chance.choice(TOKENS) + data[at:]
        elif kind == 1:
            data = data[:at] + data[at + 1 + chance.randrange(3) :]
        elif kind == 2:
            data = data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]
        elif kind == 3:
            until = min(len(data), at + chance.randrange(1, 12))
            data = data[:until] + data[at:until] + data[until:]
        elif kind == 4:
            data = data[:at]
        else:
            data = data[:at] + chance.choice(TOKENS) + data[at + 1 :]
    return data


# -- values of forms ----------------------------------------------------------------------------

scales = st.integers(0, 30)
base_units = st.one_of(
    st.integers(-(10**29), 10**29), st.integers(-1_000, 1_000), st.sampled_from([0, 1, -1])
)
days = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat)
recent_days = st.dates(date(2020, 1, 1), date(2040, 12, 31)).map(date.isoformat)
moments = st.datetimes(
    # Naive bounds, as Hypothesis wants them; the zone is drawn.
    datetime(1000, 1, 1),  # noqa: DTZ001 - as above
    datetime(9999, 12, 31, 23, 59, 59),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)
instants = moments.map(render_instant)
slugs = st.from_regex(
    r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5}){0,3}",
    fullmatch=True,
    alphabet=st.characters(codec="ascii"),
)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
