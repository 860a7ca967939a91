"""Mutants: every small change of the functions of a module that a test ought to see.

A module's source becomes a tree; a mutant is one place in it and what stands there instead. It is
made in a process that is thrown away (`tests.assurance.mutation_run`), so the tree is changed in
place and never mended.

Not changed, for a change of them is no change of behaviour or is free: docstrings, annotations,
decorators, defaults of parameters, `__repr__` and `__str__`, and the prose of messages (the first
argument of an error, `hint`, `what`, what a finding expected and found, and every text of two
words). What is changed of an
error: its class, its place (`where`, `offset`), and whether it is raised at all. The tables of a
module (kinds, field bounds, enumerations) are made once at import and are left to other tests; of
the constants, those are changed that functions look up when they run, and what they are made of.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tests.assurance.mutant_constants import target_of
from tests.assurance.mutant_expressions import alternatives, parts
from tests.assurance.mutant_statements import head, instead_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    Scope: TypeAlias = ast.FunctionDef | ast.Lambda | ast.Assign | ast.AnnAssign

_UNTOUCHED = {"__repr__", "__str__"}


@dataclass(frozen=True)
class Unit:
    """What is exchanged as one: a function, a lambda outside of functions, or a constant."""

    name: str
    """Qualified as Python does it: `TileTree.root`."""
    scope: Scope

    @property
    def first_line(self) -> int:
        """As in the code object: that of the first decorator."""
        decorators: list[ast.expr] = getattr(self.scope, "decorator_list", [])
        return min([self.scope.lineno, *(decorator.lineno for decorator in decorators)])

    def sets(self, name: str) -> int:
        """How often a name gets a value in the function, as an argument or else."""
        nodes = list(ast.walk(self.scope))
        stores = [node for node in nodes if isinstance(node, ast.Name)]
        given = [node for node in nodes if isinstance(node, ast.arg) and node.arg == name]
        kept = [node for node in stores if node.id == name and isinstance(node.ctx, ast.Store)]
        return len(given) + len(kept)

    @property
    def constant(self) -> bool:
        return isinstance(self.scope, ast.Assign | ast.AnnAssign)


@dataclass(frozen=True)
class Mutant:
    """One change: `new` in the place of what `holder.field` (or its item `index`) holds."""

    file: str
    unit: Unit
    line: int
    last_line: int
    change: str
    holder: ast.AST
    field: str
    index: int | None
    new: object

    def apply(self) -> None:
        """Change the tree."""
        if self.index is None:
            setattr(self.holder, self.field, self.new)
        elif self.new is None:
            del getattr(self.holder, self.field)[self.index]
        else:
            getattr(self.holder, self.field)[self.index] = self.new

    @property
    def key(self) -> str:
        """The same as long as the function's own text is."""
        return f"{self.file}::{self.unit.name}\n    {self.change}"


def mutants_of(tree: ast.Module, file: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text; equal changes are numbered."""
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for unit in units(tree.body, ""):
        for mutant in _of_unit(unit, file):
            times = seen[mutant.key] = seen.get(mutant.key, 0) + 1
            change = mutant.change if times == 1 else f"{mutant.change} #{times}"
            found.append(replace(mutant, change=change))
    return found


def units(body: list[ast.stmt], path: str) -> Iterator[Unit]:
    """The functions of a module or class, with their names; constants of the module."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from units(statement.body, f"{path}{statement.name}.")
        elif isinstance(statement, ast.FunctionDef):
            if statement.name not in _UNTOUCHED:
                yield Unit(path + statement.name, statement)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            lambdas = [node for node in ast.walk(statement) if isinstance(node, ast.Lambda)]
            yield from (Unit(f"{path}<lambda>", node) for node in lambdas)
            if not path and _simple(statement):
                yield Unit(target_of(statement), statement)


def _simple(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Whether an assignment names one constant that is worked out from plain values."""
    known = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Name, ast.Call, ast.Tuple, ast.Attribute)
    marks = (ast.operator, ast.unaryop, ast.expr_context)
    named = target_of(statement).strip("_").isupper()
    value = statement.value
    if value is None or not named or isinstance(value, ast.Name | ast.Attribute):
        return False
    return all(isinstance(node, (*known, *marks)) for node in ast.walk(value))


def _of_unit(unit: Unit, file: str) -> Iterator[Mutant]:
    scope = unit.scope
    if isinstance(scope, ast.FunctionDef):
        yield from _whole_body(unit, file, scope)
        yield from _of_body(unit, file, scope, "body")
    elif isinstance(scope, ast.Lambda):
        yield from _of_expression(unit, file, scope, (scope, "body", None))
    elif scope.value is not None:
        yield from _of_expression(unit, file, scope, (scope, "value", None))


def _whole_body(unit: Unit, file: str, scope: ast.FunctionDef) -> Iterator[Mutant]:
    body = [statement for statement in scope.body if not _is_docstring(statement)]
    generator = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(scope))
    if len(body) > 1 and not generator:
        made = _placed(ast.Return(value=None), body[0])
        yield _mutant(unit, file, body[0], "the whole body → return", (scope, "body", None), [made])


def _of_body(unit: Unit, file: str, holder: ast.AST, field: str) -> Iterator[Mutant]:
    for index, statement in enumerate(getattr(holder, field)):
        if _is_docstring(statement):
            continue
        for change, new in instead_of(statement, unit.sets):
            made = _placed(new, statement)
            yield _mutant(unit, file, statement, change, (holder, field, index), made)
        for place in parts(statement):
            yield from _of_expression(unit, file, statement, place)
        for inner in ("body", "orelse", "finalbody"):
            if isinstance(getattr(statement, inner, None), list):
                yield from _of_body(unit, file, statement, inner)
        for handler in getattr(statement, "handlers", []):
            yield from _of_body(unit, file, handler, "body")


def _of_expression(
    unit: Unit, file: str, statement: ast.AST, place: tuple[ast.AST, str, int | None]
) -> Iterator[Mutant]:
    """The mutants of one expression and of its parts."""
    holder, field, index = place
    node = getattr(holder, field) if index is None else getattr(holder, field)[index]
    for new in alternatives(node, holder):
        change = f"{words(node)} → {words(new)} in: {head(statement)}"
        made = None if new is None else _placed(new, node)
        yield _mutant(unit, file, statement, change, place, made)
    for inner in parts(node):
        yield from _of_expression(unit, file, statement, inner)


def _mutant(
    unit: Unit,
    file: str,
    statement: ast.AST,
    change: str,
    place: tuple[ast.AST, str, int | None],
    new: object,
) -> Mutant:
    first, last = _lines(statement)
    holder, field, index = place
    return Mutant(file, unit, first, last, change, holder, field, index, new)


def _lines(statement: ast.AST) -> tuple[int, int]:
    """The first and last line of a statement, of a block only its head."""
    first: int = getattr(statement, "lineno", 0)
    last: int = getattr(statement, "end_lineno", first)
    body = getattr(statement, "body", None)
    if isinstance(body, list):
        last = max(first, body[0].lineno - 1)
        if isinstance(statement, ast.Try):
            last = body[0].lineno
    return first, last


def _placed(new: ast.AST, old: ast.AST) -> ast.AST:
    made = new if hasattr(new, "lineno") else ast.copy_location(new, old)
    return ast.fix_missing_locations(made)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
