"""What may stand in the place of an expression, and which of its parts are looked at.

The operators: comparisons and their boundaries, `and`/`or` and each operand alone, `not` left out,
arithmetic (one side of texts that are joined), constants one off, empty and changed texts, the arms
of a condition, conditions of comprehensions, keyword arguments left out, calls left out, ends of
slices, bounds and anchors of regular expressions.
"""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Place: TypeAlias = tuple[ast.AST, str, int | None]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_PROSE_KEYWORDS = {"hint", "what", "message", "found", "expected"}
_NO_EFFECT_KEYWORDS = {"strict"}
"""`strict=True` of `zip` states what holds already."""
_PROSE_ARGUMENTS = {
    "invariant": 1,
    "check_hash": 1,
    "check_size": 1,
    "_check_count": 1,
    "_check_size": 2,
    "cast": 0,
}
"""Of these functions, the position of the argument that is only words (or a type)."""
_FINDINGS = {"deny", "exception"}
"""Of these, all but the code: a record keeps rule and verdict, the rest is told to a reader."""
_WORD = re.compile(r"[A-Za-z]+")
_PATTERN = re.compile(r"\]|\)\?|\{\d")
_REPEATS = re.compile(r"(?<=\{)\d+(?=[,}])|(?<=,)\d+(?=\})")
_ANCHORS = re.compile(r"\\Z|\$|(?<!\[)\^")


def parts(node: ast.AST) -> Iterator[Place]:
    """The places of the expressions directly under a node; nested statements are not looked at."""
    if isinstance(node, ast.JoinedStr) and _is_prose(node):
        return
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "args"} and not _is_call(node):
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                if _is_looked_at(item) and not _is_words(node, field, index):
                    yield node, field, index
        elif _is_looked_at(value) and not _is_words(node, field, None):
            yield node, field, None


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call)


def _is_looked_at(value: object) -> bool:
    return isinstance(value, ast.expr | ast.keyword | ast.comprehension | ast.withitem)


def _is_words(node: ast.AST, field: str, index: int | None) -> bool:
    """Whether this part of a node is words for a reader."""
    if isinstance(node, ast.keyword):
        return node.arg in _PROSE_KEYWORDS | _NO_EFFECT_KEYWORDS
    if not isinstance(node, ast.Call) or field != "args":
        return False
    name = _called(node)
    if name in _FINDINGS:
        return index != 0
    return (name.endswith("Error") and index == 0) or _PROSE_ARGUMENTS.get(name) == index


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def alternatives(node: ast.AST, holder: ast.AST) -> Iterator[ast.AST | None]:
    """What may stand in the place of an expression; None where it is left out of a list."""
    made = _BY_TYPE.get(type(node))
    return iter(()) if made is None else made(node, holder)


def _joined(node: ast.BoolOp, _holder: ast.AST) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for index in range(len(node.values)):
        rest = [value for place, value in enumerate(node.values) if place != index]
        yield rest[0] if len(rest) == 1 else _with(node, values=rest)


def _signed(node: ast.UnaryOp, _holder: ast.AST) -> Iterator[ast.AST]:
    yield node.operand


def _reckoned(node: ast.BinOp, _holder: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Add) and any(_is_text(part) for part in ast.walk(node)):
        yield from (node.left, node.right)
    else:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())


def _branched(node: ast.IfExp, _holder: ast.AST) -> Iterator[ast.AST]:
    yield from (node.body, node.orelse)


def _formatted(node: ast.JoinedStr, _holder: ast.AST) -> Iterator[ast.AST]:
    if not _is_prose(node):
        yield ast.Constant(value="")


def _named(node: ast.keyword, _holder: ast.AST) -> Iterator[ast.AST | None]:
    if node.arg and node.arg not in _PROSE_KEYWORDS | _NO_EFFECT_KEYWORDS:
        yield None


def _sliced(node: ast.Slice, _holder: ast.AST) -> Iterator[ast.AST]:
    for end in ("lower", "upper", "step"):
        if getattr(node, end) is not None:
            yield _with(node, **{end: None})


def _filtered(node: ast.comprehension, _holder: ast.AST) -> Iterator[ast.AST]:
    for index in range(len(node.ifs)):
        yield _with(node, ifs=[test for place, test in enumerate(node.ifs) if place != index])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node that shares its parts, with other fields."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _compared(node: ast.Compare, _holder: ast.AST) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            operators = [other() if place == index else op for place, op in enumerate(node.ops)]
            yield _with(node, ops=operators)


def _constants(node: ast.Constant, holder: ast.AST) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(value=not value)
    elif isinstance(value, int):
        yield ast.Constant(value=value + 1)
        yield ast.Constant(value=value - 1)
    elif isinstance(value, str | bytes) and not _is_prose(node):
        yield from (ast.Constant(value=other) for other in _texts(value, holder))


def _texts(value: str | bytes, holder: ast.AST) -> Iterator[str | bytes]:
    """Other texts; other patterns where the text is one."""
    text = value if isinstance(value, str) else value.decode("latin-1")
    compiled = isinstance(holder, ast.Call) and _called(holder) == "compile"
    if compiled or _PATTERN.search(text):
        patterns = _patterns(text)
        yield from (one if isinstance(value, str) else one.encode("latin-1") for one in patterns)
    if not compiled:
        if value:
            yield type(value)()
        yield value + "X" if isinstance(value, str) else value + b"X"


def _patterns(pattern: str) -> Iterator[str]:
    for found in _REPEATS.finditer(pattern):
        for other in (int(found[0]) - 1, int(found[0]) + 1):
            if other >= 0:
                yield pattern[: found.start()] + str(other) + pattern[found.end() :]
    for found in _ANCHORS.finditer(pattern):
        yield pattern[: found.start()] + pattern[found.end() :]


def _uncalled(node: ast.Call, holder: ast.AST) -> Iterator[ast.AST]:
    """The only argument, or the object of a method with at most one, instead of the call."""
    if isinstance(holder, ast.Raise | ast.Expr) or _called(node).endswith("Error"):
        return
    if _called(node) == "tuple":
        return  # a list in its place would only be less safe from change
    if isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        yield node.args[0].value if isinstance(node.args[0], ast.Starred) else node.args[0]
    elif isinstance(node.func, ast.Attribute) and len(node.args) + len(node.keywords) <= 1:
        yield node.func.value


def _is_prose(node: ast.Constant | ast.JoinedStr) -> bool:
    """Whether a text is words for a reader: two of them with a space, so `offset 7` is none."""
    parts_of = node.values if isinstance(node, ast.JoinedStr) else [node]
    values = [part.value for part in parts_of if isinstance(part, ast.Constant)]
    text = "{}".join(value for value in values if isinstance(value, str))
    return " " in text and len(_WORD.findall(text)) > 1


_BY_TYPE: dict[type[ast.AST], Callable[[Any, ast.AST], Iterator[ast.AST | None]]] = {
    ast.Compare: _compared,
    ast.BoolOp: _joined,
    ast.UnaryOp: _signed,
    ast.BinOp: _reckoned,
    ast.IfExp: _branched,
    ast.Constant: _constants,
    ast.JoinedStr: _formatted,
    ast.Call: _uncalled,
    ast.keyword: _named,
    ast.Slice: _sliced,
    ast.comprehension: _filtered,
}
