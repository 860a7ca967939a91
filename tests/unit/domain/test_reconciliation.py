"""What others state of a balance, and breaks that differ from it: evidence, never a movement."""

from __future__ import annotations

from typing import Any

from ledger.domain.known import KnownState
from tests.support.books import rule
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import SmallFund, effects_of, fund_under, laws_of, verdict_of

DUTIES = rule(
    "T.SOD", "separation_of_duties", "reconciliation_run", "reconciliation_review",
    params={"must_differ": ["operator", "reconciler", "reviewer"]},
)  # fmt: skip


def state_balance(fund: SmallFund, units: str, author: str = "bolat", **fields: Any) -> str:
    said = {"account": "cold-1", "asset": "BTC", "as_of": fund.today, "document": DIGEST}
    return fund.do(
        "custodian_statement.received", author, **{**said, "units": units, **fields}, **GROUNDS
    )


def resolve(fund: SmallFund, found: str, author: str) -> Any:
    said = {"cause": "timing", "explanation": "Late", "documents": []}
    return fund.act("break.resolved", author, break_id=found, **said, **GROUNDS)


def test_a_statement_is_compared_with_the_holdings_of_its_own_day() -> None:
    fund = fund_under()
    fund.open_units("10")
    yesterday = fund.today
    fund.tick(days=1)
    fund.open_units("5")
    before = fund.state.balance("cold-1", "BTC").held
    stated = state_balance(fund, "10", as_of=yesterday)
    assert laws_of(fund.act("break.raised", "bolat", statement=stated, **GROUNDS)) == ["break_none"]
    stated = state_balance(fund, "10")
    found = fund.do("break.raised", "bolat", statement=stated, **GROUNDS)
    assert fund.state.breaks[found].difference == -5 * 10**8
    assert fund.state.balance("cold-1", "BTC").held == before


def test_breaks_are_known_until_they_are_resolved() -> None:
    fund = fund_under()
    fund.open_units("10")
    known = KnownState(fund.state)
    assert (known.breaks(), known.reconciled_on()) == ([], "")
    stated = state_balance(fund, "9")
    (unraised,) = known.breaks()
    assert (unraised.units, unraised.source, known.reconciled_on()) == (
        -(10**8), "custodian", fund.today,
    )  # fmt: skip
    found = fund.do("break.raised", "bolat", statement=stated, **GROUNDS)
    (raised,) = known.breaks()
    assert (raised.units, raised.source) == (-(10**8), "break")
    assert verdict_of(resolve(fund, found, "aigerim")) == "effective"
    (still,) = known.breaks()
    assert still.source == "custodian", "the statement differs until another one agrees"
    state_balance(fund, "10")
    assert known.breaks() == []


def test_who_keeps_reconciles_and_reviews_are_three_persons() -> None:
    fund = fund_under(DUTIES)
    fund.open_units("10")
    stated = state_balance(fund, "9", "bolat")
    alone = fund.act("break.raised", "bolat", statement=stated, **GROUNDS)
    assert verdict_of(alone) == "pending"
    found = fund.do("break.raised", "aigerim", statement=stated, **GROUNDS)
    assert verdict_of(resolve(fund, found, "aigerim")) == "pending"
    assert verdict_of(resolve(fund, found, "daniyar")) == "effective"


def test_a_break_that_waits_while_its_statement_is_replaced_is_refused() -> None:
    fund = fund_under(DUTIES)
    fund.open_units("10")
    stated = state_balance(fund, "9", "bolat")
    waiting = fund.pend("break.raised", "bolat", statement=stated, **GROUNDS)
    state_balance(fund, "8", "bolat")
    answer = fund.act("approval.given", "gulnara", proposal=waiting)
    while verdict_of(answer) == "effective" and waiting in fund.state.proposals:
        answer = fund.act("approval.given", "saule", proposal=waiting)
    assert "statement_unknown" in str(effects_of(answer))


def test_a_resolution_that_waits_while_another_resolves_is_refused() -> None:
    fund = fund_under(DUTIES)
    fund.open_units("10")
    stated = state_balance(fund, "9", "bolat")
    found = fund.do("break.raised", "aigerim", statement=stated, **GROUNDS)
    resolve(fund, found, "aigerim")
    waiting = fund.event_ids[-1]
    assert verdict_of(resolve(fund, found, "daniyar")) == "effective"
    answer = fund.act("approval.given", "gulnara", proposal=waiting)
    while verdict_of(answer) == "effective" and waiting in fund.state.proposals:
        answer = fund.act("approval.given", "saule", proposal=waiting)
    assert "break_unknown" in str(effects_of(answer))
