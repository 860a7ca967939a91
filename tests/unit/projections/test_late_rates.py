"""An exchange rate counts on its day, unless the period of that day is shut when it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.projections.occurrences import ExchangeRate
from ledger.rehearsal.accounting_figures import history_of
from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import SmallFund, fund_under

if TYPE_CHECKING:
    from ledger.projections.occurrences import Occurrence


def last_of(fund: SmallFund) -> Occurrence:
    return history_of(fund.records).occurrences[-1]


def closed_fund(*rules: dict[str, Any]) -> SmallFund:
    """A fund whose year, as it calls it, ended yesterday."""
    fund = fund_under(*rules)
    fund.tick(days=3)
    act = fund.pend if rules else fund.do
    act("period.closed", "aigerim", **fund.close(fund.day(-1)))
    return fund


def observe(fund: SmallFund, day: str, measure: str = "exchange_rate") -> str:
    said = {"measure": measure, "subject": "EUR/USD", "value": "1.125", "unit": "USD"}
    return fund.do(
        "observation.recorded", "aigerim", observed_on=day, source="S", **said, **GROUNDS
    )


def test_a_rate_counts_on_the_day_on_which_it_was_observed() -> None:
    fund = fund_under()
    event_id = observe(fund, fund.day(-1))
    assert last_of(fund) == ExchangeRate(
        fund.day(-1), fund.state.position, event_id, "EUR", "USD", "1.125", "S"
    )
    observe(fund, fund.today, "market_cap")
    assert len(history_of(fund.records).occurrences) == 1


def test_a_late_rate_never_reaches_into_a_closed_period() -> None:
    fund = closed_fund()
    for day, wanted in ((-2, fund.today), (-1, fund.today), (0, fund.today)):
        observe(fund, fund.day(day))
        assert last_of(fund).day == wanted


def test_a_period_whose_close_waits_is_shut_to_rates() -> None:
    fund = closed_fund(quorum(1, "period_close"))
    observe(fund, fund.day(-1))
    assert last_of(fund).day == fund.today


@pytest.mark.parametrize(
    ("kind", "officer"), [("approval.refused", "daniyar"), ("proposal.withdrawn", "aigerim")]
)
def test_a_period_whose_close_does_not_come_is_open_to_rates_again(kind: str, officer: str) -> None:
    fund = closed_fund(quorum(1, "period_close"))
    close = fund.event_ids[-1]
    fund.do(kind, officer, proposal=close, reason="Too early")
    assert fund.state.shut_until == ""
    observe(fund, fund.day(-1))
    assert last_of(fund).day == fund.day(-1)


def test_a_refused_close_leaves_earlier_periods_shut() -> None:
    fund = closed_fund(quorum(1, "period_close"))
    fund.approve(fund.event_ids[-1], "daniyar")
    shut = fund.state.shut_until
    fund.tick(days=2)
    close = fund.pend("period.closed", "aigerim", **fund.close(fund.day(-1), fund.day(-2)))
    fund.do("approval.refused", "daniyar", proposal=close, reason="Too early")
    observe(fund, shut)
    assert last_of(fund).day == fund.today
    observe(fund, fund.day(-1))
    assert last_of(fund).day == fund.day(-1)
