"""Paths that a fund seldom takes: weak founders, a second governance office, a later protocol."""

from __future__ import annotations

import base64

import pytest

from ledger.domain import funds, officers
from ledger.domain.funds import FundConstituted
from ledger.domain.holdings import Balance, Leg, UnitPosting
from ledger.domain.kinds import CONSTITUTION
from ledger.domain.officers import offices_of
from ledger.domain.outcome import Finding
from ledger.domain.view import View
from ledger.kernel.errors import InvariantError
from ledger.kernel.form import read_form
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    verdict_of,
)

IDENTITY_KEY = base64.b64encode(b"\x01" + bytes(31)).decode()
BTC_FEE = {"asset": "BTC", "units": "0.02"}
BNB_FEE = {"asset": "BNB", "units": "0.01"}


def two_offices() -> SmallFund:
    """Governors and stewards govern; gulnara is both, nurlan and saule are governors."""
    fund = SmallFund()
    fund.constitute()
    charter = fund.constitution()["charter"]
    fund.govern(
        "charter.amended", charter={**charter, "governance_offices": ["Governor", "Steward"]}
    )
    fund.appoint("gulnara", "Steward")
    return fund


def test_no_founder_has_a_weak_key() -> None:
    """The second line: no signature of such a key verifies, so intake refuses it before."""
    fund = SmallFund()
    members = fund.constitution()
    weak = {"algorithm": "ed25519", "public_key": IDENTITY_KEY}
    for keys, laws in ((members["founders"][0]["keys"], []), ([weak], ["key_weak"])):
        members["founders"][0]["keys"] = keys
        body = read_form(FundConstituted, members)
        view = View(fund.state, fund.engine, "", CONSTITUTION, body, [], fund.today, 1)
        assert [finding.rule for finding in CONSTITUTION.laws(view)] == laws


def test_who_keeps_another_governance_office_still_counts_for_the_quorum() -> None:
    fund = two_offices()
    leave = {"officer": "gulnara", "office": "Steward", "reason": "It ends"}
    assert verdict_of(fund.act("officer.relieved", "nurlan", cosigners=["saule"], **leave)) == (
        "effective"
    )
    leave["office"] = "Governor"
    answer = fund.act("officer.relieved", "nurlan", cosigners=["saule"], **leave)
    assert codes_of(answer)[:1] == ["quorum_impossible"]


def test_the_remembered_offices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(officers, "OFFICES_KEPT", 2)
    state = two_offices().state
    for day in range(10, 30):
        assert offices_of(state, "nurlan", f"2026-02-{day}") == {"Governor"}
        assert offices_of(state, "nobody", f"2026-02-{day}") == frozenset()
        assert len(state.offices_by_day) <= 2


def test_a_protocol_that_this_version_knows_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    fund = SmallFund()
    fund.constitute()
    assert fund.state.protocol == 1
    monkeypatch.setattr(funds, "PROTOCOLS_KNOWN", frozenset({1, 2}))
    fund.govern("protocol.raised", protocol=2)
    assert fund.state.protocol == 2
    again = fund.act("protocol.raised", "gulnara", cosigners=["nurlan"], protocol=2)
    assert laws_of(again) == ["protocol_unknown"]


def test_a_fee_in_an_asset_that_was_not_proposed_leaves_the_reserved_fee_alone() -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.open_units("1", asset="BNB")
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4") | {"max_fee": BTC_FEE})
    fund.step("released", proposal, "4", fee=BNB_FEE)
    fact = fund.event_ids[-1]
    fund.approve(fact, "marat")
    answer = fund.act("approval.given", "gulnara", proposal=fact)
    assert effects_of(answer) == [("effective", ["fee_beyond_proposal"])]
    assert fund.balance() == (600, 2, 0, 400)
    assert fund.state.balance("cold-1", "BNB").held == 99 * 10**16


@pytest.mark.parametrize(("units", "laws"), [("1", []), ("1.000000000000000001", ["units_short"])])
def test_a_fee_in_another_asset_may_take_the_last_base_unit(units: str, laws: list[str]) -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.open_units("1", asset="BNB")
    fee = {"max_fee": {"asset": "BNB", "units": units}}
    answer = fund.act("transfer.proposed", "aigerim", **fund.transfer("4") | fee)
    assert laws_of(answer) == laws


def test_a_finding_explains_with_its_inputs() -> None:
    finding = Finding("T.LIMIT", "deny", "at most 1", "2", "A test", ("a" * 64,))
    assert finding.explain() == {
        "rule": "T.LIMIT",
        "verdict": "deny",
        "expected": "at most 1",
        "found": "2",
        "citation": "A test",
        "inputs": ["a" * 64],
    }
    assert "inputs" not in Finding("T.LIMIT", "deny").explain()


@pytest.mark.parametrize("leg", Leg)
def test_a_balance_with_anything_on_one_leg_is_not_empty(leg: Leg) -> None:
    balance = Balance()
    assert balance.is_empty
    balance.move(UnitPosting("2026-01-05", "cold-1", "BTC", leg, 1, "test"), 1)
    assert not balance.is_empty


@pytest.mark.parametrize("leg", Leg)
def test_no_leg_of_a_balance_falls_below_zero(leg: Leg) -> None:
    balance = Balance()
    balance.move(UnitPosting("2026-01-05", "cold-1", "BTC", leg, 2, "test"), 1)
    balance.move(UnitPosting("2026-01-05", "cold-1", "BTC", leg, -2, "test"), 2)
    assert balance.is_empty
    with pytest.raises(InvariantError, match="position 3"):
        balance.move(UnitPosting("2026-01-05", "cold-1", "BTC", leg, -1, "test"), 3)
