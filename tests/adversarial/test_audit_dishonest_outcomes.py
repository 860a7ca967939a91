"""The ledger itself lies: it records, hashes, and signs what does not follow.

Every tree is right, every checkpoint is signed by the true log key, and every officer's signature
is good. Only deciding again can tell.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.record import parse_record
from ledger.signing.base64_text import encode_base64
from ledger.signing.dsse import render_envelope, sign_payload
from ledger.signing.possession import prove_possession
from tests.support.bundle_writer import (
    PURCHASE,
    Forger,
    audited,
    canonical,
    copy_of,
    enrol,
    lived_fund,
    place_of,
    told,
)
from tests.support.fund_simulator import GROUNDS, FundSimulator, key_form, signer_of

if TYPE_CHECKING:
    from ledger.audit import Report

TRUST = Forger.of(lived_fund()).trust()
RECORDS = lived_fund().records
PROPOSED = place_of(RECORDS, "acquisition.proposed")
APPROVED = place_of(RECORDS, "approval.given")
SETTLED = place_of(RECORDS, "acquisition.settled")
REFUSED = place_of(RECORDS, "acquisition.proposed", 2)
HALF_APPROVED = place_of(RECORDS, "approval.given", 3)
WITHDRAWN = place_of(RECORDS, "proposal.withdrawn")
FLAG = {"rule": "REF.APPR.1", "verdict": "flag"}
OTHER_ID = "ab" * 32


def audit_of(forger: Forger) -> Report:
    """An audit of a bundle in which all but the outcomes is in order."""
    report = audited(forger.build(), TRUST)
    assert report.root is not None
    return report


@pytest.mark.parametrize(
    ("position", "members"),
    [
        pytest.param(PROPOSED, {"verdict": "effective", "findings": []}, id="without its quorum"),
        pytest.param(PROPOSED, {"verdict": "effective"}, id="effective with approvals missing"),
        pytest.param(PROPOSED, {"verdict": "refused"}, id="refused what was to wait"),
        pytest.param(PROPOSED, {"findings": []}, id="findings left out"),
        pytest.param(PROPOSED, {"findings": [FLAG]}, id="a finding played down"),
        pytest.param(PROPOSED, {"mandate": OTHER_ID}, id="another mandate"),
        pytest.param(PROPOSED, {"mandate": None}, id="no mandate"),
        pytest.param(PROPOSED, {"state_digest": OTHER_ID}, id="a digest nobody asked for"),
        pytest.param(APPROVED, {"effects": []}, id="an approval without its effect"),
        pytest.param(APPROVED, {"verdict": "refused"}, id="an approval refused"),
        pytest.param(HALF_APPROVED, {"effects": "of 26"}, id="one approval where two are needed"),
        pytest.param(REFUSED, {"verdict": "effective"}, id="a refusal made effective"),
        pytest.param(REFUSED, {"findings": []}, id="a refusal without a reason"),
        pytest.param(WITHDRAWN, {"effects": []}, id="a withdrawal without its effect"),
        pytest.param(SETTLED, {"verdict": "pending"}, id="a fact kept waiting"),
        pytest.param(13, {"findings": [FLAG]}, id="a finding invented"),
    ],
)
def test_an_outcome_that_does_not_follow_is_named(position: int, members: dict[str, Any]) -> None:
    if members.get("effects"):
        full = json.loads(RECORDS[HALF_APPROVED])["outcome"]["effects"]
        members = {"effects": full}
    forger = Forger.of(lived_fund())
    forger.forge_outcome(position, **members)
    assert told(audit_of(forger)) == [
        ("outcome_differs", position),
        ("not_decided", position + 1),
    ]


def test_a_constitution_that_is_refused_is_another_one() -> None:
    forger = Forger.of(lived_fund())
    forger.forge_outcome(1, verdict="refused")
    assert told(audit_of(forger)) == [
        ("first_leaf_differs", 1),
        ("outcome_differs", 1),
        ("not_decided", 2),
    ]


def test_an_effect_on_another_proposal_is_named() -> None:
    forger = Forger.of(lived_fund())
    effects = json.loads(RECORDS[APPROVED - 1])["outcome"]["effects"]
    forger.forge_outcome(APPROVED, effects=[effects[0] | {"event": OTHER_ID}])
    assert told(audit_of(forger))[0] == ("outcome_differs", APPROVED)


def signed(fund: FundSimulator, kind: str, author: str, **fields: Any) -> bytes:
    fund.tick()
    return fund.sign(fund.members(kind, author, **fields))


def appended(
    kind: str, author: str, verdict: str = "effective", **fields: Any
) -> list[tuple[str, int | None]]:
    """What an audit says if the ledger records this well-signed event as it likes."""
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    assert forger.append(signed(fund, kind, author, **fields), verdict) == 35
    return told(audit_of(forger))


def test_more_units_than_there_are_cannot_be_transferred() -> None:
    body = {"asset": "BTC", "units": "1000", "from_account": "cold-1", "to_account": "cold-2"}
    assert appended("transfer.proposed", "aigerim", **body, **GROUNDS) == [("outcome_differs", 35)]


def test_an_officer_who_was_relieved_cannot_settle() -> None:
    waiting = lived_fund().event_ids[18]
    body = {"proposal": waiting, "units": "1", **GROUNDS}
    assert appended("transfer.released", "bolat", **body) == [("outcome_differs", 35)]


def test_an_officer_without_the_office_cannot_buy() -> None:
    assert appended("acquisition.proposed", "marat", "pending", **PURCHASE) == [
        ("outcome_differs", 35)
    ]


def test_one_governor_alone_cannot_appoint() -> None:
    body = {
        "officer": "saule",
        "commitment": lived_fund().state.officers["saule"].commitment,
        "office": "TreasuryOfficer",
        "starts_on": "2026-02-09",
    }
    assert appended("officer.appointed", "gulnara", **body) == [("outcome_differs", 35)]


def test_an_approval_by_the_author_does_not_count() -> None:
    fund = copy_of(lived_fund())
    proposal = fund.propose_acquisition()
    forger = Forger.of(fund)
    effects = [{"event": proposal, "findings": [], "verdict": "effective"}]
    envelope = signed(fund, "approval.given", "aigerim", proposal=proposal)
    forger.append(envelope, effects=effects)
    assert told(audit_of(forger)) == [("outcome_differs", 36)]


def test_a_lapsed_proposal_cannot_be_completed() -> None:
    fund = copy_of(lived_fund())
    proposal = fund.propose_acquisition()
    fund.tick(days=31)
    forger = Forger.of(fund)
    effects = [{"event": proposal, "findings": [], "verdict": "effective"}]
    forger.append(signed(fund, "approval.given", "daniyar", proposal=proposal), effects=effects)
    forger.forge_record(36, recorded_at=fund.now)
    assert told(audit_of(forger)) == [("outcome_differs", 36)]


def test_a_revoked_key_signs_nothing() -> None:
    fund = copy_of(lived_fund())
    key = fund.signers["aigerim"].public_key.keyid
    fund.do("key.revoked", "gulnara", key=key, reason="lost")
    forger = Forger.of(fund)
    forger.append(signed(fund, "acquisition.proposed", "aigerim", **PURCHASE), "pending")
    assert told(audit_of(forger)) == [("rejected_key_not_good", 36)]


def test_a_key_signs_from_the_position_after_its_enrolment_on() -> None:
    fund, second = copy_of(lived_fund()), signer_of("second key of aigerim")
    enrol(fund, "aigerim", second)
    members = fund.members("acquisition.proposed", "aigerim", **PURCHASE)
    fund.submit(fund.sign(members, keys={"aigerim": second}))
    forger = Forger.of(fund)
    assert audit_of(forger).verdict == "valid"
    early = copy_of(lived_fund())
    forger = Forger.of(early)
    forger.append(early.sign(members, keys={"aigerim": second}), "pending")
    assert told(audit_of(forger)) == [("rejected_unknown_key", 35)]


def test_a_key_that_its_holder_does_not_have_cannot_be_enrolled() -> None:
    fund, second = copy_of(lived_fund()), signer_of("a key of somebody else")
    proof = encode_base64(prove_possession(second, fund.fund, "marat"))  # made for marat
    body = {"officer": "aigerim", "possession": proof, **key_form(second)}
    forger = Forger.of(fund)
    forger.append(signed(fund, "key.enrolled", "gulnara", cosigners=["nurlan"], **body))
    report = audit_of(forger)
    assert told(report) == [("signature_bad", 35)]
    assert report.findings[0].explanation == "proof of possession"


def test_a_key_that_nobody_enrolled_signs_nothing() -> None:
    fund = copy_of(lived_fund())
    stranger = FundSimulator(fund="test/lagoon").signers["aigerim"]
    forger = Forger.of(fund)
    members = fund.members("acquisition.proposed", "aigerim", **PURCHASE)
    forger.append(fund.sign(members, keys={"aigerim": stranger}), "pending")
    assert told(audit_of(forger)) == [("rejected_unknown_key", 35)]


def test_a_stripped_cosignature_is_missed() -> None:
    fund = copy_of(lived_fund())
    members = fund.members(
        "officer.relieved",
        "gulnara",
        cosigners=["nurlan"],
        officer="marat",
        office="RiskOfficer",
        reason="left",
    )
    stripped = render_envelope(sign_payload(canonical(members), [fund.signers["gulnara"]]))
    forger = Forger.of(fund)
    forger.append(stripped)
    assert told(audit_of(forger)) == [("rejected_signers_differ", 35)]


def test_an_expired_envelope_cannot_be_recorded() -> None:
    fund = copy_of(lived_fund())
    envelope = signed(fund, "acquisition.proposed", "aigerim", **PURCHASE)
    fund.tick(days=40)
    forger = Forger.of(fund)
    forger.append(envelope, "pending")
    forger.forge_record(35, recorded_at=fund.now)
    assert told(audit_of(forger)) == [("rejected_expired", 35)]


def test_a_reference_cannot_be_used_twice() -> None:
    used = parse_record(RECORDS[PROPOSED - 1]).body["reference"]
    found = appended("acquisition.proposed", "aigerim", **PURCHASE, reference=used)
    assert found == [("rejected_reference_used", 35)]


def test_a_second_constitution_cannot_be_recorded() -> None:
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    forger.append(fund.sign(fund.constitution()))
    assert told(audit_of(forger)) == [("rejected_constituted_already", 35)]


def test_time_cannot_run_backwards() -> None:
    forger = Forger.of(lived_fund())
    forger.forge_record(18, recorded_at=json.loads(RECORDS[15])["recorded_at"])
    assert told(audit_of(forger)) == [("rejected_time_reversed", 18), ("not_decided", 19)]


def test_a_log_that_does_not_begin_with_a_constitution_is_none() -> None:
    forger = Forger.of(lived_fund())
    forger.records = [canonical(json.loads(RECORDS[1]) | {"position": 1})]
    report = audited(forger.build(), TRUST)
    assert told(report) == [("first_leaf_differs", 1), ("rejected_not_constituted", 1)]


def test_a_digest_of_a_closed_period_is_computed_again() -> None:
    fund = copy_of(lived_fund())
    close = {"period": "2026-01", "starts_on": "2026-01-01", "ends_on": "2026-01-31"}
    fund.act("period.closed", "aigerim", **close, statements=[])
    forger = Forger.of(fund)
    assert audit_of(forger).verdict == "valid"
    assert json.loads(forger.records[-1])["outcome"]["state_digest"]
    forger.forge_outcome(35, state_digest=OTHER_ID)
    report = audit_of(forger)
    assert told(report) == [("outcome_differs", 35)]
    assert "state_digest" in report.findings[0].explanation


def test_a_lie_is_found_even_where_a_later_record_is_damaged() -> None:
    forger = Forger.of(lived_fund())
    forger.forge_outcome(PROPOSED, verdict="effective", findings=[])
    forger.records[29] = forger.records[29][:-1]
    assert told(audit_of(forger)) == [
        ("outcome_differs", PROPOSED),
        ("not_decided", PROPOSED + 1),
        ("record_malformed", 30),
    ]


def test_what_follows_from_a_damaged_record_is_not_called_a_lie() -> None:
    forger = Forger.of(lived_fund())
    forger.records[PROPOSED - 1] = forger.records[PROPOSED - 1][:-1]
    forger.forge_outcome(REFUSED, verdict="effective")
    assert told(audit_of(forger)) == [
        ("record_malformed", PROPOSED),
        ("not_decided", PROPOSED + 1),
    ]
