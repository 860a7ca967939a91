"""Custody transfers keep value at every step: reserved, in transit with the fee apart, arrived."""

from __future__ import annotations

from ledger.domain.known import KnownState
from tests.support.books import quorum, rule
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    verdict_of,
)

FEE = {"asset": "BTC", "units": "0.01"}


def proposed(units: str = "4", max_fee: str | None = "0.02") -> tuple[SmallFund, str]:
    """A fund with 10 BTC on cold-1 and an effective transfer to cold-2."""
    fund = fund_under()
    fund.open_units("10")
    return fund, fund.do("transfer.proposed", "aigerim", **fund.transfer(units, max_fee))


def legs(fund: SmallFund) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    return fund.balance("cold-1"), fund.balance("cold-2")


def test_the_whole_way() -> None:
    fund, proposal = proposed()
    assert legs(fund) == ((1_000, 402, 0, 0), (0, 0, 0, 0))
    assert verdict_of(fund.step("released", proposal, "4", fee=FEE)) == "effective"
    assert legs(fund) == ((599, 1, 0, 400), (0, 0, 0, 0))
    assert verdict_of(fund.step("settled", proposal, "4")) == "effective"
    assert legs(fund) == ((599, 0, 0, 0), (400, 0, 0, 0))
    assert fund.state.proposals == {}


def test_a_failed_transfer_comes_back_without_its_fee() -> None:
    fund, proposal = proposed()
    fund.step("released", proposal, "4", fee=FEE)
    assert verdict_of(fund.step("failed", proposal, "4")) == "effective"
    assert legs(fund) == ((999, 0, 0, 0), (0, 0, 0, 0))


def test_parts_are_released_settled_and_fail_until_one_is_final() -> None:
    fund, proposal = proposed("6", "0.03")
    for units, fee in (("1", FEE), ("2", FEE)):
        assert verdict_of(fund.step("released", proposal, units, fee=fee)) == "effective"
    assert legs(fund) == ((698, 301, 0, 300), (0, 0, 0, 0))
    assert verdict_of(fund.step("settled", proposal, "2", final=False)) == "effective"
    assert legs(fund) == ((698, 301, 0, 100), (200, 0, 0, 0))
    assert verdict_of(fund.step("failed", proposal, "1", final=False)) == "effective"
    assert legs(fund) == ((798, 301, 0, 0), (200, 0, 0, 0))
    assert verdict_of(fund.step("released", proposal, "2")) == "effective"
    assert verdict_of(fund.step("settled", proposal, "2", final=True)) == "effective"
    # One of six was never released, and one hundredth of the fee never spent: both are free again.
    assert legs(fund) == ((598, 0, 0, 0), (400, 0, 0, 0))


def test_what_was_never_released_is_freed_by_final() -> None:
    fund, proposal = proposed("6")
    fund.step("released", proposal, "1")
    assert verdict_of(fund.step("settled", proposal, "1", final=True)) == "effective"
    assert legs(fund) == ((900, 0, 0, 0), (100, 0, 0, 0))
    assert codes_of(fund.step("released", proposal, "1")) == ["proposal_unknown"]


def test_final_wants_nothing_left_in_transit() -> None:
    fund, proposal = proposed()
    fund.step("released", proposal, "4")
    for name in ("settled", "failed"):
        assert codes_of(fund.step(name, proposal, "3", final=True)) == ["units_left_in_transit"]
    assert verdict_of(fund.step("settled", proposal, "3", final=False)) == "effective"
    assert verdict_of(fund.step("failed", proposal, "1", final=True)) == "effective"


def test_no_more_arrives_or_fails_than_is_in_transit() -> None:
    fund, proposal = proposed()
    fund.step("released", proposal, "1")
    for name in ("settled", "failed"):
        assert laws_of(fund.step(name, proposal, "1.00000001")) == ["units_beyond_transit"]
    assert legs(fund) == ((900, 302, 0, 100), (0, 0, 0, 0))


def test_nothing_arrives_before_it_left() -> None:
    fund, proposal = proposed()
    fund.tick(days=2)
    fund.step("released", proposal, "4")
    early = fund.step("settled", proposal, "4", value_date=fund.day(-1))
    assert codes_of(early) == ["value_date_before_reference"]


def test_more_than_proposed_waits_for_the_exception_quorum() -> None:
    fund, proposal = proposed()
    answer = fund.step("released", proposal, "5")
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["units_beyond_proposal", "T.EXC"])
    assert legs(fund) == ((1_000, 402, 0, 0), (0, 0, 0, 0))
    fact = fund.event_ids[-1]
    fund.approve(fact, "marat")
    answer = fund.act("approval.given", "gulnara", proposal=fact)
    assert effects_of(answer) == [("effective", ["units_beyond_proposal"])]
    assert legs(fund) == ((500, 2, 0, 500), (0, 0, 0, 0))


def test_a_higher_fee_waits_for_the_exception_quorum() -> None:
    fund, proposal = proposed()
    answer = fund.step("released", proposal, "4", fee={"asset": "BTC", "units": "0.03"})
    assert codes_of(answer) == ["fee_beyond_proposal", "T.EXC"]
    fact = fund.event_ids[-1]
    fund.approve(fact, "marat", "gulnara")
    assert legs(fund) == ((597, 0, 0, 400), (0, 0, 0, 0))


def test_a_fee_in_another_asset_is_an_exception_and_needs_units_of_it() -> None:
    fund, proposal = proposed()
    gas = {"asset": "BNB", "units": "0.01"}
    assert laws_of(fund.step("released", proposal, "4", fee=gas)) == [
        "units_short", "fee_beyond_proposal",
    ]  # fmt: skip
    fund.open_units("1", asset="BNB")
    assert codes_of(fund.step("released", proposal, "4", fee=gas)) == [
        "fee_beyond_proposal", "T.EXC",
    ]  # fmt: skip


def test_a_fee_in_another_asset_may_be_proposed() -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.open_units("1", asset="BNB")
    gas = {"asset": "BNB", "units": "0.01"}
    proposal = fund.do(
        "transfer.proposed", "aigerim", **fund.transfer("4", max_fee=None) | {"max_fee": gas}
    )
    assert fund.state.balance("cold-1", "BNB").reserved == 10**16
    assert verdict_of(fund.step("released", proposal, "4", fee=gas)) == "effective"
    assert fund.state.balance("cold-1", "BNB").held == 99 * 10**16
    assert fund.state.balance("cold-1", "BNB").reserved == 0


def test_an_excess_release_never_eats_the_reservation_of_another_proposal() -> None:
    """Reserved is never more than held: the unspent fee stays reserved, so it is not free."""
    fund = fund_under()
    fund.open_units("10")
    first = fund.do("transfer.proposed", "aigerim", **fund.transfer("4", "1"))
    fund.do("transfer.proposed", "aigerim", **fund.transfer("5"))
    assert fund.balance() == (1_000, 1_000, 0, 0)
    if verdict_of(fund.step("released", first, "5")) == "pending":
        fund.approve(fund.event_ids[-1], "marat", "gulnara")
    held, reserved, encumbered, _ = fund.balance()
    assert reserved + encumbered <= held


def test_a_proposal_with_units_in_transit_does_not_lapse() -> None:
    """Released before it was approved, and the release ratified: it must still be settled."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    until = fund.instant(days=1)
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("4", valid_until=until))
    released = fund.step("released", proposal, "4")
    assert codes_of(released) == ["proposal_not_effective", "T.EXC"]
    fund.approve(fund.event_ids[-1], "marat", "gulnara")
    assert fund.balance() == (600, 0, 0, 400)
    fund.tick(days=2)
    answer = fund.step("settled", proposal, "4")
    if verdict_of(answer) == "pending":
        fund.approve(fund.event_ids[-1], "marat", "gulnara")
    assert legs(fund) == ((600, 0, 0, 0), (400, 0, 0, 0))


def test_a_proposal_with_units_in_transit_is_not_refused_away() -> None:
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.step("released", proposal, "4")
    fund.approve(fund.event_ids[-1], "marat", "gulnara")
    fund.act("approval.refused", "daniyar", proposal=proposal, reason="No")
    answer = fund.step("failed", proposal, "4")
    if verdict_of(answer) == "pending":
        fund.approve(fund.event_ids[-1], "marat", "gulnara")
    assert legs(fund) == ((1_000, 0, 0, 0), (0, 0, 0, 0))


def test_a_denial_at_completion_does_not_strand_what_is_in_transit() -> None:
    """Released and ratified first; then the proposal's own quorum completes, and is denied."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.step("released", proposal, "2")
    fund.approve(fund.event_ids[-1], "marat", "gulnara")
    assert fund.balance() == (800, 200, 0, 200)
    fund.do("account.frozen", "saule", account="cold-1", reason="A doubt")
    fund.act("approval.given", "daniyar", proposal=proposal)
    fund.govern("account.unfrozen", account="cold-1", reason="No doubt")
    answer = fund.step("settled", proposal, "2")
    if verdict_of(answer) == "pending":
        fund.approve(fund.event_ids[-1], "marat", "gulnara")
    assert legs(fund) == ((800, 0, 0, 0), (200, 0, 0, 0))


def test_what_lapsed_while_something_was_in_transit_does_not_stay_open_for_ever() -> None:
    """Once nothing is under way any more, what was never released is free again."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    until = fund.instant(days=1)
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("4", valid_until=until))
    fund.step("released", proposal, "2")
    fund.approve(fund.event_ids[-1], "marat", "gulnara")
    fund.tick(days=2)
    answer = fund.step("settled", proposal, "2", final=False)
    if verdict_of(answer) == "pending":
        fund.approve(fund.event_ids[-1], "marat", "gulnara")
    fund.tick(days=1)
    fund.state_fact()
    assert legs(fund) == ((800, 0, 0, 0), (200, 0, 0, 0))
    assert proposal not in fund.state.proposals


def test_an_account_with_something_under_way_is_not_closed() -> None:
    fund, proposal = proposed("10", None)
    fund.step("released", proposal, "10")
    for account in ("cold-1", "cold-2"):
        answer = fund.act("account.closed", "aigerim", account=account, reason="It ends")
        assert set(codes_of(answer)) == {"account_not_empty"}
    fund.step("settled", proposal, "10")
    fund.do("account.closed", "aigerim", account="cold-1", reason="It ends")


def test_a_frozen_destination_makes_the_arrival_an_exception() -> None:
    fund, proposal = proposed()
    fund.step("released", proposal, "4")
    fund.do("account.frozen", "saule", account="cold-2", reason="A doubt")
    answer = fund.step("settled", proposal, "4")
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["account_frozen", "T.EXC"])
    fund.approve(fund.event_ids[-1], "marat", "gulnara")
    assert legs(fund) == ((600, 0, 0, 0), (400, 0, 0, 0))


def test_flows_follow_what_is_under_way() -> None:
    fund, proposal = proposed("6", None)
    assert flow(fund) == 6
    fund.step("released", proposal, "2")
    assert flow(fund) == 6
    fund.step("settled", proposal, "2", final=True)
    assert flow(fund) == 2


def test_a_destination_is_registered_by_the_named_address_or_any_of_its_own() -> None:
    registered = rule(
        "T.DEST", "outflow_restriction", "custody_transfer", params={"destinations": "registered"}
    )
    fund = fund_under(registered)
    fund.open_units("10")
    fund.do(
        "account.opened", "aigerim", account="bare-1", custodian="first-vault", title="Fund",
        tier="cold", method="vault", owner_class="own",
    )  # fmt: skip
    bare = fund.act("transfer.proposed", "aigerim", **fund.transfer("1", to_account="bare-1"))
    assert codes_of(bare) == ["T.DEST"]
    chain = "bip122:000000000019d6689c085ae165831e93"
    for address, verdict in (("bc1qcold2", "effective"), ("bc1qnowhere", "refused")):
        to_address = {"chain": chain, "address": address}
        answer = fund.act(
            "transfer.proposed", "aigerim", **fund.transfer("1", to_address=to_address)
        )
        assert verdict_of(answer) == verdict
    assert verdict_of(fund.act("transfer.proposed", "aigerim", **fund.transfer("1"))) == "effective"


def flow(fund: SmallFund) -> int:
    """Whole units under way and moved."""
    return KnownState(fund.state).flow("transfer_units", "BTC", "0001-01-01", "9999-12-31") // 10**8


def test_who_releases_may_be_kept_from_settling() -> None:
    """`separation_of_duties` offers the tasks releaser and settler: they must be told apart."""
    fund = fund_under(
        rule(
            "T.SOD",
            "separation_of_duties",
            "transfer_settlement",
            params={"must_differ": ["releaser", "settler"]},
        )
    )
    fund.open_units("10")
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.step("released", proposal, "4", author="bolat")
    answer = fund.step("settled", proposal, "4", author="bolat")
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["T.SOD", "T.EXC"])
    assert verdict_of(fund.step("settled", proposal, "4", author="daniyar")) == "effective"
