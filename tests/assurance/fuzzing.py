"""Fuzz every parser: `python -m tests.assurance.fuzzing [PARSER…] [--runs N] [--engine NAME]`.

Each parser of `tests.support.parsers` runs in a process of its own, so that one failure does not
hide another, under `atheris` where it is installed and by mutation of the same seeds where it is
not; the first line says which. A run fails where a parser raises anything but our own error, takes
a second spelling, or needs more than a second of processor time or 2 GiB for one input. Then the
bombs of `tests.support.bombs` are timed. Without `--runs` every parser gets the number of inputs
that its line in the table says, in all about 25 minutes of one core.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import os
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.bombs import BOMBS
from tests.support.parsers import BY_NAME, PARSERS
from tests.support.tally import tally

ENGINES = ("atheris", "mutation")
SHOWN_BYTES_MAX = 600
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - files are made in a new folder of it
"""Parsers of files are asked thousands of times a second: no disk should see it."""


@dataclass
class Result:
    """What came of one parser."""

    tried: int
    taken: int
    seconds: float
    failure: str = ""


def fuzz(name: str, runs: int, engine: str) -> Result:
    """Fuzz one parser in another process."""
    command = [sys.executable, "-m", "tests.assurance.fuzzing_engine", name, str(runs)]
    place = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        started = time.perf_counter()
        ended = subprocess.run(
            [*command, folder, engine],
            env={**os.environ, "TMPDIR": folder, "PYTHONHASHSEED": "0"},
            capture_output=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        counts = Path(folder) / "counts"
        tried, taken = struct.unpack("<QQ", counts.read_bytes()) if counts.exists() else (0, 0)
        failure = "" if ended.returncode == 0 else _failure(Path(folder), ended.stderr)
    return Result(tried, taken, seconds, failure)


def _failure(folder: Path, said: bytes) -> str:
    """The input that broke the law, and how; libFuzzer keeps one that hung or ate the memory."""
    kept = [folder / "input", *folder.glob("timeout-*"), *folder.glob("oom-*")]
    inputs = [path.read_bytes() for path in kept if path.exists()]
    why = folder / "why"
    told = why.read_text("utf-8") if why.exists() else said.decode("utf-8", "replace")[-2_000:]
    shown = [f"input of {len(data)} bytes: {data[:SHOWN_BYTES_MAX]!r}" for data in inputs[:1]]
    whole = [f"in base64: {base64.b64encode(data).decode()}" for data in inputs[:1]]
    return "\n".join([*shown, *whole, told])


def explode() -> int:
    """Time every bomb; how many failed."""
    failed = 0
    for bomb in BOMBS:
        fault = bomb.fault()
        if fault:
            failed += 1
            print(f"FAILED bomb {bomb.name}: {fault}", flush=True)
    print(f"bombs        {len(BOMBS):>12,} tried", flush=True)
    tally("bombs refused within a second", len(BOMBS), len(BOMBS) - failed)
    return failed


def main(arguments: list[str]) -> int:
    """The exit code: 0 if every law held for every input."""
    asked = argparse.ArgumentParser(prog="python -m tests.assurance.fuzzing")
    asked.add_argument("parsers", nargs="*", choices=[[], *BY_NAME], metavar="PARSER")
    asked.add_argument("--runs", type=int, help="inputs for each parser")
    asked.add_argument("--engine", choices=ENGINES, help="atheris if it is installed")
    said = asked.parse_args(arguments)
    found = importlib.util.find_spec("atheris") is not None
    engine = said.engine or ENGINES[0 if found else 1]
    print(f"engine: {engine}", flush=True)
    failed = 0
    for parser in [BY_NAME[name] for name in said.parsers] or PARSERS:
        result = fuzz(parser.name, said.runs or parser.runs, engine)
        failed += bool(result.failure)
        print(
            f"{parser.name:<12} {result.tried:>12,} tried {result.taken:>12,} taken"
            f" {result.seconds:>7.0f} s",
            flush=True,
        )
        if result.failure:
            print(f"FAILED {parser.name}: {result.failure}", flush=True)
        caught = result.tried - bool(result.failure)
        tally(f"inputs to the parser {parser.name}, by {engine}", result.tried, caught)
    failed += explode() if not said.parsers else 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
