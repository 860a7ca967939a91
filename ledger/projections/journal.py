"""The journal: balanced entries derived from occurrences, and the running sums of their lines.

A line is an account of the chart, what it is kept by (an asset, a currency), a signed amount in
minor units of the functional currency (positive: debit), and a word that says what moved; the same
words make the roll-forward and the cash flows. Sums are kept by day, so that a statement of any day
is a lookup and never another pass.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from ledger.domain.series import DailySeries
from ledger.kernel.errors import invariant

if TYPE_CHECKING:
    from collections.abc import Callable


class Line(NamedTuple):
    """One line of an entry."""

    account: str
    """Number in the chart of accounts."""
    dimension: str
    """Asset or currency by which the account is kept; empty if by nothing."""
    amount: int
    """Minor units of the functional currency; positive for a debit."""
    word: str
    """What moved: `purchase`, `disposal`, `revaluation_oci` …"""
    foreign: int = 0
    """Minor units of a foreign currency, on lines of foreign cash."""


class Entry(NamedTuple):
    """A balanced entry of one event."""

    day: str
    position: int
    event_id: str
    why: str
    """`acquisition`, `disposal`, `surplus transfer`, `measurement` …"""
    lines: tuple[Line, ...]


MEMO = "memo"
"""Why an entry of memo lines exists: it is none of the journal's."""
UNITS, COST, SHADOW = "9300", "9010", "9000"
"""Memo accounts by asset: base units, cost of what is held, its amount under the cost model."""
PROCEEDS, GAINS, LOSSES = "9020", "9021", "9022"
"""Memo accounts by asset: net proceeds of what left, and its gains and losses against cost."""

Key = tuple[str, str, str]
"""(account, dimension, word)."""


class Journal:
    """The sums of every line so far, and whoever wants to see each entry."""

    __slots__ = ("_day", "_memo", "_open", "_open_memo", "_sums", "_watchers", "entries", "foreign")

    def __init__(self) -> None:
        self.entries = 0
        self.foreign: defaultdict[str, DailySeries] = defaultdict(DailySeries)
        """Currency to minor units of foreign cash, by day."""
        self._sums: defaultdict[Key, DailySeries] = defaultdict(DailySeries)
        self._memo: defaultdict[Key, DailySeries] = defaultdict(DailySeries)
        # What the day adds to each key is put into its series once, when the day is over.
        self._day = ""
        self._open: dict[Key, int] = {}
        self._open_memo: dict[Key, int] = {}
        self._watchers: list[Callable[[Entry], None]] = []

    @property
    def sums(self) -> defaultdict[Key, DailySeries]:
        """Sums by day of every line so far."""
        self._end_day()
        return self._sums

    @property
    def memo(self) -> defaultdict[Key, DailySeries]:
        """Memo accounts: units, cost, and the shadow of the cost model. They balance nothing."""
        self._end_day()
        return self._memo

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Let somebody see every entry from now on."""
        self._watchers.append(watcher)

    def post(self, day: str, position: int, event_id: str, why: str, lines: list[Line]) -> None:
        """Add an entry; lines of nothing are left out, and an entry of no lines is none."""
        if day != self._day:
            self._end_day(day)
        balance = 0
        opened = self._open
        for account, dimension, amount, word, foreign in lines:
            balance += amount
            if amount:
                key = (account, dimension, word)
                opened[key] = opened.get(key, 0) + amount
            if foreign:
                self.foreign[dimension].add(day, foreign)
        invariant(not balance, f"an entry balances (position {position}, {why})")
        kept = tuple([line for line in lines if line[2] or line[4]])
        if not kept:
            return
        self.entries += 1
        if self._watchers:
            entry = Entry(day, position, event_id, why, kept)
            for watcher in self._watchers:
                watcher(entry)

    def note(self, day: str, position: int, event_id: str, lines: tuple[Line, ...]) -> None:
        """Add lines to memo accounts, which never enter a trial balance."""
        if day != self._day:
            self._end_day(day)
        opened = self._open_memo
        for account, dimension, amount, word, _ in lines:
            if amount:
                key = (account, dimension, word)
                opened[key] = opened.get(key, 0) + amount
        if self._watchers:
            for watcher in self._watchers:
                watcher(Entry(day, position, event_id, MEMO, lines))

    def _end_day(self, next_day: str = "") -> None:
        day = self._day
        for opened, sums in ((self._open, self._sums), (self._open_memo, self._memo)):
            for key, amount in opened.items():
                if amount:
                    sums[key].add(day, amount)
            opened.clear()
        self._day = next_day

    def balance(self, account: str, dimension: str, day: str) -> int:
        """The balance of an account by one asset or currency at the end of a day."""
        return sum(
            series.until(day)
            for (number, by, _), series in self.sums.items()
            if number == account and by == dimension
        )
