"""What is wrong with an outcome is said with its place, down to the member."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.outcome import Outcome, outcome_of
from ledger.kernel.errors import RecordError
from ledger.kernel.limits import FINDINGS_MAX, OUTCOME_BYTES_MAX

FINDING = {"rule": "units_short", "verdict": "deny"}
EFFECT = {"event": "0" * 64, "findings": [FINDING], "verdict": "refused"}
GOOD: dict[str, Any] = {
    "verdict": "pending",
    "findings": [FINDING],
    "effects": [EFFECT],
    "mandate": "1" * 64,
    "state_digest": "2" * 64,
}


def with_finding(**members: Any) -> dict[str, Any]:
    return {"findings": [{**FINDING, **members}]}


def with_effect(**members: Any) -> dict[str, Any]:
    return {"effects": [{**EFFECT, **members}]}


@pytest.mark.parametrize(
    ("members", "where", "said"),
    [
        ({"verdict": 5}, "outcome", "verdict is missing or of another type"),
        ({"verdict": "maybe"}, "outcome.verdict", "unknown verdict 'maybe'"),
        ({"findings": {}}, "outcome", "findings is missing or of another type"),
        ({"effects": ""}, "outcome", "effects is missing or of another type"),
        ({"mandate": 1}, "outcome", "unknown or mistyped member mandate"),
        ({"more": 1}, "outcome", "unknown or mistyped member more"),
        ({"mandate": ""}, "outcome.mandate", "64 lower-case hex"),
        ({"mandate": "1" * 64 + "\n"}, "outcome.mandate", "64 lower-case hex"),
        ({"mandate": "A" * 64}, "outcome.mandate", "64 lower-case hex"),
        ({"state_digest": "2" * 63}, "outcome.state_digest", "64 lower-case hex"),
        ({"findings": [FINDING] * (FINDINGS_MAX + 1)}, "outcome.findings", "more than"),
        ({"findings": ["x"]}, "outcome.findings", "an object was expected"),
        (with_finding(rule=1), "outcome.findings", "rule is missing"),
        (with_finding(more="x"), "outcome.findings", "member more"),
        (with_finding(verdict="allow"), "outcome.findings.verdict", "unknown verdict of a finding"),
        ({"effects": ["x"]}, "outcome.effects", "an object was expected"),
        (with_effect(event=1), "outcome.effects", "event is missing"),
        (with_effect(more="x"), "outcome.effects", "member more"),
        (with_effect(verdict="pending"), "outcome.effects.verdict", "unknown verdict of an effect"),
        (with_effect(findings=["x"]), "outcome.findings", "an object was expected"),
    ],
)
def test_the_place_of_what_is_wrong(members: dict[str, Any], where: str, said: str) -> None:
    with pytest.raises(RecordError, match=said) as caught:
        outcome_of({**GOOD, **members})
    assert caught.value.where == where


@pytest.mark.parametrize("value", [None, [], "outcome", 1])
def test_an_outcome_is_an_object(value: object) -> None:
    with pytest.raises(RecordError, match="an object was expected") as caught:
        outcome_of(value)
    assert caught.value.where == "outcome"


def sized(size: int) -> dict[str, Any]:
    """An outcome whose bytes are so many."""
    base = {"verdict": "refused", "findings": [], "effects": []}
    effects = [{**EFFECT, "findings": []}] * (size // 120)
    lacking = size - len(outcome_of({**base, "effects": effects}).render())
    effects[-1] = {**effects[-1], "event": "0" * (64 + lacking)}
    return {**base, "effects": effects}


def test_an_outcome_has_a_largest_size() -> None:
    largest: Outcome = outcome_of(sized(OUTCOME_BYTES_MAX))
    assert len(largest.render()) == OUTCOME_BYTES_MAX
    with pytest.raises(RecordError, match="the outcome is too large") as caught:
        outcome_of(sized(OUTCOME_BYTES_MAX + 1))
    assert caught.value.where == "outcome"
