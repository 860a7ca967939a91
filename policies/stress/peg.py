"""A lost peg: claims on an issuer and tokenised deposits that are worth less than they promise.

The ledger does not know to what an asset is pegged, so a level is a share of its last observed
price: at 0.95 it is worth 95 per cent of what it was.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.kernel.fixed import fixed
from policies.stress.figure import Figure, Standpoint, combined, given, share_of, total_of
from policies.stress.sheet import Line, own_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

PEGGED: Final = frozenset({"stablecoin_claim", "tokenised_deposit"})
LEVELS: Final = (Fraction(95, 100), Fraction(80, 100), Fraction(0))


@fixed
class LostPeg:
    """Some pegged assets at a level; values in the standpoint's currency."""

    assets: tuple[str, ...]
    level: Fraction
    before: Figure
    after: Figure
    loss: Figure
    share: Figure
    """The loss as a share of the fund's own assets."""
    remains: Figure
    """The value of all own assets after it."""


def lost_pegs(at: Standpoint) -> list[LostPeg]:
    """Each pegged asset at each level and, if there are several, all of them together."""
    lines = own_sheet(at)
    pegged = [line for line in lines if line.asset.instrument_class in PEGGED]
    groups = [[line] for line in pegged] + ([pegged] if len(pegged) > 1 else [])
    return [_lost(lines, group, level) for group in groups for level in LEVELS]


def _lost(lines: Sequence[Line], group: Sequence[Line], level: Fraction) -> LostPeg:
    before = total_of([line.value for line in group])
    whole = total_of([line.value for line in lines])
    at_level = given("level", level, "of the last price")
    loss = combined(lambda value, of: value * (1 - of), before, at_level)
    return LostPeg(
        tuple(line.asset.code for line in group),
        level,
        before,
        combined(lambda value, of: value * of, before, at_level),
        loss,
        share_of(loss, whole),
        combined(lambda value, less: value - less, whole, loss),
    )
