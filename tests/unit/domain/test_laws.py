"""Every law of the ledger, provoked alone: one scene for each, and none without a scene.

A law that nothing can provoke is a promise that the code does not keep; it shows here as red.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.admit import admit
from ledger.domain.apply import advance
from ledger.domain.laws import LAWS, deny, exception
from ledger.domain.verified import read_event
from ledger.kernel.canonical import decode_object
from ledger.kernel.errors import SignatureError
from ledger.signing.dsse import parse_envelope
from tests.support.book_scenes import SCENES as BOOK_SCENES
from tests.support.books import book, quorum
from tests.support.fund_simulator import (
    BTC,
    DIGEST,
    GROUNDS,
    commitment_of,
    signer_of,
)
from tests.support.small_fund import SmallFund, fund_under, laws_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Admission, Refusal, Rejection

    Answer = Admission | Refusal | Rejection

UNKNOWN = "0" * 64
WEAK_KEY = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""The identity point: one signature verifies on every message."""
SCENES: dict[str, Callable[[], Answer]] = dict(BOOK_SCENES)


def scene(law: str) -> Callable[[Callable[[], Answer]], Callable[[], Answer]]:
    def enter(play: Callable[[], Answer]) -> Callable[[], Answer]:
        assert law not in SCENES
        SCENES[law] = play
        return play

    return enter


@pytest.mark.parametrize("law", LAWS)
def test_every_law_is_provoked_alone(law: str) -> None:
    assert law in SCENES, "no event provokes this law"
    answer = SCENES[law]()
    assert laws_of(answer) == [law]


def test_there_is_no_scene_without_a_law() -> None:
    assert [law for law in SCENES if law not in LAWS] == []


def test_a_finding_of_a_law_explains_itself() -> None:
    for law, meaning in LAWS.items():
        assert deny(law).explain() == {"rule": law, "verdict": "deny", "citation": meaning}
    found = exception("account_frozen", "an open account", "cold-1").explain()
    assert found["verdict"] == "needs_approval"
    assert (found["expected"], found["found"]) == ("an open account", "cold-1")


# -- who and when ---------------------------------------------------------------------------------


@scene("officer_not_in_office")
def relieved_officer_states_a_fact() -> Answer:
    fund = fund_under()
    fund.relieve("bolat", "CustodyOfficer")
    return fund.state_fact("bolat")


@scene("office_not_entitled")
def custody_officer_appoints() -> Answer:
    fund = fund_under()
    return fund.act("officer.appointed", "bolat", **fund.appointment("zhanar", "RiskOfficer"))


@scene("author_suspect")
def the_proposal_was_signed_with_a_stolen_key() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    proposal = pending(fund)
    stolen = {"key": fund.keyid("aigerim"), "compromised_since": fund.state.position}
    fund.do("key.revoked", "gulnara", reason="Stolen", **stolen)
    return fund.act("approval.given", "daniyar", proposal=proposal)


@scene("value_date_in_future")
def stated_for_the_day_after_tomorrow() -> Answer:
    fund = fund_under()
    return fund.state_fact(value_date=fund.day(2))


@scene("value_date_too_early")
def stated_for_a_day_too_long_ago() -> Answer:
    fund = fund_under()
    return fund.state_fact(value_date=fund.day(-3651))


@scene("value_date_before_reference")
def settled_before_it_was_proposed() -> Answer:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    return fund.act(
        "acquisition.settled", "bolat", **fund.acquired(proposal, value_date=fund.day(-1))
    )


@scene("period_shut")
def stated_for_a_day_in_a_closed_period() -> Answer:
    fund = fund_under()
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-1)))
    return fund.state_fact(value_date=fund.day(-1))


@scene("no_mandate")
def proposed_before_there_is_a_mandate() -> Answer:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition())


@scene("mandate_suspended")
def proposed_while_suspended() -> Answer:
    fund = fund_under()
    fund.suspend()
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition())


@scene("charter_quorum")
def one_governor_alone() -> Answer:
    fund = fund_under()
    return fund.act("officer.appointed", "saule", **fund.appointment("zhanar", "RiskOfficer"))


# -- constitution ---------------------------------------------------------------------------------


def constituted(change: Callable[[dict[str, Any]], None]) -> Answer:
    fund = SmallFund()
    members = fund.constitution()
    change(members)
    return fund.submit(fund.sign(members))


@scene("founders_incomplete")
def a_founder_does_not_sign() -> Answer:
    return constituted(lambda members: members["cosigners"].remove("saule"))


@scene("founder_repeated")
def two_founders_are_one_person() -> Answer:
    def change(members: dict[str, Any]) -> None:
        members["founders"][1]["commitment"] = members["founders"][0]["commitment"]

    return constituted(change)


@scene("quorum_impossible")
def all_governors_must_sign() -> Answer:
    return constituted(lambda members: members["charter"].update(quorum=3))


@scene("protocol_unknown")
def another_protocol() -> Answer:
    return constituted(lambda members: members.update(protocol=2))


@scene("log_key_bad")
def the_log_key_of_another_fund() -> Answer:
    other = SmallFund(fund="test/other").log_key
    return constituted(lambda members: members.update(log_key=other))


@scene("charter_unchanged")
def amended_to_the_same() -> Answer:
    fund = fund_under()
    return fund.act("charter.amended", "gulnara", charter=fund.constitution()["charter"])


# -- officers and keys ----------------------------------------------------------------------------


@scene("officer_unknown")
def nobody_is_relieved() -> Answer:
    fund = fund_under()
    return fund.act(
        "officer.relieved", "gulnara", officer="nobody", office="RiskOfficer", reason="It ends"
    )


@scene("officer_commitment_differs")
def another_person_under_a_known_name() -> Answer:
    fund = fund_under()
    fields = fund.appointment("bolat", "RiskOfficer", commitment=commitment_of("somebody else"))
    return fund.act("officer.appointed", "gulnara", **fields)


@scene("person_known")
def one_person_under_two_names() -> Answer:
    fund = fund_under()
    fields = fund.appointment("twin", "RiskOfficer", commitment=commitment_of("marat"))
    return fund.act("officer.appointed", "gulnara", **fields)


@scene("appointment_exists")
def appointed_twice() -> Answer:
    fund = fund_under()
    return fund.act("officer.appointed", "gulnara", **fund.appointment("marat", "RiskOfficer"))


@scene("appointment_unknown")
def relieved_of_an_office_not_held() -> Answer:
    fund = fund_under()
    return fund.act(
        "officer.relieved", "gulnara", officer="bolat", office="RiskOfficer", reason="It ends"
    )


@scene("appointment_ends_early")
def ends_before_it_starts() -> Answer:
    fund = fund_under()
    fields = fund.appointment("zhanar", "RiskOfficer", ends_on=fund.day(-1))
    return fund.act("officer.appointed", "gulnara", **fields)


@scene("key_known")
def the_key_of_another_officer() -> Answer:
    fund = fund_under()
    return fund.act("key.enrolled", "gulnara", **fund.enrolment("aigerim", fund.signers["bolat"]))


@scene("key_weak")
def a_weak_key_is_enrolled() -> Answer:
    """Its possession cannot be proven, so intake stops it first; admission must not rely on that.

    An event as intake makes them, but unverified, is put before admission itself.
    """
    fund = fund_under()
    weak = {"algorithm": "ed25519", "public_key": WEAK_KEY}
    members = fund.members("key.enrolled", "gulnara", **fund.enrolment("bolat", signer_of("new")))
    envelope = fund.sign({**members, **weak})
    parsed = parse_envelope(envelope)
    event = read_event(parsed, envelope, decode_object(parsed.payload))
    advance(fund.state, event, fund.now)
    return admit(fund.state, event, fund.now, fund.engine)


@scene("key_unknown")
def no_such_key_is_revoked() -> Answer:
    return fund_under().act("key.revoked", "gulnara", key=UNKNOWN, reason="Lost")


@scene("key_revoked_already")
def revoked_twice() -> Answer:
    fund = fund_under()
    fund.do("key.revoked", "gulnara", key=fund.keyid("bolat"), reason="Lost")
    return fund.act("key.revoked", "nurlan", key=fund.keyid("bolat"), reason="Lost")


@scene("key_limit")
def a_ninth_key() -> Answer:
    fund = fund_under()
    for number in range(7):
        fund.enrol("bolat", f"key {number}")
    ninth = signer_of("the ninth")
    return fund.act("key.enrolled", "gulnara", **fund.enrolment("bolat", ninth))


@scene("compromise_in_future")
def suspect_from_a_position_that_is_not_there() -> Answer:
    fund = fund_under()
    since = fund.state.position + 2
    return fund.act(
        "key.revoked", "gulnara", key=fund.keyid("bolat"), reason="Lost", compromised_since=since
    )


# -- mandate --------------------------------------------------------------------------------------


def adopted(fund: SmallFund, books: list[str], **fields: Any) -> Answer:
    base = {"mandate": "second", "version": "2", "effective_from": fund.day(11)}
    return fund.act("mandate.adopted", "gulnara", **{**base, "books": books, **fields})


@scene("book_unknown")
def adopted_without_its_book() -> Answer:
    return adopted(fund_under(), [UNKNOWN])


@scene("book_not_in_force")
def a_bill_is_adopted() -> Answer:
    fund = fund_under()
    return adopted(fund, [fund.govern("book.recorded", book=book(status="bill"))])


@scene("book_twice")
def two_versions_are_adopted() -> Answer:
    fund = fund_under()
    books = [fund.govern("book.recorded", book=book(version=version)) for version in ("1", "2")]
    return adopted(fund, books)


@scene("notice_too_short")
def adopted_for_tomorrow() -> Answer:
    fund = fund_under()
    books = [fund.govern("book.recorded", book=book(title="Another"))]
    return adopted(fund, books, effective_from=fund.day(9))


@scene("mandate_unknown")
def another_mandate_is_suspended() -> Answer:
    return fund_under().act("mandate.suspended", "gulnara", mandate=UNKNOWN, reason="A doubt")


@scene("mandate_not_suspended")
def resumed_though_it_governs() -> Answer:
    fund = fund_under()
    assert fund.state.mandate is not None
    return fund.act(
        "mandate.resumed", "gulnara", mandate=fund.state.mandate.event_id, reason="No doubt"
    )


# -- registry -------------------------------------------------------------------------------------


@scene("asset_unknown")
def acquires_what_is_not_listed() -> Answer:
    fund = fund_under()
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition(asset="ETH"))


@scene("asset_listed_already")
def another_code_for_the_same_asset() -> Answer:
    return fund_under().act(
        "asset.listed", "aigerim", asset="XBT", asset_id=BTC, name="Bitcoin", scale=8,
        instrument_class="coin",
    )  # fmt: skip


@scene("asset_retired")
def acquires_what_was_delisted() -> Answer:
    fund = fund_under()
    fund.do("asset.delisted", "aigerim", asset="BTC", reason="No longer held")
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition())


def engaged(fund: SmallFund, custodian: str) -> Answer:
    return fund.act(
        "custodian.engaged", "aigerim", custodian=custodian, legal_name="Vault", jurisdiction="KZ",
        licences=[], contract=DIGEST,
    )  # fmt: skip


@scene("custodian_unknown")
def an_account_at_nobody() -> Answer:
    return opened(fund_under(), account="cold-9", custodian="nobody")


@scene("custodian_engaged_already")
def engaged_twice() -> Answer:
    return engaged(fund_under(), "first-vault")


@scene("custodian_has_accounts")
def terminated_with_accounts() -> Answer:
    return fund_under().act(
        "custodian.terminated", "aigerim", custodian="first-vault", reason="It ends"
    )


def opened(fund: SmallFund, **fields: Any) -> Answer:
    base = {"account": "cold-9", "custodian": "first-vault", "title": "Fund", "tier": "cold"}
    rest = {"method": "qualified_custodian", "owner_class": "own"}
    return fund.act("account.opened", "aigerim", **{**base, **rest, **fields})


@scene("account_unknown")
def acquires_onto_no_account() -> Answer:
    fund = fund_under()
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition(account="cold-9"))


@scene("account_opened_already")
def a_name_is_used_again() -> Answer:
    fund = fund_under()
    fund.do("account.closed", "aigerim", account="warm-1", reason="It ends")
    return opened(fund, account="warm-1")


@scene("account_frozen")
def acquires_onto_a_frozen_account() -> Answer:
    fund = fund_under()
    fund.do("account.frozen", "gulnara", account="cold-1", reason="A doubt")
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition())


@scene("account_not_frozen")
def thawed_though_not_frozen() -> Answer:
    return fund_under().act("account.unfrozen", "gulnara", account="cold-1", reason="No doubt")


@scene("account_not_empty")
def closed_with_units() -> Answer:
    fund = fund_under()
    fund.open_units()
    return fund.act("account.closed", "aigerim", account="cold-1", reason="It ends")


CHAIN = "bip122:000000000019d6689c085ae165831e93"


@scene("address_registered_already")
def one_address_for_two_accounts() -> Answer:
    return fund_under().act(
        "address.registered", "aigerim", account="cold-2", chain=CHAIN, address="bc1qcold1",
        evidence=[DIGEST],
    )  # fmt: skip


@scene("address_unknown")
def sent_to_the_address_of_another_account() -> Answer:
    fund = fund_under()
    fund.open_units()
    address = {"chain": CHAIN, "address": "bc1qwarm1"}
    return fund.act("transfer.proposed", "aigerim", **fund.transfer(to_address=address))


@scene("chain_differs")
def sent_to_an_address_of_another_chain() -> Answer:
    fund = fund_under()
    fund.open_units(asset="BNB")
    address = {"chain": CHAIN, "address": "bc1qcold2"}
    sent = {**fund.transfer(to_address=address), "asset": "BNB", "max_fee": None}
    return fund.act("transfer.proposed", "aigerim", **sent)


@scene("counterparty_unknown")
def bought_from_nobody() -> Answer:
    fund = fund_under()
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition(counterparty="nobody"))


@scene("counterparty_registered_already")
def registered_twice() -> Answer:
    return fund_under().act(
        "counterparty.registered", "aigerim", counterparty="exchange-one", legal_name="One",
        jurisdiction="KZ",
    )  # fmt: skip


# -- movements ------------------------------------------------------------------------------------


@scene("amount_scale")
def a_ninth_digit_of_bitcoin() -> Answer:
    fund = fund_under()
    return fund.act("acquisition.proposed", "aigerim", **fund.acquisition("0.000000001"))


@scene("units_short")
def more_than_is_held() -> Answer:
    fund = fund_under()
    fund.open_units("10")
    return fund.act("disposal.proposed", "aigerim", **fund.disposal("10.00000001"))


@scene("units_short_on_value_date")
def sold_before_they_were_there() -> Answer:
    fund = fund_under()
    fund.open_units("10")
    return fund.act("disposal.proposed", "aigerim", **fund.disposal("4", value_date=fund.day(-1)))


@scene("same_account")
def moved_to_where_it_is() -> Answer:
    fund = fund_under()
    fund.open_units()
    return fund.act("transfer.proposed", "aigerim", **fund.transfer(to_account="cold-1"))


@scene("same_asset")
def bitcoin_for_bitcoin() -> Answer:
    fund = fund_under()
    fund.open_units()
    same = {"asset": "BTC", "units": "1"}
    return fund.act("exchange.proposed", "aigerim", **fund.exchange(receive_min=same))


@scene("currency_differs")
def paid_in_another_currency() -> Answer:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    paid = {"currency": "EUR", "amount": "1"}
    return fund.act("acquisition.settled", "bolat", **fund.acquired(proposal, consideration=paid))


def under_way(fund: SmallFund, units: str = "4", max_fee: str | None = None) -> str:
    fund.open_units()
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer(units, max_fee))
    assert verdict_of(fund.step("released", proposal, units)) == "effective"
    return proposal


@scene("units_beyond_transit")
def more_arrives_than_left() -> Answer:
    fund = fund_under()
    return fund.step("settled", under_way(fund), "4.1")


@scene("units_beyond_proposal")
def more_is_released_than_was_proposed() -> Answer:
    fund = fund_under()
    fund.open_units()
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    return fund.step("released", proposal, "4.1")


@scene("fee_beyond_proposal")
def a_higher_fee() -> Answer:
    fund = fund_under()
    fund.open_units()
    proposal = fund.do("transfer.proposed", "aigerim", **fund.transfer("4", "0.01"))
    return fund.step("released", proposal, "4", fee={"asset": "BTC", "units": "0.02"})


@scene("units_left_in_transit")
def final_though_not_all_arrived() -> Answer:
    fund = fund_under()
    return fund.step("settled", under_way(fund), "3", final=True)


@scene("finality_missing")
def forfeited_without_a_judgment() -> Answer:
    fund = fund_under()
    return fund.act(
        "receipt.recorded", "aigerim", asset="BTC", units="1", account="cold-1",
        source="final_civil_forfeiture", finality_date=fund.today, **GROUNDS,
    )  # fmt: skip


@scene("encumbrance_unknown")
def released_though_not_pledged() -> Answer:
    return fund_under().act(
        "encumbrance.released", "aigerim", encumbrance=UNKNOWN, units="1", **GROUNDS
    )


@scene("units_beyond_encumbrance")
def more_released_than_pledged() -> Answer:
    fund = fund_under()
    fund.open_units()
    placed = fund.do(
        "encumbrance.placed", "aigerim", asset="BTC", units="2", account="cold-1", form="pledge",
        beneficiary="A bank", **GROUNDS,
    )  # fmt: skip
    return fund.act("encumbrance.released", "aigerim", encumbrance=placed, units="2.1", **GROUNDS)


# -- proposals and approvals ----------------------------------------------------------------------


@scene("proposal_unknown")
def nothing_is_approved() -> Answer:
    return fund_under().act("approval.given", "daniyar", proposal=UNKNOWN)


@scene("proposal_not_pending")
def approved_though_effective() -> Answer:
    fund = fund_under()
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    return fund.act("approval.given", "daniyar", proposal=proposal)


@scene("proposal_not_effective")
def settled_before_it_was_approved() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    return fund.act("acquisition.settled", "bolat", **fund.acquired(proposal))


@scene("proposal_in_progress")
def withdrawn_while_in_transit() -> Answer:
    fund = fund_under()
    return fund.act("proposal.withdrawn", "aigerim", proposal=under_way(fund), reason="A mistake")


def pending(fund: SmallFund, author: str = "aigerim") -> str:
    return fund.pend("acquisition.proposed", author, **fund.acquisition())


@scene("self_approval")
def the_author_approves() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    return fund.act("approval.given", "daniyar", proposal=pending(fund, "daniyar"))


@scene("approved_already")
def approved_twice_by_one() -> Answer:
    fund = fund_under(quorum(2, "purchase"))
    proposal = pending(fund)
    fund.approve(proposal, "daniyar")
    return fund.act("approval.given", "daniyar", proposal=proposal)


@scene("office_not_asked")
def approved_by_custody() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    return fund.act("approval.given", "bolat", proposal=pending(fund))


@scene("not_the_author")
def withdrawn_by_another() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    return fund.act("proposal.withdrawn", "bolat", proposal=pending(fund), reason="A mistake")


@scene("refused_by_officer")
def refused_by_risk() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    return fund.act("approval.refused", "marat", proposal=pending(fund), reason="Too much")


@scene("withdrawn")
def withdrawn_by_its_author() -> Answer:
    fund = fund_under(quorum(1, "purchase"))
    return fund.act("proposal.withdrawn", "aigerim", proposal=pending(fund), reason="A mistake")


# -- valuation and books --------------------------------------------------------------------------


@scene("price_unknown")
def valued_by_a_price_that_is_not_there() -> Answer:
    return fund_under().act(
        "valuation.adopted", "aigerim", asset="BTC", currency="USD", fair_value="40000", level="1",
        method="Last price", prices=[UNKNOWN], **GROUNDS,
    )  # fmt: skip


@scene("observation_in_future")
def a_price_of_tomorrow() -> Answer:
    fund = fund_under()
    return fund.act(
        "price.observed", "aigerim", asset="BTC", currency="USD", price="40000",
        observed_at=fund.instant(seconds=61), source="A source", market="A market", **GROUNDS,
    )  # fmt: skip


@scene("observation_unit_differs")
def observed_in_another_unit() -> Answer:
    fund = fund_under()
    seen = {"measure": "market_cap", "subject": "BTC", "value": "1", "source": "S", **GROUNDS}
    fund.do("observation.recorded", "aigerim", unit="USD", observed_on=fund.day(-1), **seen)
    return fund.act("observation.recorded", "aigerim", unit="EUR", observed_on=fund.today, **seen)


@scene("transfer_not_temporary")
def returned_though_never_lent() -> Answer:
    return fund_under().act(
        "cash.recorded", "aigerim", direction="in", category="other", returns=UNKNOWN,
        amount={"currency": "USD", "amount": "1"}, **GROUNDS,
    )  # fmt: skip


def stated(fund: SmallFund, units: str) -> str:
    return fund.do(
        "custodian_statement.received", "aigerim", account="cold-1", asset="BTC", units=units,
        as_of=fund.today, document=DIGEST, **GROUNDS,
    )  # fmt: skip


@scene("statement_unknown")
def a_break_against_no_statement() -> Answer:
    return fund_under().act("break.raised", "aigerim", statement=UNKNOWN, **GROUNDS)


@scene("break_none")
def a_break_where_both_agree() -> Answer:
    fund = fund_under()
    fund.open_units("10")
    return fund.act("break.raised", "aigerim", statement=stated(fund, "10"), **GROUNDS)


@scene("break_raised_already")
def a_break_that_is_open() -> Answer:
    fund = fund_under()
    statement = stated(fund, "1")
    fund.do("break.raised", "aigerim", statement=statement, **GROUNDS)
    return fund.act("break.raised", "aigerim", statement=statement, **GROUNDS)


@scene("break_unknown")
def a_break_that_nobody_raised() -> Answer:
    return fund_under().act(
        "break.resolved", "aigerim", break_id=UNKNOWN, cause="timing", explanation="Late",
        documents=[], **GROUNDS,
    )  # fmt: skip


@scene("attestation_expired")
def an_attestation_that_ended_yesterday() -> Answer:
    fund = fund_under()
    return fund.act(
        "attestation.recorded", "aigerim", item="reserves", subject="fund", attester="Auditor",
        document=DIGEST, expires_on=fund.day(-1), **GROUNDS,
    )  # fmt: skip


@scene("period_backwards")
def ends_before_it_begins() -> Answer:
    fund = fund_under()
    return fund.act("period.closed", "aigerim", **fund.close(fund.day(-2), fund.day(-1)))


@scene("period_gap")
def a_day_is_left_out() -> Answer:
    fund = fund_under()
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-3)))
    return fund.act("period.closed", "aigerim", **fund.close(fund.day(-1), fund.day(-1)))


@scene("period_name_used")
def closed_under_a_name_of_before() -> Answer:
    fund = fund_under()
    first = fund.close(fund.day(-3))
    fund.do("period.closed", "aigerim", **first)
    again = fund.close(fund.day(-1), fund.day(-2)) | {"period": first["period"]}
    return fund.act("period.closed", "aigerim", **again)


@scene("period_not_over")
def closed_before_its_last_day_is_over() -> Answer:
    fund = fund_under()
    return fund.act("period.closed", "aigerim", **fund.close(fund.today))


@scene("period_closing")
def closed_twice_at_once() -> Answer:
    fund = fund_under(quorum(1, "period_close"))
    fund.pend("period.closed", "aigerim", **fund.close(fund.day(-1)))
    return fund.act("period.closed", "daniyar", **fund.close(fund.day(-1)))


def test_all_refusals_are_listed_in_their_order() -> None:
    fund = fund_under()
    fields = fund.acquisition(
        asset="ETH", account="cold-9", counterparty="nobody", value_date=fund.day(2),
        max_consideration={"currency": "JPY", "amount": "0.5"},
    )  # fmt: skip
    answer = fund.act("acquisition.proposed", "aigerim", **fields)
    assert laws_of(answer) == [
        "value_date_in_future", "asset_unknown", "account_unknown", "counterparty_unknown",
        "amount_scale",
    ]  # fmt: skip


def test_a_weak_key_proves_no_possession() -> None:
    fund = fund_under()
    weak = {"algorithm": "ed25519", "public_key": WEAK_KEY}
    fields = {**fund.enrolment("bolat", signer_of("new")), **weak}
    with pytest.raises(SignatureError, match="does not verify"):
        fund.act("key.enrolled", "gulnara", **fields)
