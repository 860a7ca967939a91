"""`separation_of_duties`: tasks that one person may not do for the same transaction."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ledger.kernel.form import Many
from policies.rule import ALLOWED, Offices, Rule, RuleParams, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action, Known

Task = Literal["proposer", "approver", "releaser", "settler", "operator", "reconciler", "reviewer"]


class Params(RuleParams):
    """Tasks whose officers must all differ; persons are compared, not keys."""

    must_differ: Annotated[Many[Task], Field(max_length=7)] = ()
    roles: Offices = ()
    """Offices of which one person holds at most one; watched, since the charter appoints."""

    @model_validator(mode="after")
    def _differ_from_something(self) -> Params:
        if max(len(self.must_differ), len(self.roles)) <= 1:
            raise ValueError("it takes two tasks or two offices to differ")
        return self


def judge(rule: Rule, action: Action, _known: Known) -> Verdict:
    """Deny (or flag) when one officer did two of the tasks."""
    params: Params = rule.params
    for first, second in combinations(params.must_differ, 2):
        both = action.duties.get(first, frozenset()) & action.duties.get(second, frozenset())
        if both:
            return rule.broken(f"{first} and {second} differ", f"{min(both)} is both")
    return ALLOWED


def watch(rule: Rule, known: Known, day: str) -> tuple[Finding, ...]:
    """Officers who hold more than one of the offices."""
    apart = set(rule.params.roles)
    found: list[Finding] = []
    for officer, offices in known.officers(day).items():
        both = sorted(offices & apart)
        if len(both) > 1:
            found += rule.broken(
                "one of these offices", f"{officer} is {' and '.join(both)}"
            ).findings
    return tuple(found)


TYPE = RuleType("separation_of_duties", Params, judge, watch=watch)
