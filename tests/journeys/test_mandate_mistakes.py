"""Mistakes in books, scenarios and questions: each says where, what and why, and no traceback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.limits import TOML_BYTES_MAX
from tests.support.custody_program import Harbour, Said, custody

if TYPE_CHECKING:
    from pathlib import Path

BOOK = """book = "house"
title = "House rules"
version = "1"
status = "in_force"
source = "Resolution 1"

[[rules]]
id = "HOUSE.1"
rule_type = "approval"
effect = "allow_only_if"
trigger = ["any_instruction"]
params = { initiator_roles = ["TreasuryOfficer"] }
origin = "policy"
citation = "Resolution 1, s.1"

[[rules]]
id = "HOUSE.2"
rule_type = "cap_absolute"
effect = "deny"
trigger = ["purchase"]
params = { amount = "500000", unit = "USD", measure = "transaction_cost" }
origin = "policy"
citation = "Resolution 1, s.2"
"""

SCENARIOS = """title = "House"
source = "Resolution 1"

[[scenarios]]
id = "H-1"
text = "A purchase at the limit is allowed."
books = ["house"]
house = false
day = "2026-01-15"
expect = { verdict = "allow", kept = ["HOUSE.2"] }

[scenarios.ask]
kind = "acquisition.proposed"
by = "TreasuryOfficer"
asset = "BTC"
units = "1"
max_consideration = "500000 USD"

[[books]]
""" + BOOK.replace("[[rules]]", "[[books.rules]]")  # fmt: skip


def changed(text: str, old: str, new: str) -> str:
    """The text with one thing changed, which must be there."""
    assert old in text
    return text.replace(old, new)


def refused(said: Said, code: int, *words: str) -> None:
    """An error that a person can act on: code, words, nothing on stdout and no traceback."""
    assert said.code == code, said
    assert said.out == ""
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err, said.err


def checked(folder: Path, text: str | bytes) -> Said:
    data = text.encode() if isinstance(text, str) else text
    (folder / "bad.toml").write_bytes(data)
    return custody("mandate", "check", "bad.toml", at=folder)


def played(folder: Path, text: str) -> Said:
    (folder / "bad.toml").write_text(text, encoding="utf-8")
    return custody("mandate", "test", "bad.toml", at=folder)


# -- books --------------------------------------------------------------------------------------


def test_the_book_that_is_spoilt_below_is_sound(tmp_path: Path) -> None:
    assert checked(tmp_path, BOOK).ok().out == "house 1: 2 rules can be executed\n"
    assert "1 as expected, 0 not" in played(tmp_path, SCENARIOS).ok().out


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("amount =", "amuont =", 2, ("HOUSE.2.params.amuont, line 17", "unknown field")),
        ('"500000"', "500000", 2, ("HOUSE.2.params.amount, line 17", "string")),
        ('"500000"', '"5e5"', 2, ("HOUSE.2.params.amount, line 17",)),
        ("HOUSE.2", "HOUSE.1", 2, ("HOUSE.1, line 17", "two rules have one id")),
        ("cap_absolute", "cap_lunar", 8, ("HOUSE.2, line 17", "cap_lunar", "hint: ")),
        ('"purchase"', '"purchases"', 8, ("HOUSE.2.trigger, line 17", "purchases", "hint: ")),
        ('"deny"', '"denied"', 2, ("rules.1.effect", "line 16", "'needs_approval'")),
        ('id = "HOUSE.2"', "id = 2", 2, ("rules.1.id", "line 16", "string")),
        (
            'citation = "Resolution 1, s.2"',
            'citation = "s.2"\neffective_to = "2026-02-30"',
            2,
            ("rules.1.effective_to", "line 16", "'2026-02-30' is not a real day"),
        ),
        ('status = "in_force"', 'status = "in_force', 2, ("bad.toml", "line 4, column 19")),
        ('version = "1"\n', "", 2, ("bad.toml: version", "missing")),
        ('title = "', 'titel = "', 2, ("bad.toml: tit",)),
        ("[[rules]]", "rules = 3\n[[rules]]", 2, ("bad.toml", "line 8")),
    ],
)
def test_a_wrong_book_says_where_and_why(
    tmp_path: Path, old: str, new: str, code: int, says: tuple[str, ...]
) -> None:
    refused(checked(tmp_path, changed(BOOK, old, new)), code, *says)


def test_a_book_that_is_no_text_of_ours_is_not_read(tmp_path: Path) -> None:
    refused(checked(tmp_path, b"# " + b"x" * 30_000_000), 2, "bad.toml", str(TOML_BYTES_MAX))
    refused(checked(tmp_path, b"\xff\xfe"), 2, "not UTF-8 (at bad.toml, byte 0)")
    refused(checked(tmp_path, b""), 2, "bad.toml: book", "missing")


@pytest.mark.parametrize(
    "command",
    [
        ("check", "none"),
        ("show", "none"),
        ("diff", "reference", "none"),
        ("what-if", "none"),
        ("adopt", "none", "--mandate", "m", "--version", "2", "--author", "gulnara"),
    ],
)
def test_a_book_that_is_not_there_is_named(working: Harbour, command: tuple[str, ...]) -> None:
    refused(working("mandate", *command), 7, "no book named none", "custody mandate list")
    gone = [word.replace("none", "none.toml") for word in command]
    refused(working("mandate", *gone), 7, "cannot be read", "none.toml")
    unrecorded = [word.replace("none", "abcdef123456") for word in command]
    refused(working("mandate", *unrecorded), 7, "no book is recorded under abcdef123456")


def test_a_wrong_book_is_never_drafted_or_asked_about(trading: Harbour) -> None:
    bad = trading.root / "bad.toml"
    bad.write_text(changed(BOOK, "amount =", "amuont ="), encoding="utf-8")
    drafts = set((trading.root / "drafts").iterdir())
    named = ("--mandate", "m", "--version", "2", "--author", "gulnara", "--cosigner", "nurlan")
    for command in (("adopt", bad, *named), ("what-if", bad), ("diff", "reference", bad)):
        refused(trading("mandate", *command), 2, "HOUSE.2.params.amuont, line 17")
    assert set((trading.root / "drafts").iterdir()) == drafts


# -- scenarios ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("house = false", "huose = false", ("scenario.H-1.huose", "unknown field")),
        ("kept =", "kpet =", ("scenario.H-1.expect.kpet", "unknown field")),
        ('"2026-01-15"', '"2026-02-30"', ("scenario.H-1.day", "'2026-02-30' is not a real day")),
        ('"2026-01-15"', '"15.01.2026"', ("scenario.H-1.day",)),
        ('verdict = "allow"', 'verdict = "alow"', ("scenario.H-1.expect.verdict", "'allow'")),
        ('verdict = "allow", ', "", ("scenario.H-1.expect.verdict", "missing")),
        ('id = "H-1"\n', "", ("scenario.0.id", "missing")),
        ('source = "Resolution 1"\n\n[', "foo = 1\n\n[", ("bad.toml: ",)),
        ("kind = ", 'on = "2026-02-30"\nkind = ', ("scenario.H-1.ask", "2026-02-30")),
        ("kind = ", "author = 1\nkind = ", ("scenario.H-1.ask", "author")),
        ("house = false", 'options = [{ question = "nothing" }]', ("scenario.H-1", "options")),
        ("house = false", "stage = { planets = {} }", ("scenario.H-1.stage", "planets")),
        ('title = "House"', 'title = "House', ("bad.toml", "line 1, column ")),
    ],
)
def test_a_wrong_scenario_file_says_where_and_why(
    tmp_path: Path, old: str, new: str, says: tuple[str, ...]
) -> None:
    refused(played(tmp_path, changed(SCENARIOS, old, new)), 2, "bad.toml", *says)


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    entry = SCENARIOS[SCENARIOS.index("[[scenarios]]") : SCENARIOS.index("[[books]]")]
    refused(played(tmp_path, SCENARIOS.replace(entry, entry * 2)), 2, "two scenarios", "H-1")


def test_scenario_files_that_are_not_there_or_not_text_are_refused(tmp_path: Path) -> None:
    refused(custody("mandate", "test", at=tmp_path), 2, "--shipped")
    refused(custody("mandate", "test", "none.toml", at=tmp_path), 7, "none.toml")
    (tmp_path / "a.json").write_text('{"title"', encoding="utf-8")
    refused(custody("mandate", "test", "a.json", at=tmp_path), 2, "a.json", "line 1 column")
    big = SCENARIOS + "# " + "x" * TOML_BYTES_MAX
    refused(played(tmp_path, big), 2, "bad.toml", str(TOML_BYTES_MAX))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["house"]', '["nohouse"]', "no book named nohouse"),
        ("acquisition.proposed", "moon.proposed", "no kind of event is named moon.proposed"),
        ("units =", "unitz =", "(at units)"),
        ('"500000 USD"', '"5e5 USD"', "(at max_consideration.amount)"),
        ("amount =", "amuont =", "HOUSE.2.params.amuont"),
        ('day = "2026', 'day = "2019', "2019-01-15 lies before 2020-01-01"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_why_and_fails(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    said = played(tmp_path, changed(SCENARIOS, old, new))
    assert (said.code, "Traceback" in said.err) == (3, False)
    assert re.search(r"^DIFFERS +H-1 ", said.out, re.MULTILINE)
    (line,) = [line for line in said.out.splitlines() if "cannot be played: " in line]
    assert says in line
    assert said.out.endswith("1 scenarios, 0 as expected, 1 not\n")


# -- questions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b'{"a":', b"\xff" * 90, b'{"kind":"acquisition.proposed.v1"}', b"", b"[]", b" " * 9_999_999],
    ids=["cut off", "no text", "nearly empty", "empty", "a list", "enormous"],
)
def test_a_broken_draft_has_no_place_in_the_limits(trading: Harbour, data: bytes) -> None:
    (trading.root / "broken.json").write_bytes(data)
    refused(trading("mandate", "headroom", "--after", "broken.json"), 2, "broken.json")


def test_events_that_nobody_recorded_cannot_be_explained(trading: Harbour) -> None:
    for name in ("abcdef123456", "f" * 64, "NO-SUCH"):
        refused(trading("mandate", "explain", name), 7, f"no event named {name}", "custody events")
    refused(trading("mandate", "explain", "99"), 7, "the log ends at 13")


@pytest.mark.parametrize(
    "command",
    [
        ("headroom", "--on"),
        ("obligations", "--on"),
        ("monitor", "--on"),
        ("what-if", "reference", "--from"),
        ("what-if", "reference", "--to"),
    ],
    ids=" ".join,
)
def test_a_day_that_is_none_is_refused(working: Harbour, command: tuple[str, ...]) -> None:
    refused(working("mandate", *command, "2026-02-30"), 2, "'2026-02-30' is not a real day")
    refused(working("mandate", *command, "2026-2-3"), 2, "'2026-2-3' is not a day", "hint: ")


def test_a_span_that_is_no_number_of_days_is_refused(working: Harbour) -> None:
    for text in ("x", "-3d", "3w", "999999d", ""):
        said = working("mandate", "obligations", "--within", text)
        refused(said, said.code, "is not a number of days", "hint: Write it like 90d")
        assert said.code in {2, 7}
