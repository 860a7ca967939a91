"""Scenario files: their forms (docs/spec/scenario-file.md), read strictly, in TOML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ledger.kernel.errors import BodyError, InputError
from ledger.kernel.form import Day, Form, Many, Office, Slug, Text, read_form
from ledger.kernel.json_text import read_json
from ledger.kernel.toml_text import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

SCENARIOS_MAX = 256
GIVEN_MAX = 256

Verdict = Literal["allow", "deny", "needs_approval", "flag", "no_finding", "no_lawful_option"]
Named = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][-A-Za-z0-9._]{0,63}$")]
Names = Annotated[Many[Named], Field(max_length=32)]
Approver = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][-A-Za-z0-9._]{0,63}(?:#2)?$")]
Question = Literal[
    "proposal", "replay", "audit", "load", "limits", "obligations", "watch", "nothing"
]
_FILLED_IN = frozenset({"author", "cosigners", "fund", "self"})
"""Members of a body that a scenario says by `by` and `approvals`, or not at all."""
_OF_A_QUESTION = frozenset({"question", "name", "without"})
_SHELVES = {
    "assets": "asset",
    "custodians": "custodian",
    "accounts": "account",
    "counterparties": "counterparty",
}
"""Shelves of a stage, each with the member of a body that its entries are named for."""
ADDRESSES_MAX = 256


class Told(Form):
    """What a table says of an event besides the members of the event's own body."""

    kind: Annotated[str, StringConstraints(max_length=64)] | None = None
    """The kind of the event, without its version."""
    on: Day | None = None
    """The day on which it happens; the calendar never goes back."""
    by: Named | None = None
    """The author: an office that is named alone, or a person; without it, a governor."""
    approvals: Annotated[Many[Approver], Field(max_length=16)] = ()
    """Who signs besides; `Office#2` approves with a second key of the same person."""
    name: Named | None = None
    """A name for the event, by which later tables mean it (`"@name"`)."""
    observed_on: Day | None = None
    """With `until`: the first day of a daily series."""
    until: Day | None = None
    """The last day of a series: one such event for each day."""
    question: Question | None = None
    """A question instead of an event."""
    without: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """With the question `audit`: the position of a record that is left out."""

    @model_validator(mode="after")
    def _says_enough(self) -> Told:
        if (self.kind is None) == (self.question is None):
            raise ValueError("either a kind or a question")
        if self.question in {"proposal", "replay"} and self.name is None:
            raise ValueError(f"the question {self.question} needs a name")
        if self.until is not None and (self.observed_on or "9999-12-31") > self.until:
            raise ValueError("a series needs observed_on, its first day, not after until")
        return self


def _told(table: dict[str, Any]) -> dict[str, Any]:
    """The table, if what it says besides a body has its form."""
    for name, value in table.items():
        if name in _FILLED_IN:
            raise ValueError(f"{name} is filled in: say by and approvals")
        if "kind" not in table and "question" in table and name not in _OF_A_QUESTION:
            raise ValueError(f"a question has no {name}")
        if value is None:
            raise ValueError(f"{name} is null: leave it out")
    _checked(Told, {name: table[name] for name in table if name in Told.model_fields})
    return table


def _checked(form: type[Form], value: dict[str, Any]) -> None:
    try:
        read_form(form, value)
    except BodyError as error:
        place = "" if error.where == form.__name__ else f"{error.where}: "
        raise ValueError(f"{place}{error.message}") from None


def _shelves(stage: dict[str, Any]) -> dict[str, Any]:
    """The stage, if every shelf is known and holds tables."""
    for shelf, entries in stage.items():
        if shelf != "house" and shelf not in _SHELVES:
            raise ValueError(f"no shelf is named {shelf}")
        if not isinstance(entries, dict):
            raise ValueError(f"{shelf} is no table")  # noqa: TRY004 - a reader of forms wants this
        if shelf != "house":
            _check_entries(shelf, entries)
    return stage


def _check_entries(shelf: str, entries: dict[str, Any]) -> None:
    for name, entry in entries.items():
        if not isinstance(entry, dict):
            raise ValueError(f"{shelf}.{name} is no table")  # noqa: TRY004 - as above
        for member in sorted(entry.keys() & {*_FILLED_IN, "kind", _SHELVES[shelf]}):
            raise ValueError(f"{shelf}.{name}.{member} is filled in")
        count = entry.get("addresses", 1)
        if type(count) is not int or not 0 <= count <= ADDRESSES_MAX:
            raise ValueError(f"{shelf}.{name}.addresses is no count up to {ADDRESSES_MAX}")


Table = Annotated[dict[str, Any], AfterValidator(_told)]
Stage = Annotated[dict[str, Any], AfterValidator(_shelves)]


class Expected(Form):
    """The answer that is expected; sets of rules and laws are compared whole."""

    verdict: Verdict
    """The answer as a whole."""
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
    """Its name in the file."""
    text: Text
    """The case in words."""
    books: Names = ()
    """Shipped books by name, or books of the file."""
    house: bool = True
    """Whether the house rule governs as well: any officer may act."""
    marked: bool = False
    """Whether this is a marked scenario, in which bills and proposals decide."""
    day: Day
    """The day of the question; the mandate governs from it on."""
    officers: dict[Slug, Annotated[Many[Office], Field(max_length=8)]] = {}  # noqa: RUF012 - copied
    """Persons with their offices; an office that is named alone has a person of its own."""
    stage: Stage = {}  # noqa: RUF012 - copied
    """What is registered besides, by shelf and name."""
    given: Annotated[Many[Table], Field(max_length=GIVEN_MAX)] = ()
    """Events so far, in order; `on` is their day."""
    ask: Table = {}  # noqa: RUF012 - copied
    """The event in question, or a `question` (see below)."""
    options: Annotated[Many[Table], Field(max_length=8)] = ()
    """Every way that there is: events, and `{ question = "nothing" }`."""
    expect: Expected
    """The answer that is expected."""
    rules: Names = ()
    """What the case is about, for readers."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Scenario:
        if bool(self.ask) == bool(self.options):
            raise ValueError("a scenario has either one question or options")
        if any("kind" not in table for table in self.given):
            raise ValueError("given holds events, no questions")
        for table in (self.ask, *self.options):
            for name in sorted(table.keys() & {"on", "until"}):
                raise ValueError(f"what is asked is asked on the scenario's day: it has no {name}")
        names = [table["name"] for table in self.given if "name" in table]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two events are called {name}")
        return self


class ScenarioFile(Form):
    """A file of scenarios, with books of its own."""

    title: Text
    """What the file is about."""
    source: Text
    """Where its cases come from."""
    stage: Stage = {}  # noqa: RUF012 - copied
    """What is registered besides in every scenario, by shelf and name."""
    books: Annotated[Many[dict[str, Any]], Field(max_length=16)] = ()
    """Books of the file's own, as [policy-book.md](policy-book.md) has them."""
    scenarios: Annotated[Many[Scenario], Field(min_length=1, max_length=SCENARIOS_MAX)]
    """The cases, each on a fund of its own."""

    @model_validator(mode="after")
    def _ids_differ(self) -> ScenarioFile:
        for what, names in (
            ("scenarios", [scenario.id for scenario in self.scenarios]),
            ("books", [str(book.get("book")) for book in self.books]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"two {what} are called {name}")
        return self


def read_scenarios(data: bytes, *, where: str) -> ScenarioFile:
    """The scenarios of a file; `ParseError` with the place of what is wrong."""
    is_json = data.lstrip()[:1] == b"{"
    value = read_json(data, where=where) if is_json else read_toml(data, where=where)
    try:
        return read_form(ScenarioFile, value, error=BodyError)
    except BodyError as error:
        place = "" if error.where == ScenarioFile.__name__ else f": {_place(value, error.where)}"
        hint = "The format is docs/spec/scenario-file.md"
        raise InputError(error.message, where=f"{where}{place}", hint=hint) from None


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
