"""Proposals that are decided again when their last approval comes, and series that are folded."""

from __future__ import annotations

import pytest

from ledger.domain.series import DailySeries
from tests.support.books import quorum
from tests.support.small_fund import codes_of, effects_of, fund_under

DAYS = ["2026-01-01", "2026-01-03", "2026-01-05", "2026-01-07"]


def test_an_author_who_came_to_govern_meanwhile_needs_no_more_approvals() -> None:
    fund = fund_under(quorum(2, "change_custody_account"))
    freeze = fund.pend("account.frozen", "marat", account="cold-1", reason="A doubt")
    fund.appoint("marat", "Governor")
    answer = fund.act("approval.given", "daniyar", proposal=freeze)
    assert effects_of(answer) == [("effective", [])]
    assert fund.state.accounts["cold-1"].frozen


def test_an_author_who_does_not_govern_needs_them_all() -> None:
    fund = fund_under(quorum(2, "change_custody_account"))
    freeze = fund.pend("account.frozen", "marat", account="cold-1", reason="A doubt")
    assert effects_of(fund.act("approval.given", "daniyar", proposal=freeze)) == []
    assert not fund.state.accounts["cold-1"].frozen
    answer = fund.act("approval.given", "gulnara", proposal=freeze)
    assert effects_of(answer) == [("effective", [])]
    assert fund.state.accounts["cold-1"].frozen


def test_what_a_transfer_has_reserved_itself_is_there_for_it_with_its_fee() -> None:
    fund = fund_under(quorum(1, "internal_transfer"))
    fund.open_units("10")
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("9.98", "0.02"))
    assert fund.balance() == (1_000, 1_000, 0, 0)
    refused = fund.act("transfer.proposed", "aigerim", **fund.transfer("0.01"))
    assert codes_of(refused) == ["units_short"]
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("effective", [])]


def series() -> DailySeries:
    made = DailySeries()
    for number, day in enumerate(DAYS, start=1):
        made.add(day, number)
    return made


@pytest.mark.parametrize("last", ["2025-12-31", *DAYS, "2026-01-04", "2026-01-09"])
def test_a_folded_series_answers_the_same_of_every_later_day(last: str) -> None:
    whole, folded = series(), series()
    folded.fold(last)
    for day in [*DAYS, "2026-01-02", "2026-01-06", "2026-01-08", "2026-01-10"]:
        if day >= last:
            assert folded.until(day) == whole.until(day)
            assert folded.lowest_from(day) == whole.lowest_from(day)
    assert folded.total == whole.total
    folded.add("2026-01-08", -3)
    whole.add("2026-01-08", -3)
    assert folded.total == whole.total


def test_a_folded_series_keeps_one_entry_for_the_days_that_are_over() -> None:
    made = series()
    made.fold("2026-01-05")
    assert (made.days, made.sums) == (["2026-01-05", "2026-01-07"], [6, 10])
    made.fold("2026-01-05")
    assert (made.days, made.sums) == (["2026-01-05", "2026-01-07"], [6, 10])
