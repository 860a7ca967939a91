"""What was decided: findings, effects, outcome, and the three answers of admission.

A record's outcome holds verdicts, rule ids and codes only, in rule order, with `allow` left out;
explanations (expected, found, inputs) are derived again by whoever wants them.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache
from typing import Any, Final

from ledger.kernel.canonical import Value, encode
from ledger.kernel.errors import RecordError
from ledger.kernel.fixed import fixed
from ledger.kernel.limits import FINDINGS_MAX, OUTCOME_BYTES_MAX

EFFECTIVE: Final = "effective"
PENDING: Final = "pending"
REFUSED: Final = "refused"

ALLOW: Final = "allow"
DENY: Final = "deny"
NEEDS_APPROVAL: Final = "needs_approval"
FLAG: Final = "flag"

_FINDING_VERDICTS = frozenset({DENY, NEEDS_APPROVAL, FLAG})
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_PLAIN = (("effects", list), ("findings", list), ("verdict", str))
_OPTIONAL = (("mandate", str), ("state_digest", str))


@fixed
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


@fixed
class Effect:
    """What a record does to an earlier proposal: `effective` or `refused`."""

    event_id: str
    verdict: str
    findings: tuple[Finding, ...] = ()


@fixed
class Outcome:
    """The verdict on one event, and the proposals that it settles."""

    verdict: str
    findings: tuple[Finding, ...] = ()
    effects: tuple[Effect, ...] = ()
    mandate: str = ""
    state_digest: str = ""

    def render(self) -> bytes:
        """The canonical bytes that the record carries."""
        return b'{"effects":[%b],"findings":%b,%b%b"verdict":%b}' % (
            b",".join([_effect_bytes(effect) for effect in self.effects]),
            _findings_bytes(self.findings),
            b'"mandate":%b,' % _text_bytes(self.mandate) if self.mandate else b"",
            b'"state_digest":%b,' % encode(self.state_digest) if self.state_digest else b"",
            _text_bytes(self.verdict),
        )


# An outcome has few words in it and they come again and again: each is encoded once.


def _effect_bytes(effect: Effect) -> bytes:
    return b'{"event":%b,"findings":%b,"verdict":%b}' % (
        encode(effect.event_id),
        _findings_bytes(effect.findings),
        _text_bytes(effect.verdict),
    )


def _findings_bytes(findings: tuple[Finding, ...]) -> bytes:
    if not findings:
        return b"[]"
    bare = [_finding_bytes(item.rule, item.verdict) for item in findings[:FINDINGS_MAX]]
    return b"[%b]" % b",".join(bare)


@lru_cache(maxsize=1_024)
def _finding_bytes(rule: str, verdict: str) -> bytes:
    return encode({"rule": rule, "verdict": verdict})


@lru_cache(maxsize=256)
def _text_bytes(text: str) -> bytes:
    return encode(text)


def outcome_of(value: object) -> Outcome:
    """The outcome from its decoded value; `RecordError` for any other shape."""
    members = _members(value, _PLAIN, _OPTIONAL, "outcome")
    verdict = members["verdict"]
    if verdict not in {EFFECTIVE, PENDING, REFUSED}:
        raise RecordError(f"unknown verdict {verdict!r:.40}", where="outcome.verdict")
    for name in ("mandate", "state_digest"):
        if name in members and not _DIGEST.match(members[name]):
            raise RecordError("not 64 lower-case hex digits", where=f"outcome.{name}")
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
    if len(value) > FINDINGS_MAX:
        raise RecordError(f"more than {FINDINGS_MAX} findings", where="outcome.findings")
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


@fixed
class Admission:
    """The event is recorded as `effective` or `pending`."""

    outcome: Outcome


@fixed
class Refusal:
    """The event is recorded as `refused`: validly signed, and forbidden."""

    outcome: Outcome


@fixed
class Rejection:
    """The event is answered and counted, never recorded."""

    code: str
    detail: str
    hint: str = field(default="")
