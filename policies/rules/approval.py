"""`approval`: who may initiate, who must agree, and how many distinct officers.

`initiator_roles` with effect `allow_only_if` or `deny` refuses another office's proposal; with
`needs_approval` one of these offices must then approve it. A band (`above`, `up_to`, `unit`)
restricts the rule to amounts within it; an amount that is unknown, or in another unit, falls into
every band. Approvals count natural persons, never keys. A rule that only flags, and advice, give no
authority.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from ledger.domain.policy import Requirement
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import ValueFormError
from ledger.kernel.fixed import fixed
from ledger.kernel.form import Code, CurrencyCode, NotNegativeAmount
from ledger.kernel.money import minor_unit_digits
from policies.rule import NOT_APPLICABLE, Offices, Rule, RuleForm, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.policy import Action, Known

Share = Annotated[str, Field(pattern=r"^(?:1|0\.[0-9]{0,17}[1-9])$")]
Count = Annotated[str, Field(pattern=r"^(?:0|[1-9][0-9]?)$")]


class Params(RuleParams):
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
    pct: Share | None = None
    """The exact share of what is held of the asset that must be moved."""
    advisory: bool = False
    """`true`: these officers advise; their word is recorded and never counted."""
    policy_reference_required: bool = False
    """Whether a document, the policy that covers the action, must be attached."""
    determination: Code | None = None
    """The fact that the action must state to be true: what the approvers determine."""
    above: NotNegativeAmount | None = None
    up_to: NotNegativeAmount | None = None
    unit: CurrencyCode | None = None

    @model_validator(mode="after")
    def _means_something(self) -> Params:
        if not self.distinct:
            raise ValueError("officers are always counted by person")
        asks = self.initiator_roles or self.roles_all_of or int(self.roles_count)
        if not (asks or self.advisory or self.policy_reference_required or self.details):
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


@fixed
class Asked:
    """A rule's parameters worked out: who may initiate, the band, and what is asked for."""

    initiators: frozenset[str]
    above: int | None
    up_to: int | None
    """The band's bounds in minor units."""
    sure: Verdict
    """What a rule says of an action that it certainly covers."""
    unsure: Verdict
    """The same where the reason or the amount is not known: it asks, but gives no authority."""
    is_more: bool
    """Whether the rule asks for more than officers: a share, a reference, a determination."""
    other_initiator: Requirement
    """With `needs_approval`: the approval that an initiator of another office needs besides."""


def prepare(form: RuleForm, params: Params) -> Asked:
    """Work out the band and the requirements of one rule."""
    count = int(params.roles_count)
    requirements: tuple[Requirement, ...] = ()
    if (params.roles_all_of or count) and not params.advisory:
        requirements = (Requirement(form.id, params.roles_all_of, params.roles_any_of, count),)
    return Asked(
        initiators=frozenset(params.initiator_roles),
        above=_minor_units(params, params.above),
        up_to=_minor_units(params, params.up_to),
        sure=Verdict(requirements=requirements),
        unsure=Verdict(requirements=requirements, applies=False),
        is_more=bool(params.pct or params.policy_reference_required or params.determination),
        other_initiator=Requirement(form.id, any_of=params.initiator_roles, count=1),
    )


def _minor_units(params: Params, bound: str | None) -> int | None:
    if bound is None or params.unit is None:
        return None
    return parse_amount(bound, minor_unit_digits(params.unit))


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny the wrong initiator; ask for the approvals of the band.

    Where the reason or the amount is not known the rule asks all the same, but gives no authority.
    """
    asked: Asked = rule.prepared
    fits = _fits(rule.params, asked, action)
    if fits is False:
        return NOT_APPLICABLE
    verdict = asked.sure if fits else asked.unsure
    for wrong in _wrong(rule, action, known) if asked.is_more else ():
        verdict = replace(
            verdict,
            findings=(*verdict.findings, *wrong.findings),
            requirements=(*wrong.requirements, *verdict.requirements),
        )
    if asked.initiators and asked.initiators.isdisjoint(action.offices):
        return _by_another_office(rule, action, verdict)
    return verdict


def _wrong(rule: Rule, action: Action, known: Known) -> Iterator[Verdict]:
    """All that is wrong beside who signed."""
    params: Params = rule.params
    if params.policy_reference_required and not action.evidence:
        yield rule.broken("a reference to the policy", "none")
    if params.determination and action.facts.get(params.determination) is not True:
        yield _refused(rule, params.determination, "not stated")
    if params.pct is not None:
        yield from _share_moved(rule, params.pct, action, known)


def _share_moved(rule: Rule, share: str, action: Action, known: Known) -> Iterator[Verdict]:
    """That another share is moved of what is held, if it is."""
    if action.asset is None or action.units is None:
        yield rule.unknown("asset and units")
        return
    code, scale = action.asset.code, action.asset.scale
    held = sum(one.units for one in known.holdings() if one.asset.code == code)
    if action.units != held * Fraction(share):
        wanted = f"{share} of {render_amount(held, scale)} {code}"
        yield _refused(rule, wanted, render_amount(action.units, scale))


def _refused(rule: Rule, expected: str, found: str) -> Verdict:
    """What no approval mends; a monitor flags it all the same."""
    if rule.form.effect == "flag":
        return rule.broken(expected, found)
    return Verdict(rule.denied(expected, found))


def _concerns(rule: Rule, action: Action) -> bool:
    return _fits(rule.params, rule.prepared, action) is not False


def _by_another_office(rule: Rule, action: Action, verdict: Verdict) -> Verdict:
    """The verdict of the band, and what it means that another office initiates."""
    asked: Asked = rule.prepared
    if rule.form.effect == "needs_approval":
        return replace(verdict, requirements=(asked.other_initiator, *verdict.requirements))
    held = " and ".join(sorted(action.offices)) or "no office"
    broken = rule.broken(" or ".join(rule.params.initiator_roles), held)
    return replace(verdict, findings=(*verdict.findings, *broken.findings))


def _fits(params: Params, asked: Asked, action: Action) -> bool | None:
    """Whether the action is for the rule's reason and in its band; None if one is not known."""
    by_reason = by_band = True if params.unit is None else _band_fits(params, asked, action)
    if params.reason is not None:
        by_reason = action.reason == params.reason if action.reason else None
    return False if False in (by_reason, by_band) else by_reason and by_band


def _band_fits(params: Params, asked: Asked, action: Action) -> bool | None:
    """Whether the amount is in the band; None if it is unknown or in another unit."""
    money = action.consideration
    if money is None or money.currency != params.unit:
        return None
    if asked.above is not None and money.minor_units <= asked.above:
        return False
    return asked.up_to is None or money.minor_units <= asked.up_to


TYPE = RuleType(
    "approval", Params, judge, gives_authority=True, prepare=prepare, concerns=_concerns
)
