"""Occurrences: what happened, as the books see it, decoded from effective events.

One event is one occurrence: its day, the position at which it became effective, its id, and amounts
as integers (base units of the asset, minor units of the currency). They sort by day; within a day
a measurement comes after everything else, and a close last.
"""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel.fixed import fixed

Amount = tuple[str, int]
"""(currency, minor units)."""
UnitsAt = tuple[str, str, int]
"""(account, asset, base units)."""


@fixed
class Inflow:
    """Units came in: an acquisition, an opening, a receipt."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    word: str
    """`acquisition`, `opening` or `receipt`."""
    asset: str
    account: str
    units: int
    money: Amount | None
    """What was given; the cost taken on; the fair value that was stated."""
    cash_fees: tuple[Amount, ...] = ()
    asset_fees: tuple[UnitsAt, ...] = ()
    source: str = ""
    """Where a receipt comes from."""
    carrying: Amount | None = None
    """What an opening stood at before, if not at cost."""


@fixed
class Outflow:
    """Units went out: a disposal, a delivery, the network fee of a transfer."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    word: str
    """`disposal`, `delivery` or `fee`."""
    asset: str
    account: str
    units: int
    money: Amount | None = None
    """The proceeds."""
    cash_fees: tuple[Amount, ...] = ()
    asset_fees: tuple[UnitsAt, ...] = ()
    lots: tuple[tuple[str, int], ...] = ()
    """(lot, base units) where the lots are named."""
    purpose: str = ""


@fixed
class Swap:
    """Units of one asset were given for units of another."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    given: UnitsAt
    received: UnitsAt
    cash_fees: tuple[Amount, ...] = ()
    asset_fees: tuple[UnitsAt, ...] = ()
    lots: tuple[tuple[str, int], ...] = ()
    purpose: str = ""


@fixed
class Move:
    """Units moved between places of the fund; a place in transit is `account>`."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    asset: str
    units: int
    source: str
    target: str


@fixed
class CashMove:
    """Money came in or went out, apart from settlements."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    is_in: bool
    money: Amount
    category: str


@fixed
class FairValue:
    """The fair value of one whole unit was adopted."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    asset: str
    currency: str
    price: str
    level: str


@fixed
class ExchangeRate:
    """One whole unit of `base` was worth so much of `quote`."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    base: str
    quote: str
    rate: str
    source: str


@fixed
class Encumbered:
    """Units were encumbered, or released if negative."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    asset: str
    account: str
    units: int
    form: str


@fixed
class HandLine:
    """One line of an entry posted by hand; `amount` is positive for a debit."""

    account: str
    amount: int
    dimension: str
    """Asset or currency."""
    lot: str
    adjusts_cost: bool
    foreign: Amount | None


@fixed
class HandEntry:
    """An entry posted by hand, or its reversal."""

    rank: ClassVar[int] = 0
    day: str
    position: int
    event_id: str
    word: str
    """`entry`, `reversal`, or `correction` of a closed period."""
    lines: tuple[HandLine, ...]
    explanation: str
    corrects: str = ""
    restates: tuple[str, ...] = ()


@fixed
class Measured:
    """Everything is measured at the end of the day."""

    rank: ClassVar[int] = 1
    day: str
    position: int
    event_id: str
    word: str
    """`measurement`, or `close` for one that a closed period brings with it."""
    period: str = ""
    starts_on: str = ""


Occurrence = (
    Inflow
    | Outflow
    | Swap
    | Move
    | CashMove
    | FairValue
    | ExchangeRate
    | Encumbered
    | HandEntry
    | Measured
)
