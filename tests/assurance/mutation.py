"""Whether the tests would see a change of the code: `python -m tests.assurance.mutation [WHAT…]`.

`WHAT` is a room (`ledger/log`), a file, or a function of one (`ledger/log/note.py::parse_note`);
without it the four rooms that decide: log, signing, audit, domain. `tests.assurance.mutants` says
what is changed, `tests.assurance.mutation_run` how. Fails if less than the bound of a room is
killed, or if a mutant survives that `equivalents.txt` does not explain.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.assurance.mutation_run import (
    KILLED,
    SAME,
    SURVIVED,
    TIMED_OUT,
    UNMADE,
    UNREACHED,
    MutationRun,
)
from tests.support.tally import tally

if TYPE_CHECKING:
    from tests.assurance.mutants import Mutant
    from tests.assurance.mutation_run import Told

BOUNDS = {"ledger/log": 95, "ledger/signing": 95, "ledger/audit": 85, "ledger/domain": 85}
"""Per cent of a room's mutants that must be killed."""
EQUIVALENTS = Path(__file__).with_name("equivalents.txt")
_KILLERS = Path(".pytest_cache/mutation/killers.json")
_SHARED_TESTS = ("tests/properties", "tests/conformance", "tests/adversarial")


def files_of(what: list[str]) -> list[str]:
    """The modules that are named, or lie in a room that is."""
    found: list[str] = []
    for name in what:
        path = Path(name.partition("::")[0])
        found += [str(path)] if path.is_file() else sorted(map(str, path.glob("*.py")))
    return list(dict.fromkeys(found))


def tests_of(files: list[str]) -> list[str]:
    """The tests that are asked: the unit tests of the rooms, and those that belong to no room."""
    rooms = sorted({Path(file).parent.name for file in files})
    return [*(f"tests/unit/{room}" for room in rooms), *_SHARED_TESTS]


def explained(path: Path = EQUIVALENTS) -> dict[str, str]:
    """The mutants that may survive, by their key, with the reason.

    The file has a line `<file>::<function>`, below it, indented, one or more changes, and below
    them, indented and after `because`, their reason. Lines that begin with `#` are remarks.
    """
    known: dict[str, str] = {}
    unit, changes = "", list[str]()
    for line in path.read_text().splitlines() if path.exists() else ():
        if line and not line.startswith((" ", "#")):
            unit = line
        elif line.strip().startswith("because "):
            reason = line.strip().removeprefix("because ")
            known |= {f"{unit}\n    {change}": reason for change in changes}
            changes.clear()
        elif line.strip() and not line.startswith("#"):
            changes.append(line.strip())
    return known


def chosen(mutants: list[Mutant], options: argparse.Namespace) -> list[Mutant]:
    """The mutants of the functions that are named, of those a sample if one is asked for."""
    functions = {name for name in options.what if "::" in name}
    whole = set(files_of([name for name in options.what if "::" not in name]))
    kept = [m for m in mutants if m.file in whole or f"{m.file}::{m.unit.name}" in functions]
    if options.sample is not None and options.sample < len(kept):
        chance = random.Random(options.seed)  # noqa: S311 - a sample that can be drawn again
        kept = chance.sample(kept, options.sample)
    return kept


def told(reasons: dict[str, str]) -> Told:
    """Says at once what survives, and now and then how far the run is."""
    count = 0

    def say(mutant: Mutant, ending: str, _killer: str) -> None:
        nonlocal count
        count += 1
        if ending in {SURVIVED, UNREACHED} and mutant.key not in reasons:
            print(f"{mutant.file}:{mutant.line} {mutant.unit.name}: {ending}", flush=True)
            print(f"    {mutant.change}", flush=True)
        if count % 250 == 0:
            print(f"… {count} mutants", file=sys.stderr, flush=True)

    return say


def report(run: MutationRun, reasons: dict[str, str], *, complete: bool) -> bool:
    """Print the figures of each room; whether every bound is kept."""
    good = True
    rooms = sorted({str(Path(mutant.file).parent) for mutant, _, _ in run.results})
    for room in rooms:
        endings = [(m, e) for m, e, _ in run.results if str(Path(m.file).parent) == room]
        counted = Counter(ending for _, ending in endings)
        alive = [m for m, ending in endings if ending in {SURVIVED, UNREACHED}]
        known = sum(mutant.key in reasons for mutant in alive)
        killed = counted[KILLED] + counted[TIMED_OUT]
        tried = killed + len(alive)
        if not tried:
            continue
        score, bound = 100 * killed / tried, BOUNDS.get(room, 0)
        print(
            f"{room}: {tried} mutants, {killed} killed ({counted[TIMED_OUT]} by the clock), "
            f"{len(alive)} survived ({known} explained, {len(alive) - known} not); "
            f"{score:.1f} % killed, {100 * (killed + known) / tried:.1f} % with the explained; "
            f"{counted[SAME]} of the same code and {counted[UNMADE]} not made are not counted"
        )
        tally(f"changes of {room} that a test must see", tried, killed)
        good = good and (not complete or (score >= bound and known == len(alive)))
    return good


def stale(run: MutationRun, reasons: dict[str, str]) -> list[str]:
    """Explanations of mutants that were tried and did not survive."""
    killed = {mutant.key for mutant, ending, _ in run.results if ending in {KILLED, TIMED_OUT}}
    return sorted(killed & reasons.keys())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.assurance.mutation")
    parser.add_argument("what", nargs="*", default=list(BOUNDS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    reasons = explained()
    killers = json.loads(_KILLERS.read_text()) if _KILLERS.exists() else {}
    files = files_of(options.what)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="mutation-", ignore_cleanup_errors=True) as name:
        run = MutationRun(
            files,
            lambda mutants: chosen(mutants, options),
            told(reasons),
            Path(name),
            options.jobs,
            killers,
        )
        ended = pytest.main(
            [
                *tests_of(files),
                *("-q", "-s", "--tb=no", "--assert=plain", f"--basetemp={Path(name, 'all')}"),
                *("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist"),
            ],
            plugins=[run],
        )
    killers |= {mutant.key: killer for mutant, _, killer in run.results if killer}
    _KILLERS.parent.mkdir(parents=True, exist_ok=True)
    _KILLERS.write_text(json.dumps(killers))
    for key in stale(run, reasons):
        print(f"explained in {EQUIVALENTS.name}, but killed: {key}")
    good = report(run, reasons, complete=options.sample is None)
    return 0 if good and ended in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
