"""The mapper: bytes in, the same bytes out, and a row that disagrees with its record is named.

The row's columns lie outside the log's leaf, so each of them stands in the record too and every
read compares them. Kinds come from the closed set that the caller hands in; nothing stored is ever
resolved to a Python class, and nothing is transcoded, compressed or encrypted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from eventsourcing.persistence import JSONTranscoder, Mapper
from typing_extensions import override

from ledger.domain.record import parse_record
from ledger.kernel.errors import InvariantError, LedgerError, StoreCorruptError
from ledger.store.rows import NewRecord, Stored, StoredRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from eventsourcing.domain import DomainEventProtocol
    from eventsourcing.persistence import StoredEvent


class ParsedRecord(Protocol):
    """What the mapper reads from a parsed record."""

    @property
    def fund(self) -> str:
        """The fund that the body was signed for."""

    @property
    def position(self) -> int:
        """The place in the log, from 1."""

    @property
    def kind(self) -> str:
        """The kind's name with its version."""

    @property
    def event_id(self) -> str:
        """SHA-256 of the signed payload, in lower-case hex."""


Parse: TypeAlias = "Callable[[bytes], ParsedRecord]"
"""Reads record bytes strictly, and raises `LedgerError` for whatever is not a record."""


class RecordMapper(Mapper[str]):
    """Rows of one fund. `known_kinds` of None lets every kind pass."""

    def __init__(
        self,
        fund: str,
        *,
        parse: Parse = parse_record,
        known_kinds: Container[str] | None = None,
    ) -> None:
        super().__init__(JSONTranscoder())  # the base wants one; neither method below uses it
        self._fund = fund
        self._parse = parse
        self._known_kinds = known_kinds

    @override
    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredRecord:
        if not isinstance(domain_event, NewRecord):
            raise InvariantError("only records are stored")
        return StoredRecord(
            domain_event.fund,
            domain_event.position,
            domain_event.kind,
            domain_event.raw,
            bytes.fromhex(domain_event.event_id),
        )

    @override
    def to_domain_event(self, stored_event: StoredEvent) -> NewRecord:
        record = self._agreeing(stored_event)
        return NewRecord(
            record.fund, record.position, record.kind, stored_event.state, record.event_id
        )

    def to_stored(self, row: StoredRecord) -> Stored:
        """The row's record, if both agree; `StoreCorruptError` that names the position if not."""
        record = self._agreeing(row)
        return Stored(record.position, record.kind, row.state)

    def _agreeing(self, row: StoredEvent) -> ParsedRecord:
        try:
            record = self._parse(row.state)
        except LedgerError as error:
            raise _corrupt(row, f"the bytes are not a record: {error}") from error
        told: list[tuple[str, object, object]] = [
            ("fund", row.originator_id, record.fund),
            ("fund", self._fund, record.fund),
            ("position", row.originator_version, record.position),
            ("kind", row.topic, record.kind),
        ]
        if isinstance(row, StoredRecord):
            told.append(("event id", row.event_id, bytes.fromhex(record.event_id)))
        for name, outside, inside in told:
            if outside != inside:
                raise _corrupt(row, f"{name} {outside!r} outside the record, {inside!r} inside")
        if self._known_kinds is not None and record.kind not in self._known_kinds:
            raise _corrupt(
                row, f"the kind {record.kind!r} is unknown", hint="A newer release may know it"
            )
        return record


def _corrupt(row: StoredEvent, message: str, *, hint: str = "") -> StoreCorruptError:
    return StoreCorruptError(message, where=f"position {row.originator_version}", hint=hint)
