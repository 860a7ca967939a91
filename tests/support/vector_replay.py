"""How a vector is run: replay its prelude, submit its envelope, say what the answer was.

Used by the program that writes the vectors and by the test that runs them; the functions of the
ledger are those of the sequencer and the auditor.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from ledger.domain.admit import admit, view_of
from ledger.domain.apply import advance, apply
from ledger.domain.decision import decide
from ledger.domain.digest import state_digest
from ledger.domain.outcome import Admission, Outcome, Refusal, Rejection
from ledger.domain.record import parse_record, render_record
from ledger.domain.state import State
from ledger.domain.verified import VerifiedEvent, open_event
from ledger.kernel.canonical import decode
from ledger.kernel.errors import AuthorityError, InputError, LedgerError, UndecidableError
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import parse_envelope, render_envelope
from policies.engine import PolicyEngine
from tests.support.vector_fund import VECTORS

ENGINE = PolicyEngine()


@dataclass(frozen=True)
class Step:
    """One record of a prelude, verified."""

    verified: VerifiedEvent
    outcome: Outcome
    recorded_at: str


def prelude_lines(name: str) -> list[bytes]:
    """The records of a prelude, as they stand in its file: one a line."""
    return (VECTORS / "preludes" / f"{name}.log").read_bytes().splitlines()


def steps_of(records: list[bytes]) -> list[Step]:
    """Every record decided again, as an auditor does; a record that does not follow fails."""
    state, steps = State(), []
    for raw in records:
        record = parse_record(raw)
        envelope = render_envelope(record.envelope)
        verified = verified_event(envelope, state)
        advance(state, verified, record.recorded_at)
        answer = admit(state, verified, record.recorded_at, ENGINE)
        assert not isinstance(answer, Rejection), answer
        rendered = render_record(
            envelope, answer.outcome.render(), record.position, record.recorded_at
        )
        assert rendered == raw, f"position {record.position}"
        apply(state, verified, answer.outcome, ENGINE)
        steps.append(Step(verified, answer.outcome, record.recorded_at))
    return steps


@cache
def steps_of_prelude(name: str) -> list[Step]:
    return steps_of(prelude_lines(name))


def state_after(steps: list[Step]) -> State:
    """A fresh state after records that were decided before."""
    state = State()
    for step in steps:
        advance(state, step.verified, step.recorded_at)
        apply(state, step.verified, step.outcome, ENGINE)
    return state


def verified_event(envelope: bytes, state: State) -> VerifiedEvent:
    opened = open_event(parse_envelope(envelope), envelope, state.keys)
    return opened.verified(verify_all(opened.checks))


def answer_to(envelope: bytes, now: str, state: State) -> dict[str, Any]:
    """What the ledger answers; the state is changed if the event is recorded."""
    try:
        verified = verified_event(envelope, state)
    except LedgerError as error:
        return _answer_of(error)
    advance(state, verified, now)
    try:
        answer = admit(state, verified, now, ENGINE)
    except UndecidableError as error:
        return _answer_of(error)
    if isinstance(answer, Rejection):
        found: dict[str, Any] = {"answer": "rejection", "code": answer.code}
        if answer.code == "constitution_refused":
            laws = decide(view_of(state, verified, ENGINE)).findings
            found["findings"] = [{"rule": law.rule, "verdict": law.verdict} for law in laws]
        return found
    return _recorded(verified, answer, now, state)


def _answer_of(error: LedgerError) -> dict[str, Any]:
    if isinstance(error, AuthorityError):
        # Admission's own word for a key that the log does not know.
        code = "unknown_key" if type(error) is AuthorityError else error.code
        return {"answer": "rejection", "code": code}
    assert isinstance(error, InputError | UndecidableError), error
    word = "malformed" if isinstance(error, InputError) else "undecidable"
    return {"answer": word, "code": error.code, "where": error.where}


def _recorded(
    verified: VerifiedEvent, answer: Admission | Refusal, now: str, state: State
) -> dict[str, Any]:
    outcome = answer.outcome
    record = render_record(verified.envelope, outcome.render(), state.position + 1, now)
    apply(state, verified, outcome, ENGINE)
    return {
        "answer": "admission" if isinstance(answer, Admission) else "refusal",
        "outcome": decode(outcome.render()),
        "record_sha256": hashlib.sha256(record).hexdigest(),
        "state_digest": state_digest(state),
    }
