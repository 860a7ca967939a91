"""`separation_of_duties`: tasks that one person may not do for the same transaction."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.kernel.form import Form, Many
from policies.rule import ALLOWED, Rule, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Flows

Task = Literal["proposer", "approver", "releaser", "settler"]


class Params(Form):
    """Tasks whose officers must all differ; persons are compared, not keys."""

    must_differ: Annotated[Many[Task], Field(min_length=2, max_length=4)]


def judge(rule: Rule, action: Action, _flows: Flows) -> Verdict:
    """Deny (or flag) when one officer did two of the tasks."""
    params: Params = rule.params
    for first, second in combinations(params.must_differ, 2):
        both = action.duties.get(first, frozenset()) & action.duties.get(second, frozenset())
        if both:
            return rule.broken(f"{first} and {second} differ", f"{min(both)} is both")
    return ALLOWED


TYPE = RuleType("separation_of_duties", Params, judge)
