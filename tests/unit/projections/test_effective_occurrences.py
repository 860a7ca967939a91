"""From a real log to occurrences: what counts, at which position, on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.projections.occurrences import (
    CashMove,
    Encumbered,
    FairValue,
    HandEntry,
    Inflow,
    Measured,
    Move,
    Outflow,
    Swap,
)
from ledger.rehearsal.accounting_figures import history_of
from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import SmallFund, classified, fund_under, line, verdict_of

if TYPE_CHECKING:
    from ledger.projections.fund_history import FundHistory
    from ledger.projections.occurrences import Occurrence

BTC, BNB = 10**8, 10**18


def told(fund: SmallFund) -> FundHistory:
    return history_of(fund.records)


def last_of(fund: SmallFund) -> Occurrence:
    return told(fund).occurrences[-1]


def exception() -> tuple[SmallFund, str]:
    """A settlement of a purchase that nobody approved: it waits for risk and a governor."""
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition("3"))
    settled = fund.pend("acquisition.settled", "bolat", **fund.acquired(proposal, "3", "90"))
    return fund, settled


def test_what_waits_counts_from_the_position_that_completes_it() -> None:
    fund, settled = exception()
    day = fund.today
    assert told(fund).occurrences == []
    fund.tick(days=2)
    fund.approve(settled, "marat")
    assert told(fund).occurrences == []
    fund.approve(settled, "gulnara")
    history = told(fund)
    assert history.occurrences == [
        Inflow(day, fund.state.position, settled, "acquisition", "BTC", "cold-1", 3 * BTC,
               ("USD", 9000))
    ]  # fmt: skip
    assert history.known_at(fund.state.position - 1).occurrences == []


def test_what_is_refused_never_counts() -> None:
    fund, settled = exception()
    fund.do("approval.refused", "marat", proposal=settled, reason="Nobody asked")
    history = told(fund)
    assert history.occurrences == []
    assert settled not in history.reader._waiting


def test_a_refused_proposal_is_forgotten() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition("3"))
    assert list(told(fund).reader.proposals) == [proposal]
    fund.do("approval.refused", "daniyar", proposal=proposal, reason="Too dear")
    assert told(fund).reader.proposals == {}


def test_a_proposal_that_is_approved_may_be_settled() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition("3"))
    fund.approve(proposal, "daniyar")
    assert told(fund).occurrences == []
    fund.do("acquisition.settled", "bolat", **fund.acquired(proposal, "3", "90"))
    assert last_of(fund).position == fund.state.position


def test_what_waits_and_says_nothing_to_the_books_is_not_kept() -> None:
    fund = fund_under()
    appointed = fund.appointment("timur", "Clerk")
    waiting = fund.pend("officer.appointed", "gulnara", **appointed)
    reader = told(fund).reader
    assert (reader._waiting, reader.proposals) == ({}, {})
    fund.approve(waiting, "nurlan")
    assert told(fund).occurrences == []


def test_a_proposal_is_kept_until_its_last_settlement() -> None:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("3"))
    part = fund.acquired(proposal, "1", "10", final=False)
    fund.do("acquisition.settled", "bolat", **part)
    assert list(told(fund).reader.proposals) == [proposal]
    fund.do("acquisition.settled", "bolat", **fund.acquired(proposal, "2", "20"))
    history = told(fund)
    assert history.reader.proposals == {}
    assert [(one.units, one.money) for one in history.occurrences if isinstance(one, Inflow)] == [
        (BTC, ("USD", 1000)), (2 * BTC, ("USD", 2000)),
    ]  # fmt: skip


def test_what_the_reader_is_not_given_still_moves_the_position_on() -> None:
    fund = fund_under()
    fund.open_units("3")
    history = told(fund)
    count = len(history.occurrences)
    fund.state_fact()
    history.take(99, None, fund_outcome(fund))
    assert (history.position, len(history.occurrences)) == (99, count)


def fund_outcome(fund: SmallFund) -> Any:
    answer = fund.state_fact()
    return answer.outcome  # type: ignore[union-attr] # it is recorded


# -- each kind of event ---------------------------------------------------------------------------


def test_an_opening_says_cost_and_what_it_stood_at() -> None:
    fund = fund_under()
    stood_at = {"currency": "USD", "amount": "50.25"}
    opened = fund.open_units("0.5", carrying_amount=stood_at)
    assert last_of(fund) == Inflow(
        fund.today, fund.state.position, opened, "opening", "BTC", "cold-1", BTC // 2,
        ("USD", 100_000_00), carrying=("USD", 5025),
    )  # fmt: skip


def test_a_receipt_says_its_source() -> None:
    fund = fund_under()
    event_id = fund.do(
        "receipt.recorded", "bolat", asset="BTC", units="2", account="cold-1", source="mining",
        **GROUNDS,
    )  # fmt: skip
    assert last_of(fund) == Inflow(
        fund.today, fund.state.position, event_id, "receipt", "BTC", "cold-1", 2 * BTC, None,
        source="mining",
    )  # fmt: skip


def test_fees_are_told_apart_by_what_they_are_paid_in() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("disposal.proposed", "aigerim", **fund.disposal("4"))
    fees = [
        {"leg": "cash", "currency": "USD", "amount": "1.5"},
        {"leg": "asset", "asset": "BTC", "units": "0.25", "account": "cold-1"},
    ]
    sold = fund.do("disposal.settled", "bolat", **fund.disposed(proposal, "4", "160000", fees=fees))
    assert last_of(fund) == Outflow(
        fund.today, fund.state.position, sold, "disposal", "BTC", "cold-1", 4 * BTC,
        ("USD", 160_000_00), (("USD", 150),), (("cold-1", "BTC", BTC // 4),),
    )  # fmt: skip


def test_a_delivery_brings_no_money_and_says_its_purpose_and_lots() -> None:
    fund = fund_under()
    fund.identify("BTC")
    lot = fund.open_units("10")
    asked = fund.delivery("4", purpose="distribution")
    proposal = fund.do("delivery.proposed", "aigerim", **asked)
    gone = fund.do(
        "delivery.settled", "bolat", proposal=proposal, units="4", fees=[], final=True,
        lots=[{"lot": lot, "units": "4"}], **GROUNDS,
    )  # fmt: skip
    assert last_of(fund) == Outflow(
        fund.today, fund.state.position, gone, "delivery", "BTC", "cold-1", 4 * BTC,
        lots=((lot, 4 * BTC),), purpose="distribution",
    )  # fmt: skip


def test_an_exchange_says_both_places() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange("1", "100"))
    done = fund.do("exchange.settled", "bolat", **fund.exchanged(proposal, "1", "100"))
    assert last_of(fund) == Swap(
        fund.today, fund.state.position, done, ("cold-1", "BTC", BTC), ("cold-2", "BNB", 100 * BNB)
    )


def test_a_transfer_is_in_transit_until_it_arrives_or_comes_back() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4", "0.1"))
    fee = {"asset": "BTC", "units": "0.1"}
    assert verdict_of(fund.step("released", proposal, "4", fee=fee)) == "effective"
    assert verdict_of(fund.step("failed", proposal, "1", final=False)) == "effective"
    assert verdict_of(fund.step("settled", proposal, "3")) == "effective"
    moves = [
        (one.units, one.source, one.target)
        for one in told(fund).occurrences
        if isinstance(one, Move)
    ]
    assert moves == [
        (4 * BTC, "cold-1", "cold-1>"),
        (BTC, "cold-1>", "cold-1"),
        (3 * BTC, "cold-1>", "cold-2"),
    ]
    paid = [one for one in told(fund).occurrences if isinstance(one, Outflow)]
    assert [(one.word, one.account, one.units) for one in paid] == [("fee", "cold-1", BTC // 10)]
    assert told(fund).held(fund.today) == {
        ("cold-1", "BTC"): 69 * BTC // 10, ("cold-2", "BTC"): 3 * BTC,
    }  # fmt: skip


def test_money_says_its_direction_and_category() -> None:
    fund = fund_under()
    money = {"currency": "USD", "amount": "9.5"}
    event_id = fund.do(
        "cash.recorded", "aigerim", direction="out", category="custody_fee", amount=money,
        **GROUNDS,
    )  # fmt: skip
    assert last_of(fund) == CashMove(
        fund.today, fund.state.position, event_id, is_in=False, money=("USD", 950),
        category="custody_fee",
    )  # fmt: skip


def test_encumbered_units_are_free_again_in_part() -> None:
    fund = fund_under()
    fund.open_units("10")
    placed = fund.do(
        "encumbrance.placed", "aigerim", asset="BTC", units="3", account="cold-1", form="lock",
        beneficiary="B", **GROUNDS,
    )  # fmt: skip
    fund.do("encumbrance.released", "aigerim", encumbrance=placed, units="2", **GROUNDS)
    found = [one for one in told(fund).occurrences if isinstance(one, Encumbered)]
    assert [(one.units, one.form) for one in found] == [(3 * BTC, "lock"), (-2 * BTC, "lock")]


def test_an_entry_and_its_reversal_are_mirrors() -> None:
    fund = fund_under()
    lot = fund.open_units("10")
    there = {"currency": "EUR", "foreign_amount": "7"}
    lines = [
        line("1100", "debit", "8.5", asset="BTC", lot=lot, adjusts="cost"),
        line("1000", "credit", "8.5", **there),
    ]
    entry = fund.do("entry.posted", "aigerim", **fund.entry(lines=lines))
    fund.do("entry.reversed", "aigerim", entry=entry, explanation="It was posted twice", **GROUNDS)
    posted, back = [one for one in told(fund).occurrences if isinstance(one, HandEntry)]
    assert [(one.account, one.amount, one.dimension, one.lot, one.adjusts_cost, one.foreign)
            for one in posted.lines] == [
        ("1100", 850, "BTC", lot, True, None), ("1000", -850, "EUR", "", True, ("EUR", -700)),
    ]  # fmt: skip
    assert [(one.amount, one.lot, one.adjusts_cost, one.foreign) for one in back.lines] == [
        (-850, lot, True, None), (850, "", True, ("EUR", 700)),
    ]  # fmt: skip
    assert (posted.word, back.word, back.corrects) == ("entry", "reversal", entry)


def test_an_entry_that_restates_is_a_correction() -> None:
    fund = fund_under()
    fund.tick(days=3)
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-1)))
    fund.do("entry.posted", "aigerim", **fund.entry(value_date=fund.day(-1), restates=["2026"]))
    found = last_of(fund)
    assert isinstance(found, HandEntry)
    assert (found.word, found.restates, found.day) == ("correction", ("2026",), fund.day(-1))


def test_measurements_closes_and_issues_are_kept_by_position() -> None:
    fund = fund_under()
    fund.measure_by(classified())
    fund.do("measurement.recorded", "aigerim", occasion="interim", **GROUNDS)
    fund.tick(days=3)
    close = fund.do("period.closed", "aigerim", **fund.close(fund.day(-1)))
    at = fund.state.position
    fund.do("statement.issued", "aigerim", **fund.issue("2026", fund.day(-1)))
    history = told(fund)
    assert [one.word for one in history.occurrences if isinstance(one, Measured)] == [
        "measurement", "close",
    ]  # fmt: skip
    last = Measured(fund.day(-1), at, close, "close", "2026", "2026-01-01")
    assert history.reader.periods == [last]
    assert [one.body.period for one in history.reader.issued] == ["2026"]
    then = history.known_at(at - 1)
    assert (then.reader.periods, then.reader.issued) == ([], [])
    assert [policy.event_id for policy in then.reader.policies] == [
        policy.event_id for policy in history.reader.policies
    ]
    assert history.known_at(1).reader.policies == []


def test_a_fair_value_says_its_level() -> None:
    fund = fund_under()
    price = {"asset": "BTC", "currency": "USD", "price": "40000", "source": "S", "market": "M"}
    seen = fund.do("price.observed", "aigerim", observed_at=fund.now, **price, **GROUNDS)
    value = {"asset": "BTC", "currency": "USD", "fair_value": "40000.5", "level": "2"}
    event_id = fund.do(
        "valuation.adopted", "aigerim", method="Last", prices=[seen], **value, **GROUNDS
    )
    assert last_of(fund) == FairValue(
        fund.today, fund.state.position, event_id, "BTC", "USD", "40000.5", "2"
    )


def test_what_rules_met_is_counted_by_value_date() -> None:
    fund, _ = exception()
    history = told(fund)
    met = {name: series.until(fund.today) for name, series in history.conduct.items()}
    assert met["T.PURCHASE", "needs_approval"] == 1
    assert history.known_at(fund.state.position).conduct == {}
