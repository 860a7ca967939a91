"""Derecognition: disposals, deliveries and network fees.

A gain is net proceeds less carrying amount (IAS 38.113). Units that go back to the State unwind a
contribution; any other delivery is a loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.projections.asset_accounts import asset_lines, by_sign
from ledger.projections.journal import Line
from ledger.projections.measurement import revalue_before_disposal
from ledger.projections.settlement_lines import (
    cash_fees_of,
    cash_word,
    pay_in_units,
    post_with_surplus,
    priced,
    settled,
    units_are_there,
    worth_of,
)

if TYPE_CHECKING:
    from ledger.projections.books import Books
    from ledger.projections.occurrences import (
        Outflow,
        UnitsAt,
    )
    from ledger.projections.reliefs import Relief

TO_THE_STATE = frozenset({"transfer_to_treasury", "transfer_to_general_fund", "distribution"})
"""Purposes of a delivery that unwind a contribution: a distribution to the owner."""


def go_out(books: Books, one: Outflow) -> bool:
    """A disposal, a delivery, or a network fee."""
    if not books.is_own(one.account):
        books.of_others[one.account, one.asset] -= one.units
        return True
    if not units_are_there(books, ((one.account, one.asset, one.units), *one.asset_fees)):
        return False
    revalue_before_disposal(books, one, one.asset, *[fee[1] for fee in one.asset_fees])
    _GO_OUT[one.word](books, one)
    return True


def _dispose(books: Books, one: Outflow) -> None:
    word = cash_word(books, one.asset, "proceeds")
    expensed = books.policy is not None and books.policy.disposal_fee == "expense"
    net, fees, lines = settled(books, one, 1, word, apart=expensed)
    in_kind = priced(books, one, one.asset_fees)
    fees += worth_of(in_kind)
    if expensed:
        lines.append(Line("5045", "", fees, "fee"))
    else:
        net -= fees
    reliefs = [_derecognise(books, one, "disposal", net, lines)]
    reliefs += pay_in_units(books, one, in_kind, lines)
    post_with_surplus(books, one, "disposal", lines, reliefs)


def _deliver(books: Books, one: Outflow) -> None:
    """Units given away: a distribution if they go back to the owner, else a loss."""
    lines: list[Line] = []
    cash_fees, fee_lines = cash_fees_of(books, one, "fee")
    lines += fee_lines
    in_kind = priced(books, one, one.asset_fees)
    lines.append(Line("5040", "", cash_fees + worth_of(in_kind), "fee"))
    to_owner = one.purpose in TO_THE_STATE
    relief = books.relieve(one, "delivery", _place(one), 0, one.lots)
    lines += asset_lines(
        books.policy_of(one.asset), one.asset, -relief.cost, -relief.carrying_amount, "delivery"
    )
    if to_owner:
        lines.append(Line("3310", "", relief.carrying_amount, "distribution_in_kind"))
    else:
        lines.append(Line("5000", one.asset, relief.carrying_amount, "delivery"))
    reliefs = [relief, *pay_in_units(books, one, in_kind, lines)]
    post_with_surplus(books, one, "delivery", lines, reliefs)


def _spend(books: Books, one: Outflow) -> None:
    """A network fee: the transfer is no disposal, the fee is one."""
    fee = priced(books, one, (_place(one),))
    lines = [Line("5040", "", worth_of(fee), "fee")]
    reliefs = pay_in_units(books, one, fee, lines)
    post_with_surplus(books, one, "fee", lines, reliefs)


def _place(one: Outflow) -> UnitsAt:
    return one.account, one.asset, one.units


def _derecognise(books: Books, one: Outflow, word: str, net: int, lines: list[Line]) -> Relief:
    relief = books.relieve(one, word, _place(one), net, one.lots)
    lines += asset_lines(
        books.policy_of(one.asset), one.asset, -relief.cost, -relief.carrying_amount, word
    )
    lines.append(by_sign("4000", "5000", one.asset, net - relief.carrying_amount, word))
    return relief


_GO_OUT = {"disposal": _dispose, "delivery": _deliver, "fee": _spend}
