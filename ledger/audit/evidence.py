"""Evidence: an auditor's hold on one bundle. Verify it, then read balances and events from it.

    evidence = Evidence.open("2026Q3.evidence.zip", trust="trust.policy")
    report = evidence.verify(since=Path("q2.checkpoint").read_bytes())
    if report.verdict == "valid":
        evidence.balances(as_of="2026-09-30")

Nothing is handed out of a bundle that is not valid, and nothing that changed since it was verified.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.audit.audit import Audit
from ledger.audit.bundle import open_bundle, read_checkpoint, split_entries
from ledger.audit.findings import VALID, Report
from ledger.audit.heads import Head
from ledger.audit.replay import Replay
from ledger.audit.trust import Trust, parse_trust
from ledger.domain.kinds import KINDS
from ledger.domain.record import parse_record
from ledger.kernel.errors import (
    BundleError,
    NoteError,
    NotFoundError,
    ParseError,
    UndecidableError,
    ValueFormError,
)
from ledger.kernel.fixed import fixed
from ledger.kernel.form import read_form
from ledger.kernel.instants import check_day
from ledger.kernel.limits import TRUST_BYTES_MAX
from ledger.projections.holdings import LAST_DAY
from policies.engine import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.audit.audit import Progress
    from ledger.audit.bundle import Bundle
    from ledger.domain.body import Body
    from ledger.domain.outcome import Outcome
    from ledger.domain.state import Posting
    from ledger.projections.holdings import Holding


@fixed
class RecordedEvent:
    """One event of a verified log."""

    position: int
    recorded_at: str
    event_id: str
    kind: str
    body: Body
    """Of the kind's own form (`ledger.domain`)."""
    outcome: Outcome
    keyids: tuple[str, ...]


class Evidence:
    """One bundle and the trust it is judged by."""

    def __init__(self, bundle: Bundle, trust: Trust) -> None:
        self._bundle = bundle
        self._trust = trust
        self._report: Report | None = None
        self._digests: dict[str, str] = {}

    @classmethod
    def open(cls, path: Path | str, *, trust: Trust | Path | str) -> Evidence:
        """The bundle at a path (a directory or a .zip), and a trust file or what it states.

        Raises `BundleError` for what is no bundle, `ParseError` for a bad trust file.
        """
        return cls(open_bundle(path), trust if isinstance(trust, Trust) else read_trust(trust))

    def verify(
        self,
        *,
        since: bytes | None = None,
        resume: bool = False,
        jobs: int | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Check everything and decide every record again.

        `since` is a checkpoint that the auditor kept from before: the log must contain it. With
        `resume` an audit of the auditor's own found the log valid up to it: its hash binds those
        records, which are only applied, and the rest is checked and decided. `jobs` is the number
        of processes that check signatures (all processors if left out); findings do not depend on
        it. Raises `NoteError` if `since` is no checkpoint, `ValueFormError` for
        jobs below 1, or for `resume` without `since`.
        """
        if jobs is not None and jobs < 1:
            raise ValueFormError(f"{jobs} jobs", hint="At least one")
        if resume and since is None:
            raise ValueFormError("nothing to resume from", hint="Give the checkpoint as well")
        head = _since_of(since)
        audit = Audit(self._bundle, self._trust, PolicyEngine(), head, resume=resume)
        self._report = audit.run(jobs or len(os.sched_getaffinity(0)), progress)
        self._digests = audit.digests
        return self._report

    def balances(self, as_of: str | None = None, known_at: int | None = None) -> list[Holding]:
        """Holdings on a value date (all of them if left out), as known at a position (the last).

        Verifies the bundle first, if that was not done. Raises `BundleError` or `UndecidableError`
        unless it is valid, `NotFoundError` for a position that it does not have.
        """
        day = LAST_DAY if as_of is None else check_day(as_of)
        replay = Replay(PolicyEngine())
        for raw in self._records(known_at):
            replay.fold(raw)
        return replay.holdings.holdings(day)

    def postings(self, known_at: int | None = None) -> Iterator[tuple[int, tuple[Posting, ...]]]:
        """What each record moved, with its position: for statements derived again."""
        replay = Replay(PolicyEngine())
        for position, raw in enumerate(self._records(known_at), start=1):
            yield position, replay.fold(raw)

    def events(self, known_at: int | None = None) -> Iterator[RecordedEvent]:
        """Every event in the order of positions, refused ones too."""
        for raw in self._records(known_at):
            record = parse_record(raw)
            yield RecordedEvent(
                position=record.position,
                recorded_at=record.recorded_at,
                event_id=record.event_id,
                kind=record.kind,
                body=read_form(KINDS[record.kind].form, record.body),
                outcome=record.outcome,
                keyids=tuple(signature.keyid for signature in record.envelope.signatures),
            )

    def _records(self, known_at: int | None) -> Iterator[bytes]:
        """The records of a valid bundle up to a position, as they were verified."""
        report = self._report or self.verify()
        if report.verdict != VALID:
            raise _refusal(report)
        last = report.size if known_at is None else known_at
        if not 0 <= last <= report.size:
            raise NotFoundError(f"no position {last}", hint=f"The log has {report.size} records")
        return self._read_records(report.size, last)

    def _read_records(self, size: int, last: int) -> Iterator[bytes]:
        for file in self._bundle.entry_files(size):
            if file.first > last:
                return
            data = self._bundle.source.read(file.path)
            if hashlib.sha256(data).hexdigest() != self._digests[file.path]:
                raise BundleError("changed since it was verified", where=file.path)
            for start, end in split_entries(data)[0][: last + 1 - file.first]:
                yield data[start:end]


def read_trust(path: Path | str) -> Trust:
    """The trust file at a path; `ParseError` if it cannot be read or is none."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(TRUST_BYTES_MAX + 1)
        return parse_trust(data.decode())
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise ParseError("the trust file is not UTF-8", where=f"offset {error.start}") from None


def _since_of(note: bytes | None) -> Head | None:
    if note is None:
        return None
    states = read_checkpoint(note)
    if isinstance(states, str):
        raise NoteError(f"the earlier checkpoint is none: {states}", where="since")
    return Head("since", note, states)


def _refusal(report: Report) -> BundleError | UndecidableError:
    first = next(finding for finding in report.findings if finding.result == report.verdict)
    place = f"position {first.position}" if first.position else first.code
    hint = "Read the report of verify()"
    if report.verdict == "undecidable":
        return UndecidableError(
            f"the bundle is undecidable: {first.meaning}", where=place, hint=hint
        )
    return BundleError(f"the bundle is proven bad: {first.meaning}", where=place, hint=hint)
