"""`instrument_class`: what a thing is, and what it is not.

A unit of a fund that holds coins is no coin: it has no address and adds nothing to the balance of
coins. A claim on an issuer is valued at par on an assumption, which is flagged. Facts about an
instrument are stated of its code: `approved_by_sec`, `class_asset_backed`, `redemption_right` …
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.kernel.form import AssetCode, ChainId, Code, Many, Name
from policies.rule import NOT_APPLICABLE, Codes, Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, AssetFacts, Known

LIABILITY = "central_bank_liability"
REDEMPTION = "redemption_right"


class Params(RuleParams):
    """What the named instrument, or one of the named class, must be."""

    instrument: AssetCode | None = None
    instrument_class: Code | None = None
    chain_id: ChainId | None = None
    """The chain on which the instrument is; on another it is another asset."""
    underlying: AssetCode | None = None
    """What stands behind it: reported beside balances, never inside them."""
    classes: Codes = ()
    """Legal classes: one of them must be stated (`class_<word>` of the asset)."""
    approved_by_any_of: Annotated[Many[Code], Field(max_length=8)] = ()
    """Authorities: one approval must be stated (`approved_by_<word>` of the asset)."""
    exchange: Code | None = None
    """Where it must be traded (the fact `exchange_<word>` of the asset)."""
    issuer: Name | None = None
    peg: Code | None = None
    """Valued at par only with a stated right of redemption."""
    is_central_bank_liability: bool | None = None
    accounting_class: Code | None = None
    """How the text classifies it; the accounting policy decides, so it is only flagged."""


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny (or flag) what is something else than it is taken for."""
    params: Params = rule.params
    asset = action.asset
    if asset is None:
        return rule.unknown("asset")
    if not _is_about(params, asset):
        return NOT_APPLICABLE
    if params.chain_id is not None and not asset.asset_id.startswith(f"{params.chain_id}/"):
        return rule.broken(f"{asset.code} on {params.chain_id}", asset.asset_id)
    if asset.code == params.underlying:
        return _backed(rule, params, asset, action, known)
    if params.instrument and params.instrument_class not in {None, asset.instrument_class}:
        return rule.broken(params.instrument_class or "", asset.instrument_class)
    return (
        _liability(rule, params, asset, action, known)
        or _stated(rule, params, asset, known)
        or rule.kept(f"{asset.code} is {asset.instrument_class}")
    )


def _backed(rule: Rule, params: Params, asset: AssetFacts, action: Action, known: Known) -> Verdict:
    """Units of the underlying are there in their own right, or are taken for what stands on it."""
    if action.units is None:
        return rule.unknown(f"units of {asset.code}")
    held = {params.instrument: 0, asset.code: 0}
    for one in known.holdings():
        if one.asset.code in held:
            held[one.asset.code] += one.units
    if held[params.instrument] and held[asset.code] < action.units:
        found = f"{params.instrument}, which is {params.instrument_class}"
        return rule.broken(f"units of {asset.code} itself", found)
    return rule.kept(f"{asset.code} is {asset.instrument_class}")


def _is_about(params: Params, asset: AssetFacts) -> bool:
    if params.instrument is not None:
        return asset.code in {params.instrument, params.underlying}
    return params.instrument_class in {None, asset.instrument_class}


def _liability(
    rule: Rule, params: Params, asset: AssetFacts, action: Action, known: Known
) -> Verdict | None:
    if params.is_central_bank_liability is None:
        return None
    stated = known.stated(LIABILITY, asset.code)
    claimed = action.facts.get(LIABILITY, stated.value if stated else False)
    if claimed and not params.is_central_bank_liability:
        return rule.broken("a claim on a private issuer", "booked as a claim on the central bank")
    return None


def _stated(rule: Rule, params: Params, asset: AssetFacts, known: Known) -> Verdict | None:
    wanted = [
        (params.classes, "class_"),
        (params.approved_by_any_of, "approved_by_"),
        ((params.exchange,) if params.exchange else (), "exchange_"),
    ]
    for words, prefix in wanted:
        if words and not any(_is_true(known, f"{prefix}{word}", asset.code) for word in words):
            return rule.unknown(f"{prefix.rstrip('_')} of {asset.code}: {' or '.join(words)}")
    if params.peg is not None and not _is_true(known, REDEMPTION, asset.code):
        return rule.broken(f"a right to redeem at par in {params.peg}", "none on record")
    if params.accounting_class is not None:
        return rule.broken(f"classified as {params.accounting_class}", "not checked here")
    return None


def _is_true(known: Known, fact: str, subject: str) -> bool:
    stated = known.stated(fact, subject)
    return stated is not None and stated.value


TYPE = RuleType("instrument_class", Params, judge)
