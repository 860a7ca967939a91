"""A sequencer over a real store, and a simulated fund that signs what is submitted to it.

The simulator lives the same life beside the store: what the sequencer stores must be its records.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ledger.domain.digest import state_digest
from ledger.domain.record import parse_record
from ledger.kernel.canonical import encode
from ledger.service.answer import Receipt
from ledger.service.sequencer import Sequencer
from ledger.signing.dsse import render_envelope
from ledger.store.record_store import RecordStore
from policies.engine import PolicyEngine
from tests.support.fund_simulator import FUND, GROUNDS, START, FundSimulator

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = PolicyEngine()


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    now: str = START

    def __call__(self) -> str:
        return self.now


def envelope_of(raw: bytes) -> bytes:
    """The envelope's canonical bytes in a record."""
    return render_envelope(parse_record(raw).envelope)


def stored(store: RecordStore) -> list[bytes]:
    """Every record of a store."""
    return [raw for page in store.raw_pages() for raw in page]


def cash(fund: FundSimulator, **fields: Any) -> bytes:
    """A signed event that is effective at any moment and in any order."""
    said = {
        "direction": "out",
        "amount": {"currency": "USD", "amount": "100"},
        "category": "custody_fee",
        **GROUNDS,
        **fields,
    }
    return fund.sign(fund.members("cash.recorded", said.pop("author", "aigerim"), **said))


def with_bad_signature(envelope: bytes) -> bytes:
    """The envelope with one bit of its first signature flipped."""
    value = json.loads(envelope)
    signature = bytearray(base64.b64decode(value["signatures"][0]["sig"]))
    signature[5] ^= 1
    value["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    return encode(value)


@cache
def beginning() -> tuple[bytes, ...]:
    """The records of a fund that is constituted, registered and under the reference mandate."""
    return tuple(FundSimulator().begin().records)


@cache
def last_instant() -> str:
    """When the last of them was recorded."""
    return parse_record(beginning()[-1]).recorded_at


@dataclass
class SequencedFund:
    """A store at `path` under a sequencer, with a signer of further events beside it."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    signer: FundSimulator = field(default_factory=FundSimulator)
    store: RecordStore = field(init=False)
    sequencer: Sequencer = field(init=False)

    def __post_init__(self) -> None:
        self.signer._count = 1_000  # references that the beginning did not use
        self.open()

    def open(self, **options: Any) -> SequencedFund:
        """Open the store and load the sequencer, as a new process does."""
        self.store = RecordStore.open(self.path, fund=FUND)
        self.sequencer = Sequencer(self.store, ENGINE, self.clock, **options)
        return self

    def reopen(self, **options: Any) -> SequencedFund:
        """Close the store and open it again."""
        self.store.close()
        return self.open(**options)

    def begin(self) -> SequencedFund:
        """Submit the beginning, each event at its own time."""
        for raw in beginning():
            self.clock.now = parse_record(raw).recorded_at
            assert isinstance(self.sequencer.submit(envelope_of(raw)), Receipt)
        self.signer.now = self.clock.now
        return self

    def submit(self, envelope: bytes) -> Receipt:
        """Submit what must be recorded."""
        answer = self.sequencer.submit(envelope)
        assert isinstance(answer, Receipt), answer
        return answer

    def cash(self, **fields: Any) -> bytes:
        """A signed event that is effective at any moment and in any order."""
        return cash(self.signer, **fields)

    @property
    def records(self) -> list[bytes]:
        """What is stored."""
        return stored(self.store)

    @property
    def digest(self) -> str:
        """The digest of the live state."""
        return state_digest(self.sequencer.live.state)
