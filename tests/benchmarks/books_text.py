"""The history of the books' benchmark: movements of many assets, and the same as plain text.

Numbers are seeded arithmetic: the same movements in every run. Units are hundredths and prices
whole dollars, so that every amount is exact in cents and no program has anything to round.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ledger.kernel.amounts import render_amount
from ledger.kernel.instants import add_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ASSETS = tuple(f"TK{letter}" for letter in "ABCDEFGHIJKLMNOPQRST")
FIRST_DAY = "2022-01-01"
DAYS = tuple(add_days(FIRST_DAY, number) for number in range(1461))
QUARTERS = tuple(day for day in DAYS if day[5:] in ("03-31", "06-30", "09-30", "12-31"))
PLENTY = 4_000
"""Hundredths of an asset above which a disposal is of three times what an acquisition brings."""
FEE = 1
"""Hundredths that the network takes for a transfer."""


class Lot(NamedTuple):
    """Hundredths that came in together, or what was taken of them."""

    day: str
    price: int
    units: int


class Movement(NamedTuple):
    """One movement: an acquisition, a disposal, a receipt or a transfer with its fee."""

    number: int
    day: str
    word: str
    asset: str
    units: int
    """Hundredths."""
    price: int
    """Dollars for a whole unit."""
    gone: tuple[Lot, ...] = ()
    """What left, first in, first out: units disposed of, or the fee of a transfer."""

    @property
    def amount(self) -> int:
        """What the units come to in cents."""
        return self.units * self.price


class Holding:
    """The open lots of one asset, as the history itself knows them."""

    def __init__(self) -> None:
        self.lots: deque[Lot] = deque()
        self.units = 0

    def add(self, lot: Lot) -> None:
        self.lots.append(lot)
        self.units += lot.units

    def take(self, units: int) -> tuple[Lot, ...]:
        """Take units out, first in, first out; what was taken."""
        self.units -= units
        gone = []
        while units:
            first = self.lots.popleft()
            part = min(units, first.units)
            gone.append(first._replace(units=part))
            if part < first.units:
                self.lots.appendleft(first._replace(units=first.units - part))
            units -= part
        return tuple(gone)


class History:
    """So many movements over four years; `growing`: disposals do not keep up."""

    def __init__(self, size: int, *, growing: bool = False) -> None:
        self.size = size
        self.growing = growing
        self.holdings = {asset: Holding() for asset in ASSETS}
        self._seed = 20_220_101

    def chance(self, of: int) -> int:
        """The next number below `of`."""
        self._seed = (self._seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return (self._seed >> 33) % of

    def movements(self) -> Iterator[Movement]:
        """Every movement in order."""
        for number in range(1, self.size + 1):
            day = (number - 1) * len(DAYS) // self.size
            yield self._movement(number, day)

    def _movement(self, number: int, day: int) -> Movement:
        asset = ASSETS[self.chance(len(ASSETS))]
        held = self.holdings[asset]
        price = price_of(asset, day)
        of_hundred = self.chance(100)
        units = 50 + self.chance(101)
        when = DAYS[day]
        if 60 <= of_hundred < 90 and held.units > PLENTY // 2:
            units = units // 5 if self.growing else units * (3 if held.units > PLENTY else 1)
            return Movement(number, when, "disposal", asset, units, price, held.take(units))
        if of_hundred >= 95 and held.units > PLENTY // 2:
            return Movement(number, when, "transfer", asset, units, price, held.take(FEE))
        held.add(Lot(when, price, units))
        word = "receipt" if 90 <= of_hundred < 95 else "acquisition"
        return Movement(number, when, word, asset, units, price)


def price_of(asset: str, day: int) -> int:
    """Whole dollars for a unit on a day."""
    number = ASSETS.index(asset)
    return (100 + 37 * number) * (70 + (day * 7 + number * 13) % 61) // 100


def texts_until(day: str, quarters: deque[str]) -> Iterator[str]:
    """The quarters that end before a day, taken from those ahead."""
    while quarters and quarters[0] < day:
        yield quarters.popleft()


# -- three programs -----------------------------------------------------------------------------


def _hundredths(units: int) -> str:
    return render_amount(units, 2)


def _beancount(one: Movement) -> str:
    asset, units, amount = one.asset, _hundredths(one.units), _hundredths(one.amount)
    place = f"  Assets:Vault:{asset}"
    if one.word in ("acquisition", "receipt"):
        other = "Assets:Cash" if one.word == "acquisition" else "Equity:Contributions"
        lines = f"{place}  {units} {asset} {{{one.price} USD}}\n  {other}  -{amount} USD\n"
    elif one.word == "disposal":
        lines = (
            f"{place}  -{units} {asset} {{}} @ {one.price} USD\n"
            f"  Assets:Cash  {amount} USD\n  Income:Gains\n"
        )
    else:
        lines = (
            f"{place}  -{_hundredths(FEE)} {asset} {{}} @ {one.price} USD\n"
            f"  Expenses:Fees  {_hundredths(FEE * one.price)} USD\n  Income:Gains\n"
        )
    return f'{one.day} * "{one.word} {one.number}"\n{lines}'


def _hledger(one: Movement) -> str:
    asset = one.asset
    sign, units, other = "-", one.units, "assets:cash"
    if one.word in ("acquisition", "receipt"):
        sign = ""
        other = other if one.word == "acquisition" else "equity:contributions"
    elif one.word == "transfer":
        units, other = FEE, "expenses:fees"
    return (
        f"{one.day} * {one.word} {one.number}\n"
        f"  assets:vault:{asset}  {sign}{_hundredths(units)} {asset} @ {one.price} USD\n"
        f"  {other}\n\n"
    )


def _ledger(one: Movement) -> str:
    asset, day = one.asset, one.day.replace("-", "/")
    if not one.gone:
        other = "Assets:Cash" if one.word == "acquisition" else "Equity:Contributions"
        lines = (
            f"    Assets:Vault:{asset}  {_hundredths(one.units)} {asset} @ {one.price} USD\n"
            f"    {other}\n"
        )
    else:
        other = "Assets:Cash" if one.word == "disposal" else "Expenses:Fees"
        money = one.price * sum(lot.units for lot in one.gone)
        lines = "".join(
            f"    Assets:Vault:{asset}  -{_hundredths(lot.units)} {asset} {{{lot.price} USD}}"
            f" [{lot.day.replace('-', '/')}] @ {one.price} USD\n"
            for lot in one.gone
        )
        lines += f"    {other}  {_hundredths(money)} USD\n    Income:Gains\n"
    return f"{day} * {one.word} {one.number}\n{lines}\n"


def _price_line(program: str, asset: str, day: str) -> str:
    price = price_of(asset, DAYS.index(day))
    if program == "beancount":
        return f"{day} price {asset} {price} USD\n"
    return f"P {day.replace('-', '/')} {asset} {price} USD\n"


_WRITERS: dict[str, Callable[[Movement], str]] = {
    "beancount": _beancount,
    "hledger": _hledger,
    "ledger": _ledger,
}
PROGRAMS = tuple(_WRITERS)


def write_text(place: Path, program: str, history: History) -> None:
    """The movements as a program reads them, with the price of every asset at each quarter."""
    write = _WRITERS[program]
    quarters = deque(QUARTERS)
    with place.open("w") as file:
        if program == "beancount":
            file.writelines(f'{DAYS[0]} open Assets:Vault:{a} {a} "FIFO"\n' for a in ASSETS)
            others = ("Assets:Cash", "Equity:Contributions", "Expenses:Fees", "Income:Gains")
            file.writelines(f"{DAYS[0]} open {name}\n" for name in others)
        for one in history.movements():
            for day in texts_until(one.day, quarters):
                file.writelines(_price_line(program, asset, day) for asset in ASSETS)
            file.write(write(one))
        for day in quarters:
            file.writelines(_price_line(program, asset, day) for asset in ASSETS)
