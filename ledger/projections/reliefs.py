"""What leaves lots, and what the books lack: the two things that a fold tells besides entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.projections.journal import COST, GAINS, LOSSES, PROCEEDS, SHADOW, UNITS, Line

if TYPE_CHECKING:
    from ledger.domain.lots import Part

WITH_SURPLUS = frozenset({"revaluation", "cost"})
"""Models under which a carrying amount above cost is a surplus in equity (cost: from before)."""


@fixed
class Gap:
    """Something that the books need and do not have, or that is not as a standard asks."""

    code: str
    day: str
    position: int
    subject: str
    paragraph: str
    """The paragraph that asks for it."""
    hint: str
    """What to do."""
    is_lasting: bool = True
    """Whether later amounts rest on it; what one measurement lacked, the next may have."""


@fixed
class Relief:
    """What left the books at once: of which lots, for what, at what gain."""

    day: str
    position: int
    event_id: str
    word: str
    asset: str
    units: int
    proceeds: int
    """Net, in minor units of the functional currency."""
    parts: tuple[Part, ...]
    cost: int
    carrying_amount: int
    shadow: int
    surplus: int
    """Revaluation surplus of the units, which their disposal realises."""

    def noted(self) -> tuple[Line, ...]:
        """The memo lines of what left: units, cost, shadow, and what was realised."""
        lines = (
            Line(UNITS, self.asset, -self.units, self.word),
            Line(COST, self.asset, -self.cost, self.word),
            Line(SHADOW, self.asset, -self.shadow, self.word),
        )
        if self.word not in ("disposal", "fee"):
            return lines  # a delivery or a migration realises nothing
        gain = self.proceeds - self.cost
        return (
            *lines,
            Line(PROCEEDS, self.asset, self.proceeds, self.word),
            Line(GAINS if gain >= 0 else LOSSES, self.asset, gain, self.word),
        )
