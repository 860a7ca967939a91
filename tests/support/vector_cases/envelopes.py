"""Vectors of the envelope: what is wrong before anybody reads the event, or about its signers.

The event inside is a stated fact throughout. A vector is named for the code of its answer.
"""

from __future__ import annotations

from typing import Any

from ledger.kernel.canonical import encode
from ledger.signing.possession import PAYLOAD_TYPE_POSSESSION
from tests.support.vector_cases import signers
from tests.support.vector_cases.submissions import Try, body, good, in_bytes, signed
from tests.support.vector_preludes import moment, steps_after
from tests.support.vector_replay import answer_to, state_after


def envelope_vectors() -> dict[str, dict[str, Any]]:
    """Every vector by its file name."""
    return {item.name: _vector(item) for item in (*_shapes(), *_payloads(), *signers.tries())}


def _vector(item: Try) -> dict[str, Any]:
    at = item.now or moment(item.prelude)
    expect = answer_to(item.envelope, at, state_after(steps_after(item.prelude)))
    assert item.name.partition("-")[0] == expect.get("code", "valid"), (item.name, expect)
    return {
        "kind": "fact.recorded.v1",
        "description": item.why,
        "prelude": item.prelude,
        "now": at,
        "envelope": item.envelope.decode(),
        "expect": expect,
    }


def _shapes() -> list[Try]:
    """Envelopes that are not of the form."""
    fine = good()
    (only,) = fine["signatures"]
    lone = {key: value for key, value in fine.items() if key != "signatures"}
    both = signed(encode(body()), "bolat", "marat")
    return [
        Try("valid", "a good envelope", in_bytes(fine)),
        Try(
            "bad_envelope-payload_type",
            "a payload type of something else",
            in_bytes({**fine, "payloadType": PAYLOAD_TYPE_POSSESSION}),
        ),
        Try("bad_envelope-member_missing", "no signatures member", in_bytes(lone)),
        Try("bad_envelope-member_unknown", "a member too many", in_bytes({**fine, "note": "x"})),
        Try(
            "bad_envelope-no_signature", "no signature at all", in_bytes({**fine, "signatures": []})
        ),
        Try(
            "bad_envelope-keyid",
            "a key id in upper case",
            in_bytes({**fine, "signatures": [{**only, "keyid": only["keyid"].upper()}]}),
        ),
        Try(
            "bad_envelope-order",
            "signatures not in the order of their key ids",
            in_bytes({**both, "signatures": both["signatures"][::-1]}),
        ),
        Try(
            "bad_envelope-key_twice",
            "one key signs twice",
            in_bytes({**fine, "signatures": [only, only]}),
        ),
        Try(
            "bad_envelope-too_many",
            "17 signatures where 16 are allowed",
            in_bytes(
                {
                    **fine,
                    "signatures": [{**only, "keyid": f"{n:064x}"} for n in range(17)],
                }
            ),
        ),
        Try(
            "bad_envelope-base64",
            "a signature in the other alphabet of base64",
            in_bytes({**fine, "signatures": [{**only, "sig": "-_" + only["sig"][2:]}]}),
        ),
        Try(
            "bad_envelope-payload_size",
            "a payload of 40,001 bytes",
            in_bytes(signed(b"x" * 40_001)),
        ),
        Try(
            "not_canonical-envelope",
            "a space after a colon of the envelope (a submission may have it, a record may not)",
            in_bytes(fine).replace(b'":', b'": ', 1),
        ),
    ]


def _payloads() -> list[Try]:
    """Good envelopes of payloads that are not canonical, or not ours."""
    text = encode(body())
    swapped = text.replace(b'"author":"bolat","cosigners":[]', b'"cosigners":[],"author":"bolat"')
    deep = b'{"a":' + b"[" * 40 + b"]" * 40 + b"}"
    wrong = {
        "space": ("a space between tokens", text.replace(b'":', b'": ', 1)),
        "duplicate": ("a member twice", b'{"author":"marat",' + text[1:]),
        "order": ("members not in order", swapped),
        "float": ("a number that is no integer", text.replace(b":true", b":1.0", 1)),
        "null": ("null", text.replace(b":true", b":null", 1)),
        "negative_zero": ("-0", text.replace(b":true", b":-0", 1)),
        "large": ("an integer beyond 2^53-1", text.replace(b":true", b":9007199254740992", 1)),
        "nfd": ("text that is not in NFC", text.replace(b"first-vault", "e\u0301".encode())),
        "escape": ("an escape where none is needed", text.replace(b"first", b"\\u0066irst")),
        "bom": ("a byte order mark", b"\xef\xbb\xbf" + text),
        "latin_1": ("bytes that are not UTF-8", text.replace(b"first-vault", b"\xe9")),
        "depth": ("40 levels", deep),
        "tail": ("a newline after the object", text + b"\n"),
    }
    tries = [
        Try(f"not_canonical-{name}", f"the payload has {why}", in_bytes(signed(data)))
        for name, (why, data) in wrong.items()
    ]
    for name in ("fund", "kind"):
        data = encode(body(**{name: None}))
        tries.append(
            Try(f"bad_body-no_{name}", f"the payload has no {name}", in_bytes(signed(data)))
        )
    for name, kind in (("kind", "fact.imagined.v1"), ("version", "fact.recorded.v2")):
        why = "a kind that this version does not know: it cannot be judged, and is not recorded"
        tries.append(Try(f"undecidable-{name}", why, in_bytes(good(kind=kind))))
    return tries
