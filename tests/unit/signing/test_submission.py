"""Submissions: every spelling that DSSE allows, and none that can be read in two ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.kernel.errors import EnvelopeError
from ledger.kernel.limits import DEPTH_MAX, RECORD_BYTES_MAX
from ledger.signing.dsse import (
    Envelope,
    envelope_members,
    parse_envelope,
    read_envelope,
    render_envelope,
    sign_payload,
)
from ledger.signing.signer import MemorySigner
from ledger.signing.submission import normal_members

SIGNERS = [MemorySigner.from_seed(bytes((number,)) * 32) for number in range(3)]
# A payload whose base64 uses both letters that differ between the alphabets.
PAYLOAD = b'{"text":"\xc3\xbb\xc3\xbf~~~???>>>"}'
ENVELOPE = sign_payload(PAYLOAD, SIGNERS)
BYTES = render_envelope(ENVELOPE)


def members() -> dict[str, Any]:
    return dict(envelope_members(ENVELOPE))


def spelled(value: object, **options: Any) -> bytes:
    return json.dumps(value, **options).encode()


def url_safe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_")


def _spellings() -> dict[str, bytes]:
    reverse = dict(reversed(members().items()))
    reverse["signatures"] = reverse["signatures"][::-1]
    safe = members()
    safe["payload"] = url_safe(safe["payload"])
    safe["signatures"] = [
        {"sig": url_safe(item["sig"]), "keyid": item["keyid"]} for item in safe["signatures"]
    ]
    more = members() | {"mediaType": "x", "nested": {"a": {"a": [None, 1.5, 10**30]}}}
    more["signatures"] = [{**item, "cert": None} for item in more["signatures"]]
    return {
        "canonical": BYTES,
        "indented": spelled(members(), indent=4),
        "line ends": spelled(members(), indent=1).replace(b"\n", b"\r\n") + b"\r\n\t ",
        "reverse order": spelled(reverse),
        "URL-safe alphabet": spelled(safe),
        "unknown members": spelled(more),
        "escaped slashes": BYTES.replace(b"application/", rb"application\/"),
        "escaped letters": BYTES.replace(b'"payload":', rb'"p\u0061yload":'),
    }


@pytest.mark.parametrize("name", _spellings())
def test_every_allowed_spelling_gives_the_same_record(name: str) -> None:
    envelope = read_envelope(_spellings()[name])
    assert envelope == ENVELOPE
    assert render_envelope(envelope) == BYTES
    assert parse_envelope(render_envelope(envelope)) == ENVELOPE


def test_the_payload_uses_both_alphabets() -> None:
    assert "/" in members()["payload"]
    assert "+" in members()["payload"]


def _refused() -> dict[str, bytes]:
    member = b'"payload":"QUJD",'
    mixed = members()
    mixed["payload"] = mixed["payload"].replace("/", "_", 1)
    unpadded = members()
    unpadded["signatures"][0]["sig"] = unpadded["signatures"][0]["sig"].rstrip("=")
    return {
        "empty": b"",
        "no JSON": b"payload",
        "truncated": BYTES[:-1],
        "two values": BYTES + BYTES,
        "array": b"[" + BYTES + b"]",
        "string": b'"payload"',
        "null": b"null",
        "comment": b"// envelope\n" + BYTES,
        "trailing comma": BYTES[:-1] + b",}",
        "single quotes": BYTES.replace(b'"', b"'"),
        "not a number": BYTES[:-1] + b',"x":NaN}',
        "byte order mark": b"\xef\xbb\xbf" + BYTES,
        "UTF-16": BYTES.decode().encode("utf-16"),
        "not UTF-8": BYTES.replace(b"payloadType", b"payloadTyp\xff"),
        "overlong UTF-8": BYTES[:-1] + b',"x":"\xc0\x80"}',
        "lone surrogate": BYTES[:-1] + rb',"x":"\ud800"}',
        "duplicate first": b"{" + member + BYTES[1:],
        "duplicate last": BYTES[:-1] + b"," + member[:-1] + b"}",
        "duplicate escaped": BYTES[:-1] + rb',"p\u0061yload":"QUJD"}',
        "duplicate within a signature": BYTES.replace(b'"keyid":', b'"keyid":"x","keyid":', 1),
        "duplicate that nobody reads": BYTES[:-1] + b',"x":{"a":1,"a":1}}',
        "duplicate holding members": BYTES[:-1] + b',"x":{"a":{"b":1,"c":2},"a":{"d":3}}}',
        "duplicate that looks like text": BYTES[:-1] + rb',"x":"\":","x":":\\"}',
        "deep array": BYTES[:-1] + b',"x":' + b"[" * 64 + b"]" * 64 + b"}",
        "deep object": BYTES[:-1] + b',"x":' + b'{"a":' * 64 + b"1" + b"}" * 64 + b"}",
        "very deep": b"[" * 30_000,
        "very deep and closed": b"[" * 30_000 + b"]" * 30_000,
        "mixed alphabets": spelled(mixed),
        "unpadded": spelled(unpadded),
        "payload missing": spelled({k: v for k, v in members().items() if k != "payload"}),
        "payload null": spelled(members() | {"payload": None}),
        "type missing": spelled({k: v for k, v in members().items() if k != "payloadType"}),
        "type of another format": spelled(members() | {"payloadType": "text/plain"}),
        "signatures null": spelled(members() | {"signatures": None}),
        "signatures empty": spelled(members() | {"signatures": []}),
        "key id missing": spelled(members() | {"signatures": [{"sig": "QUJD"}]}),
        "key id empty": spelled(members() | {"signatures": [{"keyid": "", "sig": "QUJD"}]}),
        "signature twice": spelled(members() | {"signatures": members()["signatures"] * 2}),
        "too long": BYTES + b" " * RECORD_BYTES_MAX,
        "digits": BYTES[:-1] + b',"x":' + b"9" * 60_000 + b".}",
    }


@pytest.mark.parametrize("name", _refused())
def test_what_is_no_envelope_is_refused(name: str) -> None:
    with pytest.raises(EnvelopeError):
        read_envelope(_refused()[name])


def test_colons_and_quotes_in_strings_are_no_members() -> None:
    texts = [":", '":', '\\"', '"a":1', "\\", '\\\\":"', "\u00fc:"]
    for text in texts:
        for options in ({}, {"ensure_ascii": False}):
            assert read_envelope(spelled(members() | {text: {text: [text]}}, **options)) == ENVELOPE


def test_the_deepest_allowed_value_is_taken() -> None:
    deepest = b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1)
    assert read_envelope(BYTES[:-1] + b',"x":' + deepest + b"}") == ENVELOPE
    with pytest.raises(EnvelopeError, match="deeper"):
        read_envelope(BYTES[:-1] + b',"x":[' + deepest + b"]}")


def test_the_longest_submission_is_taken() -> None:
    longest = BYTES.ljust(RECORD_BYTES_MAX)
    assert read_envelope(longest) == ENVELOPE
    with pytest.raises(EnvelopeError, match="65536 bytes where at most 65535"):
        read_envelope(longest + b" ")


def test_a_fault_names_its_place() -> None:
    with pytest.raises(EnvelopeError) as refusal:
        normal_members(b'{"payload": oops}')
    assert refusal.value.where == "character 12"
    with pytest.raises(EnvelopeError) as refusal:
        normal_members(spelled(members() | {"signatures": [members()["signatures"][0], {}]}))
    assert refusal.value.where == "signatures[1].keyid"


def test_only_spelling_is_judged_here() -> None:
    odd = {"payload": "*", "payloadType": "", "signatures": [{"keyid": "?", "sig": "-_"}]}
    assert normal_members(spelled(odd)) == odd | {"signatures": [{"keyid": "?", "sig": "+/"}]}


def test_the_result_is_an_envelope_like_any_other() -> None:
    assert isinstance(read_envelope(BYTES), Envelope)
