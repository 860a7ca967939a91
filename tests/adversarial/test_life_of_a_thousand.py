"""What the attacks are made on: an honest log with every kind of event, in every way it can end."""

from __future__ import annotations

import json
from collections import Counter

from ledger.domain.kind import Nature
from ledger.domain.kinds import KINDS
from tests.support.bundle_writer import audited
from tests.support.fund_simulator import replayed
from tests.support.hostile_log import decided, honest, honest_note, honest_trust, signed_events
from tests.support.thousand_events import (
    NEVER_EFFECTIVE,
    NEVER_WAIT,
    RECORDS,
    thousand_events,
)

WAYS = {"effective", "refused", "pending", "completed", "turned down", "withdrawn", "lapsed"}


def test_it_has_every_kind_in_every_way_that_it_can_end() -> None:
    seen: dict[str, set[str]] = {name: set() for name in KINDS}
    for name, fate in thousand_events().fates:
        seen[name].add(fate)
    for name, kind in KINDS.items():
        wanted = {"effective", "refused"} if kind.nature is Nature.APPROVAL else set(WAYS)
        if name in NEVER_WAIT:
            wanted = {"effective", "refused"}
        if name == "fund.constituted.v1":
            wanted = {"effective"}
        if name in NEVER_EFFECTIVE:
            wanted = {"refused"}
        assert wanted <= seen[name], name


def test_it_has_findings_and_effects_of_every_verdict() -> None:
    outcomes = [json.loads(raw)["outcome"] for raw in thousand_events().records]
    assert len(outcomes) == RECORDS
    found = Counter(item["verdict"] for outcome in outcomes for item in outcome["findings"])
    effects = Counter(item["verdict"] for outcome in outcomes for item in outcome["effects"])
    assert min(found[verdict] for verdict in ("deny", "needs_approval", "flag")) > 10
    assert min(effects[verdict] for verdict in ("effective", "refused")) > 50
    assert sum("state_digest" in outcome for outcome in outcomes) >= 10
    assert len({outcome.get("mandate") for outcome in outcomes}) == 3
    assert max(len(outcome["findings"]) for outcome in outcomes) >= 3
    assert len(thousand_events().log_signers) == 3


def test_it_is_a_valid_log_whichever_checkpoint_was_kept() -> None:
    files, trust = honest().build(earlier=()), honest_trust()
    for kept in (None, honest_note(1), honest_note(255), honest_note(RECORDS)):
        report = audited(files, trust, since=kept)
        assert (report.verdict, report.size) == ("valid", RECORDS)
        assert {found.code for found in report.findings} == {"key_compromised"}


def test_its_records_follow_from_what_officers_signed() -> None:
    fund = thousand_events()
    assert decided(signed_events(fund)).records == fund.records
    replayed(fund.records)
