"""Canonical JSON: the one encoder and the one decoder (docs/spec/canonical-bytes.md).

A profile of RFC 8785: UTF-8 without BOM, no whitespace, object keys `[a-z][A-Za-z0-9_]*` in byte
order and without duplicates, integers within ±(2^53-1), no float, no exponent, no `-0`, no `null`,
strings in NFC without lone surrogates. `encode(decode(b)) == b`, or the bytes are refused.

The fast path is `orjson`; `ledger.kernel.strict_json` is the slow reader that names the offset of
the first fault, and runs only when the fast path says no.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from ledger.kernel.errors import CanonicalError
from ledger.kernel.limits import DEPTH_MAX, INTEGER_MAX, RECORD_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | bool"

_KEY = re.compile(r"[a-z][A-Za-z0-9_]*\Z")
_known_keys: set[str] = set()
"""Keys that matched the pattern before: a cache, bounded by `_KNOWN_KEYS_MAX`."""
_KNOWN_KEYS_MAX = 4_096


def encode(value: Value) -> bytes:
    """The canonical bytes of a value; `CanonicalError` (offset 0) if it has none."""
    fault = _fault(value, 0)
    if fault:
        raise CanonicalError(f"no canonical form: {fault}", offset=0)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        # A key of a class of its own equals a known key, and is still not plain text.
        raise CanonicalError(f"no canonical form: {error}", offset=0) from None


def decode(data: bytes, *, limit: int = RECORD_BYTES_MAX) -> Value:
    """The value of canonical bytes of at most `limit` bytes.

    Raises `CanonicalError` with the offset of the first byte that is not of the profile.
    """
    if len(data) > limit:
        raise CanonicalError(f"{len(data)} bytes where at most {limit} are allowed", offset=limit)
    try:
        value: Value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise _located(data) from None
    if _fault(value, 0) or orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != data:
        raise _located(data)
    return value


def decode_object(data: bytes, *, limit: int = RECORD_BYTES_MAX) -> dict[str, Value]:
    """As `decode`, for formats whose outermost value is an object."""
    value = decode(data, limit=limit)
    if not isinstance(value, dict):
        raise CanonicalError("an object was expected", offset=0)
    return value


def _fault(value: Any, depth: int) -> str:  # noqa: ANN401 - any value may be asked about
    """What is wrong with a value, or the empty string."""
    kind = type(value)
    if kind is str:
        return "" if value.isascii() else _text_fault(value)
    if kind is dict or kind is list:
        if depth >= DEPTH_MAX:
            return f"deeper than {DEPTH_MAX} levels"
        return _inner_fault(value, depth + 1)
    if kind is int:
        return "" if -INTEGER_MAX <= value <= INTEGER_MAX else "integer beyond 2^53-1"
    return "" if kind is bool else f"{kind.__name__} has no place in the profile"


def _inner_fault(value: dict[str, Any] | list[Any], depth: int) -> str:
    items: Iterable[Any] = value
    if type(value) is dict:
        if not value.keys() <= _known_keys:
            for key in value:
                if not _is_key(key):
                    return f"key {key!r} is not of the form [a-z][A-Za-z0-9_]*"
        items = value.values()
    for item in items:
        # Nearly every member is plain text, which needs no call.
        if type(item) is str and item.isascii():
            continue
        fault = _fault(item, depth)
        if fault:
            return fault
    return ""


def _is_key(key: object) -> bool:
    if type(key) is not str or not _KEY.match(key):
        return False
    if len(_known_keys) < _KNOWN_KEYS_MAX:
        _known_keys.add(key)
    return True


def _text_fault(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "lone surrogate"
    return "" if unicodedata.is_normalized("NFC", text) else "text is not in NFC"


def _located(data: bytes) -> CanonicalError:
    """The error with its offset, found by the slow reader."""
    if len(data) > RECORD_BYTES_MAX:
        # The slow reader is for what people sign; in a large file it would take seconds.
        return CanonicalError("not canonical JSON", offset=0)
    from ledger.kernel.strict_json import first_fault  # noqa: PLC0415 - only on refusal

    message, offset = first_fault(data)
    return CanonicalError(message, offset=offset)
