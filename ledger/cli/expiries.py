"""What runs out by itself: attestations, licences of custodians, terms of office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.kernel.instants import add_days, days_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.state import State


@fixed
class Expiry:
    """Something with a last day."""

    day: str
    days_left: int
    what: str
    subject: str

    def value(self) -> dict[str, str]:
        """For machines."""
        return {
            "day": self.day,
            "days_left": str(self.days_left),
            "what": self.what,
            "subject": self.subject,
        }


def expiries(state: State, on: str, within: int) -> list[Expiry]:
    """What ends from `on` to so many days later, and what has ended and was not renewed."""
    until = add_days(on, within)
    found = [
        Expiry(day, days_between(on, day), what, subject)
        for day, what, subject in _ends(state)
        if day and day <= until
    ]
    return sorted(found, key=lambda one: (one.day, one.what, one.subject))


def _ends(state: State) -> Iterator[tuple[str, str, str]]:
    for (item, subject), attested in state.attestations.items():
        yield attested.expires_on, f"attestation of {item}, of", subject
    for name, custodian in state.custodians.items():
        if not custodian.terminated_at:
            for licence in custodian.facts.licences:
                yield licence.valid_until, f"licence {licence.licence} of", name
    for name, officer in state.officers.items():
        for term in officer.appointments:
            yield term.ends_on, f"office {term.office} of", name
