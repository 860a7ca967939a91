"""Logs of a newer version: undecidable, never valid, and still bad if a byte of them is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger.audit.replay import Replay
from ledger.audit.trust import Trust
from ledger.log.merkle import leaf_hash
from ledger.log.note import NoteSigner
from ledger.signing.dsse import render_envelope, sign_payload
from policies.book import shipped_book
from policies.engine import PolicyEngine
from tests.support.bundle_writer import (
    PRICE,
    Forger,
    audited,
    canonical,
    copy_of,
    lived_fund,
    told,
)
from tests.support.fund_simulator import FundSimulator, signer_of

if TYPE_CHECKING:
    from ledger.audit import Report


def signed_freely(fund: FundSimulator, members: dict[str, Any], *officers: str) -> bytes:
    """An envelope of members that no form of this version knows."""
    signers = [fund.signers[officer] for officer in officers]
    return render_envelope(sign_payload(canonical(members), signers))


def audit_of(forger: Forger) -> Report:
    return audited(forger.build(), forger.trust())


def newer() -> Forger:
    """A log with an event of a later version at position 35, and good ones after it."""
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    members = fund.members("stake.promised.v1", "aigerim", asset="BTC")
    forger.append(signed_freely(fund, members, "aigerim"))
    for _ in range(2):
        members = fund.members("price.observed", "aigerim", **PRICE, observed_at=fund.now)
        forger.append(fund.sign(members))
    return forger


def test_an_unknown_kind_is_undecidable() -> None:
    report = audit_of(newer())
    assert told(report) == [("unknown_kind", 35), ("not_decided", 36)]
    assert (report.verdict, report.exit_code) == ("undecidable", 8)
    assert report.holdings == ()


def test_an_unknown_kind_cannot_be_applied_on_trust_either() -> None:
    """An earlier audit may have known it: this version can still not go on from there."""
    replay = Replay(PolicyEngine())
    for raw in newer().records:
        replay.fold(raw, decided=True)
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.position) == ("unknown_kind", 35)


def test_a_bad_signature_on_an_unknown_kind_is_proven_bad() -> None:
    forger = newer()
    value = json.loads(forger.records[34])
    value["envelope"]["signatures"][0]["sig"] = json.loads(forger.records[35])["envelope"][
        "signatures"
    ][0]["sig"]
    forger.records[34] = canonical(value)
    assert told(audit_of(forger)) == [("signature_bad", 35), ("not_decided", 36)]


def appended_unknown(change: dict[str, Any], *officers: str, days: int = 0) -> Report:
    """An audit of a log that ends in an event of an unknown kind with these members."""
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    members = fund.members("stake.promised.v1", "aigerim", **change)
    forger.append(signed_freely(fund, members, *officers))
    fund.tick(days=days)
    forger.forge_record(35, recorded_at=fund.now)
    return audit_of(forger)


def test_what_no_event_may_be_an_unknown_one_may_not_be_either() -> None:
    assert told(appended_unknown({}, "aigerim")) == [("unknown_kind", 35)]
    assert told(appended_unknown({}, "bolat")) == [("rejected_signers_differ", 35)]
    assert told(appended_unknown({}, "aigerim", days=40)) == [("rejected_expired", 35)]
    other = {"fund": "test/lagoon"}
    assert told(appended_unknown(other, "aigerim")) == [("rejected_wrong_fund", 35)]


def test_an_unknown_kind_under_an_unknown_key_is_proven_bad() -> None:
    """Else whoever runs the ledger could make any log undecidable, without any officer."""
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    fund.signers["aigerim"] = signer_of("nobody's key")
    members = fund.members("stake.promised.v1", "aigerim")
    forger.append(signed_freely(fund, members, "aigerim"))
    report = audit_of(forger)
    assert told(report) == [("rejected_unknown_key", 35)]
    assert report.exit_code == 3


def test_after_an_unknown_kind_form_and_signatures_are_still_checked() -> None:
    forger = newer()
    value = json.loads(forger.records[36])
    value["envelope"]["signatures"][0]["sig"] = json.loads(forger.records[35])["envelope"][
        "signatures"
    ][0]["sig"]
    forger.records[36] = canonical(value)
    report = audit_of(forger)
    assert told(report) == [("unknown_kind", 35), ("not_decided", 36), ("signature_bad", 37)]
    assert report.exit_code == 3


def book_with(rule_type: str) -> dict[str, Any]:
    book = shipped_book("reference")
    rule = dict(book["rules"][0])
    return book | {"rules": [rule | {"rule_type": rule_type}]}


@pytest.mark.parametrize(
    ("rule_type", "verdict", "wanted"),
    [
        ("cap_by_moon", "effective", ("unknown_rule_type", 35)),
        ("cap_by_moon", "refused", ("unknown_rule_type", 35)),
        ("approval", "refused", ("outcome_differs", 35)),
        (
            "cap_absolute",
            "effective",
            ("rejected_book_unreadable", 35),
        ),  # its parameters do not fit
    ],
)
def test_a_book_of_unknown_rules_is_undecidable(
    rule_type: str, verdict: str, wanted: tuple[str, int]
) -> None:
    fund = copy_of(lived_fund())
    members = fund.members(
        "book.recorded", "gulnara", cosigners=["nurlan"], book=book_with(rule_type)
    )
    forger = Forger.of(fund)
    unreadable = [{"rule": "book_unreadable", "verdict": "deny"}] if verdict == "refused" else []
    forger.append(fund.sign(members), verdict, findings=unreadable)
    assert told(audit_of(forger)) == [wanted]


def test_an_unknown_protocol_is_undecidable() -> None:
    fund = FundSimulator()
    members = fund.constitution(protocol=2)
    envelope = fund.sign(members)
    value = {
        "envelope": json.loads(envelope),
        "outcome": {"effects": [], "findings": [], "verdict": "effective"},
        "position": 1,
        "recorded_at": fund.now,
    }
    forger = Forger([canonical(value)], NoteSigner(fund.fund, fund.log_signer))
    report = audit_of(forger)
    assert told(report) == [("unknown_protocol", 1)]
    assert report.exit_code == 8


def test_a_raised_protocol_is_undecidable() -> None:
    fund = copy_of(lived_fund())
    members = fund.members("protocol.raised", "gulnara", cosigners=["nurlan"], protocol=2)
    forger = Forger.of(fund)
    forger.append(fund.sign(members))
    assert told(audit_of(forger)) == [("unknown_protocol", 35)]


def test_a_log_without_records_is_undecidable() -> None:
    forger = Forger.of(lived_fund())
    trust = forger.trust()
    forger.records = []
    report = audited(forger.build(), trust)
    assert told(report) == [("log_empty", None)]
    assert (report.size, report.exit_code) == (0, 8)


def test_without_a_first_leaf_the_report_says_so() -> None:
    forger = Forger.of(lived_fund())
    report = audited(forger.build(), Trust(forger.signer.verifier_key))
    assert report.verdict == "valid"
    (note,) = report.findings
    assert note.code == "first_leaf_unpinned"
    assert leaf_hash(forger.records[0]).hex() in note.explanation
