"""Holdings: units by account and asset, as of a value date, as known at a position.

A fold of the postings that `ledger.domain.apply` returns. `as_of` is answered from daily sums;
`known_at` by folding the log only up to that position. Reservations count from the value date of
their proposal on; units in transit are shown at the account that they left.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ledger.domain.holdings import Leg, UnitPosting
from ledger.domain.series import DailySeries
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.state import Posting

LAST_DAY = "9999-12-31"
COST = frozenset({"acquisition", "opening"})
"""Considerations that are the cost of units held: what was given for acquisitions and openings."""


@fixed
class Holding:
    """What is on one account of one asset, in base units."""

    account: str
    asset: str
    units: int
    reserved: int
    encumbered: int
    in_transit: int


class HoldingsProjection:
    """The running fold. Give it every record's postings in the order of positions."""

    __slots__ = ("_consideration", "_units", "position")

    def __init__(self) -> None:
        self.position = 0
        self._units: defaultdict[tuple[str, str], dict[Leg, DailySeries]] = defaultdict(
            lambda: {leg: DailySeries() for leg in Leg}
        )
        self._consideration: defaultdict[tuple[str, str], DailySeries] = defaultdict(DailySeries)

    def fold(self, position: int, postings: Iterable[Posting]) -> None:
        """Add one record's postings."""
        self.position = position
        for posting in postings:
            if isinstance(posting, UnitPosting):
                place = (posting.account, posting.asset)
                self._units[place][posting.leg].add(posting.value_date, posting.units)
            elif posting.why in COST:
                key = (posting.asset, posting.currency)
                self._consideration[key].add(posting.value_date, posting.minor_units)

    def holdings(self, as_of: str = LAST_DAY) -> list[Holding]:
        """Every account and asset with anything on it, in order of account and asset."""
        found = []
        for (account, asset), legs in sorted(self._units.items()):
            held, reserved, encumbered, transit = (
                legs[leg].until(as_of)
                for leg in (Leg.HELD, Leg.RESERVED, Leg.ENCUMBERED, Leg.IN_TRANSIT)
            )
            if held or reserved or encumbered or transit:
                found.append(Holding(account, asset, held, reserved, encumbered, transit))
        return found

    def units(self, as_of: str = LAST_DAY) -> dict[str, int]:
        """Base units of each asset that the fund owns: on accounts and in transit."""
        totals: defaultdict[str, int] = defaultdict(int)
        for holding in self.holdings(as_of):
            totals[holding.asset] += holding.units + holding.in_transit
        return dict(totals)

    def consideration(self, as_of: str = LAST_DAY) -> dict[str, dict[str, int]]:
        """Asset to currency to minor units given for acquisitions and openings."""
        totals: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (asset, currency), series in sorted(self._consideration.items()):
            totals[asset][currency] = series.until(as_of)
        return dict(totals)
