"""`approval`: who may initiate, who must agree, and how many distinct officers.

`initiator_roles` with effect `allow_only_if` or `deny` refuses another office's proposal; with
`needs_approval` one of these offices must then approve it. A band (`above`, `up_to`, `unit`)
restricts the rule to amounts within it; an amount that is unknown, or in another unit, falls into
every band. Approvals count natural persons, never keys.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from ledger.domain.policy import Requirement
from ledger.kernel.amounts import parse_amount
from ledger.kernel.errors import ValueFormError
from ledger.kernel.form import Code, CurrencyCode, Form, Many, NotNegativeAmount, Office
from ledger.kernel.money import minor_unit_digits
from policies.rule import NOT_APPLICABLE, Rule, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Flows

Count = Annotated[str, Field(pattern=r"^(?:0|[1-9][0-9]?)$")]
Offices = Annotated[Many[Office], Field(max_length=16)]


class Params(Form):
    """Approvals of an action; counts are decimal integers."""

    initiator_roles: Offices = ()
    roles_all_of: Offices = ()
    """Each of these offices must approve, each by another person."""
    roles_any_of: Offices = ()
    """Offices whose holders also count."""
    roles_count: Count = "0"
    """How many distinct officers must approve in all, the author never counted."""
    distinct: bool = True
    """Always by natural person; `false` is not supported and refused."""
    reason: Code | None = None
    """Only actions for this reason."""
    above: NotNegativeAmount | None = None
    up_to: NotNegativeAmount | None = None
    unit: CurrencyCode | None = None

    @model_validator(mode="after")
    def _means_something(self) -> Params:
        if not self.distinct:
            raise ValueError("officers are always counted by person")
        if not (self.initiator_roles or self.roles_all_of or int(self.roles_count)):
            raise ValueError("the rule asks for nothing and names nobody")
        bounds = [bound for bound in (self.above, self.up_to) if bound is not None]
        if bounds and self.unit is None:
            raise ValueError("a band needs the currency that it is measured in")
        if self.unit is not None:
            digits = minor_unit_digits(self.unit)
            try:
                amounts = [parse_amount(bound, digits) for bound in bounds]
            except ValueFormError as error:
                raise ValueError(error.message) from None
            if len(amounts) > 1 and amounts[0] >= amounts[1]:
                raise ValueError("the band is empty")
        return self


def judge(rule: Rule, action: Action, _flows: Flows) -> Verdict:
    """Deny the wrong initiator; ask for the approvals of the band.

    Where the reason or the amount is not known the rule asks all the same, but gives no authority.
    """
    params: Params = rule.params
    fits = (_reason_fits(params, action), _band_fits(params, action))
    if False in fits:
        return NOT_APPLICABLE
    requirements: tuple[Requirement, ...] = ()
    if params.initiator_roles and action.offices.isdisjoint(params.initiator_roles):
        if rule.form.effect != "needs_approval":
            held = " and ".join(sorted(action.offices)) or "no office"
            return rule.broken(" or ".join(params.initiator_roles), held)
        requirements = (_requirement(rule.form.id, (), params.initiator_roles, 1),)
    count = int(params.roles_count)
    if params.roles_all_of or count:
        requirements += (
            _requirement(rule.form.id, params.roles_all_of, params.roles_any_of, count),
        )
    return Verdict(requirements=requirements, applies=None not in fits)


def _reason_fits(params: Params, action: Action) -> bool | None:
    """Whether the action is for the rule's reason; None if it states none."""
    if params.reason is None:
        return True
    return action.reason == params.reason if action.reason else None


def _band_fits(params: Params, action: Action) -> bool | None:
    """Whether the amount is in the band; None if it is unknown or in another unit."""
    if params.unit is None:
        return True
    money = action.consideration
    if money is None or money.currency != params.unit:
        return None
    digits = minor_unit_digits(params.unit)
    if params.above is not None and money.minor_units <= parse_amount(params.above, digits):
        return False
    return params.up_to is None or money.minor_units <= parse_amount(params.up_to, digits)


@lru_cache(maxsize=1_024)
def _requirement(
    rule: str, all_of: tuple[str, ...], any_of: tuple[str, ...], count: int
) -> Requirement:
    """The requirement; a rule asks for the same one each time."""
    return Requirement(rule, all_of, any_of, count)


TYPE = RuleType("approval", Params, judge, gives_authority=True)
