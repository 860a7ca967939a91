"""Identified lots: what admission keeps of assets whose disposals must name their lots.

Only assets under specific identification are here (IAS 2.23: units that do not stand for one
another). A lot is named by the event that brought its units in. Fees take the oldest lots: nobody
chooses which coin pays for its own transfer. The fee of an acquisition leaves before its units come
in, that of an exchange after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.accounting_policies import is_identified
from ledger.domain.laws import deny
from ledger.kernel.amounts import parse_amount, render_amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.body import LotUnits
    from ledger.domain.outcome import Finding
    from ledger.domain.state import State
    from ledger.domain.view import View


@dataclass(slots=True)
class IdentifiedLot:
    """What is left of a lot, in base units, and the day on which it came in."""

    day: str
    units: int


def lot_laws(view: View, asset: str, amount: str, named: tuple[LotUnits, ...]) -> Iterator[Finding]:
    """That lots are named where they must be, and cover the units exactly."""
    if not is_identified(view.state, asset, view.body.value_date):
        if named:
            yield deny("lots_not_identified", found=asset)
        return
    if not named:
        yield deny("lots_missing", f"the lots of {amount} {asset}")
        return
    scale = view.state.assets[asset].scale
    total, before = 0, set[str]()
    for one in named:
        yield from _laws_of_lot(view, asset, one, before)
        before.add(one.lot)
        total += view.units(asset, one.units) or 0
    if total != view.units(asset, amount):
        yield deny("lots_do_not_cover", amount, render_amount(total, scale))


def _laws_of_lot(view: View, asset: str, one: LotUnits, before: set[str]) -> Iterator[Finding]:
    units, lot = view.units(asset, one.units), view.state.lots[asset].get(one.lot)
    if units is None:
        yield deny("amount_scale", found=f"{one.units} {asset}")
    elif lot is None or one.lot in before:
        yield deny("lot_unknown", found=one.lot)
    elif units > lot.units:
        left = render_amount(lot.units, view.state.assets[asset].scale)
        yield deny("lot_short", f"at most {left}", one.units)
    elif view.body.value_date < lot.day:
        yield deny("value_date_before_reference", f"not before {lot.day}", view.body.value_date)


def bring_in(state: State, event_id: str, asset: str, units: int, day: str) -> None:
    """Remember units that came in as a lot, if the asset's lots are identified."""
    lots = state.lots.get(asset)
    if lots is not None:
        lots[event_id] = IdentifiedLot(day, units)


def take(state: State, asset: str, units: int, named: tuple[LotUnits, ...] = ()) -> None:
    """Take units from the named lots, or from the oldest."""
    lots = state.lots.get(asset)
    if lots is None:
        return
    for one in named:
        _take_from(lots, one.lot, parse_amount(one.units, state.assets[asset].scale))
    if named:
        return
    oldest = iter(sorted(lots, key=lambda name: lots[name].day))
    while units:
        lot = next(oldest)
        part = min(units, lots[lot].units)
        _take_from(lots, lot, part)
        units -= part


def _take_from(lots: dict[str, IdentifiedLot], lot: str, units: int) -> None:
    lots[lot].units -= units
    if not lots[lot].units:
        del lots[lot]
