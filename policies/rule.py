"""A rule as data, and what every rule type provides.

The fields are those of a provision as counsel would list it: identifier, type, effect, triggers,
parameters, origin, citation, status, confidence. A parameter that nobody has published is listed by
name in `unknown`; a rule that needs it never allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.kernel.fixed import fixed
from ledger.kernel.form import Code, Form, Many, RuleId, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.policy import Action, Flows, Requirement

Effect = Literal[
    "deny", "allow_only_if", "needs_approval", "flag", "report_due", "attest", "exempt", "none"
]
Origin = Literal["statute", "contract", "policy", "announcement", "design"]
Status = Literal["in_force", "bill", "proposal", "announcement", "standard", "none_published"]
Confidence = Literal["official_text", "secondary_source", "unverified"]

EXECUTED_EFFECTS = frozenset({"deny", "allow_only_if", "needs_approval", "flag"})
"""Effects that this version executes; a book with another one is refused, not passed over."""

DECIDING_STATUS = frozenset({"in_force", "announcement", "standard"})
"""Statuses that decide once the fund's mandate adopts the book (a bill or proposal never does)."""


class RuleForm(Form):
    """One provision of a book."""

    id: RuleId
    rule_type: Code
    effect: Effect
    trigger: Annotated[Many[Code], Field(min_length=1, max_length=16)]
    params: dict[str, Any]
    unknown: Annotated[Many[Code], Field(max_length=16)] = ()
    origin: Origin
    status: Status = "in_force"
    citation: Text
    confidence: Confidence | None = None
    text: Text | None = None
    """The provision in one sentence."""


@fixed
class Rule:
    """An executable rule: the provision, and its parameters in the form of its type."""

    form: RuleForm
    params: Any
    judge: Callable[[Rule, Action, Flows], Verdict]
    prepared: Any = None
    """What the type works out of the parameters once, so that no action pays for it again."""

    def broken(self, expected: str, found: str) -> Verdict:
        """The finding that the rule is not kept: a flag if that is its effect, else a denial."""
        verdict = FLAG if self.form.effect == "flag" else DENY
        return Verdict((Finding(self.form.id, verdict, expected, found, self.form.citation),))

    def unknown(self, what: str, *, deny: bool = False) -> Verdict:
        """A value that the rule needs is not there: never allowed (a monitor flags it)."""
        if deny:
            finding = Finding(self.form.id, DENY, f"a known {what}", "unknown", self.form.citation)
            return Verdict((finding,))
        return self.broken(f"a known {what}", "unknown")


@fixed
class Verdict:
    """What one rule says of one action: nothing at all means that it allows."""

    findings: tuple[Finding, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    applies: bool = True
    """Whether the rule speaks of this action at all: one that does not gives no authority."""


ALLOWED = Verdict()
NOT_APPLICABLE = Verdict(applies=False)


@fixed
class RuleType:
    """A word of the vocabulary."""

    name: str
    params: type[Form]
    judge: Callable[[Rule, Action, Flows], Verdict]
    gives_authority: bool = False
    """Whether such a rule says who may act; an action that none of them covers is denied."""
    prepare: Callable[[RuleForm, Any], Any] | None = None
    """What becomes `Rule.prepared`, of the provision and its parameters."""
