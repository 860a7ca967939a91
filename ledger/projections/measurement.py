"""Measurement of every holding at the end of a day, by the model of its policy.

The fair value of a whole holding is rounded once and spread over its lots in their order; each unit
of account then changes by itself, so that the surplus of one never absorbs the loss of another
(IAS 38.85, .86). Beside every model runs the cost model, as a shadow (IAS 38.124(a)(iii)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.accounting_policies import IFRS_LIKE
from ledger.domain.lots import spread
from ledger.kernel.instants import days_between
from ledger.kernel.money import minor_unit_digits
from ledger.projections.asset_accounts import by_sign, carrying_account
from ledger.projections.journal import SHADOW, Line
from ledger.projections.values import ratio

if TYPE_CHECKING:
    from ledger.domain.accounting_policies import AssetPolicy
    from ledger.domain.lots import Lot
    from ledger.projections.books import Books
    from ledger.projections.occurrences import Inflow, Measured, Occurrence, Outflow, Swap
    from ledger.projections.values import Ratio

    At = Measured | Inflow | Outflow | Swap

_WITHOUT_FAIR_VALUE = frozenset({"amortised_cost"})
"""Models that need no fair value."""
_NOT_MEASURED = frozenset({"prepayment"})
"""Classifications that stay at what was paid."""


def measure(books: Books, one: Measured) -> None:
    """Measure everything: holdings by asset, then foreign cash. One entry."""
    lines: list[Line] = []
    for asset in books.held():
        policy = books.policy_of(asset)
        if policy is None or policy.classification in _NOT_MEASURED:
            continue
        if policy.measurement_model in _WITHOUT_FAIR_VALUE:
            lines += _amortised(books, one, asset, policy)
        else:
            lines += _at_fair_value(books, one, asset, policy, _Changes())
    lines += _foreign_cash(books, one)
    books.journal.post(one.day, one.position, one.event_id, one.word, lines)


def revalue_before_disposal(books: Books, one: Inflow | Outflow | Swap, *assets: str) -> None:
    """Measure the whole holding of what leaves first, where the policy says so (IAS 38.75)."""
    policy = books.policy
    if policy is None or not policy.revalue_before_disposal:
        return
    lines: list[Line] = []
    for asset in dict.fromkeys(assets):
        terms = books.policy_of(asset)
        if terms is None or terms.classification in _NOT_MEASURED:
            continue
        if terms.measurement_model in _CHANGES:
            lines += _at_fair_value(books, one, asset, terms, _Changes())
    books.journal.post(one.day, one.position, one.event_id, "revaluation before disposal", lines)


class _Changes:
    """What a measurement of one asset adds up to, by where it goes."""

    __slots__ = ("fair_value", "impairment", "oci", "revaluation_pl", "reversal")

    def __init__(self) -> None:
        self.oci = self.revaluation_pl = self.fair_value = self.impairment = self.reversal = 0


def _at_fair_value(
    books: Books, at: At, asset: str, policy: AssetPolicy, changes: _Changes
) -> list[Line]:
    """Measure one asset; nothing and a finding where there is no fair value of the day."""
    found = good_fair_value(books, at, asset)
    if found is None:
        return []
    price, rate = found
    lots = books.lots(asset)
    units = sum(lot.units for lot in lots)
    scale, worth = books.scales[asset], books.values.worth
    fair = worth(units, scale, price, rate)
    recoverable = worth(units, scale, price, rate, _less_costs(books))
    model = policy.measurement_model
    total = fair if model in ("revaluation", "fvtpl", "fv_net_income") else recoverable
    if model == "cost" and not _is_reversible(books):
        total = fair
    change = _CHANGES[model]
    keeps = model == "cost" and not _is_reversible(books)
    shadow = sum(lot.shadow for lot in lots)
    for (lot, value), (_, low) in zip(
        spread(total, lots, units), list(spread(recoverable, lots, units)), strict=True
    ):
        change(lot, min(value, lot.carrying_amount) if keeps else value, changes)
        lot.shadow = min(lot.cost, low)
    changed = sum(lot.shadow for lot in lots) - shadow
    noted = (Line(SHADOW, asset, changed, "measurement"),)
    books.journal.note(at.day, at.position, at.event_id, noted)
    return _lines(books, asset, policy, changes)


def _is_reversible(books: Books) -> bool:
    """US standards never reverse an impairment (ASC 350-30-35-20)."""
    return books.policy is not None and books.policy.framework in IFRS_LIKE


def _less_costs(books: Books) -> Ratio:
    """One less the rate of disposal costs."""
    above, below = ratio(books.policy.disposal_cost_rate if books.policy else "0")
    return below - above, below


def good_fair_value(books: Books, at: Occurrence, asset: str) -> tuple[Ratio, Ratio] | None:
    """The price of one unit and the rate to the functional currency; else a finding says why."""
    price = books.values.price(asset, at.day)
    if price is None:
        books.gap(
            "fair_value_missing", at, asset, "IFRS 13.9",
            f"adopt a fair value of {asset} for {at.day} (valuation.adopted)",
        )  # fmt: skip
        return None
    terms = books.policy.fair_value if books.policy else None
    if terms is not None and days_between(price.day, at.day) > terms.max_age_days:
        books.gap(
            "fair_value_too_old", at, asset, "IFRS 13.9",
            f"the last is of {price.day}; the policy allows {terms.max_age_days} days",
        )  # fmt: skip
        return None
    rate = books.values.rate(price.unit, at.day, books.fx_source)
    if rate is None:
        books.gap(
            "rate_missing", at, f"{price.unit}/{books.values.currency}", "IAS 21.23(c)",
            "record the exchange rate of the day (observation `exchange_rate`)",
        )  # fmt: skip
        return None
    return price.number, rate.number


# -- how one lot changes ------------------------------------------------------------------------


def _revalue(lot: Lot, value: int, changes: _Changes) -> None:
    """Up: first what was lost in profit or loss, the rest to OCI; down: the surplus first."""
    surplus, loss = lot.surplus, lot.unreversed_loss
    lot.carrying_amount = value
    changes.oci += lot.surplus - surplus
    changes.revaluation_pl += loss - lot.unreversed_loss


def _impair(lot: Lot, value: int, changes: _Changes) -> None:
    """Down to the recoverable amount, up to what the lot would stand at without any loss."""
    before, surplus = lot.carrying_amount, lot.surplus
    after = min(value, max(lot.cost, before))
    lot.carrying_amount = after
    if after >= before:
        changes.reversal += after - before
        return
    # A lot that stood above cost before the model changed loses its surplus first (IAS 36.61).
    changes.oci += lot.surplus - surplus
    changes.impairment += before - after - (surplus - lot.surplus)


def _write_to(lot: Lot, value: int, changes: _Changes) -> None:
    changes.fair_value += value - lot.carrying_amount
    lot.carrying_amount = value


_CHANGES = {
    "revaluation": _revalue,
    "cost": _impair,
    "lower_cost_nrv": _impair,
    "fvlcts_pl": _write_to,
    "fvtpl": _write_to,
    "fv_net_income": _write_to,
}


def _lines(books: Books, asset: str, policy: AssetPolicy, changes: _Changes) -> list[Line]:
    account = carrying_account(policy)
    # IPSAS 31 knows no OCI: the surplus goes straight to net assets.
    to_equity = books.policy is not None and books.policy.framework == "ipsas"
    oci = "3100" if to_equity else "6000"
    return [
        Line(account, asset, changes.oci, "revaluation_oci"),
        Line(oci, asset, -changes.oci, "revaluation_oci"),
        Line(account, asset, changes.revaluation_pl, "revaluation_pl"),
        by_sign("4010", "5010", asset, changes.revaluation_pl, "revaluation_pl"),
        Line(account, asset, -changes.impairment, "impairment_loss"),
        Line("5030", asset, changes.impairment, "impairment_loss"),
        Line(account, asset, changes.reversal, "impairment_reversal"),
        Line("4030", asset, -changes.reversal, "impairment_reversal"),
        Line(account, asset, changes.fair_value, "fair_value_pl"),
        by_sign("4020", "5020", asset, changes.fair_value, "fair_value_pl"),
    ]


# -- monetary items -----------------------------------------------------------------------------


def _amortised(books: Books, one: Measured, asset: str, policy: AssetPolicy) -> list[Line]:
    """A redeemable claim: nominal at the closing rate (IAS 21.28), less what may not be paid."""
    terms = policy.redemption
    if terms is None:
        return []
    rate = books.values.rate(terms.currency, one.day, books.fx_source)
    if rate is None:
        books.gap(
            "rate_missing", one, f"{terms.currency}/{books.values.currency}", "IAS 21.23(a)",
            "record the exchange rate of the day (observation `exchange_rate`)",
        )  # fmt: skip
        return []
    lots = books.lots(asset)
    units = sum(lot.units for lot in lots)
    scale, worth = books.scales[asset], books.values.worth
    nominal = worth(units, scale, ratio(terms.value), rate.number)
    exchange = nominal - sum(lot.carrying_amount for lot in lots)
    for lot, value in spread(nominal, lots, units):
        lot.carrying_amount = value
    loss = worth(units, scale, ratio(terms.value), rate.number, ratio(policy.credit_loss_rate))
    more = loss - books.allowances[asset]
    books.allowances[asset] = loss
    return [
        Line(carrying_account(policy), asset, exchange, "exchange"),
        by_sign("4070", "5070", "", exchange, "exchange"),
        Line("1149", asset, -more, "credit_loss"),
        Line("5080", asset, more, "credit_loss"),
    ]


def _foreign_cash(books: Books, one: Measured) -> list[Line]:
    """Foreign cash at the closing rate; the difference is profit or loss (IAS 21.28)."""
    lines = []
    for currency, held in sorted(books.cash.items()):
        rate = books.values.rate(currency, one.day, books.fx_source)
        if rate is None:
            if held[0]:
                books.gap(
                    "rate_missing", one, f"{currency}/{books.values.currency}", "IAS 21.23(a)",
                    "record the exchange rate of the day (observation `exchange_rate`)",
                )  # fmt: skip
            continue
        digits = minor_unit_digits(currency)
        change = books.values.worth(held[0], digits, (1, 1), rate.number) - held[1]
        held[1] += change
        lines.append(Line("1000", currency, change, "exchange_on_cash"))
        lines.append(by_sign("4070", "5070", "", change, "exchange_on_cash"))
    return lines
