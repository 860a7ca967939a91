"""Envelopes: the pre-authentication encoding, the one form, signing, merging, verification."""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from ledger.kernel.canonical import encode
from ledger.kernel.errors import (
    AuthorityError,
    CanonicalError,
    EnvelopeError,
    InvariantError,
    LedgerError,
    SignatureError,
)
from ledger.kernel.limits import (
    ENVELOPE_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    SIGNATURE_BYTES_MAX,
    SIGNATURES_MAX,
)
from ledger.signing.base64_text import encode_base64
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    VerifiedEnvelope,
    add_signature,
    checks,
    envelope_from_members,
    envelope_members,
    merge_envelopes,
    pae,
    parse_envelope,
    render_envelope,
    sign_payload,
    verify_envelope,
    verify_envelopes,
)
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNERS = sorted(
    (MemorySigner.from_seed(bytes((number,)) * 32) for number in range(3)),
    key=lambda signer: signer.public_key.keyid,
)
KEYS = {signer.public_key.keyid: signer.public_key for signer in SIGNERS}
PAYLOAD = b'{"fund":"test/alem"}'
ENVELOPE = sign_payload(PAYLOAD, SIGNERS)
BYTES = render_envelope(ENVELOPE)


def members() -> dict[str, Any]:
    return dict(envelope_members(ENVELOPE))


# -- pre-authentication encoding


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        (
            "http://example.com/HelloWorld",
            b"hello world",
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        ),
        ("", b"", b"DSSEv1 0  0 "),
        ("a b", b" ", b"DSSEv1 3 a b 1  "),
        ("\u00fc", b"\xff\x00", b"DSSEv1 2 \xc3\xbc 2 \xff\x00"),  # lengths count bytes
        ("\U0001f3db", b"x" * 10, b"DSSEv1 4 \xf0\x9f\x8f\x9b 10 xxxxxxxxxx"),
    ],
)
def test_pae(kind: str, payload: bytes, expected: bytes) -> None:
    assert pae(kind, payload) == expected


# -- one form


def test_the_form() -> None:
    keyid, signature = SIGNERS[0].public_key.keyid, SIGNERS[0].sign(pae(PAYLOAD_TYPE_EVENT, b"{}"))
    assert render_envelope(sign_payload(b"{}", [SIGNERS[0]])) == (
        b'{"payload":"e30=","payloadType":"application/vnd.sovereign-custody.event.v1+json",'
        b'"signatures":[{"keyid":"%b","sig":"%b"}]}'
        % (keyid.encode(), encode_base64(signature).encode())
    )


def test_parse_is_the_inverse_of_render() -> None:
    assert parse_envelope(BYTES) == ENVELOPE
    assert render_envelope(parse_envelope(BYTES)) == BYTES
    assert envelope_from_members(envelope_members(ENVELOPE)) == ENVELOPE


def test_the_largest_envelope_fits_its_bound() -> None:
    signatures = tuple(
        EnvelopeSignature(f"{number:064x}", bytes(SIGNATURE_BYTES_MAX))
        for number in range(SIGNATURES_MAX)
    )
    largest = Envelope(bytes(PAYLOAD_BYTES_MAX), PAYLOAD_TYPE_EVENT, signatures)
    data = render_envelope(largest)
    assert len(data) <= ENVELOPE_BYTES_MAX
    assert parse_envelope(data) == largest


def test_more_bytes_than_the_bound_are_not_read() -> None:
    with pytest.raises(CanonicalError):
        parse_envelope(b" " * (ENVELOPE_BYTES_MAX + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b" " + BYTES,
        BYTES + b"\n",
        BYTES.replace(b",", b", "),
        BYTES[:-1],
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((CanonicalError, EnvelopeError)):
        parse_envelope(data)


def _changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = copy.deepcopy(members())
    change(changed)
    return changed


def _first(changed: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = changed["signatures"][0]
    return first


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "payload missing": (lambda m: m.pop("payload"), ""),
    "type missing": (lambda m: m.pop("payloadType"), ""),
    "signatures missing": (lambda m: m.pop("signatures"), ""),
    "unknown member": (lambda m: m.update(extra="x"), ""),
    "payload no string": (lambda m: m.update(payload=7), "payload"),
    "payload empty": (lambda m: m.update(payload=""), "payload"),
    "payload too long": (
        lambda m: m.update(payload=encode_base64(bytes(PAYLOAD_BYTES_MAX + 1))),
        "payload",
    ),
    "payload unpadded": (lambda m: m.update(payload=m["payload"].rstrip("=")), "payload"),
    "payload trailing bits": (lambda m: m.update(payload="QR=="), "payload"),
    "payload URL-safe": (lambda m: m.update(payload="_-8="), "payload"),
    "type no string": (lambda m: m.update(payloadType=[]), "payloadType"),
    "type of another format": (
        lambda m: m.update(payloadType="application/vnd.in-toto+json"),
        "payloadType",
    ),
    "type in capitals": (
        lambda m: m.update(payloadType=PAYLOAD_TYPE_EVENT.upper()),
        "payloadType",
    ),
    "signatures no array": (lambda m: m.update(signatures={}), "signatures"),
    "signatures empty": (lambda m: m.update(signatures=[]), "signatures"),
    "signatures of strings": (lambda m: m.update(signatures=["x"]), "signatures"),
    "signatures out of order": (lambda m: m["signatures"].reverse(), "signatures"),
    "signature twice": (lambda m: m["signatures"].insert(0, _first(m)), "signatures"),
    "seventeen signatures": (
        lambda m: m.update(
            signatures=[{"keyid": f"{n:064x}", "sig": "QUJD"} for n in range(17)],
        ),
        "signatures",
    ),
    "unknown member of a signature": (lambda m: _first(m).update(cert="x"), "signatures[0]"),
    "key id missing": (lambda m: _first(m).pop("keyid"), "signatures[0]"),
    "key id no string": (lambda m: _first(m).update(keyid=1), "signatures[0].keyid"),
    "key id short": (lambda m: _first(m).update(keyid="0" * 63), "signatures[0].keyid"),
    "key id long": (lambda m: _first(m).update(keyid="0" * 65), "signatures[0].keyid"),
    "key id in capitals": (
        lambda m: _first(m).update(keyid="A" * 64),
        "signatures[0].keyid",
    ),
    "key id with newline": (
        lambda m: _first(m).update(keyid="0" * 64 + "\n"),
        "signatures[0].keyid",
    ),
    "sig no string": (lambda m: _first(m).update(sig=True), "signatures[0].sig"),
    "sig empty": (lambda m: _first(m).update(sig=""), "signatures[0].sig"),
    "sig too long": (
        lambda m: _first(m).update(sig=encode_base64(bytes(SIGNATURE_BYTES_MAX + 1))),
        "signatures[0].sig",
    ),
    "sig no base64": (lambda m: m["signatures"][2].update(sig="*"), "signatures[2].sig"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_envelope_is_refused_with_its_place(name: str) -> None:
    change, where = REFUSED[name]
    changed = _changed(change)
    with pytest.raises(EnvelopeError) as refusal:
        envelope_from_members(changed)
    assert refusal.value.where == where
    with pytest.raises(EnvelopeError):
        parse_envelope(encode(changed))


def test_parsing_does_not_alter_what_it_is_given() -> None:
    given = members()
    before = copy.deepcopy(given)
    envelope_from_members(given)
    assert given == before


def test_another_type_is_read_where_it_is_allowed() -> None:
    other = sign_payload(b"x", SIGNERS[:1], payload_type="application/x-other")
    data = render_envelope(other)
    assert parse_envelope(data, allowed=("application/x-other",)) == other
    assert parse_envelope(data, allowed=frozenset({"application/x-other"})) == other
    with pytest.raises(EnvelopeError):
        parse_envelope(data)
    with pytest.raises(EnvelopeError):
        parse_envelope(BYTES, allowed=())


def test_envelopes_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ENVELOPE.payload = b"forged"  # type: ignore[misc]  # that is the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        ENVELOPE.signatures[0].sig = b"forged"  # type: ignore[misc]  # that is the point


# -- signing


def test_signing_needs_a_signer_and_each_once() -> None:
    with pytest.raises(EnvelopeError, match="0 signatures"):
        sign_payload(PAYLOAD, [])
    with pytest.raises(EnvelopeError, match="two signatures of one key"):
        sign_payload(PAYLOAD, [SIGNERS[0], SIGNERS[0]])


def test_the_order_of_signing_leaves_no_trace() -> None:
    one_by_one = sign_payload(PAYLOAD, [SIGNERS[2]])
    for signer in (SIGNERS[0], SIGNERS[1]):
        one_by_one = add_signature(one_by_one, signer)
    assert one_by_one == ENVELOPE


def test_a_second_signature_of_one_key_is_refused() -> None:
    with pytest.raises(EnvelopeError, match="two signatures of one key") as refusal:
        add_signature(ENVELOPE, SIGNERS[1])
    assert refusal.value.where == f"key {SIGNERS[1].public_key.keyid}"


def test_a_seventeenth_signature_is_refused() -> None:
    envelope = sign_payload(PAYLOAD, [MemorySigner.generate() for _ in range(SIGNATURES_MAX)])
    with pytest.raises(EnvelopeError, match="17 signatures"):
        add_signature(envelope, MemorySigner.generate())


def test_merge_unites_the_signatures_of_one_payload() -> None:
    left, right = sign_payload(PAYLOAD, SIGNERS[:2]), sign_payload(PAYLOAD, SIGNERS[1:])
    assert merge_envelopes(left, right) == merge_envelopes(right, left) == ENVELOPE
    assert merge_envelopes(left, left) == left


def test_merge_refuses_another_payload_type_or_signature() -> None:
    left = sign_payload(PAYLOAD, SIGNERS[:1])
    with pytest.raises(EnvelopeError, match="different payloads"):
        merge_envelopes(left, sign_payload(PAYLOAD + b" ", SIGNERS[1:]))
    with pytest.raises(EnvelopeError, match="different payloads"):
        merge_envelopes(left, sign_payload(PAYLOAD, SIGNERS[1:], payload_type="application/x"))
    forged = EnvelopeSignature(left.signatures[0].keyid, bytes(64))
    with pytest.raises(EnvelopeError, match="two signatures of one key"):
        merge_envelopes(left, Envelope(PAYLOAD, PAYLOAD_TYPE_EVENT, (forged,)))


# -- verification


def test_verification_returns_the_evidence() -> None:
    verified = verify_envelope(ENVELOPE, KEYS)
    assert verified.payload == PAYLOAD
    assert verified.payload_type == PAYLOAD_TYPE_EVENT
    assert verified.keyids == tuple(sorted(KEYS))


def test_checks_ask_one_question_for_each_signature() -> None:
    asked = checks(ENVELOPE, KEYS)
    assert [check.key.keyid for check in asked] == sorted(KEYS)
    assert {check.message for check in asked} == {pae(PAYLOAD_TYPE_EVENT, PAYLOAD)}
    assert verify_all(asked) == [True, True, True]


def test_an_unknown_key_is_named() -> None:
    known = {keyid: key for keyid, key in KEYS.items() if keyid != SIGNERS[1].public_key.keyid}
    for ask in (checks, verify_envelope):
        with pytest.raises(AuthorityError) as refusal:
            ask(ENVELOPE, known)
        assert refusal.value.where == f"key {SIGNERS[1].public_key.keyid}"
        assert not isinstance(refusal.value, SignatureError)


@pytest.mark.parametrize("place", range(3))
def test_one_bad_signature_fails_the_envelope(place: int) -> None:
    signatures = list(ENVELOPE.signatures)
    signatures[place] = EnvelopeSignature(signatures[place].keyid, signatures[place - 1].sig)
    forged = Envelope(PAYLOAD, PAYLOAD_TYPE_EVENT, tuple(signatures))
    with pytest.raises(SignatureError) as refusal:
        verify_envelope(forged, KEYS)
    assert refusal.value.where == f"key {signatures[place].keyid}"


def test_a_changed_payload_or_type_fails() -> None:
    for payload, kind in ((PAYLOAD + b" ", PAYLOAD_TYPE_EVENT), (PAYLOAD, "application/json")):
        with pytest.raises(SignatureError):
            verify_envelope(Envelope(payload, kind, ENVELOPE.signatures), KEYS)


def test_a_key_id_that_leads_to_another_key_fails() -> None:
    misled = dict(zip(KEYS, reversed(KEYS.values()), strict=True))
    with pytest.raises(SignatureError):
        verify_envelope(ENVELOPE, misled)


@pytest.mark.parametrize("threads", [1, 2])
def test_many_envelopes_get_their_own_answers(threads: int) -> None:
    stranger = MemorySigner.generate()
    envelopes: list[Envelope] = []
    kinds: list[type] = []
    for number in range(60):
        payload = b"%d" % number
        signers = SIGNERS[: number % 3 + 1]
        if number % 7 == 3:
            envelopes.append(sign_payload(payload, [*signers, stranger]))
            kinds.append(AuthorityError)
        elif number % 7 == 5:
            good = sign_payload(payload, signers)
            envelopes.append(Envelope(payload + b"!", good.payload_type, good.signatures))
            kinds.append(SignatureError)
        else:
            envelopes.append(sign_payload(payload, signers))
            kinds.append(VerifiedEnvelope)
    answers = verify_envelopes(envelopes, KEYS, threads)
    assert [type(answer) for answer in answers] == kinds
    for envelope, answer in zip(envelopes, answers, strict=True):
        if isinstance(answer, VerifiedEnvelope):
            assert answer == verify_envelope(envelope, KEYS)
    assert verify_envelopes([], KEYS) == []


def test_a_verified_envelope_comes_from_verification_only() -> None:
    with pytest.raises(InvariantError):
        VerifiedEnvelope(PAYLOAD, PAYLOAD_TYPE_EVENT, tuple(KEYS))
    with pytest.raises(InvariantError):
        VerifiedEnvelope(PAYLOAD, PAYLOAD_TYPE_EVENT, tuple(KEYS), object())
    verified = verify_envelope(ENVELOPE, KEYS)
    with pytest.raises((LedgerError, ValueError, AttributeError)):
        dataclasses.replace(verified, payload=b"forged")
    with pytest.raises(dataclasses.FrozenInstanceError):
        verified.payload = b"forged"  # type: ignore[misc]  # that is the point
