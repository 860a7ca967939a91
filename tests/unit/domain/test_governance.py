"""The charter's quorum: before and after a change, relief, deputies, keys, the log key."""

# ruff: noqa: FBT001 - a column of a table
from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.keys import EnrolledKey
from ledger.domain.officers import governance_officers, offices_of
from ledger.kernel.errors import BodyError
from ledger.log.note import VerifierKey, render_vkey
from tests.support.books import book, quorum
from tests.support.fund_simulator import commitment_of, signer_of
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    verdict_of,
)


def constituted() -> SmallFund:
    fund = SmallFund()
    fund.constitute()
    return fund


def amended(fund: SmallFund, **changes: Any) -> dict[str, Any]:
    return {"charter": {**fund.constitution()["charter"], **changes}}


# -- the quorum -----------------------------------------------------------------------------------


def test_the_author_counts_as_one_for_the_charter_s_quorum_only() -> None:
    fund = constituted()
    fields = fund.appointment("zhanar", "RiskOfficer")
    alone = fund.act("officer.appointed", "gulnara", **fields)
    assert (verdict_of(alone), codes_of(alone)) == ("pending", ["charter_quorum"])
    answer = fund.act("approval.given", "nurlan", proposal=fund.event_ids[-1])
    assert effects_of(answer) == [("effective", [])]


@pytest.mark.parametrize("other", ["aigerim", "bolat", "marat"])
def test_only_governance_officers_count(other: str) -> None:
    fund = constituted()
    fields = fund.appointment("zhanar", "RiskOfficer", cosigners=[other])
    answer = fund.act("officer.appointed", "gulnara", **fields)
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["charter_quorum"])
    refused = fund.act("approval.given", other, proposal=fund.event_ids[-1])
    assert verdict_of(refused) == "refused"


@pytest.mark.parametrize("author", ["aigerim", "daniyar", "marat"])
def test_only_governance_officers_govern(author: str) -> None:
    fund = constituted()
    fields = fund.appointment("zhanar", "RiskOfficer", cosigners=["gulnara", "nurlan"])
    answer = fund.act("officer.appointed", author, **fields)
    assert codes_of(answer) == ["office_not_entitled"]


def test_a_founder_without_an_office_of_governance_does_not_help_the_quorum() -> None:
    fund = SmallFund()
    members = fund.constitution()
    members["charter"]["governance_offices"] = ["Nobody"]
    answer = fund.submit(fund.sign(members))
    assert laws_of(answer) == ["quorum_impossible"]


def test_registry_is_the_charter_s_until_a_mandate_is_in_force() -> None:
    fund = constituted()
    listing = {"asset": "BTC", "asset_id": "bip122:000/slip44:0", "name": "Bitcoin", "scale": 8}
    fields = {**listing, "instrument_class": "coin"}
    assert codes_of(fund.act("asset.listed", "aigerim", **fields)) == ["office_not_entitled"]
    assert verdict_of(fund.act("asset.listed", "gulnara", **fields)) == "pending"
    assert verdict_of(fund.act("asset.listed", "nurlan", cosigners=["saule"], **fields)) == (
        "effective"
    )


@pytest.mark.parametrize("offset", [-721, 841, 10**6])
def test_a_fund_lies_in_a_zone_of_this_earth(offset: int) -> None:
    fund = SmallFund()
    members = fund.constitution()
    members["charter"]["utc_offset_minutes"] = offset
    with pytest.raises(BodyError):
        fund.sign(members)


# -- amending the charter -------------------------------------------------------------------------


def test_an_amendment_needs_the_higher_quorum() -> None:
    fund = constituted()
    fund.appoint("daniyar", "Governor")
    fund.appoint("marat", "Governor")
    proposal = fund.pend(
        "charter.amended", "gulnara", cosigners=["nurlan"], **amended(fund, quorum=4)
    )
    fund.approve(proposal, "saule")
    assert fund.state.charter is not None
    assert fund.state.charter.quorum == 2
    fund.approve(proposal, "marat")
    assert fund.state.charter.quorum == 4
    down = fund.pend(
        "charter.amended", "gulnara", cosigners=["nurlan", "saule"], **amended(fund, quorum=2)
    )
    assert fund.state.charter.quorum == 4
    fund.approve(down, "daniyar")
    assert fund.state.charter.quorum == 2


def test_an_amendment_needs_the_set_before_and_the_set_after() -> None:
    """The TUF rule: a change of the set needs the threshold of both."""
    fund = constituted()
    for officer in ("bolat", "daniyar", "marat"):
        fund.appoint(officer, "Regent")
    fields = amended(fund, governance_offices=["Regent"])
    proposal = fund.pend("charter.amended", "gulnara", cosigners=["nurlan", "saule"], **fields)
    assert codes_of_last(fund, proposal) == ["gulnara", "nurlan", "saule"]
    fund.approve(proposal, "daniyar")
    assert fund.state.charter is not None
    assert fund.state.charter.offices == frozenset({"Governor"})
    fund.approve(proposal, "marat")
    assert fund.state.charter.offices == frozenset({"Regent"})


def codes_of_last(fund: SmallFund, proposal: str) -> list[str]:
    return [sign.officer for sign in fund.state.proposals[proposal].signatures]


def test_the_set_after_alone_does_not_amend() -> None:
    fund = constituted()
    for officer in ("bolat", "daniyar", "marat"):
        fund.appoint(officer, "Regent")
    fields = amended(fund, governance_offices=["Regent"])
    cosigners = ["bolat", "daniyar", "marat"]
    proposal = fund.pend("charter.amended", "gulnara", cosigners=cosigners, **fields)
    fund.approve(proposal, "nurlan")
    assert fund.state.charter is not None
    assert fund.state.charter.offices == frozenset({"Regent"})


@pytest.mark.parametrize(
    "changes",
    [{"quorum": 3}, {"governance_offices": ["Nobody"]}, {"governance_offices": ["RiskOfficer"]}],
)
def test_an_amendment_that_would_lock_the_fund_is_refused(changes: dict[str, Any]) -> None:
    fund = constituted()
    cosigners = ["nurlan", "saule"]
    answer = fund.act("charter.amended", "gulnara", cosigners=cosigners, **amended(fund, **changes))
    assert codes_of(answer) == ["quorum_impossible"]


# -- officers -------------------------------------------------------------------------------------


def test_relief_that_would_lock_the_fund_is_refused() -> None:
    fund = constituted()
    fields = {"officer": "saule", "office": "Governor", "reason": "It ends"}
    answer = fund.act("officer.relieved", "gulnara", cosigners=["nurlan"], **fields)
    assert codes_of(answer) == ["quorum_impossible"]
    fund.appoint("daniyar", "Governor")
    assert verdict_of(fund.act("officer.relieved", "gulnara", cosigners=["nurlan"], **fields)) == (
        "effective"
    )
    assert "saule" not in governance_officers(fund.state, fund.state.day)


def test_who_is_relieved_does_not_count_for_it() -> None:
    """Neither the officer relieved, as author or cosigner, makes up the quorum."""
    for author, cosigner in (("saule", "gulnara"), ("gulnara", "saule")):
        fund = constituted()
        fund.appoint("daniyar", "Governor")
        fields = {"officer": "saule", "office": "Governor", "reason": "It ends"}
        proposal = fund.pend("officer.relieved", author, cosigners=[cosigner], **fields)
        fund.approve(proposal, "nurlan")
        assert "saule" not in governance_officers(fund.state, fund.state.day)


def test_a_relieved_officer_is_out_at_once_and_keeps_other_offices() -> None:
    fund = fund_under()
    fund.appoint("bolat", "RiskOfficer")
    fund.relieve("bolat", "CustodyOfficer")
    assert offices_of(fund.state, "bolat", fund.state.day) == {"RiskOfficer"}
    fund.relieve("bolat", "RiskOfficer")
    assert codes_of(fund.state_fact("bolat")) == ["officer_not_in_office"]


def test_an_appointment_cannot_be_used_as_a_relief() -> None:
    """A new appointment to the same office replaces the old one: it must not end it unseen."""
    fund = constituted()
    ended = fund.appointment("saule", "Governor", starts_on="2020-01-01", ends_on="2020-01-02")
    fund.act("officer.appointed", "gulnara", cosigners=["nurlan"], **ended)
    assert "saule" in governance_officers(fund.state, fund.state.day)
    later = fund.appointment("saule", "Governor", starts_on=fund.day(300), ends_on=fund.day(400))
    fund.act("officer.appointed", "gulnara", cosigners=["nurlan"], **later)
    assert "saule" in governance_officers(fund.state, fund.state.day)


def test_one_commitment_names_one_officer() -> None:
    """As among founders: one person does not become two."""
    fund = constituted()
    twin = fund.appointment("twin", "RiskOfficer", commitment=commitment_of("marat"))
    answer = fund.act("officer.appointed", "gulnara", cosigners=["nurlan"], **twin)
    assert verdict_of(answer) == "refused"


def test_an_office_from_a_later_day_is_not_held_before() -> None:
    fund = constituted()
    fund.engage("zhanar", "Governor", starts_on=fund.day(3))
    assert "zhanar" not in governance_officers(fund.state, fund.state.day)
    fund.tick(days=3)
    book_fields = {"book": book()}
    assert verdict_of(fund.act("book.recorded", "zhanar", **book_fields)) == "pending"
    assert "zhanar" in governance_officers(fund.state, fund.state.day)


def test_a_term_that_is_over_can_be_relieved_whatever_came_after_it() -> None:
    fund = fund_under()
    fund.appoint("bolat", "Clerk", ends_on=fund.day(1))
    fund.tick(days=5)
    fund.appoint("bolat", "RiskOfficer")
    assert fund.relieve("bolat", "Clerk")
    assert [held.office for held in fund.state.officers["bolat"].appointments] == [
        "CustodyOfficer", "RiskOfficer",
    ]  # fmt: skip


def test_a_proposal_does_not_grow_too_old_while_it_waits() -> None:
    """It was recorded in time; the charter that shortens the time comes later."""
    fund = fund_under(quorum(1, "purchase"))
    day = fund.day(-40)
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition(value_date=day))
    charter = dict(fund.constitution()["charter"])
    del charter["wider_backdating"]
    fund.govern("charter.amended", charter=charter)
    fund.tick(days=20)
    early = fund.act("acquisition.proposed", "aigerim", **fund.acquisition(value_date=day))
    assert laws_of(early) == ["value_date_too_early"]
    answer = fund.act("approval.given", "daniyar", proposal=proposal)
    assert effects_of(answer) == [("effective", [])]


def test_an_office_is_held_on_the_fund_s_own_day() -> None:
    """The fund's zone is UTC+5: its day begins at 19:00 UTC."""
    fund = fund_under()
    fund.engage("zhanar", "Clerk", starts_on="2026-01-06")
    fund.now = "2026-01-05T18:58:59.999999Z"
    assert codes_of(fund.state_fact("zhanar")) == ["officer_not_in_office"]
    assert verdict_of(fund.state_fact("zhanar")) == "effective"


@pytest.mark.parametrize(
    ("revoked_at", "position", "good"),
    [(0, 4, False), (0, 5, False), (0, 6, True), (8, 8, True), (8, 9, False), (6, 6, True)],
)
def test_a_key_is_good_after_its_enrolment_up_to_its_revocation(
    revoked_at: int, position: int, good: bool
) -> None:
    key = EnrolledKey("bolat", signer_of("x").public_key, 5, revoked_at)
    assert key.is_good_at(position) == good


@pytest.mark.parametrize(("since", "suspect"), [(0, False), (1, True), (7, True), (8, False)])
def test_a_key_is_suspect_from_a_position_on(since: int, suspect: bool) -> None:
    key = EnrolledKey("bolat", signer_of("x").public_key, 5, 9, since)
    assert key.is_suspect_at(7) == suspect


# -- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("author", ["bolat", "gulnara", "saule"])
def test_a_key_is_revoked_by_its_holder_or_any_one_governor(author: str) -> None:
    fund = fund_under()
    fields = {"key": fund.keyid("bolat"), "reason": "Lost"}
    assert verdict_of(fund.act("key.revoked", author, **fields)) == "effective"


@pytest.mark.parametrize("author", ["aigerim", "marat", "daniyar"])
def test_a_key_is_not_revoked_by_another_officer(author: str) -> None:
    fund = fund_under()
    fields = {"key": fund.keyid("bolat"), "reason": "Lost"}
    assert codes_of(fund.act("key.revoked", author, **fields)) == ["office_not_entitled"]


def test_a_key_is_not_enrolled_by_one() -> None:
    fund = fund_under()
    fields = fund.enrolment("bolat", signer_of("new"))
    assert codes_of(fund.act("key.enrolled", "bolat", **fields)) == ["office_not_entitled"]
    assert verdict_of(fund.act("key.enrolled", "gulnara", **fields)) == "pending"


def test_a_revoked_key_is_never_enrolled_again() -> None:
    fund = fund_under()
    old = fund.signers["bolat"]
    fund.do("key.revoked", "gulnara", key=fund.keyid("bolat"), reason="Lost")
    for officer in ("bolat", "aigerim"):
        answer = fund.act(
            "key.enrolled", "gulnara", cosigners=["nurlan"], **fund.enrolment(officer, old)
        )
        assert codes_of(answer) == ["key_known"]


def test_the_log_key_is_not_an_officer_s() -> None:
    """Log keys, witness keys and officers' keys are disjoint sets, whichever came first."""
    fund = fund_under()
    fields = fund.enrolment("bolat", fund.log_signer)
    assert verdict_of(fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **fields)) == (
        "refused"
    )
    officer = render_vkey(VerifierKey(fund.fund, fund.signers["bolat"].public_key))
    rotated = fund.act("log_key.rotated", "gulnara", cosigners=["nurlan"], log_key=officer)
    assert codes_of(rotated) == ["log_key_bad"]


def test_a_log_key_that_was_used_is_not_used_again() -> None:
    fund = fund_under()
    first = fund.log_key
    second = render_vkey(VerifierKey(fund.fund, signer_of("second log").public_key))
    fund.govern("log_key.rotated", log_key=second)
    assert fund.state.log_key == second
    for used in (first, second):
        answer = fund.act("log_key.rotated", "gulnara", cosigners=["nurlan"], log_key=used)
        assert codes_of(answer) == ["log_key_bad"]
    fields = fund.enrolment("bolat", fund.log_signer)
    assert verdict_of(fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **fields)) == (
        "refused"
    )


def test_the_proof_of_possession_names_fund_officer_and_key() -> None:
    fund = fund_under()
    new = signer_of("new")
    for other in (
        fund.enrolment("aigerim", new)["possession"],
        SmallFund(fund="test/other").enrolment("bolat", new)["possession"],
        fund.enrolment("bolat", signer_of("newer"))["possession"],
    ):
        fields = {**fund.enrolment("bolat", new), "possession": other}
        with pytest.raises(Exception, match="does not verify") as refusal:
            fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **fields)
        assert "possession" in str(refusal.value)


@pytest.mark.parametrize("log_key", ["", "x", "test/harbour+00000000+AAAA", "é+1+2"])
def test_a_malformed_log_key_is_refused(log_key: str) -> None:
    fund = fund_under()
    answer = fund.act("log_key.rotated", "gulnara", cosigners=["nurlan"], log_key=log_key)
    assert codes_of(answer) == ["log_key_bad"]


def test_protocols_are_known_or_nothing() -> None:
    fund = fund_under()
    for protocol in (2, 3, 1_000):
        answer = fund.act("protocol.raised", "gulnara", cosigners=["nurlan"], protocol=protocol)
        assert codes_of(answer) == ["protocol_unknown"]
