"""`settlement_tolerance`: how far a settlement may differ from its proposal.

A word of this product, not of a published regime.

Units settled in all may exceed the proposal by at most `units_over`; the price per unit may exceed
(acquisition) or fall short of (disposal) the proposal's by at most `price_adverse`; both are exact
fractions. Where a mandate has no such rule the tolerance is zero.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.kernel.amounts import render_amount
from policies.rule import ALLOWED, Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Authorised, Known

Share = Annotated[str, Field(pattern=r"^(?:0|1|0\.[0-9]{0,17}[1-9])$")]


class Params(RuleParams):
    """Tolerances as decimal fractions: `0.01` is one per cent."""

    units_over: Share = "0"
    price_adverse: Share = "0"


def judge(rule: Rule, action: Action, _known: Known) -> Verdict:
    """Deny (for a fact: hold as an exception) what differs by more than the tolerance."""
    params: Params = rule.params
    authorised = action.authorised
    if authorised is None:
        return ALLOWED
    if action.units is None:
        return rule.unknown("units")
    return _units(rule, params, action, authorised) or _price(rule, params, action, authorised)


def _units(rule: Rule, params: Params, action: Action, authorised: Authorised) -> Verdict | None:
    total = authorised.units_before + (_given(action) or 0)
    if total <= authorised.units or "transfer_release" in action.triggers:
        return None
    most = authorised.units * (1 + _share(params.units_over))
    if total <= most:
        return None
    asset = action.given_asset or action.asset
    scale = asset.scale if asset else 0
    return rule.broken(
        f"units at most {render_amount(int(most), scale)}", render_amount(total, scale)
    )


def _price(rule: Rule, params: Params, action: Action, authorised: Authorised) -> Verdict:
    asked, got = _consideration(action, authorised)
    given = _given(action)
    if asked is None:
        return ALLOWED
    if got is None or given is None:
        return rule.unknown("what is given for the units")
    # Prices per unit are compared crosswise, in whole numbers: no division, no rounding.
    agreed = asked * given
    actual = got * authorised.units
    adverse = _share(params.price_adverse)
    if "purchase_settlement" in action.triggers:
        kept = actual <= agreed or actual <= agreed * (1 + adverse)
        return _within(rule, kept, "at most")
    kept = actual >= agreed or actual >= agreed * (1 - adverse)
    return _within(rule, kept, "at least")


def _given(action: Action) -> int | None:
    """The units that the proposal's own units limit: in an exchange, those given."""
    return action.units if action.given_units is None else action.given_units


def _consideration(action: Action, authorised: Authorised) -> tuple[int | None, int | None]:
    """What was to be paid for all units, and what was paid now: money, or the units received."""
    if authorised.received is not None:
        return authorised.received, action.units
    asked, got = authorised.consideration, action.consideration
    return (asked.minor_units if asked else None), (got.minor_units if got else None)


def _within(rule: Rule, kept: bool, bound: str) -> Verdict:  # noqa: FBT001 - the comparison
    if kept:
        return ALLOWED
    return rule.broken(f"a price per unit {bound} that of the proposal, within tolerance", "beyond")


_share = lru_cache(maxsize=64)(Fraction)

TYPE = RuleType("settlement_tolerance", Params, judge)
