"""Free text: what an officer is shown before signing is all there is, and in one form."""

from __future__ import annotations

import unicodedata

import pytest

from ledger.kernel.errors import ValueFormError
from ledger.kernel.limits import TEXT_CHARS_MAX
from ledger.kernel.text import check_text

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff"
CONTROL = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
SEPARATORS = "\u2028\u2029"
PRIVATE = "\ue000\uf8ff\U000f0000\U0010fffd"
UNASSIGNED = "\u0378\ufdd0\ufffe\uffff\U0001ffff\U000e0080"
SURROGATES = "\ud800\udfff"
TAGS = "\U000e0001\U000e0041\U000e007f"
SHORTHAND = "\U0001bca0\U0001d173\U0001d17a"
INTERLINEAR = "\ufff9\ufffa\ufffb"


@pytest.mark.parametrize(
    "char",
    sorted(
        {*BIDI, *ZERO_WIDTH, *CONTROL, *SEPARATORS, *PRIVATE, *UNASSIGNED, *SURROGATES}
        | {*TAGS, *SHORTHAND, *INTERLINEAR}
    ),
    ids=lambda char: f"U+{ord(char):04X}",
)
def test_a_character_that_cannot_be_shown_plainly_is_refused(char: str) -> None:
    for text in (f"a{char}b", f"{char}ab", f"ab{char}", char):
        with pytest.raises(ValueFormError):
            check_text(text)
    with pytest.raises(ValueFormError, match=f"U\\+{ord(char):04X}") as refusal:
        check_text(f"a{char}b")
    assert refusal.value.where == "character 2"


INVISIBLE = {
    "combining grapheme joiner": "\u034f",
    "Hangul choseong filler": "\u115f",
    "Hangul jungseong filler": "\u1160",
    "Hangul filler": "\u3164",
    "halfwidth Hangul filler": "\uffa0",
    "Khmer inherent vowel": "\u17b4",
    "Mongolian variation selector": "\u180b",
    "variation selector": "\ufe00",
    "emoji variation selector": "\ufe0f",
    "supplementary variation selector": "\U000e0100",
    "Braille blank": "\u2800",
}


def is_taken(text: str) -> bool:
    try:
        return check_text(text) == text
    except ValueFormError:
        return False


def test_invisible_letters_and_marks_are_refused() -> None:
    """By category letters, marks and symbols; shown they are nothing: two texts would look one."""
    assert [name for name, char in INVISIBLE.items() if is_taken(f"a{char}b")] == []


def test_a_text_does_not_begin_with_a_mark() -> None:
    """It would be drawn over whatever is shown before the text."""
    assert [text for text in ("\u0301abc", "\u0336paid", "\u20e0x") if is_taken(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Bought for the reserve", "Сатып алынды", "購入", "قرار الشراء", "é", "Ångström",
        "a\u0338b", "x", "~!@#$%^&*()_+{}|:\"<>?[]\\;',./", "😀", "1\u00a0000", "=1+1",
        "a" * TEXT_CHARS_MAX, "Straße", "\u0915\u094d\u0937", "\ufb01",
    ],
)  # fmt: skip
def test_readable_text_is_taken_as_it_is(text: str) -> None:
    assert check_text(text) == text


@pytest.mark.parametrize("text", ["e\u0301", "\u212b", "\u1100\u1161", "A\u030a", "\U0002f800"])
def test_text_that_is_not_in_nfc_is_refused(text: str) -> None:
    with pytest.raises(ValueFormError, match="NFC"):
        check_text(text)
    assert check_text(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("text", [" a", "a ", "\u00a0a", "a\u3000", "\ta", "a\n", " ", "\u2003"])
def test_white_space_at_the_ends_is_refused(text: str) -> None:
    with pytest.raises(ValueFormError, match="white space"):
        check_text(text)


@pytest.mark.parametrize("text", ["", "a" * (TEXT_CHARS_MAX + 1), "é" * 100_000])
def test_length_is_bounded_in_characters(text: str) -> None:
    with pytest.raises(ValueFormError, match="characters where 1 to 400"):
        check_text(text)
    assert check_text("é" * TEXT_CHARS_MAX)
    assert check_text("abc", limit=3)
    with pytest.raises(ValueFormError):
        check_text("abcd", limit=3)
