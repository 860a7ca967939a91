"""Submitting beside the bare libraries: one at a time, many clients, and batches."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ledger.domain.record import parse_record
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import pae, parse_envelope
from tests.benchmarks.cycles import purchases
from tests.benchmarks.history import Bench

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ledger.signing.dsse import Envelope
    from ledger.signing.keys import PublicKey

SINGLES = 1_500
BATCH = 100
BATCHED = 6_000


def sodium_rate(
    envelopes: Iterable[Envelope], keys: Mapping[str, PublicKey], threads: int
) -> float:
    """Signatures a second that libsodium verifies with so many threads."""
    checks = []
    for envelope in envelopes:
        message = pae(envelope.payload_type, envelope.payload)
        checks += [
            SignatureCheck(keys[sign.keyid], message, sign.sig)
            for sign in envelope.signatures
            if sign.keyid in keys
        ]
    started = time.perf_counter()
    verdicts = verify_all(checks, threads=threads)
    elapsed = time.perf_counter() - started
    assert all(verdicts)
    return len(checks) / elapsed


def envelopes_of(records: Iterable[bytes]) -> list[Envelope]:
    """The envelopes of records."""
    return [parse_record(raw).envelope for raw in records]


def one_at_a_time(folder: Path) -> float:
    """Records a second, each verified, decided and durable before the next is submitted."""
    bench = Bench(folder, "single")
    envelopes = list(purchases(bench.fund, SINGLES // 3))
    started = time.perf_counter()
    bench.submit_each(envelopes)
    elapsed = time.perf_counter() - started
    bench.store.close()
    return len(envelopes) / elapsed


def clients(folder: Path, count: int) -> float:
    """Records a second of so many threads, each submitting its own cycles one after the other."""
    bench = Bench(folder, f"clients-{count}")
    lots = [list(purchases(bench.fund, 2 * SINGLES // 3 // count)) for _ in range(count)]
    threads = [threading.Thread(target=bench.submit_each, args=(lot,)) for lot in lots]
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
    keys = {keyid: entry.key for keyid, entry in bench.sequencer.live.state.keys.items()}
    parsed = [parse_envelope(data) for data in envelopes]
    sodium = sodium_rate(parsed, keys, 1)
    started = time.perf_counter()
    for first in range(0, len(envelopes), BATCH):
        bench.submit_batch(envelopes[first : first + BATCH])
    elapsed = time.perf_counter() - started
    bench.store.close()
    return len(envelopes) / elapsed, sodium
