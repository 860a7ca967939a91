"""`temporary_transfer`: money that leaves for a time and must come back, with its interest.

The open item is a claim of the fund. Without a published deadline its age is shown, and it is
never called late. Principal without interest does not close it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.form import Code, Text
from ledger.kernel.instants import days_between
from ledger.kernel.money import minor_unit_digits
from policies.rule import Offices, Rule, RuleParams, RuleType, Verdict
from policies.rules.valuation import decimal_text

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known, Lent


class Params(RuleParams):
    """For which purpose and by whom it may leave; what must come back."""

    purpose: Code | None = None
    initiator_roles: Offices = ()
    return_principal: bool = False
    return_interest: bool = False
    deadline_words: Text | None = None


def judge(rule: Rule, action: Action, _known: Known) -> Verdict:
    """Deny another purpose or initiator; say of what must come back that it is open."""
    params: Params = rule.params
    if params.purpose is not None and action.purpose != params.purpose:
        return rule.broken(f"for {params.purpose}", action.purpose or "no purpose")
    if params.initiator_roles and action.offices.isdisjoint(params.initiator_roles):
        held = " and ".join(sorted(action.offices)) or "no office"
        return rule.broken(" or ".join(params.initiator_roles), held)
    if params.return_principal:
        return rule.broken("returned", f"open, {params.deadline_words or 'no deadline'}")
    return rule.kept()


def open_amount(lent: Lent, *, with_interest: bool) -> int | None:
    """Minor units that are still to come back; None if the interest is not stated."""
    if not with_interest:
        return lent.minor_units - lent.returned
    return None if lent.interest is None else lent.minor_units + lent.interest - lent.returned


def watch(rule: Rule, known: Known, day: str) -> tuple[Finding, ...]:
    """Every item that is open on a day, with its age."""
    params: Params = rule.params
    if not params.return_principal:
        return ()
    found = []
    for lent in known.lent():
        left = open_amount(lent, with_interest=params.return_interest)
        if left is not None and left <= 0:
            continue
        one = 10 ** minor_unit_digits(lent.currency)
        principal = f"{decimal_text(Fraction(lent.minor_units, one))} {lent.currency}"
        missing = "interest not stated"
        if left is not None:
            missing = f"{decimal_text(Fraction(left, one))} {lent.currency} to come"
        age = days_between(lent.day, day)
        said = f"{principal} out for {age} days, {missing}"
        at = (f"position {lent.position}",)
        found.append(Finding(rule.form.id, FLAG, "returned", said, rule.form.citation, at))
    return tuple(found)


TYPE = RuleType("temporary_transfer", Params, judge, watch=watch)
