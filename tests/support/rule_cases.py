"""Every limit of every rule type as a question of two figures: how much is allowed, how much asked.

A case answers whether the rule lets an amount pass under a limit, both as plain numbers; what the
right answer is, a test says without the rule. `slope` tells whether more of it is worse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.domain.outcome import DENY
from ledger.domain.policy import (
    AccountFacts,
    Action,
    AssetFacts,
    Authorised,
    Holding,
    LicenceFacts,
    ObservedWindow,
    PartyFacts,
    Stated,
)
from ledger.kernel.amounts import render_amount
from ledger.kernel.instants import add_days
from ledger.kernel.money import Money
from policies.book import read_book
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.rule import Rule, Verdict

    Asking = Callable[[int, int], bool]
    """Of a limit and an amount: whether the rule lets it pass."""

TODAY = "2026-01-05"
COIN = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
UNIT = AssetFacts("IBIT", "isin:0/etp:US46438F1012", "etp_unit", 0, retired=False)
PLACE = AccountFacts("cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ")
KEEPER = PartyFacts("first-vault", "First Vault", "KZ", "trust_company")


def purchase(**fields: Any) -> Action:
    """A purchase of one coin for ten dollars, but for what is said of it."""
    base: dict[str, Any] = {
        "kind": "acquisition.proposed.v1",
        "triggers": ("purchase", "any_instruction"),
        "author": "aigerim",
        "offices": frozenset({"TreasuryOfficer"}),
        "value_date": TODAY,
        "asset": COIN,
        "units": 10**8,
        "consideration": Money("USD", 1_000),
    }
    return Action(**{**base, **fields})


def rule_with(rule_type: str, **params: Any) -> Rule:
    """The executable rule of a type."""
    (read,) = read_book(book(rule("T.R", rule_type, "purchase", params=params))).rules
    return read


def verdict_of(rule_type: str, action: Action, known: KnownFacts, **params: Any) -> Verdict:
    """What one rule of a type says."""
    read = rule_with(rule_type, **params)
    return read.kind.judge(read, action, known)


def passes(verdict: Verdict) -> bool:
    """Whether nothing in it denies."""
    return not any(finding.verdict == DENY for finding in verdict.findings)


def _passes(rule_type: str, action: Action, known: KnownFacts, **params: Any) -> bool:
    return passes(verdict_of(rule_type, action, known, **params))


def day_of(number: int) -> str:
    """A day by its number."""
    return add_days("2020-01-01", number)


# -- more is worse: at most the limit --------------------------------------------------------------


def _amount(measure: str) -> Asking:
    def asks(limit: int, asked: int) -> bool:
        in_money = measure in {"transaction_cost", "cumulative_purchase_cost"}
        amount, unit = render_amount(limit, 2 if in_money else 8), "USD" if in_money else "BTC"
        fields = {"consideration": Money("USD", asked)} if in_money else {"units": asked}
        cap = {"amount": amount, "unit": unit, "measure": measure}
        return _passes("cap_absolute", purchase(**fields), KnownFacts(), **cap)

    return asks


def _share(basis: str) -> Asking:
    def asks(limit: int, asked: int) -> bool:
        params: dict[str, Any] = {"pct": "0.5", "base_amount": render_amount(2 * limit, 2)}
        action = purchase(consideration=Money("USD", asked))
        fixed = {"base_unit": "USD", "numerator_basis": basis}
        return _passes("cap_pct", action, KnownFacts(), **params, **fixed)

    return asks


def _address(limit: int, asked: int) -> bool:
    there = replace(PLACE, addresses=1)
    action = purchase(units=asked, destination=there)
    params = {"max_per_address": render_amount(limit, 8), "unit": "BTC"}
    return _passes("address_cap", action, KnownFacts(), **params)


def _spent(limit: int, asked: int) -> bool:
    there = replace(PLACE, addressed_at=limit)
    known = KnownFacts(held=[Holding(there, COIN, 0, 0, asked)])
    action = purchase(destination=there)
    return _passes("address_cap", action, known, no_receive_after_spend=True)


def _over(limit: int, asked: int) -> bool:
    agreed = Authorised(limit, 0, None, effective=True)
    action = purchase(units=asked, authorised=agreed)
    return _passes("settlement_tolerance", action, KnownFacts())


def _price(limit: int, asked: int) -> bool:
    agreed = Authorised(10**8, 0, Money("USD", limit), effective=True)
    action = purchase(
        triggers=("purchase_settlement",), consideration=Money("USD", asked), authorised=agreed
    )
    return _passes("settlement_tolerance", action, KnownFacts())


def _underlying(limit: int, asked: int) -> bool:
    held = [Holding(PLACE, UNIT, 1, 0, 0), Holding(PLACE, COIN, limit, 0, 0)]
    named = {"instrument": "IBIT", "instrument_class": "etp_unit", "underlying": "BTC"}
    return _passes("instrument_class", purchase(units=asked), KnownFacts(held=held), **named)


def _gap(limit: int, asked: int) -> bool:
    """The most days in a row without a value; a book admits at most thirty-one."""
    known = KnownFacts(
        observed_values={("market_cap", "BTC"): ("0001-01-01", "1", "USD")},
        windows={("market_cap", "BTC"): ObservedWindow(1, Fraction(9), asked, (1, 1))},
    )
    window = {"kind": "rolling_months", "months": 12}
    most = {"operator": ">=", "threshold_usd": "1", "max_gap_days": limit}
    return _passes("eligible_by_avg_market_cap", purchase(), known, **most, window=window)


def _until(rule_type: str, param: str) -> Asking:
    def asks(limit: int, asked: int) -> bool:
        stands = Stated(value=True, day="0001-01-01", until=day_of(limit), position=1)
        known = KnownFacts(attestations={("audit", "cold-1"): stands})
        action = purchase(value_date=day_of(asked), destination=PLACE)
        return _passes(rule_type, action, known, **{param: ["audit"]})

    return asks


def _licence_until(limit: int, asked: int) -> bool:
    licence = LicenceFacts("custody", "AFSA", "17", "0001-01-01", day_of(limit))
    party = PartyFacts("first-vault", "First Vault", "KZ", "trust_company", (licence,))
    action = purchase(value_date=day_of(asked), party=party)
    return _passes("custodian_attributes", action, KnownFacts(), regulator="AFSA")


# -- less is worse: at least the limit -------------------------------------------------------------


def _capital(limit: int, asked: int) -> bool:
    seen = (TODAY, render_amount(asked, 2), "USD")
    known = KnownFacts(observed_values={("capital", "first-vault"): seen})
    least = {"of": "party", "amount": render_amount(limit, 2)}
    return _passes("attestation", purchase(party=KEEPER), known, **least)


def _average(limit: int, asked: int) -> bool:
    known = KnownFacts(
        observed_values={("market_cap", "BTC"): ("0001-01-01", "1", "USD")},
        windows={("market_cap", "BTC"): ObservedWindow(7, Fraction(7 * asked), 0, (1, 7))},
    )
    window = {"kind": "rolling_months", "months": 12}
    least = {"threshold_usd": str(limit), "operator": ">="}
    return _passes("eligible_by_avg_market_cap", purchase(), known, **least, window=window)


def _signers(limit: int, asked: int) -> bool:
    there = replace(PLACE, signers=asked)
    action = purchase(destination=there)
    return _passes("custody_method", action, KnownFacts(), min_signers=limit)


def _in_force(limit: int, asked: int) -> bool:
    action = purchase(value_date=day_of(asked))
    return _passes("effective_date", action, KnownFacts(), in_force_from=day_of(limit))


def _listed_since(limit: int, asked: int) -> bool:
    known = KnownFacts(
        facts={("eligible", "Ministry/BTC"): Stated(True, day_of(limit), "", 1)}  # noqa: FBT003 - as the form has it
    )
    action = purchase(value_date=day_of(asked))
    return _passes("eligible_asset_list", action, known, listed_by="Ministry")


def _final_on(limit: int, asked: int) -> bool:
    word = "civil_money_penalty"
    action = purchase(value_date=day_of(asked), source=word, final_on=day_of(limit))
    return _passes("inflow_source", action, KnownFacts(), sources_any_of=[word])


@dataclass(frozen=True)
class Limit:
    """One limit of one rule type."""

    asks: Asking
    largest: int
    """The largest figure that its parameters take."""
    at_most: bool
    """Whether the rule says at most, else at least."""


BIG = 10**12
MEASURES = [
    *("transaction_cost", "transaction_units", "cumulative_purchase_cost", "cumulative_units"),
    *("cumulative_outflow_units", "cumulative_transfer_units", "encumbered_units"),
]
AT_MOST: dict[str, tuple[Asking, int]] = {
    **{f"cap_absolute: {measure}": (_amount(measure), BIG) for measure in MEASURES},
    "cap_pct: at cost": (_share("cost"), BIG),
    "cap_pct: at market value": (_share("market_value"), BIG),
    "address_cap: units": (_address, BIG),
    "address_cap: spent": (_spent, 10**6),
    "settlement_tolerance: units": (_over, BIG),
    "settlement_tolerance: price": (_price, BIG),
    "instrument_class: underlying": (_underlying, BIG),
    "eligible_by_avg_market_cap: gap": (_gap, 31),
    "attestation: last day": (_until("attestation", "items"), 9_000),
    "custody_method: last day": (_until("custody_method", "conditions_all_of"), 9_000),
    "custodian_attributes: last day": (_licence_until, 9_000),
}
AT_LEAST: dict[str, tuple[Asking, int]] = {
    "attestation: capital": (_capital, BIG),
    "eligible_by_avg_market_cap: average": (_average, BIG),
    "custody_method: signers": (_signers, 99),
    "effective_date: first day": (_in_force, 9_000),
    "eligible_asset_list: first day": (_listed_since, 9_000),
    "inflow_source: final day": (_final_on, 9_000),
}
LIMITS: dict[str, Limit] = {
    **{name: Limit(asks, most, at_most=True) for name, (asks, most) in AT_MOST.items()},
    **{name: Limit(asks, most, at_most=False) for name, (asks, most) in AT_LEAST.items()},
}
WITHOUT_A_LIMIT: dict[str, str] = {
    "approval": "a band narrows whom the rule speaks to, so more may ask for more or for less",
    "indirect_only": "classes, no figure",
    "no_published_rule": "never allows",
    "obligation_due": "years and due days: asked in the tables of days",
    "outflow_restriction": "words, no figure",
    "reconciliation": "days of a clock: asked in the tables of days",
    "segregation": "owners and books, no figure",
    "separation_of_duties": "persons, no figure",
    "temporary_transfer": "what must come back: asked in the tables of flows",
}
"""Types that are not asked here, and why."""
