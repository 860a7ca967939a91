"""What a submitter is told: a receipt for what is recorded, a rejection for what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.record import parse_record
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from ledger.domain.outcome import Outcome, Rejection


@fixed
class Receipt:
    """The event is recorded and durable at this position, with this outcome."""

    event_id: str
    position: int
    recorded_at: str
    outcome: Outcome
    repeated: bool = False
    """Whether the same bytes had been recorded before this submission."""


@fixed
class Rejected:
    """The event is not recorded."""

    event_id: str
    rejection: Rejection


Answer = Receipt | Rejected


def stored_receipt(raw: bytes) -> Receipt:
    """The receipt of a record that was there already."""
    record = parse_record(raw)
    return Receipt(
        record.event_id, record.position, record.recorded_at, record.outcome, repeated=True
    )
