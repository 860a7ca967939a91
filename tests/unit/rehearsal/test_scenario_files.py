"""Scenario files: read strictly, played alike every time, and every difference told exactly."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.commands.mandate_questions import shipped_scenarios, stage_value
from ledger.kernel.errors import InputError, ParseError
from ledger.kernel.limits import TOML_BYTES_MAX
from ledger.rehearsal.scenario import SCENARIOS_MAX, read_scenarios
from ledger.rehearsal.trial import Tried, try_file
from policies.book import shipped_book

PAGE = Path(__file__).parents[3] / "docs" / "spec" / "scenario-file.md"
EXAMPLE = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
BUY = {
    "kind": "acquisition.proposed",
    "by": "Clerk",
    "asset": "BTC",
    "units": "1",
    "max_consideration": "5 USD",
}
SEEN = {
    "kind": "observation.recorded",
    "by": "Clerk",
    "measure": "base",
    "subject": "reserves",
    "value": "1",
    "unit": "USD",
}
BILL: dict[str, Any] = {
    "book": "house-bill",
    "title": "A bill of the house",
    "version": "1",
    "status": "bill",
    "source": "Tests",
    "rules": [
        {
            "id": "B.1",
            "rule_type": "approval",
            "effect": "needs_approval",
            "trigger": ["purchase"],
            "params": {"roles_any_of": ["Risk", "Board"], "roles_count": "1"},
            "origin": "statute",
            "status": "bill",
            "citation": "The bill",
        }
    ],
}


def scenario(**changed: Any) -> dict[str, Any]:
    """A scenario that passes, with some of its members changed; None leaves one out."""
    base = {"id": "A", "text": "A case", "day": "2026-01-10", "ask": BUY,
            "expect": {"verdict": "allow"}}  # fmt: skip
    return {name: value for name, value in {**base, **changed}.items() if value is not None}


def file(*scenarios: dict[str, Any], **more: Any) -> bytes:
    whole = {"title": "A file", "source": "Tests", **more, "scenarios": list(scenarios)}
    return json.dumps(whole).encode()


def tried(data: bytes) -> list[Tried]:
    return try_file(read_scenarios(data, where="cases.json"), stage_value())


def only(**changed: Any) -> Tried:
    (one,) = tried(file(scenario(**changed)))
    return one


# -- read strictly ------------------------------------------------------------------------------

STAGE = {"custodian": "vault", "title": "T"}
MALFORMED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown member": ({"mood": "good"}, "mood", "unknown field"),
    "no day": ({"day": None}, "day", "a required field is missing"),
    "a day that is none": ({"day": "2026-02-30"}, "day", "'2026-02-30' is not a real day"),
    "both ask and options": ({"options": [BUY]}, "", "either one question or options"),
    "neither ask nor options": ({"ask": None}, "", "either one question or options"),
    "an unknown verdict": ({"expect": {"verdict": "maybe"}}, "expect.verdict", "Input should be"),
    "a verdict that no answer has": (
        {"expect": {"verdict": "refused"}}, "expect.verdict", "Input should be"),
    "an unknown expectation": (
        {"expect": {"verdict": "allow", "deny": []}}, "expect.deny", "unknown field"),
    "marked as text": ({"marked": "yes"}, "marked", "valid boolean"),
    "an event without kind": ({"ask": {"by": "Clerk"}}, "ask", "either a kind or a question"),
    "kind and question": (
        {"ask": {**BUY, "question": "load"}}, "ask", "either a kind or a question"),
    "an unknown question": ({"ask": {"question": "why"}}, "ask", "question: Input should be"),
    "a question as list": ({"ask": {"question": ["load"]}}, "ask", "question: Input should be"),
    "a question with a member of an event": (
        {"ask": {"question": "load", "asset": "BTC"}}, "ask", "a question has no asset"),
    "a day of its own for what is asked": (
        {"ask": {**BUY, "on": "2026-01-02"}}, "", "asked on the scenario's day: it has no on"),
    "a series that is asked": (
        {"ask": {**SEEN, "observed_on": "2026-01-01", "until": "2026-01-02"}}, "",
        "asked on the scenario's day: it has no until"),
    "two events of one name": (
        {"given": [{**SEEN, "name": "x"}, {**SEEN, "name": "x"}]}, "",
        "two events are called x"),
    "a question among events": (
        {"given": [{"question": "load"}]}, "", "given holds events, no questions"),
    "a proposal without name": (
        {"ask": {"question": "proposal"}}, "ask", "the question proposal needs a name"),
    "a replay without name": (
        {"ask": {"question": "replay"}}, "ask", "the question replay needs a name"),
    "a position in words": (
        {"ask": {"question": "audit", "without": "two"}}, "ask", "without: Input should be"),
    "an author in the body": ({"ask": {**BUY, "author": "x"}}, "ask", "author is filled in"),
    "cosigners in the body": ({"ask": {**BUY, "cosigners": []}}, "ask", "cosigners is filled in"),
    "a member of Python": ({"ask": {**BUY, "self": "x"}}, "ask", "self is filled in"),
    "null": ({"ask": {**BUY, "asset": None}}, "ask", "asset is null: leave it out"),
    "by as number": ({"ask": {**BUY, "by": 5}}, "ask", "by: Input should be a valid string"),
    "an office with a blank": ({"ask": {**BUY, "by": "The Clerk"}}, "ask", "by: String should"),
    "approvals as number": ({"ask": {**BUY, "approvals": 5}}, "ask", "approvals: "),
    "an approval as number": ({"ask": {**BUY, "approvals": [5]}}, "ask", "approvals.0: "),
    "a day in words": ({"given": [{**SEEN, "on": "soon"}]}, "given.0", "on: 'soon' is not a day"),
    "a series without beginning": (
        {"given": [{**SEEN, "until": "2026-01-02"}]}, "given.0", "a series needs observed_on"),
    "a series that ends before": (
        {"given": [{**SEEN, "observed_on": "2026-01-03", "until": "2026-01-02"}]},
        "given.0", "a series needs observed_on"),
    "an unknown shelf": ({"stage": {"acounts": {}}}, "stage", "no shelf is named acounts"),
    "a shelf as text": ({"stage": {"accounts": "x"}}, "stage", "accounts is no table"),
    "an entry as text": ({"stage": {"assets": {"BTC": "x"}}}, "stage", "assets.BTC is no table"),
    "an entry with a kind": (
        {"stage": {"accounts": {"a": {**STAGE, "kind": "x"}}}}, "stage",
        "accounts.a.kind is filled in"),
    "an entry with its own name": (
        {"stage": {"accounts": {"a": {**STAGE, "account": "b"}}}}, "stage",
        "accounts.a.account is filled in"),
    "addresses in words": (
        {"stage": {"accounts": {"a": {**STAGE, "addresses": "two"}}}}, "stage",
        "accounts.a.addresses is no count"),
    "addresses as yes": (
        {"stage": {"accounts": {"a": {**STAGE, "addresses": True}}}}, "stage",
        "accounts.a.addresses is no count"),
    "too many addresses": (
        {"stage": {"accounts": {"a": {**STAGE, "addresses": 257}}}}, "stage",
        "accounts.a.addresses is no count"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_what_has_no_form_is_refused_with_its_place(name: str) -> None:
    changed, place, reason = MALFORMED[name]
    with pytest.raises(InputError) as refused:
        read_scenarios(file(scenario(id="B"), scenario(**changed)), where="cases.json")
    assert refused.value.where == f"cases.json: scenario.A{'.' * bool(place)}{place}"
    assert reason in refused.value.message


def test_a_scenario_without_a_name_is_named_by_its_number() -> None:
    with pytest.raises(InputError) as refused:
        read_scenarios(file(scenario(), scenario(id=None)), where="f")
    assert refused.value.where == "f: scenario.1.id"
    with pytest.raises(InputError, match="a required field is missing"):
        read_scenarios(b'title = "no scenarios"\nsource = "Tests"\n', where="f")


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="two scenarios are called A"):
        read_scenarios(file(scenario(), scenario()), where="f")
    with pytest.raises(InputError, match="two books are called house-bill"):
        read_scenarios(file(scenario(), books=[BILL, BILL]), where="f")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"title": 1.5}', "1.5 is no integer: write amounts as text"),
        (b'{"title": NaN}', "NaN is no integer"),
        (b'{"title": "a", "title": "b"}', "one name twice in an object"),
        (b'{"title": ' + b"1" * 5_000 + b"}", "a number too long"),
        (b"{", ""),
        (b"{" + b'"a":{' * 100_000, ""),
        (b"[]", ""),
        (b"title = ", ""),
        (b'title = "a"\ntitle = "b"', ""),
        (b"\xff", "not UTF-8"),
        (b" " * (TOML_BYTES_MAX + 1), f"where {TOML_BYTES_MAX} are allowed"),
        (b"{" + b" " * TOML_BYTES_MAX, f"where {TOML_BYTES_MAX} are allowed"),
    ],
)
def test_what_is_no_json_and_no_toml_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as refused:
        read_scenarios(data, where="f")
    assert reason in refused.value.message


def test_a_file_has_a_bounded_number_of_scenarios() -> None:
    small = {"expect": {"verdict": "allow"}, "text": "t", "day": "2026-01-01",
             "ask": {"question": "load"}}  # fmt: skip
    many = [{**small, "id": f"A{number}"} for number in range(SCENARIOS_MAX + 1)]
    assert len(read_scenarios(file(*many[:-1]), where="f").scenarios) == SCENARIOS_MAX
    with pytest.raises(InputError, match="at most 256"):
        read_scenarios(file(*many), where="f")


# -- the answer ---------------------------------------------------------------------------------


def test_the_example_of_the_specification_passes() -> None:
    found = try_file(read_scenarios(EXAMPLE.encode(), where="page"), stage_value())
    assert [(one.scenario.id, one.differences) for one in found] == [
        ("LIMIT-1", ()),
        ("LIMIT-2", ()),
        ("LIMIT-3", ()),
    ]


@pytest.mark.parametrize("source", ["page", "brazil.toml", "others.toml"])
def test_toml_and_json_of_one_file_give_the_same(source: str) -> None:
    text = EXAMPLE.encode() if source == "page" else dict(shipped_scenarios())[source]
    first = read_scenarios(text, where="f")
    second = read_scenarios(json.dumps(tomllib.loads(text.decode())).encode(), where="f")
    assert first == second
    assert said(try_file(first, stage_value())) == said(try_file(second, stage_value()))


def said(found: list[Tried]) -> list[tuple[str, Any, tuple[str, ...]]]:
    return [
        (one.scenario.id, one.answered and (one.answered.verdict, one.answered.text()),
         one.differences)
        for one in found
    ]  # fmt: skip


def test_the_same_file_gives_the_same_answers_and_their_order_does_not_matter() -> None:
    data = read_scenarios(dict(shipped_scenarios())["traps.toml"], where="f")
    first = said(try_file(data, stage_value()))
    assert said(try_file(data, stage_value())) == first
    turned = data.model_copy(update={"scenarios": data.scenarios[::-1]})
    assert said(try_file(turned, stage_value())) == first[::-1]


BILLED = {"books": ["house-bill"], "marked": True}


def billed(**changed: Any) -> tuple[str, ...]:
    (one,) = tried(file(scenario(**{**BILLED, **changed}), books=[BILL]))
    return one.differences


def test_every_difference_is_told_and_nothing_else() -> None:
    asks = {"verdict": "needs_approval", "asks": {"B.1": ["Board", "Risk"]}, "kept": ["HOUSE.1"]}
    assert billed(expect=asks) == ()
    assert billed(expect={"verdict": "allow"}) == (
        "verdict needs_approval, expected allow",
        "asks: B.1 was not expected",
    )
    assert billed(expect={**asks, "asks": {"B.1": ["Risk"], "B.2": []}}) == (
        "asks: B.2 is missing",
        "asks: B.1 asks for Risk or Board",
    )
    wrong = {"denied": ["X.2", "X.1"], "flags": ["X.3"], "kept": ["X.4"], "shows": ["a moon"]}
    assert billed(expect={**asks, **wrong}) == (
        "denied: X.1 is missing",
        "denied: X.2 is missing",
        "flags: X.3 is missing",
        "kept: X.4 is not",
        "does not say 'a moon'",
    )
    alone = {"verdict": "deny", "denied": ["DESIGN.AUTHORITY.1"]}
    assert only(house=False, expect=alone).differences == ()
    assert only(house=False).differences == (
        "verdict deny, expected allow",
        "denied: DESIGN.AUTHORITY.1 was not expected",
    )
    assert only(house=False, expect={**alone, "shows": ["who may do this"]}).passed


def test_a_bill_decides_in_a_marked_scenario_alone() -> None:
    assert billed(marked=False) == ()
    assert billed(ask={**BUY, "approvals": ["Board"]}) == ()
    assert billed(ask={**BUY, "approvals": ["Clerk"]}) != (), "the author is nobody's approver"


UNPLAYABLE: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown book": ({"books": ["no-such-book"]}, "no book named no-such-book"),
    "an unknown kind": ({"ask": {**BUY, "kind": "moon.landed"}}, "no kind of event is named"),
    "a member that the kind has not": (
        {"ask": {**BUY, "colour": "red"}}, "unknown field (at colour)"),
    "money that is none": (
        {"ask": {**BUY, "max_consideration": "x USD"}}, "(at max_consideration.amount)"),
    "a name that nobody has": ({"ask": {**BUY, "asset": "@x"}}, "no event is named x (at asset)"),
    "a proposal that is not there": (
        {"ask": {"question": "proposal", "name": "x"}}, "no event is named x"),
    "a day before the stage": ({"day": "2019-12-31"}, "2019-12-31 lies before 2020-01-01"),
    "days that go back": (
        {"given": [{**SEEN, "on": "2026-01-03"}, {**SEEN, "on": "2026-01-02"}]},
        "2026-01-02 lies before 2026-01-03"),
    "a given that is refused": (
        {"given": [{**BUY, "asset": "GOLD"}]}, "acquisition.proposed is refused: asset_unknown"),
    "two books of one name": ({"books": ["reference", "reference"]}, "book_twice"),
    "an account without custodian": (
        {"stage": {"accounts": {"a": {"custodian": "nobody"}}}}, "custodian_unknown"),
    "a question among options that is none": (
        {"ask": None, "options": [{"question": "load"}]}, "unknown question 'load'"),
    "a series of many years": (
        {"given": [{**SEEN, "observed_on": "2001-01-01", "until": "2025-01-01"}],
         "day": "2026-01-10"}, "more than 4000 days in one series"),
    "a body that is no value": ({"ask": {**BUY, "facts": {"a": {"b": 1}}}}, "(at facts.a)"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNPLAYABLE)
def test_what_cannot_be_played_says_why_and_has_failed(name: str) -> None:
    changed, reason = UNPLAYABLE[name]
    one = only(**{"expect": {"verdict": "deny"}, **changed})
    assert one.answered is None
    assert not one.passed
    (told,) = one.differences
    assert told.startswith("cannot be played: ")
    assert reason in told


def test_one_that_cannot_be_played_keeps_no_other_from_being_played() -> None:
    first, second = tried(file(scenario(books=["none"]), scenario(id="B")))
    assert (first.passed, second.passed) == (False, True)


def test_values_of_toml_that_json_has_not_are_no_tracebacks() -> None:
    for value in ("1.5", "2026-01-01", "nan", "12:00:00"):
        text = EXAMPLE.replace('units = "10"', f"units = {value}", 1)
        one = try_file(read_scenarios(text.encode(), where="f"), stage_value())[0]
        assert one.differences[0].startswith("cannot be played: "), value


def test_a_book_of_the_file_goes_before_one_that_ships() -> None:
    own = {**BILL, "book": "reference", "status": "in_force"}
    own["rules"] = [{**BILL["rules"][0], "status": "in_force"}]
    asks = {"verdict": "needs_approval", "asks": {"B.1": ["Risk", "Board"]}}
    (one,) = tried(file(scenario(books=["reference"], expect=asks), books=[own]))
    assert one.differences == ()
    assert "B.1" not in {rule["id"] for rule in shipped_book("reference")["rules"]}


def test_an_open_proposal_is_asked_about_under_the_books_that_govern_by_then() -> None:
    given = [{**BUY, "on": "2026-01-09", "name": "bought"}]
    asked = {"question": "proposal", "name": "bought"}
    asks = {"verdict": "needs_approval", "asks": {"B.1": ["Risk", "Board"]}}
    assert billed(given=given, ask=asked, expect=asks) == ()
    replay = {"question": "replay", "name": "bought"}
    assert billed(given=given, ask=replay) == (), "an old decision stands"


def test_the_whole_log_can_be_decided_again_unless_a_record_is_missing() -> None:
    quiet = {"verdict": "no_finding"}
    assert only(ask={"question": "audit"}, expect=quiet).passed
    log = {**BILL, "status": "in_force", "rules": [{
        "id": "LOG.1", "rule_type": "attestation", "effect": "attest", "trigger": ["calendar"],
        "params": {"items": ["append_only_log"]}, "origin": "policy", "citation": "Tests",
    }]}  # fmt: skip
    flagged = {"verdict": "flag", "flags": ["LOG.1"], "shows": ["at position 3"]}
    case = scenario(books=["house-bill"], ask={"question": "audit", "without": 3}, expect=flagged)
    (one,) = tried(file(case, books=[log]))
    assert one.differences == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ask": {**BUY, "by": "marat"}}, "nobody is called marat. Name an office"),
        ({"ask": {**BUY, "approvals": ["nobody"]}}, "nobody is called nobody"),
        ({"ask": {"question": "audit", "without": 9_999}}, "records (at ask.without)"),
        ({"ask": {**BUY, "max_consideration": "100USD"}}, "100USD is no money (at max_consi"),
    ],
)
def test_what_cannot_be_played_says_why_and_what_to_write(
    changed: dict[str, Any], said: str
) -> None:
    (why,) = only(**changed).differences
    assert why.startswith("cannot be played: ")
    assert said in why


def test_a_faulty_file_is_named_without_our_words_for_it() -> None:
    two = file(scenario(), scenario())
    with pytest.raises(InputError, match="two scenarios are called") as caught:
        read_scenarios(two, where="cases.json")
    assert caught.value.where == "cases.json"
    assert caught.value.hint == "The format is docs/spec/scenario-file.md"


def test_in_a_marked_scenario_a_bill_is_asked_what_is_due_as_well() -> None:
    due = {"deliverable": "report", "due": "2026-12-31"}
    rule = {"id": "T.DUE.1", "rule_type": "obligation_due", "effect": "report_due",
            "trigger": ["calendar"], "params": due, "origin": "statute", "citation": "A bill",
            "status": "bill"}  # fmt: skip
    bill = {"book": "bill", "title": "A bill", "version": "1", "status": "bill", "source": "S",
            "rules": [rule]}  # fmt: skip
    for marked, kept in ((True, ["T.DUE.1"]), (False, [])):
        one = scenario(
            books=["bill"], ask={"question": "obligations"}, marked=marked,
            expect={"verdict": "no_finding", "kept": kept},
        )  # fmt: skip
        value = json.loads(file(one)) | {"books": [bill]}
        (answer,) = tried(json.dumps(value).encode())
        assert answer.passed, answer.differences
        assert answer.answered is not None
        assert [found.rule for found in answer.answered.kept] == kept
