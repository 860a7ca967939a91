"""What if other books had governed: held against a loop that retells the story for each event."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.digest import state_digest
from ledger.domain.kind import Nature
from ledger.domain.mandates import Mandate, RecordedBook
from ledger.domain.outcome import Rejection
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import read_event
from ledger.rehearsal import what_if as module
from ledger.rehearsal.what_if import what_if
from policies.book import read_book, shipped_book
from policies.engine import PolicyEngine
from tests.support.books import ANYBODY, EXCEPTION, approval, book, open_book, rule
from tests.support.fund_simulator import FundSimulator
from tests.support.small_fund import SmallFund

if TYPE_CHECKING:
    from ledger.domain.record import Record
    from ledger.domain.verified import VerifiedEvent

ENGINE = PolicyEngine(scenario=True)
LIMIT = {"amount": "300000", "unit": "USD", "measure": "cumulative_purchase_cost"}
CAP = rule("T.CAP", "cap_absolute", "purchase", params=LIMIT)
RISK = approval("T.RISK", "custody_transfer", roles_all_of=["RiskOfficer"])
BILL = {**CAP, "status": "bill"}
BOOKS: dict[str, list[dict[str, Any]]] = {
    "the same": [open_book()],
    "a limit": [open_book(CAP)],
    "a bill": [open_book(BILL)],
    "an approval": [open_book(RISK)],
    "without authority": [book(CAP)],
    "no rule at all": [book()],
    "a clerk alone": [book({**ANYBODY, "params": {"initiator_roles": ["Clerk"]}}, EXCEPTION)],
    "one that ships": [shipped_book("reference")],
    "a statute besides": [open_book(), shipped_book("us-strategic-bitcoin-reserve")],
    "no book": [],
}


@cache
def history() -> FundSimulator:
    """A fund with purchases on several days, a refusal, a transfer, a suspension and an opening."""
    fund = SmallFund().under()
    fund.open_units("3")
    for cost in ("100000", "250000"):
        fund.tick(days=3)
        bought(fund, cost)
    fund.act("acquisition.proposed", "aigerim", **fund.acquisition("1", "1", asset="GOLD"))
    fund.tick(days=2)
    fund.act("transfer.proposed", "aigerim", **transfer())
    bought(fund, "50000", value_date=fund.day(-4))
    fund.suspend()
    fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    return fund


def bought(fund: SmallFund, cost: str, **fields: Any) -> None:
    asked = fund.acquisition("2", cost, **fields)
    proposal = fund.do("acquisition.proposed", "aigerim", **asked)
    dated = dict.fromkeys(("value_date", "trade_date"), fields.get("value_date", fund.today))
    fund.settle_acquisition(proposal, "2", cost, **dated)


def transfer() -> dict[str, Any]:
    return {"asset": "BTC", "units": "1", "from_account": "cold-1", "to_account": "cold-2",
            "max_fee": {"asset": "BTC", "units": "0.001"}, "facts": {}, "evidence": []}  # fmt: skip


def naive(
    records: list[bytes], values: list[dict[str, Any]], first: str, last: str
) -> tuple[int, list[tuple[int, str, str]]]:
    """Each event asked about in a state that was told anew for it, by the door of admission."""
    asked, found = 0, []
    for number, raw in enumerate(records):
        state = State()
        for before in records[:number]:
            record, event = told(state, before)
            apply(state, event, record.outcome, ENGINE)
        record, event = told(state, raw)
        governed = event.kind.nature in {Nature.ACT, Nature.FACT, Nature.REGISTRY}
        if state.mandate is None or not governed or not first <= event.body.value_date <= last:
            continue
        asked += 1
        names = tuple(f"other-{index}" for index in range(len(values)))
        books = [RecordedBook(1, read_book(value)) for value in values]
        state.books = dict(zip(names, books, strict=True))
        state.mandate = Mandate(
            state.mandate.event_id, "other", names, "2000-01-01", state.mandate.suspended
        )
        answer = admit(state, event, record.recorded_at, ENGINE)
        assert not isinstance(answer, Rejection)
        if answer.outcome.verdict != record.outcome.verdict:
            found.append((number + 1, record.outcome.verdict, answer.outcome.verdict))
    return asked, found


def told(state: State, raw: bytes) -> tuple[Record, VerifiedEvent]:
    record = parse_record(raw)
    event = read_event(record.envelope, b"", record.body)
    advance(state, event, record.recorded_at)
    return record, event


@pytest.mark.parametrize("name", BOOKS)
def test_it_is_what_a_story_told_anew_for_each_event_gives(name: str) -> None:
    records = history().records
    asked = what_if(records, [read_book(value) for value in BOOKS[name]], ENGINE)
    found = [(one.position, one.was, one.would_be) for one in asked.differences]
    assert (asked.events, found) == naive(records, BOOKS[name], "0001-01-01", "9999-12-31")


def test_each_book_differs_as_it_should() -> None:
    counts = {}
    for name, values in BOOKS.items():
        asked = what_if(history().records, [read_book(value) for value in values], ENGINE)
        counts[name] = len(asked.differences)
        for one in asked.differences:
            assert one.was != one.would_be
            assert one.findings, "a difference says why"
    assert counts["the same"] == 0
    assert counts["a limit"] == counts["a bill"] > 0, "a bill decides: that is the question"
    assert counts["no book"] >= counts["no rule at all"] > counts["a limit"]


def test_a_limit_is_told_with_the_purchase_that_breaks_it() -> None:
    fund = history()
    (first, *_) = what_if(fund.records, [read_book(open_book(CAP))], ENGINE).differences
    record = parse_record(fund.records[first.position - 1])
    assert (first.event_id, first.kind, first.author) == (
        record.event_id, "acquisition.proposed.v1", "aigerim")  # fmt: skip
    assert (first.was, first.would_be) == ("effective", "refused")
    assert [(one.rule, one.found) for one in first.findings] == [("T.CAP", "350000 USD")]


def test_only_value_dates_from_and_to_are_asked_about_both_counted() -> None:
    records = history().records
    values = BOOKS["without authority"]
    books = [read_book(value) for value in values]
    days = sorted({parse_record(raw).body["value_date"] for raw in records})
    assert len(days) > 3
    whole = what_if(records, books, ENGINE)
    by_day = [what_if(records, books, ENGINE, first=day, last=day) for day in days]
    assert sum(one.events for one in by_day) == whole.events
    assert sum(len(one.differences) for one in by_day) == len(whole.differences)
    for first, last in ((days[1], days[-2]), (days[2], "9999-12-31"), ("9999-01-01", "0001-01-01")):
        asked = what_if(records, books, ENGINE, first=first, last=last)
        found = [(one.position, one.was, one.would_be) for one in asked.differences]
        assert (asked.events, found) == naive(records, values, first, last)
        assert all(first <= one.value_date <= last for one in asked.differences)


def test_asking_changes_nothing_of_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    records = tuple(history().records)
    before = state_digest(history().state)
    plain = []
    state = State()
    for raw in records:
        record, event = told(state, raw)
        plain.append(state_digest(state))
        apply(state, event, record.outcome, ENGINE)
    assert state_digest(state) == before
    seen = []

    def watched(state: State, *rest: Any) -> Any:
        seen.append(state_digest(state))
        return apply(state, *rest)

    monkeypatch.setattr(module, "apply", watched)
    for values in BOOKS.values():
        seen.clear()
        what_if(records, [read_book(value) for value in values], ENGINE)
        assert seen == plain, "the state before each record is that of the history"
    assert (state_digest(history().state), tuple(history().records)) == (before, records)


def test_a_rule_that_cannot_judge_leaves_the_mandate_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    states = []

    def broken(view: Any) -> Any:
        states.append(view.state)
        raise RuntimeError("a defect")

    monkeypatch.setattr(module, "decide", broken)
    with pytest.raises(RuntimeError, match="a defect"):
        what_if(history().records, [read_book(book())], ENGINE)
    (state,) = states
    assert state.mandate.name == "reference"
    assert all(len(name) == 64 for name in state.books)


def test_a_fund_without_a_mandate_is_asked_nothing() -> None:
    fund = FundSimulator()
    fund.constitute()
    fund.register()
    asked = what_if(fund.records, [read_book(book())], ENGINE)
    assert (asked.events, asked.differences) == (0, ())
    assert what_if([], [], ENGINE).events == 0
