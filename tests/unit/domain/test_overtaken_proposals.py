"""What waited for approval while what it is about came to its end: refused at its completion.

Two reports of one settlement may both wait. The first to be completed ends the proposal; the other
then speaks of something that is no longer there, and no mandate can lift that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS, replayed
from tests.support.small_fund import SmallFund, effects_of, fund_under

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = tuple[str, dict[str, Any]]


def bought(fund: SmallFund) -> Report:
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    return "acquisition.settled", fund.acquired(proposal)


def sold(fund: SmallFund) -> Report:
    proposal = fund.do("disposal.proposed", "aigerim", **fund.disposal())
    return "disposal.settled", fund.disposed(proposal)


def exchanged(fund: SmallFund) -> Report:
    proposal = fund.do("exchange.proposed", "aigerim", **fund.exchange())
    return "exchange.settled", fund.exchanged(proposal)


def released_and_arrived(fund: SmallFund) -> Report:
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer())
    fund.step("released", proposal, "4")
    return "transfer.settled", {"proposal": proposal, "units": "4", "final": True, **GROUNDS}


def pledged(fund: SmallFund) -> Report:
    fields = {"asset": "BTC", "units": "1", "account": "cold-1", "form": "lock"}
    placed = fund.do("encumbrance.placed", "aigerim", beneficiary="B", **fields, **GROUNDS)
    return "encumbrance.released", {"encumbrance": placed, "units": "1", **GROUNDS}


CASES: dict[str, tuple[Callable[[SmallFund], Report], str, str]] = {
    "acquisition": (bought, "settlement", "proposal_unknown"),
    "disposal": (sold, "settlement", "proposal_unknown"),
    "exchange": (exchanged, "settlement", "proposal_unknown"),
    "transfer": (released_and_arrived, "transfer_settlement", "proposal_unknown"),
    "encumbrance": (pledged, "release_encumbrance", "encumbrance_unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_of_two_reports_that_wait_the_second_is_refused(name: str) -> None:
    begin, trigger, law = CASES[name]
    fund = fund_under(quorum(1, trigger))
    fund.open_units("10")
    kind, fields = begin(fund)
    first, second = (fund.pend(kind, "aigerim", **fields) for _ in range(2))
    fund.approve(first, "daniyar")
    held = {place: balance.held for place, balance in fund.state.balances.items()}
    answer = fund.act("approval.given", "daniyar", proposal=second)
    assert effects_of(answer) == [("refused", [law])]
    assert {place: balance.held for place, balance in fund.state.balances.items()} == held
    assert replayed(fund.records).position == fund.state.position
