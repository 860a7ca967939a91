"""Lots: units of one asset that came in together, with what they cost and stand at.

A pool holds the lots of one asset and relieves them by one cost formula (IAS 2.23 to .27). Amounts
are minor units of the functional currency; a part of a lot takes its share rounded down, the part
that empties it takes everything left, so nothing is ever lost or made. Relief costs as much as the
lots that it empties: no lot is looked at twice.

`carrying_amount = cost + surplus - unreversed loss` for every lot, and one of the two is zero.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from typing_extensions import override

from ledger.kernel.errors import invariant
from ledger.kernel.rounding import share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

POOL = "pool"
"""The one lot of a pool of weighted average."""


class Part(NamedTuple):
    """What was taken from one lot."""

    lot_id: str
    units: int
    cost: int
    carrying_amount: int
    shadow: int
    day: str
    position: int

    @property
    def surplus(self) -> int:
        """Revaluation surplus of the part."""
        return max(0, self.carrying_amount - self.cost)


@dataclass(slots=True)
class Lot:
    """One lot. `shadow` is its carrying amount under the cost model (IAS 38.124(a)(iii))."""

    lot_id: str
    day: str
    """The value date on which it came in."""
    position: int
    units: int
    cost: int
    carrying_amount: int
    shadow: int

    @property
    def order(self) -> tuple[str, int]:
        """By value date, then position: the order of first in, first out."""
        return self.day, self.position

    @property
    def surplus(self) -> int:
        """Revaluation surplus."""
        return max(0, self.carrying_amount - self.cost)

    @property
    def unreversed_loss(self) -> int:
        """Loss below cost that a later increase reverses first."""
        return max(0, self.cost - self.carrying_amount)

    def whole(self) -> Part:
        """Everything that is left of the lot."""
        return Part(
            self.lot_id, self.units, self.cost, self.carrying_amount, self.shadow, self.day,
            self.position,
        )  # fmt: skip

    def take(self, units: int) -> Part:
        """A part of the lot, with its share of each amount; the last part takes what is left."""
        whole = self.units
        part = Part(
            self.lot_id,
            units,
            share(self.cost, units, whole),
            share(self.carrying_amount, units, whole),
            share(self.shadow, units, whole),
            self.day,
            self.position,
        )
        self.units -= units
        self.cost -= part.cost
        self.carrying_amount -= part.carrying_amount
        self.shadow -= part.shadow
        return part


class LotPool:
    """The lots of one asset, first in, first out."""

    __slots__ = ("_lots", "units")

    def __init__(self) -> None:
        self._lots: deque[Lot] = deque()
        self.units = 0

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._lots)

    def add(self, lot: Lot) -> None:
        """Bring a lot in; nearly always the latest."""
        self.units += lot.units
        if not self._lots or self._lots[-1].order <= lot.order:
            self._lots.append(lot)
            return
        before = list(self._lots)
        insort(before, lot, key=lambda one: one.order)
        self._lots = deque(before)

    def relieve(self, units: int, named: Sequence[tuple[str, int]] = ()) -> list[Part]:
        """Take units out; the parts, in the order in which they went. `named` is for identified."""
        invariant(units <= self.units, "no more units leave than there are in lots")
        invariant(not named, "only identified lots are named")
        self.units -= units
        parts = []
        lots = self._lots
        while units:
            first = lots[0]
            if first.units <= units:
                units -= first.units
                parts.append(first.whole())
                lots.popleft()
            else:
                parts.append(first.take(units))
                break
        return parts


class AveragePool(LotPool):
    """One pool at a moving average: an addition changes the average, a relief does not."""

    __slots__ = ()

    @override
    def add(self, lot: Lot) -> None:
        """Pour a lot into the pool."""
        self.units += lot.units
        if not self._lots:
            self._lots.append(Lot(POOL, lot.day, lot.position, 0, 0, 0, 0))
        pool = self._lots[0]
        pool.units += lot.units
        pool.cost += lot.cost
        pool.carrying_amount += lot.carrying_amount
        pool.shadow += lot.shadow


class IdentifiedPool(LotPool):
    """Lots that are named when they leave; what names none (a fee) takes the oldest."""

    __slots__ = ()

    @override
    def relieve(self, units: int, named: Sequence[tuple[str, int]] = ()) -> list[Part]:
        """Take exactly the named parts."""
        if not named:
            return LotPool.relieve(self, units)
        invariant(sum(part for _, part in named) == units, "the named lots are what leaves")
        self.units -= units
        by_name = {lot.lot_id: lot for lot in self._lots}
        parts = [by_name[lot_id].take(part) for lot_id, part in named]
        self._lots = deque([lot for lot in self._lots if lot.units])
        return parts


_POOLS: dict[str, type[LotPool]] = {
    "fifo": LotPool,
    "weighted_average": AveragePool,
    "specific": IdentifiedPool,
}


def pool_of(formula: str) -> LotPool:
    """An empty pool of a cost formula."""
    return _POOLS[formula]()


def spread(total: int, lots: Iterable[Lot], units: int) -> Iterator[tuple[Lot, int]]:
    """A total over lots in their order by units; the last lot takes what is left."""
    for lot in lots:
        part = share(total, lot.units, units)
        total -= part
        units -= lot.units
        yield lot, part


def in_order(pools: Iterable[LotPool]) -> list[Lot]:
    """The lots of several pools of one asset in the order in which they came in."""
    found: list[Lot] = []
    for pool in pools:
        found += pool
    found.sort(key=lambda lot: lot.order)
    return found
