"""`address_cap`: how many units may lie at one address, and whether an address is used again.

An account's addresses share its units: it may hold the limit times their number, so that 7,509
units need 16 addresses of 500. After units left an account, a new receipt needs an address that
was registered since. Dust that somebody else sends is a receipt that has happened: it is flagged.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import ValueFormError
from ledger.kernel.form import AssetCode, NotNegativeAmount
from policies.rule import Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import AccountFacts, Action, Holding, Known


class Params(RuleParams):
    """A limit in units of one asset for each address; `addresses_at_start` is a statement."""

    max_per_address: NotNegativeAmount | None = None
    unit: AssetCode | None = None
    no_receive_after_spend: bool = False
    addresses_at_start: Annotated[int, Field(ge=1, le=10_000)] | None = None

    @model_validator(mode="after")
    def _limit_with_its_unit(self) -> Params:
        if (self.max_per_address is None) != (self.unit is None):
            raise ValueError("a limit and its unit belong together")
        return self


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny what does not fit the addresses of the destination, or an address that has spent."""
    params: Params = rule.params
    where, asset, units = action.destination, action.asset, action.units
    if where is None or asset is None or units is None:
        return rule.unknown("destination")
    there = [one for one in known.holdings() if one.account.account == where.account]
    if params.no_receive_after_spend:
        answer = _unspent(rule, where, there)
        if answer.findings or params.max_per_address is None:
            return answer
    if params.max_per_address is None or asset.code != params.unit:
        return rule.kept()
    try:
        limit = parse_amount(params.max_per_address, asset.scale) * where.addresses
    except ValueFormError:
        return rule.unknown(f"limit with {asset.scale} digits")
    after = units + sum(one.units for one in there if one.asset.code == asset.code)
    if after <= limit:
        return rule.kept(f"{where.addresses} addresses of {where.account}")
    wanted = f"at most {params.max_per_address} {asset.code} at each of {where.addresses} addresses"
    return rule.broken(wanted, f"{render_amount(after, asset.scale)} {asset.code}")


def _unspent(rule: Rule, where: AccountFacts, there: list[Holding]) -> Verdict:
    spent = max((one.spent_at for one in there), default=0)
    if spent <= where.addressed_at or not spent:
        return rule.kept(f"last address registered at position {where.addressed_at}")
    return rule.broken("an address registered since units left", f"units left at position {spent}")


def watch(rule: Rule, known: Known, _day: str) -> tuple[Finding, ...]:
    """Accounts that hold more than their addresses may."""
    params: Params = rule.params
    if params.max_per_address is None:
        return ()
    found = []
    for holding in known.holdings():
        if holding.asset.code != params.unit:
            continue
        # Exact, also where the limit is finer than the asset's base unit.
        one = Fraction(params.max_per_address) * 10**holding.asset.scale
        needed = ceil(holding.units / one) if one else 0
        if holding.units > one * holding.account.addresses:
            wanted = f"{needed} addresses of {params.max_per_address} {params.unit}"
            have = f"{holding.account.addresses} of {holding.account.account}"
            found.append(Finding(rule.form.id, FLAG, wanted, have, rule.form.citation))
    return tuple(found)


TYPE = RuleType("address_cap", Params, judge, watch=watch)
