"""Trials: stages that are merged, events as scenarios say them, questions, and differences."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.cli.commands.mandate_questions import stage_value
from ledger.domain.record import parse_record
from ledger.kernel.errors import InputError
from ledger.rehearsal import stage as stage_module
from ledger.rehearsal import trial as trial_module
from ledger.rehearsal.explanation import Explanation
from ledger.rehearsal.fund import RehearsalFund
from ledger.rehearsal.scenario import read_scenarios
from ledger.rehearsal.stage import (
    DOCUMENT,
    Player,
    officers_named,
    person,
    second_keys,
    set_stage,
)
from ledger.rehearsal.trial import Tried, try_file
from policies.engine import PolicyEngine

DAY = "2026-01-15"
CAP = {
    "id": "T.CAP", "rule_type": "cap_absolute", "effect": "deny", "trigger": ["purchase"],
    "params": {"amount": "100", "unit": "USD", "measure": "cumulative_purchase_cost"},
    "origin": "policy", "citation": "Test, section 1",
}  # fmt: skip
RISK = {
    "id": "T.RISK", "rule_type": "approval", "effect": "needs_approval", "trigger": ["purchase"],
    "params": {"roles_all_of": ["RiskOfficer"]}, "origin": "policy", "citation": "Test, section 2",
}  # fmt: skip
LOG = {
    "id": "T.LOG", "rule_type": "attestation", "effect": "attest", "trigger": ["calendar"],
    "params": {"items": ["append_only_log"]}, "origin": "policy", "citation": "Test, section 3",
}  # fmt: skip


def book(*rules: dict[str, Any], **changes: str) -> dict[str, Any]:
    """A book of the name `t`."""
    members = {"book": "t", "title": "Test", "version": "1", "status": "in_force", "source": "Test"}
    return {**members, **changes, "rules": list(rules)}


def buy(cost: str = "100 USD", **more: Any) -> dict[str, Any]:
    """A purchase of one BTC."""
    event = {"kind": "acquisition.proposed", "by": "TreasuryOfficer", "asset": "BTC", "units": "1"}
    return {**event, "max_consideration": cost, **more}


def tried(expect: dict[str, Any], *rules: dict[str, Any], **members: Any) -> Tried:
    """One scenario, tried under a book of these rules; `book` changes the book."""
    changes = members.pop("book", {})
    if "options" not in members:
        members.setdefault("ask", buy())
    one = {"id": "T-1", "text": "A case.", "books": ["t"], "day": DAY, "expect": expect, **members}
    value = {"title": "T", "source": "S", "books": [book(*rules, **changes)], "scenarios": [one]}
    (found,) = try_file(read_scenarios(json.dumps(value).encode(), where="f"), stage_value())
    return found


def played(*rules: dict[str, Any], **members: Any) -> tuple[str, set[str]]:
    """The verdict of a scenario, and the rules that deny or flag."""
    answered = tried({"verdict": "allow"}, *rules, **members).answered
    assert answered is not None
    return answered.verdict, {one.rule for one in (*answered.denied, *answered.flags)}


def unplayed(*rules: dict[str, Any], **members: Any) -> str:
    """Why a scenario cannot be played."""
    found = tried({"verdict": "allow"}, *rules, **members)
    assert (found.answered, found.passed) == (None, False)
    (why,) = found.differences
    assert why.startswith("cannot be played: ")
    return why.removeprefix("cannot be played: ")


# -- answers and differences --------------------------------------------------------------------


def test_an_answer_that_is_wholly_expected_passes() -> None:
    expect = {"verdict": "needs_approval", "asks": {"T.RISK": ["RiskOfficer"]}, "kept": ["T.CAP"]}
    found = tried(expect, CAP, RISK)
    assert (found.differences, found.passed) == ((), True)
    approved = buy(approvals=["RiskOfficer"])
    assert tried({"verdict": "allow", "kept": ["T.CAP", "T.RISK"]}, CAP, RISK, ask=approved).passed


@pytest.mark.parametrize(
    ("expect", "differences"),
    [
        ({"verdict": "allow"}, ["verdict deny, expected allow", "denied: T.CAP was not expected"]),
        ({"verdict": "deny"}, ["denied: T.CAP was not expected"]),
        (
            {"verdict": "deny", "denied": ["T.CAP", "T.RISK"]},
            ["denied: T.RISK is missing"],
        ),
        ({"verdict": "deny", "denied": ["T.CAP"], "flags": ["T.X"]}, ["flags: T.X is missing"]),
        ({"verdict": "deny", "denied": ["T.CAP"], "kept": ["T.CAP"]}, ["kept: T.CAP is not"]),
        (
            {"verdict": "deny", "denied": ["T.CAP"], "shows": ["101 USD", "102 USD"]},
            ["does not say '102 USD'"],
        ),
    ],
)
def test_every_difference_is_told(expect: dict[str, Any], differences: list[str]) -> None:
    assert list(tried(expect, CAP, ask=buy("101 USD")).differences) == differences


def test_approvals_are_compared_by_rule_and_by_office() -> None:
    def differences(asks: dict[str, list[str]]) -> list[str]:
        return list(tried({"verdict": "needs_approval", "asks": asks}, RISK).differences)

    assert differences({"T.RISK": ["RiskOfficer"]}) == []
    assert differences({}) == ["asks: T.RISK was not expected"]
    assert differences({"T.RISK": ["Governor"]}) == ["asks: T.RISK asks for RiskOfficer"]
    assert differences({"T.RISK": ["RiskOfficer"], "T.X": []}) == ["asks: T.X is missing"]


def test_each_scenario_has_a_fund_of_its_own() -> None:
    one = {
        "text": "A case.",
        "books": ["t"],
        "day": DAY,
        "ask": buy(),
        "expect": {"verdict": "allow"},
    }
    value = {
        "title": "T", "source": "S", "books": [book(CAP)],
        "scenarios": [{"id": f"T-{number}", **one} for number in range(3)],
    }  # fmt: skip
    found = try_file(read_scenarios(json.dumps(value).encode(), where="f"), stage_value())
    assert [one.passed for one in found] == [True] * 3, "no purchase counts in another's limit"


def test_an_explanation_that_is_not_the_decision_never_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(*_: object) -> Explanation:
        return Explanation("deny", (), (), (), ())

    monkeypatch.setattr(trial_module, "explain", wrong)
    assert unplayed(CAP) == "explained as deny, and recorded as effective"


# -- what cannot be played ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"books": ["none"]}, "no book named none"),
        ({"day": "2019-12-31"}, "2019-12-31 lies before 2020-01-01"),
        ({"ask": buy(kind="moon.landed")}, "no kind of event is named moon.landed"),
        ({"ask": buy(moon="1")}, "unknown field (at moon)"),
        ({"ask": buy(units="@first")}, "no event is named first (at units)"),
        ({"ask": {"question": "proposal", "name": "p"}}, "no event is named p (at proposal)"),
        ({"ask": {"question": "replay", "name": "p"}}, "no event is named p (at proposal)"),
        ({"stage": {"accounts": {"x": {"custodian": "none"}}}}, "custodian_unknown"),
        ({"stage": {"assets": {"BTC": {"scale": "8"}}}}, "(at asset_id)"),
    ],
)
def test_what_cannot_be_played_says_why(members: dict[str, Any], why: str) -> None:
    assert why in unplayed(CAP, **members)


def test_a_book_that_cannot_be_executed_governs_nothing() -> None:
    wrong = {**CAP, "params": {"amuont": "1"}}
    assert "T.CAP.params.amuont" in unplayed(wrong)


def test_history_that_does_not_take_effect_needs_a_name() -> None:
    early = {"on": "2026-01-10", "kind": "acquisition.settled", "by": "TreasuryOfficer",
             "proposal": DOCUMENT, "units": "1", "consideration": "1 USD"}  # fmt: skip
    assert unplayed(CAP, given=[early]).startswith("acquisition.settled is ")
    assert "proposal" in unplayed(CAP, given=[early])
    assert tried({"verdict": "allow"}, CAP, given=[{**early, "name": "early"}]).passed


def test_days_of_history_are_in_order() -> None:
    given = [buy(on="2026-01-10", name="a"), buy(on="2026-01-09", name="b")]
    assert "2026-01-09 lies before 2026-01-10" in unplayed(CAP, given=given)
    assert f"{DAY} lies before 2026-01-16" in unplayed(CAP, given=[buy(on="2026-01-16")])


# -- questions ----------------------------------------------------------------------------------


def test_an_open_proposal_is_asked_about_under_the_books_that_now_govern() -> None:
    given = [buy(on="2026-01-10", name="p")]
    ask = {"question": "replay", "name": "p"}
    assert played(CAP, given=given, ask=ask) == ("allow", set()), "the house rule governed then"
    why = unplayed(CAP, given=given, ask={"question": "proposal", "name": "x"})
    assert why == "no event is named x (at proposal)"
    seen = {"on": "2026-01-10", "kind": "price.observed", "by": "TreasuryOfficer", "asset": "BTC",
            "price": "1", "name": "p"}  # fmt: skip
    why = unplayed(CAP, given=[seen], ask={"question": "proposal", "name": "p"})
    assert why == "the proposal is not open (at ask.name)"


def test_loading_a_bill_says_that_it_decides_nothing() -> None:
    load = {"question": "load"}
    assert played(CAP, ask=load, book={"status": "bill"}) == ("flag", {"DESIGN.STATUS.1"})
    assert played(CAP, ask=load) == ("no_finding", set())


def test_a_bill_decides_where_it_is_marked_alone() -> None:
    bill = {**CAP, "status": "bill"}
    dear = buy("101 USD")
    assert played(bill, ask=dear) == ("allow", set())
    assert played(bill, ask=dear, marked=True) == ("deny", {"T.CAP"})


def test_limits_are_told_with_what_is_used() -> None:
    ask = {"question": "limits"}
    given = [buy("60 USD", on="2026-01-10", name="p")]
    expect = {"verdict": "no_finding", "kept": ["T.CAP"], "shows": ["cumulative_purchase_cost 100"]}
    assert tried(expect, CAP, ask=ask, given=given).passed
    assert tried({"verdict": "no_finding"}, RISK, ask=ask).passed


def test_a_log_from_which_a_record_is_missing_is_flagged() -> None:
    assert played(LOG, ask={"question": "audit"}) == ("no_finding", set())
    assert played(LOG, ask={"question": "audit", "without": 5}) == ("flag", {"T.LOG"})


def test_where_every_way_is_denied_there_is_no_lawful_option() -> None:
    dear, cheap = buy("101 USD"), buy("99 USD")
    verdict, rules = played(CAP, options=[dear, {**dear, "units": "2"}])
    assert verdict == "no_lawful_option"
    assert "T.CAP" in rules
    assert played(CAP, options=[dear, {"question": "nothing"}]) == ("allow", set())
    assert played(CAP, options=[dear, cheap]) == ("allow", set())


def test_without_books_and_house_rule_nobody_may_act() -> None:
    verdict, rules = played(books=[], house=False)
    assert (verdict, rules) == ("deny", {"DESIGN.AUTHORITY.1"})
    assert played(books=[]) == ("allow", set()), "the house rule lets every officer act"


def test_a_second_key_of_one_person_counts_once() -> None:
    two = {**RISK, "params": {"roles_any_of": ["RiskOfficer"], "roles_count": "2"}}
    ask = buy(approvals=["RiskOfficer", "RiskOfficer#2"])
    assert tried(
        {"verdict": "needs_approval", "asks": {"T.RISK": ["RiskOfficer"]}}, two, ask=ask
    ).passed


def test_officers_may_be_named_with_offices() -> None:
    ask = buy(by="marat", approvals=["aigerim"])
    offices = {"marat": ["TreasuryOfficer"], "aigerim": ["RiskOfficer"]}
    assert tried({"verdict": "allow"}, RISK, ask=ask, officers=offices).passed


# -- the stage ----------------------------------------------------------------------------------


def test_a_later_stage_replaces_entries_of_the_same_name() -> None:
    coin = {"asset_id": "fund:0/unit:b", "instrument_class": "coin"}
    halves = buy(units="0.5")
    assert played(CAP, ask=halves) == ("allow", set())
    whole = {"assets": {"BTC": {**coin, "scale": 0}}}
    assert played(CAP, ask=halves, stage=whole) == ("deny", {"amount_scale"})


def player() -> tuple[RehearsalFund, Player]:
    fund = RehearsalFund(PolicyEngine(), "2026-01-01")
    stage = stage_value()
    del stage["house"]
    set_stage(fund, stage, {"treasury": ["TreasuryOfficer"]})
    return fund, Player(fund)


def test_an_event_is_filled_in_as_the_page_says() -> None:
    _, acts = player()
    author, fields = acts.said(buy("5 USD", evidence=True, approvals=["B", "A", "A#2"]))
    assert author == "treasury-officer"
    assert fields["max_consideration"] == {"currency": "USD", "amount": "5"}
    assert (fields["evidence"], fields["facts"]) == ([DOCUMENT], {})
    assert (fields["account"], fields["counterparty"]) == ("reserve", "dealer")
    assert fields["cosigners"] == ["a", "b"]
    whole = {"currency": "USD", "amount": "5"}
    assert acts.said({**buy(), "max_consideration": whole})[1]["max_consideration"] == whole
    named = {"kind": "asset.listed", "asset": "ABC"}
    assert acts.said(named)[1]["name"] == "ABC"


def test_addresses_are_registered_as_many_as_are_asked_for() -> None:
    fund = RehearsalFund(PolicyEngine(), "2026-01-01")
    vault = {"legal_name": "Vault"}
    accounts = {"none": {"addresses": 0}, "one": {}, "three": {"addresses": 3}}
    set_stage(fund, {"custodians": {"vault": vault}, "accounts": accounts}, {})
    bodies = [parse_record(record).body for record in fund.records]
    found = [body["address"] for body in bodies if body["kind"] == "address.registered.v1"]
    assert found == ["one-1", "three-1", "three-2", "three-3"]


def test_a_series_is_one_event_a_day_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_module, "_SERIES_DAYS_MAX", 5)

    def series(until: str) -> list[str]:
        fund, acts = player()
        fund.move_to("2026-03-01")
        table = {
            "kind": "observation.recorded", "by": "governor-a", "measure": "market_cap",
            "subject": "BTC", "value": "1", "unit": "USD", "observed_on": "2026-02-26",
        }  # fmt: skip
        before = len(fund.records)
        acts.play({**table, "name": "seen", "until": until})
        return [parse_record(one).body["observed_on"] for one in fund.records[before:]]

    assert series("2026-02-28") == ["2026-02-26", "2026-02-27", "2026-02-28"]
    assert len(series("2026-03-02")) == 5
    with pytest.raises(InputError, match="more than 5 days in one series"):
        series("2026-03-03")


def test_offices_and_second_keys_are_found_in_tables() -> None:
    tables: list[dict[str, Any]] = [
        {"by": "StateTreasurer", "approvals": ["RiskOfficer", "RiskOfficer#2", "marat"]},
        {"by": "gulnara"},
        {},
    ]
    assert officers_named(tables) == {
        "state-treasurer": ["StateTreasurer"],
        "risk-officer": ["RiskOfficer"],
    }
    assert second_keys(tables[0]) == ["risk-officer"]
    assert second_keys(tables[1]) == []
    assert (person("marat"), person("RiskOfficer")) == ("marat", "risk-officer")


@pytest.mark.parametrize("settled_on", ["2026-01-15", "2026-02-03"])
@pytest.mark.parametrize(
    ("rule_type", "params"),
    [
        ("cap_absolute", CAP["params"]),
        ("cap_absolute", {"amount": "1", "unit": "BTC", "measure": "cumulative_units"}),
        ("cap_pct", {"pct": "0.1", "base_amount": "1000", "base_unit": "USD",
                     "numerator_basis": "cost"}),
        ("cap_pct", {"pct": "0.1", "base_amount": "1000", "base_unit": "USD",
                     "numerator_basis": "market_value"}),
    ],
)  # fmt: skip
def test_a_limit_at_settlement_counts_a_purchase_once(
    rule_type: str, params: dict[str, Any], settled_on: str
) -> None:
    """The settlement comes in place of what its proposal asked for, in part or in all."""
    triggers = ["purchase", "purchase_settlement"]
    limit = {**CAP, "rule_type": rule_type, "params": params, "trigger": triggers}
    anybody = {**RISK, "effect": "allow_only_if", "trigger": ["any_instruction", "any_fact"],
               "params": {"initiator_roles": ["TreasuryOfficer"]}}  # fmt: skip
    given = [{"on": DAY, "name": "deal", **buy()}]
    part = {"kind": "acquisition.settled", "by": "TreasuryOfficer", "proposal": "@deal",
            "units": "0.5", "consideration": "50 USD", "final": False}  # fmt: skip
    asked = {"day": settled_on, "given": given}
    assert played(limit, anybody, **asked, ask=part) == ("allow", set())
    whole = {**part, "units": "1", "consideration": "100 USD", "final": True}
    assert played(limit, anybody, **asked, ask=whole) == ("allow", set())
    verdict, _ = played(limit, anybody, day=DAY, given=given, ask=buy("0.01 USD"))
    assert verdict == "deny"
