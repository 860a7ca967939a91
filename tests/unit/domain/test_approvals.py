"""Approvals: who counts, when, for what; completion decides again; lapse, refusal, withdrawal."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.digest import state_digest
from ledger.domain.known import KnownState
from ledger.kernel.errors import BodyError
from tests.support.books import approval, quorum, rule
from tests.support.fund_simulator import GROUNDS, replayed
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    outcome_of,
    verdict_of,
)

BOTH = approval(
    "T.BOTH",
    "purchase",
    roles_all_of=["ChiefInvestmentOfficer", "RiskOfficer"],
    roles_count="2",
)


def propose(fund: SmallFund, author: str = "aigerim", **fields: Any) -> str:
    return fund.pend("acquisition.proposed", author, **fund.acquisition(**fields))


def is_effective(fund: SmallFund, proposal: str) -> bool:
    found = fund.state.proposals.get(proposal)
    return found is not None and found.effective


def statement(fund: SmallFund, **fields: Any) -> dict[str, Any]:
    base = {"fact": "audited", "subject": "fund", "value": True, **GROUNDS}
    return fund.members("fact.recorded", "bolat", **base, **fields)


# -- who counts -----------------------------------------------------------------------------------


def test_a_quorum_completes_at_its_last_approval() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    first = fund.act("approval.given", "daniyar", proposal=proposal)
    assert (verdict_of(first), effects_of(first)) == ("effective", [])
    assert not is_effective(fund, proposal)
    second = fund.act("approval.given", "marat", proposal=proposal)
    assert effects_of(second) == [("effective", [])]
    assert is_effective(fund, proposal)


def test_the_author_never_counts_and_may_not_try() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund, "daniyar")
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert codes_of(answer) == ["self_approval"]
    assert not is_effective(fund, proposal)


def test_the_author_does_not_count_as_the_cosigner_of_an_approval_either() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund, "daniyar")
    answer = fund.act("approval.given", "marat", cosigners=["daniyar"], proposal=proposal)
    assert (verdict_of(answer), effects_of(answer)) == ("effective", [])
    assert not is_effective(fund, proposal)


def test_one_officer_with_two_keys_counts_once() -> None:
    fund = fund_under(quorum(2, "purchase"))
    second = fund.enrol("daniyar", "second")
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    fund.signers["daniyar"] = second
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert codes_of(answer) == ["approved_already"]
    assert not is_effective(fund, proposal)


def test_one_officer_with_two_offices_counts_once() -> None:
    fund = fund_under(BOTH)
    fund.appoint("daniyar", "RiskOfficer")
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    assert not is_effective(fund, proposal)
    fund.approve(proposal, "marat")
    assert is_effective(fund, proposal)


def test_each_office_of_all_needs_its_own_person_whatever_the_order() -> None:
    """An officer with both offices does not take the only place that another could fill."""
    for first, second in (("daniyar", "zhanar"), ("zhanar", "daniyar")):
        fund = fund_under(BOTH)
        fund.appoint("daniyar", "RiskOfficer")
        fund.engage("zhanar", "ChiefInvestmentOfficer")
        proposal = propose(fund)
        fund.approve(proposal, first)
        assert not is_effective(fund, proposal)
        fund.approve(proposal, second)
        assert is_effective(fund, proposal)


def test_two_of_one_office_do_not_make_both_offices() -> None:
    fund = fund_under(BOTH)
    fund.engage("zhanar", "RiskOfficer")
    proposal = propose(fund)
    fund.approve(proposal, "marat", "zhanar")
    assert not is_effective(fund, proposal)


def test_a_cosigner_s_signature_is_an_approval_at_once() -> None:
    fund = fund_under(quorum(1, "purchase"))
    fields = fund.acquisition(cosigners=["daniyar"])
    assert verdict_of(fund.act("acquisition.proposed", "aigerim", **fields)) == "effective"
    fields = fund.acquisition(cosigners=["bolat"])
    assert verdict_of(fund.act("acquisition.proposed", "aigerim", **fields)) == "pending"


def test_an_approval_brings_its_cosigners_along() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    answer = fund.act("approval.given", "daniyar", cosigners=["marat"], proposal=proposal)
    assert effects_of(answer) == [("effective", [])]


def test_a_cosigner_who_approves_again_is_counted_already() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund, cosigners=["daniyar"])
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert codes_of(answer) == ["approved_already"]


def test_an_office_that_is_not_asked_is_refused_and_not_counted() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    answer = fund.act("approval.given", "bolat", proposal=proposal)
    assert (verdict_of(answer), codes_of(answer)) == ("refused", ["office_not_asked"])
    assert [sign.officer for sign in fund.state.proposals[proposal].signatures] == ["aigerim"]


def test_an_approval_of_another_proposal_counts_there_only() -> None:
    fund = fund_under(quorum(1, "purchase"))
    first, second = propose(fund), propose(fund, units="9")
    fund.approve(second, "daniyar")
    assert not is_effective(fund, first)
    assert is_effective(fund, second)


def test_an_approval_of_a_single_byte_less_counts_for_nothing() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    other = proposal[:-1] + ("0" if proposal[-1] != "0" else "1")
    answer = fund.act("approval.given", "daniyar", proposal=other)
    assert codes_of(answer) == ["proposal_unknown"]
    with pytest.raises(BodyError):
        fund.act("approval.given", "daniyar", proposal=proposal.upper())
    assert not is_effective(fund, proposal)


def test_what_is_missing_is_explained() -> None:
    fund = fund_under(
        BOTH, quorum(2, "sale"), approval("T.ANYONE", "transfer_out", roles_count="1")
    )
    fund.open_units("10")
    cases = (
        ("acquisition.proposed", fund.acquisition(), "2 of ChiefInvestmentOfficer and RiskOfficer"),
        (
            "disposal.proposed",
            fund.disposal(cosigners=["marat"]),
            "2 of ChiefInvestmentOfficer or RiskOfficer or Governor",
        ),
        ("delivery.proposed", fund.delivery(), "1 of any office"),
    )
    for kind, fields, expected in cases:
        answer = fund.act(kind, "aigerim", **fields)
        (finding,) = outcome_of(answer).findings
        assert finding.expected == expected
        assert finding.found == ("1 so far" if "cosigners" in fields else "0 so far")


# -- office and key at the approval and at completion ---------------------------------------------


def test_an_approver_who_left_office_no_longer_counts_at_completion() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    fund.relieve("daniyar", "ChiefInvestmentOfficer")
    fund.approve(proposal, "marat")
    assert not is_effective(fund, proposal)
    fund.approve(proposal, "gulnara")
    assert is_effective(fund, proposal)


def test_a_deputy_s_approval_ends_with_the_appointment() -> None:
    fund = fund_under(quorum(2, "purchase"))
    fund.engage("zhanar", "RiskOfficer", ends_on=fund.day(2))
    proposal = propose(fund)
    fund.approve(proposal, "zhanar")
    fund.tick(days=3)
    fund.approve(proposal, "marat")
    assert not is_effective(fund, proposal)


def test_a_deputy_counts_on_the_first_and_the_last_day_only() -> None:
    fund = fund_under(quorum(1, "purchase"))
    fund.engage("zhanar", "RiskOfficer", starts_on=fund.day(2), ends_on=fund.day(4))
    for day in range(7):
        proposal = propose(fund, value_date="2026-01-05")
        answer = fund.act("approval.given", "zhanar", proposal=proposal)
        assert (verdict_of(answer) == "effective") == (2 <= day <= 4), day
        fund.tick(days=1, seconds=-120)


def test_an_approval_given_out_of_office_does_not_count_when_office_comes_later() -> None:
    """Ruling 3: key and office must be good at the approval's position."""
    fund = fund_under(BOTH)
    fund.engage("zhanar", "Clerk")
    fund.relieve("zhanar", "Clerk")
    proposal = propose(fund, cosigners=["zhanar"])
    fund.appoint("zhanar", "RiskOfficer")
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == []
    assert not is_effective(fund, proposal)


def test_who_signed_before_taking_office_approves_after() -> None:
    """The first word counts for nothing, so it is no approval already."""
    fund = fund_under(BOTH)
    fund.engage("zhanar", "Clerk")
    proposal = propose(fund, cosigners=["zhanar"])
    fund.appoint("zhanar", "RiskOfficer")
    fund.approve(proposal, "zhanar", "daniyar")
    assert is_effective(fund, proposal)


def test_an_approval_counts_in_the_office_in_which_it_was_given() -> None:
    """Who approved as investment does not count as risk after changing office."""
    fund = fund_under(BOTH)
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    fund.relieve("daniyar", "ChiefInvestmentOfficer")
    fund.appoint("daniyar", "RiskOfficer")
    fund.appoint("bolat", "ChiefInvestmentOfficer")
    fund.approve(proposal, "bolat")
    assert not is_effective(fund, proposal)


def test_an_office_given_twice_over_still_counts() -> None:
    """A renewal between approval and completion does not lose the approval."""
    fund = fund_under(quorum(2, "purchase"))
    fund.engage("zhanar", "RiskOfficer", ends_on=fund.day(1))
    proposal = propose(fund)
    fund.approve(proposal, "zhanar")
    fund.appoint("zhanar", "RiskOfficer", ends_on=fund.day(30))
    fund.tick(days=3)
    fund.approve(proposal, "daniyar")
    assert is_effective(fund, proposal)


@pytest.mark.parametrize("since", [-1, 0, 1], ids=["before", "at", "after"])
def test_a_reported_compromise_keeps_later_approvals_from_counting(since: int) -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    approved_at = fund.state.position
    fund.tick()
    fund.state_fact()
    stolen = {"key": fund.keyid("daniyar"), "compromised_since": approved_at + since}
    fund.do("key.revoked", "gulnara", reason="Stolen", **stolen)
    fund.approve(proposal, "marat")
    assert is_effective(fund, proposal) == (since > 0)


def test_a_plain_revocation_does_not_reach_backwards() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    fund.do("key.revoked", "gulnara", key=fund.keyid("daniyar"), reason="Lost")
    fund.approve(proposal, "marat")
    assert is_effective(fund, proposal)


def test_an_officer_whose_stolen_key_approved_approves_again_with_a_new_one() -> None:
    fund = fund_under(quorum(2, "purchase"))
    second = fund.enrol("daniyar", "second")
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    stolen = {"key": fund.keyid("daniyar"), "compromised_since": fund.state.position}
    fund.do("key.revoked", "gulnara", reason="Stolen", **stolen)
    fund.signers["daniyar"] = second
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert verdict_of(answer) == "effective"
    fund.approve(proposal, "marat")
    assert is_effective(fund, proposal)


def test_a_proposal_whose_author_left_office_is_refused_at_completion() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    fund.relieve("aigerim", "TreasuryOfficer")
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("refused", ["officer_not_in_office"])]
    assert proposal not in fund.state.proposals


# -- completion decides again ---------------------------------------------------------------------


def test_a_mandate_that_changed_refuses_at_completion() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    cap = {"amount": "1000", "unit": "USD", "measure": "transaction_cost"}
    fund.change_mandate(
        quorum(1, "purchase"), rule("T.CAP", "cap_absolute", "purchase", params=cap)
    )
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("refused", ["T.CAP"])]
    assert fund.state.proposals == {}


def test_a_mandate_that_changed_may_ask_for_more() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    fund.change_mandate(quorum(2, "purchase"))
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == []
    assert effects_of(fund.act("approval.given", "marat", proposal=proposal)) == [("effective", [])]


def test_a_mandate_that_changed_may_ask_for_less() -> None:
    fund = fund_under(quorum(3, "purchase"))
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    fund.change_mandate(quorum(1, "purchase"))
    answer = fund.act("approval.given", "marat", proposal=proposal)
    assert effects_of(answer) == [("effective", [])]


def test_a_mandate_that_asks_for_nothing_any_more_lets_a_proposal_complete() -> None:
    """Nobody is asked now; the proposal must not be stuck until it lapses."""
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    fund.change_mandate()
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("effective", [])]


def test_who_is_not_asked_does_not_refuse_what_asks_for_nothing() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    fund.change_mandate()
    answer = fund.act("approval.refused", "bolat", proposal=proposal, reason="I mind")
    assert (verdict_of(answer), effects_of(answer)) == ("refused", [])
    assert proposal in fund.state.proposals


@pytest.mark.parametrize(
    ("kind", "author", "fields", "law"),
    [
        ("account.frozen", "gulnara", {"account": "cold-1"}, "account_frozen"),
        ("asset.delisted", "aigerim", {"asset": "BTC"}, "asset_retired"),
    ],
)
def test_a_registry_that_changed_refuses_at_completion(
    kind: str, author: str, fields: dict[str, Any], law: str
) -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    fund.do(kind, author, reason="A doubt", **fields)
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("refused", [law])]


def test_the_second_of_two_listings_of_one_asset_is_refused_at_completion() -> None:
    fund = fund_under(quorum(1, "register_instrument"))
    eth = {"asset": "ETH", "asset_id": "eip155:1/slip44:60", "name": "Ether", "scale": 18}
    first = fund.pend("asset.listed", "aigerim", instrument_class="coin", **eth)
    second = fund.pend("asset.listed", "bolat", instrument_class="token", **eth)
    fund.approve(second, "daniyar")
    answer = fund.act("approval.given", "daniyar", proposal=first)
    assert laws_of(answer) == ["asset_listed_already", "asset_listed_already"]
    assert fund.state.assets["ETH"].instrument_class == "token"


def test_a_value_date_bound_is_that_of_the_recording() -> None:
    """A proposal valued on the first day allowed may still complete later."""
    fund = fund_under(quorum(1, "deposit"))
    fund.now = "2027-06-01T09:00:00.000000Z"
    fund.state_fact()
    fields = {"asset": "BTC", "units": "1", "account": "cold-1", "source": "donation"}
    late = fund.act("receipt.recorded", "aigerim", value_date=fund.day(-31), **fields, **GROUNDS)
    assert laws_of(late) == ["value_date_too_early"]
    proposal = fund.pend(
        "receipt.recorded", "aigerim", value_date=fund.day(-30), **fields, **GROUNDS
    )
    fund.tick(days=5)
    fund.approve(proposal, "daniyar")
    assert fund.balance()[0] == 100


# -- an answer that is not asked for does nothing -------------------------------------------------


@pytest.mark.parametrize("kind", ["approval.given", "approval.refused"])
def test_an_officer_who_is_not_asked_ends_no_proposal_while_the_mandate_is_suspended(
    kind: str,
) -> None:
    """Else any officer, of any office, could clear the table during a suspension."""
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    fund.suspend()
    fields = {"reason": "No"} if kind == "approval.refused" else {}
    answer = fund.act(kind, "bolat", proposal=proposal, **fields)
    assert effects_of(answer) == []
    assert proposal in fund.state.proposals


def test_an_approval_that_completes_nothing_ends_nothing() -> None:
    """Ruling 2: it is the approval that completes a quorum which decides again."""
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    fund.do("account.frozen", "gulnara", account="cold-1", reason="A doubt")
    first = fund.act("approval.given", "daniyar", proposal=proposal)
    fund.govern("account.unfrozen", account="cold-1", reason="No doubt")
    assert effects_of(first) == []
    fund.approve(proposal, "marat")
    assert is_effective(fund, proposal)


# -- lapse ----------------------------------------------------------------------------------------


def test_lapse_frees_reservations_and_flows() -> None:
    cap = {"amount": "5", "unit": "BTC", "measure": "cumulative_outflow_units"}
    fund = fund_under(
        quorum(1, "transfer_out"), rule("T.CAP", "cap_absolute", "transfer_out", params=cap)
    )
    fund.open_units("10")
    until = fund.instant(days=3)
    proposal = fund.pend("delivery.proposed", "aigerim", **fund.delivery("4", valid_until=until))
    assert fund.balance() == (1_000, 400, 0, 0)
    assert (
        KnownState(fund.state).flow("outflow_units", "BTC", "0001-01-01", "9999-12-31")
        == 400_000_000
    )
    fund.now = until
    fund.submit(fund.sign(statement(fund)))
    assert proposal in fund.state.proposals
    fund.tick(seconds=1)
    fund.state_fact()
    assert proposal not in fund.state.proposals
    assert fund.balance() == (1_000, 0, 0, 0)
    assert KnownState(fund.state).flow("outflow_units", "BTC", "0001-01-01", "9999-12-31") == 0


def test_a_lapsed_proposal_is_not_approved() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund, valid_until=fund.instant(days=1))
    fund.tick(days=1)
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert codes_of(answer) == ["proposal_unknown"]


def test_an_approval_at_the_last_instant_completes() -> None:
    fund = fund_under(quorum(1, "purchase"))
    until = fund.instant(days=1)
    proposal = propose(fund, valid_until=until)
    fund.now = until
    envelope = fund.sign(fund.members("approval.given", "daniyar", proposal=proposal))
    assert effects_of(fund.submit(envelope)) == [("effective", [])]


def test_what_is_effective_does_not_lapse() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund, valid_until=fund.instant(days=1))
    fund.approve(proposal, "daniyar")
    fund.tick(days=30)
    assert verdict_of(fund.act("acquisition.settled", "bolat", **fund.acquired(proposal))) == (
        "effective"
    )


def test_lapses_come_in_the_order_of_their_instants_then_positions() -> None:
    fund = fund_under(quorum(1, "transfer_out"))
    fund.open_units("10")
    late, early = fund.instant(days=2), fund.instant(days=1)
    for units, until in (("1", late), ("2", early), ("3", early)):
        fund.pend("delivery.proposed", "aigerim", **fund.delivery(units, valid_until=until))
    fund.tick(days=5)
    fund.state_fact()
    position = fund.state.position
    freed = [posting.units for at, posting in fund.postings if at == position]
    assert freed == [-200_000_000, -300_000_000, -100_000_000]


def test_postings_of_a_lapse_are_not_lost_to_a_rejected_envelope() -> None:
    """Time passes with every envelope; what it freed must reach whoever follows the records."""
    fund = fund_under(quorum(1, "transfer_out"))
    fund.open_units("10")
    fund.pend(
        "delivery.proposed", "aigerim", **fund.delivery("4", valid_until=fund.instant(days=1))
    )
    late = fund.sign(statement(fund, valid_until=fund.now))
    fund.tick(days=2)
    assert verdict_of(fund.submit(late)) == "expired"
    fund.state_fact()
    reserved = [p.units for _, p in fund.postings if getattr(p, "why", "") == "reservation"]
    assert sum(reserved) == 0


# -- refusal and withdrawal -----------------------------------------------------------------------


def test_a_refusal_ends_the_proposal_and_needs_a_reason() -> None:
    fund = fund_under(quorum(1, "transfer_out"))
    fund.open_units("10")
    proposal = fund.pend("delivery.proposed", "aigerim", **fund.delivery("4"))
    with pytest.raises(BodyError, match="missing"):
        fund.act("approval.refused", "daniyar", proposal=proposal)
    with pytest.raises(BodyError):
        fund.act("approval.refused", "daniyar", proposal=proposal, reason="")
    answer = fund.act("approval.refused", "daniyar", proposal=proposal, reason="Not now")
    assert effects_of(answer) == [("refused", ["refused_by_officer"])]
    assert fund.balance() == (1_000, 0, 0, 0)
    assert codes_of(fund.act("approval.given", "marat", proposal=proposal)) == ["proposal_unknown"]


def test_who_approved_may_still_refuse() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = propose(fund)
    fund.approve(proposal, "daniyar")
    answer = fund.act("approval.refused", "daniyar", proposal=proposal, reason="I saw more")
    assert effects_of(answer) == [("refused", ["refused_by_officer"])]


def test_who_is_not_asked_does_not_refuse() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = propose(fund)
    answer = fund.act("approval.refused", "bolat", proposal=proposal, reason="I mind")
    assert codes_of(answer) == ["office_not_asked"]
    assert proposal in fund.state.proposals


def test_the_author_withdraws_and_frees_what_was_reserved() -> None:
    fund = fund_under(quorum(1, "transfer_out"))
    fund.open_units("10")
    pending = fund.pend("delivery.proposed", "aigerim", **fund.delivery("4"))
    answer = fund.act("proposal.withdrawn", "aigerim", proposal=pending, reason="A mistake")
    assert effects_of(answer) == [("refused", ["withdrawn"])]
    assert fund.balance() == (1_000, 0, 0, 0)
    assert codes_of(
        fund.act("proposal.withdrawn", "aigerim", proposal=pending, reason="Again")
    ) == ["proposal_unknown"]


def test_an_effective_proposal_of_which_nothing_happened_is_withdrawn() -> None:
    fund = fund_under()
    fund.open_units("10")
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4", "0.01"))
    assert fund.balance() == (1_000, 401, 0, 0)
    fund.do("proposal.withdrawn", "aigerim", proposal=proposal, reason="A mistake")
    assert fund.balance() == (1_000, 0, 0, 0)


def test_what_is_left_of_a_proposal_is_withdrawn_after_a_part_settled() -> None:
    """What settled stays; the rest is no longer counted or open."""
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("10"))
    part = fund.acquired(proposal, "4", "160000", final=False)
    fund.do("acquisition.settled", "bolat", **part)
    answer = fund.act("proposal.withdrawn", "aigerim", proposal=proposal, reason="A mistake")
    assert effects_of(answer) == [("refused", ["withdrawn"])]
    assert (
        KnownState(fund.state).flow("purchase_units", "BTC", "0001-01-01", "9999-12-31")
        == 4 * 10**8
    )
    assert fund.balance()[0] == 400


def test_a_life_with_every_answer_replays() -> None:
    fund = fund_under(quorum(2, "purchase"), quorum(1, "transfer_out"))
    fund.open_units("10")
    first, second, third = propose(fund), propose(fund, units="1"), propose(fund, units="2")
    fund.approve(first, "daniyar", "marat")
    fund.act("approval.refused", "marat", proposal=second, reason="No")
    fund.act("proposal.withdrawn", "aigerim", proposal=third, reason="A mistake")
    fund.pend("delivery.proposed", "bolat", **fund.delivery("3", valid_until=fund.instant(days=1)))
    fund.tick(days=2)
    fund.state_fact()
    assert state_digest(replayed(fund.records)) == state_digest(fund.state)
