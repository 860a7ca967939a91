"""The ledger itself lies: it records, hashes, and signs what does not follow.

Every tree is right, every checkpoint is signed by the true log key, and every officer's signature
is good. Only deciding again can tell.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.kinds import KINDS
from ledger.domain.record import parse_record
from ledger.kernel.errors import LedgerError
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
from tests.support.hostile_log import AuditBefore, placed, signed_again, with_members
from tests.support.tally import tally
from tests.support.thousand_events import RECORDS as THOUSAND
from tests.support.thousand_events import thousand_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.audit import Report

    Lie = tuple[str, dict[str, Any]]
    """What is done to an outcome, and the outcome that it becomes."""

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


# -- every member of every outcome of a thousand records

VERDICTS = {"effective", "pending", "refused"}
REASONS = {"deny", "needs_approval", "flag"}


def lies_about_findings(findings: list[dict[str, str]]) -> Iterator[tuple[str, list[Any]]]:
    """A finding left out, put in, repeated, moved, renamed, played down."""
    invented = {"rule": "units_short", "verdict": "deny"}
    yield "finding invented", [*findings, invented]
    yield "finding invented", [FLAG, *findings]
    for at, finding in enumerate(findings):
        before, after = findings[:at], findings[at + 1 :]
        yield "finding left out", [*before, *after]
        yield "finding repeated", [*before, finding, finding, *after]
        for name in ("T.OTHER", finding["rule"].swapcase(), finding["rule"] + "_"):
            yield "rule changed", [*before, finding | {"rule": name}, *after]
        for verdict in sorted(REASONS - {finding["verdict"]}):
            yield "verdict of a finding changed", [*before, finding | {"verdict": verdict}, *after]
        if after and after[0] != finding:
            yield "findings moved", [*before, after[0], finding, *after[1:]]


def lies_about_effects(effects: list[dict[str, Any]], other: str) -> Iterator[tuple[str, Any]]:
    """An effect left out, put in, repeated, turned round, aimed at another event, or explained."""
    invented = {"event": other, "findings": [], "verdict": "effective"}
    yield "effect invented", [*effects, invented]
    yield "effect invented", [*effects, invented | {"verdict": "refused"}]
    for at, effect in enumerate(effects):
        before, after = effects[:at], effects[at + 1 :]
        turned = "refused" if effect["verdict"] == "effective" else "effective"
        yield "effect left out", [*before, *after]
        yield "effect repeated", [*before, effect, effect, *after]
        yield "effect turned", [*before, effect | {"verdict": turned}, *after]
        yield "effect aimed elsewhere", [*before, effect | {"event": other}, *after]
        for what, findings in lies_about_findings(effect["findings"]):
            yield f"{what}, of an effect", [*before, effect | {"findings": findings}, *after]


def lies_about_digests(outcome: dict[str, Any], other: str) -> Iterator[Lie]:
    """A digest changed by one digit or for another, left out, put in, or emptied."""
    for name in ("mandate", "state_digest"):
        yield f"{name} emptied", outcome | {name: ""}
        yield f"{name} of another", outcome | {name: other}
        if name in outcome:
            digit = "0" if outcome[name][-1] != "0" else "1"
            yield f"{name} changed", outcome | {name: outcome[name][:-1] + digit}
            yield f"{name} left out", {key: m for key, m in outcome.items() if key != name}


def lies_without_form(outcome: dict[str, Any]) -> Iterator[Lie]:
    """What no outcome is."""
    yield "member unknown", outcome | {"note": "all is well"}
    yield "verdict unknown", outcome | {"verdict": "allowed"}
    for name in ("effects", "findings", "verdict"):
        yield "member missing", {key: value for key, value in outcome.items() if key != name}
        yield "member of another type", outcome | {name: 1}


def lies(outcome: dict[str, Any], other: str) -> Iterator[Lie]:
    """Every way in which an outcome is told otherwise; `other` is the id of an earlier event."""
    for verdict in sorted(VERDICTS - {outcome["verdict"]}):
        yield "verdict changed", outcome | {"verdict": verdict}
    for what, findings in lies_about_findings(outcome["findings"]):
        yield what, outcome | {"findings": findings}
    for what, effects in lies_about_effects(outcome["effects"], other):
        yield what, outcome | {"effects": effects}
    yield from lies_about_digests(outcome, other)
    yield from lies_without_form(outcome)


def lies_of(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Every record that lies about its outcome, with its officers' signatures as they were."""
    outcome = json.loads(raw)["outcome"]
    for what, lie in lies(outcome, thousand_events().event_ids[11]):
        if lie != outcome:
            yield what, with_members(raw, outcome=lie)


def code_of(lying: bytes, kind: str) -> str:
    """How an audit calls it: no record at all, or one that another outcome follows from."""
    try:
        parse_record(lying)
    except LedgerError:
        return "record_malformed"
    # A later version may know more protocols; it is never valid for this one.
    return "unknown_protocol" if kind == "protocol.raised.v1" else "outcome_differs"


@pytest.mark.deep
def test_every_lie_about_every_outcome_is_named() -> None:
    """An audit decides each record again before it is asked about every lie in its place."""
    tried: Counter[str] = Counter()
    kinds = set()
    for audit, raw in AuditBefore.each(thousand_events().records):
        kind = thousand_events().verified[audit.position - 1].kind.name
        kinds.add(kind)
        for what, lying in lies_of(raw):
            assert audit.told(lying) == [code_of(lying, kind)], (audit.position, what)
            tried[what] += 1
    assert kinds == set(KINDS)
    assert len(tried) >= 25
    assert tried.total() > 20_000
    tally("lies about outcomes, asked at their position", tried.total(), tried.total())


def audit_lies(positions: range, first: int) -> int:
    """A full audit of one lie about each of these outcomes, another kind of lie for each next."""
    for turn, position in enumerate(positions, start=first):
        records = [*thousand_events().records]
        found = list(lies_of(records[position - 1]))
        what, lying = found[turn * 7 % len(found)]
        records[position - 1] = lying
        report = signed_again(records)
        code = code_of(lying, thousand_events().verified[position - 1].kind.name)
        decided = [("not_decided", position + 1)] if position < THOUSAND else []
        leaf = [("first_leaf_differs", 1)] if position == 1 else []
        assert placed(report) == [*leaf, (code, position), *decided], what
        undecided = code == "unknown_protocol"
        assert report.verdict == ("undecidable" if undecided else "proven_bad")
    return len(positions)


def test_some_lies_about_outcomes_are_named_in_a_full_audit() -> None:
    assert audit_lies(range(1, THOUSAND + 1, 83), 1) == 13
    for audit, raw in islice(AuditBefore.each(thousand_events().records), 300):
        kind = thousand_events().verified[audit.position - 1].kind.name
        for what, lying in islice(lies_of(raw), audit.position % 5, None, 5):
            assert audit.told(lying) == [code_of(lying, kind)], (audit.position, what)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(4))
def test_a_lie_about_each_outcome_is_named_in_a_full_audit(part: int) -> None:
    tried = audit_lies(range(1 + part, THOUSAND + 1, 4), part)
    tally("lies about outcomes, one for each record, audited in full", tried, tried)
