"""Auditing a long log: `python -m tests.benchmarks.audits --events 100000 1000000`.

Each audit runs in a process of its own, which measures itself: seconds, signatures, the peak of
its memory (`VmHWM`; that of its workers beside it), and then what libsodium alone verifies with two
threads. `rebuild` replays the store without signatures, as a service does at its
start. With `--bean-check PATH` Beancount loads the same history as plain text, where no signature
is checked and nothing is decided: a transaction for what moves units or money, a `custom` line
for a proposal or an approval. Of purchases one record in three is a transaction, of cash every one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from ledger.audit import Evidence, Trust
from ledger.kernel import canonical
from ledger.log.note import parse_vkey
from ledger.projections.holdings import HoldingsProjection
from ledger.service.live import load
from ledger.store.record_store import RecordStore
from policies.engine import PolicyEngine
from tests.benchmarks.cycles import cash
from tests.benchmarks.history import long_history
from tests.benchmarks.submission import envelopes_of, sodium_rate
from tests.support.fund_simulator import FUND, OFFICES, signer_of

JOBS = 2
SODIUM_RECORDS = 20_000
PURCHASE = """{day} custom "acquisition.proposed" "aigerim-{number}" 0.01 BTC 400.00 USD
{day} custom "approval.given" "daniyar-{number}"
{day} * "exchange-one" "bolat-{number}"
  Assets:Custody:Cold  0.01 BTC {{40000.00 USD}}
  Assets:Cash  -400.00 USD
"""
CASH = """{day} * "cash" "aigerim-{number}"
  Assets:Cash  400.00 USD
  Income:Other  -400.00 USD
"""


def peak_of(status: Path) -> int:
    """The peak of a process's memory in MB, as its status file tells."""
    for line in status.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


class Peaks:
    """The highest peak of any worker of this process, looked at while the audit goes on."""

    def __init__(self) -> None:
        self.worker = 0

    def look(self, _done: int, _total: int) -> None:
        me = os.getpid()
        for name in Path(f"/proc/{me}/task/{me}/children").read_text().split():
            try:
                self.worker = max(self.worker, peak_of(Path(f"/proc/{name}/status")))
            except OSError:
                continue


def sodium_of(folder: Path, vkeys: dict[str, Any]) -> float:
    """What libsodium verifies of this log's own signatures with two threads."""
    with RecordStore.open(folder / "history.db", fund=FUND, read_only=True) as store:
        records = [raw for page in islice(store.raw_pages(), 40) for raw in page]
    return sodium_rate(envelopes_of(records[:SODIUM_RECORDS]), vkeys, JOBS)


def measure(folder: Path, vkey: str, resume: bool) -> dict[str, Any]:  # noqa: FBT001 - a mode
    """One audit in this process."""
    officers = [signer_of(f"{FUND}:{name}").public_key for name in OFFICES]
    keys = {key.keyid: key for key in officers}
    peaks = Peaks()
    evidence = Evidence.open(folder / "bundle", trust=Trust(parse_vkey(vkey), None))
    since = (folder / "earlier").read_bytes() if resume else None
    started = time.perf_counter()
    report = evidence.verify(since=since, resume=resume, jobs=JOBS, progress=peaks.look)
    seconds = time.perf_counter() - started
    assert report.verdict == "valid", report.findings[:3]
    peak = peak_of(Path("/proc/self/status"))
    # Only now: the questions put to libsodium fill memory of their own.
    sodium = statistics.mean(sodium_of(folder, keys) for _ in range(3))
    return {
        "milliseconds": round(seconds * 1000),
        "signatures": report.signatures,
        "records": report.size,
        "peak": peak,
        "worker": peaks.worker,
        "sodium": round(sodium),
    }


def audited(folder: Path, vkey: str, *, resume: bool = False) -> dict[str, Any]:
    """One audit in a fresh process."""
    mode = "resume" if resume else "full"
    program = [sys.executable, "-m", "tests.benchmarks.audits"]
    command = [*program, "--measure", mode, vkey, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True)
    return canonical.decode_object(done.stdout.splitlines()[-1])


def rebuilt(folder: Path) -> float:
    """Seconds to replay the store into state and holdings, no signature checked."""
    holdings = HoldingsProjection()
    with RecordStore.open(folder / "history.db", fund=FUND, read_only=True) as store:
        started = time.perf_counter()
        load(
            store,
            PolicyEngine(),
            observe=lambda record, _event, made: holdings.fold(record.position, made),
        )
        return time.perf_counter() - started


def plain_text(folder: Path, cycle: str, cycles: int, bean_check: str) -> float:
    """Seconds in which Beancount loads and checks so many cycles."""
    place = folder / "history.beancount"
    with place.open("w") as file:
        for account in ("Assets:Custody:Cold", "Assets:Cash", "Income:Other"):
            file.write(f"2026-01-01 open {account}\n")
        for number in range(cycles):
            file.write(cycle.format(day="2026-01-05", number=number))
    started = time.perf_counter()
    subprocess.run([bean_check, "--no-cache", str(place)], check=True, capture_output=True)
    return time.perf_counter() - started


def row(of: str, found: dict[str, Any]) -> None:
    seconds = found["milliseconds"] / 1000
    rate = found["signatures"] / seconds
    print(
        f"{of:24} {found['records']:9,} records {seconds:8.2f} s {rate:9,.0f} sig/s"
        f"  {rate / found['sodium']:5.2f} x of {found['sodium']:,}"
        f"  peak {found['peak']} MB, worker {found['worker']} MB",
        flush=True,
    )


def beside(of: str, size: int, plain: float, audit: float, rebuild: float) -> None:
    """How much faster than plain text the audit and the rebuild are."""
    print(
        f"{f'beancount, {of}':24} {size:9,} records {plain:8.2f} s"
        f"  audit {plain / audit:.1f} x, rebuild {plain / rebuild:.1f} x faster",
        flush=True,
    )


def compare(events: list[int], bean_check: str | None) -> None:
    """Print a row for each size, and what growth from the first to the last means."""
    times = {}
    for size in events:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            vkey = long_history(folder, size)
            found = audited(folder, vkey)
            times[size] = found["milliseconds"] / 1000
            row("full audit", found)
            row("resumed at nine tenths", audited(folder, vkey, resume=True))
            seconds = rebuilt(folder)
            print(f"{'rebuild of holdings':24} {found['records']:9,} records {seconds:8.2f} s")
            if bean_check:
                plain = plain_text(folder, PURCHASE, size // 3, bean_check)
                beside("purchases", size, plain, times[size], seconds)
    if bean_check:
        size = events[0]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found = audited(folder, long_history(folder, size, cash))
            row("full audit, cash", found)
            plain = plain_text(folder, CASH, size, bean_check)
            beside("cash", size, plain, found["milliseconds"] / 1000, rebuilt(folder))
    if len(events) > 1:
        first, last = events[0], events[-1]
        print(f"time({last:,}) / time({first:,}) = {times[last] / times[first]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000])
    parser.add_argument("--bean-check", help="Beancount's program, to compare with")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        mode, vkey, folder = options.measure
        found = measure(Path(folder), vkey, mode == "resume")
        sys.stdout.buffer.write(canonical.encode(found) + b"\n")
        return
    compare(options.events, options.bean_check)


if __name__ == "__main__":
    main()
