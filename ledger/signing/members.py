"""Typed access to the members of a decoded JSON object: each fault names the path of the member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.errors import EnvelopeError, ValueFormError
from ledger.signing.base64_text import decode_base64

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_exact(members: Mapping[str, object], names: tuple[str, ...], path: str = "") -> None:
    """Raise `EnvelopeError` unless the object has these members and no other."""
    if members.keys() != set(names):
        raise EnvelopeError(f"the members are exactly {', '.join(names)}", where=path.rstrip("."))


def text(members: Mapping[str, object], name: str, path: str = "") -> str:
    """The string member of that name."""
    value = members.get(name)
    if not isinstance(value, str):
        raise EnvelopeError("a string was expected", where=path + name)
    return value


def octets(members: Mapping[str, object], name: str, path: str = "") -> bytes:
    """The bytes of a base64 member, in their one spelling."""
    try:
        return decode_base64(text(members, name, path))
    except ValueFormError as error:
        raise EnvelopeError(error.message, where=path + name, hint=error.hint) from None


def objects(members: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """The member of that name as an array of objects."""
    items = members.get(name)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise EnvelopeError("an array of objects was expected", where=name)
    return items
