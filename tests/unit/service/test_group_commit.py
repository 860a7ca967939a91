"""Many submitters, one writer: groups are decided one by one and committed at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ledger.domain.admit import admit
from ledger.domain.record import parse_record
from ledger.kernel.errors import LedgerError, SignatureError, StoreStoppedError
from ledger.service import intake
from ledger.service.answer import Receipt, Rejected
from tests.support.fund_simulator import replayed
from tests.support.sequenced_fund import SequencedFund, with_bad_signature

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from ledger.service.answer import Answer
    from ledger.store.record_store import NewRecord


SEQUENCER = "ledger.service.sequencer"


class Appends:
    """Stands in front of `append`: counts records by transaction, and can hold one back."""

    def __init__(self, fund: SequencedFund, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.entered = threading.Event()
        self.may_go = threading.Event()
        self._append = fund.store.append
        monkeypatch.setattr(fund.store, "append", self.append)

    def append(self, records: Sequence[NewRecord]) -> None:
        self.sizes.append(len(records))
        self.entered.set()
        assert self.may_go.wait(10)
        self._append(records)


@pytest.fixture
def appends(fund: SequencedFund, monkeypatch: pytest.MonkeyPatch) -> Appends:
    return Appends(fund, monkeypatch)


def queued_behind_one(
    fund: SequencedFund, appends: Appends, pool: ThreadPoolExecutor, envelopes: Sequence[bytes]
) -> list[Future[Answer]]:
    """Submit one, and the others while its commit is under way; then let it go."""
    first = pool.submit(fund.sequencer.submit, fund.cash())
    assert appends.entered.wait(10)
    others = [pool.submit(fund.sequencer.submit, envelope) for envelope in envelopes]
    deadline = time.monotonic() + 10
    while len(fund.sequencer._queue) < len(envelopes):
        assert time.monotonic() < deadline, "everybody is verified and queued"
        time.sleep(0.001)
    appends.may_go.set()
    return [first, *others]


def test_what_waits_is_one_transaction(fund: SequencedFund, appends: Appends) -> None:
    with ThreadPoolExecutor(31) as pool:
        futures = queued_behind_one(fund, appends, pool, [fund.cash() for _ in range(30)])
        answers = [future.result(10) for future in futures]
    assert appends.sizes == [1, 30]
    positions = [answer.position for answer in answers if isinstance(answer, Receipt)]
    assert sorted(positions) == list(range(15, 46))
    replayed(fund.records)


def test_a_group_is_bounded(
    fund: SequencedFund, appends: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fund.sequencer._queue, "_most", 8)
    with ThreadPoolExecutor(21) as pool:
        futures = queued_behind_one(fund, appends, pool, [fund.cash() for _ in range(20)])
        for future in futures:
            assert isinstance(future.result(10), Receipt)
    assert appends.sizes == [1, 8, 8, 4]


def test_a_group_has_one_time_and_asks_the_clock_once(
    fund: SequencedFund, appends: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ticking() -> str:
        asked.append(f"2026-01-05T10:00:00.{len(asked):06}Z")
        return asked[-1]

    monkeypatch.setattr(fund.sequencer, "_now", ticking)
    with ThreadPoolExecutor(10) as pool:
        futures = queued_behind_one(fund, appends, pool, [fund.cash() for _ in range(9)])
        answers = [future.result(10) for future in futures]
    times = [answer.recorded_at for answer in answers if isinstance(answer, Receipt)]
    assert len(asked) == 2
    assert times == [asked[0], *[asked[1]] * 9]


def test_each_decision_sees_the_one_before_it(fund: SequencedFund, appends: Appends) -> None:
    amounts = [{"currency": "USD", "amount": str(number)} for number in (1, 2, 3)]
    envelopes = [fund.cash(reference="IC-1", amount=amount) for amount in amounts]
    with ThreadPoolExecutor(5) as pool:
        futures = queued_behind_one(fund, appends, pool, [*envelopes, fund.cash()])
        answers = [future.result(10) for future in futures]
    assert appends.sizes == [1, 2]
    rejected = [answer for answer in answers if isinstance(answer, Rejected)]
    assert [answer.rejection.code for answer in rejected] == ["reference_used"] * 2


def test_signatures_are_checked_while_another_commits(
    fund: SequencedFund, appends: Appends
) -> None:
    bad = with_bad_signature(fund.cash())
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fund.sequencer.submit, fund.cash())
        assert appends.entered.wait(10)
        assert isinstance(pool.submit(fund.sequencer.submit, bad).exception(5), SignatureError)
        appends.may_go.set()
        assert isinstance(first.result(10), Receipt)


def test_bulk_signatures_are_checked_while_another_commits(
    fund: SequencedFund, appends: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = threading.Event()
    verify = intake.verify_submissions

    def watched(*arguments: Any, **options: Any) -> list[list[bool]]:
        found = verify(*arguments, **options)
        verified.set()
        return found

    monkeypatch.setattr(f"{SEQUENCER}.verify_submissions", watched)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fund.sequencer.submit, fund.cash())
        assert appends.entered.wait(10)
        future = pool.submit(fund.sequencer.submit_all, [fund.cash()])
        assert verified.wait(5)
        assert not future.done()
        appends.may_go.set()
        assert isinstance(first.result(10), Receipt)
        assert isinstance(future.result(5)[0], Receipt)


def test_three_deliveries_to_eight_clients_are_recorded_once(fund: SequencedFund) -> None:
    chance = Random(20261125)  # noqa: S311 - an order, not a secret
    envelopes = [fund.cash() for _ in range(150)]
    deliveries = envelopes * 3
    chance.shuffle(deliveries)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(fund.sequencer.submit, deliveries))
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == 450
    assert sum(not receipt.repeated for receipt in receipts) == 150
    by_event = {(receipt.event_id, receipt.position) for receipt in receipts}
    assert len(by_event) == 150
    assert sorted(position for _, position in by_event) == list(range(15, 165))
    assert [parse_record(raw).position for raw in fund.records] == list(range(1, 165))
    digest = fund.digest
    replayed(fund.records)
    assert fund.reopen().digest == digest


def test_bulk_and_single_submitters_mix(fund: SequencedFund) -> None:
    batches = [[fund.cash() for _ in range(20)] for _ in range(6)]
    singles = [fund.cash() for _ in range(60)]
    with ThreadPoolExecutor(8) as pool:
        futures: list[Future[Any]] = [pool.submit(fund.sequencer.submit_all, b) for b in batches]
        futures += [pool.submit(fund.sequencer.submit, envelope) for envelope in singles]
        for future in futures:
            future.result(20)
    assert len(fund.records) == 14 + 180
    replayed(fund.records)


# -- defects: everybody is told, nobody waits for ever


class DefectError(RuntimeError):
    """What a defect of a rule would raise."""


def broken(*_: object, **__: object) -> NoReturn:
    raise DefectError


def test_a_defect_in_admission_stops_the_sequencer_and_answers_everybody(
    fund: SequencedFund, appends: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:

    def sometimes(state: Any, event: Any, *rest: Any) -> Any:
        if event.body.reference == "poison":
            raise DefectError
        return admit(state, event, *rest)

    monkeypatch.setattr(f"{SEQUENCER}.admit", sometimes)
    poisoned = [fund.cash(), fund.cash(reference="poison"), fund.cash()]
    with ThreadPoolExecutor(4) as pool:
        first, *others = queued_behind_one(fund, appends, pool, poisoned)
        assert isinstance(first.result(10), Receipt)
        errors = [future.exception(10) for future in others]
    assert all(isinstance(error, DefectError | StoreStoppedError) for error in errors)
    assert any(isinstance(error, DefectError) for error in errors)
    monkeypatch.undo()
    with pytest.raises(StoreStoppedError, match="stopped after an error") as caught:
        fund.sequencer.submit(fund.cash())
    assert isinstance(caught.value.__cause__, DefectError)
    assert len(fund.records) == 15
    fund.reopen()
    assert isinstance(fund.sequencer.submit(fund.cash()), Receipt)
    replayed(fund.records)


def test_a_stopped_sequencer_refuses_each_of_a_batch(
    fund: SequencedFund, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{SEQUENCER}.admit", broken)
    with pytest.raises(DefectError):
        fund.sequencer.submit_all([fund.cash()])
    monkeypatch.undo()
    found = fund.sequencer.submit_all([fund.cash(), b"garbage", fund.cash()])
    assert [type(answer).__name__ for answer in found] == [
        "StoreStoppedError",
        "EnvelopeError",
        "StoreStoppedError",
    ]
    assert all(isinstance(answer, LedgerError) for answer in found)


def test_an_interrupted_leader_leaves_nobody_waiting(
    fund: SequencedFund, appends: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt between taking the queue and deciding it loses the tickets, not the threads."""
    queue = fund.sequencer._queue
    commit = queue._commit

    def interrupted(_group: Any) -> NoReturn:
        monkeypatch.setattr(queue, "_commit", commit)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(fund.sequencer.submit, fund.cash())
        assert appends.entered.wait(10)
        others = [pool.submit(fund.sequencer.submit, fund.cash()) for _ in range(3)]
        while len(queue) < 3:
            time.sleep(0.001)
        monkeypatch.setattr(queue, "_commit", interrupted)
        appends.may_go.set()
        assert isinstance(first.result(10), Receipt)
        errors = [future.exception(10) for future in others]
    assert {type(error).__name__ for error in errors} <= {"KeyboardInterrupt", "StoreStoppedError"}
    assert isinstance(fund.sequencer.submit(fund.cash()), Receipt)
