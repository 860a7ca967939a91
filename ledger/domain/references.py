"""References and event ids already used: what makes a replay or a second use a rejection.

References are remembered for ever; the state's digest carries only the root of the append-only
tree of them, in order of use. Event ids are remembered until they expire, in buckets by day, since
an expired envelope is rejected as such.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.log.compact_range import CompactRange
from ledger.log.merkle import leaf_hash

if TYPE_CHECKING:
    from ledger.kernel.canonical import Value

_REFERENCE_BYTES = 16
"""Of a SHA-256: enough against accident; an author who sought a collision would only refuse
himself, since the author's name is part of what is hashed."""
_NEVER = "9999-12-31"


def _fingerprint(author: str, reference: str) -> bytes:
    return hashlib.sha256(f"{author}\n{reference}".encode()).digest()


class References:
    """What one fund has used."""

    __slots__ = ("_asked", "_by_day", "_event_ids", "_oldest", "_tree", "_used")

    def __init__(self) -> None:
        self._used: set[bytes] = set()
        self._tree = CompactRange()
        self._event_ids: set[str] = set()
        self._by_day: dict[str, list[str]] = {}
        self._oldest = _NEVER
        """The first day of `_by_day`."""
        self._asked = ("", "", _fingerprint("", ""))
        """The last reference that was asked for: using it comes next."""

    def is_used(self, author: str, reference: str) -> bool:
        """Whether the author used this reference in an event that was not refused."""
        fingerprint = _fingerprint(author, reference)
        self._asked = (author, reference, fingerprint)
        return fingerprint[:_REFERENCE_BYTES] in self._used

    def use(self, author: str, reference: str) -> None:
        """Remember a reference for ever."""
        asked_author, asked_reference, fingerprint = self._asked
        if asked_author != author or asked_reference != reference:
            fingerprint = _fingerprint(author, reference)
        self._used.add(fingerprint[:_REFERENCE_BYTES])
        self._tree.append(leaf_hash(fingerprint))

    def knows(self, event_id: str) -> bool:
        """Whether an event with this id was recorded and has not expired."""
        return event_id in self._event_ids

    def remember(self, event_id: str, valid_until: str) -> None:
        """Remember an event id until the end of the day (UTC) on which it expires."""
        self._event_ids.add(event_id)
        day = valid_until[:10]
        ids = self._by_day.get(day)
        if ids is None:
            ids = self._by_day[day] = []
            self._oldest = min(self._oldest, day)
        ids.append(event_id)

    def forget_before(self, day: str) -> None:
        """Forget ids that expired before this day (UTC)."""
        if self._oldest >= day:
            return
        for expired in [known for known in self._by_day if known < day]:
            self._event_ids.difference_update(self._by_day.pop(expired))
        self._oldest = min(self._by_day, default=_NEVER)

    def digest_value(self) -> dict[str, Value]:
        """For the state's digest: size and root of the tree, and the unexpired ids in order."""
        event_ids: list[Value] = [*sorted(self._event_ids)]
        return {
            "event_ids": event_ids,
            "references_root": self._tree.root().hex(),
            "references_size": str(self._tree.size),
        }
