"""Drafts: kinds by their names, and payloads that are checked before a byte is written."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.drafts import kind_named, payload_of, read_payload
from ledger.kernel.canonical import decode, encode
from ledger.kernel.errors import BodyError, NotFoundError
from ledger.kernel.limits import PAYLOAD_BYTES_MAX
from tests.support.fund_simulator import DIGEST, FundSimulator


def members(**fields: Any) -> dict[str, Any]:
    base = {"fact": "audited", "subject": "fund", "value": True, "facts": {}, "evidence": [DIGEST]}
    return FundSimulator().members("fact.recorded", "aigerim", **{**base, **fields})


@pytest.mark.parametrize("name", ["fact.recorded", "fact.recorded.v1"])
def test_a_kind_is_named_with_or_without_its_version(name: str) -> None:
    assert kind_named(name).name == "fact.recorded.v1"


@pytest.mark.parametrize("name", ["", "fact", "fact.recorded.v2", "fact.recorded.v", ".v1"])
def test_a_name_of_no_kind_is_said_so(name: str) -> None:
    with pytest.raises(NotFoundError, match="no kind of event is named"):
        kind_named(name)


def test_a_payload_is_read_as_it_was_written() -> None:
    found = members()
    payload = payload_of(found)
    assert decode(payload) == found
    kind, body = read_payload(payload)
    assert (kind.name, body.author) == ("fact.recorded.v1", "aigerim")


@pytest.mark.parametrize("kind", ["fact.stated.v1", 5, None])
def test_an_unknown_kind_is_named_in_the_field_kind(kind: Any) -> None:
    found = members() | {"kind": kind}
    with pytest.raises(BodyError, match="unknown kind") as caught:
        payload_of({name: value for name, value in found.items() if value is not None})
    assert caught.value.where == "kind"


def test_an_unknown_kind_is_not_read() -> None:
    with pytest.raises(BodyError, match=r"unknown kind 'fact\.stated\.v1'") as caught:
        read_payload(encode(members() | {"kind": "fact.stated.v1"}))
    assert caught.value.where == "kind"


def padded(book_bytes: int) -> dict[str, Any]:
    """The recording of a book that makes the payload so long."""
    base = FundSimulator().members("book.recorded", "gulnara", book={"text": ""})
    lacking = book_bytes - len(encode(base))
    return {**base, "book": {"text": "x" * lacking}}


def test_a_payload_has_a_largest_size() -> None:
    assert len(payload_of(padded(PAYLOAD_BYTES_MAX))) == PAYLOAD_BYTES_MAX
    with pytest.raises(BodyError, match=f"has {PAYLOAD_BYTES_MAX + 1} bytes") as caught:
        payload_of(padded(PAYLOAD_BYTES_MAX + 1))
    assert caught.value.where == "payload"
