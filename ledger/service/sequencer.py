"""The sequencer: the one writer of a fund. Decides one by one, commits in groups.

Any thread may submit. Signatures are verified in it; then one thread takes all that is queued,
decides it, appends it in one transaction, and only then answers. A second process is refused by the
store's lock; should one write all the same, the append conflicts, and everything is
decided again on the true state. After an I/O error the outcome is unknown: the sequencer stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.outcome import Admission, Refusal, Rejection
from ledger.domain.record import render_record
from ledger.domain.rejections import REJECTIONS
from ledger.kernel.errors import (
    ClockError,
    ConflictError,
    LedgerError,
    StoreStoppedError,
    UndecidableError,
    invariant,
)
from ledger.kernel.instants import add_days_to_instant, parse_instant
from ledger.kernel.limits import (
    BATCH_RECORDS_MAX,
    CLOCK_JUMP_DAYS_MAX,
    CLOCK_LAG_SECONDS_MAX,
    RECORD_BYTES_MAX,
)
from ledger.service.answer import Answer, Receipt, Rejected, stored_receipt
from ledger.service.commit_queue import CommitQueue
from ledger.service.intake import open_submission, verify_submission, verify_submissions
from ledger.service.live import LiveState, load
from ledger.store.record_store import NewRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ledger.domain.keys import EnrolledKey
    from ledger.domain.policy import Engine
    from ledger.domain.verified import VerifiedEvent
    from ledger.store.record_store import RecordStore

ATTEMPTS = 3


@dataclass(slots=True)
class _Ticket:
    """One submission on its way: it has an answer or an error when it is done."""

    event: VerifiedEvent
    answer: Answer | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.answer is not None or self.error is not None


class Sequencer:
    """Open it over a writable store; it loads the live state and keeps it.

    `now` gives the present instant (`ledger.kernel.instants`) whenever a group is committed.
    """

    def __init__(
        self,
        store: RecordStore,
        engine: Engine,
        now: Callable[[], str],
        *,
        live: LiveState | None = None,
        accept_clock_jump: bool = False,
    ) -> None:
        self._store = store
        self._engine = engine
        self._now = now
        self._accept_clock_jump = accept_clock_jump
        self._live = live or load(store, engine)
        self._queue = CommitQueue(self._commit_group, BATCH_RECORDS_MAX)
        self._stopped: BaseException | None = None

    @property
    def live(self) -> LiveState:
        """State and tree after the last commit. Read it, never change it."""
        return self._live

    def submit(self, data: bytes) -> Answer:
        """Verify, decide and record one signed envelope; durable when it returns.

        Raises `LedgerError` for what cannot be taken at all (malformed, unknown key, bad
        signature) and `StoreStoppedError` when the outcome of the commit is unknown.
        """
        ticket = _Ticket(verify_submission(data, self._live.state.keys))
        self._queue.run([ticket])
        return _answer_of(ticket)

    def submit_all(self, batch: Sequence[bytes], *, threads: int = 1) -> list[Answer | LedgerError]:
        """As `submit` for many, verified in bulk; what cannot be taken is an error in its place.

        A key enrolled by one envelope of the batch is not yet known to the ones after it.
        """
        keys = dict(self._live.state.keys)
        found: list[Answer | LedgerError] = []
        for start in range(0, len(batch), BATCH_RECORDS_MAX):
            places = _opened(batch[start : start + BATCH_RECORDS_MAX], keys, threads)
            self._queue.run(
                [place for place in places if isinstance(place, _Ticket) and not place.done]
            )
            found += [_outcome_of(place) for place in places]
        return found

    # -- one thread at a time

    def _commit_group(self, group: list[_Ticket]) -> None:
        """Decide and append; every ticket is done afterwards, by answer or by error."""
        if not group:
            return
        try:
            self._commit(group)
        except BaseException as error:
            for ticket in group:
                ticket.error = error
            if not isinstance(error, LedgerError):
                raise

    def _commit(self, group: list[_Ticket]) -> None:
        if self._stopped is not None:
            raise StoreStoppedError(
                "the sequencer stopped after an error",
                hint="Open the store again and ask by event id before submitting anew",
            ) from self._stopped
        for _ in range(ATTEMPTS):
            recorded_at = self._instant()
            try:
                answers, records = self._decide_all(group, recorded_at)
                self._store.append(records)
            except ConflictError:
                self._reload()
            except BaseException as error:
                # The commit may or may not have happened, and the live state may be half changed.
                self._stopped = error
                raise
            else:
                for ticket, answer in zip(group, answers, strict=True):
                    ticket.answer = answer
                return
        raise ConflictError(
            "another writer keeps moving this fund", hint="Only one process may write to a store"
        )

    def _reload(self) -> None:
        """The true state, after another writer's records; the old one holds what was not kept."""
        try:
            self._live = load(self._store, self._engine)
        except BaseException as error:
            self._stopped = error
            raise

    def _instant(self) -> str:
        """The time of this group: never before the last record, never far from it unasked."""
        now, last = self._now(), self._live.state.recorded_at
        if not last:
            return now
        if now < last:
            lag = (parse_instant(last) - parse_instant(now)).total_seconds()
            if lag > CLOCK_LAG_SECONDS_MAX:
                raise ClockError(
                    f"the clock says {now}, and the last record was made at {last}",
                    hint="Set the clock right; recorded_at never goes back",
                )
            return last
        if now > add_days_to_instant(last, CLOCK_JUMP_DAYS_MAX) and not self._accept_clock_jump:
            raise ClockError(
                f"the clock says {now}, more than {CLOCK_JUMP_DAYS_MAX} days after {last}",
                hint="If that is right, say so with --accept-clock-jump",
            )
        return now

    def _decide_all(
        self, group: list[_Ticket], recorded_at: str
    ) -> tuple[list[Answer], list[NewRecord]]:
        answers: list[Answer] = []
        records: list[NewRecord] = []
        for ticket in group:
            answer, record = self._decide(ticket.event, recorded_at, records)
            answers.append(answer)
            if record is not None:
                records.append(record)
        return answers, records

    def _decide(
        self, event: VerifiedEvent, recorded_at: str, before: list[NewRecord]
    ) -> tuple[Answer, NewRecord | None]:
        """Decide one event on the state after those before it, and apply it."""
        state = self._live.state
        answer = admit_to(self._store.fund, self._live, event, recorded_at)
        if isinstance(answer, Rejection):
            return self._repeated(event, before) or Rejected(event.event_id, answer), None
        outcome, position = answer.outcome, state.position + 1
        raw = render_record(event.envelope, outcome.render(), position, recorded_at)
        invariant(len(raw) <= RECORD_BYTES_MAX, "a record fits its entry")
        apply(state, event, outcome, self._engine)
        self._live.grow(raw)
        receipt = Receipt(event.event_id, position, recorded_at, outcome)
        return receipt, NewRecord(state.fund, position, event.kind.name, raw, event.event_id)

    def _repeated(self, event: VerifiedEvent, before: list[NewRecord]) -> Receipt | None:
        """The receipt of the same bytes, if they were recorded: submitting twice is harmless."""
        for record in before:
            if record.event_id == event.event_id:
                return stored_receipt(record.raw)
        position = self._store.position_of(event.event_id)
        raw = self._store.read(position) if position else None
        return stored_receipt(raw) if raw else None


def admit_to(
    fund: str, live: LiveState, event: VerifiedEvent, recorded_at: str
) -> Admission | Refusal | Rejection:
    """Bring the live state to `recorded_at` and decide one event for the store of `fund`.

    Admission itself learns the fund from the constitution; so only here is a constitution that was
    signed for another fund kept out of an empty store.
    """
    advance(live.state, event, recorded_at)
    try:
        answer = admit(live.state, event, recorded_at, live.engine)
    except UndecidableError as error:
        return Rejection(error.code, error.message, error.hint)
    if live.state.position or isinstance(answer, Rejection) or event.body.fund == fund:
        return answer
    return Rejection(
        "wrong_fund", f"{REJECTIONS['wrong_fund']}: {event.body.fund}, and this is {fund}"
    )


def _opened(
    group: Sequence[bytes], keys: Mapping[str, EnrolledKey], threads: int
) -> list[_Ticket | LedgerError]:
    """A ticket for each submission, or why it cannot be taken; verified in bulk."""
    places: list[_Ticket | LedgerError] = []
    opened = []
    for data in group:
        try:
            opened.append(open_submission(data, keys))
            places.append(_Ticket(opened[-1].event))
        except LedgerError as error:
            places.append(error)
    tickets = [place for place in places if isinstance(place, _Ticket)]
    verdicts = verify_submissions(opened, threads=threads)
    for ticket, event, verdict in zip(tickets, opened, verdicts, strict=True):
        try:
            event.verified(verdict)
        except LedgerError as error:
            ticket.error = error
    return places


def _answer_of(ticket: _Ticket) -> Answer:
    if ticket.error is not None:
        raise ticket.error
    if ticket.answer is None:
        raise StoreStoppedError("the submission was not answered")
    return ticket.answer


def _outcome_of(place: _Ticket | LedgerError) -> Answer | LedgerError:
    if isinstance(place, LedgerError):
        return place
    if isinstance(place.error, LedgerError):
        return place.error
    return _answer_of(place)
