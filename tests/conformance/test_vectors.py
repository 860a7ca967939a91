"""The vectors of tests/vectors: every one gives the answer that its file records.

`python -m tests.support.vectors` writes them again. Until the first release they may change with
the code; after it a vector that changes is a broken promise.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from pydantic import TypeAdapter, ValidationError

from ledger.cli.event_pages.shapes import NAMED
from ledger.domain.kinds import KINDS
from ledger.domain.laws import LAWS
from ledger.domain.rejections import REJECTIONS
from ledger.signing.keys import PublicKey
from tests.support.law_scan import UNREACHABLE, laws_of
from tests.support.vector_forms import answer_to_payload, changed
from tests.support.vector_fund import VECTORS
from tests.support.vector_preludes import PRELUDES
from tests.support.vector_replay import (
    answer_to,
    prelude_lines,
    state_after,
    steps_of,
    steps_of_prelude,
)
from tests.support.vectors import codes_of, committed, files

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ("common", "envelope", *KINDS)
NEVER_MET = {
    "not_constituted": "an empty log knows no key, so the signature is asked about first",
}
NO_KIND_GIVES = {"key_weak"}
"""Laws that no event meets: a weak key signs nothing, so bad_signature is the answer."""


def _paths(pattern: str) -> list[Path]:
    return sorted(path for place in PLACES for path in (VECTORS / place).glob(pattern))


def _load(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


SINGLE = [path for path in _paths("*.json") if path.stem != "malformed"]
MALFORMED = _paths("malformed.json")


@pytest.mark.parametrize("name", PRELUDES)
def test_every_record_of_a_prelude_follows_from_those_before_it(name: str) -> None:
    assert len(steps_of_prelude(name)) == len(prelude_lines(name))


@pytest.mark.parametrize("path", SINGLE, ids=_named)
def test_the_answer_is_the_recorded_one(path: Path) -> None:
    vector = _load(path)
    state = state_after(steps_of_prelude(vector["prelude"]))
    position = state.position + 1
    answer = answer_to(vector["envelope"].encode(), vector["now"], state)
    assert answer == vector["expect"]
    _check_file(path, vector, position)


def _check_file(path: Path, vector: dict[str, Any], position: int) -> None:
    """What the file says besides the answer, judged by plain libraries."""
    expect = vector["expect"]
    code = path.stem.partition("-")[0]
    assert code in {"valid", *codes_of(expect)}
    if "body" in vector:
        payload = base64.b64decode(json.loads(vector["envelope"])["payload"])
        assert payload == rfc8785.dumps(vector["body"])
        assert hashlib.sha256(payload).hexdigest() == vector["event_id"]
    if "outcome" in expect:
        record = {
            "envelope": json.loads(vector["envelope"]),
            "outcome": expect["outcome"],
            "position": position,
            "recorded_at": vector["now"],
        }
        assert hashlib.sha256(rfc8785.dumps(record)).hexdigest() == expect["record_sha256"]


@pytest.mark.parametrize("path", MALFORMED, ids=_named)
def test_bodies_outside_their_form_are_refused(path: Path) -> None:
    found = _load(path)
    for case in found["cases"]:
        payload = rfc8785.dumps(changed(found["body"], case))
        assert hashlib.sha256(payload).hexdigest() == case["payload_sha256"], case
        assert answer_to_payload(payload, found["body"]) == case["expect"], case


@pytest.mark.parametrize("name", NAMED)
def test_named_forms_take_their_good_spellings_only(name: str) -> None:
    reader = TypeAdapter(NAMED[name])
    spellings = _load(VECTORS / "forms.json")[name]
    for text in spellings["good"]:
        assert reader.validate_python(text) == text
    for text in spellings["bad"]:
        with pytest.raises(ValidationError):
            reader.validate_python(text)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_a_valid_vector_and_one_of_each_way_to_be_wrong(kind: Any) -> None:
    there = {path.stem.partition("-")[0] for path in (VECTORS / kind.name).glob("*.json")}
    reachable = {law for law in laws_of(kind) if (kind.name, law) not in UNREACHABLE}
    assert {"valid", "malformed"} | reachable <= there


def test_what_is_said_to_be_out_of_reach_is_a_law_of_the_kind_without_a_vector() -> None:
    for (kind, law), why in UNREACHABLE.items():
        assert why
        assert law in laws_of(KINDS[kind]), (kind, law)
        assert not list((VECTORS / kind).glob(f"{law}*")), (kind, law)


def test_every_law_and_rejection_is_met_by_a_vector() -> None:
    met = {code for path in SINGLE for code in codes_of(_load(path)["expect"])}
    assert set(LAWS) - met <= NO_KIND_GIVES
    assert set(REJECTIONS) - met <= set(NEVER_MET)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_malformed_of_a_kind_leave_out_each_required_member(kind: Any) -> None:
    cases = _load(VECTORS / kind.name / "malformed.json")["cases"]
    absent = {case["path"] for case in cases if case.get("absent")}
    touched = {case["path"].partition(".")[0] for case in cases}
    assert {name for name, f in kind.form.model_fields.items() if f.is_required()} <= absent
    assert set(kind.form.model_fields) - {"fund", "kind"} - set(_common()) <= touched


def _common() -> set[str]:
    return {case["path"] for case in _load(VECTORS / "common" / "malformed.json")["cases"]}


def test_published_seeds_make_the_published_keys() -> None:
    for entry in _load(VECTORS / "keys.json").values():
        assert PublicKey("ed25519", base64.b64decode(entry["public_key"])).keyid == entry["keyid"]


def test_writing_them_again_changes_nothing() -> None:
    made = files()
    there = {name: path.read_bytes() for name, path in committed().items()}
    assert sorted(made) == sorted(there)
    changed_files = [name for name, data in made.items() if data != there[name]]
    assert not changed_files, "run: python -m tests.support.vectors"


def test_a_prelude_with_another_outcome_does_not_pass() -> None:
    records = prelude_lines("governed")
    forged = [*records[:-1], records[-1].replace(b'"verdict":"effective"', b'"verdict":"pending"')]
    with pytest.raises(AssertionError):
        steps_of(forged)


def test_a_vector_with_another_envelope_does_not_pass() -> None:
    vector = _load(VECTORS / "fact.recorded.v1" / "valid.json")
    other = _load(VECTORS / "cash.recorded.v1" / "valid.json")
    state = state_after(steps_of_prelude(vector["prelude"]))
    assert answer_to(other["envelope"].encode(), vector["now"], state) != vector["expect"]
