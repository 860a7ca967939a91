"""Closed periods: nothing is valued in them again; the close carries the digest of the state."""

from __future__ import annotations

import pytest

from ledger.domain.apply import advance
from ledger.domain.digest import state_digest
from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS, replayed
from tests.support.small_fund import (
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    outcome_of,
    verdict_of,
)


@pytest.mark.parametrize(
    "kind", ["fact.recorded", "receipt.recorded", "delivery.proposed", "officer.relieved"]
)
def test_nothing_is_valued_in_a_closed_period(kind: str) -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.tick(days=2)
    fund.do("period.closed", "aigerim", **fund.close("2026-01-06"))
    fields = {
        "fact.recorded": {"fact": "a", "subject": "b", "value": True, **GROUNDS},
        "receipt.recorded": {
            "asset": "BTC", "units": "1", "account": "cold-1", "source": "fork", **GROUNDS,
        },
        "delivery.proposed": fund.delivery(),
        "officer.relieved": {"officer": "bolat", "office": "CustodyOfficer", "reason": "It ends"},
    }[kind]  # fmt: skip
    author = "gulnara" if kind == "officer.relieved" else "aigerim"
    answer = fund.act(kind, author, value_date="2026-01-06", **fields)
    assert laws_of(answer) == ["period_shut"]
    assert verdict_of(fund.act(kind, author, value_date="2026-01-07", **fields)) != "refused"


def test_a_period_is_shut_while_its_close_is_pending_and_open_again_if_it_is_not() -> None:
    fund = fund_under(quorum(1, "period_close"))
    fund.tick(days=2)
    close = fund.pend("period.closed", "aigerim", **fund.close("2026-01-06"))
    assert laws_of(fund.state_fact(value_date="2026-01-06")) == ["period_shut"]
    assert verdict_of(fund.state_fact(value_date="2026-01-07")) == "effective"
    fund.do("approval.refused", "daniyar", proposal=close, reason="A break is open")
    assert verdict_of(fund.state_fact(value_date="2026-01-06")) == "effective"


def test_a_close_that_lapses_opens_the_period_again() -> None:
    fund = fund_under(quorum(1, "period_close"))
    fund.tick(days=2)
    fund.pend(
        "period.closed", "aigerim", **fund.close("2026-01-06", valid_until=fund.instant(days=1))
    )
    fund.tick(days=2)
    assert verdict_of(fund.state_fact(value_date="2026-01-06")) == "effective"


def test_a_proposal_valued_in_a_period_that_closed_meanwhile_is_refused_at_completion() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.tick(days=2)
    fund.do("period.closed", "aigerim", **fund.close("2026-01-06"))
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("refused", ["period_shut"])]


def test_what_was_proposed_before_settles_after_on_an_open_day() -> None:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.tick(days=2)
    fund.do("period.closed", "aigerim", **fund.close("2026-01-06"))
    early = fund.acquired(proposal, value_date="2026-01-06")
    assert laws_of(fund.act("acquisition.settled", "bolat", **early)) == ["period_shut"]
    fund.do("acquisition.settled", "bolat", occurred_on="2026-01-06", **fund.acquired(proposal))


def test_periods_follow_each_other_without_gap_or_overlap() -> None:
    fund = fund_under()
    fund.tick(days=10)
    fund.do("period.closed", "aigerim", **fund.close("2026-01-06"))
    for starts_on in ("2026-01-01", "2026-01-06", "2026-01-08"):
        answer = fund.act("period.closed", "aigerim", **fund.close("2026-01-10", starts_on))
        assert laws_of(answer) == ["period_gap"]
    fund.do("period.closed", "aigerim", **fund.close("2026-01-10", "2026-01-07"))


def test_a_period_of_one_day_that_ended_yesterday_in_the_fund_s_zone() -> None:
    fund = fund_under()
    fund.now = "2026-01-06T18:58:00.000000Z"
    fields = fund.close("2026-01-06", "2026-01-06")
    assert laws_of(fund.act("period.closed", "aigerim", **fields)) == ["period_not_over"]
    assert verdict_of(fund.act("period.closed", "aigerim", **fields)) == "effective"


def test_the_close_carries_the_digest_of_the_state_before_it() -> None:
    fund = fund_under(quorum(1, "period_close"))
    fund.open_units("10")
    fund.tick(days=2)
    before = replayed(fund.records)
    close = fund.pend("period.closed", "aigerim", **fund.close("2026-01-06"))
    assert fund.last is not None
    advance(before, fund.last, fund.now)
    pending = fund.records[-1]
    assert state_digest(before).encode() in pending
    completed = fund.act("approval.given", "daniyar", proposal=close)
    assert outcome_of(completed).state_digest == ""
    refused = fund.act("period.closed", "aigerim", **fund.close("2026-01-06"))
    assert (codes_of(refused), outcome_of(refused).state_digest) == (["period_gap"], "")


def test_balances_by_day_stay_right_after_a_close() -> None:
    fund = fund_under()
    fund.open_units("4", value_date="2025-11-01", acquired_on="2025-11-01")
    fund.open_units("6", value_date="2025-12-01", acquired_on="2025-12-01")
    fund.open_units("5", value_date="2026-01-03", acquired_on="2026-01-03")
    fund.tick(days=2)
    fund.do("period.closed", "aigerim", **fund.close("2026-01-02"))
    early = fund.act("delivery.proposed", "aigerim", **fund.delivery("11", value_date="2026-01-02"))
    assert laws_of(early) == ["period_shut"]
    by_day = fund.state.balance("cold-1", "BTC").by_day
    assert (by_day.days, by_day.sums) == (["2026-01-02", "2026-01-03"], [10 * 10**8, 15 * 10**8])
    fund.do("delivery.proposed", "aigerim", **fund.delivery("15", value_date="2026-01-03"))
    assert state_digest(replayed(fund.records)) == state_digest(fund.state)
