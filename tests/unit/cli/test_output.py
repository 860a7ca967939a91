"""Output: text is escaped, tables are aligned and never cut, JSON names its schema."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli import output
from ledger.domain.laws import LAWS
from ledger.kernel.errors import CanonicalError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable


def shown(write: Callable[[], None]) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        write()
    return out.getvalue()


@given(st.text(max_size=30))
def test_escaped_text_is_printable_and_nothing_is_lost(text: str) -> None:
    written = output.escaped(text)
    assert written.isprintable()
    assert (written == text) is text.isprintable()
    assert "\n" in output.escaped(text + "\n", plain="\n")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain é 汉 1", "plain é 汉 1"),
        ("\x1b[31m", "\\u{1b}[31m"),
        ("a\rb\tc", "a\\u{d}b\\u{9}c"),
        ("\u202e\u200b\u2028", "\\u{202e}\\u{200b}\\u{2028}"),
        ("caf\udce9", "caf\\u{dce9}"),
    ],
)
def test_what_moves_a_cursor_is_written_out(text: str, written: str) -> None:
    assert output.escaped(text) == written
    assert shown(lambda: output.say(text)) == f"{written}\n"
    err = io.StringIO()
    with redirect_stderr(err):
        output.note(text)
    assert err.getvalue() == f"{written}\n"


def test_a_table_aligns_figures_to_the_right() -> None:
    rows = [["BTC", "1,234.5"], ["ETHER", "7"]]
    text = shown(lambda: output.table(("asset", "units"), rows, right=("units",)))
    assert [line.rstrip() for line in text.splitlines()] == [
        "asset     units",
        "───────────────",
        "BTC     1,234.5",
        "ETHER         7",
    ]


def test_a_table_is_never_cut_and_its_cells_are_escaped() -> None:
    long = "x" * 5_000
    text = shown(lambda: output.table(("a", "b"), [[long, "\x1b[31m"]]))
    assert long in text
    assert "\\u{1b}[31m" in text
    assert "\x1b" not in text


def test_markup_in_a_cell_is_text() -> None:
    text = shown(lambda: output.table(("a",), [["[bold]x[/bold] [link=http://x]"]]))
    assert "[bold]x[/bold] [link=http://x]" in text


def test_a_closed_stdout_is_nowhere_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    output.table(("a",), [["b"]])
    output.say("x")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("1", "1"),
        ("-1234567.25", "-1,234,567.25"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("1000", "1,000"),
        ("-0.5", "-0.5"),
    ],
)
def test_whole_digits_are_grouped(amount: str, text: str) -> None:
    assert output.grouped(amount) == text


@given(st.integers(0, 10**60))
def test_grouping_adds_commas_and_nothing_else(number: int) -> None:
    assert output.grouped(str(number)) == f"{number:,}"


def test_json_names_its_schema_first() -> None:
    text = shown(lambda: output.emit_json("thing", {"a": "é", "b": [1, True]}))
    assert text == '{"schema":"custody.thing/1","a":"é","b":[1,true]}\n'


def test_json_of_a_file_name_that_is_not_text() -> None:
    text = shown(lambda: output.emit_json("signed", {"file": "caf\udce9", "signatures": 1}))
    assert json.loads(text) == {
        "schema": "custody.signed/1",
        "file": "caf\\u{dce9}",
        "signatures": "1",
    }


def test_an_error_is_lines_for_people_and_an_object_for_machines() -> None:
    error = NotFoundError("no such \x1bthing", where="here", hint="Look there")
    err = io.StringIO()
    with redirect_stderr(err):
        output.explain_error(error, as_json=False)
    assert err.getvalue() == "error: no such \\u{1b}thing (at here)\n  hint: Look there\n"
    value = json.loads(shown(lambda: output.explain_error(error, as_json=True)))
    assert value == {
        "schema": "custody.error/1",
        "title": "NotFoundError",
        "code": "not_found",
        "detail": "no such \x1bthing",
        "where": "here",
        "hint": "Look there",
    }
    bare = CanonicalError("x", offset=7)
    assert (
        json.loads(shown(lambda: output.explain_error(bare, as_json=True)))["where"] == "offset 7"
    )


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        ({"rule": "REF.1", "expected": "at most 5", "found": "6"}, "expected at most 5; found 6"),
        ({"rule": "REF.1", "expected": "", "found": "6"}, "found 6"),
        ({"rule": "REF.1"}, ""),
        (
            {"rule": "asset_unknown", "found": "DOGE", "citation": LAWS["asset_unknown"]},
            "found DOGE  [no such asset is listed]",
        ),
        ({"rule": "withdrawn", "citation": "s. 1"}, "[s. 1]"),
        ({"rule": "units_short", "expected": "at most 5"}, "expected at most 5"),
    ],
)
def test_why_a_finding_was_made(finding: dict[str, str], text: str) -> None:
    assert output._why(finding) == text


def test_findings_are_lines() -> None:
    findings = [
        {"rule": "REF.1", "verdict": "deny", "expected": "a", "found": "b", "citation": "s. 1"},
        {"rule": "withdrawn", "verdict": "deny"},
    ]
    assert shown(lambda: output.show_findings(findings)) == (
        "  deny            REF.1                  expected a; found b  [s. 1]\n"
        "  deny            withdrawn\n"
    )
