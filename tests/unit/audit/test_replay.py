"""The replay: the same functions, the same bytes, and a stop where anything differs."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from typing_extensions import override

from ledger.audit.conservation import Conservation
from ledger.audit.replay import NamedLogKey, Replay
from ledger.domain.digest import state_digest
from ledger.kernel.errors import InvariantError, UnknownRuleError
from policies.engine import PolicyEngine
from tests.support.bundle_writer import PRICE, canonical, copy_of, enrol, lived_fund
from tests.support.fund_simulator import signer_of


def replayed(records: list[bytes], engine: Any = None) -> Replay:
    replay = Replay(engine or PolicyEngine())
    for raw in records:
        replay.fold(raw)
    return replay


def test_a_good_log_gives_the_live_state() -> None:
    fund = lived_fund()
    replay = replayed(fund.records)
    assert replay.stop is None
    assert replay.stopped_at == 0
    assert state_digest(replay.state) == state_digest(fund.state)
    assert replay.end_findings() == []
    assert replay.log_keys == [NamedLogKey(1, fund.log_key)]
    assert replay.suspects() == ()


def test_postings_come_out_record_by_record() -> None:
    fund = lived_fund()
    replay = Replay(PolicyEngine())
    made = [
        (position, posting)
        for position, raw in enumerate(fund.records, 1)
        for posting in replay.fold(raw)
    ]
    assert made == fund.postings


def test_the_key_table_holds_every_key_and_is_made_anew_only_for_new_ones() -> None:
    fund = copy_of(lived_fund())
    replay = replayed(fund.records)
    table = replay.key_table()
    assert set(table) == set(fund.state.keys)
    assert replay.key_table() is table
    signer = signer_of("second key")
    enrol(fund, "marat", signer)
    replay.fold(fund.records[-1])
    assert replay.key_table()[signer.public_key.keyid] == ("ed25519", signer.public_key.raw)


def test_after_a_stop_nothing_is_decided() -> None:
    records = list(lived_fund().records)
    records[9] = b"no record"
    replay = replayed(records)
    assert replay.stopped_at == 10
    assert replay.stop is not None
    assert replay.stop.code == "software_defect"  # a worker names it; this is never reported
    assert replay.state.position == 9
    assert replay.fold(records[10]) == ()


def outcome_of(records: list[bytes], position: int, **members: Any) -> list[bytes]:
    value = json.loads(records[position - 1])
    value["outcome"] |= members
    return [*records[: position - 1], canonical(value), *records[position:]]


def test_another_outcome_stops_it_and_says_what_differs() -> None:
    replay = replayed(outcome_of(lived_fund().records, 15, verdict="effective", findings=[]))
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.position) == ("outcome_differs", 15)
    text = replay.stop.explanation
    assert "verdict: recorded effective, follows pending" in text
    assert "findings: recorded none, follows REF.APPR.1 needs_approval" in text


def test_another_position_stops_it() -> None:
    records = list(lived_fund().records)
    records[9] = canonical(json.loads(records[9]) | {"position": 11})
    replay = replayed(records)
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.position) == ("position_differs", 10)


def test_an_outcome_that_cannot_be_read_stops_it() -> None:
    records = outcome_of(lived_fund().records, 10, more=1)
    replay = replayed(records)
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.position) == ("record_malformed", 10)


class Failing(PolicyEngine):
    """An engine that fails on purpose."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @override
    def judge(self, *_: Any) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyError("oops"), "software_defect"),
        (RecursionError(), "software_defect"),
        (InvariantError("units were lost"), "law_broken"),
        (UnknownRuleError("unknown rule type cap_by_moon"), "unknown_rule_type"),
    ],
)
def test_whatever_admission_raises_is_a_finding(error: Exception, code: str) -> None:
    replay = replayed(lived_fund().records, Failing(error))
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.position) == (code, 15)


def test_an_unknown_kind_is_undecidable() -> None:
    records = list(lived_fund().records)
    value = json.loads(records[20])
    body = json.loads(base64.b64decode(value["envelope"]["payload"])) | {"kind": "dream.had.v1"}
    value["envelope"]["payload"] = base64.b64encode(canonical(body)).decode()
    records[20] = canonical(value)
    replay = replayed(records)
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.result) == ("unknown_kind", "undecidable")


def test_suspects_are_what_a_key_signed_since_its_reported_compromise() -> None:
    fund = copy_of(lived_fund())
    key = fund.signers["aigerim"].public_key.keyid
    for _ in range(3):
        fund.do("price.observed", "aigerim", **PRICE, observed_at=fund.now)
    since = len(fund.records) - 1
    fund.do("key.revoked", "gulnara", key=key, reason="stolen", compromised_since=since)
    (suspect,) = replayed(fund.records).suspects()
    assert suspect.officer == "aigerim"
    assert suspect.positions == (since, since + 1)
    assert (suspect.compromised_since, suspect.revoked_at) == (since, since + 2)


def test_a_law_broken_by_a_record_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Replay(PolicyEngine())
    monkeypatch.setattr(Conservation, "broken_by", lambda *_: "units from nowhere")
    replay.fold(lived_fund().records[0])
    assert replay.stop is not None
    assert (replay.stop.code, replay.stop.explanation) == ("law_broken", "units from nowhere")


def test_sums_that_differ_at_the_end_are_findings() -> None:
    replay = replayed(lived_fund().records)
    next(iter(replay.state.balances.values())).held += 1
    codes = [finding.code for finding in replay.end_findings()]
    assert codes == ["law_broken", "holdings_differ"]
