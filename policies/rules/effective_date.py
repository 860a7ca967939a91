"""`effective_date`: from when the law is in force; its first day counts as in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.form import Day
from policies.rule import Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known


class Params(RuleParams):
    """The first day on which anything may be done under the law."""

    in_force_from: Day


def judge(rule: Rule, action: Action, _known: Known) -> Verdict:
    """Deny what is valued before that day."""
    first = rule.params.in_force_from
    if action.value_date < first:
        return rule.broken(f"not before {first}", action.value_date)
    return rule.kept(f"in force since {first}")


TYPE = RuleType("effective_date", Params, judge)
