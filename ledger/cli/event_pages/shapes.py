"""What a member of a form may be, read from its annotation.

A `Shape` says the same as the annotation, in values that pages print and tests enumerate.
"""

from __future__ import annotations

from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ledger.kernel import form
from ledger.kernel.errors import InvariantError
from ledger.kernel.fixed import fixed
from ledger.kernel.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED = {
    name: getattr(form, name)
    for name in (
        "Slug",
        "Code",
        "Office",
        "AssetCode",
        "AssetId",
        "ChainId",
        "Reference",
        "Digest",
        "RuleId",
        "FundId",
        "Country",
        "Instant",
        "Day",
        "Text",
        "Name",
        "Lei",
        "CurrencyCode",
        "Amount",
        "PositiveAmount",
        "NotNegativeAmount",
        "Base64",
    )
}
"""The forms of text that have a name of their own, in the order in which pages list them."""


@fixed
class Shape:
    """One member's type. `what` is text, count, flag, choice, list, map, object, one_of or any."""

    what: str
    named: str = ""
    """The name of a text's form, if it has one."""
    pattern: str = ""
    least: int | None = None
    """Of a count, or of the entries of a list or map."""
    most: int | None = None
    """As `least`; of a text, the characters."""
    choices: tuple[str, ...] = ()
    item: Shape | None = None
    """What a list holds, or the values of a map."""
    key: Shape | None = None
    forms: tuple[type[Form], ...] = ()
    """The form of an object, or the forms of which it is one."""


def shape_of_field(field: FieldInfo) -> Shape:
    """The shape of a form's member."""
    return _shape(field.annotation, field.metadata)


def shape_of(annotation: Any) -> Shape:  # noqa: ANN401 - any annotation may be asked about
    """The shape of an annotation that stands inside another one."""
    if get_origin(annotation) is Annotated or annotation in NAMED.values():
        field = FieldInfo.from_annotation(annotation)
        return _shape(field.annotation, field.metadata)
    return _shape(annotation, [])


def _shape(annotation: Any, metadata: list[Any]) -> Shape:  # noqa: ANN401 - as `shape_of`
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return _shape_of_union(inner)
    if origin is Literal:
        return Shape("choice", choices=tuple(str(word) for word in inner))
    if origin in {tuple, dict}:
        return _shape_of_many(inner, metadata)
    return _shape_of_one(annotation, metadata)


def _shape_of_one(annotation: Any, metadata: list[Any]) -> Shape:  # noqa: ANN401 - as `shape_of`
    least, most, pattern = _bounds(metadata)
    if annotation is str:
        return Shape("text", _named(metadata), pattern, least, most)
    if annotation in {int, bool}:
        return Shape("count" if annotation is int else "flag", least=least, most=most)
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return Shape("object", forms=(annotation,))
    raise InvariantError(f"no shape is known for {annotation}")


def _shape_of_many(inner: tuple[Any, ...], metadata: list[Any]) -> Shape:
    """A list has an item and an ellipsis as its arguments, a map its key and its item."""
    least, most, _ = _bounds(metadata)
    first, second = inner
    if second is Any:
        return Shape("any")
    if second is ...:
        return Shape("list", least=least, most=most, item=shape_of(first))
    return Shape("map", least=least, most=most, key=shape_of(first), item=shape_of(second))


def _shape_of_union(inner: Iterable[Any]) -> Shape:
    """An optional member is what it is when it is there; several forms are one of them."""
    present = [part for part in inner if part is not NoneType]
    if len(present) == 1:
        return shape_of(present[0])
    return Shape("one_of", forms=tuple(present))


def _bounds(metadata: list[Any]) -> tuple[int | None, int | None, str]:
    found: dict[str, Any] = {}
    for part in metadata:
        for name in ("ge", "le", "min_length", "max_length", "pattern"):
            value = getattr(part, name, None)
            if value is not None:
                found[name] = value
    least = found.get("ge", found.get("min_length"))
    return least, found.get("le", found.get("max_length")), found.get("pattern", "")


_METADATA = {name: FieldInfo.from_annotation(named).metadata for name, named in NAMED.items()}


def _named(metadata: list[Any]) -> str:
    return next((name for name, known in _METADATA.items() if known == metadata), "")
