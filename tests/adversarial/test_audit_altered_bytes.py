"""Somebody changes bytes of a bundle: every one is noticed, and in a record its position named."""

from __future__ import annotations

from itertools import cycle

import pytest

from ledger.audit.bundle import MANIFEST
from ledger.log.merkle import leaf_hash
from ledger.log.tiles import entry_ranges
from tests.support.bundle_writer import Forger, audited, lived_fund, long_fund, told

FORGER = Forger.of(lived_fund(), earlier=(10, 30))
FILES = FORGER.build()
TRUST = FORGER.trust()
ENTRIES = "tile/entries/000.p/34"
LEAVES = "tile/0/000.p/34"
EVERY = 131
"""One byte in so many is flipped: a prime, so that every member of a record has its turn."""


def flipped(path: str, offset: int, bit: int) -> dict[str, bytes]:
    data = bytearray(FILES[path])
    data[offset] ^= 1 << bit
    return FILES | {path: bytes(data)}


def position_at(offset: int) -> int:
    ranges = entry_ranges(FILES[ENTRIES])
    return next(place for place, (_, end) in enumerate(ranges, start=1) if offset < end)


def test_the_bundle_itself_is_valid() -> None:
    report = audited(FILES, TRUST)
    assert (report.verdict, report.exit_code, report.findings) == ("valid", 0, ())
    assert (report.size, report.fund, report.checkpoints) == (34, "test/harbour", 3)
    assert report.root is not None
    assert [(h.account, h.asset) for h in report.holdings] == [("cold-1", "BTC"), ("cold-2", "BTC")]


def test_flipped_bits_of_the_records_are_proven_bad_at_their_position() -> None:
    bits = cycle(range(8))
    for offset in range(0, len(FILES[ENTRIES]), EVERY):
        report = audited(flipped(ENTRIES, offset, next(bits)), TRUST)
        assert (report.verdict, report.exit_code) == ("proven_bad", 3), offset
        assert report.findings[0].result == "proven_bad", offset
        assert report.findings[0].position == position_at(offset), offset
        assert report.holdings == ()


@pytest.mark.parametrize("byte", [0, 1])
@pytest.mark.parametrize("bit", [0, 3, 7])
def test_flipped_bits_of_a_length_are_named_at_its_record(byte: int, bit: int) -> None:
    start, _ = entry_ranges(FILES[ENTRIES])[14]
    report = audited(flipped(ENTRIES, start - 2 + byte, bit), TRUST)
    assert report.verdict == "proven_bad"
    assert report.findings[0].position == 15


def test_a_flipped_digit_of_a_time_is_known_only_from_the_tree() -> None:
    _, end = entry_ranges(FILES[ENTRIES])[17]
    assert FILES[ENTRIES][end - 4 : end - 2] == b"0Z"
    report = audited(flipped(ENTRIES, end - 4, 0), TRUST)  # the last digit of the microseconds
    assert ("record_altered", 18) in told(report)
    assert {position for _, position in told(report)} == {18, 19, None}
    assert ("not_decided", 19) in told(report)


def test_flipped_bits_of_a_tile_are_proven_bad_at_their_leaf() -> None:
    bits = cycle(range(8))
    for offset in range(0, len(FILES[LEAVES]), 29):
        report = audited(flipped(LEAVES, offset, next(bits)), TRUST)
        assert told(report) == [("tile_differs", offset // 32 + 1), ("file_altered", None)]
        assert report.exit_code == 3


def test_flipped_bits_of_the_checkpoint_are_noticed() -> None:
    bits = cycle(range(8))
    for offset in range(0, len(FILES["checkpoint"]), 2):
        report = audited(flipped("checkpoint", offset, next(bits)), TRUST)
        assert report.verdict == "proven_bad", offset
        assert ("file_altered", None) in told(report)
        assert len(told(report)) > 1, offset  # not by the manifest alone


def test_flipped_bits_of_an_earlier_checkpoint_are_noticed() -> None:
    bits = cycle(range(8))
    for offset in range(0, len(FILES["checkpoints/30"]), 5):
        report = audited(flipped("checkpoints/30", offset, next(bits)), TRUST)
        assert report.verdict == "proven_bad", offset
        assert len(told(report)) > 1, offset


def test_flipped_bits_of_the_manifest_are_noticed() -> None:
    bits = cycle(range(8))
    for offset in range(0, len(FILES[MANIFEST]), 7):
        report = audited(flipped(MANIFEST, offset, next(bits)), TRUST)
        codes = {code for code, _ in told(report)}
        wanted = {"manifest_malformed", "manifest_differs", "file_altered", "file_missing"}
        assert codes <= wanted, offset
        assert report.verdict in {"proven_bad", "undecidable"}, offset


def test_an_edited_manifest_changes_nothing_that_is_believed() -> None:
    forged = FILES[MANIFEST].replace(b'"size":34}', b'"size":33}')
    assert told(audited(FILES | {MANIFEST: forged}, TRUST)) == [("manifest_differs", None)]


@pytest.mark.parametrize(
    ("path", "wanted", "exit_code"),
    [
        (MANIFEST, [("manifest_missing", None)], 8),
        ("checkpoint", [("checkpoint_missing", None), ("file_missing", None)], 8),
        ("checkpoints/10", [("file_missing", None)], 8),
        (LEAVES, [("file_missing", None), ("tile_missing", None)], 8),
        (ENTRIES, [("records_missing", 1), ("file_missing", None)], 3),
    ],
)
def test_a_missing_file_is_named(
    path: str, wanted: list[tuple[str, int | None]], exit_code: int
) -> None:
    report = audited({name: data for name, data in FILES.items() if name != path}, TRUST)
    assert told(report) == wanted
    assert report.exit_code == exit_code


def test_a_file_beside_the_bundle_is_noted() -> None:
    report = audited(FILES | {".DS_Store": b"finder"}, TRUST)
    assert report.verdict == "valid"
    assert [found.code for found in report.findings] == ["file_unlisted"]


def test_flips_in_any_entry_bundle_of_a_longer_log_are_named() -> None:
    forger = Forger.of(long_fund())
    files, trust = forger.build(), forger.trust()
    for path, first in (("tile/entries/000", 1), ("tile/entries/001", 257)):
        ranges = entry_ranges(files[path])
        for place in (0, 100, 255):
            data = bytearray(files[path])
            data[ranges[place][0] + 40] ^= 1
            report = audited(files | {path: bytes(data)}, trust)
            assert report.findings[0].position == first + place
            assert report.verdict == "proven_bad"


def test_a_swapped_tile_of_another_log_is_named() -> None:
    other = [leaf_hash(b"other")] * 34
    report = audited(FORGER.relist(FILES | {LEAVES: b"".join(other)}), TRUST)
    assert told(report) == [("tile_differs", 1)]
