"""A mandate withdrawn: what of the fund can lawfully be sold, handed over or moved, in what order.

A new government that ends the fund is bound by the mandate until another is adopted, so every
holding is asked about under the rules of the day. First stands what is not available to anybody:
units encumbered, reserved, in transit, or on a frozen account.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from ledger.kernel.money import Money, minor_unit_digits
from policies.stress.figure import Figure, Standpoint, combined, price_of, units_of
from policies.stress.way import Supposed, Surroundings, Way, ways_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.domain.policy import Holding
    from policies.book import Book
    from policies.stress.liquidity import Liquidity

Place = tuple[str, str]
"""(account, asset)."""


@fixed
class Tied:
    """What of a holding cannot be moved, beside what is encumbered; in base units."""

    reserved: int = 0
    in_transit: int = 0
    frozen: bool = False


FREE = Tied()


@fixed
class Unavailable:
    """Whole units that are not there to be moved, and why."""

    why: str
    """`encumbered`, `reserved`, `in_transit`, or `frozen` for all that is left on the account."""
    units: Figure


@fixed
class Exit:
    """One holding, and the ways out of it."""

    holding: Holding
    units: Figure
    unavailable: tuple[Unavailable, ...]
    available: Figure
    days: Figure
    """Whole days until all that the fund owns of the asset is sold; unknown of clients' units."""
    value: Figure
    """Of what is asked about, in the standpoint's currency."""
    ways: tuple[Way, ...]
    """Asked about what is available; if that is nothing, about all units as if they were free."""


@fixed
class Fund:
    """What is asked: books in force, where units may go, and what of them is tied."""

    books: Sequence[Book]
    around: Surroundings
    tied: Mapping[Place, Tied]


def exits(at: Standpoint, fund: Fund, liquid: Sequence[Liquidity]) -> list[Exit]:
    """Every holding, the fastest to be sold first and the unknown last, then by account."""
    days = {one.asset.code: one.days for one in liquid}
    found = [
        _exit(at, fund, one, days.get(one.asset.code)) for one in at.known.holdings() if one.units
    ]
    return sorted(found, key=_order)


def _order(one: Exit) -> tuple[bool, Fraction, str, str]:
    days = one.days.value
    asset, account = one.holding.asset.code, one.holding.account.account
    return days is None, days or Fraction(0), asset, account


def _exit(at: Standpoint, fund: Fund, holding: Holding, days: Figure | None) -> Exit:
    code = holding.asset.code
    if days is None or holding.account.owner_class != "own":
        days = Figure(None, (), (f"days for a client's {code}: it is not the fund's to sell",))
    parts = _tied_parts(holding, fund.tied.get((holding.account.account, code), FREE))
    free = holding.units - sum(parts.values())
    asked = free or holding.units
    value = combined(
        lambda units, price: units * price,
        units_of(at, holding.asset, asked),
        price_of(at, code),
    )
    supposed = Supposed(holding, asked, at.day, _proceeds(value, at.currency))
    return Exit(
        holding,
        units_of(at, holding.asset, holding.units),
        tuple(Unavailable(why, units_of(at, holding.asset, units)) for why, units in parts.items()),
        units_of(at, holding.asset, free),
        days,
        value,
        tuple(ways_out(fund.books, at.known, supposed, fund.around)),
    )


def _tied_parts(holding: Holding, tied: Tied) -> dict[str, int]:
    """Base units that are not available, by why; together at most all of the holding."""
    parts = {
        "encumbered": holding.encumbered,
        "reserved": tied.reserved,
        "in_transit": tied.in_transit,
    }
    if tied.frozen:
        parts["frozen"] = holding.units - sum(parts.values())
    return {why: units for why, units in parts.items() if units}


def _proceeds(value: Figure, currency: str) -> Money | None:
    """The value as money, cut to the currency's minor units."""
    if value.value is None:
        return None
    minor = value.value * 10 ** minor_unit_digits(currency)
    return Money(currency, minor.numerator // minor.denominator)
