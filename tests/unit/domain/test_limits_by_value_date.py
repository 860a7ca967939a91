"""Cumulative limits: windows run on value dates, exactly at the limit passes, pending counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.books import quorum, rule
from tests.support.small_fund import SmallFund, codes_of, effects_of, fund_under, verdict_of


def cap(amount: str, measure: str, *trigger: str, **params: Any) -> dict[str, Any]:
    unit = "USD" if "cost" in measure else "BTC"
    fields = {"amount": amount, "unit": unit, "measure": measure, **params}
    return rule("T.CAP", "cap_absolute", *trigger, params=fields)


def window(days: int) -> dict[str, Any]:
    return {"window": {"kind": "rolling_days", "days": days}}


def buy(fund: SmallFund, cost: str, day: str | None = None, **fields: Any) -> str:
    dated = {"value_date": day} if day else {}
    return verdict_of(
        fund.act(
            "acquisition.proposed", "aigerim", **fund.acquisition("1", cost, **dated, **fields)
        )
    )


@pytest.mark.parametrize(
    ("cost", "comparison", "verdict"),
    [
        ("999.99", "<=", "effective"),
        ("1000", "<=", "effective"),
        ("1000.01", "<=", "refused"),
        ("999.99", "<", "effective"),
        ("1000", "<", "refused"),
        ("1000.01", "<", "refused"),
    ],
)
def test_one_transaction_at_the_limit_and_one_minor_unit_around_it(
    cost: str, comparison: str, verdict: str
) -> None:
    fund = fund_under(cap("1000", "transaction_cost", "purchase", comparison=comparison))
    assert buy(fund, cost) == verdict


@pytest.mark.parametrize(
    ("second", "verdict"), [("399.99", "effective"), ("400", "effective"), ("400.01", "refused")]
)
def test_a_sum_at_the_limit_and_one_minor_unit_around_it(second: str, verdict: str) -> None:
    fund = fund_under(cap("1000", "cumulative_purchase_cost", "purchase", **window(30)))
    assert buy(fund, "600") == "effective"
    assert buy(fund, second) == verdict


def test_a_base_unit_more_of_units_is_too_much() -> None:
    fund = fund_under(cap("10", "cumulative_units", "purchase"))
    around = {"9.99999999": "effective", "0.00000002": "refused", "0.00000001": "effective"}
    for units, verdict in around.items():
        answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition(units, "1"))
        assert verdict_of(answer) == verdict


@pytest.mark.parametrize(("gap", "verdict"), [(29, "refused"), (30, "effective")])
def test_a_rolling_window_ends_with_its_last_day(gap: int, verdict: str) -> None:
    """Thirty days with the day itself: the thirtieth day after is out."""
    fund = fund_under(cap("1000", "cumulative_purchase_cost", "purchase", **window(30)))
    assert buy(fund, "600", "2026-01-05") == "effective"
    fund.tick(days=gap)
    assert buy(fund, "600") == verdict


@pytest.mark.parametrize(("gap", "verdict"), [(29, "refused"), (30, "effective")])
def test_a_backdated_entry_is_counted_with_what_came_after_it(gap: int, verdict: str) -> None:
    fund = fund_under(cap("1000", "cumulative_purchase_cost", "purchase", **window(30)))
    fund.tick(days=40)
    assert buy(fund, "600") == "effective"
    assert buy(fund, "600", fund.day(-gap)) == verdict


def test_a_backdated_entry_between_two_others_meets_the_window_that_holds_all() -> None:
    """Neither neighbour's own window is full; the one that ends between them is."""
    fund = fund_under(cap("1000", "cumulative_purchase_cost", "purchase", **window(10)))
    fund.tick(days=60)
    assert buy(fund, "400", fund.day(-30)) == "effective"
    assert buy(fund, "400", fund.day(-22)) == "effective"
    assert buy(fund, "300", fund.day(-25)) == "refused"
    assert buy(fund, "200", fund.day(-25)) == "effective"
    assert buy(fund, "400.01", fund.day(-32)) == "refused"
    assert buy(fund, "400", fund.day(-32)) == "effective"


def test_a_calendar_window_begins_anew() -> None:
    for kind, before, after in (
        ("calendar_month", "2026-01-31", "2026-02-01"),
        ("calendar_year", "2025-12-31", "2026-01-01"),
    ):
        fund = fund_under(
            cap("1000", "cumulative_purchase_cost", "purchase", window={"kind": kind})
        )
        fund.tick(days=60)
        assert buy(fund, "600", before) == "effective"
        assert buy(fund, "600", before) == "refused"
        assert buy(fund, "600", after) == "effective"
        assert buy(fund, "400.01", after) == "refused"


def test_since_the_start_everything_counts() -> None:
    fund = fund_under(
        cap("1000", "cumulative_purchase_cost", "purchase", window={"kind": "since_start"})
    )
    assert buy(fund, "600", "2020-01-01") == "effective"
    fund.tick(days=400)
    assert buy(fund, "400.01") == "refused"
    assert buy(fund, "400") == "effective"


def test_a_pending_proposal_counts_until_it_lapses() -> None:
    fund = fund_under(
        quorum(1, "purchase"), cap("1000", "cumulative_purchase_cost", "purchase", **window(90))
    )
    assert buy(fund, "600", valid_until=fund.instant(days=2)) == "pending"
    assert buy(fund, "400.01") == "refused"
    assert buy(fund, "400") == "pending"
    fund.tick(days=3)
    assert buy(fund, "600.01") == "refused"
    assert buy(fund, "600") == "pending"


@pytest.mark.parametrize("end", ["withdrawn", "refused"])
def test_a_proposal_that_came_to_nothing_no_longer_counts(end: str) -> None:
    fund = fund_under(
        quorum(1, "purchase"), cap("1000", "cumulative_purchase_cost", "purchase", **window(90))
    )
    assert buy(fund, "600") == "pending"
    kind, author = {
        "withdrawn": ("proposal.withdrawn", "aigerim"),
        "refused": ("approval.refused", "daniyar"),
    }[end]
    fund.do(kind, author, proposal=fund.event_ids[-1], reason="No")
    assert buy(fund, "1000") == "pending"


def test_completion_does_not_count_a_proposal_twice() -> None:
    fund = fund_under(
        quorum(1, "purchase"), cap("1000", "cumulative_purchase_cost", "purchase", **window(90))
    )
    assert buy(fund, "1000") == "pending"
    answer = fund.act("approval.given", "daniyar", proposal=fund.event_ids[-1])
    assert effects_of(answer) == [("effective", [])]


def test_what_was_settled_replaces_what_was_proposed() -> None:
    fund = fund_under(cap("1000", "cumulative_purchase_cost", "purchase", **window(90)))
    assert buy(fund, "1000") == "effective"
    part = fund.acquired(fund.event_ids[-1], "0.5", "300", final=True)
    fund.do("acquisition.settled", "bolat", **part)
    assert buy(fund, "700.01") == "refused"
    assert buy(fund, "700") == "effective"


@pytest.mark.parametrize(
    ("measure", "kind", "trigger"),
    [
        ("cumulative_outflow_units", "delivery.proposed", "transfer_out"),
        ("cumulative_outflow_units", "disposal.proposed", "sale"),
        ("cumulative_transfer_units", "transfer.proposed", "custody_transfer"),
    ],
)
def test_outflows_and_transfers_have_limits_too(measure: str, kind: str, trigger: str) -> None:
    fund = fund_under(cap("5", measure, trigger, **window(30)))
    fund.open_units("10")
    fields = {
        "delivery.proposed": fund.delivery,
        "disposal.proposed": fund.disposal,
        "transfer.proposed": fund.transfer,
    }[kind]
    assert verdict_of(fund.act(kind, "aigerim", **fields("3"))) == "effective"
    assert codes_of(fund.act(kind, "aigerim", **fields("2.00000001"))) == ["T.CAP"]
    assert verdict_of(fund.act(kind, "aigerim", **fields("2"))) == "effective"


def test_an_exchange_has_an_outflow_limit_too() -> None:
    """What an exchange gives away leaves the fund: a limit on outflows must bind it."""
    fund = fund_under(cap("1", "cumulative_outflow_units", "exchange", **window(30)))
    fund.open_units("10")
    answer = fund.act("exchange.proposed", "aigerim", **fund.exchange("5", "100"))
    assert codes_of(answer) == ["T.CAP"]


def test_a_limit_on_one_transaction_binds_what_an_exchange_gives_and_what_it_brings() -> None:
    for unit in ("BTC", "BNB"):
        fields = {"amount": "4", "unit": unit, "measure": "transaction_units"}
        fund = fund_under(rule("T.CAP", "cap_absolute", "exchange", params=fields))
        fund.open_units("10")
        within = fund.act("exchange.proposed", "aigerim", **fund.exchange("4", "4"))
        assert verdict_of(within) == "effective"
        beyond = fund.exchange("5", "4") if unit == "BTC" else fund.exchange("4", "5")
        assert codes_of(fund.act("exchange.proposed", "aigerim", **beyond)) == ["T.CAP"]


def test_what_pending_exchanges_bring_counts_too() -> None:
    """Pending proposals count in windows until they lapse, and completion decides again in full."""
    fields = {"amount": "10", "unit": "BNB", "measure": "cumulative_units"}
    fund = fund_under(
        rule("T.CAP", "cap_absolute", "exchange", "purchase", params=fields),
        quorum(1, "exchange", "purchase"),
    )
    fund.open_units("10")
    first = fund.pend("exchange.proposed", "aigerim", **fund.exchange("1", "6"))
    second = fund.act("acquisition.proposed", "aigerim", **fund.acquisition("6", asset="BNB"))
    if verdict_of(second) == "pending":
        fund.approve(fund.event_ids[-1], "daniyar")
        answer = fund.act("approval.given", "daniyar", proposal=first)
        assert effects_of(answer) == [("refused", ["T.CAP"])]


def test_a_limit_in_another_currency_is_not_slipped_under() -> None:
    fund = fund_under(cap("1000", "transaction_cost", "purchase"))
    euros = {"currency": "EUR", "amount": "1"}
    fields = fund.acquisition(max_consideration=euros)
    answer = fund.act("acquisition.proposed", "aigerim", **fields)
    assert codes_of(answer) == ["T.CAP"]


def test_a_limit_on_one_asset_leaves_others_alone() -> None:
    fund = fund_under(cap("1", "transaction_units", "purchase"))
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition("9", asset="BNB"))
    assert verdict_of(answer) == "effective"
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition("1.00000001"))
    assert codes_of(answer) == ["T.CAP"]
