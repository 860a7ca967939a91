from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

from ledger.store.record_store import NewRecord, RecordStore
from tests.support.plain_records import FUND, KIND

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = 20_000
BATCH = 500
RECORD_BYTES = 900
PEAK_BYTES = 4 * 1024 * 1024
"""A page of 1,000 such records is 0.9 MB; all of them would be 18 MB."""


def light(raw: bytes) -> NewRecord:
    """The record of bytes that begin with their position: quick, for many of them."""
    position = int(raw[:8])
    return NewRecord(FUND, position, KIND, raw, f"{position:064x}")


def test_a_long_log_is_loaded_in_bounded_memory(tmp_path: Path) -> None:
    records = (light(b"%08d" % p + b"x" * RECORD_BYTES) for p in range(1, RECORDS + 1))
    with RecordStore.open(tmp_path / "long.db", fund=FUND, parse=light) as store:
        for _ in range(RECORDS // BATCH):
            store.append([next(records) for _ in range(BATCH)])
        assert store.head() == RECORDS
        tracemalloc.start()
        try:
            counted = sum(len(page) for page in store.pages())
            counted_raw = sum(len(page) for page in store.raw_pages())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert counted == counted_raw == RECORDS
    assert peak < PEAK_BYTES
