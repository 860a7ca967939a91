"""Money: an integer of minor units of one ISO 4217 currency. Currencies never mix.

The list of currencies and their minor units is `ledger.kernel.currencies`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.currencies import MINOR_UNIT_DIGITS
from ledger.kernel.errors import ValueFormError


def minor_unit_digits(currency: str) -> int:
    """Digits after the point of a currency; `ValueFormError` if it is not an ISO 4217 currency."""
    digits = MINOR_UNIT_DIGITS.get(currency)
    if digits is None:
        raise ValueFormError(
            f"{currency[:8]!r} is not money of ISO 4217", hint="Use a code such as USD or KZT"
        )
    return digits


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor_units` of `currency`; 1 USD is `Money("USD", 100)`."""

    currency: str
    minor_units: int

    @classmethod
    def parse(cls, currency: str, text: str) -> Money:
        """From the canonical decimal in whole units."""
        return _parsed(currency, text)

    def render(self) -> str:
        """The canonical decimal in whole units."""
        return render_amount(self.minor_units, minor_unit_digits(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.currency, self.minor_units + self._same(other))

    def __sub__(self, other: Money) -> Money:
        return Money(self.currency, self.minor_units - self._same(other))

    def __neg__(self) -> Money:
        return Money(self.currency, -self.minor_units)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueFormError(f"{self.currency} and {other.currency} do not add")
        return other.minor_units


@lru_cache(maxsize=4_096)
def _parsed(currency: str, text: str) -> Money:
    """Kept for a while: laws, rules and evolution each read the same money of one event."""
    return Money(currency, parse_amount(text, minor_unit_digits(currency)))
