"""Histories for benchmarks: a store with its sequencer, and a long log as an auditor gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ledger.log.note import VerifierKey, render_vkey
from ledger.service.answer import Receipt
from ledger.service.bundle import export_bundle
from ledger.service.checkpoints import make_checkpoint
from ledger.service.sequencer import Sequencer
from ledger.store.record_store import RecordStore
from policies.engine import PolicyEngine
from tests.benchmarks.cycles import begun, purchases
from tests.support.fund_simulator import FUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.support.fund_simulator import FundSimulator

    Cycles: TypeAlias = Callable[[FundSimulator, int], Iterator[bytes]]

CYCLES_AT_ONCE = 160
EARLIER = 0.9
"""How much of a long history the earlier checkpoint covers."""


class Bench:
    """A store and its sequencer over a begun fund."""

    def __init__(self, folder: Path, name: str) -> None:
        self.fund, made = begun()
        self.store = RecordStore.open(folder / f"{name}.db", fund=FUND)
        self.sequencer = Sequencer(self.store, PolicyEngine(), lambda: self.fund.now)
        self.fund.tick()
        # A key enrolled in a batch is unknown to it: the constitution goes first, alone.
        self.submit_each(made[:1])
        self.submit_batch(made[1:])

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.sequencer.live.state.position

    def submit_each(self, envelopes: Sequence[bytes]) -> None:
        """One at a time, each durable before the next."""
        for data in envelopes:
            assert isinstance(self.sequencer.submit(data), Receipt)

    def submit_batch(self, envelopes: Sequence[bytes]) -> None:
        """All at once, verified by two threads."""
        for answer in self.sequencer.submit_all(envelopes, threads=2):
            assert isinstance(answer, Receipt), answer

    def checkpoint(self, place: Path) -> None:
        """Sign the present size and root."""
        make_checkpoint(self.store, self.sequencer.live, self.fund.log_signer, place)


def long_history(folder: Path, records: int, cycles: Cycles = purchases) -> str:
    """Make `history.db`, `bundle` and the `earlier` checkpoint; the log's verifier key."""
    bench = Bench(folder, "history")
    high_water, earlier = folder / "high-water", folder / "earlier"
    while bench.size < records:
        bench.fund.tick(seconds=60)
        bench.submit_batch(list(cycles(bench.fund, CYCLES_AT_ONCE)))
        if not earlier.exists() and bench.size >= records * EARLIER:
            bench.checkpoint(high_water)
            earlier.write_bytes(high_water.read_bytes())
    bench.checkpoint(high_water)
    export_bundle(bench.store, folder / "bundle", log_key=bench.fund.log_key)
    bench.store.close()
    return render_vkey(VerifierKey(FUND, bench.fund.log_signer.public_key))
