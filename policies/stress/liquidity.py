"""Liquidity: how long it takes to sell what is held, and what selling and buying do to the price.

The days follow from a cap on the fund's share of the volume that is traded on a day. The impact is
that of the square-root law, impact = coefficient * daily volatility * √(quantity / daily volume),
as a share of the price when the trade begins. The law was measured on trades that are a part of a
day's volume; beyond that it is an extrapolation, and the line says so.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

from ledger.kernel.fixed import fixed
from policies.stress.figure import Figure, Standpoint, combined, given, observed_of
from policies.stress.sheet import Line, own_sheet
from policies.stress.square_root import square_root

if TYPE_CHECKING:
    from ledger.domain.policy import AssetFacts

VOLUME, VOLATILITY = "traded_volume", "daily_volatility"
VOLATILITY_UNIT = "share"
MODEL = "impact = coefficient * daily_volatility * sqrt(quantity / traded_volume)"
LAW = (
    "The square-root law of market impact: Toth, Lemperiere, Deremble, de Lataillade, Kockelkoren, "
    'Bouchaud, "Anomalous Price Impact and the Critical Nature of Liquidity in Financial Markets", '
    "Physical Review X 1 (2011) 021006"
)
ON_BITCOIN = (
    'Measured on Bitcoin: Donier, Bonart, "A million metaorder analysis of market impact on the '
    'Bitcoin" (2015), arXiv:1412.4503'
)
DISSENT = (
    'Against it: Almgren, Thum, Hauptmann, Li, "Direct Estimation of Equity Market Impact" (2005), '
    "reject the square root for temporary impact, in favour of the power 3/5"
)
SOURCES: Final = (LAW, ON_BITCOIN, DISSENT)
DEMANDS: Final = (Fraction(1, 100), Fraction(1, 10), Fraction(1))
"""Shares of a day's volume that the fund is supposed to buy."""
BEYOND = "more than a day's volume: the law is extrapolated"


@fixed
class Trading:
    """The parameters of the model."""

    participation: Fraction
    """The most that the fund trades of a day's volume: above 0, at most 1."""
    coefficient: Fraction
    """The law's factor, of the order of 1; above 0."""


@fixed
class Demand:
    """What it does to the price that the fund buys a share of a day's volume."""

    share: Fraction
    units: Figure
    impact: Figure


@fixed
class Liquidity:
    """One asset that the fund owns."""

    asset: AssetFacts
    units: Figure
    days: Figure
    """Whole days until all of it is sold."""
    impact: Figure
    """By which share the price falls while all of it is sold."""
    cost: Figure
    """That share of the value of all of it, in the standpoint's currency."""
    demand: tuple[Demand, ...]
    note: str


def liquidities(at: Standpoint, trading: Trading) -> list[Liquidity]:
    """What can be sold how fast, and at what price; in the order of the assets' codes."""
    return [_liquidity(at, trading, line) for line in own_sheet(at)]


def _liquidity(at: Standpoint, trading: Trading, line: Line) -> Liquidity:
    volume, volatility = _volume(at, line.asset.code), _volatility(at, line.asset.code)
    cap = given("participation", trading.participation)
    factor = given("impact coefficient", trading.coefficient, "times")
    impact = combined(_impact, factor, volatility, line.units, volume)
    held, daily = line.units.value, volume.value
    is_beyond = held is not None and daily is not None and held > daily
    return Liquidity(
        line.asset,
        line.units,
        combined(_days, line.units, cap, volume),
        impact,
        combined(lambda value, share: value * share, line.value, impact),
        tuple(_demand(share, factor, volatility, volume) for share in DEMANDS),
        BEYOND if is_beyond else "",
    )


def _demand(share: Fraction, factor: Figure, volatility: Figure, volume: Figure) -> Demand:
    """Of a share of the volume the impact is known even where the volume is not."""
    part = given("bought", share, "of a day's volume")
    return Demand(
        share,
        combined(lambda of, day: of * day, part, volume),
        combined(lambda c, v, of: c * v * square_root(of), factor, volatility, part),
    )


def _volume(at: Standpoint, asset: str) -> Figure:
    """Whole units that the market trades in a day; of nothing nothing follows."""
    seen = observed_of(at, VOLUME, asset, asset)
    if seen.value == 0:
        return Figure(None, seen.inputs, (f"observation {VOLUME} of {asset} above 0",))
    return seen


def _volatility(at: Standpoint, asset: str) -> Figure:
    """The standard deviation of a day's return, as a decimal share of the price."""
    return observed_of(at, VOLATILITY, asset, VOLATILITY_UNIT)


def _days(units: Fraction, participation: Fraction, volume: Fraction) -> Fraction:
    return Fraction(ceil(units / (participation * volume)))


def _impact(
    coefficient: Fraction, volatility: Fraction, quantity: Fraction, volume: Fraction
) -> Fraction:
    return coefficient * volatility * square_root(quantity / volume)
