"""Recognition and derecognition: what an occurrence posts, and what it does to lots.

Control passes on the value date of the settlement. Units come in at cost (IAS 38.24); what they are
later worth is the next measurement's. A gain is net proceeds less carrying amount (IAS 38.113); the
surplus of what left goes to retained earnings, never through profit or loss (IAS 38.87).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.chart import CARRYING
from ledger.domain.lots import Lot, spread
from ledger.projections.asset_accounts import (
    IMPAIRMENT,
    asset_lines,
    by_sign,
    carrying_account,
)
from ledger.projections.journal import COST, SHADOW, UNITS, Line
from ledger.projections.measurement import revalue_before_disposal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.domain.accounting_policies import AdoptedPolicy, AssetPolicy
    from ledger.projections.books import Books, Relief
    from ledger.projections.occurrences import (
        CashMove,
        HandEntry,
        HandLine,
        Inflow,
        Outflow,
        Swap,
        UnitsAt,
    )

TO_THE_STATE = frozenset({"transfer_to_treasury", "transfer_to_general_fund", "distribution"})
"""Purposes of a delivery that unwind a contribution: a distribution to the owner."""
MIGRATION = "migration"
"""The purpose of an exchange that only renames an asset: same rights, same cost, no gain."""
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


# -- units in -----------------------------------------------------------------------------------


def come_in(books: Books, one: Inflow) -> bool:
    """An acquisition, an opening or a receipt."""
    if not books.is_own(one.account) or one.source == "seizure":
        books.of_others[one.account, one.asset] += one.units
        return True
    if not _fee_units_are_there(books, one.asset_fees):
        return False
    if books.policy_of(one.asset) is None:
        books.gap(
            "asset_unclassified", one, one.asset, "IAS 8.10",
            f"classify {one.asset} in an accounting policy, with its memorandum",
        )  # fmt: skip
    _COME_IN[one.word](books, one)
    return True


def _acquire(books: Books, one: Inflow) -> None:
    word = _cash_word(books, one.asset, "purchase")
    expensed = books.policy is not None and books.policy.acquisition_fee == "expense"
    revalue_before_disposal(books, one, *[fee[1] for fee in one.asset_fees])
    paid, fees, lines = _settled(books, one, -1, word, apart=expensed)
    fees += _pay_in_units(books, one, one.asset_fees, lines)
    if expensed:
        lines.append(Line("5045", "", fees, "fee"))
    else:
        paid += fees
    _add_lot(books, one, paid, paid, "purchase", lines)
    books.journal.post(one.day, one.position, one.event_id, "acquisition", lines)


def _settled(
    books: Books, one: Inflow | Outflow, sign: int, word: str, *, apart: bool
) -> tuple[int, int, list[Line]]:
    """Consideration, fees, and the lines of cash; `sign` is -1 for what is paid.

    Fees in the currency of the consideration are added to it (or taken from it) before the one
    rounding of the conversion; `apart`: unless they are posted apart from it.
    """
    currency, amount = one.money or (books.values.currency, 0)
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


def _cash_word(books: Books, asset: str, word: str) -> str:
    """What moved cash: trades of inventory are operating, of anything else investing."""
    terms = books.policy_of(asset)
    is_stock = terms is not None and terms.classification.startswith("inventory")
    return f"inventory_{word}" if is_stock else word


def _take_on(books: Books, one: Inflow) -> None:
    """Units taken on: their cost is capital brought in, a difference is what it was before."""
    money = one.money or (books.values.currency, 0)
    cost = books.convert(*money, one)
    carrying = books.convert(*one.carrying, one) if one.carrying else cost
    lines = [Line("3000", "", -cost, "opening")]
    pool, asset = books.pool(one.asset, one.account), books.policy_of(one.asset)
    before = sum(lot.surplus for lot in pool)
    _add_lot(books, one, cost, carrying, "opening", lines)
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
    _add_lot(books, one, value, value, word, lines)
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


def _add_lot(
    books: Books, one: Inflow | Swap, cost: int, carrying: int, word: str, lines: list[Line]
) -> None:
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
        return asset, account, units - _kept_back(one)  # type: ignore[arg-type] # it is a swap
    return one.asset, one.account, one.units  # type: ignore[union-attr] # it is an inflow


_COME_IN = {"acquisition": _acquire, "opening": _take_on, "receipt": _receive}


# -- units out ----------------------------------------------------------------------------------


def go_out(books: Books, one: Outflow) -> bool:
    """A disposal, a delivery, or a network fee."""
    if not books.is_own(one.account):
        books.of_others[one.account, one.asset] -= one.units
        return True
    needed = [(one.account, one.asset, one.units), *one.asset_fees]
    if not _fee_units_are_there(books, tuple(needed)):
        return False
    revalue_before_disposal(books, one, one.asset, *[fee[1] for fee in one.asset_fees])
    _GO_OUT[one.word](books, one)
    return True


def _dispose(books: Books, one: Outflow) -> None:
    word = _cash_word(books, one.asset, "proceeds")
    expensed = books.policy is not None and books.policy.disposal_fee == "expense"
    net, fees, lines = _settled(books, one, 1, word, apart=expensed)
    reliefs: list[Relief] = []
    fees += _pay_in_units(books, one, one.asset_fees, lines, reliefs)
    if expensed:
        lines.append(Line("5045", "", fees, "fee"))
    else:
        net -= fees
    reliefs.insert(0, _derecognise(books, one, "disposal", net, lines))
    _post_with_surplus(books, one, "disposal", lines, reliefs)


def _deliver(books: Books, one: Outflow) -> None:
    """Units given away: a distribution if they go back to the owner, else a loss."""
    lines: list[Line] = []
    cash_fees, fee_lines = _cash_fees(books, one, "fee")
    lines += fee_lines
    reliefs: list[Relief] = []
    fees = cash_fees + _pay_in_units(books, one, one.asset_fees, lines, reliefs)
    lines.append(Line("5040", "", fees, "fee"))
    to_owner = one.purpose in TO_THE_STATE
    relief = books.relieve(one, "delivery", _place(one), 0, one.lots)
    reliefs.insert(0, relief)
    lines += asset_lines(
        books.policy_of(one.asset), one.asset, -relief.cost, -relief.carrying_amount, "delivery"
    )
    if to_owner:
        lines.append(Line("3310", "", relief.carrying_amount, "distribution_in_kind"))
    else:
        lines.append(Line("5000", one.asset, relief.carrying_amount, "delivery"))
    _post_with_surplus(books, one, "delivery", lines, reliefs)


def _spend(books: Books, one: Outflow) -> None:
    """A network fee: the transfer is no disposal, the fee is one."""
    lines: list[Line] = []
    reliefs: list[Relief] = []
    place = (one.account, one.asset, one.units)
    lines.append(Line("5040", "", _pay_in_units(books, one, (place,), lines, reliefs), "fee"))
    _post_with_surplus(books, one, "fee", lines, reliefs)


_GO_OUT = {"disposal": _dispose, "delivery": _deliver, "fee": _spend}


def _place(one: Outflow) -> UnitsAt:
    return one.account, one.asset, one.units


def _derecognise(books: Books, one: Outflow, word: str, net: int, lines: list[Line]) -> Relief:
    relief = books.relieve(one, word, _place(one), net, one.lots)
    lines += asset_lines(
        books.policy_of(one.asset), one.asset, -relief.cost, -relief.carrying_amount, word
    )
    lines.append(by_sign("4000", "5000", one.asset, net - relief.carrying_amount, word))
    return relief


def _pay_in_units(
    books: Books,
    one: Inflow | Outflow | Swap,
    fees: tuple[UnitsAt, ...],
    lines: list[Line],
    reliefs: list[Relief] | None = None,
) -> int:
    """Units paid as a fee leave at fair value; the value, which the caller posts."""
    total = 0
    for account, asset, units in fees:
        value = books.fair_value(asset, units, one)
        relief = books.relieve(one, "fee", (account, asset, units), value)
        lines += asset_lines(
            books.policy_of(asset), asset, -relief.cost, -relief.carrying_amount, "disposal"
        )
        lines.append(by_sign("4000", "5000", asset, value - relief.carrying_amount, "disposal"))
        total += value
        if reliefs is not None:
            reliefs.append(relief)
        elif relief.surplus:
            _post_surplus(books, one, [relief])
    return total


def _cash_fees(books: Books, one: Inflow | Outflow | Swap, word: str) -> tuple[int, list[Line]]:
    """Fees paid in money: what they come to, and the lines of cash."""
    total, lines = 0, []
    for currency, minor_units in one.cash_fees:
        amount = books.convert(currency, minor_units, one)
        lines.append(books.pay(currency, -minor_units, -amount, word))
        total += amount
    return total, lines


def _fee_units_are_there(books: Books, places: tuple[UnitsAt, ...]) -> bool:
    needed: dict[tuple[str, str], int] = {}
    for account, asset, units in places:
        scope = account if books.policy and books.policy.lot_scope == "account" else ""
        needed[scope, asset] = needed.get((scope, asset), 0) + units
    return all(books.has_units(asset, scope, units) for (scope, asset), units in needed.items())


def _post_with_surplus(
    books: Books, one: Outflow | Swap, why: str, lines: list[Line], reliefs: list[Relief]
) -> None:
    books.journal.post(one.day, one.position, one.event_id, why, lines)
    _post_surplus(books, one, reliefs)


def _post_surplus(books: Books, one: Inflow | Outflow | Swap, reliefs: list[Relief]) -> None:
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


# -- exchanges ----------------------------------------------------------------------------------


def _kept_back(one: Swap) -> int:
    """Fee units that were kept back from what was received."""
    account, asset, _ = one.received
    return sum(units for place, what, units in one.asset_fees if (place, what) == (account, asset))


def exchange(books: Books, one: Swap) -> bool:
    """Units of one asset for units of another, at the fair value of what was given (IAS 38.47)."""
    paid = tuple([fee for fee in one.asset_fees if fee[:2] != one.received[:2]])
    if not _fee_units_are_there(books, (one.given, *paid)):
        return False
    _, asset, units = one.given
    if one.purpose == MIGRATION:
        _migrate(books, one)
        return True
    revalue_before_disposal(books, one, asset, *[fee[1] for fee in paid])
    lines: list[Line] = []
    reliefs: list[Relief] = []
    value = books.fair_value(asset, units, one)
    kept = _kept_back(one)
    fee = books.fair_value(one.received[1], kept, one) if kept else 0
    cash_fees, fee_lines = _cash_fees(books, one, "purchase")
    in_kind = _pay_in_units(books, one, paid, lines, reliefs)
    net, cost, expensed = _measured_swap(books, value, fee, cash_fees + in_kind)
    relief = books.relieve(one, "disposal", one.given, net, one.lots)
    reliefs.insert(0, relief)
    lines += fee_lines
    lines += asset_lines(
        books.policy_of(asset), asset, -relief.cost, -relief.carrying_amount, "disposal"
    )
    lines.append(by_sign("4000", "5000", asset, net - relief.carrying_amount, "disposal"))
    lines.append(Line("5040", "", expensed, "fee"))
    if books.policy_of(one.received[1]) is None:
        books.gap(
            "asset_unclassified", one, one.received[1], "IAS 8.10",
            f"classify {one.received[1]} in an accounting policy, with its memorandum",
        )  # fmt: skip
    _add_lot(books, one, cost, cost, "swap", lines)
    _post_with_surplus(books, one, "exchange", lines, reliefs)
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


# -- cash and entries by hand -------------------------------------------------------------------

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
        if line.account in CARRYING and line.dimension in books.pools:
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
    for lot, part in spread(line.amount, lots, units):
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


# -- policies -----------------------------------------------------------------------------------


def reclassify(books: Books, adopted: AdoptedPolicy, before: Mapping[str, AssetPolicy]) -> None:
    """Assets whose accounts change with a policy move to their new ones, at what they stand at."""
    lines: list[Line] = []
    for asset in books.held():
        old, new = before.get(asset), books.policy_of(asset)
        if carrying_account(old) == carrying_account(new):
            continue
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
