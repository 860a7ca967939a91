"""Assets, custodians, accounts and counterparties: when an entry may be made, changed and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.books import quorum
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import fund_under, laws_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.small_fund import SmallFund

ENDS = {"reason": "It ends"}


def governed(fund: SmallFund, kind: str, **members: Any) -> list[str]:
    """The laws that two governors meet."""
    return laws_of(fund.act(kind, "gulnara", cosigners=["nurlan"], **members))


def engaged(custodian: str) -> dict[str, Any]:
    legal = {"legal_name": "Vault", "jurisdiction": "KZ", "licences": [], "contract": DIGEST}
    return {"custodian": custodian, **legal}


def test_a_custodian_is_engaged_once_and_again_after_its_end() -> None:
    fund = fund_under()
    assert governed(fund, "custodian.engaged", **engaged("third")) == []
    assert governed(fund, "custodian.engaged", **engaged("third")) == ["custodian_engaged_already"]
    assert governed(fund, "custodian.terminated", custodian="third", **ENDS) == []
    assert governed(fund, "custodian.terminated", custodian="third", **ENDS) == [
        "custodian_unknown"
    ]
    assert governed(fund, "custodian.engaged", **engaged("third")) == []
    assert not fund.state.custodians["third"].terminated_at


def test_a_custodian_ends_when_its_accounts_are_closed() -> None:
    fund = fund_under()
    ended = {"custodian": "second-vault", **ENDS}
    assert governed(fund, "custodian.terminated", **ended) == ["custodian_has_accounts"]
    assert governed(fund, "account.closed", account="cold-2", **ENDS) == []
    assert governed(fund, "custodian.terminated", **ended) == []


@pytest.mark.parametrize(
    ("account", "kind", "members"),
    [
        ("cold-2", "acquisition", lambda fund: fund.acquisition(account="cold-2")),
        ("warm-1", "transfer", lambda fund: fund.transfer("1", to_account="warm-1")),
        ("cold-2", "exchange", lambda fund: fund.exchange("1", "100")),
    ],
)
def test_an_account_is_not_closed_under_an_open_movement_into_it(
    account: str, kind: str, members: Callable[[SmallFund], dict[str, Any]]
) -> None:
    fund = fund_under(quorum(1, "purchase", "custody_transfer", "exchange"))
    fund.open_units("10")
    proposal = fund.pend(f"{kind}.proposed", "aigerim", **members(fund))
    closed = {"account": account, **ENDS}
    assert governed(fund, "account.closed", **closed) == ["account_not_empty"]
    fund.do("proposal.withdrawn", "aigerim", proposal=proposal, **ENDS)
    assert governed(fund, "account.closed", **closed) == []


def test_an_account_out_of_which_something_moves_is_not_closed() -> None:
    """By its proposal too, not only by what is reserved: units may have gone meanwhile."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10", "warm-1")
    move = fund.transfer("1", from_account="warm-1")
    fund.pend("transfer.proposed", "aigerim", **move)
    assert governed(fund, "account.closed", account="warm-1", **ENDS) == [
        "account_not_empty", "account_not_empty",
    ]  # fmt: skip


def test_a_freeze_by_who_does_not_govern_waits_for_all_that_is_asked() -> None:
    fund = fund_under(quorum(2, "change_custody_account"))
    freeze = fund.pend("account.frozen", "bolat", account="cold-1", reason="A doubt")
    fund.approve(freeze, "daniyar")
    assert not fund.state.accounts["cold-1"].frozen
    fund.approve(freeze, "marat")
    assert fund.state.accounts["cold-1"].frozen


def test_a_retired_asset_is_still_known() -> None:
    fund = fund_under()
    assert governed(fund, "asset.delisted", asset="BNB", **ENDS) == []
    assert laws_of(
        fund.act("acquisition.proposed", "aigerim", **fund.acquisition(asset="BNB"))
    ) == ["asset_retired"]
    forked = {"asset": "BNB", "units": "1", "account": "cold-2", "source": "fork", **GROUNDS}
    assert verdict_of(fund.act("receipt.recorded", "bolat", **forked)) == "effective"
