"""Which test reaches which line of the rooms, and how long each test takes.

Measured by `tests.assurance.mutation_first_pass` and kept in pytest's cache folder, for each test
file until something that it depends on changes.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.assurance.mutant_constants import uses
from tests.assurance.mutation_first_pass import in_child

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from tests.assurance.mutants import Mutant

_KEPT = Path(".pytest_cache/mutation")
_SUPPORT = re.compile(r"tests\.support\.([a-z_.]+)")


@dataclass
class Reach:
    """What the first pass found."""

    items: dict[str, pytest.Item] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """Of the processor: other work on the machine does not count."""
    lines: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    """The tests that run a line of a file."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Tests that are not asked, and why."""

    def tests_of(self, mutant: Mutant, first: Sequence[str]) -> list[pytest.Item]:
        """The tests that reach a mutant: known ones, the room's own, the others; quickest first."""
        if mutant.unit.constant:
            places = uses(mutant.unit.name, mutant.file)
        else:
            places = [(mutant.file, line) for line in range(mutant.line, mutant.last_line + 1)]
        names = set[str]().union(*(self.lines[place] for place in places if place in self.lines))
        own = f"tests/unit/{Path(mutant.file).parent.name}/"
        order = sorted(names, key=lambda n: (not n.startswith(own), self.seconds[n], n))
        known = [name for name in dict.fromkeys(first) if name in names]
        return [self.items[name] for name in [*known, *(n for n in order if n not in known)]]


def measured(items: Sequence[pytest.Item], files: Sequence[str]) -> Reach:
    """The reach of all tests; only those are run again of which something has changed.

    That is the test's own file, the tests' support, or a file of the room that the test reaches.
    """
    rooms = sorted({str(Path(file).parent) for file in files})
    hashes = {str(path): _hash([path]) for path in _python(rooms)}
    by_file: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        by_file[_file(item)].append(item)
    kept = _KEPT / f"{'-'.join(rooms).replace('/', '.')}.json"
    before = json.loads(kept.read_text()) if kept.exists() else {}
    known = {
        path: before[path]
        for path in by_file.keys() & before.keys()
        if before[path]["hash"] == _hash(_needs(Path(path)))
        and all(hashes.get(file) == made for file, made in before[path]["reaches"].items())
    }
    fresh = [item for item in items if _file(item) not in known]
    if fresh:
        print(f"measuring {len(fresh)} of {len(items)} tests", flush=True)
        tests = in_child(fresh, rooms)
        for path in by_file.keys() - known.keys():
            own = {item.nodeid: tests[item.nodeid] for item in by_file[path]}
            reached = {file for test in own.values() for file in test["lines"]}
            known[path] = {
                "hash": _hash(_needs(Path(path))),
                "reaches": {file: hashes[file] for file in sorted(reached)},
                "tests": own,
            }
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({**before, **known}))
    return _reach(items, known)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _reach(items: Sequence[pytest.Item], known: dict[str, Any]) -> Reach:
    reach = Reach(items={item.nodeid: item for item in items})
    for tests in (found["tests"] for found in known.values()):
        for name, test in tests.items():
            reach.seconds[name] = test["seconds"]
            if test["left_out"]:
                reach.left_out[name] = test["left_out"]
                continue
            for file, lines in test["lines"].items():
                for line in lines:
                    reach.lines[file, line].add(name)
    return reach


def _python(folders: Sequence[str]) -> list[Path]:
    return sorted(path for folder in folders for path in Path(folder).rglob("*.py"))


def _needs(path: Path) -> list[Path]:
    """A test's file, what it takes from the tests' support, and the fixtures of its folders."""
    found = [folder / "conftest.py" for folder in path.parents if (folder / "conftest.py").exists()]
    waiting = [path, *found]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for name in _SUPPORT.findall(one.read_text()):
            base = Path("tests/support") / name.replace(".", "/")
            named = [base.with_suffix(".py"), base / "__init__.py"]
            waiting += [new for new in named if new.exists() and new not in found]
    return sorted(set(found))


def _hash(paths: Sequence[Path]) -> str:
    made = sha256()
    for path in paths:
        made.update(str(path).encode() + b"\0" + path.read_bytes())
    return made.hexdigest()
