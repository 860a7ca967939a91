"""The decoder against hostile bytes: each is refused, at its first wrong byte, at once."""

from __future__ import annotations

import time
import tracemalloc
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import pytest

from ledger.kernel.canonical import decode, decode_object, encode
from ledger.kernel.errors import CanonicalError, LedgerError, ParseError
from ledger.kernel.limits import DEPTH_MAX, INTEGER_MAX, RECORD_BYTES_MAX
from ledger.kernel.strict_json import first_fault

LARGE = 64 * 1024 * 1024

HOSTILE: list[tuple[str, bytes, int, str]] = [
    # what, bytes, offset of the first wrong byte, a word of the message
    ("empty", b"", 0, "end"),
    ("white space only", b" ", 0, "whitespace"),
    ("leading space", b" 1", 0, "whitespace"),
    ("leading newline", b"\n{}", 0, "whitespace"),
    ("trailing space", b"1 ", 1, "more bytes"),
    ("trailing newline", b"{}\n", 2, "more bytes"),
    ("trailing NUL", b"{}\x00", 2, "more bytes"),
    ("space after comma", b"[1, 2]", 3, "whitespace"),
    ("space after colon", b'{"a": 1}', 5, "whitespace"),
    ("space before colon", b'{"a" :1}', 4, "':' was expected"),
    ("space in empty array", b"[ ]", 1, "whitespace"),
    ("space in empty object", b"{ }", 1, "key"),
    ("space before a key", b'{ "a":1}', 1, "key"),
    ("newline between members", b'{"a":1,\n"b":2}', 7, "key"),
    ("no-break space", "[1,\u00a02]".encode(), 3, "no value"),
    ("two values", b"{}{}", 2, "more bytes"),
    ("two arrays", b"[][]", 2, "more bytes"),
    ("two lines", b'{"a":1}\n{"a":2}', 7, "more bytes"),
    ("byte order mark", b"\xef\xbb\xbf{}", 0, "byte order mark"),
    ("byte order mark inside", b"[\xef\xbb\xbf1]", 1, "byte order mark"),
    ("UTF-16", '{"a":1}'.encode("utf-16-le"), 1, "key"),
    ("UTF-16 with mark", '{"a":1}'.encode("utf-16"), 0, "no value"),
    ("UTF-32", "1".encode("utf-32-le"), 1, "more bytes"),
    ("NUL", b"\x00", 0, "no value"),
    # keys
    ("duplicate key", b'{"a":1,"a":2}', 7, "duplicate"),
    ("duplicate key, equal values", b'{"a":1,"a":1}', 7, "duplicate"),
    ("duplicate key deep", b'{"b":[{"a":1,"a":1}]}', 13, "duplicate"),
    ("duplicate key apart", b'{"a":1,"b":2,"a":3}', 13, "order"),
    ("keys out of order", b'{"b":1,"a":2}', 7, "order"),
    ("shorter key after longer", b'{"aa":1,"a":2}', 8, "order"),
    ("capitals after small letters", b'{"aa":1,"aB":2}', 8, "order"),
    ("capital key", b'{"A":1}', 1, "key"),
    ("empty key", b'{"":1}', 1, "key"),
    ("key with hyphen", b'{"a-b":1}', 1, "key"),
    ("key with point", b'{"a.b":1}', 1, "key"),
    ("key with space", b'{"a b":1}', 1, "key"),
    ("key from a digit", b'{"1":1}', 1, "key"),
    ("key from an underscore", b'{"_a":1}', 1, "key"),
    ("key with a line end", b'{"a\n":1}', 1, "key"),
    ("key with an escape", b'{"\\u0061":1}', 1, "key"),
    ("key of another script", '{"é":1}'.encode(), 1, "key"),
    ("key of fullwidth letters", '{"\uff41":1}'.encode(), 1, "key"),
    ("key that is a prototype", b'{"__proto__":1}', 1, "key"),
    ("bare key", b"{a:1}", 1, "key"),
    ("key in single quotes", b"{'a':1}", 1, "key"),
    ("number as key", b"{1:1}", 1, "key"),
    ("key without value", b'{"a"}', 4, "':' was expected"),
    ("colon without value", b'{"a":}', 5, "no value"),
    ("value without key", b"{:1}", 1, "key"),
    ("comma before the end of an object", b'{"a":1,}', 7, "key"),
    ("comma before the end of an array", b"[1,]", 3, "no value"),
    ("comma at the start", b"[,1]", 1, "no value"),
    ("two commas", b"[1,,2]", 3, "no value"),
    ("no comma", b"[1 2]", 2, "',' was expected"),
    ("no comma in an object", b'{"a":1"b":2}', 6, "',' was expected"),
    ("brackets crossed", b'{"a":[1}]', 7, "',' was expected"),
    ("array not closed", b"[1", 2, "',' was expected"),
    ("array not begun", b"1]", 1, "more bytes"),
    ("object not closed", b'{"a":1', 6, "',' was expected"),
    ("a comment", b"[1/*x*/]", 2, "',' was expected"),
    ("a line comment", b"//x\n1", 0, "no value"),
    ("a hash comment", b"#x", 0, "no value"),
    # words
    ("null", b"null", 0, "null"),
    ("null as a member", b'{"a":null}', 5, "null"),
    ("null in an array", b"[1,null]", 3, "null"),
    ("NaN", b"NaN", 0, "no value"),
    ("NaN in an array", b"[NaN]", 1, "no value"),
    ("Infinity", b"[Infinity]", 1, "no value"),
    ("minus Infinity", b"[-Infinity]", 1, "no value"),
    ("undefined", b"undefined", 0, "no value"),
    ("True", b"True", 0, "no value"),
    ("TRUE", b"TRUE", 0, "no value"),
    ("half a word", b"tru", 0, "no value"),
    ("a word and more", b"true1", 4, "more bytes"),
    ("two words", b"[truefalse]", 5, "',' was expected"),
    # numbers
    ("too large a float", b"[1e400]", 2, "integers"),
    ("float", b"[1.5]", 2, "integers"),
    ("float that is whole", b"[1.0]", 2, "integers"),
    ("exponent", b"[1e3]", 2, "integers"),
    ("capital exponent", b"[1E3]", 2, "integers"),
    ("zero as a float", b"[0.0]", 2, "integers"),
    ("zero with an exponent", b"[0e0]", 2, "integers"),
    ("tiny", b"[1e-999]", 2, "integers"),
    ("minus zero", b"[-0]", 1, "-0"),
    ("minus zero as a float", b"[-0.0]", 1, "-0"),
    ("leading zero", b"[01]", 2, "',' was expected"),
    ("leading zeros", b"[000]", 2, "',' was expected"),
    ("minus and leading zero", b"[-01]", 1, "-0"),
    ("plus", b"[+1]", 1, "no value"),
    ("minus alone", b"[-]", 1, "no value"),
    ("two minuses", b"[--1]", 1, "no value"),
    ("point first", b"[.5]", 1, "no value"),
    ("point last", b"[1.]", 2, "integers"),
    ("hexadecimal", b"[0x10]", 2, "',' was expected"),
    ("underscore", b"[1_000]", 2, "',' was expected"),
    ("thousands separator", b"[1'000]", 2, "',' was expected"),
    ("fullwidth digit", "[\uff11]".encode(), 1, "no value"),
    ("Arabic digit", "[\u0661]".encode(), 1, "no value"),
    ("just above the bound", b"[9007199254740992]", 1, "2^53"),
    ("just below the bound", b"[-9007199254740992]", 1, "2^53"),
    ("beyond 63 bits", b"[9223372036854775808]", 1, "2^53"),
    ("beyond 64 bits", b"[18446744073709551616]", 1, "2^53"),
    # strings
    ("not closed", b'"abc', 4, "inside a string"),
    ("not closed after an escape", b'"abc\\', 4, "escape"),
    ("not closed after an escaped quote", b'"abc\\"', 6, "inside a string"),
    ("single quotes", b"'a'", 0, "no value"),
    ("raw newline", b'"a\nb"', 2, "control"),
    ("raw tab", b'"a\tb"', 2, "control"),
    ("raw NUL", b'"\x00"', 1, "control"),
    ("raw unit separator", b'"ab\x1f"', 3, "control"),
    ("escaped letter", b'"\\u0041"', 1, "escape"),
    ("escaped letter beyond ASCII", b'"\\u00e9"', 1, "escape"),
    ("escaped slash", b'"\\/"', 1, "escape"),
    ("escaped quote the long way", b'"\\u0022"', 1, "escape"),
    ("escaped backslash the long way", b'"\\u005c"', 1, "escape"),
    ("newline the long way", b'"\\u000a"', 1, "escape"),
    ("tab the long way", b'"\\u0009"', 1, "escape"),
    ("escape in capitals", b'"\\u001F"', 1, "escape"),
    ("escape with a capital u", b'"\\U0000"', 1, "escape"),
    ("escape of DEL", b'"\\u007f"', 1, "escape"),
    ("escape cut off", b'"\\u00"', 1, "escape"),
    ("hexadecimal escape", b'"\\x41"', 1, "escape"),
    ("octal escape", b'"\\0"', 1, "escape"),
    ("unknown escape", b'"ab\\q"', 3, "escape"),
    ("lone high surrogate", b'"\\ud800"', 1, "escape"),
    ("lone low surrogate", b'"\\udc00"', 1, "escape"),
    ("a pair of surrogates", b'"\\ud83d\\ude00"', 1, "escape"),
    ("surrogates the wrong way round", b'"\\ude00\\ud83d"', 1, "escape"),
    ("raw surrogate", b'"\xed\xa0\x80"', 1, "UTF-8"),
    ("raw pair of surrogates", b'"a\xed\xa0\xbd\xed\xb8\x80"', 2, "UTF-8"),
    ("overlong NUL", b'"\xc0\x80"', 1, "UTF-8"),
    ("overlong slash", b'"ab\xc0\xaf"', 3, "UTF-8"),
    ("overlong in three bytes", b'"\xe0\x80\xaf"', 1, "UTF-8"),
    ("beyond Unicode", b'"\xf4\x90\x80\x80"', 1, "UTF-8"),
    ("stray continuation", b'"\x80"', 1, "UTF-8"),
    ("a byte that is never UTF-8", b'"a\xff"', 2, "UTF-8"),
    ("character cut off", b'"\xc3"', 1, "UTF-8"),
    ("Latin-1", b'"caf\xe9"', 4, "UTF-8"),
    ("decomposed letter", '"e\u0301"'.encode(), 0, "NFC"),
    ("second string decomposed", '["a","e\u0301"]'.encode(), 5, "NFC"),
    ("angstrom sign", '"\u212b"'.encode(), 0, "NFC"),
    ("ohm sign", '"x\u2126"'.encode(), 0, "NFC"),
    ("marks out of order", '"a\u0315\u0300"'.encode(), 0, "NFC"),
    ("compatibility ideograph", '"\U0002f800"'.encode(), 0, "NFC"),
    ("Hangul letters", '"\u1100\u1161"'.encode(), 0, "NFC"),
    ("a letter and its mark across an escape", '"\\ne\u0301"'.encode(), 0, "NFC"),
    # depth
    ("one level too deep", b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), DEPTH_MAX, "deep"),
    ("objects too deep", b'{"a":' * 40 + b"1" + b"}" * 40, 5 * DEPTH_MAX, "deep"),
    ("a thousand levels", b"[" * 1_000 + b"]" * 1_000, DEPTH_MAX, "deep"),
    ("30,000 levels", b"[" * 30_000 + b"]" * 30_000, DEPTH_MAX, "deep"),
    ("60,000 levels not closed", b"[" * 60_000, DEPTH_MAX, "deep"),
]


@pytest.mark.parametrize(
    ("data", "offset", "word"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
)
def test_hostile_bytes_are_refused_at_their_first_wrong_byte(
    data: bytes, offset: int, word: str
) -> None:
    with pytest.raises(CanonicalError) as refusal:
        decode(data)
    assert (refusal.value.offset, word) == (offset, word)
    assert word in refusal.value.message
    assert refusal.value.where == f"offset {offset}"
    assert first_fault(data) == (refusal.value.message, offset)


GOOD: list[tuple[bytes, Any]] = [
    (b"{}", {}),
    (b"[]", []),
    (b'""', ""),
    (b"0", 0),
    (b"-1", -1),
    (b"true", True),
    (b"false", False),
    (b"9007199254740991", INTEGER_MAX),
    (b"-9007199254740991", -INTEGER_MAX),
    (b'{"a":1,"aB":2,"a_":3,"aa":4,"b0":5}', {"a": 1, "aB": 2, "a_": 3, "aa": 4, "b0": 5}),
    (b'"\\b\\f\\n\\r\\t\\"\\\\"', '\b\f\n\r\t"\\'),
    (b'"\\u0000\\u0001\\u000b\\u000e\\u001f"', "\x00\x01\x0b\x0e\x1f"),
    (b'"/\x7f<>&\'"', "/\x7f<>&'"),
    ('"é\u2028\u2029\U0001f600\uffff"'.encode(), "é\u2028\u2029\U0001f600\uffff"),
    ('"\u0301"'.encode(), "\u0301"),
    (b"[" * DEPTH_MAX + b"]" * DEPTH_MAX, None),
]


@pytest.mark.parametrize(("data", "value"), GOOD)
def test_good_bytes_are_taken_as_they_are(data: bytes, value: Any) -> None:
    found = decode(data)
    if value is not None:
        assert found == value
        assert type(found) is type(value)
    assert encode(found) == data
    assert first_fault(data) == ("no fault found", len(data))


class Word(str):
    __slots__ = ()


class Number(IntEnum):
    ONE = 1


class Letter(Enum):
    A = "a"


WITHOUT_FORM: list[tuple[str, Any]] = [
    ("None", None),
    ("None deep", {"a": [None]}),
    ("float", 1.0),
    ("NaN", float("nan")),
    ("Decimal", Decimal(1)),
    ("bytes", b"a"),
    ("tuple", (1,)),
    ("set", {1}),
    ("an enumeration", Number.ONE),
    ("an enumeration of text", Letter.A),
    ("text of a class of its own", Word("a")),
    ("a key of a class of its own", {Word("a"): 1}),
    ("a key that is a number", {1: 1}),
    ("a key that is not a key", {"A": 1}),
    ("a key with a line end", {"a\n": 1}),
    ("a key that is not encodable", {"a\ud800": 1}),
    ("lone surrogate", "\ud800"),
    ("decomposed text", "e\u0301"),
    ("too large", INTEGER_MAX + 1),
    ("too small", -INTEGER_MAX - 1),
    ("huge", 10**1_000),
    ("an object", object()),
]


@pytest.mark.parametrize(
    "value", [row[1] for row in WITHOUT_FORM], ids=[row[0] for row in WITHOUT_FORM]
)
def test_a_value_without_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(CanonicalError) as refusal:
        encode(value)
    assert refusal.value.offset == 0


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(CanonicalError, match="deeper"):
        encode(value)


def test_encoding_changes_nothing_in_its_value() -> None:
    value: Any = {"b": [{"d": 1, "c": 2}], "a": "x"}
    encode(value)
    assert list(value) == ["b", "a"]
    assert list(value["b"][0]) == ["d", "c"]


def test_the_limit_is_the_last_length_that_is_read() -> None:
    data = b'"' + b"a" * (RECORD_BYTES_MAX - 2) + b'"'
    assert len(data) == RECORD_BYTES_MAX
    assert decode(data) == "a" * (RECORD_BYTES_MAX - 2)
    with pytest.raises(CanonicalError, match="65536 bytes where at most 65535") as refusal:
        decode(data[:-1] + b'a"')
    assert refusal.value.offset == RECORD_BYTES_MAX
    with pytest.raises(CanonicalError, match="at most 3") as refusal:
        decode(b"[10]", limit=3)
    assert refusal.value.offset == 3


@pytest.mark.parametrize("data", [b"[]", b'"a"', b"1", b"true"])
def test_an_object_is_asked_for(data: bytes) -> None:
    assert decode_object(b"{}") == {}
    with pytest.raises(CanonicalError, match="object"):
        decode_object(data)


def test_the_error_is_one_of_ours() -> None:
    with pytest.raises(ParseError) as refusal:
        decode(b"null")
    error = refusal.value
    assert isinstance(error, LedgerError)
    assert error.diagnostics() == {
        "code": "not_canonical",
        "detail": "null has no place in the profile: leave the member out",
        "where": "offset 0",
    }
    assert "offset 0" in str(error)


BOMBS: list[tuple[str, bytes, int]] = [
    # what, bytes, the limit under which they are read
    ("10 MB at the ordinary limit", b'"' + b"a" * 10_000_000 + b'"', RECORD_BYTES_MAX),
    ("10 MB of escapes", b'"' + b"\\n" * 5_000_000 + b'"', RECORD_BYTES_MAX),
    ("10 MB of commas", b"[" + b"1," * 5_000_000, RECORD_BYTES_MAX),
    ("100,000 levels", b"[" * 100_000 + b"]" * 100_000, LARGE),
    ("100,000 levels, not closed", b"[" * 100_000, LARGE),
    ("100,000 objects", b'{"a":' * 100_000, LARGE),
    ("a million digits", b"1" * 1_000_000, LARGE),
    ("a million digits, inside", b"[-" + b"9" * 1_000_000 + b"]", LARGE),
    ("a million digits after the point", b"0." + b"1" * 1_000_000, LARGE),
    ("a million zeros", b"[" + b"0" * 1_000_000 + b"]", LARGE),
    ("a large exponent", b"1e" + b"9" * 1_000_000, LARGE),
    ("one record of escapes", b'"' + b"\\n" * 32_000, RECORD_BYTES_MAX),
    ("one record of values", b"[" + b"1," * 32_000, RECORD_BYTES_MAX),
    ("one record of keys", b"{" + b'"a":1,' * 10_000, RECORD_BYTES_MAX),
    (
        "one record of marks out of order",
        ('"a' + "\u0315" * 16_000 + "\u0300" * 16_000 + '"').encode(),
        RECORD_BYTES_MAX,
    ),
    ("one record of marks", ('"\u00e9' + "\u0323" * 32_000 + '"').encode(), RECORD_BYTES_MAX),
]


@pytest.mark.parametrize(
    ("data", "limit"), [row[1:] for row in BOMBS], ids=[row[0] for row in BOMBS]
)
def test_a_bomb_is_refused_in_bounded_time_and_memory(data: bytes, limit: int) -> None:
    started = time.perf_counter()
    with pytest.raises(CanonicalError):
        decode(data, limit=limit)
    took = time.perf_counter() - started
    tracemalloc.start()
    try:
        with pytest.raises(CanonicalError):
            decode(data, limit=limit)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000
    assert took < 0.5  # 0.1 s on a quiet machine; five times that under a busy one
