"""A fund's history as the books take it, and the books of any day as known at any position."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from operator import attrgetter
from typing import TYPE_CHECKING

from ledger.domain.series import DailySeries
from ledger.projections.books import Books
from ledger.projections.occurrence_reader import OccurrenceReader
from ledger.projections.occurrences import (
    ExchangeRate,
    FairValue,
    Inflow,
    Measured,
    Move,
    Occurrence,
    Outflow,
    Swap,
)
from ledger.projections.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Outcome
    from ledger.domain.verified import VerifiedEvent

PREVIEW = "preview"
"""The word of a measurement that no event made: a statement of a day that was not measured."""
_ORDER = attrgetter("day", "rank", "position")
"""The order in which the books take occurrences."""
IN_TRANSIT = ">"


class FundHistory:
    """Every occurrence of a fund's records so far. Feed it the records in order."""

    __slots__ = ("conduct", "occurrences", "position", "reader")

    def __init__(self) -> None:
        self.reader = OccurrenceReader()
        self.occurrences: list[Occurrence] = []
        self.position = 0
        self.conduct: defaultdict[tuple[str, str], DailySeries] = defaultdict(DailySeries)
        """(rule or law, verdict) to how many events met it, by value date."""

    def take(self, position: int, event: VerifiedEvent | None, outcome: Outcome) -> None:
        """One record: its event, unless nobody reads its kind, and its recorded outcome."""
        self.position = position
        self.occurrences += self.reader.take(position, event, outcome)
        if event is not None:
            for finding in outcome.findings:
                self.conduct[finding.rule, finding.verdict].add(event.body.value_date, 1)

    def known_at(self, position: int) -> FundHistory:
        """The history as it was after an earlier position; how rules were met is left out."""
        earlier = FundHistory()
        earlier.position = position
        earlier.reader = copy(self.reader)
        earlier.reader.policies = [p for p in self.reader.policies if p.position <= position]
        earlier.reader.periods = [p for p in self.reader.periods if p.position <= position]
        earlier.reader.issued = [p for p in self.reader.issued if p.position <= position]
        earlier.reader.late = [p for p in self.reader.late if p.position <= position]
        earlier.reader.mandates = [p for p in self.reader.mandates if p[0] <= position]
        earlier.occurrences = [one for one in self.occurrences if one.position <= position]
        return earlier

    def books(
        self,
        as_of: str,
        *,
        measured: bool = True,
        watch: Callable[[Books], None] | None = None,
    ) -> Books:
        """The books at the end of a day; `watch` sees them before anything is taken.

        `measured`: a day that no event measured is measured for the reader, as a close would.
        """
        reader = self.reader
        values = Values(reader.currency)
        taken = []
        has_measure = False
        for one in self.occurrences:
            if one.day > as_of:
                continue
            if isinstance(one, FairValue):
                values.put_price(one)
            elif isinstance(one, ExchangeRate):
                values.put_rate(one)
            else:
                taken.append(one)
                has_measure = has_measure or (isinstance(one, Measured) and one.day == as_of)
        if measured and not has_measure and reader.policies:
            taken.append(Measured(as_of, self.position, "", PREVIEW))
        taken.sort(key=_ORDER)
        classes = {name: body.owner_class for name, body in reader.accounts.items()}
        books = Books(reader.policies, values, reader.scales, classes)
        if watch is not None:
            watch(books)
        books.fold(taken)
        return books

    def held(self, as_of: str) -> dict[tuple[str, str], int]:
        """(account, asset) to units at the end of a day; in transit they count where they left."""
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for one in self.occurrences:
            if one.day <= as_of:
                for account, asset, units in _places(one):
                    found[account.removesuffix(IN_TRANSIT), asset] += units
        return {place: units for place, units in sorted(found.items()) if units}


def _places(one: Occurrence) -> list[tuple[str, str, int]]:
    """What an occurrence brings to places, or takes from them."""
    if isinstance(one, Inflow):
        found = [(one.account, one.asset, one.units)]
    elif isinstance(one, Outflow):
        found = [(one.account, one.asset, -one.units)]
    elif isinstance(one, Swap):
        (account, asset, units), received = one.given, one.received
        found = [(account, asset, -units), received]
    elif isinstance(one, Move):
        return [(one.source, one.asset, -one.units), (one.target, one.asset, one.units)]
    else:
        return []
    return [*found, *((place, asset, -units) for place, asset, units in one.asset_fees)]
