"""Naming records: by position, by event id or the beginning of one, by reference."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from ledger.domain.record import Record, parse_record
from ledger.kernel.errors import NotFoundError, ValueFormError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.store.record_store import RecordStore

_POSITION = re.compile(r"[1-9][0-9]{0,15}\Z")
_PREFIX = re.compile(r"[0-9a-f]{6,64}\Z")
_EVENT_ID = re.compile(r"[0-9a-f]{64}\Z")

REFERRING = frozenset(
    {"books", "break_id", "encumbrance", "prices", "proposal", "returns", "statement"}
)
"""Members that hold event ids; in a file of members any name of the event will do."""


def resolved(store: RecordStore, members: dict[str, Any]) -> dict[str, Any]:
    """The members with every name of an event replaced by its id."""
    return {
        name: _ids(store, value) if name in REFERRING else value for name, value in members.items()
    }


def _ids(store: RecordStore, value: Any) -> Any:  # noqa: ANN401 - a member of any form
    if isinstance(value, list):
        return [_ids(store, item) for item in value]
    if not isinstance(value, str) or _EVENT_ID.match(value):
        return value
    return record_named(store, value).event_id


def record_named(store: RecordStore, name: str) -> Record:
    """The one record of a position, an event id or the beginning of one, or a reference."""
    position = int(name) if _POSITION.match(name) else None
    with contextlib.suppress(ValueFormError):
        position = store.position_of(name) or position
    raw = store.read(position) if position else None
    found = [parse_record(raw)] if raw else list(_records_named(store, name))
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFoundError(
            f"{len(found)} events are named {name}",
            hint=f"Name one by its position: {', '.join(str(r.position) for r in found[:9])}",
        )
    end = f"; the log ends at {store.head()}" if position else ""
    raise NotFoundError(f"no event named {name}{end}", hint="`custody events` lists them")


def _records_named(store: RecordStore, name: str) -> Iterator[Record]:
    is_prefix = _PREFIX.match(name)
    for page in store.raw_pages():
        for raw in page:
            record = parse_record(raw)
            if record.body["reference"] == name or (is_prefix and record.event_id.startswith(name)):
                yield record
