"""The roll-forward of crypto assets at fair value through net income (ASC 350-60-50-3).

Dispositions stand at proceeds; the change up to the disposal price is a gain or a loss. Gains and
losses are determined asset by asset: an asset with a net gain over the period is wholly in gains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.statements.movements import roll_forward

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.books import Books, Relief


def asset_roll_forward(
    books: Books, reliefs: Iterable[Relief], asset: str, first: str, last: str
) -> dict[str, int]:
    """The roll-forward of one asset over a span of days, in minor units."""
    rows = roll_forward(books, asset, first, last)
    proceeds = sum(
        relief.proceeds
        for relief in reliefs
        if relief.asset == asset and first <= relief.day <= last
    )
    opening, closing = rows["opening"], rows["closing"]
    additions = rows.get("additions", 0) + rows.get("taken_on", 0)
    net = closing - opening - additions + proceeds
    return {
        "opening": opening,
        "additions": additions,
        "dispositions": -proceeds,
        "gains": max(0, net),
        "losses": min(0, net),
        "closing": closing,
    }


def realised(reliefs: Iterable[Relief], first: str, last: str) -> tuple[int, int]:
    """Realised gains and losses against cost basis over a span of days (ASC 350-60-50-4)."""
    gains = losses = 0
    for relief in reliefs:
        if first <= relief.day <= last:
            difference = relief.proceeds - relief.cost
            gains += max(0, difference)
            losses += min(0, difference)
    return gains, losses
