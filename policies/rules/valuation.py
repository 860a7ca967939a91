"""What rules share when they value: holdings at observed prices, and exact decimals for readers."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.domain.policy import Known

_SHOWN = Context(prec=60)


def market_value(known: Known, currency: str, day: str) -> Fraction | None:
    """All units held at their last price on a day; None if one of them has no price."""
    total = Fraction(0)
    for holding in known.holdings():
        if not holding.units:
            continue
        price = known.price(holding.asset.code, currency, day)
        if price is None:
            return None
        total += price.value * Fraction(holding.units, 10**holding.asset.scale)
    return total


def decimal_text(value: Fraction) -> str:
    """A fraction as a decimal without exponent; cut at 18 digits where it does not end."""
    scaled = value * 10**18
    whole = scaled.numerator // scaled.denominator
    text = format(_SHOWN.scaleb(Decimal(whole), -18), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
