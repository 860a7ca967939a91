"""The examples printed in docs/spec hold, judged by the plain JSON library and `rfc8785`."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from ledger.domain.kinds import KINDS
from policies.book import load_book

SPEC = Path(__file__).parents[2] / "docs" / "spec"
_JSON = re.compile(r"```json\n(.*?)\n```", re.DOTALL)
_HASH = re.compile(r"`([0-9a-f]{64})`")


def _page(name: str) -> str:
    return (SPEC / name).read_text(encoding="utf-8")


def _sha256(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_the_event_id_on_a_page_is_that_of_its_example(kind: str) -> None:
    page = _page(f"events/{kind}.md")
    example = _JSON.search(page)
    event_id = _HASH.search(page)
    assert example is not None
    assert event_id is not None
    assert _sha256(json.loads(example[1])) == event_id[1]


def test_the_record_has_the_printed_size_event_id_and_leaf() -> None:
    page = _page("record.md")
    record, payload = (json.loads(text) for text in _JSON.findall(page))
    event_id, leaf = _HASH.findall(page)
    raw = rfc8785.dumps(record)
    assert json.loads(base64.b64decode(record["envelope"]["payload"])) == payload
    assert _sha256(payload) == event_id
    assert hashlib.sha256(b"\x00" + raw).hexdigest() == leaf
    assert f"It has {len(raw)} bytes and stands at position {record['position']}." in page


def test_the_states_have_the_printed_digests() -> None:
    page = _page("state-digest.md")
    states = [json.loads(text) for text in _JSON.findall(page)]
    digests = _HASH.findall(page)
    assert [_sha256(state) for state in states] == digests
    assert [state["position"] for state in states] == ["0", "1"]


def test_the_reference_tree_of_the_constituted_state_is_that_of_its_definition() -> None:
    _, constituted = (json.loads(text) for text in _JSON.findall(_page("state-digest.md")))
    raw = (SPEC.parents[1] / "tests/vectors/preludes/constituted.log").read_bytes()
    body = json.loads(base64.b64decode(json.loads(raw)["envelope"]["payload"]))
    fingerprint = hashlib.sha256(f"{body['author']}\n{body['reference']}".encode()).digest()
    leaf = hashlib.sha256(b"\x00" + fingerprint).hexdigest()
    assert constituted["references"]["references_root"] == leaf
    assert constituted["references"]["event_ids"] == [_sha256(body)]


def test_the_book_on_its_page_is_a_book() -> None:
    text = re.findall(r"```toml\n(.*?)```", _page("policy-book.md"), re.DOTALL)
    assert len(text) == 1
    assert load_book(text[0].encode(), where="policy-book.md") == tomllib.loads(text[0])
