"""Published totals beside the ledger's own: contradictions are shown, none is chosen."""

from __future__ import annotations

import csv
import io
from importlib import resources
from typing import TYPE_CHECKING

from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from ledger.projections.holdings import HoldingsProjection

BTC_SCALE = 8
CENTS = 2


@fixed
class Point:
    """One published total."""

    as_of: str
    measure: str
    amount: str
    unit: str
    note: str
    source: str


def published(history: str) -> list[Point]:
    """Every published total of a history that ships with the product, in order."""
    data = resources.files("ledger.cli").joinpath("histories", "published_totals.csv")
    rows = csv.DictReader(io.StringIO(data.read_text(encoding="utf-8")))
    return [
        Point(r["as_of"], r["measure"], r["amount"], r["unit"], r["note"], r["source"])
        for r in rows
        if r["history"] == history
    ]


def compared(point: Point, projection: HoldingsProjection) -> tuple[str, str]:
    """The ledger's own figure at a published point, and the difference, as decimals."""
    if point.measure == "units":
        own, scale = projection.units(point.as_of).get("BTC", 0), BTC_SCALE
    else:
        own = projection.consideration(point.as_of).get("BTC", {}).get("USD", 0)
        scale = CENTS
    difference = own - parse_amount(point.amount, scale)
    sign = "+" if difference > 0 else ""
    return render_amount(own, scale), sign + render_amount(difference, scale)
