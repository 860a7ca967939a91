"""The page docs/spec/evidence-bundle.md: its examples are what the code writes and reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ledger.audit import Trust, parse_trust, render_trust
from ledger.audit.findings import EXIT_CODES, PER_CODE_MAX
from ledger.audit.manifest import FORMAT, parse_manifest
from ledger.audit.source import ENTRIES_BYTES_MAX, TILE_BYTES_MAX
from ledger.kernel import limits
from ledger.log.merkle import leaf_hash
from ledger.log.note import NoteSigner
from ledger.signing.signer import MemorySigner
from tests.support.bundle_writer import Forger, canonical

PAGE = Path(__file__).parents[3] / "docs" / "spec" / "evidence-bundle.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w+\n(.*?)```", TEXT, re.DOTALL)
LISTING, MANIFEST, TRUST = BLOCKS[:3]
RECORDS = [b"record %d" % number for number in range(1, 6)]
SIGNER = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))


def test_the_files_of_three_hundred_records() -> None:
    records = [b"record"] * 300
    files = Forger(records, SIGNER, earlier=(100, 256)).build()
    assert LISTING.split() == sorted(files)


def test_the_manifest_of_five_records() -> None:
    manifest = Forger(RECORDS, SIGNER, earlier=(3,)).build()["manifest.json"]
    assert canonical(json.loads(MANIFEST)) == manifest
    assert parse_manifest(manifest).bundle == FORMAT


def test_the_trust_file_of_that_log() -> None:
    trust = Trust(SIGNER.verifier_key, leaf_hash(RECORDS[0]))
    assert render_trust(trust) == TRUST
    assert parse_trust(TRUST) == trust


def test_the_bounds_that_the_page_names() -> None:
    flat = re.sub(r"\s+", " ", TEXT)
    for number, words in (
        (limits.BUNDLE_FILES_MAX, "at most {} files"),
        (ENTRIES_BYTES_MAX, "an entry bundle at most {} bytes"),
        (TILE_BYTES_MAX, "a tile {}"),
        (limits.CHECKPOINT_BYTES_MAX, "a checkpoint {}"),
        (limits.MANIFEST_BYTES_MAX, "the manifest {}"),
        (limits.TRUST_BYTES_MAX, "at most {} bytes of UTF-8"),
        (PER_CODE_MAX, "at most {} findings"),
    ):
        assert words.format(f"{number:,}") in flat
    assert sorted(EXIT_CODES.values()) == [0, 3, 8]
