"""What comes in and what goes out: sources, restrictions, approvals, money that must come back."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.outcome import FLAG, Finding
from ledger.domain.policy import Lent
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    COLD,
    DOCUMENT,
    USDC,
    action,
    asked,
    found,
    said,
    watched,
)


def inflow(source: str = "tax_receipt", **fields: Any) -> Any:
    return action("inflow", source=source, **fields)


def outflow(**fields: Any) -> Any:
    return action("transfer_out", account=COLD, **fields)


# -- inflow_source --------------------------------------------------------------------------------

FINAL: dict[str, Any] = {"sources_any_of": ["final_civil_forfeiture", "donation"]}
NEUTRAL: dict[str, Any] = {"net_budget_effect_usd": "0"}
EXCLUDED: dict[str, Any] = {"exclude_if_any_of": ["needed_as_evidence", "owed_to_a_victim"]}
NOT_EXCLUDED = {"needed_as_evidence": False, "owed_to_a_victim": False}


def effect_of(value: str, name: str = "net_budget_effect_usd") -> KnownFacts:
    return KnownFacts(observed_values={(name, "fund"): ("2026-01-01", value, "USD")})


@pytest.mark.parametrize(
    ("params", "subject", "known", "answer"),
    [
        ({}, inflow(), KnownFacts(), "denies"),
        ({"effect": "flag"}, inflow(), KnownFacts(), "flags"),
        ({"sources_any_of": ["tax_receipt"]}, inflow(), KnownFacts(), "allows"),
        ({"sources_any_of": ["tax_receipt"]}, inflow("donation"), KnownFacts(), "denies"),
        ({"sources_any_of": ["tax_receipt"]}, inflow(""), KnownFacts(), "denies"),
        ({"sources_any_of": ["tax_receipt"]}, inflow("unsolicited"), KnownFacts(), "flags"),
        ({"denied_sources": ["tax_receipt"]}, inflow(), KnownFacts(), "denies"),
        ({"denied_sources": ["tax_receipt"]}, inflow("donation"), KnownFacts(), "allows"),
        ({"denied_sources": ["tax_receipt"]}, inflow("unsolicited"), KnownFacts(), "flags"),
        (FINAL, inflow("donation"), KnownFacts(), "allows"),
        (FINAL, inflow("final_civil_forfeiture"), KnownFacts(), "denies"),
        (FINAL, inflow("final_civil_forfeiture", final_on="2026-01-05"), KnownFacts(), "allows"),
        (FINAL, inflow("final_civil_forfeiture", final_on="2026-01-06"), KnownFacts(), "denies"),
        (EXCLUDED, inflow(), KnownFacts(), "denies"),
        (EXCLUDED, inflow(facts=NOT_EXCLUDED), KnownFacts(), "allows"),
        (EXCLUDED, inflow(facts={"needed_as_evidence": True}), KnownFacts(), "denies"),
        ({"evidence_required": ["order"]}, inflow(), KnownFacts(), "denies"),
        ({"evidence_required": ["order"]}, inflow(evidence=(DOCUMENT,)), KnownFacts(), "allows"),
        (NEUTRAL, inflow(""), effect_of("0"), "allows"),
        (NEUTRAL, inflow(), effect_of("0.01"), "denies"),
        (NEUTRAL, inflow(), KnownFacts(), "denies"),
        ({**NEUTRAL, "incremental_taxpayer_cost_usd": "0"}, inflow(), effect_of("0"), "denies"),
    ],
)
def test_where_value_may_come_from(
    params: dict[str, Any], subject: Any, known: KnownFacts, answer: str
) -> None:
    assert said(asked("inflow_source", subject, known, **params)) == answer


def test_an_inflow_says_what_it_should_have_been() -> None:
    final: dict[str, Any] = {"sources_any_of": ["civil_money_penalty"]}
    for params, subject, known, answer in (
        ({}, inflow(), KnownFacts(), ("no such inflow", "inflow")),
        ({"denied_sources": ["a"]}, inflow("a"), KnownFacts(), ("another source", "a")),
        ({"sources_any_of": ["a", "b"]}, inflow(""), KnownFacts(), ("a or b", "no source")),
        (final, inflow("civil_money_penalty"), KnownFacts(),
         ("final by 2026-01-05", "not final")),
        (FINAL, inflow("unsolicited"), KnownFacts(), ("an authorised receipt", "unsolicited")),
        (EXCLUDED, inflow(), KnownFacts(), ("known fact needed_as_evidence", "unknown")),
        (EXCLUDED, inflow(facts={"needed_as_evidence": True}), KnownFacts(),
         ("needed_as_evidence false", "true")),
        ({"evidence_required": ["order", "act"]}, inflow(), KnownFacts(),
         ("a document: order, act", "none")),
        (NEUTRAL, inflow(), effect_of("-0.5"), ("net_budget_effect_usd 0", "-1/2")),
    ):  # fmt: skip
        assert found(asked("inflow_source", subject, known, **params)) == answer
    assert asked("inflow_source", inflow("a"), sources_any_of=["a"]).inputs == ("source a",)


def test_a_taxpayer_cost_that_is_kept_allows() -> None:
    name = "incremental_taxpayer_cost_usd"
    assert said(asked("inflow_source", inflow(), effect_of("1", name), **{name: "0"})) == "denies"
    assert said(asked("inflow_source", inflow(), effect_of("0", name), **{name: "0"})) == "allows"


def test_an_exempting_source_speaks_of_its_sources_only() -> None:
    params: dict[str, Any] = {"exempt_sources": ["fork"], "effect": "exempt"}
    assert said(asked("inflow_source", inflow("fork"), **params)) == "allows"
    assert said(asked("inflow_source", inflow(), **params)) == "silent"


# -- outflow_restriction --------------------------------------------------------------------------

STATUTE: dict[str, Any] = {"reason": "statutory_release", "statutes": ["usc_31", "usc_28"]}
FROM_SEIZURE: dict[str, Any] = {"provenance": "seizure"}
ACT: dict[str, Any] = {"purposes": ["x"], "evidence_required": ["act"]}
CONTRACT: dict[str, Any] = {"pay_in": "contract_currency"}


@pytest.mark.parametrize(
    ("params", "subject", "answer"),
    [
        ({"reason": "a"}, outflow(reason="b"), "silent"),
        ({"reason": "a"}, outflow(reason="a"), "denies"),
        (STATUTE, outflow(reason="statutory_release", purpose="usc_28"), "allows"),
        (STATUTE, outflow(reason="statutory_release", purpose="usc_18"), "denies"),
        ({"purposes": ["administration"]}, outflow(purpose="administration"), "allows"),
        ({"purposes": ["administration"]}, outflow(), "denies"),
        ({"purposes": ["x"], "effect": "flag"}, outflow(), "flags"),
        ({"purposes": ["x"], "effect": "needs_approval"}, outflow(), "asks"),
        ({"evidence_required": ["act"]}, outflow(), "denies"),
        ({"evidence_required": ["act"]}, outflow(evidence=(DOCUMENT,)), "allows"),
        (ACT, outflow(purpose="x"), "denies"),
        (ACT, outflow(evidence=(DOCUMENT,)), "denies"),
        (ACT, outflow(purpose="x", evidence=(DOCUMENT,)), "allows"),
        ({"excluded_assets": ["BTC"]}, outflow(), "denies"),
        ({"excluded_assets": [BTC.asset_id]}, outflow(), "denies"),
        ({"excluded_assets": ["BTC"]}, outflow(asset=USDC), "allows"),
        ({"excluded_assets": ["BTC"]}, outflow(asset=None), "denies"),
        ({"excluded_assets": ["BTC"]}, outflow(asset=USDC, given_asset=BTC), "denies"),
        (FROM_SEIZURE, outflow(), "denies"),
        (FROM_SEIZURE, outflow(facts={"from_seizure": False}), "allows"),
        (FROM_SEIZURE, outflow(facts={"from_seizure": True}), "denies"),
        (CONTRACT, outflow(), "denies"),
        (CONTRACT, outflow(facts={"contracted_in_asset": False}), "denies"),
        (CONTRACT, outflow(facts={"contracted_in_asset": True}), "allows"),
    ],
)
def test_what_may_go_out(params: dict[str, Any], subject: Any, answer: str) -> None:
    assert said(asked("outflow_restriction", subject, **params)) == answer


def test_an_outflow_says_what_it_lacks() -> None:
    for params, subject, answer in (
        ({}, outflow(), ("no such outflow", "transfer_out")),
        ({"destinations": "registered"}, outflow(),
         ("a destination with a registered address", "no destination")),
        ({"purposes": ["a", "b"]}, outflow(), ("for a or b", "no purpose")),
        ({"purpose_required": True}, outflow(), ("a stated purpose", "none")),
        ({"evidence_required": ["act"]}, outflow(), ("a document: act", "none")),
        ({"excluded_assets": ["BTC"]}, outflow(), ("an asset that may leave", "BTC")),
        (FROM_SEIZURE, outflow(), ("known fact from_seizure", "unknown")),
        (FROM_SEIZURE, outflow(facts={"from_seizure": True}),
         ("units not from seizure", "from_seizure")),
        (CONTRACT, outflow(), ("payment in what the contract names", "unknown")),
        (CONTRACT, outflow(facts={"contracted_in_asset": False}),
         ("payment in what the contract names", "another")),
    ):  # fmt: skip
        assert found(asked("outflow_restriction", subject, **params)) == answer


FREED_BY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a registered destination": (
        {"destinations": "registered"}, {"destination_registered": True},
    ),
    "an asset that may leave": ({"excluded_assets": ["USDC"]}, {}),
    "units of another source": (FROM_SEIZURE, {"facts": {"from_seizure": False}}),
}  # fmt: skip


@pytest.mark.parametrize(("params", "fields"), FREED_BY.values(), ids=FREED_BY)
def test_what_frees_of_one_condition_does_not_free_of_the_others(
    params: dict[str, Any], fields: dict[str, Any]
) -> None:
    """It is broken unless what the other parameters ask for is there: all of them."""
    both: dict[str, Any] = {**params, "purposes": ["administration"]}
    assert said(asked("outflow_restriction", outflow(**fields), **both)) == "denies"
    stated = outflow(purpose="administration", **fields)
    assert said(asked("outflow_restriction", stated, **both)) == "allows"


def test_a_reason_that_is_not_stated_may_be_the_one_that_is_restricted() -> None:
    """As with `approval`: what is not known never allows."""
    assert said(asked("outflow_restriction", outflow(), reason="a")) != "silent"


# -- temporary_transfer ---------------------------------------------------------------------------

LENDING: dict[str, Any] = {"purpose": "cash_flow", "initiator_roles": ["TreasuryOfficer"]}


def lent(minor_units: int = 10_000, interest: int | None = 50, returned: int = 0) -> KnownFacts:
    one = Lent("an event", "USD", minor_units, interest, returned, "2026-01-01", 9)
    return KnownFacts(temporary=[one])


@pytest.mark.parametrize(
    ("params", "subject", "answer"),
    [
        ({}, action(), "allows"),
        (LENDING, action(purpose="cash_flow"), "allows"),
        (LENDING, action(purpose="other"), "denies"),
        (LENDING, action(), "denies"),
        (LENDING, action(purpose="cash_flow", offices=frozenset({"Clerk"})), "denies"),
        ({"return_principal": True, "effect": "flag"}, action(), "flags"),
    ],
)
def test_what_may_leave_for_a_time(params: dict[str, Any], subject: Any, answer: str) -> None:
    assert said(asked("temporary_transfer", subject, **params)) == answer


def test_what_leaves_for_a_time_says_who_may_and_until_when() -> None:
    nobody = action(purpose="cash_flow", offices=frozenset())
    assert found(asked("temporary_transfer", action(), **LENDING)) == (
        "for cash_flow", "no purpose",
    )  # fmt: skip
    assert found(asked("temporary_transfer", nobody, **LENDING)) == (
        "TreasuryOfficer", "no office",
    )  # fmt: skip
    for fields, words in (({}, "no deadline"), ({"deadline_words": "in time"}, "in time")):
        params: dict[str, Any] = {"return_principal": True, "effect": "flag", **fields}
        verdict = asked("temporary_transfer", action(), **params)
        assert found(verdict) == ("returned", f"open, {words}")


@pytest.mark.parametrize(
    ("with_interest", "known", "missing"),
    [
        (False, lent(), "100 USD to come"),
        (False, lent(returned=9_999), "0.01 USD to come"),
        (False, lent(returned=10_000), None),
        (True, lent(), "100.5 USD to come"),
        (True, lent(returned=10_000), "0.5 USD to come"),
        (True, lent(returned=10_050), None),
        (True, lent(interest=None, returned=10_000), "interest not stated"),
    ],
)
def test_what_must_come_back_is_open_until_it_has(
    with_interest: bool,  # noqa: FBT001 - a column of the table
    known: KnownFacts,
    missing: str | None,
) -> None:
    params: dict[str, Any] = {"return_principal": True, "return_interest": with_interest}
    findings = watched(known, "temporary_transfer", **params)
    text = f"100 USD out for 4 days, {missing}"
    one = Finding("T.R", FLAG, "returned", text, "A test", ("position 9",))
    assert findings == ([one] if missing else [])
    assert watched(known, "temporary_transfer") == []
