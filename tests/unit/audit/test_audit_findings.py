"""Findings as values: their table, their order, and the verdict that they add up to."""

from __future__ import annotations

import re

import pytest

from ledger.audit.findings import (
    CODES,
    PER_CODE_MAX,
    Finding,
    FindingList,
    Place,
    Report,
    Suspect,
)
from ledger.domain.rejections import REJECTIONS


def test_every_code_has_one_of_three_results_and_a_meaning() -> None:
    for code, (result, meaning) in CODES.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
        assert result in {"proven_bad", "undecidable", "note"}
        assert meaning
        assert not meaning.endswith(".")


def test_every_rejection_of_admission_is_proven_bad_in_a_log() -> None:
    for code in REJECTIONS:
        assert Finding(f"rejected_{code}").result == "proven_bad"


def test_findings_are_ordered_by_position_then_code_then_place() -> None:
    found = FindingList()
    ordered = [
        Finding("outcome_differs", "", 2),
        Finding("signature_bad", "", 2, Place("a", 1)),
        Finding("signature_bad", "", 2, Place("a", 5)),
        Finding("signature_bad", "", 2, Place("b", 0)),
        Finding("body_malformed", "", 3),
        Finding("file_missing", place=Place("a")),
        Finding("file_missing", place=Place("b")),
        Finding("root_differs"),
    ]
    for finding in reversed(ordered):
        found.add(finding)
    assert list(found.sorted()) == ordered


@pytest.mark.parametrize(
    ("codes", "verdict", "code"),
    [
        ([], "valid", 0),
        (["key_compromised"], "valid", 0),
        (["checkpoint_missing", "file_unlisted"], "undecidable", 8),
        (["checkpoint_missing", "signature_bad"], "proven_bad", 3),
        (["signature_bad", "key_compromised"], "proven_bad", 3),
    ],
)
def test_proven_bad_wins_over_undecidable(codes: list[str], verdict: str, code: int) -> None:
    found = FindingList()
    for name in codes:
        found.add(Finding(name))
    report = Report(found.verdict(), found.sorted())
    assert (report.verdict, report.exit_code) == (verdict, code)


def test_as_many_equal_findings_as_the_bound_allows_are_all_kept() -> None:
    found = FindingList()
    for position in range(1, PER_CODE_MAX + 1):
        found.add(Finding("signature_bad", "", position))
    assert [finding.position for finding in found.sorted()] == list(range(1, PER_CODE_MAX + 1))


def test_equal_findings_beyond_the_bound_are_counted_and_not_kept() -> None:
    found = FindingList()
    for position in range(1, PER_CODE_MAX + 4):
        found.add(Finding("signature_bad", "", position))
    *kept, note = found.sorted()
    assert len(kept) == PER_CODE_MAX
    assert (note.code, note.explanation) == ("findings_omitted", "3 more of signature_bad")
    assert found.verdict() == "proven_bad"


def test_a_finding_explains_itself_in_one_object() -> None:
    finding = Finding("signature_bad", "key ab", 7, Place("tile/entries/000.p/9", 2, 90))
    assert finding.explain() == {
        "code": "signature_bad",
        "result": "proven_bad",
        "meaning": "a signature does not verify",
        "explanation": "key ab",
        "position": 7,
        "path": "tile/entries/000.p/9",
        "start": 2,
        "end": 90,
    }
    assert Place("checkpoint") == Place("checkpoint", 0, 0)
    assert set(Finding("root_differs").explain()) == {"code", "result", "meaning"}


def test_a_report_explains_itself_in_one_object() -> None:
    report = Report("proven_bad", (Finding("root_differs"),), "test/harbour", 3, bytes(32), 4, 1)
    assert report.explain() == {
        "verdict": "proven_bad",
        "fund": "test/harbour",
        "size": 3,
        "root": "00" * 32,
        "signatures": 4,
        "checkpoints": 1,
        "findings": [Finding("root_differs").explain()],
    }
    assert Report("valid", ()).explain()["root"] == ""


@pytest.mark.parametrize(
    ("count", "ending"),
    [
        (0, "signed no record since"),
        (1, "signed positions 5"),
        (20, "positions 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24"),
        (21, "20, 21, 22, 23, 24 and 1 more"),
    ],
)
def test_a_suspicion_lists_the_first_of_its_positions(count: int, ending: str) -> None:
    suspect = Suspect("ab" * 32, "aigerim", 5, 99, tuple(range(5, 5 + count)))
    note = suspect.note()
    assert (note.code, note.position, note.result) == ("key_compromised", 5, "note")
    assert note.explanation.endswith(ending)
    assert note.explanation.startswith(f"key {'ab' * 32} of aigerim ")
