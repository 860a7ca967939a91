"""The thousand records in the hands of whoever holds the database and the log key.

Here are what such a person needs (checkpoints of every size, histories that were never published
but are decided as the law says) and what a test needs to try a hundred thousand lies: an audit that
stands before one record, so that one more lie costs one more decision.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ledger.audit.checks import Chunk, check_chunk
from ledger.audit.findings import NOTE
from ledger.audit.replay import Replay
from ledger.audit.trust import Trust
from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.outcome import Rejection
from ledger.domain.record import parse_record, render_record
from ledger.domain.state import State
from ledger.domain.verified import open_event
from ledger.kernel.errors import AuthorityError
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.note import render_vkey
from ledger.signing.dsse import render_envelope
from policies.engine import PolicyEngine
from tests.support.bundle_writer import Forger, audited, canonical
from tests.support.thousand_events import BusyFund, thousand_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.audit import Report
    from ledger.domain.verified import VerifiedEvent

Told = list[tuple[str, int | None]]


# -- the honest log


def honest() -> Forger:
    """The records, and the log key in force after the last of them."""
    fund = thousand_events()
    return Forger(list(fund.records), fund.signer_at(len(fund.records)))


@cache
def honest_leaves() -> tuple[bytes, ...]:
    return tuple(leaf_hash(raw) for raw in thousand_events().records)


@cache
def honest_trust() -> Trust:
    """What an auditor of the whole log believes."""
    return honest().trust()


@cache
def honest_note(size: int) -> bytes:
    """The checkpoint that the log signed when it had so many records."""
    fund = thousand_events()
    checkpoint = Checkpoint(fund.fund, size, tree_root(list(honest_leaves()[:size])))
    return sign_checkpoint(checkpoint, fund.signer_at(size))


def trust_at(size: int) -> Trust:
    """What an auditor believes who renewed the trust file at the checkpoint of this size."""
    signer = thousand_events().signer_at(size)
    return Trust(signer.verifier_key, honest_leaves()[0])


# -- reports


def placed(report: Report) -> Told:
    """Codes and positions of the findings that name one; notes left out."""
    return [
        (found.code, found.position)
        for found in report.findings
        if found.position is not None and found.result != NOTE
    ]


def signed_again(records: Sequence[bytes], **options: Any) -> Report:
    """An audit of other records, under tiles and a checkpoint that are honestly theirs."""
    forger = Forger(list(records), honest().signer)
    return audited(forger.build(), honest_trust(), **options)


def renumbered(records: Iterable[bytes]) -> list[bytes]:
    """Records that all say the position at which they are."""
    return [with_members(raw, position=at) for at, raw in enumerate(records, start=1)]


def with_members(raw: bytes, **members: Any) -> bytes:
    """A record with other members."""
    return canonical(json.loads(raw) | members)


# -- an audit that stands before one record


class AuditBefore:
    """An audit that decided the records before `position`, and is asked about others there."""

    def __init__(self) -> None:
        self._replay = Replay(PolicyEngine())
        self.position = 1

    @classmethod
    def each(cls, records: Sequence[bytes]) -> Iterator[tuple[AuditBefore, bytes]]:
        """Before each record in turn, with that record; it is decided afterwards."""
        audit = cls()
        for raw in records:
            yield audit, raw
            audit.go_on(raw)

    def go_on(self, raw: bytes) -> None:
        """Decide the honest record."""
        self._replay.fold(raw)
        assert self._replay.stop is None, self._replay.stop
        self.position += 1

    def told(self, raw: bytes) -> list[str]:
        """The codes that an audit finds for these bytes at this position: never none of them.

        They must not say a later time than the honest record, for time would not come back.
        """
        data = len(raw).to_bytes(2, "big") + raw
        keys = self._replay.key_table()
        verdict = check_chunk(Chunk("tile/entries/000", self.position, 1, data, keys))
        found = [finding.code for finding in verdict.findings]
        if verdict.positions[0] not in {0, self.position}:
            found.append("position_differs")
        return sorted(found) or [self._decided(raw)]

    def _decided(self, raw: bytes) -> str:
        """What deciding a record shows whose form and signatures are good."""
        self._replay.fold(raw)
        stop, self._replay.stop = self._replay.stop, None
        assert stop is not None, f"believed at position {self.position}: {raw!r}"
        assert self._replay.state.position == self.position - 1, "nothing moved"
        return stop.code


# -- the plain way


def first_wrong(records: list[bytes]) -> tuple[int, str]:
    """The first record that does not follow, and why: read, verified, decided one by one.

    The plain way, with none of the audit's: the strict reader, and each signature by itself.
    """
    state, engine = State(), PolicyEngine()
    for position, raw in enumerate(records, start=1):
        record = parse_record(raw)
        envelope = render_envelope(record.envelope)
        try:
            opened = open_event(record.envelope, envelope, state.keys)
        except AuthorityError:  # nobody enrolled the key yet
            return position, "rejected_unknown_key"
        for check in opened.checks:
            check.key.verify(check.message, check.signature)
        advance(state, opened.event, record.recorded_at)
        answer = admit(state, opened.event, record.recorded_at, engine)
        if isinstance(answer, Rejection):
            return position, f"rejected_{answer.code}"
        outcome = answer.outcome
        if render_record(envelope, outcome.render(), position, record.recorded_at) != raw:
            return position, "outcome_differs"
        apply(state, opened.event, outcome, engine)
    return 0, ""


# -- histories


@dataclass(frozen=True)
class Signed:
    """An event that officers signed, and when the server says that it came."""

    event: VerifiedEvent
    recorded_at: str


def signed_events(fund: BusyFund) -> list[Signed]:
    """What the officers of a fund handed in."""
    times = [json.loads(raw)["recorded_at"] for raw in fund.records]
    return [Signed(event, at) for event, at in zip(fund.verified, times, strict=True)]


@dataclass
class History(Forger):
    """A log that was decided as the law says, with the log keys that it names."""

    named: list[tuple[int, str]] = field(default_factory=list)
    """(position, verifier key) from which on each key is in force."""

    def counting_at(self, size: int) -> list[str]:
        """The keys that count for a checkpoint of this size (docs/spec/evidence-bundle.md)."""
        found = [(position, key) for position, key in self.named if position <= size]
        handing_over = found[-1][0] == size
        return [key for _, key in found[-2 if handing_over else -1 :]]


def decided(events: Iterable[Signed]) -> History:
    """The log that a ledger makes of these events, as the law says; what is rejected is left out.

    With the log key that it names last, which whoever wrote it has.
    So every history that comes out of here is a good one, taken by itself.
    """
    state, engine = State(), PolicyEngine()
    records: list[bytes] = []
    named: list[tuple[int, str]] = []
    for signed in events:
        event, at = signed.event, max(signed.recorded_at, state.recorded_at)
        advance(state, event, at)
        answer = admit(state, event, at, engine)
        if isinstance(answer, Rejection):
            continue
        outcome = answer.outcome
        records.append(render_record(event.envelope, outcome.render(), len(records) + 1, at))
        apply(state, event, outcome, engine)
        if not named or named[-1][1] != state.log_key:
            named.append((state.position, state.log_key))
    known = {render_vkey(key.verifier_key): key for _, key in thousand_events().log_signers}
    return History(records, known[state.log_key], named=named)
