"""Well-formed records without a fund's life: unsigned, any body, for tests of storing them."""

from __future__ import annotations

import hashlib

from ledger.domain.record import render_record
from ledger.kernel.canonical import encode
from ledger.signing.base64_text import encode_base64
from ledger.store.record_store import NewRecord

FUND = "test/alem"
OTHER_FUND = "test/baiterek"
KIND = "transfer.proposed.v1"
_OUTCOME = b'{"effects":[],"findings":[],"verdict":"effective"}'
_SIGNATURES = [{"keyid": "0" * 64, "sig": encode_base64(bytes(64))}]
_TYPE = "application/vnd.sovereign-custody.event.v1+json"


def plain_record(
    position: int, *, fund: str = FUND, kind: str = KIND, reference: str = "", padding: str = ""
) -> NewRecord:
    """The record of a position; another `reference` makes it another event."""
    body = {
        "fund": fund,
        "kind": kind,
        "padding": padding,
        "reference": reference or f"R-{position}",
    }
    payload = encode(body)  # type: ignore[arg-type]  # a dict of str is a value
    envelope = encode(
        {"payload": encode_base64(payload), "payloadType": _TYPE, "signatures": _SIGNATURES}  # type: ignore[dict-item]  # as above
    )
    raw = render_record(envelope, _OUTCOME, position, "2026-11-22T10:00:00.000000Z")
    return NewRecord(fund, position, kind, raw, hashlib.sha256(payload).hexdigest())


def plain_records(first: int, last: int, *, padding: str = "") -> list[NewRecord]:
    """The records of the positions from `first` to `last`."""
    return [plain_record(position, padding=padding) for position in range(first, last + 1)]
