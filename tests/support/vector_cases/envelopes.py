"""Vectors of the envelope: what is wrong before anybody reads the event, or about its signers.

The event inside is a stated fact throughout. A vector is named for the code of its answer.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.kernel.canonical import encode
from ledger.kernel.instants import parse_instant, render_instant
from ledger.kernel.limits import VALIDITY_DAYS_MAX
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae
from ledger.signing.possession import PAYLOAD_TYPE_POSSESSION
from tests.support.fund_simulator import FUND, GROUNDS
from tests.support.vector_fund import signer
from tests.support.vector_preludes import moment, prelude
from tests.support.vector_replay import answer_to, state_after, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.vector_replay import Step

_NOW = moment("working")
_MICROSECOND = timedelta(microseconds=1)
_steps: dict[str, list[Step]] = {}


def _later(instant: str, by: timedelta) -> str:
    return render_instant(parse_instant(instant) + by)


_PAST = _later(_NOW, -_MICROSECOND)


@dataclass(frozen=True)
class Try:
    """One submission and what is said about it."""

    name: str
    why: str
    envelope: bytes
    prelude: str = "working"
    now: str = _NOW


def envelope_vectors() -> dict[str, dict[str, Any]]:
    """Every vector by its file name."""
    tries = (*_shapes(), *_payloads(), *_signatures(), *_signers(), *_times(), *_places())
    return {item.name: _vector(item) for item in tries}


def _vector(item: Try) -> dict[str, Any]:
    if item.prelude not in _steps:
        _steps[item.prelude] = steps_of(prelude(item.prelude).records)
    state = state_after(_steps[item.prelude]) if _steps[item.prelude] else State()
    expect = answer_to(item.envelope, item.now, state)
    found = expect.get("code", "valid")
    assert item.name.partition("-")[0] == found, (item.name, expect)
    return {
        "kind": "fact.recorded.v1",
        "description": item.why,
        "prelude": item.prelude,
        "now": item.now,
        "envelope": item.envelope.decode(),
        "expect": expect,
    }


def body(**changes: Any) -> dict[str, Any]:
    """A stated fact by bolat."""
    members = {
        "fund": FUND,
        "kind": "fact.recorded.v1",
        "author": "bolat",
        "cosigners": [],
        "reference": "vector-1",
        "value_date": "2026-01-12",
        "valid_until": _later(_NOW, timedelta(days=30)),
        "fact": "custodian_insured",
        "subject": "first-vault",
        "value": True,
        **GROUNDS,
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def _one(payload: bytes, name: str, payload_type: str = PAYLOAD_TYPE_EVENT) -> dict[str, str]:
    key = signer(name)
    sig = base64.b64encode(key.sign(pae(payload_type, payload))).decode()
    return {"keyid": key.public_key.keyid, "sig": sig}


def _members(payload: bytes, signatures: Iterable[dict[str, str]]) -> dict[str, Any]:
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE_EVENT,
        "signatures": sorted(signatures, key=lambda entry: entry["keyid"]),
    }


def _signed(payload: bytes, *names: str) -> dict[str, Any]:
    return _members(payload, [_one(payload, name) for name in names or ("bolat",)])


def _good(**changes: Any) -> dict[str, Any]:
    """The members of a good envelope of a body with changes."""
    members = body(**changes)
    return _signed(encode(members), members["author"], *members["cosigners"])


def _bytes(members: dict[str, Any]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)


def _shapes() -> list[Try]:
    """Envelopes that are not of the form."""
    good = _good()
    (only,) = good["signatures"]
    lone = {key: value for key, value in good.items() if key != "signatures"}
    both = _signed(encode(body()), "bolat", "marat")
    return [
        Try("valid", "a good envelope", _bytes(good)),
        Try(
            "bad_envelope-payload_type",
            "a payload type of something else",
            _bytes({**good, "payloadType": PAYLOAD_TYPE_POSSESSION}),
        ),
        Try("bad_envelope-member_missing", "no signatures member", _bytes(lone)),
        Try("bad_envelope-member_unknown", "a member too many", _bytes({**good, "note": "x"})),
        Try("bad_envelope-no_signature", "no signature at all", _bytes({**good, "signatures": []})),
        Try(
            "bad_envelope-keyid",
            "a key id in upper case",
            _bytes({**good, "signatures": [{**only, "keyid": only["keyid"].upper()}]}),
        ),
        Try(
            "bad_envelope-order",
            "signatures not in the order of their key ids",
            _bytes({**both, "signatures": both["signatures"][::-1]}),
        ),
        Try(
            "bad_envelope-key_twice",
            "one key signs twice",
            _bytes({**good, "signatures": [only, only]}),
        ),
        Try(
            "bad_envelope-too_many",
            "17 signatures where 16 are allowed",
            _bytes(
                {
                    **good,
                    "signatures": [{**only, "keyid": f"{n:064x}"} for n in range(17)],
                }
            ),
        ),
        Try(
            "bad_envelope-base64",
            "a signature in the other alphabet of base64",
            _bytes({**good, "signatures": [{**only, "sig": "-_" + only["sig"][2:]}]}),
        ),
        Try(
            "bad_envelope-payload_size",
            "a payload of 40,001 bytes",
            _bytes(_signed(b"x" * 40_001)),
        ),
        Try(
            "not_canonical-envelope",
            "a space after a colon of the envelope (a submission may have it, a record may not)",
            _bytes(good).replace(b'":', b'": ', 1),
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
        Try(f"not_canonical-{name}", f"the payload has {why}", _bytes(_signed(data)))
        for name, (why, data) in wrong.items()
    ]
    for name in ("fund", "kind"):
        data = encode(body(**{name: None}))
        tries.append(Try(f"bad_record-{name}", f"the payload has no {name}", _bytes(_signed(data))))
    for name, kind in (("kind", "fact.imagined.v1"), ("version", "fact.recorded.v2")):
        why = "a kind that this version does not know: it cannot be judged, and is not recorded"
        tries.append(Try(f"undecidable-{name}", why, _bytes(_good(kind=kind))))
    return tries


def _signatures() -> list[Try]:
    """Signatures that do not hold."""
    good = _good()
    payload = encode(body())
    (only,) = good["signatures"]
    sig = bytearray(base64.b64decode(only["sig"]))
    sig[0] ^= 1

    def with_sig(entry: dict[str, str]) -> bytes:
        return _bytes({**good, "signatures": [entry]})

    plain = base64.b64encode(signer("bolat").sign(payload)).decode()
    return [
        Try(
            "bad_signature-flipped",
            "one bit of the signature is flipped",
            with_sig({**only, "sig": base64.b64encode(bytes(sig)).decode()}),
        ),
        Try(
            "bad_signature-other_payload",
            "the signature was made over another event",
            with_sig(_one(encode(body(reference="vector-2")), "bolat")),
        ),
        Try(
            "bad_signature-other_type",
            "the signature was made over these bytes as something else",
            with_sig(_one(payload, "bolat", PAYLOAD_TYPE_POSSESSION)),
        ),
        Try(
            "bad_signature-bare",
            "the signature was made over the payload, not over its encoding with the type",
            with_sig({**only, "sig": plain}),
        ),
        Try(
            "bad_signature-other_key",
            "the signature is another officer's than the key id says",
            with_sig({**_one(payload, "marat"), "keyid": only["keyid"]}),
        ),
        Try(
            "bad_signature-one_of_two",
            "the cosigner's signature is bad: one bad signature fails the envelope",
            _bytes(
                _members(
                    encode(body(cosigners=["marat"])),
                    [
                        _one(encode(body(cosigners=["marat"])), "bolat"),
                        {**_one(payload, "marat")},
                    ],
                )
            ),
        ),
        Try("unknown_key", "a key that the log never enrolled", _bytes(_signed(payload, "nobody"))),
    ]


def _signers() -> list[Try]:
    """Good signatures of the wrong officers."""
    payload = encode(body())
    with_marat = encode(body(cosigners=["marat"]))
    by_saule = encode(body(author="saule"))
    return [
        Try(
            "signers_differ-cosigner_missing",
            "a named cosigner did not sign",
            _bytes(_signed(with_marat)),
        ),
        Try(
            "signers_differ-extra",
            "an officer signed whom the body does not name",
            _bytes(_signed(payload, "bolat", "marat")),
        ),
        Try(
            "signers_differ-author_missing",
            "only the cosigner signed",
            _bytes(_signed(with_marat, "marat")),
        ),
        Try("signers_differ-other", "another officer signed", _bytes(_signed(payload, "marat"))),
        Try(
            "signers_differ-two_keys",
            "one officer signed with two keys",
            _bytes(_signed(by_saule, "saule", "saule-2")),
        ),
        Try(
            "valid-second_key",
            "signed with the officer's other key",
            _bytes(_signed(encode(body(cosigners=["saule"])), "bolat", "saule-2")),
        ),
        Try("key_not_good", "the key was revoked before", _bytes(_signed(payload, "bolat-2"))),
    ]


def _times() -> list[Try]:
    """Events that come too late, too early, or twice."""
    last = _later(_NOW, timedelta(days=VALIDITY_DAYS_MAX))
    beyond = _later(last, _MICROSECOND)
    replayed = orjson.dumps(
        orjson.loads(prelude("working").records[-2])["envelope"], option=orjson.OPT_SORT_KEYS
    )
    bodies = [parse_record(raw).body for raw in prelude("working").records]
    reference = next(members["reference"] for members in bodies if members["author"] == "bolat")
    return [
        Try(
            "expired",
            "valid_until has passed",
            _bytes(_good(valid_until=_PAST)),
        ),
        Try(
            "valid-last_instant", "recorded at valid_until itself", _bytes(_good(valid_until=_NOW))
        ),
        Try("valid_too_long", "a microsecond beyond 400 days", _bytes(_good(valid_until=beyond))),
        Try("valid-longest", "exactly 400 days ahead", _bytes(_good(valid_until=last))),
        Try(
            "time_reversed",
            "the clock stands before the last record",
            _bytes(_good()),
            now=_later(prelude("working").now, -_MICROSECOND),
        ),
        Try("duplicate", "the very bytes of an earlier record", replayed),
        Try(
            "reference_used",
            "the author used this reference before, for other bytes",
            _bytes(_good(reference=reference)),
        ),
        Try(
            "valid-reference_of_another",
            "another officer's reference",
            _bytes(_good(author="aigerim", reference=reference)),
        ),
        Try(
            "expired-before_signers",
            "expired, and the cosigner did not sign: the earlier check answers",
            _bytes(_signed(encode(body(cosigners=["marat"], valid_until=_PAST)))),
        ),
    ]


def _places() -> list[Try]:
    """Events for another log."""
    whole = prelude("constituted")
    again = {**whole.constitution(), "reference": "vector-1"}
    twice = _signed(encode(again), again["author"], *again["cosigners"])
    return [
        Try("wrong_fund-name", "signed for another fund", _bytes(_good(fund="test/bay"))),
        Try(
            "wrong_fund-environment",
            "signed for the same name in production",
            _bytes(_good(fund="production/harbour")),
        ),
        Try(
            "wrong_fund-before_expired",
            "another fund's, and expired: the earlier check answers",
            _bytes(_good(fund="test/bay", valid_until=_PAST)),
        ),
        Try("unknown_key-empty_log", "no constitution yet, so no key", _bytes(_good()), "empty"),
        Try("constituted_already", "a second constitution", _bytes(twice), "constituted"),
    ]
