"""Somebody changes bytes of a bundle: every one is noticed, and in a record its position named."""

from __future__ import annotations

from functools import cache
from itertools import cycle
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledger.audit.bundle import MANIFEST, split_entries
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.tiles import entry_ranges
from tests.support.bundle_writer import Forger, audited, lived_fund, long_fund, told
from tests.support.hostile_log import honest, honest_leaves, honest_trust, placed
from tests.support.tally import tally
from tests.support.thousand_events import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# -- two bits of every byte of a thousand records


@cache
def thousand_files() -> dict[str, bytes]:
    return honest().build()


ENTRY_FILES = ("tile/entries/000", "tile/entries/001", "tile/entries/002", "tile/entries/003.p/232")
LEAF_TILES = ("tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003.p/232")
UPPER_TILE = "tile/1/000.p/3"


def first_of(path: str) -> int:
    """The position of the first record of an entry bundle, or of the first leaf of a tile."""
    return int(path.split("/")[2][:3]) * 256 + 1


def two_flips(data: bytes) -> Iterator[tuple[int, bytearray]]:
    """Two bits of every byte flipped, each alone; the pair of bits goes round."""
    altered = bytearray(data)
    for offset in range(len(data)):
        for bit in (offset % 8, (offset + 3) % 8):
            altered[offset] ^= 1 << bit
            yield offset, altered
            altered[offset] ^= 1 << bit


def first_wrong(data: bytes, leaves: tuple[bytes, ...]) -> int:
    """The place of the first record of an entry bundle whose leaf is not the tile's."""
    ranges, _ = split_entries(data)
    for place, (start, end) in enumerate(ranges[: len(leaves)]):
        if leaf_hash(data[start:end]) != leaves[place]:
            return place
    return len(ranges)


@pytest.mark.deep
@pytest.mark.parametrize("path", ENTRY_FILES)
def test_two_flips_in_every_byte_of_the_records_miss_the_leaf(path: str) -> None:
    """What an audit compares first: the leaf of the bytes, and the one that the tile states."""
    data, first = thousand_files()[path], first_of(path)
    ranges = entry_ranges(data)
    leaves = honest_leaves()[first - 1 : first - 1 + len(ranges)]
    tried = 0
    for (start, end), leaf in zip(ranges, leaves, strict=True):
        assert leaf_hash(data[start:end]) == leaf
        for _, altered in two_flips(data[start:end]):
            assert leaf_hash(bytes(altered)) != leaf
            tried += 1
    for place, (start, _) in enumerate(ranges):
        for offset in (start - 2, start - 1):
            for bit in (offset % 8, (offset + 3) % 8):
                length = bytearray(data)
                length[offset] ^= 1 << bit
                assert first_wrong(bytes(length), leaves) == place
                tried += 1
    assert tried == 2 * len(data)
    tally("flipped bits of records, against their leaf", tried, tried)


@pytest.mark.deep
def test_two_flips_in_every_byte_of_the_tiles_miss_the_records() -> None:
    leaves, tried = honest_leaves(), 0
    roots = [tree_root(list(leaves[start : start + 256])) for start in (0, 256, 512)]
    for path in (*LEAF_TILES, UPPER_TILE):
        data = thousand_files()[path]
        hashes = roots if path == UPPER_TILE else leaves[first_of(path) - 1 :]
        assert data == b"".join(hashes[: len(data) // 32])
        for offset, altered in two_flips(data):
            place = offset // 32
            stated = [bytes(altered[at : at + 32]) for at in range(0, len(data), 32)]
            wrong = [at for at, node in enumerate(stated) if node != hashes[at]]
            assert wrong == [place]
            tried += 1
    assert tried == 2 * (1_003 * 32)
    tally("flipped bits of tiles, against the records", tried, tried)


def flips_of_records(seed: int, count: int) -> Iterator[tuple[dict[str, bytes], int]]:
    """Bundles in which one bit of one record (or of its length) is flipped; its position."""
    chance = Random(seed)  # noqa: S311 - places, not secrets
    for _ in range(count):
        position = chance.randint(1, RECORDS)
        path = ENTRY_FILES[(position - 1) // 256]
        data = bytearray(thousand_files()[path])
        start, end = entry_ranges(bytes(data))[position - first_of(path)]
        data[chance.randrange(start - 2, end)] ^= 1 << chance.randrange(8)
        yield thousand_files() | {path: bytes(data)}, position


def flips_of_tiles(seed: int, count: int) -> Iterator[tuple[dict[str, bytes], int | None]]:
    """Bundles in which one bit of one hash is flipped; the position of a leaf."""
    chance = Random(seed)  # noqa: S311 - places, not secrets
    for _ in range(count):
        path = chance.choice([*LEAF_TILES, *LEAF_TILES, UPPER_TILE])
        data = bytearray(thousand_files()[path])
        offset = chance.randrange(len(data))
        data[offset] ^= 1 << chance.randrange(8)
        position = None if path == UPPER_TILE else first_of(path) + offset // 32
        yield thousand_files() | {path: bytes(data)}, position


def audit_flips(seed: int, records: int, tiles: int) -> None:
    for files, position in flips_of_records(seed, records):
        report = audited(files, honest_trust())
        assert report.verdict == "proven_bad", position
        assert placed(report)[0][1] == position
        assert report.holdings == ()
    for files, leaf in flips_of_tiles(seed, tiles):
        report = audited(files, honest_trust())
        assert [entry for entry in told(report) if entry[0] != "file_altered"] == [
            ("tile_differs", leaf)
        ]
        assert report.verdict == "proven_bad"


def test_some_flips_in_a_thousand_records_are_named() -> None:
    assert placed(audited(thousand_files(), honest_trust())) == []
    audit_flips(0, 7, 2)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1, 5))
def test_two_thousand_flips_in_a_thousand_records_are_named(seed: int) -> None:
    audit_flips(seed, 400, 100)
    tally("flipped bits of a bundle of a thousand, audited in full", 500, 500)
