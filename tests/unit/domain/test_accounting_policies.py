"""Accounting policies: what a first one may say, what IAS 8 lets a later one change, and from when.

The laws one by one are in `test_laws.py`; here are their edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.accounting_policies import (
    MODELS,
    AccountingPolicyAdopted,
    AdoptedPolicy,
    AssetPolicy,
    is_identified,
    policy_on,
    timeline,
)
from ledger.domain.policy_changes import laws_of_change
from tests.support.book_scenes import FAIR_VALUE, MARKET, REVALUED, adopt
from tests.support.fund_simulator import DIGEST
from tests.support.small_fund import SmallFund, classified, fund_under, laws_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

OTHER = "1" * 64
ISSUED = {"currency": "USD", "value": "1"}
NONE: tuple[str, ...] = ()
TREATMENTS = ("addition", "change_of_estimate", "revaluation_adopted", "reclassification")
FRAMEWORKS = ("ifrs", "ipsas", "us_gaap", "gasb")


def laws_on_adopting(*assets: dict[str, Any], **fields: Any) -> list[str]:
    return laws_of(adopt(fund_under(), *assets, **fields))


# -- the first policy -----------------------------------------------------------------------------


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("classification", MODELS)
@pytest.mark.parametrize("model", sorted({one for many in MODELS.values() for one in many}))
def test_a_model_is_one_of_its_classification_and_framework(
    framework: str, classification: str, model: str
) -> None:
    members = {"classification": classification, "measurement_model": model}
    entry = classified(**members, redemption=ISSUED, **MARKET)
    international = framework in {"ifrs", "ipsas"}
    elsewhere = {"revaluation": not international, "fv_net_income": international}
    good = model in MODELS[classification] and not elsewhere.get(model, False)
    expected = [] if good else ["model_not_allowed"]
    assert laws_on_adopting(entry, framework=framework) == expected


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_whether_units_stand_for_one_another_is_asked_under_ifrs_and_ipsas(framework: str) -> None:
    asked = ["specific_identification_needs_non_interchangeable_items"]
    expected = asked if framework in {"ifrs", "ipsas"} else []
    specific = {"cost_formula": "specific", "framework": framework}
    assert laws_on_adopting(classified(), **specific) == expected
    assert laws_on_adopting(classified(interchangeable=False), **specific) == []


@pytest.mark.parametrize(
    ("formula", "unit", "good"),
    [
        ("fifo", "lot", True),
        ("fifo", "holding", False),
        ("weighted_average", "holding", True),
        ("weighted_average", "lot", False),
        ("specific", "lot", True),
        ("specific", "holding", False),
    ],
)
def test_a_unit_of_account_is_what_the_formula_implies(
    formula: str, unit: str, *, good: bool
) -> None:
    found = laws_on_adopting(cost_formula=formula, unit_of_account=unit)
    assert found == ([] if good else ["unit_of_account_conflicts_with_cost_formula"])


def test_lots_by_account_are_for_what_is_not_identified() -> None:
    for formula in ("fifo", "weighted_average"):
        assert laws_on_adopting(cost_formula=formula, lot_scope="account") == []


def test_a_class_may_hold_what_has_no_market_at_cost() -> None:
    """IAS 38.81; with a market it is measured as its class is."""
    revalued = classified(class_id="coins", **REVALUED)
    without = classified("BNB", class_id="coins")
    assert laws_on_adopting(revalued, without) == []
    assert laws_on_adopting(without, revalued) == []
    with_market = {**without, **MARKET}
    assert laws_on_adopting(revalued, with_market) == ["class_must_share_one_model"]
    others = {**with_market, "class_id": "tokens"}
    assert laws_on_adopting(revalued, others) == []
    assert laws_on_adopting(classified(**REVALUED), classified("BNB", **MARKET)) == []


def test_every_asset_that_breaks_a_law_is_named() -> None:
    found = laws_on_adopting(classified("ETH"), classified("ETH"), classified("DOT"))
    assert found == ["policy_incomplete"] * 3 + ["policy_asset_repeated"]


def test_what_nobody_owes_is_not_carried_at_amortised_cost() -> None:
    coin = classified(classification="financial_asset", measurement_model="amortised_cost")
    assert laws_on_adopting({**coin, "redemption": ISSUED}) == []
    assert laws_on_adopting(coin) == ["redemption_missing"]


def test_an_empty_account_is_no_unit_whose_lot_is_unknown() -> None:
    fund = fund_under()
    fund.open_units("4")
    sold = fund.do("disposal.proposed", "aigerim", **fund.disposal("4"))
    fund.do("disposal.settled", "bolat", **fund.disposed(sold, "4"))
    fund.open_units("1", asset="BNB")
    identified = {"cost_formula": "specific"}
    assert laws_of(adopt(fund, classified(interchangeable=False), **identified)) == []


def test_units_in_transit_are_units_whose_lot_is_unknown() -> None:
    fund = fund_under()
    fund.open_units("4")
    moved = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.step("released", moved, "4")
    answer = adopt(fund, classified(interchangeable=False), cost_formula="specific")
    assert laws_of(answer) == ["lots_unknown"]


def test_lots_that_are_kept_once_are_kept_for_good() -> None:
    """A policy that no longer identifies them is no reason to forget which they are."""
    fund = fund_under()
    entry = classified(interchangeable=False)
    fund.identify("BTC")
    fund.open_units("2")
    fund.measure_by(entry, change="change_of_policy")
    fund.open_units("3")
    assert sorted(lot.units for lot in fund.state.lots["BTC"].values()) == [2 * 10**8, 3 * 10**8]
    answer = adopt(fund, entry, cost_formula="specific", change="change_of_policy")
    assert laws_of(answer) == []


# -- a later policy -------------------------------------------------------------------------------

REDEEMED = {"redemption": ISSUED}
IN_THE_POLICY: dict[str, dict[str, Any]] = {
    "framework": {"framework": "ipsas"},
    "presentation_currency": {"presentation_currency": "KZT"},
    "fx_source": {"fx_source": "A bank"},
    "cost_formula": {"cost_formula": "weighted_average"},
    "unit_of_account": {"unit_of_account": "lot"},
    "lot_scope": {"lot_scope": "account"},
    "surplus_transfer": {"surplus_transfer": "never"},
    "revalue_before_disposal": {"revalue_before_disposal": True},
    "fair_value": {"fair_value": FAIR_VALUE},
    "disposal_cost_rate": {"disposal_cost_rate": "0.01"},
    "acquisition_fee": {"acquisition_fee": "expense"},
    "disposal_fee": {"disposal_fee": "expense"},
    "swap_fee": {"swap_fee": "expense"},
    "grant_policy": {"grant_policy": "nominal"},
    "airdrop_policy": {"airdrop_policy": "fair_value_income"},
    "main_business_activity": {"main_business_activity": "invests_in_assets"},
    "memo": {"memo": DIGEST},
}
IN_AN_ASSET: dict[str, dict[str, Any]] = {
    "classification": {"classification": "prepayment"},
    "memo": {"memo": OTHER},
    "measurement_model": {"measurement_model": "fv_net_income"},
    "cost to revaluation": {"measurement_model": "revaluation"},
    "class_id": {"class_id": "coins"},
    "interchangeable": {"interchangeable": False},
    "active_market": {"active_market": True},
    "active_market_evidence": {"active_market_evidence": OTHER},
    "active_market_review": {"active_market_review": "2027-01-01"},
    "redemption": REDEEMED,
    "credit_loss_rate": {"credit_loss_rate": "0.01"},
    "bpm7_class": {"bpm7_class": "equity_like"},
}
NEVER_DIFFER = {"functional_currency", "transfer_fee", "owner_contribution", "reward_policy"}
"""Members with one value only, or the charter's."""
MARKET_SHOWN = {"active_market_evidence", "active_market_review"}
COVERS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "addition": ({"memo"}, {"memo"}, {"more"}),
    "change_of_estimate": (
        {"memo", "disposal_cost_rate", "fair_value", "fx_source"},
        {"memo", "credit_loss_rate"} | MARKET_SHOWN,
        {"more"},
    ),
    "revaluation_adopted": (
        {"memo"},
        {"memo", "active_market", "cost to revaluation"} | MARKET_SHOWN,
        {"more"},
    ),
    "reclassification": ({"memo"}, set(IN_AN_ASSET) - {"interchangeable"}, {"more", "less"}),
}
"""What each treatment covers: of the policy, of an asset, of which assets there are."""


def policy(*assets: dict[str, Any], **fields: Any) -> AccountingPolicyAdopted:
    """A policy as an event has it."""
    fund = SmallFund()
    members = fund.members("accounting_policy.adopted", "gulnara", **fund.policy(*assets, **fields))
    return AccountingPolicyAdopted.model_validate(members)


def found(
    before: Sequence[AccountingPolicyAdopted], after: AccountingPolicyAdopted, shut: str = ""
) -> list[str]:
    return [finding.rule for finding in laws_of_change(before, after, shut)]


def mismatch(*, covered: bool) -> list[str]:
    return [] if covered else ["policy_change_mismatch"]


def test_every_member_has_a_change_here() -> None:
    own = set(AccountingPolicyAdopted.model_fields) - set(SmallFund().members("x", "y"))
    of_event = {"effective_from", "change", "assets", "fund", "kind", "author"}
    shared = {"cosigners", "reference", "value_date", "valid_until"}
    assert own - of_event - shared - NEVER_DIFFER == set(IN_THE_POLICY)
    names = set(IN_AN_ASSET) - {"cost to revaluation"}
    assert set(AssetPolicy.model_fields) - {"asset"} == names


@pytest.mark.parametrize("change", TREATMENTS)
@pytest.mark.parametrize("member", IN_THE_POLICY)
def test_what_a_treatment_covers_in_the_policy(change: str, member: str) -> None:
    after = policy(classified(), change=change, **IN_THE_POLICY[member])
    assert found([policy(classified())], after) == mismatch(covered=member in COVERS[change][0])


@pytest.mark.parametrize("change", TREATMENTS)
@pytest.mark.parametrize("member", IN_AN_ASSET)
def test_what_a_treatment_covers_in_an_asset(change: str, member: str) -> None:
    others = classified("BNB")
    after = policy(others, classified(**IN_AN_ASSET[member]), change=change)
    before = policy(classified(), others)
    assert found([before], after) == mismatch(covered=member in COVERS[change][1])


@pytest.mark.parametrize("change", TREATMENTS)
def test_what_a_treatment_covers_of_which_assets_there_are(change: str) -> None:
    one, both = policy(classified()), policy(classified(), classified("BNB"))
    more = policy(classified(), classified("BNB"), change=change)
    less = policy(classified(), change=change)
    assert found([one], more) == mismatch(covered="more" in COVERS[change][2])
    assert found([both], less) == mismatch(covered="less" in COVERS[change][2])


def test_revaluation_that_ends_is_not_revaluation_that_is_adopted() -> None:
    before = policy(classified(**REVALUED))
    after = policy(classified(**MARKET), change="revaluation_adopted")
    assert found([before], after) == ["policy_change_mismatch"]


@pytest.mark.parametrize("member", IN_THE_POLICY)
def test_a_change_of_policy_covers_everything_from_any_day_on(member: str) -> None:
    after = policy(classified("BNB"), change="change_of_policy", **IN_THE_POLICY[member])
    assert found([policy(classified())], after, "2026-12-31") == []


@pytest.mark.parametrize("change", TREATMENTS)
def test_what_is_not_retrospective_reaches_into_no_shut_period(change: str) -> None:
    after = policy(classified(), change=change, effective_from="2026-01-10")
    for shut, expected in (
        ("", []),
        ("2026-01-09", []),
        ("2026-01-10", ["policy_change_needs_restatement"]),
        ("2026-01-31", ["policy_change_needs_restatement"]),
    ):
        assert found([policy(classified())], after, shut) == expected


@pytest.mark.parametrize("change", [None, "initial", *TREATMENTS, "change_of_policy"])
def test_the_first_policy_is_initial_and_no_other(change: str | None) -> None:
    after = policy(classified(), **({"change": change} if change else {}))
    unexplained = ["policy_change_unexplained"]
    is_initial = change in {None, "initial"}
    assert found([], after) == ([] if is_initial else unexplained)
    assert found([policy(classified())], after) == (unexplained if is_initial else [])


def test_a_policy_is_held_against_each_that_it_takes_over_from() -> None:
    """Else a reclassification of days to come would be undone by what calls itself an addition."""
    fund = fund_under()
    fund.measure_by(classified(class_id="coins"))
    later = {"effective_from": fund.day(10), "change": "reclassification"}
    fund.measure_by(classified(), **later)
    added = {"effective_from": fund.day(5), "change": "addition"}
    first_day_again = adopt(fund, classified(class_id="coins"), classified("BNB"), **added)
    assert laws_of(first_day_again) == ["policy_change_mismatch"]
    as_later = adopt(fund, classified(), classified("BNB"), **added)
    assert laws_of(as_later) == ["policy_change_mismatch"]
    after_both = {**added, "effective_from": fund.day(11)}
    assert laws_of(adopt(fund, classified(), classified("BNB"), **after_both)) == []


# -- which policy measures a day ------------------------------------------------------------------


def adopted(*terms: tuple[str, str | None]) -> list[AdoptedPolicy]:
    """Policies adopted one after the other: first day and treatment of each."""
    return [
        AdoptedPolicy(
            first_day, str(number), number,
            policy(effective_from=first_day, **({"change": change} if change else {})),
        )
        for number, (first_day, change) in enumerate(terms, start=1)
    ]  # fmt: skip


def on(policies: Sequence[AdoptedPolicy], *days: str) -> list[str]:
    """Who measures these days."""
    names = {id(one.policy): one.event_id for one in policies}
    return [names[id(policy_on(policies, day))] for day in days]


def test_before_any_policy_nothing_is_measured() -> None:
    assert timeline([]) == []
    assert policy_on([], "2026-01-01") is None


def test_the_first_policy_measures_from_the_beginning() -> None:
    assert on(adopted(("2026-05-01", None)), "0001-01-01", "2026-04-30", "9999-12-31") == ["1"] * 3


def test_a_later_policy_takes_over_on_its_first_day() -> None:
    policies = adopted(("2026-01-01", None), ("2026-05-01", "addition"))
    assert on(policies, "2026-04-30", "2026-05-01", "2026-12-31") == ["1", "2", "2"]


def test_a_retrospective_change_replaces_all() -> None:
    policies = adopted(
        ("2026-01-01", None), ("2026-05-01", "addition"), ("2026-06-01", "change_of_policy")
    )
    assert on(policies, "0001-01-01", "2026-04-30", "2026-07-01") == ["3"] * 3
    (only,) = timeline(policies)
    assert (only.effective_from, only.event_id, only.position) == ("0001-01-01", "3", 3)


def test_what_follows_a_retrospective_change_takes_over_from_it() -> None:
    policies = adopted(
        ("2026-01-01", None), ("2026-06-01", "change_of_policy"), ("2026-03-01", "addition")
    )
    assert on(policies, "2026-02-28", "2026-03-01", "2026-12-31") == ["2", "3", "3"]


def test_what_was_adopted_last_takes_over_from_later_days_too() -> None:
    policies = adopted(
        ("2026-01-01", None), ("2026-06-01", "addition"), ("2026-03-01", "change_of_estimate")
    )
    assert on(policies, "2026-02-28", "2026-03-01", "2026-07-01") == ["1", "3", "3"]
    same_day = adopted(
        ("2026-01-01", None), ("2026-06-01", "addition"), ("2026-06-01", "change_of_estimate")
    )
    assert on(same_day, "2026-05-31", "2026-06-01") == ["1", "3"]


days = st.sampled_from(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"])
changes = st.sampled_from(["addition", "addition", "change_of_policy"])


@given(st.lists(st.tuples(days, changes), min_size=1, max_size=6), days)
def test_the_timeline_says_of_each_day_what_the_rule_says(
    terms: list[tuple[str, str]], day: str
) -> None:
    """The last adopted of those that are retrospective, first, or begin no later than the day."""
    policies = adopted(*terms)
    measuring = [
        one.event_id
        for number, one in enumerate(policies)
        if not number or one.policy.change == "change_of_policy" or one.effective_from <= day
    ]
    assert on(policies, day) == measuring[-1:]
    line = timeline(policies)
    assert [one.effective_from for one in line] == sorted({one.effective_from for one in line})


def test_disposals_name_their_lots_from_the_first_day_of_the_policy_on() -> None:
    fund = fund_under()
    assert not is_identified(fund.state, "BTC", fund.today)
    fund.measure_by(classified())
    assert not is_identified(fund.state, "BTC", fund.today)
    fund.measure_by(
        classified(interchangeable=False),
        cost_formula="specific",
        change="change_of_policy",
    )
    assert is_identified(fund.state, "BTC", fund.today)
    assert not is_identified(fund.state, "BNB", fund.today)


def test_an_adopted_policy_waits_for_the_charter_s_quorum() -> None:
    fund = fund_under()
    pending = fund.act("accounting_policy.adopted", "gulnara", **fund.policy(classified()))
    assert verdict_of(pending) == "pending"
    assert fund.state.accounting_policies == []
    fund.do("approval.given", "nurlan", proposal=fund.event_ids[-1])
    (only,) = fund.state.accounting_policies
    assert (only.effective_from, only.event_id) == (fund.today, fund.event_ids[-2])
    assert only.policy.asset("BTC") == only.policy.assets[0]
    assert only.policy.asset("BNB") is None
