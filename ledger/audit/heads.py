"""Heads: the signed checkpoints of an audit, and by which of the log's keys each is believed.

The log names its own keys: one in its constitution, and its successors by governance. The auditor
trusts one of them. A checkpoint counts if the trusted key signed it while it was in force, or if
the key in force at its size did and the log is the trusted one by its first leaf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.audit.findings import Finding, Place
from ledger.kernel.errors import LedgerError
from ledger.kernel.fixed import fixed
from ledger.log.note import parse_note, parse_vkey, verify_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.audit.replay import NamedLogKey
    from ledger.audit.trust import Trust
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.note import VerifierKey


@fixed
class Head:
    """One checkpoint: where it was read, its note, and what it states, unverified."""

    path: str
    note: bytes
    states: Checkpoint


@fixed
class LogKeys:
    """The log's keys as far as the replay came, and what the auditor trusts."""

    trust: Trust
    named: Sequence[NamedLogKey]
    decided: int
    """How many records were decided: after them there may be keys that nobody knows of yet."""
    size: int
    """How many records the log has."""
    is_pinned: bool
    """Whether position 1 is the one that the auditor trusts."""

    @property
    def is_complete(self) -> bool:
        """Whether every record was decided."""
        return self.decided >= self.size

    @property
    def trusts_a_named_key(self) -> bool:
        """Whether the log names the trusted key."""
        return self.trust.log_key in [parse_vkey(named.vkey) for named in self.named]

    def in_force_at(self, size: int) -> list[VerifierKey]:
        """The keys that count for a checkpoint of this size.

        The record that rotates the key is the last one that the old key may cover, and the first
        of the new one. Of an empty log the constitution's key speaks, which comes at position 1.
        """
        keys = [parse_vkey(named.vkey) for named in self.named if named.position <= max(size, 1)]
        rotating = any(named.position == size for named in self.named)
        return keys[-2:] if rotating else keys[-1:]

    def finding(self, head: Head) -> Finding | None:
        """Why a head is not believed, a note on how it is, or None if nothing is to be said."""
        place = Place(head.path, 0, len(head.note))
        if head.states.origin != self.trust.log_key.name:
            text = f"{head.states.origin}, not {self.trust.log_key.name}"
            return Finding("checkpoint_origin", text, place=place)
        signed = _signs(head, self.trust.log_key)
        if signed is False:
            return Finding("checkpoint_signature", "altered", place=place)
        answer = self._signed_by_trusted(head) if signed else self._signed_by_another(head)
        return answer and Finding(*answer, place=place)

    def _signed_by_trusted(self, head: Head) -> tuple[str, str] | None:
        keys = self.in_force_at(head.states.size)
        if not self.trusts_a_named_key or self.trust.log_key in keys:
            return None  # that the log never names it is said once, for the whole log
        if self.is_pinned and any(_signs(head, key) for key in keys):
            return None
        if self.decided < head.states.size:
            return "log_key_undecided", "signed by a log key that was replaced"
        return "log_key_retired", f"not in force at size {head.states.size}"

    def _signed_by_another(self, head: Head) -> tuple[str, str] | None:
        size = head.states.size
        signer = next((key for key in self.in_force_at(size) if _signs(head, key)), None)
        if signer is None and self.decided < min(size, self.size):
            return "log_key_undecided", "not signed by a log key known so far"
        if signer is None or not self.trusts_a_named_key:
            return "checkpoint_signature", f"at size {size}"
        if not self.is_pinned:
            return "log_key_unpinned", "Pin the first leaf in the trust file"
        return "log_key_replaced", "Renew the trust file"

    def trusted_key_finding(self) -> Finding | None:
        """That a log decided to its end never named the trusted key."""
        if not self.is_complete or not self.named or self.trusts_a_named_key:
            return None
        return Finding("log_key_never_named", f"it names {self.named[-1].vkey}")


def _signs(head: Head, key: VerifierKey) -> bool | None:
    """Whether a key signed a head; None if the note has no line of that key."""
    lines = parse_note(head.note).signatures
    if (key.name, key.key_id) not in [(line.name, line.key_id) for line in lines]:
        return None
    try:
        verify_note(head.note, [key])
    except LedgerError:
        return False
    return True
