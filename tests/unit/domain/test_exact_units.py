"""Units to the last base unit: what fees, transfers and flows may take, and not one more."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.known import KnownState
from ledger.domain.series import DailySeries
from ledger.domain.state import State
from tests.support.books import approval, quorum, rule
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    outcome_of,
    verdict_of,
)

CENT = "0.00000001"


def fee(units: str, account: str = "cold-2", asset: str = "BTC") -> dict[str, str]:
    return {"leg": "asset", "asset": asset, "units": units, "account": account}


def buying(fund: SmallFund, *fees: dict[str, str]) -> list[str]:
    """The laws that a settlement with these fees meets."""
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    answer = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal, fees=list(fees)))
    return laws_of(answer)


def test_fees_take_exactly_what_is_there() -> None:
    fund = fund_under()
    fund.open_units("1", "cold-2")
    assert buying(fund, fee("0.6"), fee("0.4"), fee(CENT)) == ["units_short"]
    assert buying(fund, fee("0.6"), fee("0.4")) == []
    assert fund.balance("cold-2")[0] == 0


@pytest.mark.parametrize("kind", ["disposal", "delivery", "exchange"])
def test_what_a_proposal_has_reserved_is_not_in_its_own_way(kind: str) -> None:
    """All that is there, decided again when its approval comes."""
    fund = fund_under(quorum(1, "sale", "transfer_out", "exchange"))
    fund.open_units("10")
    body = fund.exchange("10", "1") if kind == "exchange" else getattr(fund, kind)("10")
    proposal = fund.pend(f"{kind}.proposed", "aigerim", **body)
    assert effects_of(fund.act("approval.given", "daniyar", proposal=proposal)) == [
        ("effective", [])
    ]


def test_all_may_be_pledged_when_the_approval_comes() -> None:
    fund = fund_under(quorum(1, "pledge"))
    fund.open_units("10")
    body = {"asset": "BTC", "units": "10", "account": "cold-1", "form": "lock", "beneficiary": "B"}
    proposal = fund.pend("encumbrance.placed", "aigerim", **body, **GROUNDS)
    assert effects_of(fund.act("approval.given", "daniyar", proposal=proposal)) == [
        ("effective", [])
    ]
    assert fund.balance() == (1_000, 0, 1_000, 0)


def test_who_settles_and_releases_is_remembered_once() -> None:
    fund = fund_under()
    fund.open_units("10")
    purchase = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10"))
    transfer = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    for author in ("bolat", "aigerim", "bolat"):
        part = fund.acquired(purchase, "1", "40000", final=False)
        fund.do("acquisition.settled", author, **part)
        fund.step("released", transfer, "1", author)
    assert fund.state.proposals[purchase].progress.settlers == ["bolat", "aigerim"]
    assert fund.state.proposals[transfer].progress.releasers == ["bolat", "aigerim"]


def test_each_account_that_is_short_is_named() -> None:
    fund = fund_under()
    assert buying(fund, fee("1"), fee("1", "warm-1"), fee("1", asset="BNB")) == ["units_short"] * 3


def test_no_fee_leaves_a_closed_account() -> None:
    fund = fund_under()
    fund.govern("account.closed", account="warm-1", reason="It ends")
    assert buying(fund, fee("1", "warm-1")) == ["account_unknown"]


@pytest.mark.parametrize(
    ("currency", "amount", "laws"),
    [
        ("USD", "0.01", []),
        ("USD", "0.001", ["amount_scale"]),
        ("JPY", "1", []),
        ("JPY", "0.1", ["amount_scale"]),
    ],
)
def test_a_fee_in_cash_has_the_digits_of_its_currency(
    currency: str, amount: str, laws: list[str]
) -> None:
    assert buying(fund_under(), {"leg": "cash", "currency": currency, "amount": amount}) == laws


# -- transfers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "most", "laws"),
    [("9.9", "0.1", []), ("9.90000001", "0.1", ["units_short"]), ("10", CENT, ["units_short"])],
)
def test_a_transfer_and_its_fee_take_exactly_what_is_there(
    units: str, most: str, laws: list[str]
) -> None:
    fund = fund_under()
    fund.open_units("10")
    answer = fund.act("transfer.proposed", "aigerim", **fund.transfer(units, most))
    assert laws_of(answer) == laws


def test_what_a_transfer_has_reserved_is_not_in_its_own_way_and_not_more() -> None:
    """All of the account and the fee; it is decided again with that, and with a unit less."""
    for gone, effects in ((False, ("effective", [])), (True, ("refused", ["units_short"]))):
        fund = fund_under(quorum(1, "custody_transfer"))
        fund.open_units("10")
        fund.open_units(CENT)
        proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("9.9", "0.1"))
        if gone:
            fund.pend("transfer.proposed", "aigerim", **fund.transfer(CENT))
            step = {"proposal": proposal, "units": CENT, **GROUNDS}
            fund.act("transfer.released", "bolat", **step)
            fund.approve(fund.event_ids[-1], "marat", "gulnara")
            assert fund.state.proposals[proposal].progress.reserved == 990_000_000 - 1
        answer = fund.act("approval.given", "daniyar", proposal=proposal)
        assert effects_of(answer) == [effects], gone


def test_a_fee_in_another_asset_that_is_reserved_is_not_in_its_own_way() -> None:
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    fund.open_units("1", asset="BNB")
    body = fund.transfer("10") | {"max_fee": {"asset": "BNB", "units": "1"}}
    proposal = fund.pend("transfer.proposed", "aigerim", **body)
    assert effects_of(fund.act("approval.given", "daniyar", proposal=proposal)) == [
        ("effective", [])
    ]


def test_what_is_said_of_the_two_accounts_of_a_transfer_is_said_in_their_order() -> None:
    fund = fund_under()
    body = fund.transfer("1", from_account="zero", to_account="alpha")
    found = outcome_of(fund.act("transfer.proposed", "aigerim", **body)).findings
    assert [f.found for f in found if f.rule == "account_unknown"] == ["alpha", "zero"]


@pytest.mark.parametrize(
    ("most", "paid", "laws"),
    [
        ({"asset": "BTC", "units": "0.1"}, {"asset": "BTC", "units": "0.1"}, []),
        (
            {"asset": "BTC", "units": "0.1"},
            {"asset": "BTC", "units": "0.10000001"},
            ["units_short", "fee_beyond_proposal"],
        ),
        (None, {"asset": "BTC", "units": "0.1"}, ["fee_beyond_proposal"]),
        (None, {"asset": "BTC", "units": "0.10000001"}, ["units_short", "fee_beyond_proposal"]),
        ({"asset": "BNB", "units": "1"}, {"asset": "BNB", "units": "1"}, []),
        (
            {"asset": "BNB", "units": "1"},
            {"asset": "BNB", "units": "1.000000000000000001"},
            ["units_short", "fee_beyond_proposal"],
        ),
        ({"asset": "BNB", "units": "1"}, {"asset": "BTC", "units": "0.1"}, ["fee_beyond_proposal"]),
        (
            {"asset": "BNB", "units": "1"},
            {"asset": "BTC", "units": "0.10000001"},
            ["units_short", "fee_beyond_proposal"],
        ),
        (
            {"asset": "BTC", "units": "0.1"},
            {"asset": "BNB", "units": "0.05"},
            ["fee_beyond_proposal"],
        ),
    ],
)
def test_a_release_takes_its_units_and_its_fee_and_not_more(
    most: dict[str, str] | None, paid: dict[str, str], laws: list[str]
) -> None:
    """10 BTC and 1 BNB, of which 9.9 BTC are to be transferred."""
    fund = fund_under()
    fund.open_units("10")
    fund.open_units("1", asset="BNB")
    body = fund.transfer("9.9") | ({"max_fee": most} if most else {})
    proposal = fund.do("transfer.proposed", "aigerim", **body)
    answer = fund.step("released", proposal, "9.9", fee=paid)
    assert laws_of(answer) == laws
    if "fee_beyond_proposal" in laws:
        (found,) = [f for f in outcome_of(answer).findings if f.rule == "fee_beyond_proposal"]
        asked = f"{most['units']} {most['asset']}" if most else "no fee"
        assert (found.expected, found.found) == (
            f"at most {asked}", f"{paid['units']} {paid['asset']}",
        )  # fmt: skip
    if verdict_of(answer) == "pending":
        fact = fund.event_ids[-1]
        fund.approve(fact, "marat")
        again = fund.act("approval.given", "gulnara", proposal=fact)
        assert effects_of(again) == [("effective", ["fee_beyond_proposal"])]


def test_a_fee_that_is_left_is_given_back_once() -> None:
    """Also when the proposal is over before its units arrive."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    body = fund.transfer("4", "0.1") | {"valid_until": fund.instant(days=1)}
    proposal = fund.pend("transfer.proposed", "aigerim", **body)
    fund.step("released", proposal, "3")
    fund.approve(fund.event_ids[-1], "marat", "gulnara")
    fund.tick(days=2)
    fund.state_fact()
    assert fund.state.proposals[proposal].over
    assert fund.balance() == (700, 0, 0, 300)
    settled = fund.step("settled", proposal, "3", "aigerim")
    fact = fund.event_ids[-1]
    if verdict_of(settled) == "pending":
        fund.approve(fact, "marat", "gulnara")
    assert fund.balance() == (700, 0, 0, 0)
    assert fund.state.proposals == {}


def test_what_arrives_does_so_on_no_day_between_the_proposal_and_its_release() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposed = fund.today
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.tick(days=3)
    fund.step("released", proposal, "4")
    for day, laws in (
        (proposed, ["value_date_before_reference"]),
        (fund.day(-1), ["value_date_before_reference"]),
        (fund.today, []),
    ):
        assert laws_of(fund.step("settled", proposal, "4", "aigerim", value_date=day)) == laws


# -- flows -----------------------------------------------------------------------------------------


def test_a_flow_of_nothing_is_nothing() -> None:
    state = State()
    assert KnownState(state).flow("cash_in", "USD", "0001-01-01", "9999-12-31") == 0
    assert list(KnownState(state).flow_days("cash_in", "USD", "0001-01-01", "9999-12-31")) == []
    state.add_flow("cash_in", "USD", "2026-01-05", 0)
    assert not state.flows


def test_before_there_is_a_charter_days_are_those_of_utc() -> None:
    assert State().local_day("2026-01-05T00:00:30.000000Z") == "2026-01-05"
    assert State().local_day("2026-01-05T23:59:30.000000Z") == "2026-01-05"


def test_what_is_settled_counts_in_place_of_what_was_proposed() -> None:
    """To the last base unit, with a cap that has no room for one more."""
    cap = rule(
        "T.CAP", "cap_absolute", "purchase",
        params={"amount": "10", "unit": "BTC", "measure": "cumulative_units"},
    )  # fmt: skip
    fund = fund_under(cap)
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10"))
    fund.do("acquisition.settled", "bolat", **fund.acquired(proposal, "4", "160000", final=False))
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition(CENT, "1"))
    assert codes_of(answer) == ["T.CAP"]
    fund.do("acquisition.settled", "bolat", **fund.acquired(proposal, "5", "200000"))
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition("1.00000001", "1"))
    assert codes_of(answer) == ["T.CAP"]
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition("1", "40000"))
    assert verdict_of(answer) == "effective"


def test_what_is_released_for_a_transfer_that_is_over_counts_itself_alone() -> None:
    """It was recorded while the proposal was open, and accepted when the proposal had lapsed."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    body = fund.transfer("4") | {"valid_until": fund.instant(days=1)}
    proposal = fund.pend("transfer.proposed", "aigerim", **body)
    facts = []
    for units in ("1", "2"):
        fund.step("released", proposal, units)
        facts.append(fund.event_ids[-1])
    flow = ("transfer_units", "BTC", "0001-01-01", "9999-12-31")
    fund.approve(facts[0], "marat", "gulnara")
    assert KnownState(fund.state).flow(*flow) == 400_000_000
    fund.tick(days=2)
    fund.approve(facts[1], "marat", "gulnara")
    assert KnownState(fund.state).flow(*flow) == 300_000_000
    assert fund.balance() == (700, 0, 0, 300)


def test_a_day_that_ends_a_series_takes_more() -> None:
    series = DailySeries()
    for amount in (1, 2, 3):
        series.add("2026-01-05", amount)
    assert (series.days, series.sums) == (["2026-01-05"], [6])
    series.fold("2026-01-05")
    assert (series.days, series.sums) == (["2026-01-05"], [6])
    series.fold("2026-01-09")
    assert (series.days, series.sums) == (["2026-01-05"], [6])
    series.fold("2026-01-01")
    assert (series.days, series.sums) == (["2026-01-05"], [6])


# -- who counts ------------------------------------------------------------------------------------


def test_where_no_office_is_named_any_officer_counts() -> None:
    fund = fund_under(approval("T.ANYONE", "purchase", roles_count="1"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    assert effects_of(fund.act("approval.given", "bolat", proposal=proposal)) == [("effective", [])]


def test_two_closed_periods_shut_up_to_the_end_of_the_second() -> None:
    fund = fund_under()
    fund.tick(days=5)
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-4)))
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-2), fund.day(-3)))
    for back, laws in ((-3, ["period_shut"]), (-2, ["period_shut"]), (-1, [])):
        assert laws_of(fund.state_fact(value_date=fund.day(back))) == laws


def test_units_of_the_first_open_day_may_leave_on_a_shut_one_only_if_it_is_open() -> None:
    """An outflow valued on a closed day is refused for that alone, whatever the next day holds."""
    fund = fund_under()
    fund.tick(days=3)
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-2)))
    fund.open_units("5", value_date=fund.day(-1), acquired_on=fund.day(-1))
    early: dict[str, Any] = fund.delivery("5", value_date=fund.day(-2))
    assert laws_of(fund.act("delivery.proposed", "aigerim", **early)) == ["period_shut"]
    fund.open_units("1")
    early["units"] = "6"
    assert laws_of(fund.act("delivery.proposed", "aigerim", **early)) == [
        "period_shut", "units_short_on_value_date",
    ]  # fmt: skip
