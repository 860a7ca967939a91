"""TOML that a person wrote: bounded before it is parsed, so that no file costs more than it says.

The parser of the standard library keeps every part of a dotted key, with all parts before it, and
refuses integers that are too long with an error of its own; both are bounded here first. A key lies
on one line, so the dots of a line bound its parts however they are quoted.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from ledger.kernel.errors import ParseError
from ledger.kernel.limits import TOML_BYTES_MAX, TOML_DIGITS_MAX, TOML_DOTS_MAX

_DIGITS: Final = re.compile(rb"[0-9_]{%d}" % (TOML_DIGITS_MAX + 1))


def read_toml(data: bytes, *, where: str) -> dict[str, Any]:
    """The table of a TOML text; `ParseError` at `where` with the place of what is wrong."""
    if len(data) > TOML_BYTES_MAX:
        raise ParseError(f"{len(data)} bytes where {TOML_BYTES_MAX} are allowed", where=where)
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.count(b".") > TOML_DOTS_MAX:
            raise ParseError("a key of too many parts", where=f"{where}, line {number}")
        if _DIGITS.search(line):
            raise ParseError("a number too long", where=f"{where}, line {number}")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise ParseError("not UTF-8", where=f"{where}, byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise ParseError(str(error), where=where) from None
