"""A whole run of a fund in a process of its own, to be crashed: every step acknowledged when done.

    python -m tests.support.crash_child serve

serves runs: it imports everything once, and forks a process for each run, which waits at a gate
until whoever wants to crash it is ready (`tests.support.crash_runs` speaks with it). `once PLAN
TWISTS FOLDER` is one run without server and gate. The fund lies in `fund` under the run's folder;
beside it the run appends lines to the file `said`, each in one `writev`, so that no other call is
taken for an acknowledgement:

    record POSITION EVENT_ID      a receipt was given
    checkpoint SIZE               a checkpoint was signed and kept inside and outside the store
    tiles SIZE                    every full tile under that size is cached
    bundle SIZE                   the evidence bundle is exported
    archive SIZE                  and its zip
    unknown EVENT_ID CODE         (of many clients) the answer was an error
    error CODE, done, crashed     how it ended; after `crashed` the traceback is in `stderr`

A run submits its whole plan, whatever an earlier run recorded of it, and so goes on where that one
was broken off. It closes the store half way and opens it again.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.domain.record import event_id_of, parse_record
from ledger.kernel.errors import LedgerError
from ledger.projections.holdings import HoldingsProjection
from ledger.service.answer import Receipt
from ledger.service.bundle import export_bundle, zip_bundle
from ledger.service.checkpoints import check_high_water, make_checkpoint, read_high_water
from ledger.service.live import load
from ledger.service.sequencer import Sequencer
from ledger.service.tiles import StoredTiles
from ledger.signing.dsse import parse_envelope
from ledger.store.record_store import NewRecord, RecordStore
from tests.support.crash_plan import plan
from tests.support.crash_twists import number, twisted
from tests.support.fund_simulator import FUND, FundSimulator
from tests.support.sequenced_fund import ENGINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ledger.domain.record import Record
    from ledger.domain.state import Posting
    from ledger.domain.verified import VerifiedEvent
    from ledger.service.live import LiveState
    from tests.support.crash_plan import Plan

    Say = Callable[[str], None]

SEALED_EVERY = 5
"""Groups between checkpoints."""
_ANY_TRACER = (0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, PR_SET_PTRACER_ANY


@dataclass
class Opened:
    """The fund at work: its store, its sequencer, its holdings, and a clock that a run sets."""

    folder: Path
    store: RecordStore
    holdings: HoldingsProjection
    live: LiveState
    instant: str = ""

    def __post_init__(self) -> None:
        self.sequencer = Sequencer(self.store, ENGINE, self.now, live=self.live)

    def now(self) -> str:
        """The instant set by the run; a group that was recorded before comes later."""
        return max(self.instant, self.sequencer.live.state.recorded_at)

    def seal(self) -> int:
        """Make a checkpoint; its size."""
        signer = FundSimulator().log_signer
        live = self.sequencer.live
        return make_checkpoint(self.store, live, signer, self.folder / "checkpoint")[0].size


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    """Start as the program does: open, load with the holdings, hold against the checkpoint."""
    holdings = HoldingsProjection()

    def fold(record: Record, _: VerifiedEvent, postings: tuple[Posting, ...]) -> None:
        holdings.fold(record.position, postings)

    with RecordStore.open(folder / "ledger.db", fund=FUND) as store:
        outside = read_high_water(folder / "checkpoint")
        watched = [outside[0].size] if outside else []
        live = load(store, ENGINE, observe=fold, watch=watched)
        if outside is not None:
            check_high_water(live, *outside)
        yield Opened(folder, store, holdings, live)


def run(folder: Path, what: Plan, say: Say, *, told: bool = True) -> None:
    """Everything in a plan, and then its evidence. Raises what the product raises."""
    half = len(what.groups) // 2
    for groups in (what.groups[:half], what.groups):
        with opened(folder) as fund:
            for count, (instant, envelopes) in enumerate(groups, start=1):
                fund.instant = instant
                for receipt in _submitted(fund, envelopes):
                    if told:
                        say(f"record {receipt.position} {receipt.event_id}")
                if count % SEALED_EVERY == 0:
                    say(f"checkpoint {fund.seal()}")
            size = fund.seal()
            say(f"checkpoint {size}")
            StoredTiles(fund.store, size).fill_cache()
            say(f"tiles {size}")
    export(folder, say)


def _submitted(fund: Opened, envelopes: tuple[bytes, ...]) -> list[Receipt]:
    submit, submit_all = fund.sequencer.submit, fund.sequencer.submit_all
    answers = submit_all(envelopes) if envelopes[1:] else [submit(envelopes[0])]
    receipts = []
    for answer in answers:
        if isinstance(answer, LedgerError):
            raise answer
        assert isinstance(answer, Receipt), answer
        receipts.append(answer)
    return receipts


def export(folder: Path, say: Say) -> None:
    """The bundle and its zip, unless they are there from an earlier run."""
    bundle, archive = folder / "bundle", folder / "bundle.zip"
    with RecordStore.open(folder / "ledger.db", fund=FUND, read_only=True) as store:
        live = load(store, ENGINE)
        if not bundle.exists():
            export_bundle(store, bundle, log_key=live.state.log_key)
        say(f"bundle {live.tree.size}")
    if not archive.exists():
        zip_bundle(bundle, archive)
    say(f"archive {live.tree.size}")


def run_clients(folder: Path, what: Plan, say: Say, clients: int) -> None:
    """Many threads submit a plan's last group; each event is answered, by receipt or by error."""

    def client(envelopes: Sequence[bytes]) -> None:
        for envelope in envelopes:
            event_id = event_id_of(parse_envelope(envelope).payload)
            try:
                receipt = fund.sequencer.submit(envelope)
            except LedgerError as error:
                say(f"unknown {event_id} {error.code}")
            else:
                assert isinstance(receipt, Receipt), receipt
                say(f"record {receipt.position} {receipt.event_id}")

    with opened(folder) as fund:
        fund.instant, envelopes = what.groups[-1]
        threads = [
            threading.Thread(target=client, args=(envelopes[place::clients],))
            for place in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def begin(folder: Path, what: Plan) -> None:
    """The fund's folder, with the store as it is before a run."""
    folder.mkdir(parents=True)
    if what.begun:
        with RecordStore.open(folder / "ledger.db", fund=FUND) as store:
            store.append([_row_of(raw) for raw in what.begun])


def _row_of(raw: bytes) -> NewRecord:
    record = parse_record(raw)
    return NewRecord(record.fund, record.position, record.kind, raw, record.event_id)


def _attempt(folder: Path, name: str, twists: Sequence[str]) -> None:
    """One run: say what is done, and how it ended."""
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(line: str) -> None:
        os.writev(said, [line.encode() + b"\n"])

    clients = number(twists, "clients")
    try:
        with twisted(twists, say):
            if clients:
                run_clients(folder / "fund", plan(name), say, clients)
            else:
                run(folder / "fund", plan(name), say, told="early" not in twists)
        say("done")
    except LedgerError as error:
        say(f"error {error.code}")
    except Exception:  # noqa: BLE001 - whatever it is, the test wants to see it
        say("crashed")
        (folder / "stderr").write_text(traceback.format_exc())


def _twists(word: str) -> list[str]:
    return [twist for twist in word.split(",") if twist != "-"]


def _forked(folder: Path, name: str, twists: Sequence[str]) -> tuple[int, int]:
    """A run that waits for its gate to open; its process, and the end of the gate to close."""
    gate, opener = os.pipe()
    process = os.fork()
    if process:
        os.close(gate)
        return process, opener
    try:
        os.close(opener)
        ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)  # where only a parent may trace
        os.read(gate, 1)
        os.close(gate)
        _attempt(folder, name, twists)
    finally:
        os._exit(0)


def serve() -> None:
    """For each line `PLAN TWISTS FOLDER` on standard input a run; `go` opens its gate."""
    with tempfile.TemporaryDirectory() as folder:  # whatever is loaded late is loaded now
        run(Path(folder), plan("new"), lambda _: None)
    print("ready", flush=True)
    for line in sys.stdin:
        name, twists, folder = line.rstrip("\n").split(" ", 2)
        process, opener = _forked(Path(folder), name, _twists(twists))
        print(process, flush=True)
        sys.stdin.readline()
        os.close(opener)
        print(os.waitpid(process, 0)[1], flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        _attempt(Path(sys.argv[4]), sys.argv[2], _twists(sys.argv[3]))
