"""`outflow_restriction`: what may leave, for which reason, to where.

With `scope` a matching instruction is broken unless one of the `exceptions` fits: all keys present
in one exception must match together. With `destinations = "registered"` the rule is kept if the
destination is an account with a registered address, whatever the scope says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ledger.kernel.form import Code, Form, Many, Office
from policies.rule import ALLOWED, Rule, RuleType, Verdict

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Flows


class Exemption(Form):
    """A case in which the restriction does not bind."""

    reason: Code | None = None
    role: Office | None = None
    evidence: bool | None = None
    """`true`: at least one document must be attached."""

    @model_validator(mode="after")
    def _names_a_case(self) -> Exemption:
        if self.reason is None and self.role is None and not self.evidence:
            raise ValueError("an exception of everything leaves no rule")
        return self


class Params(Form):
    """`scope` names instruction kinds; empty means every instruction that triggers the rule."""

    scope: Annotated[Many[Code], Field(max_length=16)] = ()
    exceptions: Annotated[Many[Exemption], Field(max_length=16)] = ()
    destinations: Literal["registered"] | None = None
    purpose_required: bool = False


def judge(rule: Rule, action: Action, _flows: Flows) -> Verdict:
    """Deny (or flag) what the restriction covers and no exception frees."""
    params: Params = rule.params
    if params.scope and not set(params.scope) & set(action.triggers):
        return ALLOWED
    if any(_fits(entry, action) for entry in params.exceptions):
        return ALLOWED
    if params.destinations == "registered":
        if action.destination_registered is True:
            return ALLOWED
        where = action.destination.account if action.destination else "no destination"
        return rule.broken("a destination with a registered address", where)
    if params.purpose_required:
        return ALLOWED if action.purpose else rule.broken("a stated purpose", "none")
    return rule.broken("no such outflow", action.triggers[0])


def _fits(entry: Exemption, action: Action) -> bool:
    if entry.reason is not None and action.reason != entry.reason:
        return False
    if entry.role is not None and entry.role not in action.offices:
        return False
    return not entry.evidence or bool(action.evidence)


TYPE = RuleType("outflow_restriction", Params, judge)
