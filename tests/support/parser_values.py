"""Every named form of text, said a second time in plain code: no expression shared with the forms.

`take_text` holds the two against each other for one text.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ledger.cli.event_pages.shapes import NAMED
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.currencies import MINOR_UNIT_DIGITS
from ledger.kernel.errors import ValueFormError

if TYPE_CHECKING:
    from collections.abc import Callable

LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset("0123456789")
LETTERS = LOWER | UPPER
WORD = LETTERS | DIGITS
SCALE_MAX = 60


def _words(text: str, separators: str, first: frozenset[str], others: frozenset[str]) -> bool:
    """Words of given characters with one separator between two; the first begins as told."""
    for separator in separators[1:]:
        text = text.replace(separator, separators[0])
    words = text.split(separators[0])
    return text[:1] in first and text != "" and all(w and set(w) <= others for w in words)


def _slug(text: str) -> bool:
    return len(text) <= 64 and _words(text, "-", LOWER, LOWER | DIGITS)


def _fund(text: str) -> bool:
    environment, slash, name = text.partition("/")
    known = environment in {"production", "staging", "test", "demo"}
    return known and slash != "" and len(text) <= 80 and _words(name, "-", LOWER, LOWER | DIGITS)


def _reference(text: str) -> bool:
    ends = text[:1] + text[-1:]
    return 1 <= len(text) <= 64 and set(ends) <= WORD and set(text) <= WORD | set("._/:-")


def _country(text: str) -> bool:
    country, dash, part = text.partition("-")
    whole = len(country) == 2 and set(country) <= UPPER
    return whole and (not dash or (1 <= len(part) <= 3 and set(part) <= UPPER | DIGITS))


def _chain(text: str) -> bool:
    space, colon, reference = text.partition(":")
    return (
        colon != ""
        and 3 <= len(space) <= 8
        and set(space) <= LOWER | DIGITS | {"-"}
        and 1 <= len(reference) <= 32
        and set(reference) <= WORD | set("-_")
    )


def _asset_id(text: str) -> bool:
    chain, slash, rest = text.partition("/")
    space, colon, reference = rest.partition(":")
    name, second, token = reference.partition("/")
    return (
        slash + colon == "/:"
        and _chain(chain)
        and 3 <= len(space) <= 8
        and set(space) <= LOWER | DIGITS | {"-"}
        and 1 <= len(name) <= 128
        and set(name) <= WORD | set("-.%")
        and (not second or (1 <= len(token) <= 78 and set(token) <= WORD | set("-.%")))
    )


def _instant(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    plain = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    return moment.tzinfo == UTC and plain + "Z" == text


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _decimal(text: str) -> Decimal | None:
    """The number of which this is the one spelling."""
    with localcontext(prec=100):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        if not number.is_finite() or len(text) > 60 or abs(number.adjusted()) > 100:
            return None
        shown = format(number.normalize(), "f") if number else "0"
    return number if shown == text else None


def _amount(text: str) -> bool:
    return _decimal(text) is not None


def _positive(text: str) -> bool:
    number = _decimal(text)
    return number is not None and number > 0


def _not_negative(text: str) -> bool:
    number = _decimal(text)
    return number is not None and number >= 0


def _lei(text: str) -> bool:
    if len(text) != 20 or not set(text) <= UPPER | DIGITS or not set(text[18:]) <= DIGITS:
        return False
    values = [str(ord(c) - 55) if c in UPPER else c for c in text]
    return int("".join(values)) % 97 == 1 and 2 <= int(text[18:]) <= 98


def _shown(text: str, limit: int) -> bool:
    """Whether a person can read all of a text, as far as the categories of Unicode tell."""
    plain = not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in text)
    return plain and 1 <= len(text) <= limit and unicodedata.normalize("NFC", text) == text


def _base64(text: str) -> bool:
    bare = text.rstrip("=")
    return len(text) <= 4_096 and len(text) - len(bare) <= 2 and set(bare) <= WORD | set("+/")


EXACTLY: dict[str, Callable[[str], bool]] = {
    "Slug": _slug,
    "Code": lambda text: len(text) <= 64 and _words(text, "_", LOWER, LOWER | DIGITS),
    "Office": lambda text: len(text) <= 64 and _words(text, "_-", LETTERS, WORD),
    "AssetCode": lambda text: (
        2 <= len(text) <= 16 and text[0] in UPPER and set(text) <= UPPER | DIGITS
    ),
    "AssetId": _asset_id,
    "ChainId": _chain,
    "Reference": _reference,
    "Digest": lambda text: len(text) == 64 and set(text) <= DIGITS | set("abcdef"),
    "RuleId": lambda text: (
        len(text) <= 64
        and _words(text, ".-", UPPER, WORD)
        and set(text.replace("-", ".").split(".")[0]) <= UPPER | DIGITS
    ),
    "FundId": _fund,
    "Country": _country,
    "Instant": _instant,
    "Day": _day,
    "Lei": _lei,
    "CurrencyCode": lambda text: text in MINOR_UNIT_DIGITS,
    "Amount": _amount,
    "PositiveAmount": _positive,
    "NotNegativeAmount": _not_negative,
    "Base64": _base64,
}
"""Forms of which the plain code says yes and no exactly where the form does."""
AT_MOST: dict[str, Callable[[str], bool]] = {
    "Text": lambda text: _shown(text, 400),
    "Name": lambda text: _shown(text, 120),
}
"""Forms that refuse more than the plain code does."""
READERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(form) for name, form in NAMED.items()}


def take_text(data: bytes) -> bool:
    """Whether any form takes this text; each as its second statement says, and unchanged."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    taken = {name for name, reader in READERS.items() if _takes(reader, text)}
    assert taken - set(AT_MOST) == {name for name, holds in EXACTLY.items() if holds(text)}
    assert all(AT_MOST[name](text) for name in taken & set(AT_MOST))
    _check_amount(text, "Amount" in taken)
    return bool(taken)


def _takes(reader: TypeAdapter[Any], text: str) -> bool:
    try:
        return bool(reader.validate_python(text) == text)
    except ValidationError:
        return False


def _check_amount(text: str, taken: bool) -> None:  # noqa: FBT001 - one verdict of the above
    """The parser of amounts takes what the form takes, at a scale that holds all digits."""
    try:
        units = parse_amount(text, SCALE_MAX)
    except ValueFormError:
        assert not taken
        return
    assert taken
    assert render_amount(units, SCALE_MAX) == text
