"""Moves between places: lots travel with units of the same owner; another owner's are none of ours.

From an account of the fund to a client's is a delivery; the other way a contribution in kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.lots import Lot
from ledger.projections.derecognition import go_out
from ledger.projections.occurrences import Inflow, Outflow
from ledger.projections.recognition import come_in

if TYPE_CHECKING:
    from ledger.projections.books import Books
    from ledger.projections.occurrences import Move


def move_units(books: Books, one: Move) -> bool:
    """Lots travel with the units: same owner, no disposal."""
    own_from, own_to = books.is_own(one.source), books.is_own(one.target)
    if own_from and own_to:
        return _carry(books, one)
    if not own_from and not own_to:
        books.of_others[one.source, one.asset] -= one.units
        books.of_others[one.target, one.asset] += one.units
        return True
    if own_from:
        gone = Outflow(
            one.day, one.position, one.event_id, "delivery", one.asset, one.source, one.units
        )
        if not go_out(books, gone):
            return False
        books.of_others[one.target, one.asset] += one.units
        return True
    books.of_others[one.source, one.asset] -= one.units
    return come_in(
        books,
        Inflow(
            one.day, one.position, one.event_id, "receipt", one.asset, one.target, one.units,
            None, source="contribution",
        ),
    )  # fmt: skip


def _carry(books: Books, one: Move) -> bool:
    policy = books.policy
    if policy is None or policy.lot_scope == "fund":
        return True
    if not books.has_units(one.asset, one.source, one.units):
        return False
    there = books.pool(one.asset, one.target)
    for part in books.pool(one.asset, one.source).relieve(one.units):
        there.add(
            Lot(
                part.lot_id, part.day, part.position, part.units, part.cost,
                part.carrying_amount, part.shadow,
            )
        )  # fmt: skip
    return True
