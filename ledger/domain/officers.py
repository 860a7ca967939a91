"""Officers and their offices: who may act, as what, from when until when.

An officer's id names one person and is a pseudonym; name and contact are a salted commitment.
Offices are judged on the fund's calendar day of the position, keys by position.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.kernel.errors import present
from ledger.kernel.form import Day, Digest, Office, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


OFFICES_KEPT = 1_024
"""Answers of `offices_of` that are kept until an appointment changes."""


@dataclass(slots=True)
class Appointment:
    """One office held from a day, and until a day if `ends_on` is not empty."""

    office: str
    starts_on: str
    ends_on: str = ""

    def covers(self, day: str) -> bool:
        """Whether the office is held on this day; both bounds count."""
        return self.starts_on <= day and (not self.ends_on or day <= self.ends_on)

    def contains(self, other: Appointment) -> bool:
        """Whether the other term of the same office adds no day to this one."""
        if self.office != other.office or other.starts_on < self.starts_on:
            return False
        return not self.ends_on or "" < other.ends_on <= self.ends_on


@dataclass(slots=True)
class Officer:
    """One person under one pseudonym."""

    commitment: str
    appointments: list[Appointment] = field(default_factory=list)


class OfficerAppointed(Body):
    """An officer is given an office. A deputy's appointment has an end."""

    officer: Slug
    """The officer's id; a new one names a new person."""
    commitment: Digest
    """SHA-256 over a salt and the person's name and contact, kept outside the log."""
    office: Office
    starts_on: Day
    ends_on: Day | None = None
    """The last day in office, if it ends."""


class OfficerRelieved(Body):
    """An officer loses an office from this position on."""

    officer: Slug
    office: Office
    reason: Text


def offices_of(state: State, officer: str, day: str) -> frozenset[str]:
    """The offices an officer holds on a day; empty for an unknown officer."""
    known = state.offices_by_day.get((officer, day))
    if known is None:
        entry = state.officers.get(officer)
        held = entry.appointments if entry is not None else []
        known = frozenset(term.office for term in held if term.covers(day))
        if len(state.offices_by_day) >= OFFICES_KEPT:
            state.offices_by_day.clear()
        state.offices_by_day[officer, day] = known
    return known


def in_governance(state: State, officer: str, day: str) -> bool:
    """Whether an officer holds a governance office on a day."""
    charter = present(state.charter, "officers govern by a charter")
    return not charter.offices.isdisjoint(offices_of(state, officer, day))


def governance_officers(state: State, day: str) -> set[str]:
    """The officers who hold a governance office on a day."""
    return {officer for officer in state.officers if in_governance(state, officer, day)}


def appoint(state: State, officer: str, commitment: str, appointment: Appointment) -> None:
    """Give an office, to a new officer or a known one."""
    state.officers.setdefault(officer, Officer(commitment)).appointments.append(appointment)
    state.offices_by_day.clear()


def _laws_of_appointed(view: View) -> Iterator[Finding]:
    body: OfficerAppointed = view.body
    entry = view.state.officers.get(body.officer)
    if entry is not None and entry.commitment != body.commitment:
        yield deny("officer_commitment_differs")
    if entry is None and any(
        other.commitment == body.commitment for other in view.state.officers.values()
    ):
        yield deny("person_known")
    term = Appointment(body.office, body.starts_on, body.ends_on or "")
    if entry is not None and any(held.contains(term) for held in entry.appointments):
        yield deny("appointment_exists")
    if body.ends_on is not None and body.ends_on < body.starts_on:
        yield deny("appointment_ends_early", f"not before {body.starts_on}", body.ends_on)


def _laws_of_relieved(view: View) -> Iterator[Finding]:
    body: OfficerRelieved = view.body
    entry = view.state.officers.get(body.officer)
    if entry is None:
        yield deny("officer_unknown", found=body.officer)
        return
    if all(held.office != body.office for held in entry.appointments):
        yield deny("appointment_unknown", found=f"{body.officer} as {body.office}")
        return
    charter = present(view.state.charter, "officers serve a fund that has a charter")
    if body.office not in charter.offices:
        return
    left = len(governance_officers(view.state, view.day) - leaving(view.state, body, view.day))
    if charter.quorum > left - 1:
        at_least = f"at least {charter.quorum + 1} governance officers"
        yield deny("quorum_impossible", at_least, f"{left} would be left")


def leaving(state: State, body: OfficerRelieved, day: str) -> frozenset[str]:
    """The officer, if the loss of this office leaves it without any governance office."""
    charter = present(state.charter, "officers serve a fund that has a charter")
    offices = offices_of(state, body.officer, day)
    stays = not charter.offices.isdisjoint(offices - {body.office})
    return (
        frozenset() if stays or charter.offices.isdisjoint(offices) else frozenset({body.officer})
    )


def _evolve_appointed(state: State, _event: Event, body: OfficerAppointed) -> None:
    appointment = Appointment(body.office, body.starts_on, body.ends_on or "")
    appoint(state, body.officer, body.commitment, appointment)


def _evolve_relieved(state: State, _event: Event, body: OfficerRelieved) -> None:
    entry = state.officers[body.officer]
    entry.appointments = [held for held in entry.appointments if held.office != body.office]
    state.offices_by_day.clear()


KINDS = (
    Kind(
        name="officer.appointed.v1",
        form=OfficerAppointed,
        nature=Nature.CHARTER,
        laws=_laws_of_appointed,
        evolve=_evolve_appointed,
    ),
    Kind(
        name="officer.relieved.v1",
        form=OfficerRelieved,
        nature=Nature.CHARTER,
        laws=_laws_of_relieved,
        evolve=_evolve_relieved,
    ),
)
