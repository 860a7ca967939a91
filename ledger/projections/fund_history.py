"""A fund's history as the books take it, and the books of any day as known at any position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.projections.books import Books
from ledger.projections.occurrence_reader import OccurrenceReader
from ledger.projections.occurrences import (
    ExchangeRate,
    FairValue,
    Measured,
    Occurrence,
    order_of,
)
from ledger.projections.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Outcome
    from ledger.domain.verified import VerifiedEvent

PREVIEW = "preview"
"""The word of a measurement that no event made: a statement of a day that was not measured."""


class FundHistory:
    """Every occurrence of a fund's records so far. Feed it the records in order."""

    __slots__ = ("occurrences", "position", "reader")

    def __init__(self) -> None:
        self.reader = OccurrenceReader()
        self.occurrences: list[Occurrence] = []
        self.position = 0

    def take(self, position: int, event: VerifiedEvent, outcome: Outcome) -> None:
        """One record: its event and its recorded outcome."""
        self.position = position
        self.occurrences += self.reader.take(position, event, outcome)

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
        taken.sort(key=order_of)
        classes = {name: body.owner_class for name, body in reader.accounts.items()}
        books = Books(reader.policies, values, reader.scales, classes)
        if watch is not None:
            watch(books)
        books.fold(taken)
        return books
