"""The first pass: every test once, in a forked child under coverage, one context for each test.

What a test shares with others, a fixture of a module or a value that `tests.support` remembers,
counts for all of them.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS_MAX = 15.0
"""A test that takes longer is not asked."""
MEMORY_BYTES = 4 * 1024**3
_STARTS = ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.system")


def in_child(items: list[pytest.Item], rooms: list[str]) -> dict[str, Any]:
    """Of each test by name: `seconds`, `left_out` (why it cannot be asked) and `lines` by file."""
    with tempfile.TemporaryDirectory(prefix="mutation-reach-") as name:
        folder = Path(name)
        child = os.fork()
        if child == 0:
            try:
                seclude(folder, items[0].config)
                (folder / "found").write_bytes(pickle.dumps(_measure(items, rooms)))
            except BaseException as error:  # noqa: BLE001 - the parent says it
                (folder / "fault").write_text(repr(error))
            finally:
                os._exit(0)
        try:
            os.waitpid(child, 0)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        if not (folder / "found").exists():
            fault = folder / "fault"
            raise RuntimeError(
                fault.read_text() if fault.exists() else "the first pass ended early"
            )
        found: dict[str, Any] = pickle.loads((folder / "found").read_bytes())  # noqa: S301 - ours
        return found


class _Watch:
    """Turns the coverage to the context of what runs: a test, or a fixture that tests share."""

    def __init__(self, rooms: list[str]) -> None:
        include = [str(Path(room).resolve() / "*") for room in rooms]
        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=include)
        self.context = ""
        self.processes = 0
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _arguments: object) -> None:
        if event in _STARTS:
            self.processes += 1

    def turn(self, context: str) -> str:
        before, self.context = self.context, context
        self.coverage.switch_context(context)
        return before

    def run(self, item: pytest.Item, following: pytest.Item | None) -> dict[str, Any]:
        """Run a test in a context of its own: what it costs, and whether it can be asked."""
        self.turn(item.nodeid)
        processes, began = self.processes, time.process_time()
        reports = runtestprotocol(item, log=False, nextitem=following)
        seconds = time.process_time() - began
        self.turn("")
        left_out = ""
        if self.processes > processes:
            left_out = "starts processes"
        elif any(report.failed for report in reports):
            left_out = "fails without a mutant"
        elif seconds > SECONDS_MAX:
            left_out = f"takes {seconds:.0f} s"
        return {"seconds": round(seconds, 4), "left_out": left_out}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Iterator[Any]:
        del request
        if fixturedef.scope == "function":
            return (yield)
        before = self.turn(_shared(fixturedef))
        try:
            return (yield)
        finally:
            self.turn(before)

    def lines(self) -> dict[str, dict[str, set[int]]]:
        """Context, file, lines."""
        found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        data = self.coverage.get_data()
        for path in data.measured_files():
            file = str(Path(path).relative_to(Path.cwd()))
            for line, contexts in data.contexts_by_lineno(path).items():
                for context in contexts:
                    found[context][file].add(line)
        return found


def _shared(fixture: pytest.FixtureDef[Any]) -> str:
    return f"fixture {fixture.baseid} {fixture.argname}"


def _measure(items: list[pytest.Item], rooms: list[str]) -> dict[str, Any]:
    watch = _Watch(rooms)
    items[0].config.pluginmanager.register(watch)
    remembered = _remembered("ledger", "policies")
    shared = _Shared(_remembered("tests"))
    tests: dict[str, Any] = {}
    watch.coverage.start()
    for item, following in zip(items, [*items[1:], None], strict=True):
        for one in remembered:
            one.cache_clear()
        before = shared.state()
        tests[item.nodeid] = watch.run(item, following)
        shared.note(item.nodeid, before)
    watch.coverage.stop()
    lines = watch.lines()
    for item in items:
        reached: dict[str, set[int]] = defaultdict(set)
        for context in (item.nodeid, *_fixtures(item), *shared.makers_for(item.nodeid)):
            for file, numbers in lines.get(context, {}).items():
                reached[file] |= numbers
        tests[item.nodeid]["lines"] = {file: sorted(found) for file, found in reached.items()}
    return tests


class _Shared:
    """Which tests made, and which used, what `tests.support` remembers."""

    def __init__(self, functions: list[Any]) -> None:
        self._functions = functions
        self._made: list[set[str]] = [set() for _ in functions]
        self._used: list[set[str]] = [set() for _ in functions]

    def state(self) -> list[Any]:
        return [function.cache_info() for function in self._functions]

    def note(self, name: str, before: list[Any]) -> None:
        for place, (old, new) in enumerate(zip(before, self.state(), strict=True)):
            if new.misses > old.misses:
                self._made[place].add(name)
            if new.hits > old.hits:
                self._used[place].add(name)

    def makers_for(self, name: str) -> set[str]:
        """The tests that made what this one used: it may depend on every line they ran."""
        pairs = zip(self._made, self._used, strict=True)
        return set[str]().union(*(made for made, used in pairs if name in used))


def _fixtures(item: pytest.Item) -> list[str]:
    """The shared fixtures of a test."""
    info = getattr(item, "_fixtureinfo", None)
    definitions = info.name2fixturedefs.values() if info else ()
    return [_shared(found[-1]) for found in definitions if found and found[-1].scope != "function"]


def _remembered(*owners: str) -> list[Any]:
    """The remembering functions (`functools.cache`) of some packages."""
    return [
        one
        for one in gc.get_objects()
        if isinstance(one, functools._lru_cache_wrapper)
        and str(getattr(one, "__module__", "")).partition(".")[0] in owners
    ]


def seclude(folder: Path, config: pytest.Config) -> None:
    """Give a child its own folder, no terminal, and bounds: what it leaves is removed with it."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    (folder / "tmp").mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder / "tmp")
    config._tmp_path_factory._basetemp = folder / "tmp"  # type: ignore[attr-defined] # no public door
