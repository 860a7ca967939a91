"""Writes the vectors: `python -m tests.support.vectors` (the same bytes in every run).

tests/vectors/README.md says what is where. Everything is made from the cases in
`tests.support.vector_cases`, from keys of published seeds and from a fixed clock.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ledger.domain.kinds import KINDS
from ledger.domain.laws import LAWS
from ledger.domain.rejections import REJECTIONS
from ledger.kernel.canonical import encode
from ledger.kernel.errors import LedgerError
from ledger.kernel.instants import parse_instant, render_instant
from ledger.signing.dsse import render_envelope, sign_payload
from tests.support.vector_case import Case, Subject, resolved
from tests.support.vector_cases import SUBJECTS
from tests.support.vector_cases.common import COMMON
from tests.support.vector_cases.envelopes import envelope_vectors
from tests.support.vector_forms import malformed_common, malformed_of
from tests.support.vector_fund import VECTORS, VectorFund, signer
from tests.support.vector_preludes import PRELUDES, moment, prelude, seeds, steps_after
from tests.support.vector_replay import answer_to, state_after
from tests.support.vector_spellings import value_forms

if TYPE_CHECKING:
    from pathlib import Path

LAW = "the answer gives the code that the file is named for"


def members_of(subject: Subject, case: Case) -> dict[str, Any]:
    """The members that are signed."""
    name = case.prelude or subject.prelude
    now = moment(name, case.days)
    members = {
        "fund": VectorFund().fund,
        "kind": f"{subject.kind}.v1",
        "reference": "vector-1",
        "value_date": now[:10],
        "valid_until": render_instant(parse_instant(now) + timedelta(days=30)),
        **subject.members,
        **case.changes,
    }
    members = {key: value for key, value in members.items() if value is not None}
    found: dict[str, Any] = resolved(members, prelude(name).labels)
    return found


def signed(members: dict[str, Any], signers: tuple[str, ...] = ()) -> bytes:
    """The envelope's bytes, signed by the author and the cosigners unless others are named."""
    names = signers or (members["author"], *members["cosigners"])
    return render_envelope(sign_payload(encode(members), [signer(name) for name in names]))


def vector_of(subject: Subject, case: Case, description: str) -> dict[str, Any]:
    """One vector, with the answer that the ledger gives today."""
    name = case.prelude or subject.prelude
    now = moment(name, case.days)
    members = members_of(subject, case)
    envelope = signed(members, case.signers)
    return {
        "kind": members["kind"],
        "description": description,
        "prelude": name,
        "now": now,
        "body": members,
        "event_id": hashlib.sha256(encode(members)).hexdigest(),
        "envelope": envelope.decode(),
        "expect": answer_to(envelope, now, state_after(steps_after(name))),
    }


def codes_of(expect: dict[str, Any]) -> list[str]:
    """Every code in an answer: of findings, of effects' findings, or the answer's own."""
    outcome = expect.get("outcome", {})
    findings = [*outcome.get("findings", []), *expect.get("findings", [])]
    found = [finding["rule"] for finding in findings]
    for effect in outcome.get("effects", []):
        found += [finding["rule"] for finding in effect["findings"]]
    return [*found, expect["code"]] if "code" in expect else found


def checked(case: Case, vector: dict[str, Any], valid_is: str = "effective") -> dict[str, Any]:
    """The vector, if it shows what its name says."""
    expect = vector["expect"]
    if case.code == "valid":
        shown = expect.get("outcome", {}).get("verdict") == valid_is
    else:
        shown = case.code in codes_of(expect)
    if not shown:
        raise LedgerError(f"{LAW}: {vector['kind']} {case.name} gave {expect}")
    return vector


def vectors_of(subject: Subject) -> dict[str, dict[str, Any]]:
    """Every vector of one kind by its file name."""
    valid = Case("valid", {}, subject.why or "an effective event")
    found = {}
    for case in (valid, *subject.cases):
        law = LAWS.get(case.code) or REJECTIONS.get(case.code, "")
        description = "; ".join(text for text in (law, case.why) if text)
        vector = vector_of(subject, case, description)
        found[case.name] = checked(case, vector, subject.valid_is)
    return found


def pretty(value: Any) -> bytes:
    """A vector as its file holds it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def compact(value: dict[str, Any]) -> bytes:
    """A file of many short cases: one a line."""
    head = {name: member for name, member in value.items() if name != "cases"}
    lines = [b'"%b":%b' % (name.encode(), orjson.dumps(member)) for name, member in head.items()]
    cases = b",\n".join(orjson.dumps(case) for case in value["cases"])
    return b"{\n%b,\n" % b",\n".join(lines) + b'"cases":[\n%b\n]}\n' % cases


def files() -> dict[str, bytes]:
    """Every file of the vectors by its path below tests/vectors."""
    found = {f"preludes/{name}.log": _log(prelude(name).records) for name in PRELUDES}
    found["keys.json"] = pretty(seeds())
    found["forms.json"] = pretty(value_forms())
    for subject in SUBJECTS:
        made = vectors_of(subject)
        for name, vector in made.items():
            found[f"{subject.kind}.v1/{name}.json"] = pretty(vector)
        kind = KINDS[f"{subject.kind}.v1"]
        found[f"{kind.name}/malformed.json"] = compact(malformed_of(kind, made["valid"]))
    for case_name, (subject, case) in COMMON.items():
        vector = vector_of(subject, case, case.why)
        found[f"common/{case_name}.json"] = pretty(checked(case, vector))
    valid = vectors_of(next(item for item in SUBJECTS if item.kind == "fact.recorded"))["valid"]
    found["common/malformed.json"] = compact(malformed_common(valid))
    for name, vector in envelope_vectors().items():
        found[f"envelope/{name}.json"] = pretty(vector)
    return found


def _log(records: list[bytes]) -> bytes:
    return b"".join(record + b"\n" for record in records)


def committed() -> dict[str, Path]:
    """The files that are there and that this program answers for."""
    places = ("preludes", "common", "envelope", *KINDS)
    found = [VECTORS / "keys.json", VECTORS / "forms.json"]
    found += [path for place in places for path in (VECTORS / place).glob("*")]
    return {str(path.relative_to(VECTORS)): path for path in found if path.is_file()}


def write() -> None:
    """Write every file, and take away those that no case makes any more."""
    made = files()
    for name, path in committed().items():
        if name not in made:
            path.unlink()
    for name, data in made.items():
        path = VECTORS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    sys.stdout.write(f"{len(made)} files in {VECTORS}\n")


if __name__ == "__main__":
    write()
