"""The usual spelling of a record: one expression that reads what nearly every record is.

What it accepts, the strict reader (`ledger.domain.record.parse_record`) accepts too, with the same
content; a test holds the two together. What it does not accept may still be a record: that, and
what is wrong with it, is the strict reader's question. It takes a fraction of the time.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from ledger.domain.record import decode_payload
from ledger.kernel.errors import LedgerError
from ledger.kernel.instants import check_instant
from ledger.kernel.limits import (
    OUTCOME_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    SIGNATURE_BYTES_MAX,
    SIGNATURES_MAX,
)
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT

_B64 = rb"[A-Za-z0-9+/]+={0,2}"
_KEYID = rb"[0-9a-f]{64}"
_SIGNATURE = rb'\{"keyid":"' + _KEYID + rb'","sig":"' + _B64 + rb'"\}'
_FINDING = rb'\{"rule":"[A-Za-z0-9_.-]+","verdict":"(?:deny|needs_approval|flag)"\}'
_FINDINGS = rb"\[(?:" + _FINDING + rb"(?:," + _FINDING + rb")*)?\]"
_EFFECT = (
    rb'\{"event":"[0-9a-f]{64}","findings":' + _FINDINGS + rb',"verdict":"(?:effective|refused)"\}'
)
_RECORD: Final = re.compile(
    rb'\{"envelope":\{"payload":"(' + _B64 + rb')","payloadType":"'
    + re.escape(PAYLOAD_TYPE_EVENT.encode())
    + rb'","signatures":\[(' + _SIGNATURE + rb"(?:," + _SIGNATURE + rb")*)\]\}"
    + rb',"outcome":(\{"effects":\[(?:' + _EFFECT + rb"(?:," + _EFFECT + rb')*)?\],"findings":'
    + _FINDINGS
    + rb'(?:,"mandate":"[0-9a-f]{64}")?(?:,"state_digest":"[0-9a-f]{64}")?'
    + rb',"verdict":"(?:effective|pending|refused)"\})'
    + rb',"position":([1-9][0-9]{0,14}),"recorded_at":"([0-9TZ:.-]{27})"\}'
)  # fmt: skip
_SIGNATURES: Final = re.compile(rb'\{"keyid":"(' + _KEYID + rb')","sig":"(' + _B64 + rb')"\}')


@dataclass(frozen=True, slots=True)
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
    encoded, blob, outcome, position, recorded_at = match.groups()
    signatures = [(keyid.decode(), _decoded(sig)) for keyid, sig in _SIGNATURES.findall(blob)]
    payload = _decoded(encoded)
    try:
        check_instant(recorded_at.decode())
        body = decode_payload(payload)
    except LedgerError:
        return None
    within = (
        len(payload) <= PAYLOAD_BYTES_MAX
        and len(outcome) <= OUTCOME_BYTES_MAX
        and len(signatures) <= SIGNATURES_MAX
        and all(0 < len(sig) <= SIGNATURE_BYTES_MAX for _, sig in signatures)
        and all(left[0] < right[0] for left, right in pairwise(signatures))
    )
    return Content(payload, body, signatures, int(position)) if within else None


def _decoded(text: bytes) -> bytes:
    """The bytes of their one base64 text; empty (which no part of a record may be) for another."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return b""
    return data if binascii.b2a_base64(data, newline=False) == text else b""
