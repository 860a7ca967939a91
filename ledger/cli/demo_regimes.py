"""The demonstration `regimes`: one instruction under the law of several regimes, side by side."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from ledger.cli import output
from ledger.cli.commands.mandate_questions import stage_value
from ledger.rehearsal.scenario import read_scenarios
from ledger.rehearsal.trial import Answered, Tried, try_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.outcome import Finding

_WORDS = {
    "allow": "ALLOW",
    "deny": "DENY",
    "needs_approval": "NEEDS APPROVAL",
    "no_lawful_option": "NO LAWFUL OPTION",
}


def compare_regimes() -> list[Tried]:
    """Every case of the demonstration, answered."""
    entry = resources.files("ledger.cli").joinpath("demonstrations", "regimes.toml")
    return try_file(read_scenarios(entry.read_bytes(), where="regimes.toml"), stage_value())


def regimes_value(tried: Iterable[Tried]) -> list[dict[str, Any]]:
    """The answers for machines."""
    return [
        {
            "id": one.scenario.id,
            "text": one.scenario.text,
            "books": list(one.scenario.books),
            "day": one.scenario.day,
            "verdict": one.answered.verdict if one.answered else "",
            "as_documented": one.passed,
            "why": _why(one.answered) if one.answered else list(one.differences),
        }
        for one in tried
    ]


def show_regimes(tried: Iterable[Tried]) -> None:
    """The answers for people: the case, the verdict, and the rules behind it."""
    output.say('One instruction, "acquire BTC", under the law of several regimes.')
    output.say("Facts of the cases are invented; rules are models of public texts, with citations.")
    for one in tried:
        answered = one.answered
        verdict = _WORDS.get(answered.verdict, answered.verdict) if answered else "NOT PLAYED"
        output.say(f"\n{verdict:<17} {one.scenario.text}")
        output.say(f"{'':<17} books {', '.join(one.scenario.books)}; on {one.scenario.day}")
        for line in _why(answered) if answered else one.differences:
            output.say(f"{'':<17} {line}")
        for line in one.differences:
            output.say(f"{'':<17} NOT AS DOCUMENTED: {line}")


def _why(answered: Answered) -> list[str]:
    lines = [f"denied by {_said(one)}" for one in answered.denied]
    lines += [
        f"asks for {' and '.join(offices) or 'any office'} ({rule})"
        for rule, offices in answered.asks.items()
    ]
    lines += [f"flagged by {_said(one)}" for one in answered.flags]
    lines += [
        f"kept: {one.rule}, {'; '.join(one.inputs)}  [{one.citation}]"
        for one in answered.kept
        if one.inputs
    ]
    return lines


def _said(one: Finding) -> str:
    rests = f"; rests on {'; '.join(one.inputs)}" if one.inputs else ""
    return f"{one.rule}: expected {one.expected}, found {one.found}{rests}  [{one.citation}]"
