"""Free text that officers sign: NFC, printable, no control, format or bidirectional characters.

Text is shown to a person before it is signed, so nothing in it may change how the rest is shown
(UAX #9 bidi controls, zero-width characters, private use).
"""

from __future__ import annotations

import unicodedata

from ledger.kernel.errors import ValueFormError
from ledger.kernel.limits import TEXT_CHARS_MAX

_BANNED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def check_text(text: str, *, limit: int = TEXT_CHARS_MAX) -> str:
    """The same text, if a person can read all of it; `ValueFormError` otherwise."""
    if not 1 <= len(text) <= limit:
        raise ValueFormError(f"text of {len(text)} characters where 1 to {limit} are allowed")
    if text != text.strip():
        raise ValueFormError("text begins or ends with white space")
    if text.isascii() and text.isprintable():
        return text
    for index, character in enumerate(text):
        if unicodedata.category(character) in _BANNED_CATEGORIES:
            raise ValueFormError(
                f"character U+{ord(character):04X} cannot be shown plainly",
                where=f"character {index + 1}",
                hint="Remove control, format, bidirectional and private characters",
            )
    if not unicodedata.is_normalized("NFC", text):
        raise ValueFormError("text is not in NFC", hint="Normalise it to NFC first")
    return text
