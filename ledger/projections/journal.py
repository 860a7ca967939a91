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

    __slots__ = ("_watchers", "entries", "foreign", "memo", "sums")

    def __init__(self) -> None:
        self.entries = 0
        self.sums: defaultdict[Key, DailySeries] = defaultdict(DailySeries)
        self.foreign: defaultdict[str, DailySeries] = defaultdict(DailySeries)
        """Currency to minor units of foreign cash, by day."""
        self.memo: defaultdict[Key, DailySeries] = defaultdict(DailySeries)
        """Memo accounts: units, cost, and the shadow of the cost model. They balance nothing."""
        self._watchers: list[Callable[[Entry], None]] = []

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Let somebody see every entry from now on."""
        self._watchers.append(watcher)

    def post(self, day: str, position: int, event_id: str, why: str, lines: list[Line]) -> None:
        """Add an entry; lines of nothing are left out, and an entry of no lines is none."""
        balance = 0
        sums = self.sums
        for line in lines:
            account, dimension, amount, word, foreign = line
            balance += amount
            if amount:
                sums[account, dimension, word].add(day, amount)
            if foreign:
                self.foreign[dimension].add(day, foreign)
        invariant(not balance, f"an entry balances (position {position}, {why})")
        kept = tuple([line for line in lines if line.amount or line.foreign])
        if not kept:
            return
        self.entries += 1
        if self._watchers:
            entry = Entry(day, position, event_id, why, kept)
            for watcher in self._watchers:
                watcher(entry)

    def note(self, day: str, position: int, event_id: str, lines: tuple[Line, ...]) -> None:
        """Add lines to memo accounts, which never enter a trial balance."""
        for account, dimension, amount, word, _ in lines:
            if amount:
                self.memo[account, dimension, word].add(day, amount)
        if self._watchers:
            for watcher in self._watchers:
                watcher(Entry(day, position, event_id, MEMO, lines))

    def balance(self, account: str, dimension: str, day: str) -> int:
        """The balance of an account by one asset or currency at the end of a day."""
        return sum(
            series.until(day)
            for (number, by, _), series in self.sums.items()
            if number == account and by == dimension
        )
