"""The record: one envelope, its outcome, its position and its time. Its bytes are the log's leaf.

    {"envelope": …, "outcome": …, "position": 17, "recorded_at": "2026-11-22T10:00:00.000000Z"}

The envelope's canonical bytes are spliced in as they were verified; nothing is encoded twice.
See docs/spec/record.md.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ledger.domain.outcome import Outcome, outcome_of
from ledger.kernel.canonical import decode_object
from ledger.kernel.errors import BodyError, LedgerError, RecordError
from ledger.kernel.fixed import fixed
from ledger.kernel.instants import check_instant
from ledger.kernel.limits import PAYLOAD_BYTES_MAX, RECORD_BYTES_MAX
from ledger.signing.dsse import envelope_from_members

if TYPE_CHECKING:
    from ledger.signing.dsse import Envelope

_MEMBERS = frozenset({"envelope", "outcome", "position", "recorded_at"})


def event_id_of(payload: bytes) -> str:
    """The event's id: SHA-256 of the signed payload (not of the PAE), in lower-case hex."""
    return hashlib.sha256(payload).hexdigest()


@fixed
class Record:
    """A parsed record. `raw` is the truth; everything else is read from it."""

    raw: bytes
    envelope: Envelope
    body: dict[str, Any]
    outcome: Outcome
    position: int
    recorded_at: str
    event_id: str

    @property
    def fund(self) -> str:
        """The log origin that the body was signed for."""
        return str(self.body["fund"])

    @property
    def kind(self) -> str:
        """The kind's name with its version."""
        return str(self.body["kind"])


def render_record(envelope: bytes, outcome: bytes, position: int, recorded_at: str) -> bytes:
    """The record's bytes from the canonical bytes of its parts."""
    raw = b'{"envelope":%b,"outcome":%b,"position":%d,"recorded_at":"%b"}' % (
        envelope,
        outcome,
        position,
        recorded_at.encode(),
    )
    if len(raw) > RECORD_BYTES_MAX:
        raise RecordError(
            f"the record would have {len(raw)} bytes where {RECORD_BYTES_MAX} are allowed"
        )
    return raw


def parse_record(raw: bytes) -> Record:
    """The record of exactly these bytes; `RecordError` or `CanonicalError` otherwise."""
    value = decode_object(raw)
    if value.keys() != _MEMBERS:
        raise RecordError("a record has envelope, outcome, position and recorded_at, and no more")
    position, recorded_at = value["position"], value["recorded_at"]
    if type(position) is not int or position < 1:
        raise RecordError("a position is a count from 1", where="position")
    try:
        check_instant(str(recorded_at))
    except LedgerError as error:
        raise RecordError(error.message, where="recorded_at") from None
    envelope = _envelope_of(value["envelope"])
    return Record(
        raw=raw,
        envelope=envelope,
        body=decode_payload(envelope.payload),
        outcome=outcome_of(value["outcome"]),
        position=position,
        recorded_at=str(recorded_at),
        event_id=event_id_of(envelope.payload),
    )


def _envelope_of(value: object) -> Envelope:
    if not isinstance(value, dict):
        raise RecordError("an object was expected", where="envelope")
    return envelope_from_members(value)


def decode_payload(payload: bytes) -> dict[str, Any]:
    """The decoded payload, with the two members that say where it belongs."""
    body = decode_object(payload, limit=PAYLOAD_BYTES_MAX)
    for name in ("fund", "kind"):
        if not isinstance(body.get(name), str):
            raise BodyError(f"the payload has no {name}", where=name)
    return body
