"""`indirect_only`: exposure through vehicles only; direct coins are denied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.kernel.form import Code, Many
from policies.rule import Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known


class Params(RuleParams):
    """Classes of instrument that may not be held directly."""

    direct_instrument_classes_denied: Annotated[Many[Code], Field(min_length=1, max_length=8)]


def judge(rule: Rule, action: Action, _known: Known) -> Verdict:
    """Deny a direct holding."""
    if action.asset is None:
        return rule.unknown("asset")
    word = action.asset.instrument_class
    if word in rule.params.direct_instrument_classes_denied:
        return rule.broken("a vehicle", f"{word} {action.asset.code}")
    return rule.kept()


TYPE = RuleType("indirect_only", Params, judge)
