"""The usual spelling of a record: one expression that reads what nearly every record is.

What it accepts, the strict reader (`ledger.domain.record.parse_record`) accepts too, with the same
content; a test holds the two together. What it does not accept may still be a record: that, and
what is wrong with it, is the strict reader's question. It takes a fraction of the time.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ledger.domain.record import decode_payload
from ledger.kernel.errors import LedgerError
from ledger.kernel.fixed import fixed
from ledger.kernel.instants import check_instant
from ledger.kernel.limits import (
    FINDINGS_MAX,
    OUTCOME_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    SIGNATURE_BYTES_MAX,
    SIGNATURES_MAX,
)
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT
from ledger.signing.usual_spelling import ENVELOPE, usual_envelope

_FINDING = rb'\{"rule":"[A-Za-z0-9_.-]+","verdict":"(?:deny|needs_approval|flag)"\}'
_FINDINGS = rb"\[(?:" + _FINDING + rb"(?:," + _FINDING + rb")*)?\]"
_EFFECT = (
    rb'\{"event":"[0-9a-f]{64}","findings":' + _FINDINGS + rb',"verdict":"(?:effective|refused)"\}'
)
_RECORD: Final = re.compile(
    rb'\{"envelope":' + ENVELOPE
    + rb',"outcome":(\{"effects":\[(?:' + _EFFECT + rb"(?:," + _EFFECT + rb')*)?\],"findings":'
    + _FINDINGS
    + rb'(?:,"mandate":"[0-9a-f]{64}")?(?:,"state_digest":"[0-9a-f]{64}")?'
    + rb',"verdict":"(?:effective|pending|refused)"\})'
    + rb',"position":([1-9][0-9]{0,14}),"recorded_at":"([0-9TZ:.-]{27})"\}'
)  # fmt: skip


@fixed
class Content:
    """What was read of one record."""

    payload: bytes
    body: dict[str, Any]
    signatures: list[tuple[str, bytes]]
    """(key id, signature), sorted by key id."""
    position: int


def read_usual(raw: bytes) -> Content | None:
    """A record in its usual spelling, or None for one that the strict reader must judge."""
    match = _RECORD.fullmatch(raw)
    if match is None:
        return None
    encoded, payload_type, blob, outcome, position, recorded_at = match.groups()
    payload, of_type, signatures = usual_envelope(encoded, payload_type, blob)
    try:
        check_instant(recorded_at.decode())
        body = decode_payload(payload)
    except LedgerError:
        return None
    within = (
        of_type == PAYLOAD_TYPE_EVENT
        and len(payload) <= PAYLOAD_BYTES_MAX
        and len(outcome) <= OUTCOME_BYTES_MAX
        and outcome.count(b'"rule":') <= FINDINGS_MAX
        and _are_signatures(signatures)
    )
    return Content(payload, body, signatures, int(position)) if within else None


def _are_signatures(signatures: list[tuple[str, bytes]]) -> bool:
    """Whether they are neither too many nor of another size, and their key ids ascend."""
    last = ""
    for keyid, sig in signatures:
        if not 0 < len(sig) <= SIGNATURE_BYTES_MAX or keyid <= last:
            return False
        last = keyid
    return len(signatures) <= SIGNATURES_MAX
