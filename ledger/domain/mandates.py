"""Policy books and mandates: the law of the fund as data in its own log.

`book.recorded` carries one whole book; `mandate.adopted` names the books that govern from a day on.
A first mandate takes effect at once, a later one after the charter's notice period. The mandate in
force at a position decides, in the log and in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.kernel.errors import present
from ledger.kernel.fixed import fixed
from ledger.kernel.form import (
    Day,
    Digest,
    Many,
    Slug,
    Text,
)
from ledger.kernel.instants import add_days
from ledger.kernel.limits import BOOKS_PER_MANDATE_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@fixed
class RecordedBook:
    """A book in the log and its executable form."""

    position: int
    executable: Any


@dataclass(slots=True)
class Mandate:
    """An adopted mandate, in force or ahead."""

    event_id: str
    name: str
    books: tuple[str, ...]
    effective_from: str
    suspended: bool = False


class BookRecorded(Body):
    """One whole policy book, so that the log explains itself."""

    book: dict[str, Any]
    """The book's content (docs/spec/policy-book.md)."""


class MandateAdopted(Body):
    """The list of books that govern the fund from a day on."""

    mandate: Slug
    version: Annotated[str, Field(pattern=r"^[0-9]+(?:\.[0-9]+){0,2}$")]
    books: Annotated[Many[Digest], Field(min_length=1, max_length=BOOKS_PER_MANDATE_MAX)]
    """Event ids of the `book.recorded` events, in the order in which their rules are listed."""
    effective_from: Day
    override: Text | None = None
    """Why a book that is not in force itself (a bill, an announcement) is adopted all the same."""


class MandateSuspended(Body):
    """Nothing may be proposed until the mandate is resumed; facts wait for the quorum."""

    mandate: Digest
    """Event id of the `mandate.adopted` in force."""
    reason: Text


class MandateResumed(Body):
    """The suspended mandate governs again."""

    mandate: Digest
    reason: Text


def _evolve_book(state: State, event: Event, body: BookRecorded) -> None:
    executable = event.engine.read_book(body.book)
    state.books[event.event_id] = RecordedBook(event.position, executable)


def _laws_of_adopted(view: View) -> Iterator[Finding]:
    body: MandateAdopted = view.body
    for event_id in body.books:
        book = view.state.books.get(event_id)
        if book is None:
            yield deny("book_unknown", found=event_id)
        elif body.override is None and not view.engine.in_force(book.executable):
            yield deny("book_not_in_force", found=event_id)
    if len(set(body.books)) != len(body.books):
        yield deny("book_unknown", "each book once")
    yield from _laws_of_versions(view, list(dict.fromkeys(body.books)))
    yield from _laws_of_notice(view, body.effective_from)


def _laws_of_versions(view: View, event_ids: list[str]) -> Iterator[Finding]:
    """One version of a book governs, never two at once."""
    known = [view.state.books[one].executable for one in event_ids if one in view.state.books]
    names = [view.engine.name_of(book) for book in known]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield deny("book_twice", found=name)


def _laws_of_notice(view: View, effective_from: str) -> Iterator[Finding]:
    charter = present(view.state.charter, "mandates are adopted under a charter")
    if view.state.mandate is None and not view.state.mandates_ahead:
        return
    # Notice runs from the record of the proposal, not from the day on which its quorum is full.
    since = view.state.local_day(view.own.recorded_at) if view.own else view.day
    earliest = add_days(since, charter.notice_days)
    if effective_from < earliest:
        yield deny("notice_too_short", f"not before {earliest}", effective_from)


def _evolve_adopted(state: State, event: Event, body: MandateAdopted) -> None:
    mandate = Mandate(event.event_id, body.mandate, body.books, body.effective_from)
    state.mandates_ahead.append(mandate)
    state.mandates_ahead.sort(key=lambda ahead: ahead.effective_from)
    bring_into_force(state, event.day)


def bring_into_force(state: State, day: str) -> None:
    """Let every mandate whose first day has come take over, in the order of these days."""
    while state.mandates_ahead and state.mandates_ahead[0].effective_from <= day:
        ahead = state.mandates_ahead.pop(0)
        # Time does not lift a suspension: only `mandate.resumed` does.
        ahead.suspended = state.mandate is not None and state.mandate.suspended
        state.mandate = ahead


def _laws_of_suspended(view: View) -> Iterator[Finding]:
    mandate = view.state.mandate
    if mandate is None or mandate.event_id != view.body.mandate:
        yield deny("mandate_unknown", found=view.body.mandate)
    elif mandate.suspended:
        yield deny("mandate_suspended")


def _laws_of_resumed(view: View) -> Iterator[Finding]:
    mandate = view.state.mandate
    if mandate is None or mandate.event_id != view.body.mandate:
        yield deny("mandate_unknown", found=view.body.mandate)
    elif not mandate.suspended:
        yield deny("mandate_not_suspended")


def _evolve_suspended(state: State, _event: Event, _body: MandateSuspended) -> None:
    present(state.mandate, "a mandate is in force").suspended = True


def _evolve_resumed(state: State, _event: Event, _body: MandateResumed) -> None:
    present(state.mandate, "a mandate is in force").suspended = False


KINDS = (
    Kind(
        name="book.recorded.v1",
        form=BookRecorded,
        nature=Nature.CHARTER,
        evolve=_evolve_book,
    ),
    Kind(
        name="mandate.adopted.v1",
        form=MandateAdopted,
        nature=Nature.CHARTER,
        laws=_laws_of_adopted,
        evolve=_evolve_adopted,
    ),
    Kind(
        name="mandate.suspended.v1",
        form=MandateSuspended,
        nature=Nature.CHARTER,
        laws=_laws_of_suspended,
        evolve=_evolve_suspended,
    ),
    Kind(
        name="mandate.resumed.v1",
        form=MandateResumed,
        nature=Nature.CHARTER,
        laws=_laws_of_resumed,
        evolve=_evolve_resumed,
    ),
)
