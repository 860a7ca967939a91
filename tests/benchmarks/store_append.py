"""Durable appends beside the bare library: `python -m tests.benchmarks.store_append`.

The library saves one event of an aggregate a time with its stock SQLite recorder; both sync each
commit. Rounds alternate, so that a busy host slows both; only the ratios mean something.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from ledger.store.record_store import RecordStore
from tests.support.plain_records import FUND, plain_records

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
EVENTS = 1_000
PADDING = "x" * 200


class Account(Aggregate):
    """What the library's own examples store: an aggregate with one more event each time."""

    def __init__(self) -> None:
        self.last = ""

    @event("Moved")
    def move(self, note: str) -> None:
        self.last = note


def bare_library(folder: Path) -> float:
    """Events a second that `Application.save` stores, one a commit, of about our record's size."""
    name = f"file:{folder}/bare.db"
    app = Application[UUID](
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": name}
    )
    account = Account()
    app.save(account)
    note = PADDING + "y" * 600
    started = time.perf_counter()
    for _ in range(EVENTS):
        account.move(note)
        app.save(account)
    elapsed = time.perf_counter() - started
    app.close()
    return EVENTS / elapsed


def record_store(folder: Path, batch: int) -> float:
    """Records a second that `RecordStore.append` stores, `batch` a commit."""
    records = plain_records(1, EVENTS * (10 if batch > 1 else 1), padding=PADDING)
    with RecordStore.open(folder / f"store-{batch}.db", fund=FUND) as store:
        started = time.perf_counter()
        for first in range(0, len(records), batch):
            store.append(records[first : first + batch])
        return len(records) / (time.perf_counter() - started)


def main() -> None:
    """Print the median rates and their ratios to the bare library's."""
    measures: dict[str, Callable[[Path], float]] = {
        "bare library, one event a save": bare_library,
        "store, one record an append": lambda folder: record_store(folder, 1),
        "store, 10 records an append": lambda folder: record_store(folder, 10),
        "store, 100 records an append": lambda folder: record_store(folder, 100),
    }
    rates: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            for name, measure in measures.items():
                rates[name].append(measure(Path(folder)))
    bare = statistics.median(rates["bare library, one event a save"])
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"{name:32} {rate:9.0f}/s  {rate / bare:6.2f}")


if __name__ == "__main__":
    main()
