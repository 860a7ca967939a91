"""Amounts in signed bytes are canonical decimals in whole units; inside they are integers.

`"1200.5"` with scale 8 is 120050000000 base units. There is one spelling: no exponent, no sign for
zero, no trailing zero after the point (docs/spec/canonical-bytes.md). Digits beyond the scale are
refused, never rounded.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ledger.kernel.errors import ValueFormError
from ledger.kernel.limits import AMOUNT_CHARS_MAX

AMOUNT: Final = r"0|-?(?:0\.[0-9]*[1-9]|[1-9][0-9]*(?:\.[0-9]*[1-9])?)"
POSITIVE: Final = r"0\.[0-9]*[1-9]|[1-9][0-9]*(?:\.[0-9]*[1-9])?"
NOT_NEGATIVE: Final = r"0|" + POSITIVE

_AMOUNT = re.compile(AMOUNT, re.ASCII)


@lru_cache(maxsize=8_192)
def parse_amount(text: str, scale: int) -> int:
    """The base units of a canonical decimal; `ValueFormError` for digits beyond `scale`.

    Cached, since laws, rules and evolution each read the same amount of one event.
    """
    if len(text) > AMOUNT_CHARS_MAX or _AMOUNT.fullmatch(text) is None:
        raise ValueFormError(
            f"{text[:80]!r} is not an amount", hint="Write it like 0, 1200 or 1200.5"
        )
    whole, _, fraction = text.partition(".")
    if len(fraction) > scale:
        raise ValueFormError(
            f"{text} has {len(fraction)} digits after the point where {scale} are allowed"
        )
    return int(whole + fraction.ljust(scale, "0"))


def render_amount(base_units: int, scale: int) -> str:
    """The canonical decimal of base units: the inverse of `parse_amount`."""
    sign = "-" if base_units < 0 else ""
    digits = str(abs(base_units)).rjust(scale + 1, "0")
    if not scale:
        return sign + digits
    fraction = digits[-scale:].rstrip("0")
    return sign + digits[:-scale] + ("." + fraction if fraction else "")
