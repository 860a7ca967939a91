"""A quantity of one asset: an integer of base units. Assets never mix."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import ValueFormError


@dataclass(frozen=True, slots=True, order=False)
class Quantity:
    """`base_units` of `asset`; 1 BTC at scale 8 is `Quantity("BTC", 100_000_000)`."""

    asset: str
    base_units: int

    @classmethod
    def parse(cls, asset: str, text: str, scale: int) -> Quantity:
        """From the canonical decimal in whole units."""
        return cls(asset, parse_amount(text, scale))

    def render(self, scale: int) -> str:
        """The canonical decimal in whole units."""
        return render_amount(self.base_units, scale)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.asset, self.base_units + self._same(other))

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.asset, self.base_units - self._same(other))

    def __neg__(self) -> Quantity:
        return Quantity(self.asset, -self.base_units)

    def _same(self, other: Quantity) -> int:
        if other.asset != self.asset:
            raise ValueFormError(f"{self.asset} and {other.asset} do not add")
        return other.base_units
