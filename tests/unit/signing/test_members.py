"""Typed members: the fault and its place."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import EnvelopeError
from ledger.signing.members import check_exact, objects, octets, text

MEMBERS: dict[str, object] = {"count": 7, "items": [{}, {"x": 1}], "mixed": [{}, 1], "word": "QUI="}


def test_members_of_the_right_type() -> None:
    check_exact(MEMBERS, ("word", "count", "items", "mixed"))
    assert text(MEMBERS, "word") == "QUI="
    assert octets(MEMBERS, "word") == b"AB"
    assert objects(MEMBERS, "items") == [{}, {"x": 1}]


@pytest.mark.parametrize("names", [(), ("word",), ("word", "count", "items", "mixed", "other")])
def test_exact_means_no_more_and_no_less(names: tuple[str, ...]) -> None:
    with pytest.raises(EnvelopeError) as refusal:
        check_exact(MEMBERS, names, "outer[3].")
    assert refusal.value.where == "outer[3]"


@pytest.mark.parametrize("name", ["count", "items", "missing"])
def test_text_names_the_path(name: str) -> None:
    with pytest.raises(EnvelopeError, match="a string was expected") as refusal:
        text(MEMBERS, name, "outer.")
    assert refusal.value.where == f"outer.{name}"


def test_octets_name_the_path() -> None:
    with pytest.raises(EnvelopeError, match="not standard base64") as refusal:
        octets({"word": "QUJ="}, "word", "outer.")
    assert refusal.value.where == "outer.word"


@pytest.mark.parametrize("name", ["count", "word", "mixed", "missing"])
def test_objects_are_objects(name: str) -> None:
    with pytest.raises(EnvelopeError, match="an array of objects was expected") as refusal:
        objects(MEMBERS, name)
    assert refusal.value.where == name
