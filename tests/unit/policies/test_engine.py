"""The engine: every rule that is called is asked, deny wins, and silence is not consent."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from ledger.domain.outcome import DENY, FLAG
from ledger.domain.policy import (
    AccountFacts,
    Action,
    AssetFacts,
    Authorised,
    Judgement,
    ObservedWindow,
    PartyFacts,
    Stated,
)
from ledger.kernel.errors import UnknownRuleError
from ledger.kernel.money import Money
from policies.book import read_book
from policies.engine import AUTHORITY, PolicyEngine
from policies.vocabulary import RULE_TYPES
from tests.support.books import ANYBODY, anybody, approval, book, rule
from tests.support.known_facts import KnownFacts

ENGINE = PolicyEngine()
BTC = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
COLD = AccountFacts("cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ")
PURCHASE = Action(
    kind="acquisition.proposed.v1",
    triggers=("purchase", "any_instruction"),
    author="aigerim",
    offices=frozenset({"TreasuryOfficer"}),
    value_date="2026-01-05",
    asset=BTC,
    units=10**9,
    consideration=Money("USD", 40_000_000),
    destination=replace(COLD, addresses=1),
    destination_registered=True,
    counterparty="exchange-one",
    duties={"proposer": frozenset({"aigerim"}), "approver": frozenset()},
)


def judge(action: Action, *rules: dict[str, Any], books: int = 1) -> Judgement:
    read = [ENGINE.read_book(book(*rules, book=f"book-{number}")) for number in range(books)]
    return ENGINE.judge(read, action, KNOWN)


def codes(judgement: Judgement) -> list[tuple[str, str]]:
    return [(finding.rule, finding.verdict) for finding in judgement.findings]


def stands(judgement: Judgement) -> str:
    """What an act would come to with no approvals yet."""
    if any(finding.verdict == DENY for finding in judgement.findings):
        return "refused"
    needed = [max(asked.count, len(asked.all_of)) for asked in judgement.requirements]
    return "pending" if any(needed) else "effective"


# -- authority ------------------------------------------------------------------------------------


def test_without_a_rule_of_authority_an_action_is_denied() -> None:
    assert codes(judge(PURCHASE)) == [(AUTHORITY, DENY)]
    cap = {"amount": "1000000000", "unit": "USD", "measure": "transaction_cost"}
    allowed = rule("T.CAP", "cap_absolute", "purchase", params=cap)
    assert codes(judge(PURCHASE, allowed)) == [(AUTHORITY, DENY)]
    assert codes(judge(PURCHASE, anybody("T.A", "price"))) == [(AUTHORITY, DENY)]
    assert codes(judge(PURCHASE, ANYBODY)) == []


def test_no_books_is_no_authority() -> None:
    assert codes(ENGINE.judge([], PURCHASE, KnownFacts())) == [(AUTHORITY, DENY)]


BANDED = {
    "a band that ends below": {"roles_count": "1", "up_to": "100", "unit": "USD"},
    "a band that begins above": {"roles_count": "1", "above": "900000", "unit": "USD"},
    "another reason": {"roles_count": "1", "reason": "victim_return"},
}


@pytest.mark.parametrize("params", BANDED.values(), ids=BANDED)
def test_a_rule_that_does_not_apply_gives_no_authority(params: dict[str, Any]) -> None:
    """A rule for up to 100 USD says nothing of 400,000 USD: silence must not allow it."""
    subject = replace(PURCHASE, reason="purchase_for_reserve")
    judgement = judge(subject, approval("T.BAND", "purchase", **params))
    assert (AUTHORITY, DENY) in codes(judgement)


PERHAPS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a reason that is not stated": (
        {"initiator_roles": ["TreasuryOfficer"], "reason": "victim_return"},
        {"reason": ""},
    ),
    "an amount in another currency": (
        {"roles_count": "1", "up_to": "100", "unit": "USD"},
        {"consideration": Money("EUR", 10**12)},
    ),
    "an unknown amount": (
        {"roles_count": "1", "up_to": "100", "unit": "USD"},
        {"consideration": None},
    ),
}


@pytest.mark.parametrize(("params", "fields"), PERHAPS.values(), ids=PERHAPS)
def test_a_rule_that_perhaps_applies_asks_but_gives_no_authority(
    params: dict[str, Any], fields: dict[str, Any]
) -> None:
    """What is not known never allows.

    Else who leaves the reason out, or pays in another currency, has the narrowest rule's authority.
    """
    judgement = judge(replace(PURCHASE, **fields), approval("T.NARROW", "purchase", **params))
    assert (AUTHORITY, DENY) in codes(judgement)


def test_a_deny_of_any_book_wins_over_the_others() -> None:
    deny = rule("T.ELIG", "eligible_asset_list", "purchase", params={"assets": ["BNB"]})
    assert stands(judge(PURCHASE, ANYBODY)) == "effective"
    assert stands(judge(PURCHASE, ANYBODY, deny)) == "refused"
    assert stands(judge(PURCHASE, deny, ANYBODY)) == "refused"


def test_findings_come_in_the_order_of_books_and_rules() -> None:
    rules = [
        rule(f"T.{name}", "eligible_asset_list", "purchase", params={"assets": ["BNB"]})
        for name in ("C", "A", "B")
    ]
    expected = [("T.C", DENY), ("T.A", DENY), ("T.B", DENY)]
    assert codes(judge(PURCHASE, *rules, ANYBODY, books=2)) == expected * 2


def test_judging_twice_gives_the_same() -> None:
    rules = [ANYBODY, approval("T.A", "purchase", roles_count="2")]
    first, second = judge(PURCHASE, *rules), judge(PURCHASE, *rules)
    assert first == second


@pytest.mark.parametrize(
    ("status", "decides"),
    [
        ("in_force", True),
        ("announcement", True),
        ("standard", True),
        ("bill", False),
        ("proposal", False),
        ("none_published", False),
    ],
)
def test_only_rules_of_a_deciding_status_decide(status: str, decides: bool) -> None:  # noqa: FBT001 - a column of the table
    deny = rule("T.D", "eligible_asset_list", "purchase", params={"assets": ["BNB"]}, status=status)
    assert (stands(judge(PURCHASE, ANYBODY, deny)) == "refused") == decides


def test_a_bill_gives_no_authority() -> None:
    assert codes(judge(PURCHASE, {**ANYBODY, "status": "bill"})) == [(AUTHORITY, DENY)]


# -- unknown --------------------------------------------------------------------------------------

GOOD_PARAMS: dict[str, dict[str, Any]] = {
    "address_cap": {"max_per_address": "10", "unit": "BTC"},
    "approval": {"roles_count": "1"},
    "attestation": {"items": ["custody_policy"]},
    "cap_absolute": {"amount": "1000000000", "unit": "USD", "measure": "transaction_cost"},
    "cap_pct": {"pct": "0.5", "base_amount": "800000", "base_unit": "USD"},
    "custodian_attributes": {"charter_any_of": ["exchange"]},
    "custody_method": {"methods_any_of": ["qualified_custodian"]},
    "effective_date": {"in_force_from": "2026-01-05"},
    "eligible_asset_list": {"assets": ["BTC"]},
    "eligible_by_avg_market_cap": {
        "threshold_usd": "10", "operator": ">=",
        "window": {"kind": "rolling_months", "months": 1},
    },
    "indirect_only": {"direct_instrument_classes_denied": ["token"]},
    "inflow_source": {"net_budget_effect_usd": "0"},
    "instrument_class": {"instrument": "BTC", "instrument_class": "coin"},
    "no_published_rule": {"values": []},
    "obligation_due": {"deliverable": "d", "years": 3, "starts_on": "returned"},
    "outflow_restriction": {"destinations": "registered"},
    "reconciliation": {"frequency_days": 30},
    "segregation": {"apart_from": "another"},
    "separation_of_duties": {"must_differ": ["proposer", "approver"]},
    "settlement_tolerance": {"units_over": "0.1"},
    "temporary_transfer": {"return_principal": False},
}  # fmt: skip
SAYS_AT_MOST = {"no_published_rule": "flag"}
"""The effect of types that never allow by themselves."""
KNOWN = KnownFacts(
    attestations={
        ("custody_policy", "cold-1"): Stated(
            value=True, day="2026-01-01", until="2026-12-31", position=1
        )
    },
    observed_values={
        ("net_budget_effect_usd", "fund"): ("2026-01-01", "0", "USD"),
        ("market_cap", "BTC"): ("2025-12-05", "10", "USD"),
    },
    windows={("market_cap", "BTC"): ObservedWindow(31, Fraction(310), 0, (1, 31))},
    facts={("returned", "cold-1"): Stated(value=True, day="2022-01-05", until="", position=1)},
    parties={"exchange-one": PartyFacts("exchange-one", "Exchange One", "KZ", "exchange")},
)


def test_every_rule_type_is_tried() -> None:
    assert sorted(GOOD_PARAMS) == sorted(RULE_TYPES)


@pytest.mark.parametrize("rule_type", RULE_TYPES)
def test_an_unknown_parameter_denies(rule_type: str) -> None:
    params = GOOD_PARAMS[rule_type]
    effects = {"effect": SAYS_AT_MOST[rule_type]} if rule_type in SAYS_AT_MOST else {}
    known = rule("T.R", rule_type, "purchase", params=params, **effects)
    assert stands(judge(PURCHASE, ANYBODY, known)) != "refused"
    for unknown in ([next(iter(params))], ["something", "else"]):
        judgement = judge(PURCHASE, ANYBODY, {**known, "unknown": unknown})
        assert codes(judgement) == [("T.R", FLAG if effects else DENY)]
        assert judgement.findings[0].found == "unknown"


def test_an_unknown_parameter_of_a_flag_only_flags() -> None:
    flagged = rule(
        "T.F", "cap_absolute", "purchase", effect="flag", params=GOOD_PARAMS["cap_absolute"],
        unknown=["amount"],
    )  # fmt: skip
    assert codes(judge(PURCHASE, ANYBODY, flagged)) == [("T.F", FLAG)]


@pytest.mark.parametrize("effect", ["flag", "needs_approval", "allow_only_if", "deny"])
def test_an_unknown_parameter_never_takes_an_approval_away(effect: str) -> None:
    asked = rule("T.A", "approval", "purchase", effect=effect, params={"roles_count": "1"})
    assert stands(judge(PURCHASE, ANYBODY, asked)) == "pending"
    unknown = {**asked, "unknown": ["roles_count"]}
    assert stands(judge(PURCHASE, ANYBODY, unknown)) != "effective"


def test_an_unknown_rule_type_is_not_decided() -> None:
    """A newer version may know it: undecidable, neither allowed nor denied."""
    newer = rule("T.NEW", "lunar_phase", "purchase")
    with pytest.raises(UnknownRuleError) as refusal:
        ENGINE.read_book(book(ANYBODY, newer))
    assert refusal.value.where == "T.NEW"
    assert refusal.value.hint


# -- what is left out only refuses ----------------------------------------------------------------

LEFT_OUT: dict[str, dict[str, Any]] = {
    "asset": {"asset": None, "units": None},
    "units": {"units": None},
    "consideration": {"consideration": None},
    "destination": {"destination": None, "destination_registered": None},
    "destination_registered": {"destination_registered": None},
    "purpose": {"purpose": ""},
    "evidence": {"evidence": ()},
    "facts": {"facts": {}},
    "offices": {"offices": frozenset()},
}
RULES = {
    "cap on cost": rule("T.R", "cap_absolute", "purchase", params=GOOD_PARAMS["cap_absolute"]),
    "cap on units": rule(
        "T.R",
        "cap_absolute",
        "purchase",
        params={"amount": "10", "unit": "BTC", "measure": "transaction_units"},
    ),
    "eligible": rule("T.R", "eligible_asset_list", "purchase", params={"assets": ["BTC"]}),
    "eligible class": rule(
        "T.R", "eligible_asset_list", "purchase", params={"instrument_classes": ["coin"]}
    ),
    "excluded": rule("T.R", "eligible_asset_list", "purchase", params={"excluded_assets": ["BNB"]}),
    "registered": rule(
        "T.R", "outflow_restriction", "purchase", params={"destinations": "registered"}
    ),
    "purpose": rule("T.R", "outflow_restriction", "purchase", params={"purpose_required": True}),
    "with evidence": rule(
        "T.R", "outflow_restriction", "purchase", params={"exceptions": [{"evidence": "act"}]}
    ),
    "by office": rule(
        "T.R",
        "outflow_restriction",
        "purchase",
        params={"exceptions": [{"roles": ["TreasuryOfficer"]}]},
    ),
    "initiator": rule(
        "T.R",
        "approval",
        "purchase",
        effect="allow_only_if",
        params={"initiator_roles": ["TreasuryOfficer"]},
    ),
    "band below": approval("T.R", "purchase", roles_count="1", up_to="1", unit="USD"),
    "band above": approval("T.R", "purchase", roles_count="1", above="9000000", unit="USD"),
}
ORDER = ["refused", "pending", "effective"]


@pytest.mark.parametrize("left_out", LEFT_OUT.values(), ids=LEFT_OUT)
@pytest.mark.parametrize("asked", RULES.values(), ids=RULES)
def test_what_is_left_out_never_allows_more(
    asked: dict[str, Any], left_out: dict[str, Any]
) -> None:
    full = replace(PURCHASE, purpose="reserve", evidence=("0" * 64,), facts={"audited": True})
    with_all = stands(judge(full, ANYBODY, asked))
    without = stands(judge(replace(full, **left_out), ANYBODY, asked))
    assert ORDER.index(without) <= ORDER.index(with_all)


def test_leaving_out_the_reason_does_not_leave_out_the_approvals_for_it() -> None:
    """As an unknown amount falls into every band, so must a reason that is not stated."""
    asked = approval("T.R", "purchase", roles_count="2", reason="victim_return")
    stated = replace(PURCHASE, reason="victim_return")
    assert stands(judge(stated, ANYBODY, asked)) == "pending"
    assert stands(judge(replace(stated, reason="something_else"), ANYBODY, asked)) == "effective"
    assert stands(judge(replace(stated, reason=""), ANYBODY, asked)) == "pending"


def test_zero_tolerance_stands_in_where_a_mandate_has_none() -> None:
    settled = replace(
        PURCHASE,
        triggers=("purchase_settlement", "settlement", "any_fact"),
        authorised=Authorised(
            units=10**9,
            units_before=0,
            consideration=Money("USD", 40_000_000),
            effective=True,
        ),
    )
    assert codes(judge(settled, ANYBODY)) == []
    over = replace(settled, units=10**9 + 1)
    assert codes(judge(over, ANYBODY)) == [("DESIGN.TOLERANCE.1", DENY)]
    own = rule("T.TOL", "settlement_tolerance", "settlement", params={"units_over": "0.1"})
    assert codes(judge(over, ANYBODY, own)) == []


def test_a_tolerance_that_only_flags_does_not_switch_the_zero_tolerance_off() -> None:
    """A monitor is not a licence."""
    settled = replace(
        PURCHASE,
        triggers=("purchase_settlement", "settlement", "any_fact"),
        units=2 * 10**9,
        authorised=Authorised(10**9, 0, None, effective=True),
    )
    flag = rule("T.TOL", "settlement_tolerance", "settlement", effect="flag")
    assert ("DESIGN.TOLERANCE.1", DENY) in codes(judge(settled, ANYBODY, flag))


def test_books_are_read_alike_each_time() -> None:
    value = book(ANYBODY)
    assert read_book(value).form == ENGINE.read_book(value).form
    assert ENGINE.in_force(read_book(value))
    assert not ENGINE.in_force(read_book({**value, "status": "bill"}))


@pytest.mark.parametrize(
    ("effect", "params", "authority"),
    [
        ("allow_only_if", {"initiator_roles": ["TreasuryOfficer"]}, True),
        ("needs_approval", {"roles_count": "1"}, True),
        ("deny", {"initiator_roles": ["TreasuryOfficer"]}, True),
        ("flag", {"initiator_roles": ["TreasuryOfficer"]}, False),
        ("flag", {"roles_count": "1"}, False),
        ("needs_approval", {"advisory": True}, False),
        ("flag", {"policy_reference_required": True}, False),
        ("none", {"roles_count": "1"}, False),
    ],
)
def test_neither_a_monitor_nor_advice_is_a_licence(
    effect: str,
    params: dict[str, Any],
    authority: bool,  # noqa: FBT001 - a column of the table
) -> None:
    document = replace(PURCHASE, evidence=("0" * 64,))
    asked = rule("T.R", "approval", "purchase", effect=effect, params=params)
    assert ((AUTHORITY, DENY) in codes(judge(document, asked))) is not authority
