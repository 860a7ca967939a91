"""Each rule type by its own table: what it allows, what it breaks, and what it says then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.outcome import DENY, FLAG
from ledger.domain.policy import AccountFacts, Action, AssetFacts, Authorised, Requirement
from ledger.kernel.money import Money
from policies.book import read_book
from policies.engine import PolicyEngine
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts

if TYPE_CHECKING:
    from policies.rule import Verdict

BTC = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
BNB = AssetFacts("BNB", "eip155:56/slip44:714", "coin", 18, retired=False)
USDC = AssetFacts("USDC", "eip155:1/erc20:0xa0b8", "stablecoin_claim", 6, retired=False)
COLD = AccountFacts("cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ")


def action(**fields: Any) -> Action:
    base: dict[str, Any] = {
        "kind": "acquisition.proposed.v1",
        "triggers": ("purchase", "any_instruction"),
        "author": "aigerim",
        "offices": frozenset({"TreasuryOfficer"}),
        "value_date": "2026-01-05",
        "asset": BTC,
        "units": 10**9,
        "consideration": Money("USD", 100_000),
    }
    return Action(**{**base, **fields})


def asked(
    rule_type: str, subject: Action, *, effect: Any = "", days: Any = None, **params: Any
) -> Verdict:
    fields = {"effect": effect} if effect else {}
    made = rule("T.R", rule_type, "purchase", params=params, **fields)
    (read,) = read_book(book(made)).rules
    return read.kind.judge(read, subject, KnownFacts(days or {}))


def is_allowed(verdict: Verdict) -> bool:
    return not verdict.findings and not verdict.requirements


# -- approval -------------------------------------------------------------------------------------


def test_approval_by_initiator() -> None:
    fields = {"initiator_roles": ["CustodyOfficer", "RiskOfficer"]}
    for effect in ("allow_only_if", "deny"):
        (finding,) = asked("approval", action(), effect=effect, **fields).findings
        assert (finding.verdict, finding.found) == (DENY, "TreasuryOfficer")
        assert finding.expected == "CustodyOfficer or RiskOfficer"
        assert finding.citation == "A test"
    (finding,) = asked("approval", action(), effect="flag", **fields).findings
    assert finding.verdict == FLAG
    verdict = asked("approval", action(), **fields)
    assert verdict.requirements == (
        Requirement("T.R", any_of=("CustodyOfficer", "RiskOfficer"), count=1),
    )
    own = action(offices=frozenset({"RiskOfficer", "Clerk"}))
    assert is_allowed(asked("approval", own, effect="allow_only_if", **fields))


def test_a_flagged_initiator_needs_the_same_approvals_and_gets_no_more_authority() -> None:
    fields = {"initiator_roles": ["RiskOfficer"], "roles_count": "2", "reason": "rebalancing"}
    for subject in (action(reason="rebalancing"), action()):
        verdict = asked("approval", subject, effect="flag", **fields)
        assert [finding.verdict for finding in verdict.findings] == [FLAG]
        assert [wanted.count for wanted in verdict.requirements] == [2]
        assert verdict.applies is bool(subject.reason)


def test_approval_by_count_and_offices() -> None:
    verdict = asked(
        "approval", action(), roles_all_of=["A", "B"], roles_any_of=["C"], roles_count="3"
    )
    assert verdict.requirements == (Requirement("T.R", ("A", "B"), ("C",), 3),)
    assert verdict.requirements[0].offices == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("minor_units", "applies"),
    [(99_999, False), (100_000, False), (100_001, True), (200_000, True), (200_001, False)],
)
def test_approval_in_a_band_excludes_its_lower_and_includes_its_upper_end(
    minor_units: int,
    applies: bool,  # noqa: FBT001 - a column of the table
) -> None:
    subject = action(consideration=Money("USD", minor_units))
    band = {"above": "1000", "up_to": "2000", "unit": "USD"}
    verdict = asked("approval", subject, roles_count="1", **band)
    assert bool(verdict.requirements) == applies


@pytest.mark.parametrize("consideration", [None, Money("EUR", 1), Money("JPY", 10**9)])
def test_an_amount_unknown_or_in_another_unit_falls_into_every_band(
    consideration: Money | None,
) -> None:
    subject = action(consideration=consideration)
    band = {"above": "1000", "up_to": "2000", "unit": "USD"}
    assert asked("approval", subject, roles_count="1", **band).requirements


# -- cap_absolute ---------------------------------------------------------------------------------


def test_a_cap_explains_itself() -> None:
    cap = {"amount": "999.99", "unit": "USD", "measure": "transaction_cost"}
    (finding,) = asked("cap_absolute", action(), **cap).findings
    assert finding.explain() == {
        "rule": "T.R",
        "verdict": DENY,
        "expected": "transaction_cost <= 999.99 USD",
        "found": "1000 USD",
        "citation": "A test",
    }


@pytest.mark.parametrize(
    "subject",
    [action(consideration=None), action(consideration=Money("EUR", 1)), action(asset=None)],
)
def test_what_cannot_be_measured_is_not_allowed(subject: Action) -> None:
    cost = {"amount": "10000000", "unit": "USD", "measure": "transaction_cost"}
    units = {"amount": "10000000", "unit": "BTC", "measure": "transaction_units"}
    verdicts = [asked("cap_absolute", subject, **fields) for fields in (cost, units)]
    assert any(verdict.findings for verdict in verdicts)


def test_a_limit_finer_than_its_unit_is_not_allowed() -> None:
    finer = {"amount": "1.001", "unit": "USD", "measure": "transaction_cost"}
    assert asked("cap_absolute", action(consideration=Money("USD", 1)), **finer).findings


def test_a_limit_on_units_binds_its_asset_only() -> None:
    units = {"amount": "1", "unit": "BTC", "measure": "transaction_units"}
    assert asked("cap_absolute", action(), **units).findings
    assert is_allowed(asked("cap_absolute", action(asset=BNB, units=10**30), **units))


@pytest.mark.parametrize("counted", [False, True])
def test_what_flows_include_already_is_not_added_again(counted: bool) -> None:  # noqa: FBT001 - both ways
    cap = {"amount": "1000", "unit": "USD", "measure": "cumulative_purchase_cost"}
    days = {"2026-01-05": 100_000}
    verdict = asked("cap_absolute", action(counted=counted), days=days, **cap)
    assert is_allowed(verdict) == counted


# -- eligible_asset_list --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "assets"),
    [
        ({"assets": ["BTC"]}, [BTC]),
        ({"assets": ["bip122:000/slip44:0"]}, [BTC]),
        ({"assets": []}, []),
        ({"assets": ["BTC", "USDC"]}, [BTC, USDC]),
        ({"excluded_assets": ["BTC"]}, [BNB, USDC]),
        ({"excluded_assets": ["eip155:56/slip44:714"]}, [BTC, USDC]),
        ({"assets": ["BTC", "BNB"], "excluded_assets": ["BNB"]}, [BTC]),
        ({"instrument_classes": ["coin"]}, [BTC, BNB]),
        ({"instrument_classes": []}, []),
        ({"excluded_instrument_classes": ["coin"]}, [USDC]),
        ({"assets": ["USDC"], "instrument_classes": ["coin"]}, []),
        ({}, [BTC, BNB, USDC]),
    ],
)
def test_what_a_closed_list_takes(params: dict[str, Any], assets: list[AssetFacts]) -> None:
    taken = [
        asset
        for asset in (BTC, BNB, USDC)
        if is_allowed(asked("eligible_asset_list", action(asset=asset), **params))
    ]
    assert taken == assets


def test_an_open_list_asks_for_its_owner() -> None:
    fields = {"assets": ["BTC"], "closed": False, "list_owner": "RiskOfficer"}
    assert is_allowed(asked("eligible_asset_list", action(), **fields))
    verdict = asked("eligible_asset_list", action(asset=BNB), **fields)
    assert verdict.requirements == (Requirement("T.R", all_of=("RiskOfficer",), count=1),)
    excluded = {**fields, "excluded_assets": ["BNB"]}
    assert asked("eligible_asset_list", action(asset=BNB), **excluded).findings


def test_an_unknown_asset_is_not_eligible() -> None:
    assert asked("eligible_asset_list", action(asset=None), excluded_assets=["BNB"]).findings


# -- outflow_restriction --------------------------------------------------------------------------

OUT = {"triggers": ("transfer_out", "any_instruction")}


@pytest.mark.parametrize(
    ("params", "fields", "allowed"),
    [
        ({}, {}, False),
        ({"scope": ["sale"]}, {}, True),
        ({"scope": ["transfer_out"]}, {}, False),
        ({"scope": ["any_instruction"]}, {}, False),
        ({"exceptions": [{"reason": "victim_return"}]}, {"reason": "victim_return"}, True),
        ({"exceptions": [{"reason": "victim_return"}]}, {"reason": "other"}, False),
        ({"exceptions": [{"roles": ["TreasuryOfficer"]}]}, {}, True),
        ({"exceptions": [{"evidence": "act"}]}, {"evidence": ("0" * 64,)}, True),
        ({"exceptions": [{"evidence": "act"}]}, {}, False),
        ({"exceptions": [{"reason": "a", "evidence": "act"}]}, {"reason": "a"}, False),
        ({"exceptions": [{"reason": "b"}, {"reason": "a"}]}, {"reason": "a"}, True),
        ({"destinations": "registered"}, {"destination_registered": True}, True),
        ({"destinations": "registered"}, {"destination_registered": False}, False),
        ({"destinations": "registered"}, {"destination_registered": None}, False),
        ({"purpose_required": True}, {"purpose": "reserve"}, True),
        ({"purpose_required": True}, {}, False),
    ],
)
def test_what_may_leave(params: dict[str, Any], fields: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    subject = action(**OUT, account=COLD, destination=COLD, **fields)
    read = read_book(book(rule("T.R", "outflow_restriction", "transfer_out", params=params)))
    findings = PolicyEngine().judge([read], subject, KnownFacts()).findings
    assert ("T.R" not in [finding.rule for finding in findings]) == allowed


def test_an_exception_by_office_waits_for_its_approval() -> None:
    params = {"exceptions": [{"reason": "a", "roles": ["Court", "RiskOfficer"]}]}
    read = read_book(book(rule("T.R", "outflow_restriction", "transfer_out", params=params)))
    judgement = PolicyEngine().judge([read], action(**OUT, reason="a"), KnownFacts())
    asked_for = Requirement("T.R", any_of=("Court", "RiskOfficer"), count=1)
    assert judgement.requirements == (asked_for,)


# -- separation_of_duties -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duties", "allowed"),
    [
        ({"proposer": {"a"}, "approver": {"b", "c"}, "releaser": {"d"}}, True),
        ({"proposer": {"a"}, "approver": {"a", "c"}, "releaser": {"d"}}, False),
        ({"proposer": {"a"}, "approver": {"b", "d"}, "releaser": {"d"}}, False),
        ({"proposer": {"a"}, "approver": {"b"}, "releaser": {"a"}}, False),
    ],
)
def test_separate_duties(duties: dict[str, set[str]], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    subject = action(duties={task: frozenset(who) for task, who in duties.items()})
    verdict = asked(
        "separation_of_duties", subject, must_differ=["proposer", "approver", "releaser"]
    )
    assert is_allowed(verdict) == allowed


# -- settlement_tolerance -------------------------------------------------------------------------


def settled(units: int, cost: int | None, **fields: Any) -> Action:
    return action(
        triggers=("purchase_settlement", "settlement"),
        units=units,
        consideration=None if cost is None else Money("USD", cost),
        authorised=Authorised(3 * 10**8, 0, Money("USD", 100), effective=True),
        **fields,
    )


@pytest.mark.parametrize(
    ("units", "cost", "allowed"),
    [
        (3 * 10**8, 100, True),
        (3 * 10**8, 101, True),
        (3 * 10**8, 102, False),
        (10**8, 33, True),
        (10**8, 34, False),
        (2 * 10**8, 67, True),
        (2 * 10**8, 68, False),
        (3 * 10**8 + 1, 100, False),
        (1, 0, True),
        (1, 1, False),
    ],
)
def test_the_price_is_compared_exactly(units: int, cost: int, allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    verdict = asked("settlement_tolerance", settled(units, cost), price_adverse="0.01")
    assert is_allowed(verdict) == allowed


def test_a_free_proposal_is_settled_for_nothing_only() -> None:
    subject = replace(
        settled(10**8, 0), authorised=Authorised(10**8, 0, Money("USD", 0), effective=True)
    )
    assert is_allowed(asked("settlement_tolerance", subject))
    dearer = replace(subject, consideration=Money("USD", 1))
    assert asked("settlement_tolerance", dearer, price_adverse="1").findings
