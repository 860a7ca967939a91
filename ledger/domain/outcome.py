"""What was decided: findings, effects, outcome, and the three answers of admission.

A record's outcome holds verdicts, rule ids and codes only, in rule order, with `allow` left out;
explanations (expected, found, inputs) are derived again by whoever wants them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ledger.kernel.canonical import Value, encode
from ledger.kernel.errors import RecordError
from ledger.kernel.limits import FINDINGS_MAX, OUTCOME_BYTES_MAX

EFFECTIVE: Final = "effective"
PENDING: Final = "pending"
REFUSED: Final = "refused"

ALLOW: Final = "allow"
DENY: Final = "deny"
NEEDS_APPROVAL: Final = "needs_approval"
FLAG: Final = "flag"

_FINDING_VERDICTS = frozenset({DENY, NEEDS_APPROVAL, FLAG})
_PLAIN = (("effects", list), ("findings", list), ("verdict", str))
_OPTIONAL = (("mandate", str), ("state_digest", str))


@dataclass(frozen=True, slots=True)
class Finding:
    """One reasoned verdict: of a rule of the mandate (`REF.LIMIT.1`) or of the ledger (`code`)."""

    rule: str
    verdict: str
    expected: str = ""
    found: str = ""
    citation: str = ""
    """The provision that a rule states, or what a law of the ledger says."""
    inputs: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """One clause for an error: what was expected and found, or what the law says."""
        expected = f"expected {self.expected}" if self.expected else self.citation
        return expected + (f", found {self.found}" if self.found else "")

    def explain(self) -> dict[str, Value]:
        """The whole finding for a reader; the record keeps only rule and verdict."""
        value: dict[str, Value] = {"rule": self.rule, "verdict": self.verdict}
        for name in ("expected", "found", "citation"):
            text = getattr(self, name)
            if text:
                value[name] = text
        if self.inputs:
            value["inputs"] = list(self.inputs)
        return value


@dataclass(frozen=True, slots=True)
class Effect:
    """What a record does to an earlier proposal: `effective` or `refused`."""

    event_id: str
    verdict: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one event, and the proposals that it settles."""

    verdict: str
    findings: tuple[Finding, ...] = ()
    effects: tuple[Effect, ...] = ()
    mandate: str = ""
    state_digest: str = ""

    def render(self) -> bytes:
        """The canonical bytes that the record carries."""
        if not self.findings and not self.effects and not self.state_digest:
            # By far the most: written out, since there is nothing to sort or escape.
            mandate = b'"mandate":"%b",' % self.mandate.encode() if self.mandate else b""
            verdict = self.verdict.encode()
            return b'{"effects":[],"findings":[],%b"verdict":"%b"}' % (mandate, verdict)
        value: dict[str, Value] = {
            "effects": [
                {
                    "event": effect.event_id,
                    "findings": _bare(effect.findings),
                    "verdict": effect.verdict,
                }
                for effect in self.effects
            ],
            "findings": _bare(self.findings),
            "verdict": self.verdict,
        }
        if self.mandate:
            value["mandate"] = self.mandate
        if self.state_digest:
            value["state_digest"] = self.state_digest
        return encode(value)


def _bare(findings: tuple[Finding, ...]) -> list[Value]:
    return [{"rule": item.rule, "verdict": item.verdict} for item in findings[:FINDINGS_MAX]]


def outcome_of(value: object) -> Outcome:
    """The outcome from its decoded value; `RecordError` for any other shape."""
    members = _members(value, _PLAIN, _OPTIONAL, "outcome")
    verdict = members["verdict"]
    if verdict not in {EFFECTIVE, PENDING, REFUSED}:
        raise RecordError(f"unknown verdict {verdict!r:.40}", where="outcome.verdict")
    outcome = Outcome(
        verdict=verdict,
        findings=_findings_of(members["findings"]),
        effects=tuple(_effect_of(item) for item in members["effects"]),
        mandate=members.get("mandate", ""),
        state_digest=members.get("state_digest", ""),
    )
    if len(outcome.render()) > OUTCOME_BYTES_MAX:
        raise RecordError("the outcome is too large", where="outcome")
    return outcome


def _effect_of(value: object) -> Effect:
    shape = (("event", str), ("findings", list), ("verdict", str))
    members = _members(value, shape, (), "outcome.effects")
    if members["verdict"] not in {EFFECTIVE, REFUSED}:
        raise RecordError("unknown verdict of an effect", where="outcome.effects.verdict")
    return Effect(members["event"], members["verdict"], _findings_of(members["findings"]))


def _findings_of(value: list[object]) -> tuple[Finding, ...]:
    found = []
    for item in value:
        members = _members(item, (("rule", str), ("verdict", str)), (), "outcome.findings")
        if members["verdict"] not in _FINDING_VERDICTS:
            raise RecordError("unknown verdict of a finding", where="outcome.findings.verdict")
        found.append(Finding(members["rule"], members["verdict"]))
    return tuple(found)


def _members(
    value: object,
    required: tuple[tuple[str, type], ...],
    optional: tuple[tuple[str, type], ...],
    where: str,
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError("an object was expected", where=where)
    for name, kind in required:
        if type(value.get(name)) is not kind:
            raise RecordError(f"{name} is missing or of another type", where=where)
    allowed = dict(required) | dict(optional)
    for name, member in value.items():
        if name not in allowed or type(member) is not allowed[name]:
            raise RecordError(f"unknown or mistyped member {name}", where=where)
    return value


@dataclass(frozen=True, slots=True)
class Admission:
    """The event is recorded as `effective` or `pending`."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Refusal:
    """The event is recorded as `refused`: validly signed, and forbidden."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Rejection:
    """The event is answered and counted, never recorded."""

    code: str
    detail: str
    hint: str = field(default="")
