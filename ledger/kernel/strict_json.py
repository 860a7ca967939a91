"""The slow reader of the profile: finds the first byte that is not canonical, and says why.

It is a plain recursive descent over bytes, written to be read beside docs/spec/canonical-bytes.md,
and shares no code with the fast path, so that each can be tested against the other.
"""

from __future__ import annotations

import re
import unicodedata

from ledger.kernel.limits import DEPTH_MAX, INTEGER_MAX

_KEY = re.compile(rb'"[a-z][A-Za-z0-9_]*"')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)")
_DIGITS_MAX = len(str(INTEGER_MAX)) + 1
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_SHORT = {b"b": "\b", b"f": "\f", b"n": "\n", b"r": "\r", b"t": "\t", b'"': '"', b"\\": "\\"}
_LONG = re.compile(rb"u00(0[0-7be-f]|1[0-9a-f])")


class _FaultError(Exception):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def first_fault(data: bytes) -> tuple[str, int]:
    """What is wrong and at which offset; for bytes without fault, an answer that says so."""
    try:
        end = _value(data, 0, 0)
    except _FaultError as fault:
        return fault.message, fault.offset
    return "more bytes after the value" if end < len(data) else "no fault found", end


def _value(data: bytes, at: int, depth: int) -> int:
    head = data[at : at + 1]
    if head == b"{":
        return _object(data, at, depth)
    if head == b"[":
        return _array(data, at, depth)
    if head == b'"':
        return _string(data, at)
    for word in (b"true", b"false"):
        if data.startswith(word, at):
            return at + len(word)
    return _number(data, at)


def _number(data: bytes, at: int) -> int:
    match = _NUMBER.match(data, at)
    if match is None:
        raise _FaultError(_why_no_value(data, at), at)
    text = match.group()
    if text == b"-0":
        raise _FaultError("-0 is written 0", at)
    if data[match.end() : match.end() + 1] in (b".", b"e", b"E"):
        raise _FaultError("numbers are integers; amounts are strings", match.end())
    if len(text) > _DIGITS_MAX or abs(int(text)) > INTEGER_MAX:
        raise _FaultError("integer beyond 2^53-1", at)
    return match.end()


def _why_no_value(data: bytes, at: int) -> str:
    if at >= len(data):
        return "the bytes end where a value was expected"
    if data.startswith(b"\xef\xbb\xbf", at):
        return "a byte order mark has no place here"
    if data.startswith(b"null", at):
        return "null has no place in the profile: leave the member out"
    if data[at : at + 1].isspace():
        return "whitespace between tokens"
    return "no value of the profile starts here"


def _array(data: bytes, at: int, depth: int) -> int:
    if depth >= DEPTH_MAX:
        raise _FaultError(f"deeper than {DEPTH_MAX} levels", at)
    at += 1
    if data[at : at + 1] == b"]":
        return at + 1
    while True:
        at = _value(data, at, depth + 1)
        if data[at : at + 1] == b"]":
            return at + 1
        at = _expect(data, at, b",")


def _object(data: bytes, at: int, depth: int) -> int:
    if depth >= DEPTH_MAX:
        raise _FaultError(f"deeper than {DEPTH_MAX} levels", at)
    at += 1
    if data[at : at + 1] == b"}":
        return at + 1
    last = b""
    while True:
        match = _KEY.match(data, at)
        if match is None:
            raise _FaultError('a key of the form "[a-z][A-Za-z0-9_]*" was expected', at)
        key = match.group()[1:-1]
        if key == last:
            raise _FaultError("duplicate key", at)
        if key < last:
            raise _FaultError("keys are not in order (or one is there twice)", at)
        last = key
        at = _value(data, _expect(data, match.end(), b":"), depth + 1)
        if data[at : at + 1] == b"}":
            return at + 1
        at = _expect(data, at, b",")


def _expect(data: bytes, at: int, token: bytes) -> int:
    if data[at : at + 1] != token:
        raise _FaultError(f"{token.decode()!r} was expected", at)
    return at + 1


def _string(data: bytes, start: int) -> int:
    at = start + 1
    parts: list[str] = []
    while True:
        match = _PLAIN.match(data, at)
        chunk = match.group() if match else b""
        try:
            parts.append(chunk.decode("utf-8", "strict"))
        except UnicodeDecodeError as error:
            raise _FaultError("not UTF-8 (or a lone surrogate)", at + error.start) from None
        at += len(chunk)
        head = data[at : at + 1]
        if head == b'"':
            break
        if head != b"\\":
            message = "the bytes end inside a string" if not head else "control character"
            raise _FaultError(message, at)
        text, at = _escape(data, at)
        parts.append(text)
    if not unicodedata.is_normalized("NFC", "".join(parts)):
        raise _FaultError("text is not in NFC", start)
    return at + 1


def _escape(data: bytes, at: int) -> tuple[str, int]:
    short = _SHORT.get(data[at + 1 : at + 2])
    if short is not None:
        return short, at + 2
    match = _LONG.match(data, at + 1)
    if match is None:
        raise _FaultError("an escape that the canonical form does not use", at)
    return chr(int(match.group(1), 16)), match.end()
