"""The roll-forward of crypto assets at fair value through net income (ASC 350-60-50-3).

Dispositions stand at proceeds; the change up to the disposal price is a gain or a loss. Gains and
losses are determined asset by asset: an asset with a net gain over the period is wholly in gains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.projections.journal import GAINS, LOSSES, PROCEEDS
from ledger.statements.movements import memo_of, roll_forward

if TYPE_CHECKING:
    from ledger.projections.books import Books

NAMES = ("opening", "additions", "dispositions", "gains", "losses", "closing")


def asset_roll_forward(books: Books, asset: str, first: str, last: str) -> dict[str, int]:
    """The roll-forward of one asset over a span of days, in minor units."""
    rows = roll_forward(books, asset, first, last)
    proceeds = memo_of(books, PROCEEDS, asset, last, first)
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


def realised(books: Books, assets: list[str], first: str, last: str) -> tuple[int, int]:
    """Realised gains and losses against cost over a span of days (ASC 350-60-50-4)."""
    return (
        sum(memo_of(books, GAINS, asset, last, first) for asset in assets),
        sum(memo_of(books, LOSSES, asset, last, first) for asset in assets),
    )
