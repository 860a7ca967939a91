"""What if other books had governed: every recorded event decided once more, under these instead.

The history stays as it was: each event is asked about in the state before it, and then applied as
it was decided. So the answer says of each event by itself whether it would have been decided
otherwise, and why; not what would have become of the fund.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ledger.audit.credit import UNKNOWN, outcome_on_credit, read_on_credit
from ledger.domain.admit import view_of
from ledger.domain.apply import advance, apply
from ledger.domain.decision import decide
from ledger.domain.kind import Nature
from ledger.domain.mandates import Mandate, RecordedBook
from ledger.domain.outcome import FLAG, Finding
from ledger.domain.state import State
from ledger.kernel.errors import UndecidableError
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.domain.policy import Engine
    from ledger.domain.verified import VerifiedEvent

_GOVERNED = frozenset({Nature.ACT, Nature.FACT, Nature.REGISTRY})
_NAME = "what-if"


@fixed
class Difference:
    """One event that would have been decided otherwise."""

    position: int
    event_id: str
    kind: str
    author: str
    value_date: str
    was: str
    would_be: str
    findings: tuple[Finding, ...]
    """Why: what the other books deny or ask for."""


@fixed
class Asked:
    """How many events were asked about, and those that would differ."""

    events: int
    differences: tuple[Difference, ...]


def what_if(
    records: Iterable[bytes],
    books: Sequence[Any],
    engine: Engine,
    *,
    first: str = "0001-01-01",
    last: str = "9999-12-31",
) -> Asked:
    """Ask about every event whose value date lies from `first` to `last`, both counted."""
    asked = 0
    found = []
    for state, event, verdict in _told(records, engine):
        if state.mandate is None or event.kind.nature not in _GOVERNED:
            continue
        if not first <= event.body.value_date <= last:
            continue
        asked += 1
        would_be, findings = _decided(state, event, books, engine)
        if would_be != verdict:
            found.append(
                Difference(
                    state.position + 1,
                    event.event_id,
                    event.kind.name,
                    event.body.author,
                    event.body.value_date,
                    verdict,
                    would_be,
                    findings,
                )
            )
    return Asked(asked, tuple(found))


def _told(records: Iterable[bytes], engine: Engine) -> Iterator[tuple[State, VerifiedEvent, str]]:
    """Every event with the state before it and its recorded verdict."""
    state = State()
    for raw in records:
        # Read as an audit reads: these are the fund's own records, stored as they were admitted.
        event, recorded_at = read_on_credit(raw)
        outcome = outcome_on_credit(raw)
        if event.kind is UNKNOWN:
            raise UndecidableError(
                f"unknown kind {event.body.kind}", where=f"position {state.position + 1}"
            )
        advance(state, event, recorded_at)
        yield state, event, outcome.verdict
        apply(state, event, outcome, engine)


def _decided(
    state: State, event: VerifiedEvent, books: Sequence[Any], engine: Engine
) -> tuple[str, tuple[Finding, ...]]:
    """The verdict under the other books, with the mandate put back afterwards."""
    mandate, recorded = state.mandate, state.books
    names = tuple(f"{_NAME}-{number}" for number in range(len(books)))
    state.books = {name: RecordedBook(0, one) for name, one in zip(names, books, strict=True)}
    state.mandate = (
        replace(mandate, books=names) if mandate else Mandate(_NAME, _NAME, names, "0001-01-01")
    )
    try:
        decision = decide(view_of(state, event, engine))
    finally:
        state.mandate, state.books = mandate, recorded
    return decision.verdict, tuple(one for one in decision.findings if one.verdict != FLAG)
