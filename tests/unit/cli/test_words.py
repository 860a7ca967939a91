"""Words: every member of the signed bytes is shown, and nothing but them decides what is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli.words import fingerprint, full_text, sentence
from ledger.domain.drafts import read_payload
from ledger.domain.kinds import KINDS
from ledger.domain.record import event_id_of, parse_record
from ledger.kernel.canonical import encode
from ledger.kernel.errors import LedgerError
from tests.support.sequenced_fund import beginning
from tests.support.vector_fund import VECTORS

BODIES: list[dict[str, Any]] = [
    json.loads(path.read_bytes())["body"] for path in sorted(VECTORS.glob("*.v1/valid*.json"))
]


def scalars(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Every scalar of a body with its path."""
    if isinstance(value, dict):
        return [
            s for name, inner in value.items() for s in scalars(inner, f"{path}.{name}".lstrip("."))
        ]
    if isinstance(value, list):
        return [
            s for number, inner in enumerate(value, 1) for s in scalars(inner, f"{path}[{number}]")
        ]
    shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return [(path, shown)]


def test_there_is_a_valid_vector_of_every_kind() -> None:
    assert {body["kind"] for body in BODIES} == set(KINDS)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_every_member_is_shown_with_its_value(body: dict[str, Any]) -> None:
    lines = full_text(encode(body)).splitlines()
    for path, value in scalars(body):
        assert f"  {path:<18} {value}" in lines


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_an_empty_member_is_shown_as_none(body: dict[str, Any]) -> None:
    lines = full_text(encode(body)).splitlines()
    for name, value in body.items():
        if value in ([], {}):
            assert f"  {name:<18} none" in lines


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_sentence_is_one_line_that_begins_with_a_capital_or_a_figure(
    body: dict[str, Any],
) -> None:
    text = sentence(read_payload(encode(body))[1])
    assert "\n" not in text
    assert text[0].isupper() or text[0].isdigit() or text[0] == "0"


def test_event_id_and_fingerprint_are_those_of_the_bytes() -> None:
    payload = encode(BODIES[0])
    event_id = event_id_of(payload)
    text = full_text(payload)
    assert text.endswith(
        f"\n\n  event id           {event_id}\n  fingerprint        {fingerprint(payload)}"
    )
    assert fingerprint(payload).replace(" ", "") == event_id[:24]
    assert [len(group) for group in fingerprint(payload).split(" ")] == [4] * 6


def test_any_changed_member_changes_words_and_fingerprint() -> None:
    for raw in beginning():
        payload = parse_record(raw).envelope.payload
        body = json.loads(payload)
        for name in ("reference", "value_date"):
            other = {"reference": "another-1", "value_date": "2020-02-02"}[name]
            changed = encode(body | {name: other})
            assert full_text(changed) != full_text(payload)
            assert fingerprint(changed) != fingerprint(payload)


@given(
    name=st.text(max_size=8),
    value=st.recursive(
        st.one_of(st.text(max_size=20), st.booleans(), st.integers(-9, 9)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.from_regex(r"[a-z][A-Za-z0-9_]{0,5}\Z"), inner, max_size=3),
        ),
        max_leaves=6,
    ),
)
def test_whatever_text_a_book_holds_is_shown_on_lines_of_its_own(name: str, value: Any) -> None:
    """A book is free JSON: no text of it may move the cursor, hide a line or forge one."""
    (body,) = (body for body in BODIES if body["kind"] == "book.recorded.v1")
    body = body | {"book": {"book": name, "rules": value}}
    try:
        payload = encode(body)
    except LedgerError:
        return
    lines = full_text(payload).splitlines()
    assert all(line.isprintable() for line in lines)
    assert len(lines) == 2 + _shown(body) + 3


def _shown(value: Any) -> int:
    """How many lines a body takes."""
    if isinstance(value, dict | list) and value:
        return sum(
            _shown(inner) for inner in (value.values() if isinstance(value, dict) else value)
        )
    return 1


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"fund":"x","kind":"y"}', b"{" * 99]
)
def test_what_is_no_draft_has_no_words(data: bytes) -> None:
    with pytest.raises(LedgerError):
        full_text(data)
