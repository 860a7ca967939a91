"""`eligible_asset_list`: which assets or classes of instrument may be held or bought.

An open list (`closed = false`) cannot deny by absence: what it does not name needs approval, which
an `approval` rule of the same book must ask for. Assets are named by the fund's code or by CAIP-19.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.policy import Requirement
from ledger.kernel.form import Code, Many, Office
from policies.rule import ALLOWED, Codes, Listed, Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, AssetFacts, Known


class Params(RuleParams):
    """`assets` left out and not unknown means: no list by asset."""

    assets: Annotated[Many[Listed], Field(max_length=256)] | None = None
    excluded_assets: Annotated[Many[Listed], Field(max_length=256)] = ()
    instrument_classes: Annotated[Many[Code], Field(max_length=16)] | None = None
    excluded_instrument_classes: Annotated[Many[Code], Field(max_length=16)] = ()
    closed: bool = True
    list_owner: Office | None = None
    """For an open list: the office that decides on what it does not name."""
    listed_by: Office | None = None
    """Who keeps the list: an asset is on it from the day of the fact `eligible` of the subject
    `<listed_by>/<asset>`, and off it from the day on which that is stated false."""
    criteria: Codes = ()
    """For an open list: by what its owner decides."""


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny what the list excludes or, if closed, does not name."""
    params: Params = rule.params
    asset = action.asset
    if asset is None:
        return rule.unknown("asset")
    if _names(params.excluded_assets, asset):
        return rule.broken("an asset that is not excluded", asset.code)
    wrong_class = _wrong_class(params, asset)
    if wrong_class:
        return rule.broken(wrong_class, asset.instrument_class)
    return _by_name(rule, params, asset, action, known)


def _by_name(
    rule: Rule, params: Params, asset: AssetFacts, action: Action, known: Known
) -> Verdict:
    if params.listed_by is not None:
        return _listed_by(rule, params.listed_by, asset, action, known)
    named = params.assets is not None and _names(params.assets, asset)
    if params.criteria and not named:
        # A monitor (effect flag) never blocks, so it does not ask for approvals either.
        says = rule.broken if rule.form.effect == "flag" else rule.asks
        return says("an asset that meets " + ", ".join(params.criteria), asset.code)
    if params.assets is None or named:
        return ALLOWED
    if params.closed or rule.form.effect == "flag":
        return rule.broken(" or ".join(params.assets) or "no asset", asset.code)
    owner = (params.list_owner,) if params.list_owner else ()
    return Verdict(requirements=(Requirement(rule.form.id, all_of=owner, count=1),))


def _listed_by(rule: Rule, owner: str, asset: AssetFacts, action: Action, known: Known) -> Verdict:
    stated = known.stated("eligible", f"{owner}/{asset.code}")
    if stated is None or stated.day > action.value_date:
        return rule.unknown(f"list of {owner} that names {asset.code}")
    where = f"list of {stated.day} (position {stated.position})"
    if not stated.value:
        return rule.broken(f"an asset on the list of {owner}", asset.code, where)
    return rule.kept(where)


def _wrong_class(params: Params, asset: AssetFacts) -> str:
    """What class was expected, if the asset's is not one that the list takes."""
    if asset.instrument_class in params.excluded_instrument_classes:
        return "a class that is not excluded"
    classes = params.instrument_classes
    if classes is not None and asset.instrument_class not in classes:
        return " or ".join(classes) or "no class"
    return ""


def _names(listed: tuple[str, ...], asset: AssetFacts) -> bool:
    return asset.code in listed or asset.asset_id in listed


TYPE = RuleType("eligible_asset_list", Params, judge)
