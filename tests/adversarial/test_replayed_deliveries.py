"""Every envelope comes three times, from eight clients at once, in any order.

Over a real store: whatever the network does, each is recorded once, and everybody is told the same.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.record import event_id_of, parse_record
from ledger.kernel.errors import AuthorityError
from ledger.service.answer import Receipt, Rejected
from ledger.signing.dsse import parse_envelope
from tests.support.fund_simulator import GROUNDS, replayed
from tests.support.sequenced_fund import Clock, SequencedFund, beginning
from tests.support.tally import tally
from tests.support.thousand_events import thousand_events

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.service.answer import Answer

CLIENTS = 8
DELIVERIES = 3


@dataclass
class Answers:
    """Every answer to every envelope, as the clients got them."""

    told: dict[str, list[Answer]] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, envelope: bytes, answer: Answer) -> None:
        with self.lock:
            self.told.setdefault(id_of(envelope), []).append(answer)


def id_of(envelope: bytes) -> str:
    return event_id_of(parse_envelope(envelope).payload)


def varied(fund: SequencedFund, count: int) -> list[bytes]:
    """Envelopes that can be recorded in any order: of money, prices, facts, and proposals."""
    signer, made = fund.signer, []
    usd = {"currency": "USD", "amount": "1000"}
    purchase: dict[str, Any] = {
        "asset": "BTC", "units": "0.1", "max_consideration": usd,
        "counterparty": "exchange-one", "account": "cold-1", **GROUNDS,
    }  # fmt: skip
    price: dict[str, Any] = {
        "asset": "BTC", "currency": "USD", "price": "40000", "source": "Exchange One",
        "market": "spot", "observed_at": signer.now, **GROUNDS,
    }  # fmt: skip
    transfer: dict[str, Any] = {
        "asset": "BTC", "units": "1", "from_account": "cold-1", "to_account": "cold-2", **GROUNDS,
    }  # fmt: skip
    for number in range(count):
        author = ("aigerim", "bolat")[number % 2]
        turn = number % 5
        if turn == 0:
            members = signer.members("acquisition.proposed", "aigerim", **purchase)
        elif turn == 1:
            members = signer.members("price.observed", author, **price)
        elif turn == 2:  # there is nothing to move: recorded as refused
            members = signer.members("transfer.proposed", "aigerim", **transfer)
        else:
            made.append(fund.cash(author=author, amount={"currency": "USD", "amount": "7"}))
            continue
        made.append(signer.sign(members))
    return made


def deliver(fund: SequencedFund, envelopes: list[bytes], seed: int) -> Answers:
    """Eight clients send each envelope three times in all, in random order."""
    chance = Random(seed)  # noqa: S311 - an order, not a secret
    deliveries = [envelope for envelope in envelopes for _ in range(DELIVERIES)]
    chance.shuffle(deliveries)
    answers, begin = Answers(), threading.Barrier(CLIENTS)

    def client(number: int) -> None:
        begin.wait()
        for envelope in deliveries[number::CLIENTS]:
            try:
                answers.add(envelope, fund.sequencer.submit(envelope))
            except BaseException as error:  # noqa: BLE001 - every failure is looked at below
                answers.errors.append(error)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return answers


def said(receipt: Receipt) -> tuple[Any, ...]:
    """What a receipt says, apart from whether it came again."""
    bare = replace(receipt, repeated=False, outcome=receipt.outcome)
    return bare.event_id, bare.position, bare.recorded_at, bare.outcome.render()


def check_once(fund: SequencedFund, envelopes: list[bytes], answers: Answers) -> None:
    """Each is recorded once; all of its receipts say the same, one of them for the first time."""
    records = fund.records
    stored = [parse_record(raw).event_id for raw in records]
    assert len(stored) == len(set(stored))
    assert set(stored[len(beginning()) :]) == {id_of(envelope) for envelope in envelopes}
    for event_id, told in answers.told.items():
        receipts = [answer for answer in told if isinstance(answer, Receipt)]
        assert len(receipts) == len(told) == DELIVERIES
        assert len({said(receipt) for receipt in receipts}) == 1
        assert [receipt.repeated for receipt in receipts].count(False) == 1
        record = parse_record(records[receipts[0].position - 1])
        assert (record.event_id, record.outcome.render()) == (
            event_id,
            receipts[0].outcome.render(),
        )
    assert [parse_record(raw).position for raw in records] == list(range(1, len(records) + 1))
    replayed(records)


def delivered_once(path: Path, count: int, seed: int) -> None:
    fund = SequencedFund(path).begin()
    envelopes = varied(fund, count)
    answers = deliver(fund, envelopes, seed)
    assert (len(answers.told), answers.errors) == (count, [])
    check_once(fund, envelopes, answers)
    digest = fund.digest
    again = deliver(fund.reopen(), envelopes[::7], seed + 1)  # another day, another process
    assert fund.digest == digest
    assert all(
        isinstance(answer, Receipt) and answer.repeated
        for told in again.told.values()
        for answer in told
    )
    fund.store.close()


def test_a_hundred_envelopes_three_times_by_eight_clients(tmp_path: Path) -> None:
    delivered_once(tmp_path / "ledger.db", 100, 0)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1, 4))
def test_a_thousand_envelopes_three_times_by_eight_clients(tmp_path: Path, seed: int) -> None:
    delivered_once(tmp_path / "ledger.db", 1_000, seed)
    tally("envelopes delivered three times in random order by eight clients", 1_000, 1_000)


# -- two bodies under one reference


def contested(path: Path, count: int, seed: int) -> None:
    """Of two bodies under one reference one is recorded, and the other is told so every time."""
    fund = SequencedFund(path).begin()
    pairs = [
        [
            fund.cash(reference=f"IC-{number}", amount={"currency": "USD", "amount": amount})
            for amount in ("1", "2")
        ]
        for number in range(count)
    ]
    answers = deliver(fund, [envelope for pair in pairs for envelope in pair], seed)
    assert answers.errors == []
    stored = {parse_record(raw).event_id for raw in fund.records}
    for pair in pairs:
        won, lost = sorted(map(id_of, pair), key=lambda event_id: event_id not in stored)
        assert {won, lost} & stored == {won}
        assert len({said(a) for a in answers.told[won] if isinstance(a, Receipt)}) == 1
        assert all(isinstance(answer, Receipt) for answer in answers.told[won])
        codes = {a.rejection.code for a in answers.told[lost] if isinstance(a, Rejected)}
        assert codes == {"reference_used"}
        assert all(isinstance(answer, Rejected) for answer in answers.told[lost])
    assert len(stored) == len(beginning()) + count
    replayed(fund.records)
    fund.store.close()


def test_of_two_bodies_under_one_reference_one_is_recorded(tmp_path: Path) -> None:
    contested(tmp_path / "ledger.db", 20, 0)


@pytest.mark.deep
def test_of_two_hundred_pairs_under_one_reference_one_each_is_recorded(tmp_path: Path) -> None:
    contested(tmp_path / "ledger.db", 200, 1)
    tally("pairs of bodies under one reference, by eight clients", 200, 200)


# -- a whole life in any order

MOMENT = "2026-02-02T12:00:00.000000Z"
"""Late enough for every event of the life, and before all but the short-lived ones expire."""


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(3))
def test_a_life_delivered_in_any_order_is_a_log_all_the_same(tmp_path: Path, seed: int) -> None:
    """Most of it is refused or rejected then; what is recorded is recorded once, and follows."""
    fund = SequencedFund(tmp_path / "ledger.db", Clock(MOMENT))
    first, *rest = [event.envelope for event in thousand_events().verified]
    fund.submit(first)
    answers = deliver(fund, rest, seed)
    assert {type(error) for error in answers.errors} <= {AuthorityError}  # keys not yet enrolled
    records = fund.records
    stored = {parse_record(raw).event_id: parse_record(raw) for raw in records}
    assert len(stored) == len(records) > 300
    for event_id, told in answers.told.items():
        receipts = [answer for answer in told if isinstance(answer, Receipt)]
        assert len({said(receipt) for receipt in receipts}) == bool(receipts)
        assert (event_id in stored) == bool(receipts)
        assert [receipt.repeated for receipt in receipts].count(False) == bool(receipts)
    replayed(records)
    digest = fund.digest
    assert fund.reopen().digest == digest
    fund.store.close()
    tally("events of a whole life delivered in any order, recorded at most once", len(rest),
          len(rest))  # fmt: skip
