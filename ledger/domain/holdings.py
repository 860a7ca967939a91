"""Units on an account: held, reserved, encumbered, in transit, and by value date.

Every movement is a posting; a balance is the sum of its postings. The same postings feed the
projections, so what admission believes and what a reader is shown come from one source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ledger.domain.series import DailySeries
from ledger.kernel.errors import invariant
from ledger.kernel.fixed import fixed


class Leg(StrEnum):
    """Which part of a balance a posting moves. A text, which is hashed faster than a plain enum."""

    HELD = "held"
    RESERVED = "reserved"
    ENCUMBERED = "encumbered"
    IN_TRANSIT = "in_transit"
    """Units that left the account and have not arrived: shown at the account they left."""


@fixed
class UnitPosting:
    """Base units of one asset moved on one leg of one account on one value date."""

    value_date: str
    account: str
    asset: str
    leg: Leg
    units: int
    why: str
    """`acquisition`, `disposal`, `transfer`, `fee`, `reservation` … for reports."""


@fixed
class ConsiderationPosting:
    """Minor units of a currency given or received for an asset."""

    value_date: str
    asset: str
    currency: str
    minor_units: int
    why: str
    """`acquisition`, `disposal`, `opening`, `fee`, `cash` …"""


@dataclass(slots=True)
class Balance:
    """What is on one account of one asset, in base units."""

    held: int = 0
    reserved: int = 0
    encumbered: int = 0
    in_transit: int = 0
    by_day: DailySeries = field(default_factory=DailySeries)
    """Held units by value date."""
    spent_at: int = 0
    """Position at which units last left; 0 if none ever did."""

    @property
    def free(self) -> int:
        """Units that are neither reserved nor encumbered."""
        return self.held - self.reserved - self.encumbered

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held, reserved, encumbered or under way."""
        return not (self.held or self.reserved or self.encumbered or self.in_transit)

    def move(self, posting: UnitPosting, position: int) -> None:
        """Change one leg; what is reserved is held after every event, not between its postings."""
        leg, units = posting.leg, posting.units
        if leg is Leg.HELD:
            self.held = now = self.held + units
            self.by_day.add(posting.value_date, units)
            if units < 0:
                self.spent_at = position
        elif leg is Leg.RESERVED:
            self.reserved = now = self.reserved + units
        elif leg is Leg.ENCUMBERED:
            self.encumbered = now = self.encumbered + units
        else:
            self.in_transit = now = self.in_transit + units
        if now < 0:
            invariant(holds=False, law=f"units {leg} never below zero (position {position})")
