"""One pytest process that tries mutants: tests are collected once, each mutant gets a forked child.

A child exchanges the code of the living function (`function.__code__`), so every importer, method,
validator and cached function sees the mutant, runs the tests that reach the changed lines, quickest
first, and ends at the first failure. The parent itself runs no test: each child begins as fresh as
after the collection, in a folder for temporary files that is removed after it.

Which test reaches which line, and how long it takes, is measured once for each test file and kept
(in pytest's cache folder) until that file, the tests' support or the room changes. Not
used: tests that start processes (those would not see the mutant), that take longer than
`SECONDS_MAX`, or that fail without a mutant.
"""

from __future__ import annotations

import ast
import functools
import gc
import importlib
import os
import shutil
import signal
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, TypeAlias

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, Phase, settings

from tests.assurance import mutation_reach
from tests.assurance.mutant_constants import set_anew
from tests.assurance.mutants import Mutant, mutants_of
from tests.assurance.mutation_first_pass import seclude

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.assurance.mutation_reach import Reach

    Told: TypeAlias = Callable[[Mutant, str, str], None]
    """A mutant, how it ended, and the test that ended it."""

BUDGET_SECONDS = 10.0
"""Of the processor, for all tests of one mutant; a mutant that outlives it has survived."""

KILLED, SURVIVED, TIMED_OUT, SAME, UNMADE, UNREACHED = (
    "killed",
    "survived",
    "timed out",
    "same code",
    "not made",
    "not reached",
)
_EXITS = {0: SURVIVED, 1: KILLED, 3: SAME, 4: UNMADE}
_ENDINGS = {SURVIVED: 0, KILLED: 1, SAME: 3, UNMADE: 4}

settings.register_profile(
    "mutation",
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Job:
    """A mutant that a child is trying."""

    mutant: Mutant
    folder: Path


@dataclass
class MutationRun:
    """The pytest plugin. `results` says of each mutant how it ended and which test ended it."""

    files: Sequence[str]
    choose: Callable[[list[Mutant]], list[Mutant]]
    told: Told
    folder: Path
    """For temporary files; somebody else removes it."""
    jobs: int = 2
    killers: dict[str, str] = field(default_factory=dict)
    """The test that killed a mutant last time: it is asked first."""
    results: list[tuple[Mutant, str, str]] = field(default_factory=list)

    def pytest_sessionstart(self) -> None:
        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        trees = {file: ast.parse(Path(file).read_text()) for file in self.files}
        self._modules, self._trees = {file: _module(file) for file in self.files}, trees
        self._living = _living_functions(self.files)
        self._check_unchanged()
        _forget_cached()
        reach = mutation_reach.measured(session.items, list(self.files))
        mutants = [one for file, tree in trees.items() for one in mutants_of(tree, file)]
        gc.collect()
        gc.freeze()
        self._try_all(self.choose(mutants), reach)
        return True

    def _check_unchanged(self) -> None:
        """The living code must be that of the trees: a file saved a moment ago is another."""
        for file, tree in self._trees.items():
            made = compile(tree, str(self._modules[file].__file__), "exec", dont_inherit=True)
            for code in _codes(made):
                if any(living.__code__ != code for living in self._living.get(_place(code), ())):
                    raise pytest.UsageError(f"{file} has changed while this run began")

    def _try_all(self, mutants: list[Mutant], reach: Reach) -> None:
        running: dict[int, Job] = {}
        try:
            self._work_off(deque(mutants), running, reach)
        finally:
            for child in running:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)

    def _work_off(self, waiting: deque[Mutant], running: dict[int, Job], reach: Reach) -> None:
        lately: dict[str, deque[str]] = {}
        while waiting or running:
            while waiting and len(running) < self.jobs:
                mutant = waiting.popleft()
                first = lately.setdefault(mutant.file + mutant.unit.name, deque(maxlen=8))
                killer = self.killers.get(mutant.key)
                items = reach.tests_of(mutant, [*([killer] if killer else []), *first])
                if not items:
                    self._ended(mutant, UNMADE if mutant.unit.constant else UNREACHED, "")
                    continue
                folder = Path(tempfile.mkdtemp(dir=self.folder))
                child = os.fork()
                if child == 0:
                    self._child(mutant, items, reach, folder)
                running[child] = Job(mutant, folder)
            if running:
                ended, status = os.wait()
                job = running.pop(ended)
                killer = self._killer(job.folder)
                shutil.rmtree(job.folder, ignore_errors=True)
                if killer:
                    recent = lately[job.mutant.file + job.mutant.unit.name]
                    if killer in recent:
                        recent.remove(killer)
                    recent.appendleft(killer)
                self._ended(job.mutant, _ending(status), killer)

    def _ended(self, mutant: Mutant, ending: str, killer: str) -> None:
        self.results.append((mutant, ending, killer))
        self.told(mutant, ending, killer)

    @staticmethod
    def _killer(folder: Path) -> str:
        named = folder / "killer"
        return named.read_text() if named.exists() else ""

    def _child(self, mutant: Mutant, items: list[pytest.Item], reach: Reach, folder: Path) -> None:
        """Try one mutant; never returns."""
        ending = UNMADE
        try:
            seclude(folder, items[0].config)
            ending = self._apply(mutant)
            if ending == SURVIVED:
                ending = _run(items, reach, folder)
        finally:
            os._exit(_ENDINGS[ending])

    def _apply(self, mutant: Mutant) -> str:
        """Make the mutant live in this process."""
        module, tree = self._modules[mutant.file], self._trees[mutant.file]
        mutant.apply()
        if mutant.unit.constant:
            value = mutant.unit.scope.value  # type: ignore[union-attr] # constants are assignments
            return SURVIVED if set_anew(module, tree, mutant.unit.name, value) else SAME  # type: ignore[arg-type] # and have a value
        codes = _codes(compile(tree, str(module.__file__), "exec", dont_inherit=True))
        exchanged = UNMADE
        for code in codes:
            name = code.co_qualname
            if name != mutant.unit.name and not name.startswith(f"{mutant.unit.name}.<locals>"):
                continue
            for function in self._living.get(_place(code), []):
                if function.__code__ == code:
                    exchanged = SAME if exchanged == UNMADE else exchanged
                elif len(function.__code__.co_freevars) == len(code.co_freevars):
                    function.__code__ = code
                    exchanged = SURVIVED
        return exchanged


def _run(items: list[pytest.Item], reach: Reach, folder: Path) -> str:
    """Run tests until one fails; its name is left in the folder before it begins."""
    began = time.process_time()
    for item, following in zip(items, [*items[1:], None], strict=True):
        (folder / "killer").write_text(item.nodeid)
        signal.setitimer(signal.ITIMER_PROF, 3 + 5 * reach.seconds[item.nodeid])
        signal.setitimer(signal.ITIMER_REAL, 60 + 10 * reach.seconds[item.nodeid])
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return KILLED
        if time.process_time() - began > BUDGET_SECONDS:
            break
    (folder / "killer").unlink()
    return SURVIVED


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        by_the_clock = {signal.SIGALRM, signal.SIGPROF}
        return TIMED_OUT if os.WTERMSIG(status) in by_the_clock else KILLED
    return _EXITS.get(os.WEXITSTATUS(status), KILLED)


def _module(file: str) -> ModuleType:
    name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return importlib.import_module(name)


def _forget_cached() -> None:
    """Empty what imports and the collection remembered: a mutant must be asked again."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()


def _place(code: CodeType) -> tuple[str, int, str]:
    return os.path.realpath(code.co_filename), code.co_firstlineno, code.co_qualname


def _living_functions(files: Iterable[str]) -> dict[tuple[str, int, str], list[FunctionType]]:
    """The function objects of some files, whoever holds them."""
    wanted = {os.path.realpath(file) for file in files}
    found: dict[tuple[str, int, str], list[FunctionType]] = {}
    for one in gc.get_objects():
        if type(one) is FunctionType and os.path.realpath(one.__code__.co_filename) in wanted:
            found.setdefault(_place(one.__code__), []).append(one)
    return found


def _codes(code: CodeType) -> list[CodeType]:
    """A code object and all inside it."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [code, *(found for one in inner for found in _codes(one))]
