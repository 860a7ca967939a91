"""The core beside the bare libraries: `python -m tests.benchmarks.core [--events N]`.

One run, one table: one-at-a-time submission and eight clients against the library's one-event save;
batches of 100 against single-core libsodium verification; a full audit against two-core libsodium
verification; start-up of the program. Only the ratios mean something; rates are of this host.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.audit import Evidence, Trust
from ledger.log.note import VerifierKey
from ledger.service.answer import Receipt
from ledger.service.bundle import export_bundle
from ledger.service.checkpoints import make_checkpoint
from ledger.service.sequencer import Sequencer
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import pae, parse_envelope
from ledger.store.record_store import RecordStore
from policies.engine import PolicyEngine
from tests.benchmarks.cycles import begun, purchases
from tests.benchmarks.store_append import bare_library
from tests.support.fund_simulator import FUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.fund_simulator import FundSimulator

SINGLES = 1_500
CLIENTS = (8, 32)
BATCH = 100
BATCHED = 6_000


def sodium_rate(fund: FundSimulator, envelopes: Sequence[bytes], threads: int) -> float:
    """Signatures a second that libsodium verifies."""
    keys = {entry.keyid: entry for entry in (s.public_key for s in fund.signers.values())}
    checks = []
    for data in envelopes:
        envelope = parse_envelope(data)
        message = pae(envelope.payload_type, envelope.payload)
        checks += [SignatureCheck(keys[s.keyid], message, s.sig) for s in envelope.signatures]
    started = time.perf_counter()
    verdicts = verify_all(checks, threads=threads)
    elapsed = time.perf_counter() - started
    assert all(verdicts)
    return len(checks) / elapsed


class Bench:
    """A store and its sequencer over a begun fund."""

    def __init__(self, folder: Path, name: str) -> None:
        self.fund, made = begun()
        self.store = RecordStore.open(folder / f"{name}.db", fund=FUND)
        self.sequencer = Sequencer(self.store, PolicyEngine(), lambda: self.fund.now)
        self.fund.tick()
        self.submit_all(made)

    def submit_all(self, envelopes: Sequence[bytes], threads: int = 1) -> None:
        for data in envelopes if threads == 0 else ():
            assert isinstance(self.sequencer.submit(data), Receipt)
        if threads:
            # A key enrolled in a batch is unknown to it: the constitution goes first, alone.
            start = 1 if self.sequencer.live.state.position == 0 else 0
            for data in envelopes[:start]:
                self.sequencer.submit(data)
            for answer in self.sequencer.submit_all(envelopes[start:], threads=threads):
                assert isinstance(answer, Receipt), answer


def one_at_a_time(folder: Path) -> float:
    bench = Bench(folder, "single")
    envelopes = list(purchases(bench.fund, SINGLES // 3))
    started = time.perf_counter()
    bench.submit_all(envelopes, threads=0)
    elapsed = time.perf_counter() - started
    bench.store.close()
    return len(envelopes) / elapsed


def clients(folder: Path, count: int) -> float:
    """Each client submits its own cycles one after the other."""
    bench = Bench(folder, f"clients-{count}")
    lots = [list(purchases(bench.fund, SINGLES // 3 // count)) for _ in range(count)]
    threads = [
        threading.Thread(target=bench.submit_all, args=(lot,), kwargs={"threads": 0})
        for lot in lots
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    bench.store.close()
    return sum(map(len, lots)) / elapsed


def batches(folder: Path) -> tuple[float, float]:
    """(records a second in batches of 100, single-core signature verifications a second)."""
    bench = Bench(folder, "batches")
    envelopes = list(purchases(bench.fund, BATCHED // 3))
    sodium = sodium_rate(bench.fund, envelopes, 1)
    started = time.perf_counter()
    for first in range(0, len(envelopes), BATCH):
        bench.submit_all(envelopes[first : first + BATCH], threads=2)
    elapsed = time.perf_counter() - started
    bench.store.close()
    return len(envelopes) / elapsed, sodium


def audit(folder: Path, events: int) -> tuple[float, float, int]:
    """(signatures a second of an audit, two-core verifications a second, records)."""
    bench = Bench(folder, "audit")
    envelopes = list(purchases(bench.fund, events // 3))
    for first in range(0, len(envelopes), 500):
        bench.submit_all(envelopes[first : first + 500], threads=2)
    high_water = folder / "checkpoint"
    make_checkpoint(bench.store, bench.sequencer.live, bench.fund.log_signer, high_water)
    export_bundle(bench.store, folder / "bundle", log_key=bench.fund.log_key)
    sodium = sodium_rate(bench.fund, envelopes[:30_000], 2)
    trust = Trust(VerifierKey(FUND, bench.fund.log_signer.public_key), None)
    bench.store.close()
    started = time.perf_counter()
    report = Evidence.open(folder / "bundle", trust=trust).verify(jobs=2)
    elapsed = time.perf_counter() - started
    assert report.verdict == "valid", report.findings[:3]
    return report.signatures / elapsed, sodium, report.size


def start_up() -> float:
    """Milliseconds of `custody --version`, the best of five."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        command = [sys.executable, "-m", "ledger.cli.main", "--version"]
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return min(times) * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="records of the audit")
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = bare_library(folder)
        print(f"bare library, one event a save        {bare:10,.0f} /s")
        single = one_at_a_time(folder)
        print(f"one at a time, verified and durable   {single:10,.0f} /s  {single / bare:5.2f} x")
        for count in CLIENTS:
            rate = clients(folder, count)
            ratio = rate / bare
            print(f"{count:2} clients, group commit             {rate:10,.0f} /s  {ratio:5.2f} x")
        rate, sodium = batches(folder)
        print(f"batches of 100 (to 1-core libsodium)  {rate:10,.0f} /s  {rate / sodium:5.2f} x")
        rate, sodium, size = audit(folder, events)
        print(
            f"audit of {size:,} (to 2-core libsodium) {rate:10,.0f} sig/s  {rate / sodium:5.2f} x"
        )
    print(f"custody --version                     {start_up():10,.0f} ms")


if __name__ == "__main__":
    main()
