"""Vectors of signatures, signers, times and places of an otherwise good envelope."""

from __future__ import annotations

import base64
from datetime import timedelta

import orjson

from ledger.domain.record import parse_record
from ledger.kernel.canonical import encode
from ledger.kernel.limits import VALIDITY_DAYS_MAX
from ledger.signing.possession import PAYLOAD_TYPE_POSSESSION
from tests.support.vector_cases.submissions import (
    MICROSECOND,
    Try,
    body,
    envelope_of,
    good,
    in_bytes,
    later,
    now,
    one,
    past,
    signed,
)
from tests.support.vector_fund import signer
from tests.support.vector_preludes import prelude


def tries() -> list[Try]:
    """All of them."""
    return [*_signatures(), *_signers(), *_times(), *_places()]


def _signatures() -> list[Try]:
    """Signatures that do not hold."""
    fine = good()
    payload = encode(body())
    (only,) = fine["signatures"]
    sig = bytearray(base64.b64decode(only["sig"]))
    sig[0] ^= 1

    def with_sig(entry: dict[str, str]) -> bytes:
        return in_bytes({**fine, "signatures": [entry]})

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
            with_sig(one(encode(body(reference="vector-2")), "bolat")),
        ),
        Try(
            "bad_signature-other_type",
            "the signature was made over these bytes as something else",
            with_sig(one(payload, "bolat", PAYLOAD_TYPE_POSSESSION)),
        ),
        Try(
            "bad_signature-bare",
            "the signature was made over the payload, not over its encoding with the type",
            with_sig({**only, "sig": plain}),
        ),
        Try(
            "bad_signature-other_key",
            "the signature is another officer's than the key id says",
            with_sig({**one(payload, "marat"), "keyid": only["keyid"]}),
        ),
        Try(
            "bad_signature-one_of_two",
            "the cosigner's signature is bad: one bad signature fails the envelope",
            in_bytes(
                envelope_of(
                    encode(body(cosigners=["marat"])),
                    [
                        one(encode(body(cosigners=["marat"])), "bolat"),
                        {**one(payload, "marat")},
                    ],
                )
            ),
        ),
        Try(
            "unknown_key", "a key that the log never enrolled", in_bytes(signed(payload, "nobody"))
        ),
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
            in_bytes(signed(with_marat)),
        ),
        Try(
            "signers_differ-extra",
            "an officer signed whom the body does not name",
            in_bytes(signed(payload, "bolat", "marat")),
        ),
        Try(
            "signers_differ-author_missing",
            "only the cosigner signed",
            in_bytes(signed(with_marat, "marat")),
        ),
        Try("signers_differ-other", "another officer signed", in_bytes(signed(payload, "marat"))),
        Try(
            "signers_differ-two_keys",
            "one officer signed with two keys",
            in_bytes(signed(by_saule, "saule", "saule-2")),
        ),
        Try(
            "valid-second_key",
            "signed with the officer's other key",
            in_bytes(signed(encode(body(cosigners=["saule"])), "bolat", "saule-2")),
        ),
        Try("key_not_good", "the key was revoked before", in_bytes(signed(payload, "bolat-2"))),
    ]


def _times() -> list[Try]:
    """Events that come too late, too early, or twice."""
    last = later(now(), timedelta(days=VALIDITY_DAYS_MAX))
    beyond = later(last, MICROSECOND)
    replayed = orjson.dumps(
        orjson.loads(prelude("working").records[-2])["envelope"], option=orjson.OPT_SORT_KEYS
    )
    bodies = [parse_record(raw).body for raw in prelude("working").records]
    reference = next(members["reference"] for members in bodies if members["author"] == "bolat")
    return [
        Try(
            "expired",
            "valid_until has passed",
            in_bytes(good(valid_until=past())),
        ),
        Try(
            "valid-last_instant",
            "recorded at valid_until itself",
            in_bytes(good(valid_until=now())),
        ),
        Try("valid_too_long", "a microsecond beyond 400 days", in_bytes(good(valid_until=beyond))),
        Try("valid-longest", "exactly 400 days ahead", in_bytes(good(valid_until=last))),
        Try(
            "time_reversed",
            "the clock stands before the last record",
            in_bytes(good()),
            now=later(prelude("working").now, -MICROSECOND),
        ),
        Try("duplicate", "the very bytes of an earlier record", replayed),
        Try(
            "reference_used",
            "the author used this reference before, for other bytes",
            in_bytes(good(reference=reference)),
        ),
        Try(
            "valid-reference_of_another",
            "another officer's reference",
            in_bytes(good(author="aigerim", reference=reference)),
        ),
        Try(
            "expired-before_signers",
            "expired, and the cosigner did not sign: the earlier check answers",
            in_bytes(signed(encode(body(cosigners=["marat"], valid_until=past())))),
        ),
    ]


def _places() -> list[Try]:
    """Events for another log."""
    whole = prelude("constituted")
    again = {**whole.constitution(), "reference": "vector-1"}
    twice = signed(encode(again), again["author"], *again["cosigners"])
    return [
        Try("wrong_fund-name", "signed for another fund", in_bytes(good(fund="test/bay"))),
        Try(
            "wrong_fund-environment",
            "signed for the same name in production",
            in_bytes(good(fund="production/harbour")),
        ),
        Try(
            "wrong_fund-before_expired",
            "another fund's, and expired: the earlier check answers",
            in_bytes(good(fund="test/bay", valid_until=past())),
        ),
        Try("unknown_key-empty_log", "no constitution yet, so no key", in_bytes(good()), "empty"),
        Try("constituted_already", "a second constitution", in_bytes(twice), "constituted"),
    ]
