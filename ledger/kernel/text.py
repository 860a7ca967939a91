"""Free text that officers sign: NFC, printable, no control, format or bidirectional characters.

Text is shown to a person before it is signed, so nothing in it may change how the rest is shown
(UAX #9 bidi controls, zero-width characters, private use).
"""

from __future__ import annotations

import unicodedata

from ledger.kernel.errors import ValueFormError
from ledger.kernel.limits import TEXT_CHARS_MAX

_BANNED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INVISIBLE = frozenset(
    [
        *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
        *map(chr, range(0x180B, 0x1810)),
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    ]
)
"""Shown as nothing, though letters, marks or symbols by category: fillers, joiners, variation
selectors (Unicode Default_Ignorable_Code_Point beyond Cf) and the blank Braille cell."""


def check_text(text: str, *, limit: int = TEXT_CHARS_MAX) -> str:
    """The same text, if a person can read all of it; `ValueFormError` otherwise."""
    if not 1 <= len(text) <= limit:
        raise ValueFormError(f"text of {len(text)} characters where 1 to {limit} are allowed")
    if text != text.strip():
        raise ValueFormError("text begins or ends with white space")
    if text.isascii() and text.isprintable():
        return text
    if unicodedata.category(text[0]).startswith("M"):
        raise ValueFormError("text begins with a mark, which would be drawn over what is before it")
    for index, character in enumerate(text):
        if character in _INVISIBLE or unicodedata.category(character) in _BANNED_CATEGORIES:
            raise ValueFormError(
                f"character U+{ord(character):04X} cannot be shown plainly",
                where=f"character {index + 1}",
                hint="Remove control, format, bidirectional and private characters",
            )
    if not unicodedata.is_normalized("NFC", text):
        raise ValueFormError("text is not in NFC", hint="Normalise it to NFC first")
    return text
