"""The members of a form with what they mean, as their docstrings say it.

A docstring under an attribute is not kept when a module runs, so it is read from the source. A
member without one is described by the word that all kinds share.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING

from ledger.cli.event_pages.shapes import Shape, shape_of_field
from ledger.cli.event_pages.words import MEANINGS
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from types import ModuleType

    from ledger.kernel.form import Form


@fixed
class Member:
    """One member of a form."""

    name: str
    shape: Shape
    is_required: bool
    meaning: str
    default: str = ""
    """What it is where it is left out, if anything."""


def members_of(form: type[Form], *, without: type[Form] | None = None) -> list[Member]:
    """The members of a form in order, less those of a base form."""
    inherited = without.model_fields if without is not None else {}
    return [
        Member(
            name,
            shape_of_field(field),
            field.is_required(),
            meaning_of(form, name),
            _default_of(field.default),
        )
        for name, field in form.model_fields.items()
        if name not in inherited
    ]


def _default_of(default: object) -> str:
    """A word, a number or a truth value that stands for a member that is left out."""
    if isinstance(default, bool | str | int):
        return str(default).lower() if isinstance(default, bool) else str(default)
    return ""


def meaning_of(form: type[Form], name: str) -> str:
    """What a member means: its own docstring, or the form's word, or the shared one, or nothing."""
    owner = next(base for base in form.__mro__ if name in inspect.get_annotations(base))
    own = MEANINGS.get(f"{_title_of(owner)}.{name}", "")
    return docstring_of(owner, name) or own or MEANINGS.get(name, "")


def docstring_of(owner: type, attribute: str) -> str:
    """The docstring that stands under an attribute of a class, on one line; or nothing."""
    return _docstrings(_module_of(owner)).get((owner.__name__, attribute), "")


def _title_of(owner: type) -> str:
    """A form's name; for the parameters of a rule type, the type's."""
    return owner.__module__.rpartition(".")[2] if owner.__name__ == "Params" else owner.__name__


def summary_of(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


def _module_of(owner: type) -> ModuleType:
    return sys.modules[owner.__module__]


@cache
def _docstrings(module: ModuleType) -> dict[tuple[str, str], str]:
    """(class, attribute) to the docstring that stands under the attribute."""
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.ClassDef):
            continue
        for above, below in zip(node.body, node.body[1:], strict=False):
            text = _text_of(below)
            name = _target_of(above)
            if name and text:
                found[node.name, name] = " ".join(text.split())
    return found


def _target_of(node: ast.stmt) -> str:
    """The attribute that a statement of a class body gives a value or a type."""
    target: ast.expr | None = None
    if isinstance(node, ast.AnnAssign):
        target = node.target
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def _text_of(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value.value if isinstance(node.value.value, str) else ""
    return ""
