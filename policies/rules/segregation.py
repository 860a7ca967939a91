"""`segregation`: books and classes of ownership that must not mix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ledger.kernel.form import Many, Name, Slug
from policies.rule import Rule, RuleParams, RuleType, Verdict, first_that_holds
from policies.rules.parties import goes_nowhere, place_of

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known

CLIENT_PROPERTY = "client_property"
"""The fact that units which come in belong to a client."""


class Params(RuleParams):
    """Classes (own, client) and books (of accounts) that stay apart."""

    classes: Many[Literal["own", "client"]] = ()
    book: Slug | None = None
    """The book that the rule is about, for readers."""
    apart_from: Slug | None = None
    """The book, or the registered party, that is another owner."""
    sub_fund: Slug | None = None
    """A book out of which a movement is flagged or denied."""
    account_name: Name | None = None
    """The name in which an account must be kept."""
    omnibus: bool | None = None
    """`false`: the account may not be shared (the fact `omnibus` of the account)."""


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny (or flag) what mixes owners or books."""
    params: Params = rule.params
    if goes_nowhere(action):
        return rule.unknown("account")
    asks = (_classes, _books, _sub_fund, _title)
    answers = [ask(rule, params, action, known) for ask in asks]
    answer = first_that_holds([one for one in answers if one is not None])
    return rule.kept() if answer is None else answer


def _classes(rule: Rule, params: Params, action: Action, _known: Known) -> Verdict | None:
    if len(params.classes) <= 1 or action.destination is None:
        return None
    there = action.destination.owner_class
    if action.account is not None and action.account.owner_class != there:
        return rule.broken(
            f"{there} units on {action.destination.account}",
            f"{action.account.owner_class} units of {action.account.account}",
        )
    if action.facts.get(CLIENT_PROPERTY) is True and there != "client":
        return rule.broken(f"{there} units on {action.destination.account}", "client units")
    return None


def _books(rule: Rule, params: Params, action: Action, _known: Known) -> Verdict | None:
    if params.apart_from is None:
        return None
    places = [place for place in (action.account, action.destination) if place is not None]
    named = [place.account for place in places if place.book == params.apart_from]
    if named or action.counterparty == params.apart_from:
        found = named[0] if named else action.counterparty
        return rule.broken(f"nothing of {params.apart_from}", found)
    return None


def _sub_fund(rule: Rule, params: Params, action: Action, _known: Known) -> Verdict | None:
    source, there = action.account, action.destination
    if params.sub_fund is None or source is None or source.book != params.sub_fund:
        return None
    if there is not None and there.book == params.sub_fund:
        return None
    return rule.broken(f"units stay in {params.sub_fund}", "they leave it")


def _title(rule: Rule, params: Params, action: Action, known: Known) -> Verdict | None:
    place = place_of(action)
    if params.account_name is not None:
        found = place.title if place is not None else ""
        if found != params.account_name:
            return rule.broken(f"kept in the name of {params.account_name}", found or "unknown")
    if params.omnibus is False and place is not None:
        shared = known.stated("omnibus", place.account)
        if shared is not None and shared.value:
            return rule.broken("an account of its own", "an omnibus account")
    return None


TYPE = RuleType("segregation", Params, judge)
