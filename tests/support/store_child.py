"""A writer in a process of its own, to be killed: `python -m tests.support.store_child MODE PATH`.

append   append records one by one and print each position after it was acknowledged
hold     open the store for writing, print `ready`, and wait for the end of standard input
some N   as `append`, up to position N
full N   as `append`, but no file may grow beyond N bytes; then print the error's class
fork     as `hold`, after forking a child that prints its own id and sleeps
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.kernel.errors import StoreError
from ledger.store.record_store import RecordStore
from tests.support.plain_records import FUND, plain_record

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def command(mode: str, path: Path, *more: str) -> list[str]:
    """The command line of a writer; run it in `ROOT`."""
    return [sys.executable, "-m", "tests.support.store_child", mode, str(path), *more]


def start(mode: str, path: Path, *more: str) -> subprocess.Popen[str]:
    """The writer, started by a test that will kill it or wait for it."""
    return subprocess.Popen(
        command(mode, path, *more),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(lines: Iterator[str]) -> list[int]:
    """The positions among the lines that a writer printed."""
    return [int(line) for line in lines if line.strip().isdecimal()]


def _append(store: RecordStore, last: int) -> None:
    for position in range(store.head() + 1, last + 1):
        store.append([plain_record(position, padding="x" * 500)])
        print(position, flush=True)


def _fork() -> None:
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(60)
        os._exit(0)


def main() -> None:
    """Do what the mode says."""
    mode, path = sys.argv[1], Path(sys.argv[2])
    number = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    with RecordStore.open(path, fund=FUND) as store:
        if mode == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
        if mode == "fork":
            _fork()
        if mode == "hold":
            print("ready", flush=True)
        if mode in {"hold", "fork"}:
            sys.stdin.read()
            return
        try:
            _append(store, number if mode == "some" else 1_000_000)
        except StoreError as error:
            print(type(error).__name__, flush=True)


if __name__ == "__main__":
    main()
