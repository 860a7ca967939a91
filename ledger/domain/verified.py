"""From a parsed envelope to an event whose signatures are known to be good.

Cryptography itself is `ledger.signing`'s; this module says *which* signatures must hold: those of
the envelope, by keys that the log enrolled (or, for the constitution, that it enrols itself), and
the proof of possession inside `key.enrolled`. Admission accepts only what comes out of here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.funds import FundConstituted, founders_keys
from ledger.domain.keys import KeyEnrolled
from ledger.domain.kinds import KINDS
from ledger.domain.record import decode_payload, event_id_of
from ledger.kernel.errors import (
    AuthorityError,
    BodyError,
    SignatureError,
    UndecidableError,
    ValueFormError,
)
from ledger.kernel.fixed import fixed
from ledger.kernel.form import read_form
from ledger.signing.base64_text import decode_base64
from ledger.signing.bulk import SignatureCheck
from ledger.signing.dsse import pae
from ledger.signing.keys import parse_public_key
from ledger.signing.possession import possession_check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.domain.body import Body
    from ledger.domain.keys import EnrolledKey
    from ledger.domain.kind import Kind
    from ledger.signing.dsse import Envelope
    from ledger.signing.keys import PublicKey


@fixed
class VerifiedEvent:
    """An event whose every signature verified under the key that its id names."""

    event_id: str
    kind: Kind
    body: Body
    keyids: tuple[str, ...]
    """Key ids of the envelope's signatures, in their order."""
    envelope: bytes
    """The envelope's canonical bytes, as they will be stored."""


@fixed
class UnverifiedEvent:
    """A well-formed event and the signatures that must still be checked."""

    event: VerifiedEvent
    checks: tuple[SignatureCheck, ...]

    def verified(self, verdicts: Sequence[bool]) -> VerifiedEvent:
        """The event, if every check held; `SignatureError` naming the first that did not."""
        if len(verdicts) != len(self.checks) or not all(verdicts):
            index = list(verdicts).index(False) if False in verdicts else len(verdicts)
            names = [*self.event.keyids, "proof of possession"]
            raise SignatureError("a signature does not verify", where=names[index])
        return self.event


def read_event(envelope: Envelope, envelope_bytes: bytes, body: dict[str, Any]) -> VerifiedEvent:
    """The event of an envelope *before* its signatures are checked.

    For an audit that checks them elsewhere at the same time, and believes nothing until that
    verdict is in.
    """
    kind = KINDS.get(body["kind"])
    if kind is None:
        raise UndecidableError(
            f"unknown kind {body['kind'][:60]!r}",
            where="payload.kind",
            hint="A newer version of the software may know it",
        )
    return VerifiedEvent(
        event_id=event_id_of(envelope.payload),
        kind=kind,
        body=read_form(kind.form, body),
        keyids=tuple(signature.keyid for signature in envelope.signatures),
        envelope=envelope_bytes,
    )


def open_event(
    envelope: Envelope, envelope_bytes: bytes, keys: Mapping[str, EnrolledKey]
) -> UnverifiedEvent:
    """The event and every signature check that it needs.

    Raises `BodyError` for a malformed body, `AuthorityError` for a key that the log does not know.
    """
    event = read_event(envelope, envelope_bytes, decode_payload(envelope.payload))
    known = envelope_keys(event, keys)
    message = pae(envelope.payload_type, envelope.payload)
    checks = []
    for signature in envelope.signatures:
        key = known.get(signature.keyid)
        if key is None:
            raise AuthorityError(
                "unknown key", where=signature.keyid, hint="Only enrolled keys may sign"
            )
        checks.append(SignatureCheck(key, message, signature.sig))
    return UnverifiedEvent(event, (*checks, *inner_checks(event)))


def envelope_keys(event: VerifiedEvent, keys: Mapping[str, EnrolledKey]) -> Mapping[str, PublicKey]:
    """The keys that may have signed an event's envelope, by key id."""
    if isinstance(event.body, FundConstituted):
        return {keyid: key for keyid, (_, key) in founders_keys(event.body).items()}
    return {keyid: keys[keyid].key for keyid in event.keyids if keyid in keys}


def inner_checks(event: VerifiedEvent) -> tuple[SignatureCheck, ...]:
    """Signatures inside the body: the proof of possession of a key being enrolled."""
    body = event.body
    if not isinstance(body, KeyEnrolled):
        return ()
    try:
        key = parse_public_key(body.algorithm, body.public_key)
    except ValueFormError as error:
        raise BodyError(error.message, where="public_key") from None
    try:
        proof = decode_base64(body.possession)
    except ValueFormError as error:
        raise BodyError(error.message, where="possession") from None
    return (possession_check(body.fund, body.officer, key, proof),)
