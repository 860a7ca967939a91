"""The core beside the bare libraries: `python -m tests.benchmarks.core [--events N…]`.

One run, one table: one-at-a-time submission and many clients against the library's one-event save;
batches of 100 against single-core libsodium; start-up of the program; then the audits
(`tests.benchmarks.audits`). Only the ratios mean something; rates are of this host.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.audits import compare
from tests.benchmarks.store_append import bare_library
from tests.benchmarks.submission import batches, clients, one_at_a_time

CLIENTS = (8, 32)
ROUNDS = 3


def start_up() -> float:
    """Milliseconds of `custody --version`, the best of five."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        command = [sys.executable, "-m", "ledger.cli.main", "--version"]
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return min(times) * 1_000


def submissions(rounds: int) -> None:
    """Rounds alternate between the measures, so that a busy host slows all; medians of ratios."""
    ratios: dict[str, list[float]] = {}
    rates: dict[str, list[float]] = {}

    def note(what: str, rate: float, bare: float) -> None:
        ratios.setdefault(what, []).append(rate / bare)
        rates.setdefault(what, []).append(rate)

    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            bare = bare_library(folder)
            note("bare library, one event a save", bare, bare)
            note("one at a time, verified and durable", one_at_a_time(folder), bare)
            for count in CLIENTS:
                note(f"{count} clients, group commit", clients(folder, count), bare)
            note("batches of 100 (to 1-core libsodium)", *batches(folder))
    for what, found in rates.items():
        rate, ratio = statistics.median(found), statistics.median(ratios[what])
        print(f"{what:38} {rate:9,.0f} /s  {ratio:5.2f} x", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000], help="of the audits")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the submissions")
    parser.add_argument("--bean-check", help="Beancount's program, to compare the audit with")
    options = parser.parse_args()
    submissions(options.rounds)
    print(f"{'custody --version':38} {start_up():9,.0f} ms")
    compare(options.events, options.bean_check)


if __name__ == "__main__":
    main()
