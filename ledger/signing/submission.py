"""A submitted envelope as DSSE lets it be spelled, brought to the one spelling of a record.

Readers of DSSE must take whitespace, any order, unknown members and both alphabets of base64. That
is taken here and nowhere else, bounded and without ambiguity: duplicate members are refused, since
two programs could read two envelopes in one text (RFC 8259 leaves them to each reader). Floats and
nulls pass, for they can only stand in members that nobody reads.
"""

from __future__ import annotations

import re
from typing import Final

import orjson

from ledger.kernel.errors import EnvelopeError
from ledger.kernel.limits import DEPTH_MAX, RECORD_BYTES_MAX
from ledger.signing.members import objects, text

_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9_-]*={0,2}\Z")
_TO_STANDARD: Final = str.maketrans("-_", "+/")


def normal_members(data: bytes) -> dict[str, object]:
    """The three members of a submitted envelope, spelled and ordered as in a record.

    Only spelling is judged; the strict reader of `ledger.signing.dsse` judges the result. Raises
    `EnvelopeError` for bytes that are not one JSON object or lack a member.
    """
    members = _load_object(data)
    signatures = [
        {
            "keyid": text(item, "keyid", f"signatures[{place}]."),
            "sig": _standard_alphabet(text(item, "sig", f"signatures[{place}].")),
        }
        for place, item in enumerate(objects(members, "signatures"))
    ]
    return {
        "payload": _standard_alphabet(text(members, "payload")),
        "payloadType": text(members, "payloadType"),
        "signatures": sorted(signatures, key=lambda signature: signature["keyid"]),
    }


def _standard_alphabet(encoded: str) -> str:
    """URL-safe base64 in the standard alphabet; anything else as it is, for the strict reader."""
    return encoded.translate(_TO_STANDARD) if _URL_SAFE.match(encoded) else encoded


def _load_object(data: bytes) -> dict[str, object]:
    if len(data) > RECORD_BYTES_MAX:
        raise EnvelopeError(f"{len(data)} bytes where at most {RECORD_BYTES_MAX} are allowed")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise EnvelopeError(f"not JSON: {error.msg}", where=f"character {error.pos}") from None
    if not isinstance(value, dict):
        raise EnvelopeError("an object was expected")
    # Each member has one colon outside strings; a reader that keeps the last one has fewer members.
    if _count_members(value, 0) != _STRING.sub(b"", data).count(b":"):
        raise EnvelopeError("a member stands twice in one object")
    return value


def _count_members(value: object, depth: int) -> int:
    """How many members the objects of a value have in all."""
    if not isinstance(value, dict | list):
        return 0
    if depth >= DEPTH_MAX:
        raise EnvelopeError(f"deeper than {DEPTH_MAX} levels")
    if isinstance(value, list):
        return sum(_count_members(item, depth + 1) for item in value)
    return len(value) + sum(_count_members(item, depth + 1) for item in value.values())
