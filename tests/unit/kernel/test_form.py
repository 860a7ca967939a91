"""Forms: frozen, strict, closed; pydantic's errors leave as ours, with the field's path."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from ledger.kernel.errors import BodyError, BookError, ParseError
from ledger.kernel.form import Day, Form, Lei, Many, Name, Slug, Text, read_form


class Inner(Form):
    """A part."""

    day: Day
    note: Text | None = None


class Outer(Form):
    """A whole."""

    name: Slug
    parts: Annotated[Many[Inner], Field(max_length=3)]
    flag: bool = False
    count: Annotated[int, Field(ge=0, le=9)] = 0
    lei: Lei | None = None
    title: Name | None = None


GOOD: dict[str, Any] = {"name": "a-b", "parts": [{"day": "2026-01-05"}]}


def test_a_good_value() -> None:
    found = read_form(Outer, GOOD)
    assert found.parts == (Inner(day="2026-01-05"),)
    assert GOOD == {"name": "a-b", "parts": [{"day": "2026-01-05"}]}


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"name": None}, "name", "string"),
        ({"name": "A"}, "name", "pattern"),
        ({"extra": 1}, "extra", "unknown field"),
        ({"parts": [{"day": "2026-01-05", "x": 1}]}, "parts.0.x", "unknown field"),
        ({"parts": [{}]}, "parts.0.day", "required field is missing"),
        (
            {"parts": [{"day": "2026-01-05"}, {"day": "2026-02-30"}]},
            "parts.1.day",
            "not a real day",
        ),
        ({"parts": [{"day": "2026-01-05"}] * 4}, "parts", "at most 3"),
        ({"parts": "2026-01-05"}, "parts", "tuple"),
        ({"parts": {"day": "2026-01-05"}}, "parts", "tuple"),
        ({"parts": [{"day": 20260105}]}, "parts.0.day", "string"),
        ({"parts": [{"day": "2026-01-05", "note": "a\u200bb"}]}, "parts.0.note", "shown plainly"),
        ({"flag": 1}, "flag", "boolean"),
        ({"flag": "true"}, "flag", "boolean"),
        ({"count": True}, "count", "integer"),
        ({"count": 1.0}, "count", "integer"),
        ({"count": "1"}, "count", "integer"),
        ({"count": 10}, "count", "less than or equal to 9"),
        ({"count": -1}, "count", "greater than or equal to 0"),
        ({"lei": "HWUPKR0MPOU8FGXBT395"}, "lei", "check digits"),
        ({"title": "x" * 121}, "title", "1 to 120"),
    ],
)
def test_each_fault_is_named_by_its_path(change: dict[str, Any], where: str, words: str) -> None:
    with pytest.raises(BodyError, match=words) as refusal:
        read_form(Outer, {**GOOD, **change})
    assert refusal.value.where == where
    assert "Value error" not in refusal.value.message


@pytest.mark.parametrize("value", [None, [], "x", 1, True, [GOOD], ((),)])
def test_what_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(BodyError) as refusal:
        read_form(Outer, value)
    assert refusal.value.where == "Outer"


def test_the_error_is_the_caller_s() -> None:
    with pytest.raises(BookError):
        read_form(Outer, {}, error=BookError)
    assert issubclass(BookError, ParseError)


def test_a_form_does_not_change() -> None:
    found = read_form(Outer, GOOD)
    with pytest.raises(ValidationError):
        found.name = "other"  # type: ignore[misc] # that is the point


def test_a_value_too_deep_for_the_parser_is_our_error() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"x": deep}
    with pytest.raises(BodyError):
        read_form(Inner, {"day": deep})
