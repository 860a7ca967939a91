"""Laws of envelopes: one form, no trace of the order of signing, and no crash on any bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.kernel.errors import CanonicalError, EnvelopeError, SignatureError
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    add_signature,
    envelope_members,
    merge_envelopes,
    pae,
    parse_envelope,
    read_envelope,
    render_envelope,
    sign_payload,
    verify_envelope,
)
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNERS = [MemorySigner.from_seed(bytes((number,)) * 32) for number in range(6)]
KEYS = {signer.public_key.keyid: signer.public_key for signer in SIGNERS}

payloads = st.binary(min_size=1, max_size=200)
signatures = st.dictionaries(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.binary(min_size=1, max_size=72),
    min_size=1,
    max_size=16,
)
envelopes = st.builds(
    lambda payload, found: Envelope(
        payload,
        PAYLOAD_TYPE_EVENT,
        tuple(EnvelopeSignature(keyid, found[keyid]) for keyid in sorted(found)),
    ),
    payloads,
    signatures,
)
orders = st.lists(st.sampled_from(SIGNERS), min_size=1, unique_by=id)


@given(envelopes)
def test_render_and_parse_are_inverse(envelope: Envelope) -> None:
    data = render_envelope(envelope)
    assert parse_envelope(data) == envelope
    assert render_envelope(parse_envelope(data)) == data
    assert read_envelope(data) == envelope


@given(envelopes, st.data(), st.booleans(), st.sampled_from([None, 0, 3]))
def test_spelling_does_not_matter_to_the_tolerant_reader(
    envelope: Envelope,
    data: st.DataObject,
    safe: bool,  # noqa: FBT001  # drawn by Hypothesis
    indent: int | None,
) -> None:
    members: dict[str, Any] = dict(envelope_members(envelope))
    members["signatures"] = data.draw(st.permutations(members["signatures"]))
    shuffled = data.draw(st.permutations(list(members.items())))
    text = json.dumps(dict(shuffled), indent=indent)
    if safe:
        head, kind, tail = text.partition(PAYLOAD_TYPE_EVENT)
        text = head.translate(URL_SAFE) + kind + tail.translate(URL_SAFE)
    assert read_envelope(text.encode()) == envelope


URL_SAFE = str.maketrans("+/", "-_")


@given(envelopes, st.data())
def test_a_flipped_bit_is_refused_or_another_envelope(
    envelope: Envelope, data: st.DataObject
) -> None:
    good = render_envelope(envelope)
    mutant = bytearray(good)
    mutant[data.draw(st.integers(0, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        parsed = parse_envelope(bytes(mutant))
    except (CanonicalError, EnvelopeError):
        return
    assert parsed != envelope
    assert render_envelope(parsed) == mutant


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_crash_a_reader(data: bytes) -> None:
    with pytest.raises((CanonicalError, EnvelopeError)):
        parse_envelope(data)
    with pytest.raises(EnvelopeError):
        read_envelope(data)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=6), envelopes)
def test_unknown_members_never_count_as_duplicates(
    extra: dict[str, object], envelope: Envelope
) -> None:
    for ascii_only in (True, False):
        text = json.dumps(extra | envelope_members(envelope), ensure_ascii=ascii_only)
        assert read_envelope(text.encode()) == envelope


@given(st.dictionaries(st.text(max_size=4), json_values, min_size=1, max_size=4), st.data())
def test_a_doubled_member_is_always_seen(extra: dict[str, object], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(sorted(extra)))
    body = json.dumps(extra)[1:-1] + "," + json.dumps({twice: data.draw(json_values)})[1:-1]
    valid = render_envelope(sign_payload(b"x", SIGNERS[:1])).decode()[:-1]
    with pytest.raises(EnvelopeError, match="twice"):
        read_envelope((valid + ',"unknown":{' + body + "}}").encode())


@given(st.text(max_size=20), payloads, st.text(max_size=20), payloads)
def test_pae_is_injective(left_type: str, left: bytes, right_type: str, right: bytes) -> None:
    same = (left_type, left) == (right_type, right)
    assert (pae(left_type, left) == pae(right_type, right)) is same


@given(st.text("a 1", max_size=6), st.binary(max_size=6))
def test_pae_can_be_read_back(kind: str, payload: bytes) -> None:
    """The naive reader of DSSE's definition: only one pair has this encoding."""
    head, length, rest = pae(kind, payload).split(b" ", 2)
    assert head == b"DSSEv1"
    assert rest[: int(length)] == kind.encode()
    size, body = rest[int(length) + 1 :].split(b" ", 1)
    assert (int(size), body) == (len(payload), payload)


@settings(deadline=None)
@given(payloads, orders)
def test_the_order_of_signing_leaves_no_trace(
    payload: bytes, signers: Sequence[MemorySigner]
) -> None:
    together = sign_payload(payload, sorted(signers, key=lambda s: s.public_key.keyid))
    one_by_one = merged = sign_payload(payload, signers[:1])
    for signer in signers[1:]:
        one_by_one = add_signature(one_by_one, signer)
        merged = merge_envelopes(sign_payload(payload, [signer]), merged)
    assert one_by_one == merged == together
    assert verify_envelope(together, KEYS).payload == payload


@settings(deadline=None)
@given(payloads, payloads, orders)
def test_signatures_over_one_payload_are_worth_nothing_over_another(
    payload: bytes, other: bytes, signers: Sequence[MemorySigner]
) -> None:
    signed = sign_payload(payload, signers)
    moved = Envelope(other, signed.payload_type, signed.signatures)
    if payload == other:
        assert verify_envelope(moved, KEYS) == verify_envelope(signed, KEYS)
    else:
        with pytest.raises(SignatureError):
            verify_envelope(moved, KEYS)
