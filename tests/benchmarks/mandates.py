"""What real law costs: `python -m tests.benchmarks.mandates [--records N]`.

Two questions of one history: how much longer admission takes under the largest real book than
under the reference book, and whether asking what another book would have decided of the whole
history keeps up with an audit of it. Rounds alternate; the ratios count, the rates are this host's.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.domain.admit import admit
from ledger.domain.apply import advance
from ledger.domain.mandates import RecordedBook
from ledger.domain.outcome import Rejection
from ledger.kernel.instants import add_days
from ledger.rehearsal.what_if import what_if
from ledger.service.live import load
from ledger.store.record_store import RecordStore
from policies.book import read_book, shipped_book, shipped_books
from policies.engine import PolicyEngine
from tests.benchmarks.audits import audited
from tests.benchmarks.cycles import purchases
from tests.benchmarks.history import long_history
from tests.support.fund_simulator import FUND, FundSimulator

if TYPE_CHECKING:
    from ledger.domain.state import State
    from ledger.domain.verified import VerifiedEvent

DECISIONS = 2_000
ROUNDS = 9
WINDOW_DAYS = 740


def largest_book() -> str:
    """The shipped book of a real regime with the most rules."""
    sizes = {name: len(shipped_book(name)["rules"]) for name in shipped_books()}
    return max((name for name in sizes if name != "reference"), key=lambda name: sizes[name])


def lived(folder: Path) -> State:
    """The state at the end of the history, with two years of daily observations."""
    with RecordStore.open(folder / "history.db", fund=FUND, read_only=True) as store:
        return load(store, PolicyEngine()).state


def observe(state: State, fund: FundSimulator) -> None:
    """Daily market capitalisations, as `observation.recorded` would leave them."""
    from ledger.domain.observed import ObservedSeries  # noqa: PLC0415 - only here

    series = ObservedSeries("USD")
    for back in range(WINDOW_DAYS, 0, -1):
        series.put(add_days(fund.now[:10], -back), 6 * 10**29, state.position)
    state.observations["market_cap", "BTC"] = series


def governed(state: State, value: dict[str, Any]) -> State:
    """The state under one book, in place of its own; the rest is shared."""
    assert state.mandate is not None
    mandate = replace(state.mandate, books=("book",))
    return replace(state, books={"book": RecordedBook(1, read_book(value))}, mandate=mandate)


def seconds(state: State, event: VerifiedEvent, now: str) -> float:
    """Seconds of so many decisions of one event in one state."""
    engine = PolicyEngine()
    answer = admit(state, event, now, engine)
    assert not isinstance(answer, Rejection), answer
    started = time.perf_counter()
    for _ in range(DECISIONS):
        admit(state, event, now, engine)
    return time.perf_counter() - started


def admission(folder: Path) -> None:
    """The ratio of the two books, and what they say."""
    fund = FundSimulator()
    state = lived(folder)
    fund.now, fund.state, fund._count = state.recorded_at, state, 10**9
    fund.tick()
    observe(state, fund)
    envelope = next(iter(purchases(fund, 1)))
    event = fund.verify(envelope)
    advance(state, event, fund.now)
    name = largest_book()
    states = {one: governed(state, shipped_book(one)) for one in ("reference", name)}
    found: dict[str, list[float]] = {one: [] for one in states}
    for _ in range(ROUNDS):
        for one, under in states.items():
            found[one].append(seconds(under, event, fund.now))
    for one, times in found.items():
        micros = statistics.median(times) / DECISIONS * 1_000_000
        rules = len(shipped_book(one)["rules"])
        print(f"{one:38} {micros:9,.1f} us a decision  ({rules} rules)", flush=True)
    ratio = statistics.median(b / a for a, b in zip(*found.values(), strict=True))
    print(f"{'largest real book to the reference':38} {ratio:9.2f} x   (at most 2)", flush=True)


def whole_history(folder: Path, vkey: str) -> None:
    """The rate of what-if beside that of a full audit."""
    name = largest_book()
    with RecordStore.open(folder / "history.db", fund=FUND, read_only=True) as store:
        started = time.perf_counter()
        asked = what_if(
            (raw for page in store.raw_pages() for raw in page),
            [read_book(shipped_book(name))],
            PolicyEngine(),
        )
        spent = time.perf_counter() - started
    audit = audited(folder, vkey)
    # Both walk the whole history; approvals and the charter's own are replayed, not asked about.
    rate, audited_rate = audit["records"] / spent, audit["records"] / audit["milliseconds"] * 1_000
    print(f"{'what-if of ' + name:38} {rate:9,.0f} records/s")
    print(f"{'':38} {asked.events:9,} asked about, {len(asked.differences):,} differ")
    print(f"{'full audit':38} {audited_rate:9,.0f} records/s")
    print(f"{'what-if to audit':38} {rate / audited_rate:9.2f} x   (at least 1)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vkey = long_history(folder, options.records)
        admission(folder)
        whole_history(folder, vkey)


if __name__ == "__main__":
    main()
