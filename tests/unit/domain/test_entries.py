"""Entries posted by hand: balanced, explained, and the only events that restate a closed period."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.chart import CHART, RESULT, SURPLUS
from tests.support.book_scenes import closed_fund, post, reverse
from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    line,
    outcome_of,
    verdict_of,
)

OWED = line("2010", "credit", "10")
KEPT_BY = {"asset": {"asset": "BTC"}, "currency": {"currency": "EUR"}, "": {}}


# -- lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", CHART)
def test_every_account_asks_for_what_it_is_kept_by(number: str) -> None:
    account = CHART[number]
    complete = post(fund_under(), line(number, "debit", "10", **KEPT_BY[account.of]), OWED)
    assert laws_of(complete) == ([] if account.by_hand else ["account_not_in_chart"])
    if account.of and account.by_hand:
        incomplete = post(fund_under(), line(number, "debit", "10"), OWED)
        assert laws_of(incomplete) == ["entry_line_incomplete"]


def test_an_account_that_is_kept_by_nothing_may_say_more() -> None:
    """The asset that a fee was for, say; but an asset of the fund."""
    said = line("5060", "debit", "10", asset="BTC", currency="EUR", foreign_amount="9")
    assert laws_of(post(fund_under(), said, OWED)) == []
    unknown = line("5060", "debit", "10", asset="ETH")
    assert laws_of(post(fund_under(), unknown, OWED)) == ["asset_unknown"]


def test_an_asset_that_was_delisted_is_still_corrected() -> None:
    fund = fund_under()
    fund.do("asset.delisted", "aigerim", asset="BTC", reason="No longer held")
    assert laws_of(post(fund, line("1110", "debit", "10", asset="BTC"), OWED)) == []


@pytest.mark.parametrize(
    ("foreign", "laws"),
    [
        ({"currency": "EUR", "foreign_amount": "9.01"}, []),
        ({"currency": "EUR", "foreign_amount": "9.001"}, ["amount_scale"]),
        ({"currency": "JPY", "foreign_amount": "9.5"}, ["amount_scale"]),
        ({"foreign_amount": "9"}, ["entry_line_incomplete"]),
    ],
)
def test_a_foreign_amount_is_one_of_its_currency(foreign: dict[str, str], laws: list[str]) -> None:
    assert laws_of(post(fund_under(), line("5060", "debit", "10", **foreign), OWED)) == laws


def test_cash_in_no_currency_says_one_thing_too_little_for_each() -> None:
    cash = line("1000", "debit", "10", foreign_amount="9")
    assert laws_of(post(fund_under(), cash, OWED)) == ["entry_line_incomplete"] * 2


# -- sides ----------------------------------------------------------------------------------------


def test_an_entry_balances_over_all_its_lines() -> None:
    parts = [line("5060", "debit", "3.5"), line("5050", "debit", "6.5")]
    assert laws_of(post(fund_under(), *parts, OWED)) == []


def test_what_does_not_balance_is_said_in_whole_units() -> None:
    answer = outcome_of(post(fund_under(), line("5060", "debit", "10.5"), OWED))
    (finding,) = answer.findings
    assert (finding.expected, finding.found) == ("credits of 10.5", "10")


def test_one_side_alone_does_not_balance() -> None:
    both = [line("5060", "debit", "10"), line("5050", "debit", "10")]
    assert laws_of(post(fund_under(), *both)) == ["entry_does_not_balance"]


def test_an_amount_that_the_currency_does_not_have_is_not_counted() -> None:
    """Else it would be refused twice for one mistake."""
    fine = [line("5060", "debit", "0.001"), line("5050", "debit", "10")]
    assert laws_of(post(fund_under(), *fine, OWED)) == ["amount_scale"]


@pytest.mark.parametrize("surplus", sorted(SURPLUS))
def test_the_surplus_meets_no_account_of_profit_or_loss(surplus: str) -> None:
    """Wherever the two stand in the entry; to retained earnings it may go."""
    of_asset = line(surplus, "debit", "10", asset="BTC")
    assert laws_of(post(fund_under(), of_asset, line("3300", "credit", "10"))) == []
    for number in sorted(RESULT):
        result = line(number, "credit", "10", **KEPT_BY[CHART[number].of])
        expected = ["surplus_never_through_profit_or_loss"]
        assert laws_of(post(fund_under(), of_asset, result)) == expected


# -- restatement ----------------------------------------------------------------------------------


def test_only_what_restates_lies_in_a_closed_period() -> None:
    fund = closed_fund()
    plain = fund.act("entry.posted", "aigerim", **fund.entry(value_date=fund.day(-1)))
    assert laws_of(plain) == ["period_shut"]
    restated = {"restates": ["2026"], "value_date": fund.day(-1)}
    assert verdict_of(post(fund, **restated)) == "effective"


def test_a_restatement_may_lie_further_back_than_the_charter_allows() -> None:
    fund = closed_fund()
    fund.tick(days=400)
    plain = post(fund, value_date=fund.day(-401))
    assert laws_of(plain) == ["value_date_too_early", "period_shut"]
    assert laws_of(post(fund, restates=["2026"], value_date=fund.day(-401))) == []


def test_a_restatement_of_the_future_is_none() -> None:
    fund = closed_fund()
    answer = post(fund, restates=["2026"], value_date=fund.day(1))
    assert laws_of(answer) == ["value_date_in_future", "period_unknown"]


def test_a_restatement_lies_in_one_of_its_periods() -> None:
    fund = closed_fund()
    starts, ends = "2026-01-01", fund.day(-1)
    for day, laws in ((starts, []), (ends, []), (fund.today, ["period_unknown"])):
        assert laws_of(post(fund, restates=["2026"], value_date=day)) == laws


def test_each_period_that_is_not_closed_is_named() -> None:
    fund = closed_fund()
    answer = post(fund, restates=["2027", "2026", "2028"], value_date=fund.day(-1))
    assert laws_of(answer) == ["period_unknown"] * 2


def test_a_period_whose_close_is_pending_is_not_restated() -> None:
    fund = fund_under(quorum(1, "period_close"))
    fund.tick(days=3)
    fund.pend("period.closed", "aigerim", **fund.close(fund.day(-1)))
    answer = post(fund, restates=["2026"], value_date=fund.day(-1))
    assert laws_of(answer) == ["period_unknown"] * 2


def test_rules_may_ask_more_of_a_restatement() -> None:
    fund = closed_fund(quorum(1, "restatement"))
    assert verdict_of(post(fund)) == "effective"
    restated = {"restates": ["2026"], "value_date": fund.day(-1)}
    assert verdict_of(post(fund, **restated)) == "pending"


# -- reversal -------------------------------------------------------------------------------------


def posted(fund: SmallFund, **fields: Any) -> str:
    return fund.do("entry.posted", "aigerim", **fund.entry(**fields))


def test_an_entry_is_reversed_once() -> None:
    fund = fund_under()
    entry = posted(fund)
    assert fund.state.entries[entry].reversed_by == ""
    assert laws_of(reverse(fund, entry)) == []
    assert fund.state.entries[entry].reversed_by == fund.event_ids[-1]
    assert laws_of(reverse(fund, entry)) == ["entry_reversed_already"]


def test_a_reversal_is_itself_no_entry_that_can_be_reversed() -> None:
    fund = fund_under()
    entry = posted(fund)
    reverse(fund, entry)
    assert laws_of(reverse(fund, fund.event_ids[-1])) == ["entry_unknown"]


def test_a_reversal_is_not_valued_before_its_entry() -> None:
    fund = fund_under()
    entry = posted(fund, value_date=fund.day(-1))
    early = reverse(fund, entry, value_date=fund.day(-2))
    assert laws_of(early) == ["value_date_before_reference"]
    assert laws_of(reverse(fund, entry, value_date=fund.day(-1))) == []


def test_an_entry_that_restated_is_reversed_in_an_open_period() -> None:
    fund = closed_fund()
    entry = posted(fund, restates=["2026"], value_date=fund.day(-1))
    assert laws_of(reverse(fund, entry, value_date=fund.day(-1))) == ["period_shut"]
    assert laws_of(reverse(fund, entry)) == []


def test_of_two_pending_reversals_one_takes_effect() -> None:
    fund = fund_under(quorum(1, "entry"))
    entry = fund.pend("entry.posted", "aigerim", **fund.entry())
    fund.approve(entry, "daniyar")
    fields = {"entry": entry, "explanation": "It was posted twice", **GROUNDS}
    first, second = (fund.pend("entry.reversed", "aigerim", **fields) for _ in range(2))
    fund.approve(first, "daniyar")
    answer = fund.act("approval.given", "daniyar", proposal=second)
    assert effects_of(answer) == [("refused", ["entry_reversed_already"])]


def test_an_entry_that_waits_is_no_entry_yet() -> None:
    fund = fund_under(quorum(1, "entry"))
    entry = fund.pend("entry.posted", "aigerim", **fund.entry())
    assert codes_of(reverse(fund, entry)) == ["entry_unknown"]
    assert fund.state.entries == {}


def test_a_fund_s_currency_is_that_of_its_entries() -> None:
    """Three digits where the functional currency has them."""
    fund = SmallFund()
    fund.submit(fund.sign(fund.constitution(functional_currency="KWD")))
    fund.register()
    fund.adopt()
    answer = post(fund, line("5060", "debit", "0.001"), line("2010", "credit", "0.001"))
    assert "amount_scale" not in laws_of(answer)
