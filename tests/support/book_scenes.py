"""Scenes of the laws of the books: each provokes one law alone (`tests/unit/domain/test_laws.py`).

Accounting policies, identified lots, fair values, entries posted by hand, measurements, issued
statements, and what a close is flagged with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.books import quorum
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import SmallFund, classified, fund_under, line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Admission, Refusal, Rejection

    Answer = Admission | Refusal | Rejection

UNKNOWN = "0" * 64
SCENES: dict[str, Callable[[], Answer]] = {}
MARKET: dict[str, Any] = {"active_market": True, "active_market_evidence": DIGEST}
REVALUED: dict[str, Any] = {"measurement_model": "revaluation", **MARKET}
FAIR_VALUE: dict[str, Any] = {
    "principal_market": "M",
    "price_point": "last",
    "cut_off_time": "12:00:00",
    "max_age_days": 2,
}


def scene(law: str) -> Callable[[Callable[[], Answer]], Callable[[], Answer]]:
    def enter(play: Callable[[], Answer]) -> Callable[[], Answer]:
        assert law not in SCENES
        SCENES[law] = play
        return play

    return enter


def adopt(fund: SmallFund, *assets: dict[str, Any], **fields: Any) -> Answer:
    """An accounting policy, signed by both governors."""
    policy = fund.policy(*assets, **fields)
    return fund.act("accounting_policy.adopted", "gulnara", cosigners=["nurlan"], **policy)


def closed_fund(*rules: dict[str, Any]) -> SmallFund:
    """A fund whose year, as it calls it, ended yesterday."""
    fund = fund_under(*rules)
    fund.tick(days=3)
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-1)))
    return fund


# -- accounting policies --------------------------------------------------------------------------


@scene("policy_incomplete")
def a_policy_for_an_asset_that_is_not_listed() -> Answer:
    return adopt(fund_under(), classified("ETH"))


@scene("policy_asset_repeated")
def a_policy_that_says_two_things_of_an_asset() -> Answer:
    return adopt(fund_under(), classified(), classified(memo=UNKNOWN))


@scene("functional_currency_differs")
def a_policy_in_another_currency_than_the_charter_s() -> Answer:
    return adopt(fund_under(), functional_currency="KZT")


@scene("cost_formula_not_allowed")
def last_in_first_out() -> Answer:
    return adopt(fund_under(), classified(), cost_formula="lifo")


@scene("specific_identification_needs_non_interchangeable_items")
def coins_that_stand_for_one_another_are_identified() -> Answer:
    return adopt(fund_under(), classified(), cost_formula="specific")


@scene("lots_identified_for_the_fund")
def lots_are_identified_by_account() -> Answer:
    lots = {"cost_formula": "specific", "lot_scope": "account"}
    return adopt(fund_under(), classified(interchangeable=False), **lots)


@scene("lots_unknown")
def units_came_before_their_lots_were_kept() -> Answer:
    fund = fund_under()
    fund.open_units("1")
    return adopt(fund, classified(interchangeable=False), cost_formula="specific")


@scene("unit_of_account_conflicts_with_cost_formula")
def first_in_first_out_by_holding() -> Answer:
    return adopt(fund_under(), unit_of_account="holding")


@scene("model_not_allowed")
def inventory_at_cost_whatever_it_would_bring() -> Answer:
    return adopt(fund_under(), classified(classification="inventory"))


@scene("revaluation_needs_active_market")
def revalued_without_a_market() -> Answer:
    return adopt(fund_under(), classified(measurement_model="revaluation"))


@scene("class_must_share_one_model")
def one_class_by_two_models() -> Answer:
    cost = classified("BNB", class_id="coins", **MARKET)
    return adopt(fund_under(), classified(class_id="coins", **REVALUED), cost)


@scene("redemption_missing")
def amortised_cost_of_what_nobody_owes() -> Answer:
    model = {"classification": "financial_asset", "measurement_model": "amortised_cost"}
    return adopt(fund_under(), classified(**model))


@scene("policy_change_unexplained")
def a_second_policy_that_calls_itself_initial() -> Answer:
    fund = fund_under()
    fund.measure_by(classified())
    return adopt(fund, classified(), change="initial")


@scene("policy_change_mismatch")
def another_formula_as_a_change_of_estimate() -> Answer:
    fund = fund_under()
    fund.measure_by(classified())
    return adopt(fund, classified(), cost_formula="weighted_average", change="change_of_estimate")


@scene("policy_change_needs_restatement")
def an_addition_in_a_closed_period() -> Answer:
    fund = fund_under()
    fund.measure_by(classified())
    fund.tick(days=3)
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-1)))
    fields = {"change": "addition", "effective_from": fund.day(-1)}
    return adopt(fund, classified(), classified("BNB"), **fields)


@scene("policy_missing")
def a_measurement_by_no_policy() -> Answer:
    return fund_under().act("measurement.recorded", "aigerim", occasion="interim", **GROUNDS)


# -- identified lots ------------------------------------------------------------------------------


def identified_fund() -> tuple[SmallFund, str, str]:
    """A fund with a lot of three units, another of two, and a delivery of two to be settled."""
    fund = fund_under()
    fund.identify("BTC")
    first = fund.open_units("3")
    second = fund.open_units("2")
    fund.do("delivery.proposed", "aigerim", **fund.delivery("2"))
    return fund, first, second


def deliver(fund: SmallFund, *lots: tuple[str, str], **fields: Any) -> Answer:
    """Two units of the last proposal leave, of these lots."""
    proposal = next(reversed(fund.state.proposals))
    named = [{"lot": lot, "units": units} for lot, units in lots]
    base = {"proposal": proposal, "units": "2", "fees": [], "final": True, "lots": named}
    return fund.act("delivery.settled", "bolat", **{**base, **GROUNDS, **fields})


@scene("lots_missing")
def identified_units_leave_without_a_name() -> Answer:
    return deliver(identified_fund()[0])


@scene("lots_not_identified")
def a_lot_is_chosen_of_units_that_stand_for_one_another() -> Answer:
    fund = fund_under()
    lot = fund.open_units("3")
    fund.do("delivery.proposed", "aigerim", **fund.delivery("2"))
    return deliver(fund, (lot, "2"))


@scene("lots_do_not_cover")
def the_lots_are_less_than_what_leaves() -> Answer:
    fund, first, second = identified_fund()
    return deliver(fund, (first, "0.5"), (second, "1"))


@scene("lot_unknown")
def the_same_lot_twice() -> Answer:
    fund, first, _ = identified_fund()
    return deliver(fund, (first, "1"), (first, "1"))


@scene("lot_short")
def more_of_a_lot_than_is_left() -> Answer:
    fund, first, second = identified_fund()
    answer = deliver(fund, (first, "2"), final=False)
    assert not answer.outcome.findings  # type: ignore[union-attr] # it is recorded
    return deliver(fund, (first, "1.5"), (second, "0.5"))


# -- fair values ----------------------------------------------------------------------------------


def value_by(instant: str, day: str) -> Answer:
    """The fair value of a day by the price of an instant, in a zone five hours ahead of UTC."""
    fund = fund_under()
    fund.measure_by(classified(**REVALUED), fair_value=FAIR_VALUE)
    price = {"asset": "BTC", "currency": "USD", "price": "1", "source": "S", "market": "M"}
    seen = fund.do("price.observed", "bolat", observed_at=instant, **price, **GROUNDS)
    value = {"asset": "BTC", "currency": "USD", "fair_value": "1", "level": "1", "method": "Last"}
    return fund.act(
        "valuation.adopted", "aigerim", prices=[seen], value_date=day, **value, **GROUNDS
    )


@scene("price_after_cut_off")
def a_price_of_the_afternoon() -> Answer:
    return value_by("2026-01-04T07:00:01.000000Z", "2026-01-04")


@scene("price_too_old")
def a_price_of_three_days_before() -> Answer:
    return value_by("2026-01-01T18:59:59.999999Z", "2026-01-04")


# -- entries --------------------------------------------------------------------------------------


def post(fund: SmallFund, *lines: dict[str, Any], **fields: Any) -> Answer:
    entry = fund.entry(**fields)
    return fund.act(
        "entry.posted", "aigerim", **{**entry, **({"lines": [*lines]} if lines else {})}
    )


@scene("account_not_in_chart")
def posted_to_what_is_derived_from_events_alone() -> Answer:
    derived = line("9000", "debit", "1", asset="BTC")
    return post(fund_under(), derived, line("2010", "credit", "1"))


@scene("entry_line_incomplete")
def cash_of_which_currency() -> Answer:
    return post(fund_under(), line("5060", "debit", "1"), line("1000", "credit", "1"))


@scene("entry_does_not_balance")
def a_cent_too_much() -> Answer:
    return post(fund_under(), line("5060", "debit", "1.01"), line("2010", "credit", "1"))


@scene("surplus_never_through_profit_or_loss")
def the_surplus_becomes_a_gain() -> Answer:
    surplus = line("3100", "debit", "1", asset="BTC")
    return post(fund_under(), surplus, line("4000", "credit", "1", asset="BTC"))


@scene("period_unknown")
def what_is_not_closed_is_restated() -> Answer:
    fund = closed_fund()
    return post(fund, value_date=fund.day(-1), restates=["2026", "2027"])


@scene("entry_unknown")
def what_was_never_posted_is_reversed() -> Answer:
    return reverse(fund_under(), UNKNOWN)


def reverse(fund: SmallFund, entry: str, **fields: Any) -> Answer:
    members = {"entry": entry, "explanation": "It was posted twice", **GROUNDS, **fields}
    return fund.act("entry.reversed", "aigerim", **members)


@scene("entry_reversed_already")
def reversed_twice() -> Answer:
    fund = fund_under()
    entry = fund.do("entry.posted", "aigerim", **fund.entry())
    reverse(fund, entry)
    return reverse(fund, entry)


# -- statements and closes ------------------------------------------------------------------------


@scene("statement_day_differs")
def statements_of_a_day_within_the_period() -> Answer:
    fund = closed_fund()
    return fund.act("statement.issued", "aigerim", **fund.issue("2026", fund.day(-2)))


@scene("position_in_future")
def statements_that_know_what_is_not_recorded() -> Answer:
    fund = closed_fund()
    known = {"known_at": fund.state.position + 1}
    return fund.act("statement.issued", "aigerim", **fund.issue("2026", fund.day(-1), **known))


@scene("statement_issued_already")
def the_same_statements_again() -> Answer:
    fund = closed_fund()
    issued = fund.issue("2026", fund.day(-1))
    fund.do("statement.issued", "aigerim", **issued)
    return fund.act("statement.issued", "aigerim", **issued)


@scene("break_open")
def closed_with_an_unexplained_difference() -> Answer:
    fund = fund_under()
    document = {"account": "cold-1", "asset": "BTC", "document": DIGEST, **GROUNDS}
    stated = fund.do(
        "custodian_statement.received", "aigerim", units="1", as_of=fund.today, **document
    )
    fund.do("break.raised", "aigerim", statement=stated, **GROUNDS)
    fund.tick(days=1)
    return fund.act("period.closed", "aigerim", **fund.close(fund.day(-1)))


@scene("proposal_unsettled")
def closed_before_a_purchase_is_settled() -> Answer:
    fund = fund_under(quorum(1, "sale"))
    fund.open_units("4")
    fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.pend("disposal.proposed", "aigerim", **fund.disposal())
    fund.tick(days=1)
    return fund.act("period.closed", "aigerim", **fund.close(fund.day(-1)))
