"""Trying a scenario: set the stage, play the events so far, ask, compare with the expectation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.audit.replay import Replay
from ledger.domain.admit import view_of, view_of_proposal
from ledger.domain.apply import advance, apply
from ledger.domain.known import KnownState
from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import read_event
from ledger.kernel.errors import InputError, LedgerError
from ledger.rehearsal.explanation import Explanation, explain
from ledger.rehearsal.fund import GOVERNORS, RehearsalFund
from ledger.rehearsal.stage import (
    SECOND,
    Player,
    officers_named,
    person,
    second_keys,
    set_stage,
)
from policies.book import Book, read_book, shipped_book
from policies.engine import PolicyEngine
from policies.questions import (
    NO_LAWFUL_OPTION,
    headroom,
    load_findings,
    no_lawful_option,
    obligations,
    watched,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.rehearsal.scenario import Scenario, ScenarioFile

STAGE_DAY = "2020-01-01"
EMPTY = {
    "book": "empty",
    "title": "A mandate without any text",
    "version": "1",
    "status": "in_force",
    "source": "Design of this product",
    "rules": [],
}
"""What a fund adopts that is to have no rule at all."""
LOG_ITEM = "append_only_log"
"""The attestation that the ledger itself gives: its log only grows."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a scenario's question, in the terms of its expectation."""

    verdict: str
    denied: tuple[Finding, ...] = ()
    asks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[Finding, ...] = ()
    kept: tuple[Finding, ...] = ()

    def text(self) -> str:
        """Everything that is said, for `shows`."""
        parts = [
            f"{one.rule} {one.expected} {one.found} {' '.join(one.inputs)}"
            for one in (*self.denied, *self.flags, *self.kept)
        ]
        parts += [f"{rule} {' '.join(offices)}" for rule, offices in self.asks.items()]
        return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Tried:
    """One scenario's answer, and how it differs from what was expected."""

    scenario: Scenario
    answered: Answered | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the answer is the expected one, wholly."""
        return not self.differences


def try_file(file: ScenarioFile, stage: Mapping[str, Any]) -> list[Tried]:
    """Every scenario of a file, each on a fund of its own."""
    own = {str(book.get("book")): book for book in file.books}
    return [_try(scenario, file, stage, own) for scenario in file.scenarios]


def _try(
    scenario: Scenario, file: ScenarioFile, stage: Mapping[str, Any], own: Mapping[str, Any]
) -> Tried:
    try:
        answered = Trial(scenario, _merged(stage, file.stage, scenario.stage), own).answer()
    except LedgerError as error:
        where = f" (at {error.where})" if error.where else ""
        hint = f". {error.hint}" if error.hint else ""
        return Tried(scenario, None, (f"cannot be played: {error.message}{where}{hint}",))
    return Tried(scenario, answered, tuple(_differences(scenario, answered)))


def _merged(*stages: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for stage in stages:
        for shelf, entries in stage.items():
            if not isinstance(entries, dict):
                raise InputError("a table was expected", where=f"stage.{shelf}")
            found[shelf] = {**found.get(shelf, {}), **entries}
    return found


class Trial:
    """One scenario on its fund."""

    def __init__(self, scenario: Scenario, stage: dict[str, Any], own: Mapping[str, Any]) -> None:
        self._scenario = scenario
        self._engine = PolicyEngine(scenario=scenario.marked)
        self._house = stage.pop("house", None)
        self._stage = stage
        self._values = [own[name] if name in own else shipped_book(name) for name in scenario.books]
        self.fund = RehearsalFund(self._engine, STAGE_DAY)
        self._player = Player(self.fund)

    def answer(self) -> Answered:
        """Play the scenario and answer its question."""
        scenario = self._scenario
        if scenario.ask.get("question") == "load":
            return _found(load_findings(self._books()))
        tables = [*scenario.given, scenario.ask, *scenario.options]
        named = officers_named(tables)
        officers = {**named, **{name: list(o) for name, o in scenario.officers.items()}}
        _check_persons(tables, officers)
        set_stage(self.fund, self._stage, officers)
        self._adopt([self._house] if self._house else [], "stage")
        for table in scenario.given:
            self._player.play(table)
        self.fund.move_to(scenario.day)
        values = [*self._values, *([self._house] if scenario.house and self._house else [])]
        self._adopt(values or [EMPTY], "scenario")
        if scenario.options:
            return self._all_ways()
        return self._one(scenario.ask)

    def _books(self) -> list[Book]:
        return [read_book(value) for value in self._values]

    def _adopt(self, values: Sequence[Mapping[str, Any]], name: str) -> None:
        """Record and adopt books; without any the fund has no mandate yet."""
        ids = [self.fund.govern("book.recorded", book=value).event.event_id for value in values]
        self.fund.govern(
            "mandate.adopted",
            mandate=name,
            version="1",
            books=ids,
            effective_from=self.fund.day,
            override="A rehearsal",
        )

    def _one(self, table: Mapping[str, Any]) -> Answered:
        question = table.get("question")
        if question is None or question == "proposal":
            return _of(self._explained(table))
        if question == "replay":
            return _of(self._replayed(self._player.proposal(str(table["name"]))))
        if question == "audit":
            return self._audited(int(table.get("without", 0)))
        known, day = KnownState(self.fund.state), self._scenario.day
        if question in {"watch", "nothing"}:
            return _found(watched(self._books(), known, day, self._engine.deciding))
        if question == "obligations":
            return self._obligations(known, day)
        if question == "limits":
            return _limits(self._books(), known, day, self._engine.deciding)
        raise InputError(f"unknown question {question!r:.40}", where="ask.question")

    def _explained(self, table: Mapping[str, Any]) -> Explanation:
        state = self.fund.state
        if table.get("question") == "proposal":
            open_one = state.proposals.get(self._player.proposal(str(table["name"])))
            if open_one is None:
                raise InputError("the proposal is not open", where="ask.name")
            return explain(view_of_proposal(state, open_one, self._engine), self._engine)
        author, fields = self._player.said(table)
        event = self.fund.signed(str(table["kind"]), author, **fields)
        explained = explain(view_of(state, event, self._engine), self._engine)
        self._check(explained, self.fund.submit(event).outcome.verdict)
        for officer in second_keys(table):
            self.fund.enrol(officer, officer + SECOND)
            self.fund.approve(officer, officer + SECOND, event.event_id)
            open_one = state.proposals.get(event.event_id)
            if open_one is not None:
                view = view_of_proposal(state, open_one, self._engine)
                explained = explain(view, self._engine)
        return explained

    def _replayed(self, event_id: str) -> Explanation:
        """The decision of an old event in the state before it, from the log alone."""
        state = State()
        for raw in self.fund.records:
            record = parse_record(raw)
            event = read_event(record.envelope, b"", record.body)
            advance(state, event, record.recorded_at)
            if event.event_id == event_id:
                return explain(view_of(state, event, self._engine), self._engine)
            apply(state, event, record.outcome, self._engine)
        raise InputError("no such event is recorded", where="ask.name")

    def _audited(self, without: int) -> Answered:
        """What deciding the whole log again shows; with one record left out, if it says so."""
        if without > len(self.fund.records):
            raise InputError(f"the log has {len(self.fund.records)} records", where="ask.without")
        replay = Replay(self._engine)
        for position, raw in enumerate(self.fund.records, start=1):
            if position != without:
                replay.fold(raw)
        stop = replay.stop
        if stop is None:
            return Answered("no_finding")
        rules = [
            rule.form
            for book in self._books()
            for rule in book.rules
            if LOG_ITEM in getattr(rule.params, "items", ())
        ]
        said = f"{stop.code} at position {stop.position}"
        return _found([Finding(one.id, FLAG, "a whole log", said, one.citation) for one in rules])

    def _check(self, explained: Explanation, verdict: str) -> None:
        """The explanation and the decision that was recorded must say the same."""
        fitting = {"allow": {"effective"}, "needs_approval": {"pending"}}
        if verdict not in fitting.get(explained.verdict, {"refused", "pending"}):
            raise InputError(f"explained as {explained.verdict}, and recorded as {verdict}")

    def _obligations(self, known: KnownState, day: str) -> Answered:
        found: list[Finding] = []
        open_ones: list[Finding] = []
        for one in obligations(self._books(), known, day, self._engine.deciding):
            left = "" if one.days_left is None else f", {one.days_left} days left"
            said = f"due {one.due or 'on no known day'}{left}: {one.status}, {one.note}"
            finding = Finding(one.rule, FLAG, one.deliverable, said, one.citation)
            (found if one.is_flagged else open_ones).append(finding)
        found += [
            one
            for one in watched(self._books(), known, day, self._engine.deciding)
            if one.verdict == FLAG
        ]
        return Answered(FLAG if found else "no_finding", flags=tuple(found), kept=tuple(open_ones))

    def _all_ways(self) -> Answered:
        """Whether any of all the ways is free of findings."""
        ways = [self._one(table) for table in self._scenario.options]
        against = [(*way.denied, *way.flags) for way in ways]
        clash = no_lawful_option(against)
        if clash is None:
            return Answered("allow")
        return Answered(
            NO_LAWFUL_OPTION.replace(" ", "_"),
            denied=tuple(one for way in ways for one in way.denied),
            flags=(*[one for way in ways for one in way.flags], clash),
        )


def _check_persons(tables: Sequence[Mapping[str, Any]], officers: Mapping[str, Any]) -> None:
    """Whoever acts is an office, a person of the scenario, or one of the usual governors."""
    for table in tables:
        for name in (*filter(None, [table.get("by")]), *table.get("approvals", ())):
            if person(name.removesuffix(SECOND)) not in {*officers, *GOVERNORS}:
                hint = "Name an office, or give the person's offices under `officers`"
                raise InputError(f"nobody is called {name}", hint=hint)


def _of(explained: Explanation) -> Answered:
    asks = {one.rule: one.offices for one in explained.unmet}
    return Answered(explained.verdict, explained.denied, asks, explained.flagged, explained.kept)


def _found(findings: Sequence[Finding]) -> Answered:
    denied = tuple(one for one in findings if one.verdict == DENY)
    flags = tuple(one for one in findings if one.verdict == FLAG)
    return Answered(DENY if denied else FLAG if flags else "no_finding", denied, {}, flags)


def _limits(
    books: Sequence[Book], known: KnownState, day: str, deciding: frozenset[str]
) -> Answered:
    """Every limit and how much is used; none at all is unknown, not unlimited."""
    kept = tuple(
        Finding(
            one.rule,
            "allow",
            f"{one.measure} {one.limit or 'unknown'} {one.unit}",
            f"used {one.used or 'unknown'}, left {one.left or 'unknown'}",
            one.citation,
        )
        for one in headroom(books, known, day, deciding)
    )
    silent = load_findings(books) if not kept else []
    return Answered(FLAG if silent else "no_finding", flags=tuple(silent), kept=kept)


def _differences(scenario: Scenario, answered: Answered) -> list[str]:
    expected, found = scenario.expect, []
    if answered.verdict != expected.verdict:
        found.append(f"verdict {answered.verdict}, expected {expected.verdict}")
    for word, wanted, got in (
        ("denied", set(expected.denied), {one.rule for one in answered.denied}),
        ("flags", set(expected.flags), {one.rule for one in answered.flags}),
        ("asks", set(expected.asks), set(answered.asks)),
    ):
        found += [f"{word}: {rule} is missing" for rule in sorted(wanted - got)]
        found += [f"{word}: {rule} was not expected" for rule in sorted(got - wanted)]
    for rule, offices in expected.asks.items():
        if rule in answered.asks and set(answered.asks[rule]) != set(offices):
            said = " or ".join(answered.asks[rule]) or "any office"
            found.append(f"asks: {rule} asks for {said}")
    kept = {one.rule for one in answered.kept}
    found += [f"kept: {rule} is not" for rule in expected.kept if rule not in kept]
    text = answered.text()
    found += [f"does not say {words!r}" for words in expected.shows if words not in text]
    return found
