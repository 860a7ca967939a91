"""`custodian_attributes`: licences, charters and other attributes of a party.

Validity is tested on the day of each instruction. A licence that ends on a day is valid on that
day; a suspended one (the fact `licence_suspended` of the party) is not valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.kernel.form import Code, Many, Name
from policies.rule import NOT_APPLICABLE, Codes, Rule, RuleParams, RuleType, Verdict
from policies.rules.parties import party_of

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known, LicenceFacts, PartyFacts


class Params(RuleParams):
    """What the party must have; `activity` and `by` restrict who may do something."""

    licence_any_of: Annotated[Many[Name], Field(max_length=16)] = ()
    regulator: Name | None = None
    charter_any_of: Codes = ()
    contract_required: bool = False
    custodian: Name | None = None
    """The one custodian that the text names."""
    activity: Code | None = None
    """The trigger that only some may do …"""
    by: Code | None = None
    """… namely a custodian with this charter."""


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny (or flag) a party that lacks an attribute, or of which it is not known."""
    params: Params = rule.params
    if params.activity is not None and params.activity not in action.triggers:
        return NOT_APPLICABLE
    party = party_of(action, known)
    if party is None:
        return rule.unknown("party")
    unfit = _unfit(rule, params, party)
    if unfit is not None:
        return unfit
    if params.licence_any_of or params.regulator:
        return _licensed(rule, params, party, action, known)
    return rule.kept(f"{party.party}: {party.charter or party.legal_name}")


def _unfit(rule: Rule, params: Params, party: PartyFacts) -> Verdict | None:
    charters = params.charter_any_of or ((params.by,) if params.by else ())
    if charters and party.charter not in charters:
        return rule.broken(" or ".join(charters), party.charter or "no stated charter")
    if params.contract_required and not party.contract:
        return rule.broken("a contract with it", "none")
    if params.custodian is not None and party.legal_name != params.custodian:
        return rule.broken(params.custodian, party.legal_name)
    return None


def _licensed(
    rule: Rule, params: Params, party: PartyFacts, action: Action, known: Known
) -> Verdict:
    day = action.value_date
    fitting = [one for one in party.licences if _fits(params, one)]
    wanted = " or ".join(params.licence_any_of) or "licence"
    if params.regulator:
        wanted += f" of {params.regulator}"
    if not fitting:
        return rule.broken(wanted, f"{party.party} has none on record")
    suspended = known.stated("licence_suspended", party.party)
    if suspended is not None and suspended.value and suspended.day <= day:
        return rule.broken(
            wanted, f"suspended on {suspended.day}", f"position {suspended.position}"
        )
    full = [one for one in fitting if one.number and one.valid_from]
    if not full:
        return rule.unknown("licence number and dates")
    valid = [one for one in full if _is_valid(one, day)]
    if not valid:
        last = full[-1]
        return rule.broken(
            f"{wanted}, valid on {day}", f"valid {last.valid_from} to {last.valid_until or '…'}"
        )
    return rule.kept(f"{party.party}: {valid[0].licence}, number {valid[0].number}")


def _is_valid(licence: LicenceFacts, day: str) -> bool:
    return licence.valid_from <= day and (not licence.valid_until or day <= licence.valid_until)


def _fits(params: Params, licence: LicenceFacts) -> bool:
    if params.regulator is not None and licence.regulator != params.regulator:
        return False
    return not params.licence_any_of or licence.licence in params.licence_any_of


TYPE = RuleType("custodian_attributes", Params, judge)
