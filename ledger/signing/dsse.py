"""DSSE v1.0.2 envelopes: what was signed, of which type, and by which keys (docs/spec/envelope.md).

The envelope in a record has one spelling (`parse_envelope`, `render_envelope`); a submission may
come in every spelling that DSSE allows (`read_envelope`) and is normalised before it is recorded.
The payload that is handed on is the byte string that was verified. A key id narrows the search for
a key and decides nothing: who may sign, and how many must, is judged elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import InitVar, dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from ledger.kernel.canonical import decode_object, encode
from ledger.kernel.errors import AuthorityError, EnvelopeError, SignatureError, invariant
from ledger.kernel.limits import (
    ENVELOPE_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    SIGNATURE_BYTES_MAX,
    SIGNATURES_MAX,
)
from ledger.signing.base64_text import encode_base64
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.members import check_exact, objects, octets, text
from ledger.signing.submission import normal_members
from ledger.signing.usual_spelling import read_usual_envelope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ledger.kernel.canonical import Value
    from ledger.signing.keys import PublicKey
    from ledger.signing.signer import Signer

PAYLOAD_TYPE_EVENT: Final = "application/vnd.sovereign-custody.event.v1+json"
_EVENTS: Final = (PAYLOAD_TYPE_EVENT,)
_KEYID: Final = re.compile(r"[0-9a-f]{64}\Z")
_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """One signature: the key id that it claims (64 lower-case hex digits) and its bytes."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """Bytes, their type, and 1 to 16 signatures over both, sorted by key id. Nothing is verified.

    Raises `EnvelopeError` (path of the member) for sizes, key ids and orders outside the format.
    """

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]

    def __post_init__(self) -> None:
        _check_size("payload", len(self.payload), "bytes", PAYLOAD_BYTES_MAX)
        _check_size("signatures", len(self.signatures), "signatures", SIGNATURES_MAX)
        last = ""
        for place, signature in enumerate(self.signatures):
            keyid, size = signature.keyid, len(signature.sig)
            if not _KEYID.match(keyid):
                where = f"signatures[{place}].keyid"
                raise EnvelopeError("not 64 lower-case hex digits", where=where)
            if not 0 < size <= SIGNATURE_BYTES_MAX:
                _check_size(f"signatures[{place}].sig", size, "bytes", SIGNATURE_BYTES_MAX)
            if keyid <= last:
                raise EnvelopeError("key ids do not ascend strictly", where="signatures")
            last = keyid


@dataclass(frozen=True, slots=True)
class VerifiedEnvelope:
    """An envelope whose every signature verified; only verification makes one."""

    payload: bytes
    payload_type: str
    keyids: tuple[str, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        invariant(seal is _SEAL, "a verified envelope comes from verification only")


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding, which is what is signed; the lengths count bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


# -- bytes to envelope and back


def parse_envelope(data: bytes, *, allowed: Collection[str] = _EVENTS) -> Envelope:
    """The envelope of canonical bytes, if it is of one of the allowed payload types.

    Raises `CanonicalError` (offset) for bytes outside the canonical form, `EnvelopeError` (path of
    the member) for whatever else is not an envelope of ours.
    """
    usual = read_usual_envelope(data) if len(data) <= ENVELOPE_BYTES_MAX else None
    if usual is not None and usual.payload_type in allowed:
        try:
            signatures = tuple([EnvelopeSignature(*signature) for signature in usual.signatures])
            return Envelope(usual.payload, usual.payload_type, signatures)
        except EnvelopeError:
            pass  # the strict reader says what is wrong
    return envelope_from_members(decode_object(data, limit=ENVELOPE_BYTES_MAX), allowed=allowed)


def read_envelope(data: bytes, *, allowed: Collection[str] = _EVENTS) -> Envelope:
    """The envelope of a submission in any spelling that DSSE allows, or `EnvelopeError`."""
    return envelope_from_members(normal_members(data), allowed=allowed)


def envelope_from_members(
    members: Mapping[str, object], *, allowed: Collection[str] = _EVENTS
) -> Envelope:
    """As `parse_envelope`, of an object that was decoded already (a record holds one)."""
    check_exact(members, ("payload", "payloadType", "signatures"))
    payload_type = text(members, "payloadType")
    if payload_type not in allowed:
        raise EnvelopeError(
            f"the type {payload_type[:80]!r} has no place here", where="payloadType"
        )
    signatures = tuple(
        _signature(item, f"signatures[{place}].")
        for place, item in enumerate(objects(members, "signatures"))
    )
    return Envelope(octets(members, "payload"), payload_type, signatures)


def envelope_members(envelope: Envelope) -> dict[str, Value]:
    """The envelope as the object that a record holds."""
    return {
        "payload": encode_base64(envelope.payload),
        "payloadType": envelope.payload_type,
        "signatures": [
            {"keyid": signature.keyid, "sig": encode_base64(signature.sig)}
            for signature in envelope.signatures
        ],
    }


def render_envelope(envelope: Envelope) -> bytes:
    """The canonical bytes of an envelope: what `parse_envelope` reads."""
    return encode(envelope_members(envelope))


def _signature(item: Mapping[str, object], path: str) -> EnvelopeSignature:
    check_exact(item, ("keyid", "sig"), path)
    return EnvelopeSignature(text(item, "keyid", path), octets(item, "sig", path))


def _check_size(where: str, size: int, unit: str, limit: int) -> None:
    if not 0 < size <= limit:
        raise EnvelopeError(f"{size} {unit} where 1 to {limit} are allowed", where=where)


# -- signing


def sign_payload(
    payload: bytes, signers: Iterable[Signer], *, payload_type: str = PAYLOAD_TYPE_EVENT
) -> Envelope:
    """An envelope signed by each of the signers (at least one, no key twice)."""
    message = pae(payload_type, payload)
    signatures = [EnvelopeSignature(s.public_key.keyid, s.sign(message)) for s in signers]
    return Envelope(payload, payload_type, _in_order(signatures))


def add_signature(envelope: Envelope, signer: Signer) -> Envelope:
    """The envelope with one signature more; `EnvelopeError` if that key signed it already."""
    added = sign_payload(envelope.payload, [signer], payload_type=envelope.payload_type)
    signatures = _in_order([*envelope.signatures, *added.signatures])
    return Envelope(envelope.payload, envelope.payload_type, signatures)


def merge_envelopes(left: Envelope, right: Envelope) -> Envelope:
    """One envelope with the signatures of both, which must hold the same payload and type.

    Raises `EnvelopeError` for different payloads, and for two signatures of one key.
    """
    if (left.payload_type, left.payload) != (right.payload_type, right.payload):
        raise EnvelopeError("the envelopes hold different payloads", where="payload")
    signatures = _in_order({*left.signatures, *right.signatures})
    return Envelope(left.payload, left.payload_type, signatures)


def _in_order(signatures: Iterable[EnvelopeSignature]) -> tuple[EnvelopeSignature, ...]:
    ordered = tuple(sorted(signatures, key=lambda signature: signature.keyid))
    for left, right in pairwise(ordered):
        if left.keyid == right.keyid:
            raise EnvelopeError("two signatures of one key", where=f"key {left.keyid}")
    return ordered


# -- verification


def checks(envelope: Envelope, keys: Mapping[str, PublicKey]) -> list[SignatureCheck]:
    """What must hold for the envelope to be good: one check for each of its signatures.

    `keys` maps key ids to keys that the caller trusts. Raises `AuthorityError` for an unknown one.
    """
    message = pae(envelope.payload_type, envelope.payload)
    found: list[SignatureCheck] = []
    for signature in envelope.signatures:
        key = keys.get(signature.keyid)
        if key is None:
            raise AuthorityError("no such key is known", where=f"key {signature.keyid}")
        found.append(SignatureCheck(key, message, signature.sig))
    return found


def verify_envelope(envelope: Envelope, keys: Mapping[str, PublicKey]) -> VerifiedEnvelope:
    """The evidence that every signature of the envelope verified under a known key.

    Raises `AuthorityError` for an unknown key and `SignatureError` for the first bad signature.
    """
    (answer,) = verify_envelopes([envelope], keys)
    if isinstance(answer, AuthorityError):
        raise answer
    return answer


def verify_envelopes(
    envelopes: Sequence[Envelope], keys: Mapping[str, PublicKey], threads: int = 1
) -> list[VerifiedEnvelope | AuthorityError]:
    """As `verify_envelope` for many at once, in their order; refusals are returned, not raised."""
    asked = [_checks_or_refusal(envelope, keys) for envelope in envelopes]
    flat = [check for part in asked if isinstance(part, list) for check in part]
    verdicts = iter(verify_all(flat, threads))
    return [
        _answer(envelope, list(islice(verdicts, len(part)))) if isinstance(part, list) else part
        for envelope, part in zip(envelopes, asked, strict=True)
    ]


def _checks_or_refusal(
    envelope: Envelope, keys: Mapping[str, PublicKey]
) -> list[SignatureCheck] | AuthorityError:
    try:
        return checks(envelope, keys)
    except AuthorityError as refusal:
        return refusal


def _answer(envelope: Envelope, verdicts: list[bool]) -> VerifiedEnvelope | SignatureError:
    keyids = tuple(signature.keyid for signature in envelope.signatures)
    for keyid, good in zip(keyids, verdicts, strict=True):
        if not good:
            return SignatureError("the signature does not verify", where=f"key {keyid}")
    return VerifiedEnvelope(envelope.payload, envelope.payload_type, keyids, seal=_SEAL)
