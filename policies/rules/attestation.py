"""`attestation`: statements that must exist, be complete and be fresh.

All items or nothing. An attestation is valid through its last day; one that was revoked is not
valid. A capital test compares the observation `capital` of the party with an amount.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ledger.domain.outcome import FLAG, Finding
from ledger.domain.policy import Requirement
from ledger.kernel.form import Amount, Code, CurrencyCode, Many, Name
from policies.rule import NOT_APPLICABLE, Codes, Rule, RuleParams, RuleType, Verdict
from policies.rules.inflow_source import FUND
from policies.rules.parties import party_of, place_of
from policies.rules.valuation import decimal_text

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known


Count = Annotated[str, Field(pattern=r"^(?:0|[1-9][0-9]?)$")]


class Params(RuleParams):
    """Items that must be attested of a subject; with `amount` or `activity`, a capital test."""

    items: Annotated[Many[Code], Field(max_length=16)] = ()
    of: Literal["account", "party", "asset", "fund"] = "account"
    """Of what the items are attested; an account's custodian may be attested for all of its."""
    attester: Name | None = None
    """Who attests, for readers: a signature of the fund's officer records it."""
    activity: Code | None = None
    """Only for a party with this charter."""
    amount: Amount | None = None
    unit: CurrencyCode = "USD"
    methods: Codes = ()
    """Only accounts that are kept in one of these ways; empty for every account."""
    approvals: Count = "0"
    """How many distinct officers must approve what is done on the strength of it …"""
    approvals_on: Codes = ()
    """… where the action has one of these triggers."""
    optional: bool = False
    """An optional attestation that is missing is no breach."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Params:
        if not self.items and self.amount is None and self.activity is None:
            raise ValueError("the rule asks for no item and no amount")
        return self


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny (or flag) while an item is missing, expired or revoked."""
    params: Params = rule.params
    charter = _charter(action, known) if params.activity is not None else None
    place = place_of(action)
    elsewhere = params.methods and place is not None and place.method not in params.methods
    if elsewhere or charter not in {None, "", params.activity}:
        return NOT_APPLICABLE
    if charter == "":
        verdict = rule.unknown("activity of the party")
    else:
        verdict = _judged(rule, params, action, known)
    # What must be approved where an item stands is to be approved all the more where none does.
    if int(params.approvals) and set(params.approvals_on) & set(action.triggers):
        asked = Requirement(rule.form.id, count=int(params.approvals))
        return replace(verdict, requirements=(*verdict.requirements, asked))
    return verdict


def _judged(rule: Rule, params: Params, action: Action, known: Known) -> Verdict:
    subjects = _subjects(params, action, known)
    if not subjects:
        return rule.unknown(f"{params.of} to attest of")
    if params.amount is None:
        return _items(rule, params, subjects, action, known)
    capital = _capital(rule, params, subjects, action, known)
    if capital.findings or not params.items:
        return capital
    items = _items(rule, params, subjects, action, known)
    return replace(items, inputs=(*capital.inputs, *items.inputs))


def concerns(rule: Rule, action: Action) -> bool:
    """Whether the party that is registered is one of the activity that the rule is about."""
    activity: str | None = rule.params.activity
    return activity is None or action.party is None or action.party.charter in {"", activity}


def _items(
    rule: Rule, params: Params, subjects: tuple[str, ...], action: Action, known: Known
) -> Verdict:
    """All items stand, or the rule is broken by the first that does not."""
    inputs: list[str] = []
    for item in params.items:
        said = _attested(known, item, subjects, action.value_date)
        if isinstance(said, tuple):
            inputs += said
        elif not params.optional:
            return rule.broken(f"attestation of {item}", said)
    return rule.kept(*inputs)


def _charter(action: Action, known: Known) -> str:
    party = party_of(action, known)
    return party.charter if party is not None else ""


def _subjects(params: Params, action: Action, known: Known) -> tuple[str, ...]:
    """By which names the subject may have been attested."""
    if params.of == "fund":
        return (FUND,)
    if params.of == "asset":
        return (action.asset.code,) if action.asset else ()
    place = place_of(action)
    if params.of == "account":
        return (place.account, place.custodian) if place else ()
    party = party_of(action, known)
    return (party.party,) if party is not None else ()


def _attested(known: Known, item: str, subjects: tuple[str, ...], day: str) -> tuple[str] | str:
    """What an item rests on (in a tuple), or why it does not stand (a text)."""
    why = "none"
    for subject in subjects:
        stated = known.attested(item, subject)
        if stated is None:
            continue
        if stated.value and stated.day <= day <= stated.until:
            return (f"{item} of {subject}, valid to {stated.until} (position {stated.position})",)
        why = "revoked" if not stated.value else f"valid {stated.day} to {stated.until}"
    return why


def _capital(
    rule: Rule, params: Params, subjects: tuple[str, ...], action: Action, known: Known
) -> Verdict:
    seen = known.observed("capital", subjects[0], action.value_date)
    if seen is None or seen.unit != params.unit:
        return rule.unknown(f"capital of {subjects[0]} in {params.unit}")
    at = f"capital of {subjects[0]} on {seen.day} (position {seen.position})"
    if seen.value < Fraction(params.amount or 0):
        wanted = f"capital of {params.amount} {params.unit}"
        return rule.broken(wanted, f"{decimal_text(seen.value)} {params.unit}", at)
    return rule.kept(at)


def watch(rule: Rule, known: Known, day: str) -> tuple[Finding, ...]:
    """Items of the fund that are not attested on a day."""
    params: Params = rule.params
    if params.of != "fund" or params.optional:
        return ()
    found = []
    for item in params.items:
        said = _attested(known, item, (FUND,), day)
        if isinstance(said, str):
            wanted = f"attestation of {item}"
            found.append(Finding(rule.form.id, FLAG, wanted, said, rule.form.citation))
    return tuple(found)


TYPE = RuleType("attestation", Params, judge, watch=watch, concerns=concerns)
