"""How much a scenario file may hold, and that one more is refused at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.kernel.errors import InputError
from ledger.rehearsal.scenario import (
    ADDRESSES_MAX,
    GIVEN_MAX,
    SCENARIOS_MAX,
    ScenarioFile,
    officer_of,
    read_scenarios,
)

EVENT = {"kind": "acquisition.proposed"}
NOTHING = {"question": "nothing"}


def written(*scenarios: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"title": "T", "source": "S", "scenarios": scenarios, **more}).encode()


def scenario(**changed: Any) -> dict[str, Any]:
    """A scenario with members changed; None leaves one out."""
    members = {"id": "S-1", "text": "T", "day": "2026-01-15", "ask": EVENT,
               "expect": {"verdict": "allow"}, **changed}  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


def read(**changed: Any) -> ScenarioFile:
    return read_scenarios(written(scenario(**changed)), where="f")


def place(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_scenarios(data, where="f")
    return caught.value.where


def test_what_is_not_said_has_its_default() -> None:
    (one,) = read().scenarios
    assert (one.house, one.marked) == (True, False)
    assert (one.books, one.given, one.options, one.stage, one.officers) == ((), (), (), {}, {})
    assert (one.expect.denied, one.expect.asks, one.expect.shows) == ((), {}, ())


@pytest.mark.parametrize(
    ("member", "item", "most"),
    [
        ("given", EVENT, GIVEN_MAX),
        ("books", "b", 32),
        ("rules", "R.1", 32),
    ],
)
def test_lists_of_a_scenario_are_bounded(member: str, item: object, most: int) -> None:
    (one,) = read(**{member: [item] * most}).scenarios
    assert len(getattr(one, member)) == most
    too_many = written(scenario(**{member: [item] * (most + 1)}))
    assert place(too_many) == f"f: scenario.S-1.{member}"


@pytest.mark.parametrize(
    ("member", "item", "most"),
    [("denied", "R.1", 32), ("flags", "R.1", 32), ("kept", "R.1", 32), ("shows", "word", 8)],
)
def test_lists_of_an_expectation_are_bounded(member: str, item: str, most: int) -> None:
    def expect(count: int) -> dict[str, Any]:
        return {"verdict": "allow", member: [item] * count}

    (one,) = read(expect=expect(most)).scenarios
    assert len(getattr(one.expect, member)) == most
    too_many = written(scenario(expect=expect(most + 1)))
    assert place(too_many) == f"f: scenario.S-1.expect.{member}"


def test_ways_offices_and_approvals_are_bounded() -> None:
    assert len(read(ask=None, options=[NOTHING] * 8).scenarios[0].options) == 8
    ways = written(scenario(ask=None, options=[NOTHING] * 9))
    assert place(ways) == "f: scenario.S-1.options"
    assert len(read(officers={"marat": ["Governor"] * 8}).scenarios[0].officers["marat"]) == 8
    offices = written(scenario(officers={"marat": ["Governor"] * 9}))
    assert place(offices) == "f: scenario.S-1.officers.marat"
    signed = {**EVENT, "approvals": ["RiskOfficer#2"] * 16}
    assert read(ask=signed).scenarios[0].ask == signed
    signed["approvals"] = ["RiskOfficer"] * 17
    assert place(written(scenario(ask=signed))) == "f: scenario.S-1.ask"


def test_a_file_has_a_bounded_number_of_scenarios_and_books() -> None:
    many = [scenario(id=f"S-{number}") for number in range(SCENARIOS_MAX + 1)]
    assert len(read_scenarios(written(*many[1:]), where="f").scenarios) == SCENARIOS_MAX
    assert place(written(*many)) == "f: scenarios"
    assert place(written()) == "f: scenarios"
    books = [{"book": f"b{number}"} for number in range(17)]
    assert len(read_scenarios(written(scenario(), books=books[1:]), where="f").books) == 16
    assert place(written(scenario(), books=books)) == "f: books"


def test_an_account_has_a_bounded_number_of_addresses() -> None:
    def stage(value: object) -> dict[str, Any]:
        return {"accounts": {"a": {"addresses": value}}}

    for count in (0, ADDRESSES_MAX):
        assert read(stage=stage(count)).scenarios[0].stage == stage(count)
    for wrong in (stage(-1), stage(ADDRESSES_MAX + 1), stage("1"), stage(value=True)):
        assert place(written(scenario(stage=wrong))) == "f: scenario.S-1.stage"
        assert place(written(scenario(), stage=wrong)) == "f: stage"


@pytest.mark.parametrize(
    ("office", "officer"),
    [("StateTreasurer", "state-treasurer"), ("Governor", "governor"), ("ABC", "a-b-c")],
)
def test_an_office_that_is_named_alone_has_an_officer(office: str, officer: str) -> None:
    assert officer_of(office) == officer
