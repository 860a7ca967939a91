"""An open proposal: an event that waits for approvals, or that is effective and waits to settle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.domain.body import Body
    from ledger.domain.kind import Kind


@dataclass(slots=True)
class Signature:
    """One officer's word at a position: the author's, a cosigner's or an approver's."""

    officer: str
    keyid: str
    position: int
    offices: frozenset[str]
    """The offices that the officer held at that position."""


@dataclass(slots=True)
class Progress:
    """What of a proposal is still reserved and what has been done, in base or minor units."""

    reserved: int = 0
    """Units still reserved on the source account."""
    fee_reserved: int = 0
    """Units of the fee's asset still reserved."""
    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    """(measure, unit) to what still counts in that flow as proposed."""
    in_transit: int = 0
    """Units released and neither settled nor failed."""
    released_on: str = ""
    """The value date of the last release."""
    releasers: list[str] = field(default_factory=list)
    """The officers who released, in the order of their first."""
    settlers: list[str] = field(default_factory=list)
    """The officers who said that something of it is done, in the order of their first."""
    units_done: int = 0
    """Units settled so far."""


@dataclass(slots=True)
class Proposal:
    """An event at its position, with the signatures that count towards it and its progress."""

    event_id: str
    position: int
    recorded_at: str
    kind: Kind
    body: Body
    signatures: list[Signature]
    """The author's first, then cosigners' and approvers' in the order in which they came."""
    effective: bool = False
    over: bool = False
    """Lapsed, refused or finished; kept only until what is in transit arrives or comes back."""
    progress: Progress = field(default_factory=Progress)

    @property
    def author(self) -> str:
        """The officer who answers for it."""
        return self.body.author
