"""The deep part in one command: `python -m tests.assurance [PART…]`, or every part in turn.

Each part is a command of its own, shown as it runs; the table at the end says what each counted
(`tests.support.tally`), how long it took and whether it passed. `docs/assurance.md` holds the last
complete result.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from ledger.kernel import canonical

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
ROOMS = ("ledger.log", "ledger.signing", "ledger.audit", "ledger.domain")
COVERED = tuple(f"--cov={room}" for room in ROOMS)


@dataclass(frozen=True)
class Part:
    """One part: what it proves, the command, and the environment that makes it deep."""

    proves: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


PARTS = {
    "forgery": Part(
        "no altered history audits as valid",
        (*PYTEST, "--deep", "-n", "2", "tests/adversarial"),
    ),
    "model": Part(
        "the ledger decides as an independent model written from the design",
        (*PYTEST, "-n", "2", "tests/stateful/test_fund_model.py"),
        {"HYPOTHESIS_PROFILE": "deep"},
    ),
    "crash": Part(
        "nothing acknowledged is lost, whatever call fails",
        (*PYTEST, "--deep", "-n", "2", "tests/crash"),
    ),
    "parsers": Part(
        "no parser answers hostile bytes with anything but our error",
        (sys.executable, "-m", "tests.assurance.fuzzing"),
    ),
    "second": Part(
        "other programs read our formats as we do, and the tree is the textbook's",
        (*PYTEST, "--deep", "-n", "2", "tests/conformance", "tests/unit/log", "tests/properties"),
    ),
    "coverage": Part(
        "every branch of the rooms that decide is run by a test",
        (
            *(*PYTEST, "-n", "2", *COVERED, "--cov-branch", "--cov-fail-under=100"),
            *("--cov-report=term-missing:skip-covered", "tests/unit", "tests/properties"),
            *("tests/conformance", "tests/adversarial", "tests/stateful"),
        ),
    ),
    "mutation": Part(
        "a change of the code is seen by a test",
        (sys.executable, "-m", "tests.assurance.mutation"),
    ),
}


def run(name: str, part: Part, tally: Path) -> tuple[bool, float]:
    """Run one part; whether it passed, and seconds."""
    print(f"\n== {name}: {part.proves}\n+ {' '.join(part.command)}", flush=True)
    started = time.perf_counter()
    environment = {**os.environ, **part.environment, "ASSURANCE_TALLY": str(tally)}
    ended = subprocess.run(part.command, env=environment, check=False)
    return ended.returncode == 0, time.perf_counter() - started


def rows(name: str, tally: Path) -> list[str]:
    """The table's lines of what one part counted."""
    if not tally.exists():
        return []
    counted = [canonical.decode_object(line) for line in tally.read_bytes().splitlines()]
    return [f"| {name} | {one['what']} | {one['tried']} | {one['caught']} |" for one in counted]


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no part is called {unknown[0]}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    summary = ["| part | passed | seconds |", "|---|---|---|"]
    counts = ["| part | cases | tried | as they must |", "|---|---|---|---|"]
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        for name in names or list(PARTS):
            tally = Path(folder) / name
            good, seconds = run(name, PARTS[name], tally)
            passed = passed and good
            summary.append(f"| {name} | {'yes' if good else 'NO'} | {seconds:.0f} |")
            counts += rows(name, tally)
    print("\n".join(["", *summary, "", *counts]))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
