"""Importing a history: sign every row's events, try them all, and only then record them.

A row that was imported before (same author, same reference, same content) is passed over, so a
second import of the same file changes nothing. Unless `partial` is asked for, one row that would
not become effective stops the whole file before anything is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ledger.cli import wiring
from ledger.cli.drafting import valid_until
from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.drafts import kind_named, payload_of
from ledger.domain.outcome import EFFECTIVE, Rejection
from ledger.kernel.errors import HistoryError, InputError, LedgerError, invariant
from ledger.service.answer import Receipt
from ledger.service.intake import verify_submission
from ledger.service.live import LiveState, load
from ledger.signing.dsse import render_envelope, sign_payload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.cli.workspace import Workspace
    from ledger.domain.outcome import Finding, Outcome
    from ledger.domain.record import Record
    from ledger.domain.state import Posting, State
    from ledger.domain.verified import VerifiedEvent
    from ledger.service.sequencer import Sequencer
    from ledger.signing.signer import Signer
    from ledger.store.record_store import RecordStore

_COSIGNED = (".proposed", "receipt.recorded")
THREADS = 2


class ImportedRow(Protocol):
    """A row of any file that becomes events."""

    @property
    def line(self) -> int:
        """Its line in the file."""

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The row as events: (kind, members), to be signed in this order."""

    def column_of(self, rule: str, found: str) -> str:
        """The column that a finding of admission is about."""

    def column_of_member(self, path: str) -> str:
        """The column from which a member of a body came."""


@dataclass
class Import:
    """What came of a file."""

    rows: int = 0
    recorded: int = 0
    """Rows recorded now."""
    repeated: int = 0
    """Rows that were recorded before."""
    positions: list[int] = field(default_factory=list)
    faults: list[HistoryError] = field(default_factory=list)
    """Rows left out; with `partial` only."""


class Importer:
    """Signs with the given keys and submits through the sequencer."""

    def __init__(
        self, workspace: Workspace, store: RecordStore, author: Signer, cosigners: Sequence[Signer]
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._used: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        self._half_applied = False
        """Whether the trial holds one event of a row and perhaps not the other."""
        self._trial = self._load()
        self._author = self._officer(author)
        self._signers = {self._author: author}
        self._cosigners = sorted(self._officer(signer) for signer in cosigners)
        self._signers.update({self._officer(signer): signer for signer in cosigners})

    def _load(self) -> LiveState:
        def observe(record: Record, _event: VerifiedEvent, _made: tuple[Posting, ...]) -> None:
            if record.outcome.verdict != "refused":
                key = (record.body["author"], record.body["reference"])
                self._used[key] = (record.event_id, record.body)

        return load(self._store, wiring.ENGINE, observe=observe)

    def _officer(self, signer: Signer) -> str:
        entry = self._trial.state.keys.get(signer.public_key.keyid)
        if entry is None:
            raise InputError(
                f"the key {signer.public_key.keyid[:12]} is not enrolled in this fund",
                hint="Sign with the key of an officer of this fund",
            )
        return entry.officer

    def run(self, rows: Sequence[ImportedRow], sequencer: Sequencer, *, partial: bool) -> Import:
        """Try every row on a copy of the state; then record what may be recorded."""
        done = Import(rows=len(rows))
        envelopes: list[bytes] = []
        for row in rows:
            try:
                signed = self._try(row)
            except HistoryError as fault:
                if not partial:
                    raise
                done.faults.append(fault)
                if self._half_applied:
                    self._restart(envelopes)
                continue
            if signed is None:
                done.repeated += 1
            else:
                envelopes += signed
                done.recorded += 1
        self._record(envelopes, sequencer, done)
        return done

    def _record(self, envelopes: list[bytes], sequencer: Sequencer, done: Import) -> None:
        for answer in sequencer.submit_all(envelopes, threads=THREADS):
            if isinstance(answer, LedgerError):
                raise answer
            if not isinstance(answer, Receipt) or answer.outcome.verdict != EFFECTIVE:
                raise HistoryError(
                    f"an event that passed the trial was not recorded as effective: {answer}",
                    hint="Another writer was at work; run the import again",
                )
            done.positions.append(answer.position)

    def _restart(self, envelopes: list[bytes]) -> None:
        """Throw the half-changed trial away and apply again what was good so far."""
        self._trial = self._load()
        for envelope in envelopes:
            event = verify_submission(envelope, self._trial.state.keys)
            outcome = self._decided(event)
            invariant(not isinstance(outcome, Rejection), "what was tried is good on a new trial")
            if not isinstance(outcome, Rejection):
                apply(self._trial.state, event, outcome, wiring.ENGINE)

    def _try(self, row: ImportedRow) -> list[bytes] | None:
        """The signed events of a row, admitted on the trial; None if they are recorded already."""
        signed: list[bytes] = []
        event_id = ""
        self._half_applied = False
        for kind, members in row.events():
            known = self._used.get((self._author, members["reference"]))
            if known is not None:
                event_id = known[0]
                self._check_same(row, known[1], members)
                continue
            settles = {"proposal": event_id} if event_id else {}
            event = self._signed(row, kind, {**members, **settles})
            outcome = self._effective(row, self._decided(event))
            apply(self._trial.state, event, outcome, wiring.ENGINE)
            self._half_applied = True
            event_id = event.event_id
            signed.append(event.envelope)
        return signed or None

    def _check_same(self, row: ImportedRow, known: dict[str, Any], members: dict[str, Any]) -> None:
        for name, value in members.items():
            if known.get(name) != value:
                raise _fault(row, "reference", f"used before with another {name}")

    def _signed(self, row: ImportedRow, kind: str, members: dict[str, Any]) -> VerifiedEvent:
        name = kind_named(kind).name
        cosigned = any(word in name for word in _COSIGNED)
        full = {
            "fund": self._workspace.fund,
            "kind": name,
            "author": self._author,
            "cosigners": self._cosigners if cosigned else [],
            "valid_until": valid_until(wiring.now(), "4w"),
            **members,
        }
        try:
            payload = payload_of(full)
        except LedgerError as error:
            raise _fault(row, row.column_of_member(error.where), error.message) from None
        signers = [self._signers[officer] for officer in (self._author, *full["cosigners"])]
        envelope = render_envelope(sign_payload(payload, signers))
        return verify_submission(envelope, self._trial.state.keys)

    def _decided(self, event: VerifiedEvent) -> Outcome | Rejection:
        state: State = self._trial.state
        moment = max(wiring.now(), state.recorded_at)
        advance(state, event, moment)
        answer = admit(state, event, moment, wiring.ENGINE)
        return answer if isinstance(answer, Rejection) else answer.outcome

    def _effective(self, row: ImportedRow, outcome: Outcome | Rejection) -> Outcome:
        if isinstance(outcome, Rejection):
            raise _fault(row, "reference", outcome.detail)
        if outcome.verdict != EFFECTIVE:
            first = outcome.findings[0]
            raise _fault(
                row,
                row.column_of(first.rule, first.found),
                f"would be {outcome.verdict} by {first.rule}: {_because(first)}",
            )
        return outcome


def _because(finding: Finding) -> str:
    """What was expected (or, without a bound, what the rule says) and what was found."""
    wanted = f"expected {finding.expected}" if finding.expected else finding.citation
    return f"{wanted}; found {finding.found}" if finding.found else wanted


def _fault(row: ImportedRow, column: str, message: str) -> HistoryError:
    return HistoryError(message, where=f"line {row.line}, column {column}")
