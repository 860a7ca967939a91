"""TOML that a person wrote: bounded before it is parsed, so that no file costs more than it says.

The parser of the standard library keeps every part of a dotted key and refuses integers that are
too long with an error of its own; both are bounded here first.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from ledger.kernel.errors import ParseError
from ledger.kernel.limits import TOML_BYTES_MAX, TOML_DIGITS_MAX, TOML_KEY_PARTS_MAX

_PARTS: Final = re.compile(
    rb"(?:[\"'A-Za-z0-9_-]{1,999}[ \t]{0,9}\.[ \t]{0,9}){%d}" % TOML_KEY_PARTS_MAX
)
_DIGITS: Final = re.compile(rb"[0-9_]{%d}" % (TOML_DIGITS_MAX + 1))


def read_toml(data: bytes, *, where: str) -> dict[str, Any]:
    """The table of a TOML text; `ParseError` at `where` with the place of what is wrong."""
    if len(data) > TOML_BYTES_MAX:
        raise ParseError(f"{len(data)} bytes where {TOML_BYTES_MAX} are allowed", where=where)
    for bound, what in ((_PARTS, "a key of too many parts"), (_DIGITS, "a number too long")):
        found = bound.search(data)
        if found is not None:
            line = data.count(b"\n", 0, found.start()) + 1
            raise ParseError(what, where=f"{where}, line {line}")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise ParseError("not UTF-8", where=f"{where}, byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise ParseError(str(error), where=where) from None
