"""The constraints file pins one exact version of everything that is installed, and nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[0-9][0-9A-Za-z.+!]*)\Z")
LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def declared() -> list[Requirement]:
    """What the product and its tests ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(text) for listed in lists for text in listed]


def needed() -> set[str]:
    """The same with everything that it asks for in turn, as installed here."""
    found: set[str] = set()
    todo = declared()
    while todo:
        asked = todo.pop()
        name = canonicalize_name(asked.name)
        extras = asked.extras or {""}
        applies = asked.marker is None or any(
            asked.marker.evaluate({"extra": extra}) for extra in extras
        )
        if name in found or not applies:
            continue
        found.add(name)
        todo += _asked_by(asked)
    return found


def _asked_by(asked: Requirement) -> list[Requirement]:
    """The requirements of an installed package that apply here, with the extras asked for."""
    try:
        texts = requires(asked.name) or []
    except PackageNotFoundError:
        pytest.fail(f"{asked.name} is not installed")
    extras = asked.extras or {""}
    return [
        Requirement(re.sub(r";.*", "", text))
        for text in texts
        if (marker := Requirement(text).marker) is None
        or any(marker.evaluate({"extra": extra}) for extra in extras)
    ]


def test_every_line_is_an_exact_version() -> None:
    assert [line for line in LINES if not PIN.match(line)] == []


def test_lines_are_in_order_and_there_once() -> None:
    names = [line.partition("==")[0].lower() for line in LINES]
    assert names == sorted(set(names))


def test_everything_that_is_needed_is_pinned_and_nothing_else() -> None:
    pinned = {canonicalize_name(line.partition("==")[0]) for line in LINES}
    assert pinned == needed()


def test_declared_ranges_contain_the_pinned_versions() -> None:
    versions = {
        canonicalize_name(m["name"]): m["version"] for line in LINES if (m := PIN.match(line))
    }
    wrong = [
        f"{asked} and {versions[canonicalize_name(asked.name)]}"
        for asked in declared()
        if not asked.specifier.contains(versions[canonicalize_name(asked.name)])
    ]
    assert wrong == []


def test_no_index_is_named() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert re.search(r"^\s*-", text, re.MULTILINE) is None
