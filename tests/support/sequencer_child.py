"""A sequencer in a process of its own, to be killed: `python -m tests.support.sequencer_child`.

submit PATH GROUP       submit events in groups, and print `position event-id` of each one that was
                        acknowledged
full PATH GROUP BYTES   the same, but no file may grow beyond that many bytes; then print the
                        error's class, and what a further submission is told
hold PATH               open the store for writing, print `ready`, and wait for the end of stdin
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from ledger.kernel.errors import LedgerError
from ledger.service.answer import Receipt
from tests.support.sequenced_fund import Clock, SequencedFund, last_instant

ROOT = Path(__file__).parents[2]


def start(mode: str, path: Path, *more: str) -> subprocess.Popen[str]:
    """The sequencer, started by a test that will kill it or wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.sequencer_child", mode, str(path), *more],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(output: str) -> list[tuple[int, str]]:
    """Positions and event ids in what a child printed; a line cut short does not count."""
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(line[0]), line[1]) for line in lines if line[0].isdecimal()]


def _submit(fund: SequencedFund, group: int) -> None:
    """Submit for ever, in groups; the references say after which head they were made."""
    while True:
        head = fund.sequencer.live.state.position
        envelopes = [fund.cash(reference=f"after-{head}-{number}") for number in range(group)]
        for answer in fund.sequencer.submit_all(envelopes):
            if isinstance(answer, LedgerError):
                raise answer
            if isinstance(answer, Receipt):
                print(answer.position, answer.event_id)
        sys.stdout.flush()


def main() -> None:
    """Do what the mode says."""
    mode, path, *numbers = sys.argv[1:]
    fund = SequencedFund(Path(path), Clock(last_instant()))
    fund.signer.now = last_instant()
    if mode == "hold":
        print("ready", flush=True)
        sys.stdin.read()
        return
    if mode == "full":
        limit = int(numbers[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        _submit(fund, int(numbers[0]))
    except LedgerError as error:
        print(type(error).__name__)
        try:
            fund.sequencer.submit(fund.cash())
        except LedgerError as again:
            print(type(again).__name__, flush=True)


if __name__ == "__main__":
    main()
