"""What is watched beside the rules: how concentrated the holdings are, and how old prices are."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.kernel.instants import days_between

if TYPE_CHECKING:
    from ledger.domain.policy import Known


@fixed
class Share:
    """What lies with one asset, custodian or jurisdiction, at observed prices."""

    by: str
    """`asset`, `custodian` or `jurisdiction`."""
    name: str
    value: Fraction
    share: Fraction
    """Of everything that has a price."""


@fixed
class StalePrice:
    """An asset that is held, and whose price is missing or old."""

    asset: str
    day: str
    """The day of its last price; empty if there is none."""
    age: int | None


def concentration(known: Known, currency: str, day: str) -> list[Share]:
    """Shares by asset, custodian and jurisdiction, the largest first of each."""
    values: dict[str, defaultdict[str, Fraction]] = {
        by: defaultdict(Fraction) for by in ("asset", "custodian", "jurisdiction")
    }
    for holding in known.holdings():
        price = known.price(holding.asset.code, currency, day)
        if price is None or not holding.units:
            continue
        value = price.value * Fraction(holding.units, 10**holding.asset.scale)
        values["asset"][holding.asset.code] += value
        values["custodian"][holding.account.custodian] += value
        values["jurisdiction"][holding.account.jurisdiction] += value
    total = sum(values["asset"].values(), Fraction(0))
    return [
        Share(by, name, value, value / total if total else Fraction(0))
        for by, shares in values.items()
        for name, value in sorted(shares.items(), key=lambda one: (-one[1], one[0]))
    ]


def stale_prices(known: Known, currency: str, day: str, *, oldest: int) -> list[StalePrice]:
    """Assets that are held without a price of the last `oldest` days."""
    held = sorted({one.asset.code for one in known.holdings() if one.units})
    found = []
    for asset in held:
        price = known.price(asset, currency, day)
        age = days_between(price.day, day) if price is not None else None
        if age is None or age > oldest:
            found.append(StalePrice(asset, price.day if price else "", age))
    return found
