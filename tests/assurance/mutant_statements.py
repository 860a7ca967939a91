"""What may stand in the place of a statement: nothing, another way out, one arm of a block only."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Changes: TypeAlias = Iterator[tuple[str, ast.stmt]]


def instead_of(statement: ast.stmt, sets: Callable[[str], int]) -> Changes:
    """The statements, and how each change is called.

    `sets` says how often a name gets a value in the function. A statement that gives one its only
    value stays: without it every test that comes there would fail.
    """
    if isinstance(statement, ast.Assign | ast.AnnAssign) and (
        _only_names(statement, sets) or statement.value is None
    ):
        return
    for change, new in _BY_TYPE.get(type(statement), _none)(statement):
        yield f"{change}: {head(statement)}", new


def _only_names(statement: ast.Assign | ast.AnnAssign, sets: Callable[[str], int]) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    nodes = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.expr)]
    return all(
        isinstance(node, ast.Tuple) or (isinstance(node, ast.Name) and sets(node.id) == 1)
        for node in nodes
    )


def _none(_statement: ast.stmt) -> Changes:
    return iter(())


def _left_out(_statement: ast.stmt) -> Changes:
    yield "removed", ast.Pass()


def _broken_off(_statement: ast.Break) -> Changes:
    yield "break → continue", ast.Continue()


def _continued(_statement: ast.Continue) -> Changes:
    yield "continue → break", ast.Break()
    yield "continue → pass", ast.Pass()


def _returned(statement: ast.Return) -> Changes:
    nothing = ast.Constant(value=None)
    if statement.value is None:
        yield "removed", ast.Pass()
    elif not (isinstance(statement.value, ast.Constant) and statement.value.value is None):
        yield "returns None", ast.Return(value=nothing)


def _raised(statement: ast.Raise) -> Changes:
    yield "removed", ast.Pass()
    if isinstance(statement.exc, ast.Call):
        above: Any = copy.deepcopy(statement)
        above.exc.func = ast.Attribute(statement.exc.func, "__base__", ast.Load())
        yield "raises the class above", above


def _changed(statement: ast.AugAssign) -> Changes:
    yield "removed", ast.Pass()
    yield "sets", ast.Assign([statement.target], statement.value)


def _if(statement: ast.If) -> Changes:
    for word, value in (("always", True), ("never", False)):
        yield word, ast.If(ast.Constant(value=value), statement.body, statement.orelse)


def _while(statement: ast.While) -> Changes:
    yield "never", ast.While(ast.Constant(value=False), statement.body, statement.orelse)


def _for(statement: ast.For) -> Changes:
    nothing = ast.Tuple([], ast.Load())
    yield "never", ast.For(statement.target, nothing, statement.body, statement.orelse)


def _try(statement: ast.Try) -> Changes:
    if statement.handlers:
        body = [*statement.body, *statement.orelse, *statement.finalbody]
        caught = head(statement.handlers[0]).rstrip(":")
        yield f"not caught, {caught}", _block(body)
    if statement.finalbody:
        body = [*statement.body, *statement.orelse]
        if statement.handlers:
            yield (
                "without finally",
                ast.Try(statement.body, statement.handlers, statement.orelse, []),
            )
        else:
            yield "without finally", _block(body)


def _with(statement: ast.With) -> Changes:
    if all(item.optional_vars is None for item in statement.items):
        yield "without", _block(statement.body)


def _block(body: list[ast.stmt]) -> ast.stmt:
    return ast.If(ast.Constant(value=True), body, [])


def words(node: ast.AST | None) -> str:
    """A part of a program on one line."""
    return "nothing" if node is None else " ".join(ast.unparse(node).split())


def head(statement: ast.AST) -> str:
    """A statement on one line, of a block only its head."""
    return " ".join(ast.unparse(statement).split("\n", 1)[0].split())


_BY_TYPE: dict[type[ast.stmt], Callable[[Any], Changes]] = {
    ast.Expr: _left_out,
    ast.Assign: _left_out,
    ast.AnnAssign: _left_out,
    ast.Delete: _left_out,
    ast.AugAssign: _changed,
    ast.Break: _broken_off,
    ast.Continue: _continued,
    ast.Return: _returned,
    ast.Raise: _raised,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.Try: _try,
    ast.With: _with,
}
