"""The shape of the house: what lies where, how long it may be, and what no file may say."""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    "LICENSE",
    "README.md",
    "constraints.txt",
    "docs",
    "ledger",
    "policies",
    "pyproject.toml",
    "tests",
}
MODULE_LINES_MAX = 350
FUNCTION_LINES_P95 = 40
FUNCTION_LINES_MAX = 50
FUNCTION_LINES_MEDIAN = 10

PRODUCT = sorted(path for room in ("ledger", "policies") for path in (ROOT / room).rglob("*.py"))
PYTHON = [*PRODUCT, *sorted((ROOT / "tests").rglob("*.py"))]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = [
    *PYTHON,
    *DOCUMENTS,
    *sorted(path for path in (ROOT / "policies").rglob("*.toml")),
    *sorted((ROOT / ".ci").iterdir()),
    ROOT / "pyproject.toml",
    ROOT / "constraints.txt",
    ROOT / ".gitignore",
]

# Written in parts, so that this file does not say them.
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "index" + "-url",
    "npmjs" + ".",
    "crates" + ".io",
)
WRITERS = (
    "AI" + " assistant",
    "language" + " model",
    "Chat" + "GPT",
    "Clau" + "de",
    "Anthro" + "pic",
    "Co" + "pilot",
    "Open" + "AI",
)
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:home|root|work|Users|tmp)/(?!\*)")
MARKER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
NOQA = re.compile(r"#\s*noqa\b(?P<rest>.*)")
NOQA_FORM = re.compile(r": [A-Z]+[0-9]+(?:, [A-Z]+[0-9]+)*(?P<reason>  ?(?:-|#) .*\w.*)?\Z")
IGNORE = re.compile(r"#\s*type:\s*ignore\b(?P<rest>.*)")
IGNORE_FORM = re.compile(r"\[[a-z-]+(?:, ?[a-z-]+)*\]\s+(?:#|-) .*\w.*\Z")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def comments_of(path: Path) -> Iterator[tuple[int, str]]:
    readline = io.StringIO(path.read_text(encoding="utf-8")).readline
    for token in tokenize.generate_tokens(readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def says(path: Path, words: tuple[str, ...]) -> list[str]:
    text = path.read_text(encoding="utf-8").lower()
    return [f"{name_of(path)}: {word}" for word in words if word.lower() in text]


def test_top_level_is_what_the_design_says() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    patterns = [line.strip("/") for line in ignored]
    found = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not any(fnmatch(path.name, p) for p in patterns)
    }
    assert found == TOP_LEVEL


def test_every_module_says_what_it_is() -> None:
    assert [name_of(path) for path in PYTHON if not _has_words(path)] == []


def _has_words(path: Path) -> bool:
    """A module of the product has a docstring; a test's name may say enough."""
    return bool(ast.get_docstring(tree_of(path))) or path.is_relative_to(ROOT / "tests")


def test_no_module_is_longer_than_a_few_pages() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PRODUCT}
    assert {name: n for name, n in lines.items() if n > MODULE_LINES_MAX} == {}


def test_functions_are_short() -> None:
    lengths = sorted(
        (node.end_lineno - node.lineno + 1, f"{name_of(path)}: {node.name}")
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    only = [length for length, _ in lengths]
    assert statistics.median(only) <= FUNCTION_LINES_MEDIAN
    assert only[int(len(only) * 0.95)] <= FUNCTION_LINES_P95
    assert [entry for entry in lengths if entry[0] > FUNCTION_LINES_MAX] == []


def test_modules_are_named_for_a_thing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [name_of(path) for path in PRODUCT if vague & set(path.with_suffix("").parts)] == []


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{name_of(path)}:{line}"
        for path in PYTHON
        for line, comment in comments_of(path)
        if MARKER.search(comment)
    ]
    found += [name_of(path) for path in DOCUMENTS if MARKER.search(path.read_text("utf-8"))]
    assert found == []


def test_nothing_is_left_unwritten() -> None:
    unwritten = "NotImplemented" + "Error"
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Raise) and unwritten in ast.unparse(node)
    ]
    assert found == []


def test_only_the_command_line_prints() -> None:
    allowed = ROOT / "ledger" / "cli"
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    found += [
        name_of(path)
        for path in PRODUCT
        if not path.is_relative_to(allowed) and "sys.stdout" in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_no_registry_is_named() -> None:
    assert [fault for path in TEXTS for fault in says(path, REGISTRIES)] == []


def test_no_path_of_one_machine_is_named() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_nobody_is_named_who_did_not_sign() -> None:
    assert [fault for path in TEXTS for fault in says(path, WRITERS)] == []


def test_every_exception_from_a_rule_has_its_reason() -> None:
    assert [fault for path in PYTHON for fault in _unreasoned(path)] == []


def _unreasoned(path: Path) -> Iterator[str]:
    """Exceptions without code or reason; one reason serves lines that follow each other."""
    reasoned = 0
    for line, comment in comments_of(path):
        noqa, ignore = NOQA.search(comment), IGNORE.search(comment)
        if noqa is not None:
            form = NOQA_FORM.match(noqa["rest"])
            if form is None or (not form["reason"] and reasoned != line - 1):
                yield f"{name_of(path)}:{line}: {comment}"
            reasoned = line
        elif ignore is not None and not IGNORE_FORM.match(ignore["rest"]):
            yield f"{name_of(path)}:{line}: {comment}"


@pytest.mark.parametrize(
    ("comment", "good"),
    [
        ("# noqa: S608 - constants", True),
        ("# noqa: S608, E501 - constants", True),
        ("# noqa", False),
        ("# noqa: S608", False),
    ],
)
def test_reasons_are_recognised(comment: str, good: object, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(f"x = 1  {comment}\n", encoding="utf-8")
    found = [NOQA_FORM.match(m["rest"]) for _, c in comments_of(path) if (m := NOQA.search(c))]
    assert bool(found[0] and found[0]["reason"]) is good
