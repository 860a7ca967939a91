"""The auditor: a bundle and a verifier key, in another folder and another process."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import ProofError
from ledger.log.log_proof import verify_log_proof
from ledger.log.merkle import leaf_hash
from ledger.log.note import parse_vkey
from ledger.log.tiles import parse_entries
from tests.support.custody_program import (
    PURCHASE,
    Harbour,
    custody,
    custody_process,
    environment,
    template,
)

if TYPE_CHECKING:
    from pathlib import Path

UNPINNED = "first_leaf_unpinned"


@pytest.fixture
def vkey(trading: Harbour) -> str:
    """The log's verifier key, as the operator gave it out."""
    return (trading.root / "trust").read_text(encoding="utf-8").split()[1]


@pytest.fixture
def room(trading: Harbour, tmp_path: Path) -> Path:
    """The auditor's folder: an earlier checkpoint, and the bundle as a folder and a zip."""
    folder = tmp_path / "auditor"
    folder.mkdir()
    shutil.copy(trading.root / "checkpoint", folder / "q1.checkpoint")
    trading.do(*PURCHASE, by=("aigerim", "daniyar"))
    trading("checkpoint", "--passphrase-file", trading.passphrase).ok()
    said = trading("bundle", "export", folder / "q2", "--zip").ok()
    assert said.out == f"{folder / 'q2'}  14 records in 5 files\n{folder / 'q2'}.evidence.zip\n"
    assert said.err == f"next: custody audit {folder / 'q2'} --trust trust\n"
    return folder


def test_a_bundle_is_audited_elsewhere_with_nothing_but_a_key(
    trading: Harbour, room: Path, vkey: str
) -> None:
    shutil.rmtree(trading.root)
    for bundle in ("q2", "q2.evidence.zip"):
        said = custody_process("audit", bundle, "--vkey", vkey, at=room)
        assert said.code == 0, said
        assert said.plain.startswith(
            "VALID  test/harbour\n"
            "  14 records, 32 signatures, root <id>\n"
            "  2 checkpoint(s) compared with the records\n"
        )
        assert UNPINNED in said.out
        assert said.err == ""


def test_the_trust_file_pins_the_founders_too(trading: Harbour, room: Path, vkey: str) -> None:
    said = custody("audit", room / "q2", "--trust", trading.root / "trust")
    assert (said.code, UNPINNED in said.out) == (0, False)
    first = (trading.root / "trust").read_text(encoding="utf-8").split()[3]
    value = custody("audit", room / "q2", "--vkey", vkey, "--first-leaf", first, "--json").ok().json
    assert (value["verdict"], value["size"], value["findings"]) == ("valid", 14, [])
    other = custody("audit", room / "q2", "--vkey", vkey, "--first-leaf", "0" * 64)
    assert other.code == 3
    assert "first_leaf_differs" in other.out


def test_another_logs_key_proves_nothing_good(room: Path) -> None:
    other = (template("working").root / "trust").read_text(encoding="utf-8").split()[1]
    said = custody("audit", room / "q2", "--vkey", other)
    assert said.code == 3
    assert said.out.startswith("PROVEN BAD  test/harbour\n")


@pytest.mark.parametrize("part", ["entries", "tile", "checkpoint", "manifest.json"])
def test_one_flipped_byte_is_found(room: Path, vkey: str, part: str) -> None:
    name = {"entries": "tile/entries/000.p/14", "tile": "tile/0/000.p/14"}.get(part, part)
    data = bytearray((room / "q2" / name).read_bytes())
    data[len(data) // 2] ^= 1
    (room / "q2" / name).write_bytes(data)
    said = custody("audit", room / "q2", "--vkey", vkey)
    assert said.code == 3
    assert said.out.startswith("PROVEN BAD")


def test_a_flipped_byte_is_named_by_its_position(room: Path, vkey: str) -> None:
    entries = room / "q2" / "tile/entries/000.p/14"
    records = parse_entries(entries.read_bytes())
    data = bytearray(entries.read_bytes())
    start = data.index(records[6])
    data[start + 100] ^= 1
    entries.write_bytes(data)
    value = custody("audit", room / "q2", "--vkey", vkey, "--json").json
    named = {
        finding.get("position") for finding in value["findings"] if "record" in finding["code"]
    }
    assert value["verdict"] == "proven_bad"
    assert named == {7}


@pytest.mark.parametrize("name", ["manifest.json", "checkpoint", "checkpoints/13"])
def test_missing_evidence_leaves_it_undecided(room: Path, vkey: str, name: str) -> None:
    (room / "q2" / name).unlink()
    said = custody("audit", room / "q2", "--vkey", vkey)
    assert said.code == 8
    assert said.out.startswith("UNDECIDABLE")


def test_bad_wins_over_missing(room: Path, vkey: str) -> None:
    (room / "q2" / "manifest.json").unlink()
    entries = room / "q2" / "tile/entries/000.p/14"
    data = bytearray(entries.read_bytes())
    data[-10] ^= 1
    entries.write_bytes(data)
    assert custody("audit", room / "q2", "--vkey", vkey).code == 3


def test_the_log_contains_what_the_auditor_kept(room: Path, vkey: str) -> None:
    said = custody("audit", room / "q2", "--vkey", vkey, "--since", room / "q1.checkpoint")
    assert said.code == 0
    assert "3 checkpoint(s) compared" in said.out


def test_a_shorter_log_than_the_auditor_knows_is_a_rollback(
    trading: Harbour, room: Path, vkey: str
) -> None:
    trading.do(*PURCHASE, by=("aigerim", "daniyar"))
    trading("checkpoint", "--passphrase-file", trading.passphrase).ok()
    said = custody("audit", room / "q2", "--vkey", vkey, "--since", trading.root / "checkpoint")
    assert said.code == 3
    assert "rollback" in said.out
    assert "it has 15 records, and this log 14" in said.out


def test_two_histories_with_one_log_key_are_a_fork(
    trading: Harbour, room: Path, vkey: str, tmp_path: Path
) -> None:
    """Both are signed by the true log key; whoever kept a checkpoint of one refuses the other."""
    other = template("trading").copy(tmp_path / "other")
    other.do(*PURCHASE, by=("aigerim", "marat"))
    other("checkpoint", "--passphrase-file", other.passphrase).ok()
    other("bundle", "export", room / "forked").ok()
    assert custody("audit", room / "forked", "--vkey", vkey).code == 0
    since = trading.root / "checkpoint"
    said = custody("audit", room / "forked", "--vkey", vkey, "--since", since)
    assert said.code == 3
    assert "fork" in said.out


@pytest.mark.parametrize(("since", "code"), [("q2/manifest.json", 2), ("nothing", 7)])
def test_what_is_kept_must_be_a_checkpoint(room: Path, vkey: str, since: str, code: int) -> None:
    assert custody("audit", room / "q2", "--vkey", vkey, "--since", room / since).code == code


# -- receipts


def test_a_receipt_verifies_without_our_program(
    trading: Harbour, tmp_path: Path, vkey: str
) -> None:
    """A proof is checked with SHA-256 alone, and its checkpoint with the verifier key."""
    target = tmp_path / "third.tlog-proof"
    said = trading("prove", "3", "--out", target)
    assert (said.code, said.out) == (0, f"{target}\n")
    assert said.err.startswith("position 3 of 13, ")
    record = trading.root / "record"
    record.write_bytes(stored_record(trading, 3))
    head, _, checkpoint = target.read_bytes().partition(b"\n\n")
    magic, index, *nodes = head.decode().splitlines()
    assert (magic, index) == ("c2sp.org/tlog-proof@v1", "index 2")
    root = root_by_hand(record.read_bytes(), 2, 13, nodes)
    assert checkpoint.decode().splitlines()[:3] == ["test/harbour", "13", root]
    verify_log_proof(target.read_bytes(), record.read_bytes(), parse_vkey(vkey))
    with pytest.raises(ProofError):
        verify_log_proof(target.read_bytes(), stored_record(trading, 4), parse_vkey(vkey))


def root_by_hand(record: bytes, index: int, size: int, nodes: list[str]) -> str:
    """The root by RFC 6962 §2.1.1, in a Python of its own that imports nothing of ours."""
    program = """
import base64, hashlib, sys
index, last = int(sys.argv[1]), int(sys.argv[2]) - 1
hashed = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
running = hashed(b"\\x00", sys.stdin.buffer.read())
for node in map(base64.b64decode, sys.argv[3:]):
    if index % 2 or index == last:
        running = hashed(b"\\x01", node, running)
        while not index % 2:
            index, last = index >> 1, last >> 1
    else:
        running = hashed(b"\\x01", running, node)
    index, last = index >> 1, last >> 1
print(base64.b64encode(running).decode())
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(index), str(size), *nodes],
        input=record,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def stored_record(harbour: Harbour, position: int) -> bytes:
    """One record's bytes, from the harbour's own bundle."""
    target = harbour.root / f"for-{position}"
    if not target.exists():
        harbour("bundle", "export", target).ok()
    (entries,) = (path for path in (target / "tile/entries").rglob("*") if path.is_file())
    return parse_entries(entries.read_bytes())[position - 1]


def test_every_position_can_be_proven(trading: Harbour) -> None:
    for position in range(1, 14):
        value = trading.json("prove", position, "--out", "proof")
        assert (value["position"], value["size"]) == (position, 13)
        assert value["leaf"] == leaf_hash(stored_record(trading, position)).hex()
    assert trading("prove", "14").code == 7


def test_the_manifest_lists_every_file(room: Path) -> None:
    manifest = json.loads((room / "q2" / "manifest.json").read_bytes())
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    there = {
        path.relative_to(room / "q2").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (room / "q2").rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == there


def test_an_export_neither_overwrites_nor_begins_in_vain(trading: Harbour, tmp_path: Path) -> None:
    (tmp_path / "q2.evidence.zip").write_text("mine", encoding="utf-8")
    said = trading("bundle", "export", tmp_path / "q2", "--zip")
    assert said.code == 2
    assert said.err.startswith("error: the target exists already (at ")
    assert not (tmp_path / "q2").exists()
    trading("bundle", "export", tmp_path / "q2").ok()
    assert trading("bundle", "export", tmp_path / "q2").code == 2


# -- a store that somebody changed


def test_a_restored_older_store_is_refused_by_every_reader(
    trading: Harbour, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    shutil.copy(trading.root / "ledger.db", backup)
    trading.do(*PURCHASE, by=("aigerim", "daniyar"))
    trading("checkpoint", "--passphrase-file", trading.passphrase).ok()
    shutil.copy(backup, trading.root / "ledger.db")
    for command in (
        ["holdings"],
        ["holdings", "--known-at", "5"],
        ["events"],
        ["show", "3"],
        ["approvals"],
        ["submit", "x"],
        ["checkpoint", "--passphrase-file", trading.passphrase],
        ["bundle", "export", tmp_path / "q2"],
        ["doctor"],
    ):
        (trading.root / "x").write_text("{}", encoding="utf-8")
        said = trading(*command)
        wanted = "the store has 13 records where a signed checkpoint covers 14"
        assert wanted in said.out + said.err, command
        assert said.code == (1 if command == ["doctor"] else 3), command


def test_garbage_in_the_place_of_the_checkpoint_is_named(trading: Harbour) -> None:
    (trading.root / "checkpoint").write_bytes(b"garbage")
    said = trading("holdings")
    assert said.code == 3
    assert said.err.startswith("error: the file outside the store holds no checkpoint: ")
    assert "(at checkpoint)" in said.err
    (trading.root / "checkpoint").unlink()
    trading("holdings").ok()


def test_the_program_is_started_without_our_environment() -> None:
    assert not [name for name in environment() if name.startswith("CUSTODY")]
