"""JSON that a person or a tool wrote: bounded, no name twice in an object, integers only.

Our own formats are canonical (`canonical.py`); this reads what others write by hand.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from ledger.kernel.errors import ParseError
from ledger.kernel.limits import TOML_BYTES_MAX, TOML_DIGITS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable


def read_json(
    data: bytes,
    *,
    where: str,
    bytes_max: int = TOML_BYTES_MAX,
    number: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """The object of a JSON text; `ParseError` at `where` with the place of what is wrong.

    `number` takes the text of a number that is no integer, where a format may hold one in order to
    see it refused; without it such a number is refused here.
    """
    if len(data) > bytes_max:
        raise ParseError(f"{len(data)} bytes where {bytes_max} are allowed", where=where)
    try:
        value = json.loads(  # noqa: TID251 - not one of our own formats, and read strictly here
            data,
            object_pairs_hook=_members,
            parse_float=number or _no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
    except (ValueError, RecursionError) as error:
        raise ParseError(str(error)[:200], where=where) from None
    if not isinstance(value, dict):
        raise ParseError("an object was expected", where=where)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("one name twice in an object")
    return found


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no integer: write amounts as text")


def _integer(text: str) -> int:
    if len(text) > TOML_DIGITS_MAX:
        raise ValueError("a number too long")
    return int(text)
