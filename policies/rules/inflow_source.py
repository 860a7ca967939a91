"""`inflow_source`: where value may come from, and what proves it.

Seizure is not forfeiture, and forfeiture is not final forfeiture: a final one has its date. What
arrived unsolicited cannot be denied after the fact; it is flagged as an unauthorised receipt.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.domain.outcome import FLAG
from ledger.kernel.form import Amount, Name
from policies.rule import (
    NOT_APPLICABLE,
    Codes,
    Rule,
    RuleParams,
    RuleType,
    Verdict,
    first_that_holds,
)

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known

UNSOLICITED = "unsolicited"
FINAL = frozenset({"final_criminal_forfeiture", "final_civil_forfeiture", "civil_money_penalty"})
FUND = "fund"
"""The subject of facts about the fund as a whole."""


class Params(RuleParams):
    """Sources are words of `receipt.recorded` and of `cash.recorded`."""

    sources_any_of: Codes = ()
    denied_sources: Codes = ()
    exempt_sources: Codes = ()
    """With effect `exempt`: sources that another rule is not asked about."""
    exclude_if_any_of: Codes = ()
    """Facts that must each be stated false."""
    evidence_required: Codes = ()
    """What must be attached: at least one document."""
    held_by: Name | None = None
    net_budget_effect_usd: Amount | None = None
    """What the observation `net_budget_effect_usd` of the fund must be."""
    incremental_taxpayer_cost_usd: Amount | None = None


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny (or flag) what has another source, or no evidence of the right one."""
    params: Params = rule.params
    if rule.form.effect == "exempt":
        return rule.kept() if action.source in params.exempt_sources else NOT_APPLICABLE
    if action.source == UNSOLICITED and (params.sources_any_of or params.denied_sources):
        return _flagged(rule)
    answers = [ask(rule, params, action, known) for ask in (_source, _facts, _evidence, _budget)]
    answer = first_that_holds([one for one in answers if one is not None])
    if answer is not None:
        return answer
    asks = params.sources_any_of or params.denied_sources or params.exclude_if_any_of
    if asks or params.evidence_required or any(_effects(params)):
        return rule.kept(*([f"source {action.source}"] if action.source else []))
    return rule.broken("no such inflow", action.triggers[0])


def _flagged(rule: Rule) -> Verdict:
    """An unauthorised receipt: whatever the effect, it has arrived."""
    finding = rule.broken("an authorised receipt", UNSOLICITED).findings[0]
    return Verdict((replace(finding, verdict=FLAG),))


def _source(rule: Rule, params: Params, action: Action, _known: Known) -> Verdict | None:
    if action.source in params.denied_sources:
        return rule.broken("another source", action.source)
    if not params.sources_any_of:
        return None
    if action.source not in params.sources_any_of:
        return rule.broken(" or ".join(params.sources_any_of), action.source or "no source")
    if action.source in FINAL and not "" < action.final_on <= action.value_date:
        return rule.broken(f"final by {action.value_date}", action.final_on or "not final")
    return None


def _facts(rule: Rule, params: Params, action: Action, _known: Known) -> Verdict | None:
    for name in params.exclude_if_any_of:
        stated = action.facts.get(name)
        if stated is None:
            return rule.unknown(f"fact {name}")
        if stated:
            return rule.broken(f"{name} false", "true")
    return None


def _evidence(rule: Rule, params: Params, action: Action, _known: Known) -> Verdict | None:
    if not params.evidence_required or action.evidence:
        return None
    return rule.broken("a document: " + ", ".join(params.evidence_required), "none")


def _effects(params: Params) -> list[tuple[str, str]]:
    """The observations of the fund that are asked for, each with the value that it must have."""
    wanted = (
        ("net_budget_effect_usd", params.net_budget_effect_usd),
        ("incremental_taxpayer_cost_usd", params.incremental_taxpayer_cost_usd),
    )
    return [(name, value) for name, value in wanted if value is not None]


def _budget(rule: Rule, params: Params, action: Action, known: Known) -> Verdict | None:
    for name, wanted in _effects(params):
        seen = known.observed(name, FUND, action.value_date)
        if seen is None:
            return rule.unknown(name)
        if seen.value != Fraction(wanted):
            return rule.broken(f"{name} {wanted}", str(seen.value), f"position {seen.position}")
    return None


TYPE = RuleType("inflow_source", Params, judge)
