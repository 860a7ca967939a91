"""Exchanges of one asset for another, at the fair value of what was given (IAS 38.47)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.lots import Lot
from ledger.projections.asset_accounts import asset_lines, by_sign
from ledger.projections.journal import Line
from ledger.projections.measurement import revalue_before_disposal
from ledger.projections.recognition import add_lot, kept_back, note_arrival
from ledger.projections.settlement_lines import (
    cash_fees_of,
    pay_in_units,
    post_with_surplus,
    priced,
    units_are_there,
    worth_of,
)

if TYPE_CHECKING:
    from ledger.projections.books import Books
    from ledger.projections.occurrences import (
        Swap,
    )

MIGRATION = "migration"
"""The purpose of an exchange that only renames an asset: same rights, same cost, no gain."""


def exchange(books: Books, one: Swap) -> bool:
    """Units of one asset for units of another, at the fair value of what was given (IAS 38.47)."""
    paid = tuple([fee for fee in one.asset_fees if fee[:2] != one.received[:2]])
    if not units_are_there(books, (one.given, *paid)):
        return False
    books.ask_class(one.received[1], one)
    _, asset, units = one.given
    if one.purpose == MIGRATION:
        _migrate(books, one)
        return True
    revalue_before_disposal(books, one, asset, *[fee[1] for fee in paid])
    lines: list[Line] = []
    value = books.fair_value(asset, units, one)
    kept = kept_back(one)
    fee = books.fair_value(one.received[1], kept, one) if kept else 0
    cash_fees, fee_lines = cash_fees_of(books, one, "purchase")
    in_kind = priced(books, one, paid)
    net, cost, expensed = _measured_swap(books, value, fee, cash_fees + worth_of(in_kind))
    relief = books.relieve(one, "disposal", one.given, net, one.lots)
    lines += fee_lines
    lines += asset_lines(
        books.policy_of(asset), asset, -relief.cost, -relief.carrying_amount, "disposal"
    )
    lines.append(by_sign("4000", "5000", asset, net - relief.carrying_amount, "disposal"))
    lines.append(Line("5040", "", expensed, "fee"))
    reliefs = [relief, *pay_in_units(books, one, in_kind, lines)]
    add_lot(books, one, cost, cost, "swap", lines)
    post_with_surplus(books, one, "exchange", lines, reliefs)
    return True


def _measured_swap(books: Books, value: int, kept: int, paid: int) -> tuple[int, int, int]:
    """Net proceeds, cost of the new lot, and what is expensed, by the policy of swap fees.

    `kept` is the fair value of fee units kept back from what was received, `paid` of those paid.
    """
    policy = books.policy.swap_fee if books.policy is not None else ""
    if policy == "expense":
        return value, value - kept, kept + paid
    if policy == "deduct_from_proceeds":
        return value - kept - paid, value - kept, 0
    return value, value + paid, 0


def _migrate(books: Books, one: Swap) -> None:
    """The same asset under another identity: every lot goes on with its amounts."""
    (_, asset, units), (there, received, brought) = one.given, one.received
    relief = books.relieve(one, "migration", one.given, 0, one.lots)
    lines = asset_lines(
        books.policy_of(asset), asset, -relief.cost, -relief.carrying_amount, "migration"
    )
    pool, left, left_units = books.pool(received, there), brought, units
    for part in relief.parts:
        new_units = left * part.units // left_units
        left, left_units = left - new_units, left_units - part.units
        pool.add(
            Lot(
                part.lot_id, part.day, part.position, new_units, part.cost,
                part.carrying_amount, part.shadow,
            )
        )  # fmt: skip
    lines += asset_lines(
        books.policy_of(received), received, relief.cost, relief.carrying_amount, "migration"
    )
    shadow = sum(part.shadow for part in relief.parts)
    note_arrival(books, one, received, (brought, relief.cost, shadow), "migration")
    books.journal.post(one.day, one.position, one.event_id, "migration", lines)
    if relief.surplus:
        moved = [
            Line("3100", asset, relief.surplus, "migration"),
            Line("3100", received, -relief.surplus, "migration"),
        ]
        books.journal.post(one.day, one.position, one.event_id, "migration", moved)
