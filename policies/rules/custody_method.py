"""`custody_method`: how and where assets may be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.kernel.form import Code, Name
from policies.rule import Codes, Rule, RuleParams, RuleType, Verdict, first_that_holds
from policies.rules.parties import place_of

if TYPE_CHECKING:
    from ledger.domain.policy import AccountFacts, Action, Known


class Params(RuleParams):
    """What the account that units arrive on, or that is opened, must be."""

    methods_any_of: Codes = ()
    conditions_all_of: Codes = ()
    """Items that must each be attested of the account or of its custodian."""
    min_signers: Annotated[int, Field(ge=1, le=99)] | None = None
    limbs: Codes = ()
    """Ways of holding or controlling: facts of the account that, stated true, are flagged."""
    holder: Name | None = None
    """The name in which the account is kept."""
    keeper: Name | None = None
    """The legal name of the custodian, or the account's title."""
    backups: Code | None = None
    """An item that must be attested as well."""


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny (or flag) an account that is kept in another way, or that nothing is known of."""
    params: Params = rule.params
    place = place_of(action)
    if place is None:
        return rule.unknown("account")
    day, asks = action.value_date, (_method, _attested, _names, _limbs)
    answers = [ask(rule, params, place, known, day) for ask in asks]
    answer = first_that_holds([one for one in answers if one is not None])
    if answer is not None:
        return answer
    return rule.kept(f"account {place.account}: {place.method}")


def _method(
    rule: Rule, params: Params, place: AccountFacts, _known: Known, _day: str
) -> Verdict | None:
    if params.methods_any_of and place.method not in params.methods_any_of:
        return rule.broken(" or ".join(params.methods_any_of), place.method)
    if params.min_signers is None or place.signers >= params.min_signers:
        return None
    if not place.signers:
        return rule.unknown("number of signers")
    return rule.broken(f"{params.min_signers} signers", str(place.signers))


def _attested(
    rule: Rule, params: Params, place: AccountFacts, known: Known, day: str
) -> Verdict | None:
    wanted = [*params.conditions_all_of, *([params.backups] if params.backups else [])]
    for item in wanted:
        stated = [known.attested(item, subject) for subject in (place.account, place.custodian)]
        if not any(one and one.value and one.day <= day <= one.until for one in stated):
            return rule.unknown(f"attestation of {item}")
    return None


def _names(
    rule: Rule, params: Params, place: AccountFacts, known: Known, _day: str
) -> Verdict | None:
    if params.holder is not None and place.title != params.holder:
        return rule.broken(f"kept in the name of {params.holder}", place.title)
    if params.keeper is None:
        return None
    custodian = known.party(place.custodian)
    found = custodian.legal_name if custodian else ""
    if params.keeper in {found, place.title}:
        return None
    return rule.broken(f"kept at {params.keeper}", found or "unknown")


def _limbs(
    rule: Rule, params: Params, place: AccountFacts, known: Known, _day: str
) -> Verdict | None:
    for limb in params.limbs:
        for subject in (place.account, place.custodian):
            stated = known.stated(limb, subject)
            if stated is not None and stated.value:
                at = f"position {stated.position}"
                return rule.broken("nobody else holds or controls", f"{limb} of {subject}", at)
    return None


TYPE = RuleType("custody_method", Params, judge)
