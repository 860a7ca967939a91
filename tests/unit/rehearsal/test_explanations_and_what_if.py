"""Explanations say what a decision rests on; what-if asks of each event alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.audit.credit import UNKNOWN, read_on_credit
from ledger.cli.commands.mandate_questions import stage_value
from ledger.domain.admit import view_of
from ledger.domain.record import parse_record
from ledger.kernel.errors import UndecidableError
from ledger.rehearsal import what_if as module
from ledger.rehearsal.explanation import explain
from ledger.rehearsal.fund import GOVERNORS, RehearsalFund
from ledger.rehearsal.stage import DOCUMENT, Player, set_stage
from ledger.rehearsal.what_if import what_if
from policies.book import Book, read_book
from policies.engine import PolicyEngine

if TYPE_CHECKING:
    from ledger.rehearsal.explanation import Explanation

BOOK = {"book": "t", "title": "T", "version": "1", "status": "in_force", "source": "Test"}
ANYBODY = {
    "id": "T.ANY", "rule_type": "approval", "effect": "allow_only_if", "origin": "design",
    "trigger": ["any_instruction", "any_fact", "any_registration"], "citation": "Test, section 1",
    "params": {"details": {"who": "any officer in office"}},
}  # fmt: skip
RISK = {
    "id": "T.RISK", "rule_type": "approval", "effect": "needs_approval", "trigger": ["purchase"],
    "params": {"roles_any_of": ["RiskOfficer", "Governor"], "roles_count": "2"},
    "origin": "policy", "citation": "Test, section 2",
}  # fmt: skip
LIMIT = {"amount": "100", "unit": "USD", "measure": "transaction_cost"}
CAP = {
    "id": "T.CAP", "rule_type": "cap_absolute", "effect": "deny", "trigger": ["purchase"],
    "params": LIMIT,
    "origin": "policy", "citation": "Test, section 3",
}  # fmt: skip
FLAG = {**CAP, "id": "T.FLAG", "effect": "flag", "params": {**LIMIT, "amount": "10"}}
STRICT = {**CAP, "params": {**LIMIT, "amount": "49"}}
TOTAL = {**CAP, "params": {**LIMIT, "measure": "cumulative_purchase_cost"}}


def book(*rules: dict[str, Any], **changes: str) -> dict[str, Any]:
    return {**BOOK, **changes, "rules": list(rules)}


def executable(*rules: dict[str, Any], **changes: str) -> Book:
    return read_book(book(*rules, **changes))


def bare() -> RehearsalFund:
    """A fund on the stage that ships, without a mandate."""
    fund = RehearsalFund(PolicyEngine(), "2026-01-01")
    stage = stage_value()
    del stage["house"]
    offices = {"treasury-officer": ["TreasuryOfficer"], "risk-officer": ["RiskOfficer"]}
    set_stage(fund, stage, offices)
    return fund


def adopt(fund: RehearsalFund, *rules: dict[str, Any]) -> RehearsalFund:
    """The fund under a mandate of one book."""
    recorded = fund.govern("book.recorded", book=book(*rules))
    fund.govern("mandate.adopted", mandate="m", version="1", books=[recorded.event.event_id],
                effective_from=fund.day)  # fmt: skip
    return fund


def buy(cost: str, **more: Any) -> dict[str, Any]:
    """A purchase as scenarios say it."""
    event = {"kind": "acquisition.proposed", "by": "TreasuryOfficer", "asset": "BTC", "units": "1"}
    return {**event, "max_consideration": cost, "name": "p", **more}


def explained(fund: RehearsalFund, kind: str, author: str, **fields: Any) -> Explanation:
    event = fund.signed(kind, author, **fields)
    return explain(view_of(fund.state, event, fund.engine), PolicyEngine())


def of(fund: RehearsalFund, table: dict[str, Any]) -> Explanation:
    author, fields = Player(fund).said(table)
    return explained(fund, str(table["kind"]), author, **fields)


# -- explanations -------------------------------------------------------------------------------


def test_a_decision_is_taken_apart_by_rules() -> None:
    fund = adopt(bare(), ANYBODY, RISK, CAP, FLAG)
    found = of(fund, buy("101 USD", approvals=["RiskOfficer"]))
    assert found.verdict == "deny"
    assert [(one.rule, one.found, one.citation) for one in found.denied] == [
        ("T.CAP", "101 USD", "Test, section 3")
    ]
    (unmet,) = found.unmet
    assert (unmet.rule, unmet.needed, unmet.counted) == ("T.RISK", 2, 1)
    assert set(unmet.offices) == {"RiskOfficer", "Governor"}
    assert [one.rule for one in found.flagged] == ["T.FLAG"]
    assert [one.rule for one in found.kept] == ["T.ANY"]
    assert found.named == {"T.CAP", "T.RISK", "T.FLAG", "T.ANY"}


def test_a_rule_is_kept_or_open_and_never_both() -> None:
    fund = adopt(bare(), ANYBODY, RISK, CAP)
    waits = of(fund, buy("50 USD"))
    assert (waits.verdict, [one.rule for one in waits.unmet]) == ("needs_approval", ["T.RISK"])
    assert {one.rule for one in waits.kept} == {"T.ANY", "T.CAP"}
    met = of(fund, buy("50 USD", approvals=["RiskOfficer", "governor-a"]))
    assert (met.verdict, met.unmet) == ("allow", ())
    assert {one.rule for one in met.kept} == {"T.ANY", "T.CAP", "T.RISK"}


def test_asking_decides_nothing_and_counts_nothing() -> None:
    fund = adopt(bare(), ANYBODY, CAP)
    position = fund.state.position
    for _ in range(3):
        assert of(fund, buy("100 USD")).verdict == "allow"
    assert fund.state.position == position
    assert fund.state.proposals == {}


def test_what_one_signature_may_do_asks_for_no_other() -> None:
    fund = adopt(bare(), CAP)
    found = explained(fund, "account.frozen", GOVERNORS[0], account="reserve", reason="A doubt")
    assert (found.verdict, found.unmet, found.named) == ("allow", (), frozenset())
    gone = explained(fund, "account.frozen", GOVERNORS[0], account="nowhere", reason="A doubt")
    assert (gone.verdict, [one.rule for one in gone.denied]) == ("deny", ["account_unknown"])


def test_what_the_charter_governs_asks_for_its_quorum() -> None:
    fund = bare()
    found = explained(fund, "book.recorded", GOVERNORS[0], book=book(CAP))
    assert found.verdict == "needs_approval"
    (unmet,) = found.unmet
    assert (unmet.rule, unmet.offices, unmet.needed, unmet.counted) == (
        *("charter_quorum", ("Governor",)),
        *(2, 1),
    )
    listed = {"asset": "ABC", "asset_id": "fund:0/unit:c", "name": "C", "scale": 2}
    before = explained(fund, "asset.listed", GOVERNORS[0], instrument_class="coin", **listed)
    assert [one.rule for one in before.unmet] == ["charter_quorum"], "there is no mandate yet"
    adopt(fund, ANYBODY)
    after = explained(fund, "asset.listed", GOVERNORS[0], instrument_class="coin", **listed)
    assert (after.verdict, [one.rule for one in after.kept]) == ("allow", ["T.ANY"])


# -- what if ------------------------------------------------------------------------------------


def history() -> RehearsalFund:
    """Purchases for 50 USD on three days, under a mandate since the second of January."""
    fund = bare()
    fund.move_to("2026-01-02")
    adopt(fund, ANYBODY)
    acts = Player(fund)
    for day in ("2026-01-03", "2026-01-04", "2026-01-05"):
        acts.play(buy("50 USD", on=day))
    return fund


def test_only_what_a_mandate_governed_is_asked_about() -> None:
    fund = history()
    asked = what_if(fund.records, [executable(ANYBODY, STRICT)], fund.engine)
    assert asked.events == 3
    assert [(one.value_date, one.was, one.would_be) for one in asked.differences] == [
        (f"2026-01-0{day}", "effective", "refused") for day in (3, 4, 5)
    ]
    for one in asked.differences:
        record = parse_record(fund.records[one.position - 1])
        assert (record.event_id, record.kind) == (one.event_id, one.kind)
        assert (one.author, [f.rule for f in one.findings]) == ("treasury-officer", ["T.CAP"])
    assert what_if(fund.records, [executable(ANYBODY)], fund.engine).differences == ()
    assert what_if(bare().records, [executable(STRICT)], fund.engine).events == 0
    assert what_if([], [executable(STRICT)], fund.engine).events == 0


@pytest.mark.parametrize(
    ("bounds", "days"),
    [
        ({"first": "2026-01-04"}, 2),
        ({"last": "2026-01-04"}, 2),
        ({"first": "2026-01-04", "last": "2026-01-04"}, 1),
        ({"first": "2026-01-05", "last": "2026-01-03"}, 0),
    ],
)
def test_both_bounds_are_counted(bounds: dict[str, str], days: int) -> None:
    fund = history()
    asked = what_if(fund.records, [executable(ANYBODY, STRICT)], fund.engine, **bounds)
    assert (asked.events, len(asked.differences)) == (days, days)


def test_limits_count_what_was_recorded_and_not_what_would_have_been() -> None:
    fund = history()
    asked = what_if(fund.records, [executable(ANYBODY, TOTAL)], fund.engine)
    assert [one.value_date for one in asked.differences] == ["2026-01-05"]


def test_a_bill_decides_only_for_an_engine_of_scenarios() -> None:
    fund = history()
    bill = executable(ANYBODY, {**STRICT, "status": "bill"})
    assert what_if(fund.records, [bill], PolicyEngine()).differences == ()
    assert len(what_if(fund.records, [bill], PolicyEngine(scenario=True)).differences) == 3


def test_flags_are_no_reasons_for_a_difference() -> None:
    fund = history()
    books = [executable(ANYBODY, STRICT, FLAG)]
    asked = what_if(fund.records, books, fund.engine)
    assert {f.rule for one in asked.differences for f in one.findings} == {"T.CAP"}
    assert what_if(fund.records, [executable(ANYBODY, FLAG)], fund.engine).differences == ()


def test_the_mandate_is_put_back_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    fund = history()
    event = fund.signed("account.frozen", GOVERNORS[0], account="reserve", reason="A doubt")
    before = (fund.state.mandate, fund.state.books)
    module._decided(fund.state, event, [executable(STRICT)], fund.engine)
    assert (fund.state.mandate, fund.state.books) == before

    def fails(*_: object) -> None:
        raise RuntimeError(DOCUMENT)

    monkeypatch.setattr(module, "decide", fails)
    with pytest.raises(RuntimeError):
        module._decided(fund.state, event, [executable(STRICT)], fund.engine)
    assert (fund.state.mandate, fund.state.books) == before


def test_a_kind_that_this_version_does_not_know_is_undecidable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fund = history()
    count = len(fund.records)

    def forgets(raw: bytes) -> Any:
        event, recorded_at = real(raw)
        known = event.kind.name != "acquisition.proposed.v1"
        return (event if known else Strange(event)), recorded_at

    class Strange:
        kind = UNKNOWN

        def __init__(self, event: Any) -> None:
            self.body = event.body

    real = read_on_credit
    monkeypatch.setattr(module, "read_on_credit", forgets)
    with pytest.raises(UndecidableError, match=r"unknown kind acquisition\.proposed\.v1") as caught:
        what_if(fund.records, [executable(STRICT)], fund.engine)
    assert caught.value.where == f"position {count - 2}"
