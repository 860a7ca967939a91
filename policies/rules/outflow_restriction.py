"""`outflow_restriction`: what may leave, for which reason, decided by whom.

With `scope` a matching instruction is broken unless what the other parameters ask for is there: all
of it. A rule with `reason` does not speak of instructions for another one. With
`destinations = "registered"` the rule is kept if the destination is an account with a registered
address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.kernel.form import Code, Many
from policies.rule import (
    ALLOWED,
    NOT_APPLICABLE,
    Codes,
    Listed,
    Rule,
    RuleParams,
    RuleType,
    Verdict,
    first_that_holds,
)

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known


class Params(RuleParams):
    """`scope` names instruction kinds; empty means every instruction that triggers the rule."""

    scope: Annotated[Many[Code], Field(max_length=16)] = ()
    destinations: Literal["registered"] | None = None
    purposes: Codes = ()
    """Purposes for which it may leave."""
    purpose_required: bool = False
    """Whether a purpose must be stated."""
    reason: Code | None = None
    """Only instructions for this reason."""
    statutes: Codes = ()
    """One of these must be stated as the purpose."""
    evidence_required: Codes = ()
    """What must be attached: at least one document."""
    excluded_assets: Annotated[Many[Listed], Field(max_length=32)] = ()
    """Assets that may not leave; others may."""
    provenance: Code | None = None
    """Only units from this source (the fact `from_<provenance>` of the instruction)."""
    pay_in: Literal["contract_currency"] | None = None
    """Payment only in what the contract names (the fact `contracted_in_asset`)."""


def judge(rule: Rule, action: Action, _known: Known) -> Verdict:
    """Deny (or flag, or ask about) what the restriction covers and nothing frees."""
    params: Params = rule.params
    if params.scope and not set(params.scope) & set(action.triggers):
        return ALLOWED
    # A reason that is not stated may be the one that is restricted.
    if params.reason is not None and action.reason not in {"", params.reason}:
        return NOT_APPLICABLE
    conditions = (_destination, _asset, _provenance, _purpose, _paid_in)
    answers = [one for ask in conditions if (one := ask(rule, params, action)) is not None]
    answer = first_that_holds([one for one in answers if one != ALLOWED])
    if answer is not None:
        return answer
    if not answers:
        return rule.broken("no such outflow", action.triggers[0])
    return ALLOWED if params.reason in {None, action.reason} else NOT_APPLICABLE


def _destination(rule: Rule, params: Params, action: Action) -> Verdict | None:
    if params.destinations is None:
        return None
    if action.destination_registered is True:
        return ALLOWED
    where = action.destination.account if action.destination else "no destination"
    return rule.broken("a destination with a registered address", where)


def _asset(rule: Rule, params: Params, action: Action) -> Verdict | None:
    if not params.excluded_assets:
        return None
    asset = action.given_asset or action.asset
    if asset is None:
        return rule.unknown("asset")
    if {asset.code, asset.asset_id} & set(params.excluded_assets):
        return rule.broken("an asset that may leave", asset.code)
    return ALLOWED


def _provenance(rule: Rule, params: Params, action: Action) -> Verdict | None:
    if params.provenance is None:
        return None
    name = f"from_{params.provenance}"
    stated = action.facts.get(name)
    if stated is None:
        return rule.unknown(f"fact {name}")
    return rule.broken(f"units not from {params.provenance}", name) if stated else ALLOWED


def _purpose(rule: Rule, params: Params, action: Action) -> Verdict | None:
    """Purposes, statutes and documents: each that is asked for must be there."""
    wanted = params.statutes or params.purposes
    if wanted and action.purpose not in wanted:
        return rule.broken("for " + " or ".join(wanted), action.purpose or "no purpose")
    required = params.purpose_required
    if required and not action.purpose:
        return rule.broken("a stated purpose", "none")
    if params.evidence_required and not action.evidence:
        return rule.broken("a document: " + ", ".join(params.evidence_required), "none")
    return ALLOWED if wanted or required or params.evidence_required else None


def _paid_in(rule: Rule, params: Params, action: Action) -> Verdict | None:
    if params.pay_in is None:
        return None
    if action.facts.get("contracted_in_asset") is True:
        return ALLOWED
    found = "another" if "contracted_in_asset" in action.facts else "unknown"
    return rule.broken("payment in what the contract names", found)


TYPE = RuleType("outflow_restriction", Params, judge)
