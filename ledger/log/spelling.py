"""The one spelling of the values on a line of a note: base64, decimals, names of keys.

Python's own readers take many spellings (`int` takes `+1_0`, base64 takes stray trailing bits), so
each value is matched first and compared with its own rendering after.
"""

from __future__ import annotations

import re
from typing import Final

from ledger.kernel.errors import NoteError, ValueFormError
from ledger.kernel.limits import KEY_NAME_BYTES_MAX, TREE_SIZE_MAX
from ledger.signing import base64_text

_DECIMAL: Final = re.compile(rb"0|[1-9][0-9]{0,18}")


def encode_base64(data: bytes) -> bytes:
    """Standard base64 with padding, RFC 4648 §4."""
    return base64_text.encode_base64(data).encode()


def decode_base64(text: bytes, *, what: str, where: str) -> bytes:
    """The bytes, at least one, of standard, padded, canonical base64; `NoteError` otherwise."""
    try:
        data = base64_text.decode_base64(text.decode("ascii", "replace"))
    except ValueFormError:
        data = b""
    if not data:
        raise NoteError(f"{what} is not canonical base64", where=where)
    return data


def decode_decimal(text: bytes, *, what: str, where: str) -> int:
    """The value of `0|[1-9][0-9]*` below 2^63; `NoteError` otherwise."""
    value = int(text) if _DECIMAL.fullmatch(text) else TREE_SIZE_MAX + 1
    if value > TREE_SIZE_MAX:
        raise NoteError(
            f"{what} is not a decimal below 2^63", where=where, hint="The form is 0|[1-9][0-9]*"
        )
    return value


def is_key_name(name: str) -> bool:
    """Whether a text may name a key (C2SP signed-note): no space, no plus, no control in it."""
    return name != "" and not any(_banned(character) for character in name)


def check_key_name(name: str, *, what: str) -> str:
    """The same name, if it may name a key of ours (at most 255 bytes); `NoteError` otherwise."""
    length = len(name.encode("utf-8", "surrogatepass"))
    if not is_key_name(name) or length > KEY_NAME_BYTES_MAX:
        raise NoteError(
            f"{what} {name[:80]!r} is not a key name",
            hint=f"1 to {KEY_NAME_BYTES_MAX} bytes without spaces, plus or control characters",
        )
    return name


def _banned(character: str) -> bool:
    surrogate = "\ud800" <= character <= "\udfff"
    return character == "+" or character < " " or character.isspace() or surrogate
