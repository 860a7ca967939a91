"""Acquisitions, disposals, deliveries, exchanges, receipts, encumbrances: acts and their facts."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.known import KnownState
from tests.support.books import quorum, rule
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    verdict_of,
)

TOLERANCE = rule(
    "T.TOL",
    "settlement_tolerance",
    "settlement",
    params={"units_over": "0.1", "price_adverse": "0.01"},
)


def ratify(fund: SmallFund) -> list[tuple[str, list[str]]]:
    """The exception quorum approves the last event."""
    fact = fund.event_ids[-1]
    fund.approve(fact, "marat")
    return effects_of(fund.act("approval.given", "gulnara", proposal=fact))


# -- facts are never refused by policy ------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "cost", "verdict"),
    [
        ("10", "400000", "effective"),
        ("10", "404000", "effective"),
        ("10", "404000.01", "pending"),
        ("10", "399999.99", "effective"),
        ("11", "440000", "effective"),
        ("11.00000001", "440000", "pending"),
        ("5", "202000", "effective"),
        ("5", "202000.01", "pending"),
    ],
)
def test_an_acquisition_within_and_beyond_tolerance(units: str, cost: str, verdict: str) -> None:
    fund = fund_under(TOLERANCE)
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10", "400000"))
    answer = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal, units, cost))
    assert verdict_of(answer) == verdict
    if verdict == "pending":
        assert codes_of(answer) == ["T.TOL", "T.EXC"]
        assert fund.state.balances == {}
        assert ratify(fund) == [("effective", ["T.TOL"])]
    assert fund.state.balance("cold-1", "BTC").held > 0


@pytest.mark.parametrize(
    ("units", "proceeds", "verdict"),
    [
        ("4", "160000", "effective"),
        ("4", "158400", "effective"),
        ("4", "158399.99", "pending"),
        ("4", "1000000", "effective"),
        ("2", "79200", "effective"),
        ("2", "79199.99", "pending"),
    ],
)
def test_a_disposal_within_and_beyond_tolerance(units: str, proceeds: str, verdict: str) -> None:
    fund = fund_under(TOLERANCE)
    fund.open_units("10")
    proposal = fund.do("disposal.proposed", "aigerim", **fund.disposal("4", "160000"))
    answer = fund.act("disposal.settled", "bolat", **fund.disposed(proposal, units, proceeds))
    assert verdict_of(answer) == verdict


def test_without_a_rule_of_its_own_a_mandate_has_no_tolerance() -> None:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10", "400000"))
    answer = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal, "10", "400000.01"))
    assert codes_of(answer) == ["DESIGN.TOLERANCE.1", "T.EXC"]


def test_parts_together_do_not_exceed_the_proposal() -> None:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10", "400000"))
    for units, cost in (("4", "160000"), ("4", "160000")):
        part = fund.acquired(proposal, units, cost, final=False)
        assert verdict_of(fund.act("acquisition.settled", "bolat", **part)) == "effective"
    last = fund.acquired(proposal, "2.1", "84000", final=True)
    assert codes_of(fund.act("acquisition.settled", "bolat", **last)) == [
        "DESIGN.TOLERANCE.1", "T.EXC",
    ]  # fmt: skip
    fund.do("acquisition.settled", "bolat", **fund.acquired(proposal, "2", "80000"))
    assert fund.balance()[0] == 1_000


def test_an_exchange_that_brought_less_than_its_minimum_is_an_exception() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange("1", "100"))
    answer = fund.act("exchange.settled", "bolat", **fund.exchanged(proposal, "1", "99.99"))
    assert verdict_of(answer) == "pending"
    full = fund.act("exchange.settled", "bolat", **fund.exchanged(proposal, "1", "100"))
    assert verdict_of(full) == "effective"


def test_an_exchange_that_gave_more_than_proposed_is_an_exception() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange("1", "100"))
    answer = fund.act("exchange.settled", "bolat", **fund.exchanged(proposal, "1.1", "110"))
    assert codes_of(answer) == ["DESIGN.TOLERANCE.1", "T.EXC"]


def test_settled_before_it_was_approved_it_waits_and_then_counts() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    answer = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal))
    assert (verdict_of(answer), codes_of(answer)) == (
        "pending", ["proposal_not_effective", "T.EXC"],
    )  # fmt: skip
    assert ratify(fund) == [("effective", ["proposal_not_effective"])]
    assert fund.balance()[0] == 1_000
    assert fund.state.proposals == {}


def test_a_fact_recorded_by_the_wrong_office_is_an_exception_not_a_refusal() -> None:
    only_custody = rule(
        "T.WHO",
        "approval",
        "any_fact",
        effect="allow_only_if",
        params={"initiator_roles": ["CustodyOfficer"]},
    )
    fund = fund_under(only_custody)
    answer = fund.state_fact("marat")
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["T.WHO", "T.EXC"])
    assert verdict_of(fund.state_fact("bolat")) == "effective"


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"proposal": "0" * 64}, "proposal_unknown"),
        ({"units": "0.000000001"}, "amount_scale"),
        ({"consideration": {"currency": "EUR", "amount": "1"}}, "currency_differs"),
        ({"trade_date": "2026-02-01"}, "value_date_before_reference"),
        ({"value_date": "2026-01-04", "trade_date": "2026-01-04"}, "value_date_before_reference"),
        ({"fees": [{"leg": "cash", "currency": "JPY", "amount": "0.5"}]}, "amount_scale"),
    ],
)
def test_wrong_reference_form_or_arithmetic_refuses_a_fact(
    fields: dict[str, Any], law: str
) -> None:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    answer = fund.act("acquisition.settled", "bolat", **{**fund.acquired(proposal), **fields})
    assert (verdict_of(answer), laws_of(answer)) == ("refused", [law])


def test_a_fee_out_of_a_frozen_account_is_an_exception() -> None:
    fund = fund_under()
    fund.open_units("10", "cold-2")
    fund.do("account.frozen", "saule", account="cold-2", reason="A doubt")
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    fee = {"leg": "asset", "asset": "BTC", "units": "0.1", "account": "cold-2"}
    answer = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal, fees=[fee]))
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["account_frozen", "T.EXC"])
    assert ratify(fund) == [("effective", ["account_frozen"])]
    assert fund.balance("cold-2")[0] == 990


def test_a_proposal_of_another_kind_is_not_settled() -> None:
    fund = fund_under()
    fund.open_units("10")
    purchase = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    delivery = fund.do("delivery.proposed", "aigerim", **fund.delivery())
    assert laws_of(fund.step("released", purchase, "1")) == ["proposal_unknown"]
    assert laws_of(fund.act("disposal.settled", "bolat", **fund.disposed(delivery))) == [
        "proposal_unknown"
    ]
    assert laws_of(fund.act("acquisition.settled", "bolat", **fund.acquired(delivery))) == [
        "proposal_unknown"
    ]


# -- units ----------------------------------------------------------------------------------------


def test_what_is_reserved_or_pledged_is_not_free() -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.do(
        "encumbrance.placed", "aigerim", asset="BTC", units="3", account="cold-1", form="pledge",
        beneficiary="A bank", **GROUNDS,
    )  # fmt: skip
    fund.do("delivery.proposed", "aigerim", **fund.delivery("4"))
    assert fund.balance() == (1_000, 400, 300, 0)
    assert laws_of(fund.act("disposal.proposed", "aigerim", **fund.disposal("3.01"))) == [
        "units_short"
    ]
    fund.do("disposal.proposed", "aigerim", **fund.disposal("3"))
    assert fund.balance() == (1_000, 700, 300, 0)


def test_backdated_units_leave_only_if_every_later_day_stays_above_zero() -> None:
    fund = fund_under()
    fund.open_units("10", value_date="2025-12-01", acquired_on="2025-12-01")
    sale = fund.do("delivery.proposed", "aigerim", **fund.delivery("10", value_date="2025-12-20"))
    done = {"proposal": sale, "units": "10", "fees": [], "final": True, **GROUNDS}
    fund.do("delivery.settled", "bolat", value_date="2025-12-20", **done)
    fund.open_units("5", value_date="2026-01-02", acquired_on="2026-01-02")
    early = fund.act("delivery.proposed", "aigerim", **fund.delivery("1", value_date="2025-12-10"))
    assert laws_of(early) == ["units_short_on_value_date"]
    between = fund.act(
        "delivery.proposed", "aigerim", **fund.delivery("1", value_date="2025-12-25")
    )
    assert laws_of(between) == ["units_short_on_value_date"]
    fund.do("delivery.proposed", "aigerim", **fund.delivery("5", value_date="2026-01-02"))


def test_a_fee_in_units_leaves_its_account() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("disposal.proposed", "aigerim", **fund.disposal("4"))
    fee = {"leg": "asset", "asset": "BTC", "units": "0.01", "account": "cold-1"}
    fund.do("disposal.settled", "bolat", **fund.disposed(proposal, "4", fees=[fee]))
    assert fund.balance() == (599, 0, 0, 0)


def test_a_fee_may_not_eat_what_is_reserved() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("disposal.proposed", "aigerim", **fund.disposal("4"))
    fund.do("delivery.proposed", "aigerim", **fund.delivery("6"))
    fee = {"leg": "asset", "asset": "BTC", "units": "0.01", "account": "cold-1"}
    answer = fund.act("disposal.settled", "bolat", **fund.disposed(proposal, "4", fees=[fee]))
    assert laws_of(answer) == ["units_short"]


def test_a_frozen_account_lets_nothing_be_proposed_and_facts_wait() -> None:
    fund = fund_under()
    fund.open_units("10")
    sale = fund.do("disposal.proposed", "aigerim", **fund.disposal("4"))
    fund.do("account.frozen", "saule", account="cold-1", reason="A doubt")
    assert laws_of(fund.act("delivery.proposed", "aigerim", **fund.delivery("1"))) == [
        "account_frozen"
    ]
    answer = fund.act("disposal.settled", "bolat", **fund.disposed(sale))
    assert codes_of(answer) == ["account_frozen", "T.EXC"]
    assert ratify(fund) == [("effective", ["account_frozen"])]
    assert fund.balance() == (600, 0, 0, 0)


def test_one_governor_freezes_and_the_quorum_thaws() -> None:
    fund = fund_under()
    assert verdict_of(fund.act("account.frozen", "nurlan", account="cold-1", reason="A doubt")) == (
        "effective"
    )
    thaw = fund.act("account.unfrozen", "nurlan", account="cold-1", reason="No doubt")
    assert verdict_of(thaw) == "pending"


def test_a_retired_asset_is_not_acquired_and_may_leave() -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.do("asset.delisted", "aigerim", asset="BTC", reason="No longer bought")
    refused = fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    assert laws_of(refused) == ["asset_retired"]
    fund.open_units("10", asset="BNB")
    back = fund.exchange() | {
        "give": {"asset": "BNB", "units": "1"},
        "receive_min": {"asset": "BTC", "units": "1"},
    }
    assert laws_of(fund.act("exchange.proposed", "aigerim", **back)) == ["asset_retired"]
    fund.do("disposal.proposed", "aigerim", **fund.disposal("4"))
    fund.do("transfer.proposed", "aigerim", **fund.transfer("1"))


def test_a_forfeiture_needs_finality_and_evidence() -> None:
    fund = fund_under()
    base: dict[str, Any] = {"asset": "BTC", "units": "1", "account": "cold-1", "facts": {}}
    source = "final_criminal_forfeiture"
    for fields in (
        {"evidence": [DIGEST]},
        {"evidence": [], "finality_date": fund.today},
        {"evidence": [DIGEST], "finality_date": fund.day(1)},
    ):
        answer = fund.act("receipt.recorded", "aigerim", source=source, **base, **fields)
        assert laws_of(answer) == ["finality_missing"]
    fund.do(
        "receipt.recorded", "aigerim", source=source, evidence=[DIGEST], finality_date=fund.today,
        **base,
    )  # fmt: skip
    fund.do("receipt.recorded", "aigerim", source="mining", evidence=[], **base)


def test_encumbrances_are_placed_and_released_in_parts() -> None:
    fund = fund_under()
    fund.open_units("10")
    placed = fund.do(
        "encumbrance.placed", "aigerim", asset="BTC", units="3", account="cold-1", form="stake",
        beneficiary="A bank", **GROUNDS,
    )  # fmt: skip
    release = {"encumbrance": placed, **GROUNDS}
    fund.do("encumbrance.released", "aigerim", units="1", **release)
    assert fund.balance() == (1_000, 0, 200, 0)
    answer = fund.act("encumbrance.released", "aigerim", units="2.01", **release)
    assert laws_of(answer) == ["units_beyond_encumbrance"]
    fund.do("encumbrance.released", "aigerim", units="2", **release)
    assert fund.balance() == (1_000, 0, 0, 0)
    answer = fund.act("encumbrance.released", "aigerim", units="1", **release)
    assert laws_of(answer) == ["encumbrance_unknown"]


def test_two_pending_releases_of_one_pledge_do_not_both_pass() -> None:
    fund = fund_under(quorum(1, "release_encumbrance"))
    fund.open_units("10")
    placed = fund.do(
        "encumbrance.placed", "aigerim", asset="BTC", units="3", account="cold-1", form="lien",
        beneficiary="A bank", **GROUNDS,
    )  # fmt: skip
    release = {"encumbrance": placed, "units": "2", **GROUNDS}
    first = fund.pend("encumbrance.released", "aigerim", **release)
    second = fund.pend("encumbrance.released", "bolat", **release)
    fund.approve(first, "daniyar")
    answer = fund.act("approval.given", "daniyar", proposal=second)
    assert effects_of(answer) == [("refused", ["units_beyond_encumbrance"])]
    assert fund.balance() == (1_000, 0, 100, 0)


def test_a_pending_pledge_reserves_and_a_lapsed_one_frees() -> None:
    fund = fund_under(quorum(1, "pledge"))
    fund.open_units("10")
    fields = {"asset": "BTC", "units": "3", "account": "cold-1", "form": "lock", "beneficiary": "B"}
    fund.pend(
        "encumbrance.placed", "aigerim", valid_until=fund.instant(days=1), **fields, **GROUNDS
    )
    assert fund.balance() == (1_000, 300, 0, 0)
    fund.tick(days=2)
    fund.state_fact()
    assert fund.balance() == (1_000, 0, 0, 0)


def test_a_late_fact_does_not_say_that_it_happens_later() -> None:
    """`occurred_on` names the closed day on which it happened, never one after its value date."""
    fund = fund_under()
    answer = fund.state_fact(occurred_on=fund.day(400))
    assert verdict_of(answer) == "refused"


IN_UNITS = {"leg": "asset", "asset": "BTC", "units": "1", "account": "cold-1"}
IN_MONEY = {"leg": "cash", "currency": "USD", "amount": "0.001"}
WRONG_FEES = {
    "an unknown asset": ({**IN_UNITS, "asset": "ETH"}, "asset_unknown"),
    "an unknown account": ({**IN_UNITS, "account": "cold-9"}, "account_unknown"),
    "too many digits of units": ({**IN_UNITS, "units": "0.000000001"}, "amount_scale"),
    "too many digits of money": (IN_MONEY, "amount_scale"),
    "units that are not there": ({**IN_UNITS, "asset": "BNB"}, "units_short"),
}


@pytest.mark.parametrize(("fee", "law"), WRONG_FEES.values(), ids=WRONG_FEES)
@pytest.mark.parametrize("kind", ["acquisition", "disposal", "exchange", "delivery"])
def test_a_wrong_fee_refuses_a_settlement(kind: str, fee: dict[str, str], law: str) -> None:
    fund = fund_under()
    fund.open_units("10")
    asked = getattr(fund, kind)()
    proposal = fund.do(f"{kind}.proposed", "aigerim", **asked)
    done: dict[str, Any] = {"proposal": proposal, "units": "4", "final": True, **GROUNDS}
    settled = {
        "acquisition": fund.acquired(proposal),
        "disposal": fund.disposed(proposal),
        "exchange": fund.exchanged(proposal),
        "delivery": done,
    }[kind]
    answer = fund.act(f"{kind}.settled", "bolat", **{**settled, "fees": [fee]})
    assert laws_of(answer) == [law]


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"proposal": "0" * 64}, "proposal_unknown"),
        ({"given": "0.000000001"}, "amount_scale"),
        ({"received": "0.0000000000000000001"}, "amount_scale"),
        ({"trade_date": "2026-02-01"}, "value_date_before_reference"),
        ({"given": "11"}, "units_short"),
    ],
)
def test_wrong_form_or_arithmetic_refuses_an_exchange(fields: dict[str, Any], law: str) -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange())
    answer = fund.act("exchange.settled", "bolat", **{**fund.exchanged(proposal), **fields})
    assert laws_of(answer) == [law]


def test_an_exchange_moves_both_assets_and_fees_in_money_are_its_cost() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange("2", "100"))
    assert fund.balance() == (1_000, 200, 0, 0)
    fee = {"leg": "cash", "currency": "USD", "amount": "12.5"}
    fields = fund.exchanged(proposal, "1", "51", fees=[fee], final=False)
    fund.do("exchange.settled", "bolat", **fields)
    assert fund.balance() == (900, 100, 0, 0)
    assert fund.state.balance("cold-2", "BNB").held == 51 * 10**18
    costs = [p for _, p in fund.postings if getattr(p, "why", "") == "fee"]
    assert [(cost.asset, cost.minor_units) for cost in costs] == [("BNB", 1_250)]
    fund.do("exchange.settled", "bolat", **fund.exchanged(proposal, "1", "50"))
    assert fund.balance() == (800, 0, 0, 0)
    ever = ("0001-01-01", "9999-12-31")
    assert KnownState(fund.state).flow("purchase_units", "BNB", *ever) == 101 * 10**18
    assert KnownState(fund.state).flow("outflow_units", "BTC", *ever) == 2 * 10**8


def test_a_delivery_settles_in_parts() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("delivery.proposed", "aigerim", **fund.delivery("4"))
    done = {"proposal": proposal, "fees": [], **GROUNDS}
    fund.do("delivery.settled", "bolat", units="1", final=False, **done)
    assert fund.balance() == (900, 300, 0, 0)
    fund.do("delivery.settled", "bolat", units="2", final=True, **done)
    assert fund.balance() == (700, 0, 0, 0)


def test_cash_comes_in_and_goes_out_by_category() -> None:
    fund = fund_under()
    base = {"category": "contribution", **GROUNDS}
    for direction, amount in (("in", "100.5"), ("out", "40"), ("in", "0")):
        money = {"currency": "USD", "amount": amount}
        fund.do("cash.recorded", "aigerim", direction=direction, amount=money, **base)
    assert KnownState(fund.state).flow("cash_in", "USD", "0001-01-01", "9999-12-31") == 10_050
    assert KnownState(fund.state).flow("cash_out", "USD", "0001-01-01", "9999-12-31") == 4_000
    finer = {"currency": "USD", "amount": "0.001"}
    wrong = fund.act("cash.recorded", "aigerim", direction="in", amount=finer, **base)
    assert laws_of(wrong) == ["amount_scale"]
    money = {"currency": "USD", "amount": "1"}
    fields = {"direction": "out", "amount": money, "counterparty": "nobody", **base}
    assert laws_of(fund.act("cash.recorded", "aigerim", **fields)) == ["counterparty_unknown"]


NOBODY = {"counterparty": "nobody"}
NOWHERE = {"account": "cold-9"}
NOTHING = {"asset": "ETH"}


@pytest.mark.parametrize(
    ("kind", "fields", "law"),
    [
        ("acquisition", NOBODY, "counterparty_unknown"),
        ("acquisition", NOWHERE, "account_unknown"),
        ("acquisition", NOTHING, "asset_unknown"),
        ("disposal", NOBODY, "counterparty_unknown"),
        ("disposal", NOWHERE, "account_unknown"),
        ("disposal", NOTHING, "asset_unknown"),
        ("disposal", {"min_proceeds": {"currency": "USD", "amount": "0.001"}}, "amount_scale"),
        ("delivery", {"recipient": "nobody"}, "counterparty_unknown"),
        ("delivery", NOWHERE, "account_unknown"),
        ("delivery", {"units": "0.000000001"}, "amount_scale"),
        ("exchange", NOBODY, "counterparty_unknown"),
        ("exchange", {"receive_account": "cold-9"}, "account_unknown"),
        ("exchange", {"receive_min": {"asset": "ETH", "units": "1"}}, "asset_unknown"),
        ("transfer", {"to_account": "cold-9"}, "account_unknown"),
        ("transfer", NOTHING, "asset_unknown"),
        ("transfer", {"max_fee": {"asset": "ETH", "units": "1"}}, "asset_unknown"),
        ("transfer", {"max_fee": {"asset": "BTC", "units": "7"}}, "units_short"),
        ("transfer", {"max_fee": {"asset": "BTC", "units": "0.000000001"}}, "amount_scale"),
    ],
)
def test_a_proposal_names_what_is_there(kind: str, fields: dict[str, Any], law: str) -> None:
    fund = fund_under()
    fund.open_units("10")
    asked = {**getattr(fund, kind)(), **fields}
    answer = fund.act(f"{kind}.proposed", "aigerim", **asked)
    assert law in laws_of(answer)
    assert set(laws_of(answer)) <= {law, "units_short"}
    assert fund.balance() == (1_000, 0, 0, 0)
