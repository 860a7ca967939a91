"""The fund as it is known, but for its prices: what rules see when a price falls or rises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from fractions import Fraction

    from ledger.domain.policy import Known, Observed


class ShockedKnown:
    """A known fund whose every price is multiplied by one factor; all else is its own.

    Observations are not prices and stay as they are, a base of a share too.
    """

    __slots__ = ("_factor", "_known")

    def __init__(self, known: Known, factor: Fraction) -> None:
        """`factor`: 0.7 for a fall by 30 per cent; never below zero."""
        self._known = known
        self._factor = factor

    def price(self, asset: str, currency: str, day: str) -> Observed | None:
        """The last observed price, multiplied."""
        seen = self._known.price(asset, currency, day)
        return None if seen is None else replace(seen, value=seen.value * self._factor)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the known fund answers
        return getattr(self._known, name)


def shocked(known: Known, factor: Fraction) -> Known:
    """The known fund with every price multiplied by a factor."""
    return cast("Known", ShockedKnown(known, factor))  # what is not here is the fund's own
