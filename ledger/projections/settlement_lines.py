"""What trades and fees have in common: cash lines, fees in units, and the surplus that leaves.

Fees in units leave lots at fair value, like a disposal. The surplus of what left goes to retained
earnings, never through profit or loss (IAS 38.87).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.projections.asset_accounts import asset_lines, by_sign
from ledger.projections.journal import Line

if TYPE_CHECKING:
    from ledger.projections.books import Books
    from ledger.projections.occurrences import (
        Inflow,
        Outflow,
        Swap,
        UnitsAt,
    )
    from ledger.projections.reliefs import Relief


def cash_word(books: Books, asset: str, word: str) -> str:
    """What moved cash: trades of inventory are operating, of anything else investing."""
    terms = books.policy_of(asset)
    is_stock = terms is not None and terms.classification.startswith("inventory")
    return f"inventory_{word}" if is_stock else word


def settled(
    books: Books, one: Inflow | Outflow, sign: int, word: str, *, apart: bool
) -> tuple[int, int, list[Line]]:
    """Consideration, fees, and the lines of cash; `sign` is -1 for what is paid.

    Fees in the currency of the consideration are added to it (or taken from it) before the one
    rounding of the conversion; `apart`: unless they are posted apart from it.
    """
    currency, amount = one.money or (books.values.currency, 0)
    if not one.cash_fees:
        whole = books.convert(currency, sign * amount, one)
        return sign * whole, 0, [books.pay(currency, sign * amount, whole, word)]
    fees: dict[str, int] = {}
    for of, fee in one.cash_fees:
        fees[of] = fees.get(of, 0) - fee
    own = sign * amount + (0 if apart else fees.pop(currency, 0))
    whole = books.convert(currency, own, one)
    lines = [books.pay(currency, own, whole, word)]
    total = 0
    for of, fee in fees.items():
        worth = books.convert(of, fee, one)
        lines.append(books.pay(of, fee, worth, word))
        total -= worth
    return sign * whole, total, lines


def cash_fees_of(books: Books, one: Inflow | Outflow | Swap, word: str) -> tuple[int, list[Line]]:
    """Fees paid in money: what they come to, and the lines of cash."""
    total, lines = 0, []
    for currency, minor_units in one.cash_fees:
        amount = books.convert(currency, minor_units, one)
        lines.append(books.pay(currency, -minor_units, -amount, word))
        total += amount
    return total, lines


def units_are_there(books: Books, places: tuple[UnitsAt, ...]) -> bool:
    """Whether the lots hold what is to leave these places."""
    if len(places) == 1:
        account, asset, units = places[0]
        return books.has_units(asset, account, units)
    needed: dict[tuple[str, str], int] = {}
    for account, asset, units in places:
        scope = account if books.policy and books.policy.lot_scope == "account" else ""
        needed[scope, asset] = needed.get((scope, asset), 0) + units
    return all(books.has_units(asset, scope, units) for (scope, asset), units in needed.items())


Priced = list[tuple["UnitsAt", int]]
"""Units that are paid as a fee, each with its fair value."""


def priced(books: Books, one: Inflow | Outflow | Swap, fees: tuple[UnitsAt, ...]) -> Priced:
    """Fees in units at their fair value of the day."""
    if not fees:
        return []
    return [(fee, books.fair_value(fee[1], fee[2], one)) for fee in fees]


def worth_of(fees: Priced) -> int:
    """What fees in units come to."""
    return sum(value for _, value in fees)


def pay_in_units(
    books: Books, one: Inflow | Outflow | Swap, fees: Priced, lines: list[Line]
) -> list[Relief]:
    """Let the units of fees leave at fair value, after whatever else leaves with the event."""
    reliefs = []
    for (account, asset, units), value in fees:
        relief = books.relieve(one, "fee", (account, asset, units), value)
        lines += asset_lines(
            books.policy_of(asset), asset, -relief.cost, -relief.carrying_amount, "disposal"
        )
        lines.append(by_sign("4000", "5000", asset, value - relief.carrying_amount, "disposal"))
        reliefs.append(relief)
    return reliefs


def post_with_surplus(
    books: Books, one: Inflow | Outflow | Swap, why: str, lines: list[Line], reliefs: list[Relief]
) -> None:
    """Post an entry, then the transfer of the surplus that left with it."""
    books.journal.post(one.day, one.position, one.event_id, why, lines)
    post_surplus(books, one, reliefs)


def post_surplus(books: Books, one: Inflow | Outflow | Swap, reliefs: list[Relief]) -> None:
    """The surplus of what left: to retained earnings, or apart if the policy never transfers."""
    if not any(relief.surplus for relief in reliefs):
        return
    never = books.policy is not None and books.policy.surplus_transfer == "never"
    lines = []
    for relief in reliefs:
        lines.append(Line("3100", relief.asset, relief.surplus, "surplus_transfer"))
        if never:
            lines.append(Line("3110", relief.asset, -relief.surplus, "surplus_transfer"))
        else:
            lines.append(Line("3300", "", -relief.surplus, "surplus_transfer"))
    books.journal.post(one.day, one.position, one.event_id, "surplus transfer", lines)
