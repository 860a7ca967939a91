"""Constants of a module as mutants: which lines look one up, and how it gets another value.

Who took the value when the modules were imported (a default of a parameter, a bound of a form, a
table) keeps the old one; that is why only uses in functions count.
"""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def uses(name: str, home: str) -> list[tuple[str, int]]:
    """The lines of functions that look up a constant of the file `home`, or one made of it."""
    names = {name, *(target for target, _ in _made_of(_parsed(home), name))}
    found: list[tuple[str, int]] = []
    for path in map(str, sorted(Path("ledger").rglob("*.py"))):
        for one in names:
            by_name = path == home or _imports(_parsed(path), one, home)
            found += [(path, line) for line in _lines(_parsed(path), one, by_name=by_name)]
    return found


@lru_cache(maxsize=512)
def _parsed(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text())


def target_of(statement: ast.stmt) -> str:
    """The one name that an assignment gives a value, or the empty string."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _made_of(tree: ast.Module, name: str) -> list[tuple[str, ast.expr]]:
    """The later constants of a module that are worked out of one, with their expressions."""
    names, found = {name}, list[tuple[str, ast.expr]]()
    for statement in tree.body:
        value = getattr(statement, "value", None)
        if not target_of(statement) or not isinstance(value, ast.expr):
            continue
        taken = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
        if taken & names and not any(isinstance(node, ast.Lambda) for node in ast.walk(value)):
            names.add(target_of(statement))
            found.append((target_of(statement), value))
    return found


def _imports(tree: ast.Module, name: str, home: str) -> bool:
    module = home.removesuffix(".py").replace("/", ".")
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(alias.name == name for alias in node.names)
        for node in tree.body
    )


def _lines(tree: ast.Module, name: str, *, by_name: bool) -> Iterator[int]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.expr) and _called(node, by_name=by_name) == name:
                yield node.lineno


def _called(node: ast.expr, *, by_name: bool) -> str:
    if isinstance(node, ast.Name) and by_name:
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def set_anew(module: ModuleType, tree: ast.Module, name: str, value: ast.expr) -> bool:
    """Give a constant, and those made of it, other values in every module that took them by name.

    False if the value is the same, or if the expression has none: then no module could be imported.
    """
    old = getattr(module, name)
    for one, expression in [(name, value), *_made_of(tree, name)]:
        before = getattr(module, one)
        code = compile(ast.Expression(expression), str(module.__file__), "eval", dont_inherit=True)
        try:
            _give(one, before, eval(code, dict(vars(module))))  # noqa: S307 - our own source
        except Exception:  # noqa: BLE001 - whatever is wrong with it
            return False
    new = getattr(module, name)
    return type(new) is not type(old) or bool(new != old)


def _give(name: str, old: object, new: object) -> None:
    for module in list(sys.modules.values()):
        owner = str(getattr(module, "__name__", "")).partition(".")[0]
        if owner in {"ledger", "policies"} and vars(module).get(name) is old:
            setattr(module, name, new)
