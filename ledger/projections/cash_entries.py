"""Entries without a trade: cash apart from settlements, entries by hand, changes of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.chart import CARRYING
from ledger.domain.lots import spread
from ledger.projections.asset_accounts import IMPAIRMENT, asset_lines, carrying_account
from ledger.projections.journal import COST, SHADOW, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.domain.accounting_policies import AdoptedPolicy, AssetPolicy
    from ledger.projections.books import Books
    from ledger.projections.occurrences import (
        CashMove,
        HandEntry,
        HandLine,
    )

_CASH_IN = {
    "contribution": ("3000", "contribution"),
    "appropriation": ("3000", "contribution"),
    "cash_sweep": ("3000", "contribution"),
    "temporary_transfer": ("1160", "temporary_transfer"),
    "interest": ("4080", "interest"),
}


_CASH_OUT = {
    "distribution": ("3310", "distribution"),
    "cash_sweep": ("3310", "distribution"),
    "temporary_transfer": ("1160", "temporary_transfer"),
    "custody_fee": ("5050", "operating"),
    "management_fee": ("5050", "operating"),
    "interest": ("5090", "interest_paid"),
}


def move_cash(books: Books, one: CashMove) -> bool:
    """Capital, distributions, interest, expenses: money apart from settlements."""
    currency, minor_units = one.money
    sign = 1 if one.is_in else -1
    amount = sign * books.convert(currency, minor_units, one)
    table, other = (
        (_CASH_IN, ("4090", "operating")) if one.is_in else (_CASH_OUT, ("5060", "operating"))
    )
    account, word = table.get(one.category, other)
    if one.is_in and one.category == "appropriation" and _is_ipsas(books):
        account, word = "4090", "operating"
    lines = [
        books.pay(currency, sign * minor_units, amount, word),
        Line(account, "", -amount, word),
    ]
    books.journal.post(one.day, one.position, one.event_id, "cash", lines)
    return True


def _is_ipsas(books: Books) -> bool:
    return books.policy is not None and books.policy.framework == "ipsas"


def post_by_hand(books: Books, one: HandEntry) -> bool:
    """An entry by hand; lines on the accounts of an asset change its lots too."""
    lines = []
    for line in one.lines:
        if line.account in CARRYING:
            _adjust_lots(books, one, line)
        foreign = line.foreign[1] if line.foreign else 0
        if foreign:
            held = books.cash[line.dimension]
            held[0] += foreign
            held[1] += line.amount
        lines.append(Line(line.account, line.dimension, line.amount, one.word, foreign))
    books.journal.post(one.day, one.position, one.event_id, one.word, lines)
    return True


def _adjust_lots(books: Books, one: HandEntry, line: HandLine) -> None:
    """Spread the amount of a line over the named lot, or over all lots by their units."""
    lots = [lot for lot in books.lots(line.dimension) if not line.lot or lot.lot_id == line.lot]
    units = sum(lot.units for lot in lots)
    if not units:
        books.gap(
            "lot_gone", one, line.lot or line.dimension, "IAS 8.42",
            "correct profit or loss instead: the units have left",
        )  # fmt: skip
        return
    with_cost = line.adjusts_cost and line.account != IMPAIRMENT
    shadow = sum(lot.shadow for lot in lots)
    # Rounded towards nothing on both sides, so that a reversal takes back what an entry gave.
    sign = 1 if line.amount >= 0 else -1
    for lot, size in spread(sign * line.amount, lots, units):
        part = sign * size
        lot.carrying_amount += part
        if with_cost:
            lot.cost += part
            lot.shadow = max(0, lot.shadow + part)
    if with_cost:
        change = sum(lot.shadow for lot in lots) - shadow
        noted = (
            Line(COST, line.dimension, line.amount, one.word),
            Line(SHADOW, line.dimension, change, one.word),
        )
        books.journal.note(one.day, one.position, one.event_id, noted)


def reclassify(books: Books, adopted: AdoptedPolicy, before: Mapping[str, AssetPolicy]) -> None:
    """Assets whose accounts change with a policy move to their new ones, at what they stand at."""
    lines: list[Line] = []
    for asset in books.held():
        old, new = before.get(asset), books.policy_of(asset)
        if carrying_account(old) == carrying_account(new):
            continue
        books.ask_class(asset, adopted)
        for lot in books.lots(asset):
            lines += asset_lines(old, asset, -lot.cost, -lot.carrying_amount, "reclassification")
            lines += asset_lines(new, asset, lot.cost, lot.carrying_amount, "reclassification")
    merged: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.account, line.dimension)
        merged[key] = merged.get(key, 0) + line.amount
    books.journal.post(
        adopted.effective_from,
        adopted.position,
        adopted.event_id,
        "reclassification",
        [Line(*key, amount, "reclassification") for key, amount in merged.items()],
    )
