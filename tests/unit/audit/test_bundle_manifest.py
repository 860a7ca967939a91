"""The manifest: read strictly, compared with everything, believed in nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from ledger.audit.bundle import Bundle
from ledger.audit.findings import Place
from ledger.audit.manifest import Facts, manifest_findings, parse_manifest
from ledger.kernel.errors import BundleError, CanonicalError
from tests.support.bundle_writer import MemorySource, canonical

LEAF = "ab" * 32
FILES = {"checkpoint": b"note", "tile/0/000.p/1": b"h" * 32}
FACTS = Facts(fund="test/harbour", size=1, first_leaf=LEAF, log_keys=("old", "new"))


def value_of(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = {
        "bundle": "sovereign-custody-bundle/1",
        "first_leaf": LEAF,
        "files": [
            {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for path, data in FILES.items()
        ],
        "fund": "test/harbour",
        "log_key": "old",
        "size": 1,
    }
    return {**value, **changes}


def found(
    manifest: bytes | None,
    files: dict[str, bytes] | None = None,
    facts: Facts = FACTS,
) -> list[tuple[str, str]]:
    files = dict(FILES if files is None else files)
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    digests.pop("tile/0/000.p/1", None)
    digests["tile/0/000.p/1"] = hashlib.sha256(files.get("tile/0/000.p/1", b"")).hexdigest()
    if manifest is not None:
        files["manifest.json"] = manifest
    bundle = Bundle(MemorySource(files))
    return [
        (finding.code, finding.place.path if finding.place else "")
        for finding in manifest_findings(bundle, digests, facts)
    ]


def test_a_fitting_manifest_is_no_finding() -> None:
    assert found(canonical(value_of())) == []
    assert found(canonical(value_of(log_key="new"))) == []


def test_no_manifest_is_undecidable() -> None:
    assert found(None) == [("manifest_missing", "manifest.json")]


@pytest.mark.parametrize(
    "change",
    [
        {"fund": "test/other"},
        {"size": 2},
        {"first_leaf": "cd" * 32},
        {"log_key": "another"},
    ],
)
def test_a_claim_that_is_not_so_is_a_finding(change: dict[str, Any]) -> None:
    assert found(canonical(value_of(**change))) == [("manifest_differs", "manifest.json")]


def test_what_the_audit_did_not_learn_is_not_compared() -> None:
    nothing = Facts(fund="", size=None, first_leaf="", log_keys=())
    assert found(canonical(value_of(fund="test/other", size=9)), facts=nothing) == []


def test_an_altered_file_is_named() -> None:
    altered = FILES | {"checkpoint": b"Note"}
    assert found(canonical(value_of()), altered) == [("file_altered", "checkpoint")]


def test_a_file_of_another_size_is_named() -> None:
    longer = FILES | {"tile/0/000.p/1": b"h" * 64}
    assert found(canonical(value_of()), longer) == [("file_altered", "tile/0/000.p/1")]


def test_the_whole_of_an_altered_file_is_its_place() -> None:
    for altered in (FILES | {"checkpoint": b"Note"}, FILES | {"checkpoint": b"Notes"}):
        source = MemorySource({**altered, "manifest.json": canonical(value_of())})
        findings = manifest_findings(Bundle(source), {}, FACTS)
        (finding,) = [found for found in findings if found.code == "file_altered"]
        assert finding.place == Place("checkpoint", 0, len(altered["checkpoint"]))


def test_a_missing_file_is_named() -> None:
    assert found(canonical(value_of()), {"tile/0/000.p/1": b"h" * 32}) == [
        ("file_missing", "checkpoint")
    ]


def test_a_file_that_nobody_lists_is_noted() -> None:
    more = FILES | {"readme.txt": b"hello"}
    assert found(canonical(value_of()), more) == [("file_unlisted", "readme.txt")]


def test_a_listed_file_that_the_format_does_not_have_is_compared_and_noted() -> None:
    text = b"hello"
    listed = {"path": "readme.txt", "sha256": hashlib.sha256(text).hexdigest(), "size": 5}
    files = [*value_of()["files"][:1], listed, *value_of()["files"][1:]]
    manifest = parse_manifest(canonical(value_of(files=files)))
    for content, code in ((text, "file_unlisted"), (b"hallo", "file_altered")):
        source = MemorySource({**FILES, "readme.txt": content})
        source.contents["manifest.json"] = canonical(value_of(files=files))
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in FILES.items()}
        codes = [f.code for f in manifest_findings(Bundle(source), digests, FACTS)]
        assert code in codes
    assert manifest.files[1].path == "readme.txt"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        canonical(value_of(bundle="sovereign-custody-bundle/2")),
        canonical(value_of(size=-1)),
        canonical(value_of(size="1")),
        canonical(value_of(first_leaf="AB" * 32)),
        canonical(value_of(note="hello")),
        canonical(value_of(fund="harbour")),
        canonical(value_of(files=[*reversed(value_of()["files"])])),
        canonical(value_of(files=value_of()["files"][:1] * 2)),
        canonical(value_of(files=[{"path": "checkpoint", "size": 4}])),
        json.dumps(value_of()).encode(),
    ],
)
def test_anything_else_is_malformed(data: bytes) -> None:
    with pytest.raises((BundleError, CanonicalError)):
        parse_manifest(data)
    assert found(data) == [("manifest_malformed", "manifest.json")]
