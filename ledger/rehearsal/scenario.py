"""Scenario files: their forms (docs/spec/scenario-file.md), read strictly, in TOML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from ledger.kernel.errors import BodyError, InputError
from ledger.kernel.form import Day, Form, Many, Office, Slug, Text, read_form
from ledger.kernel.json_text import read_json
from ledger.kernel.toml_text import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

SCENARIOS_MAX = 256
GIVEN_MAX = 256

Verdict = Literal[
    "allow", "deny", "needs_approval", "flag", "no_finding", "no_lawful_option", "refused"
]
Named = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][-A-Za-z0-9._]{0,63}$")]
Names = Annotated[Many[Named], Field(max_length=32)]


class Expected(Form):
    """The answer that is expected; sets of rules and laws are compared whole."""

    verdict: Verdict
    denied: Names = ()
    """Rules and laws that deny, no others."""
    asks: dict[Named, Annotated[Many[Office], Field(max_length=16)]] = {}  # noqa: RUF012 - copied
    """Rules whose approvals are still to be had, with whose; no others."""
    flags: Names = ()
    """Rules that flag, no others."""
    kept: Names = ()
    """Rules that speak of it and are kept; there may be others."""
    shows: Annotated[Many[Text], Field(max_length=8)] = ()
    """Words that the explanation must contain."""


class Scenario(Form):
    """One case: books, a day, events so far, a question, and the answer."""

    id: Named
    text: Text
    """The case in words."""
    books: Names = ()
    """Shipped books by name, or books of the file."""
    house: bool = True
    """Whether the house rule governs as well: any officer may act."""
    marked: bool = False
    """Whether this is a marked scenario, in which bills and proposals decide."""
    day: Day
    officers: dict[Slug, Annotated[Many[Office], Field(max_length=8)]] = {}  # noqa: RUF012 - copied
    """Persons with their offices; an office that is named alone has a person of its own."""
    stage: dict[str, Any] = {}  # noqa: RUF012 - copied
    """What is registered besides, by shelf and name."""
    given: Annotated[Many[dict[str, Any]], Field(max_length=GIVEN_MAX)] = ()
    """Events so far, in order; `on` is their day."""
    ask: dict[str, Any] = {}  # noqa: RUF012 - copied
    """The event in question; or `question` alone: `obligations`, `watch`, `load`, `limits`."""
    options: Annotated[Many[dict[str, Any]], Field(max_length=8)] = ()
    """Every way that there is: events, and `{ question = "nothing" }`."""
    expect: Expected
    rules: Names = ()
    """What the case is about, for readers."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Scenario:
        if bool(self.ask) == bool(self.options):
            raise ValueError("a scenario has either one question or options")
        return self


class ScenarioFile(Form):
    """A file of scenarios, with books of its own."""

    title: Text
    source: Text
    stage: dict[str, Any] = {}  # noqa: RUF012 - copied
    books: Annotated[Many[dict[str, Any]], Field(max_length=16)] = ()
    scenarios: Annotated[Many[Scenario], Field(min_length=1, max_length=SCENARIOS_MAX)]

    @model_validator(mode="after")
    def _ids_differ(self) -> ScenarioFile:
        names = [scenario.id for scenario in self.scenarios]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two scenarios are called {name}")
        return self


def read_scenarios(data: bytes, *, where: str) -> ScenarioFile:
    """The scenarios of a file; `ParseError` with the place of what is wrong."""
    is_json = data.lstrip()[:1] == b"{"
    value = read_json(data, where=where) if is_json else read_toml(data, where=where)
    try:
        return read_form(ScenarioFile, value, error=BodyError)
    except BodyError as error:
        raise InputError(error.message, where=f"{where}: {_place(value, error.where)}") from None


def _place(value: Mapping[str, Any], path: str) -> str:
    """A path with the scenario's own name in place of its number."""
    parts = path.split(".")
    if parts[0] == "scenarios" and len(parts) > 1 and parts[1].isdigit():
        entry = value["scenarios"][int(parts[1])]
        name = entry.get("id") if isinstance(entry, dict) else None
        return ".".join(["scenario", str(name or parts[1]), *parts[2:]])
    return path


def officer_of(office: str) -> str:
    """The officer who holds an office that is named alone: `StateTreasurer`, `state-treasurer`."""
    text = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in office)
    return text.lstrip("-")
