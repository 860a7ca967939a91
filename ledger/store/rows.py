"""A record on its way into the store, as a row of the library, and on its way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from eventsourcing.persistence import StoredEvent

from ledger.kernel.fixed import fixed


@fixed
class NewRecord:
    """A decided record: its bytes and the columns of its row, all of which the bytes say too.

    `event_id` is the SHA-256 of the signed payload in lower-case hex. This is what the library
    calls a domain event, hence the two `originator` names.
    """

    fund: str
    position: int
    kind: str
    raw: bytes
    event_id: str

    @property
    def originator_id(self) -> str:
        """The library's word for the stream: the fund."""
        return self.fund

    @property
    def originator_version(self) -> int:
        """The library's word for the place in the stream: the position."""
        return self.position


@dataclass(frozen=True)
class StoredRecord(StoredEvent):
    """The library's row with one more column: the event id (32 bytes)."""

    event_id: bytes


class Stored(NamedTuple):
    """A record read back: its position, its kind, and exactly the bytes that were appended."""

    position: int
    kind: str
    raw: bytes
