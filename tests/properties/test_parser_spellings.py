"""One spelling in every place: each text of a valid body of each kind, spelled sixty other ways.

`tests/unit/kernel` does it for each form of text by itself; here the spellings go through the very
member that an officer signs. All of them mean the same to a lax reader, and none may be taken.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.drafts import read_payload
from ledger.kernel.canonical import encode
from ledger.kernel.errors import LedgerError
from tests.support import parser_seeds as seeds

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[Any, Any]
ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xF20, 0x1040, 0x17E0, 0xFF10, 0x1D7CE, 0x1D7F6)
"""Code points of the digit zero in other scripts; `int` takes all of them."""
UNSEEN = (
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u034f\u061c\u202a\u202d\u202e\u2066\u2069"
    "\u3164\ufe0f\U000e0101\x00\x07\x08\t\n\r\x1b\x7f\x80\x85\u2028\u2029"
)
"""What no reader sees: joiners, marks of direction, fillers, controls, ends of lines."""
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|[0-9]{4}-[0-9-]+|[0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z")
"""An amount, a day, an instant. (A version looks like one, and is not: 1.0 is another than 1.)"""
BY_LAW = {"book", "log_key"}
"""Members whose form takes more: a law of admission reads them by their own parsers."""
BLANKS = " \xa0\u2003\u3000"


def unseen(text: str) -> list[str]:
    """The text with something before, after or within that changes nothing of how it looks."""
    middle = len(text) // 2
    at_ends = [blank + text for blank in BLANKS] + [text + blank for blank in BLANKS]
    within = [text[:middle] + mark + text[middle:] for mark in UNSEEN]
    return [*at_ends, *within, *(mark + text for mark in UNSEEN), *(text + m for m in UNSEEN)]


def respelled(text: str, name: Any) -> list[str]:
    """Digits of other scripts, wide letters, signs, exponents, quotes, escapes."""
    scripts = [
        "".join(chr(zero + int(c)) if c in "0123456789" else c for c in text) for zero in ZEROS
    ]
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    around = [a + text + b for a, b in (("'", "'"), ('"', '"'), ("(", ")"), ("<", ">"), ("=", ""))]
    escaped = "".join(f"\\u{ord(c):04x}" for c in text)
    numbers = []
    if NUMBER.fullmatch(text) and name != "version":
        numbers = [f"+{text}", f"0{text}", f"{text}e0", f"{text}E0", f"{text}.", f"{text}_"]
        numbers += [
            f"{text}0" if "." in text else f"{text}.0",
            f"{text[0]},{text[1:]}",
            f"-0{text}",
        ]
    return [s for s in [*scripts, wide, *around, escaped, *numbers, f"{text};"] if s != text]


def places(value: Any) -> Iterator[Place]:
    """Every text in a value, as its holder and its name or index there."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in list(items):
        if name in BY_LAW:
            continue
        if isinstance(inner, str):
            yield value, name
        elif isinstance(inner, dict | list):
            yield from places(inner)


def takes(body: dict[str, Any]) -> bool:
    try:
        read_payload(encode(body))
    except LedgerError:
        return False
    return True


def is_free_text(body: dict[str, Any], place: Place) -> bool:
    """Whether a member is text for people, who may write quotes and brackets."""
    holder, name = place
    before = holder[name]
    holder[name] = "(some; words)"
    free = takes(body)
    holder[name] = before
    return free


@pytest.mark.parametrize("data", seeds.payloads(), ids=lambda data: json.loads(data)["kind"])
def test_every_text_of_a_body_has_one_spelling(data: bytes) -> None:
    body: dict[str, Any] = json.loads(data)
    assert takes(body)
    tried, taken = 0, []
    for holder, name in places(body):
        text = holder[name]
        free = is_free_text(body, (holder, name))
        others = unseen(text) if free else [*unseen(text), *respelled(text, name)]
        assert len(set(others)) >= 60
        for other in others:
            holder[name] = other
            tried += 1
            if takes(body):
                taken.append((name, other))
        holder[name] = text
    assert taken == []
    assert tried > 60 * 6
