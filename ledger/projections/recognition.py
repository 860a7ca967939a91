"""Recognition: units that come in, and the lots that they become.

Control passes on the value date of the settlement. Units come in at cost (IAS 38.24); what they are
later worth is the next measurement's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.lots import Lot
from ledger.projections.asset_accounts import asset_lines
from ledger.projections.journal import COST, SHADOW, UNITS, Line
from ledger.projections.measurement import revalue_before_disposal
from ledger.projections.settlement_lines import (
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
        Inflow,
        Swap,
    )

_FROM_THE_STATE = frozenset(
    {"final_criminal_forfeiture", "final_civil_forfeiture", "civil_money_penalty", "confiscation",
     "tax_receipt", "payment_to_state"}
)  # fmt: skip
"""Sources that are the owner's contribution under IFRS, and revenue under IPSAS 47."""


_INCOME = {
    "mining": ("4050", "reward"),
    "staking_reward": ("4040", "reward"),
    "interest": ("4080", "reward"),
    "investment_earnings": ("4080", "reward"),
    "donation": ("4090", "grant"),
    "redemption_in_kind": ("4090", "receipt"),
}


_AIRDROPS = frozenset({"airdrop", "fork", "unsolicited"})


def come_in(books: Books, one: Inflow) -> bool:
    """An acquisition, an opening or a receipt."""
    if not books.is_own(one.account) or one.source == "seizure":
        books.of_others[one.account, one.asset] += one.units
        return True
    if one.asset_fees and not units_are_there(books, one.asset_fees):
        return False
    books.ask_class(one.asset, one)
    _COME_IN[one.word](books, one)
    return True


def _acquire(books: Books, one: Inflow) -> None:
    word = cash_word(books, one.asset, "purchase")
    expensed = books.policy is not None and books.policy.acquisition_fee == "expense"
    revalue_before_disposal(books, one, *[fee[1] for fee in one.asset_fees])
    paid, fees, lines = settled(books, one, -1, word, apart=expensed)
    in_kind = priced(books, one, one.asset_fees)
    fees += worth_of(in_kind)
    reliefs = pay_in_units(books, one, in_kind, lines)
    if expensed:
        lines.append(Line("5045", "", fees, "fee"))
    else:
        paid += fees
    add_lot(books, one, paid, paid, "purchase", lines)
    post_with_surplus(books, one, "acquisition", lines, reliefs)


def _take_on(books: Books, one: Inflow) -> None:
    """Units taken on: their cost is capital brought in, a difference is what it was before."""
    money = one.money or (books.values.currency, 0)
    cost = books.convert(*money, one)
    carrying = books.convert(*one.carrying, one) if one.carrying else cost
    lines = [Line("3000", "", -cost, "opening")]
    pool, asset = books.pool(one.asset, one.account), books.policy_of(one.asset)
    before = sum(lot.surplus for lot in pool)
    add_lot(books, one, cost, carrying, "opening", lines)
    surplus = 0
    if asset is not None and asset.measurement_model == "revaluation":
        surplus = sum(lot.surplus for lot in pool) - before  # of a pool, not of what joined it
    lines.append(Line("3100", one.asset, -surplus, "opening"))
    lines.append(Line("3300", "", cost + surplus - carrying, "opening"))
    books.journal.post(one.day, one.position, one.event_id, "opening", lines)


def _receive(books: Books, one: Inflow) -> None:
    account, word = _counterpart(books, one)
    value = 0
    if account:
        value = (
            books.convert(*one.money, one)
            if one.money is not None
            else books.fair_value(one.asset, one.units, one)
        )
    lines = [Line(account, _dimension(account, one.asset), -value, word)] if account else []
    add_lot(books, one, value, value, word, lines)
    books.journal.post(one.day, one.position, one.event_id, "receipt", lines)


def _counterpart(books: Books, one: Inflow) -> tuple[str, str]:
    """The account that a receipt credits, and its word; no account for a receipt at nil cost."""
    policy = books.policy
    framework = policy.framework if policy is not None else ""
    if one.source in _AIRDROPS:
        at_value = policy is not None and policy.airdrop_policy == "fair_value_income"
        return ("4060", "airdrop") if at_value else ("", "airdrop")
    if one.source == "donation" and policy is not None and policy.grant_policy == "nominal":
        return "", "grant"
    if one.source in _FROM_THE_STATE and framework == "ipsas":
        return "4090", "forfeiture"
    return _INCOME.get(one.source, ("3000", "contribution_in_kind"))


def _dimension(account: str, asset: str) -> str:
    return asset if account in ("4040", "4050", "4060") else ""


def add_lot(
    books: Books, one: Inflow | Swap, cost: int, carrying: int, word: str, lines: list[Line]
) -> None:
    """Open a lot, with its memo lines, and add the lines of its asset."""
    asset, account, units = _what_came(one)
    books.pool(asset, account).add(
        Lot(one.event_id, one.day, one.position, units, cost, carrying, min(cost, carrying))
    )
    note_arrival(books, one, asset, (units, cost, min(cost, carrying)), word)
    lines += asset_lines(books.policy_of(asset), asset, cost, carrying, word)


def note_arrival(
    books: Books, one: Inflow | Swap, asset: str, amounts: tuple[int, int, int], word: str
) -> None:
    """The memo lines of units that came in: units, cost, amount under the cost model."""
    units, cost, shadow = amounts
    lines = (
        Line(UNITS, asset, units, word),
        Line(COST, asset, cost, word),
        Line(SHADOW, asset, shadow, word),
    )
    books.journal.note(one.day, one.position, one.event_id, lines)


def _what_came(one: Inflow | Swap) -> tuple[str, str, int]:
    received = getattr(one, "received", None)
    if received is not None:
        account, asset, units = received
        return asset, account, units - kept_back(one)  # type: ignore[arg-type] # it is a swap
    return one.asset, one.account, one.units  # type: ignore[union-attr] # it is an inflow


def kept_back(one: Swap) -> int:
    """Fee units that were kept back from what was received."""
    account, asset, _ = one.received
    return sum(units for place, what, units in one.asset_fees if (place, what) == (account, asset))


_COME_IN = {"acquisition": _acquire, "opening": _take_on, "receipt": _receive}
