"""A rule as data, and what every rule type provides.

The fields are those of a provision as counsel would list it: identifier, type, effect, triggers,
parameters, origin, citation, status, confidence, sources. A parameter that nobody has published is
listed by name in `unknown`; a rule that needs it never allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.domain.policy import Requirement
from ledger.kernel.fixed import fixed
from ledger.kernel.form import Code, Day, Form, Many, Office, RuleId, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledger.domain.policy import Action, Known
    from policies.obligation import Obligation

Effect = Literal[
    "deny", "allow_only_if", "needs_approval", "flag", "report_due", "attest", "exempt", "none"
]
Origin = Literal["statute", "contract", "policy", "announcement", "design"]
Status = Literal["in_force", "bill", "proposal", "announcement", "standard", "none_published"]
Confidence = Literal["official_text", "secondary_source", "unverified"]

DECIDING_STATUS = frozenset({"in_force", "announcement", "standard"})
"""Statuses that decide once the fund's mandate adopts the book (a bill or proposal never does)."""

Listed = Annotated[str, Field(pattern=r"^[-A-Za-z0-9.:/%_]{2,256}$")]
"""An asset by the fund's code or by its CAIP-19 id."""
Offices = Annotated[Many[Office], Field(max_length=16)]
Codes = Annotated[Many[Code], Field(max_length=32)]


class Exemption(Form):
    """A case in which a rule does not bind: all that it names must hold together."""

    reason: Code | None = None
    roles: Offices = ()
    """One of these offices must approve."""
    evidence: Text | None = None
    """What must be attached: at least one document."""
    provenance: Code | None = None
    """The source of what comes in, or, as the fact `from_<provenance>`, of what goes out."""
    rule: RuleId | None = None
    """The rule of the same book that governs the case; it must be called and kept."""

    @model_validator(mode="after")
    def _names_a_case(self) -> Exemption:
        if not (self.reason or self.roles or self.evidence or self.provenance or self.rule):
            raise ValueError("an exception of everything leaves no rule")
        return self


class RuleParams(Form):
    """Parameters that any type may have."""

    exceptions: Annotated[Many[Exemption], Field(max_length=16)] = ()
    exempt_from: RuleId | None = None
    """With effect `exempt`: the rule that is not asked of what this one covers."""
    superseded_by: RuleId | None = None
    """The rule that has taken the place of this older text."""
    applies_to: Codes = ()
    """Instrument classes that the rule is about; empty for every class."""
    about: Annotated[Many[Listed], Field(max_length=32)] = ()
    """Assets that the rule is about; empty for every asset."""
    approvers: Offices = ()
    """Who decides where the effect is `needs_approval`, or where a value is not published."""
    details: dict[str, Any] = Field(default_factory=dict)
    """What the text says besides, for readers; no rule reads it."""


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
    effective_from: Day | None = None
    """The first day on which it decides; without it, from the adoption of the book."""
    effective_to: Day | None = None
    """The last day on which it decides."""
    citation: Text
    source: Annotated[Many[Text], Field(max_length=8)] = ()
    """Where the text was read."""
    confidence: Confidence | None = None
    sources_conflict: bool = False
    note: Text | None = None
    """What is not certain about it, or how it was read."""
    text: Text | None = None
    """The provision in one sentence."""


@fixed
class Rule:
    """An executable rule: the provision, and its parameters in the form of its type."""

    form: RuleForm
    params: Any
    kind: RuleType
    prepared: Any = None
    """What the type works out of the parameters once, so that no action pays for it again."""

    def kept(self, *inputs: str) -> Verdict:
        """That the rule is kept, on the strength of these inputs."""
        return Verdict(inputs=inputs) if inputs else ALLOWED

    def broken(self, expected: str, found: str, *inputs: str) -> Verdict:
        """That the rule is not kept: a flag, an approval to be had, or a denial, by its effect."""
        form = self.form
        if form.effect == "needs_approval":
            return self.asks(expected, found, *inputs)
        verdict = FLAG if form.effect in {"flag", "report_due"} else DENY
        return Verdict((Finding(form.id, verdict, expected, found, form.citation, inputs),))

    def denied(self, expected: str, found: str) -> tuple[Finding, ...]:
        """The finding that something is wrong which no approval mends."""
        return (Finding(self.form.id, DENY, expected, found, self.form.citation),)

    def asks(self, expected: str, found: str, *inputs: str) -> Verdict:
        """That its approvers must decide: one approval, and a flag that says of what."""
        finding = Finding(self.form.id, FLAG, expected, found, self.form.citation, inputs)
        asked = Requirement(self.form.id, any_of=self.params.approvers, count=1)
        return Verdict((finding,), (asked,))

    def unknown(self, what: str, *, deny: bool = False) -> Verdict:
        """A value that the rule needs is not there: never allowed (a monitor flags it).

        A value of the mandate that its approvers may decide waits for them instead.
        """
        if self.params.approvers:
            return self.asks(f"known {what}", UNKNOWN)
        if deny:
            finding = Finding(self.form.id, DENY, f"known {what}", UNKNOWN, self.form.citation)
            return Verdict((finding,))
        return self.broken(f"known {what}", UNKNOWN)


UNKNOWN = "unknown"
"""What a finding says was found where a value is not known."""


@fixed
class Verdict:
    """What one rule says of one action: nothing at all means that it allows."""

    findings: tuple[Finding, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    applies: bool = True
    """Whether the rule speaks of this action at all: one that does not gives no authority."""
    inputs: tuple[str, ...] = ()
    """What a kept rule rests on, for explanations."""


def first_that_holds(answers: Sequence[Verdict]) -> Verdict | None:
    """Of several things that are wrong the first; what only flags hides none that denies or asks.

    Otherwise leaving something out could make a mere flag of what waits for approvals.
    """
    if not answers:
        return None
    first = answers[0]
    if _stops(first):
        return first
    stopping = next((one for one in answers if _stops(one)), None)
    if stopping is None:
        return first
    return Verdict((*first.findings, *stopping.findings), stopping.requirements)


def _stops(verdict: Verdict) -> bool:
    return bool(verdict.requirements) or any(one.verdict != FLAG for one in verdict.findings)


ALLOWED = Verdict()
NOT_APPLICABLE = Verdict(applies=False)


def always_kept(_rule: Rule, _action: Action, _known: Known) -> Verdict:
    """For types that never speak of an action, only of days (`due`, `watch`)."""
    return NOT_APPLICABLE


@fixed
class RuleType:
    """A word of the vocabulary."""

    name: str
    params: type[RuleParams]
    judge: Callable[[Rule, Action, Known], Verdict] = always_kept
    gives_authority: bool = False
    """Whether such a rule says who may act; an action that none of them covers is denied."""
    prepare: Callable[[RuleForm, Any], Any] | None = None
    """What becomes `Rule.prepared`, of the provision and its parameters."""
    concerns: Callable[[Rule, Action], bool] | None = None
    """Whether the known parameters already say that the rule is not about this action."""
    watch: Callable[[Rule, Known, str], tuple[Finding, ...]] | None = None
    """What the rule says of a day on which nothing is done: drift, age, differences."""
    due: Callable[[Rule, Known, str], tuple[Obligation, ...]] | None = None
    """What is to be done by some day, as seen on another."""
    measure: Callable[[Rule, Known, str], tuple[Headroom, ...]] | None = None
    """How much of a limit is used on a day."""


@fixed
class Headroom:
    """How much of one limit is used; exact decimals in `unit`, None where it is not known."""

    rule: str
    measure: str
    unit: str
    amounts: tuple[str | None, ...]
    """The limit, what is done of it, what is reserved for open proposals, and what is left."""
    citation: str
    note: str = ""

    @property
    def limit(self) -> str | None:
        """How much is allowed."""
        return self.amounts[0]

    @property
    def used(self) -> str | None:
        """How much of it is used."""
        return self.amounts[1]

    @property
    def reserved(self) -> str | None:
        """How much of it open proposals ask for beside."""
        return self.amounts[2]

    @property
    def left(self) -> str | None:
        """How much of it is left."""
        return self.amounts[3]
