"""Conservation: the laws of units that must hold after every record (docs/spec/evidence-bundle.md).

For every asset, units held by account and in transit equal units received less units disposed of
and fees; nothing is negative; reserved units are held. The sums come from the postings alone, so
they are a second count beside the balances of the state.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from ledger.domain.holdings import Leg, UnitPosting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.state import Posting, State
    from ledger.projections.holdings import HoldingsProjection

WITHIN: Final = "transfer"
"""Postings that move units between places of the fund; all others bring in or take out."""
_OWNED: Final = (Leg.HELD, Leg.IN_TRANSIT)


class Conservation:
    """What came in less what went out, by asset, in base units."""

    __slots__ = ("_owned",)

    def __init__(self) -> None:
        self._owned: defaultdict[str, int] = defaultdict(int)

    def broken_by(self, state: State, postings: Iterable[Posting]) -> str:
        """Which law one record's postings break, or the empty string."""
        within: dict[str, int] = {}
        for posting in postings:
            if not isinstance(posting, UnitPosting):
                continue
            if posting.leg in _OWNED:
                if posting.why == WITHIN:
                    within[posting.asset] = within.get(posting.asset, 0) + posting.units
                else:
                    self._owned[posting.asset] += posting.units
            fault = _fault_at(state, posting.account, posting.asset)
            if fault:
                return fault
        created = next((asset for asset, units in within.items() if units), "")
        return f"a transfer changes how many {created} there are" if created else ""

    def broken_at_end(self, state: State) -> str:
        """Which asset's balances are not what came in less what went out, or the empty string."""
        found: defaultdict[str, int] = defaultdict(int)
        for (_, asset), balance in state.balances.items():
            found[asset] += balance.held + balance.in_transit
        for asset in sorted(found.keys() | self._owned.keys()):
            if found[asset] != self._owned[asset]:
                return f"{asset}: {found[asset]} base units held, {self._owned[asset]} accounted"
        return ""


def holdings_differ(state: State, projection: HoldingsProjection) -> str:
    """Where the projection and the state's balances differ, or the empty string."""
    projected = {
        (holding.account, holding.asset): (
            holding.units,
            holding.reserved,
            holding.encumbered,
            holding.in_transit,
        )
        for holding in projection.holdings()
    }
    balances = {
        place: (balance.held, balance.reserved, balance.encumbered, balance.in_transit)
        for place, balance in state.balances.items()
        if not balance.is_empty
    }
    wrong = sorted(
        place
        for place in projected.keys() | balances.keys()
        if projected.get(place) != balances.get(place)
    )
    return f"{wrong[0][1]} on {wrong[0][0]}" if wrong else ""


def _fault_at(state: State, account: str, asset: str) -> str:
    balance = state.balance(account, asset)
    if balance.reserved > balance.held:
        return f"more {asset} is reserved than held on {account}"
    lowest = min(balance.held, balance.reserved, balance.encumbered, balance.in_transit)
    return f"a negative balance of {asset} on {account}" if lowest < 0 else ""
