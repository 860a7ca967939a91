"""Every event of a history, from the constitution on, is explained as it was decided."""

from __future__ import annotations

from typing import Any

from ledger.domain.admit import view_of
from ledger.domain.apply import advance, apply
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import read_event
from ledger.rehearsal.explanation import Explanation, explain
from policies.engine import PolicyEngine
from tests.support.books import open_book
from tests.support.small_fund import SmallFund

ENGINE = PolicyEngine()
FITTING = {"allow": {"effective"}, "needs_approval": {"pending"}, "deny": {"refused", "pending"}}


def explained(records: list[bytes]) -> list[tuple[str, str, Explanation]]:
    """Kind, recorded verdict and explanation of every record, each in the state before it."""
    found: list[tuple[str, str, Explanation]] = []
    state = State()
    for raw in records:
        record = parse_record(raw)
        event = read_event(record.envelope, b"", record.body)
        advance(state, event, record.recorded_at)
        explanation = explain(view_of(state, event, ENGINE), ENGINE)
        found.append((record.kind.rpartition(".v")[0], record.outcome.verdict, explanation))
        apply(state, event, record.outcome, ENGINE)
    return found


def last_of(fund: SmallFund) -> tuple[str, Any]:
    _, verdict, explanation = explained(fund.records)[-1]
    return verdict, [one.rule for one in (*explanation.denied, *explanation.flagged)]


def test_a_whole_history_is_explained_as_it_was_decided() -> None:
    fund = SmallFund()
    fund.begin()
    proposal = fund.propose_acquisition()
    fund.approve(proposal, "daniyar")
    fund.settle_acquisition(proposal)
    fund.act("acquisition.proposed", "aigerim", **fund.acquisition("1", "1600000000"))
    fund.act("acquisition.proposed", "bolat", **fund.acquisition())
    kinds = explained(fund.records)
    assert [one for one in kinds if one[1] not in FITTING[one[2].verdict]] == []
    assert kinds[0][0] == "fund.constituted"
    assert {verdict for _, verdict, _ in kinds} == {"effective", "pending", "refused"}


def test_before_a_mandate_nothing_is_proposed() -> None:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    assert last_of(fund) == ("refused", ["no_mandate"])


def test_what_the_charter_governs_is_the_governors() -> None:
    fund = SmallFund().under()
    fund.act("book.recorded", "bolat", book=open_book())
    verdict, rules = last_of(fund)
    assert verdict == "refused"
    assert rules == ["office_not_entitled"]


def test_under_a_suspended_mandate_acts_are_refused_and_facts_wait() -> None:
    fund = SmallFund().under()
    fund.suspend()
    fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    assert last_of(fund) == ("refused", ["mandate_suspended"])
    fund.act("opening.recorded", "aigerim", **fund.opening())
    assert last_of(fund) == ("pending", ["mandate_suspended"])
    assert explained(fund.records)[-1][2].verdict == "needs_approval"
