"""Obligations: what must be done by a day, and how it stands on another day."""

from __future__ import annotations

from ledger.kernel.fixed import fixed

OPEN = "open"
OVERDUE = "overdue"
LATE = "late"
CLOSED = "closed"
WAITING = "waiting"
"""The clock has not begun: its event has not happened, or no day is published."""


@fixed
class Obligation:
    """One obligation as seen on one day."""

    rule: str
    deliverable: str
    due: str | None
    """The last day on which it is done in time; None if there is none yet."""
    status: str
    days_left: int | None
    """Days from the day of asking to the due day; negative if it is past."""
    to: tuple[str, ...]
    citation: str
    note: str = ""
    """What is missing, or why there is no day."""

    @property
    def is_flagged(self) -> bool:
        """Whether it is a finding: not done in time, or done late."""
        return self.status in {OVERDUE, LATE}
