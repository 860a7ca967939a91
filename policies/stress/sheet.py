"""The balance sheet that is stressed: units of each asset at their last observed price."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from policies.stress.figure import Figure, Standpoint, combined, price_of, units_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.policy import AssetFacts, Holding

OWN = "own"
"""The owner class of accounts whose units are the fund's; clients' are kept, not owned."""


@fixed
class Line:
    """One asset: whole units, the price of one, and the value, in the standpoint's currency."""

    asset: AssetFacts
    units: Figure
    price: Figure
    value: Figure


def sheet(at: Standpoint, holdings: Iterable[Holding]) -> list[Line]:
    """A line for each asset of some holdings, in the order of their codes."""
    held: defaultdict[str, int] = defaultdict(int)
    assets: dict[str, AssetFacts] = {}
    for holding in holdings:
        if holding.units:
            held[holding.asset.code] += holding.units
            assets[holding.asset.code] = holding.asset
    return [_line(at, assets[code], units) for code, units in sorted(held.items())]


def own_sheet(at: Standpoint) -> list[Line]:
    """The fund's own assets: what is kept for clients is left out."""
    return sheet(at, (one for one in at.known.holdings() if one.account.owner_class == OWN))


def _line(at: Standpoint, asset: AssetFacts, base_units: int) -> Line:
    units, price = units_of(at, asset, base_units), price_of(at, asset.code)
    return Line(asset, units, price, combined(lambda many, one: many * one, units, price))
