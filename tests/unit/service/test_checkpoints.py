"""Checkpoints: what is signed, what is never signed, and what the one outside the store shows."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, NoReturn

import pytest

from ledger.kernel.errors import LedgerError, ProofError, StoreCorruptError
from ledger.kernel.limits import CHECKPOINT_BYTES_MAX
from ledger.log.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.note import NoteSigner, VerifierKey, parse_vkey, render_vkey
from ledger.service import checkpoints
from ledger.service.checkpoints import (
    check_high_water,
    make_checkpoint,
    read_high_water,
)
from ledger.service.live import load
from ledger.signing.signer import MemorySigner
from tests.support.fund_simulator import FUND
from tests.support.sequenced_fund import ENGINE, SequencedFund

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.signing.signer import Signer


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint"


def sign(fund: SequencedFund, outside: Path, signer: Signer | None = None) -> Checkpoint:
    live = fund.sequencer.live
    return make_checkpoint(fund.store, live, signer or fund.signer.log_signer, outside)[0]


def check(fund: SequencedFund, outside: Path) -> None:
    """What every start does."""
    kept = read_high_water(outside)
    assert kept is not None
    check_high_water(load(fund.store, ENGINE, watch=[kept[0].size]), *kept)


def root_of(records: list[bytes]) -> bytes:
    return tree_root([leaf_hash(raw) for raw in records])


def rotate(fund: SequencedFund) -> MemorySigner:
    """Adopt a new log key."""
    new = MemorySigner.from_seed(b"n" * 32)
    members = fund.signer.members(
        "log_key.rotated",
        "gulnara",
        cosigners=["nurlan"],
        log_key=render_vkey(VerifierKey(FUND, new.public_key)),
    )
    assert fund.submit(fund.signer.sign(members)).outcome.verdict == "effective"
    return new


# -- signing


def test_it_commits_to_size_and_root_and_is_kept_twice(fund: SequencedFund, outside: Path) -> None:
    made = sign(fund, outside)
    assert made == Checkpoint(FUND, 14, root_of(fund.records))
    assert fund.store.last_checkpoint() == (14, outside.read_bytes())
    vkey = parse_vkey(fund.sequencer.live.state.log_key)
    assert verify_checkpoint(outside.read_bytes(), vkey, origin=FUND) == made
    check(fund, outside)


def test_signing_again_gives_the_same_note(fund: SequencedFund, outside: Path) -> None:
    sign(fund, outside)
    note = outside.read_bytes()
    outside.unlink()
    sign(fund, outside)
    assert outside.read_bytes() == note
    assert len(list(fund.store.checkpoints())) == 1


def test_each_continues_the_one_before(fund: SequencedFund, outside: Path) -> None:
    for size in (14, 15, 17, 20):
        fund.sequencer.submit_all([fund.cash() for _ in range(size - len(fund.records))])
        assert sign(fund, outside).size == size
        check(fund, outside)
    assert [size for size, _ in fund.store.checkpoints()] == [14, 15, 17, 20]
    fund.reopen()
    assert sign(fund, outside).size == 20


def test_another_key_signs_nothing(fund: SequencedFund, outside: Path) -> None:
    with pytest.raises(ProofError, match="not the log key in force"):
        sign(fund, outside, MemorySigner.generate())
    assert not outside.exists()
    assert fund.store.last_checkpoint() is None


def test_after_a_rotation_only_the_new_key_signs(fund: SequencedFund, outside: Path) -> None:
    sign(fund, outside)
    new = rotate(fund)
    check(fund, outside)
    with pytest.raises(ProofError, match="not the log key in force"):
        sign(fund, outside)
    assert sign(fund, outside, new).size == 15
    check(fund, outside)


def test_at_a_hand_over_both_keys_sign(fund: SequencedFund, outside: Path) -> None:
    """Who trusts the old key, and who trusts the new one, can both read the same checkpoint."""
    old, new = fund.signer.log_signer, rotate(fund)
    live = fund.sequencer.live
    made, note = make_checkpoint(fund.store, live, new, outside, previous=old)
    for key in (old, new):
        assert verify_checkpoint(note, VerifierKey(FUND, key.public_key)) == made


def test_only_a_log_key_of_before_signs_besides(fund: SequencedFund, outside: Path) -> None:
    new = rotate(fund)
    stranger = MemorySigner.from_seed(b"s" * 32)
    with pytest.raises(ProofError, match="never a log key"):
        make_checkpoint(fund.store, fund.sequencer.live, new, outside, previous=stranger)
    assert not outside.exists()


def forged(fund: SequencedFund, size: int) -> bytes:
    """A checkpoint that the log key signed for records that never were."""
    signer = NoteSigner(FUND, fund.signer.log_signer)
    return sign_checkpoint(Checkpoint(FUND, size, b"\x07" * 32), signer)


@pytest.mark.parametrize("size", [9, 14])
@pytest.mark.parametrize("loaded", ["watching", "not watching"])
def test_a_checkpoint_that_contradicts_the_last_is_never_signed(
    fund: SequencedFund, outside: Path, size: int, loaded: str
) -> None:
    """Also when the file outside is gone, and the store holds the only copy of the last one."""
    fund.store.add_checkpoint(size, forged(fund, size))
    if loaded == "watching":
        fund.sequencer._live = load(fund.store, ENGINE, watch=[size])
    before = fund.store.last_checkpoint()
    with pytest.raises(ProofError, match=f"the first {size} records are not those"):
        sign(fund, outside)
    assert fund.store.last_checkpoint() == before
    assert not outside.exists()


def test_a_state_older_than_the_last_checkpoint_signs_nothing(
    fund: SequencedFund, outside: Path
) -> None:
    stale = load(fund.store, ENGINE)
    fund.submit(fund.cash())
    sign(fund, outside)
    with pytest.raises(ProofError, match="15 records was signed before, and these are 14"):
        make_checkpoint(fund.store, stale, fund.signer.log_signer, outside)


def test_a_last_checkpoint_of_another_key_stops_the_next(
    fund: SequencedFund, outside: Path
) -> None:
    stranger = NoteSigner(FUND, MemorySigner.generate())
    root = root_of(fund.records[:9])
    fund.store.add_checkpoint(9, sign_checkpoint(Checkpoint(FUND, 9, root), stranger))
    with pytest.raises(StoreCorruptError, match="not by a key of this log"):
        sign(fund, outside)


# -- the checkpoint outside, at the next start


@pytest.mark.parametrize("lost", range(1, 7))
def test_an_older_store_is_refused_with_both_sizes(
    fund: SequencedFund, outside: Path, tmp_path: Path, lost: int
) -> None:
    backup = tmp_path / "backup.db"
    for _ in range(6 - lost):
        fund.submit(fund.cash())
    fund.store.close()
    shutil.copy(fund.path, backup)
    fund.open()
    for _ in range(lost):
        fund.submit(fund.cash())
    sign(fund, outside)
    fund.store.close()
    shutil.copy(backup, fund.path)
    fund.open()
    with pytest.raises(StoreCorruptError, match=rf"has {20 - lost} records .* covers 20"):
        check(fund, outside)


def test_an_older_store_that_went_on_is_refused(
    fund: SequencedFund, outside: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    fund.store.close()
    shutil.copy(fund.path, backup)
    fund.open().submit(fund.cash())
    sign(fund, outside)
    fund.store.close()
    shutil.copy(backup, fund.path)
    fund.open()
    for _ in range(3):
        fund.submit(fund.cash())
    with pytest.raises(StoreCorruptError, match="the first 15 records are not those"):
        check(fund, outside)


def test_a_store_rewritten_in_the_middle_is_refused(fund: SequencedFund, outside: Path) -> None:
    sign(fund, outside)
    old = fund.records[4]
    rewrite(fund, 5, old.replace(b":00.000000Z", b":30.000000Z"))
    fund.open()
    assert fund.records[4] != old
    with pytest.raises(StoreCorruptError, match="the first 14 records are not those"):
        check(fund, outside)


def rewrite(fund: SequencedFund, position: int, raw: bytes) -> None:
    fund.store.close()
    connection = sqlite3.connect(fund.path)
    kept = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in kept:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (raw, position))
    for _, sql in kept:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_emptied_store_is_refused(
    empty: SequencedFund, fund: SequencedFund, outside: Path
) -> None:
    sign(fund, outside)
    with pytest.raises(StoreCorruptError, match=r"has 0 records .* covers 14"):
        check(empty, outside)


def test_a_checkpoint_of_a_key_before_is_still_believed(fund: SequencedFund, outside: Path) -> None:
    sign(fund, outside)
    rotate(fund)
    check(fund.reopen(), outside)


def foreign_notes(fund: SequencedFund) -> list[tuple[str, bytes]]:
    """Checkpoints that are well made and not this log's."""
    root = root_of(fund.records)
    stranger = MemorySigner.generate()
    other = NoteSigner("test/elsewhere", fund.signer.log_signer)
    return [
        (
            "a stranger's key",
            sign_checkpoint(Checkpoint(FUND, 14, root), NoteSigner(FUND, stranger)),
        ),
        ("another log's", sign_checkpoint(Checkpoint("test/elsewhere", 14, root), other)),
        (
            "an older one, a stranger's",
            sign_checkpoint(Checkpoint(FUND, 3, b"\x01" * 32), NoteSigner(FUND, stranger)),
        ),
    ]


def test_a_checkpoint_of_another_key_or_log_is_refused(fund: SequencedFund, outside: Path) -> None:
    for name, note in foreign_notes(fund):
        outside.write_bytes(note)
        with pytest.raises(StoreCorruptError, match="not by a key of this log"):
            check(fund, outside)
        assert name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"garbage",
        b"\x00" * 100,
        b"\xff" * 9,
        b"test/harbour\n14\n\n",
        b"x" * (CHECKPOINT_BYTES_MAX + 5),
    ],
)
def test_garbage_outside_is_our_error(outside: Path, data: bytes) -> None:
    outside.write_bytes(data)
    with pytest.raises(StoreCorruptError, match="holds no checkpoint") as caught:
        read_high_water(outside)
    assert caught.value.where == str(outside)


def test_every_cut_and_every_flipped_byte_is_refused(fund: SequencedFund, outside: Path) -> None:
    sign(fund, outside)
    note = outside.read_bytes()
    live = load(fund.store, ENGINE, watch=[14])
    for at in range(len(note)):
        for changed in (note[:at], note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :]):
            outside.write_bytes(changed)
            with pytest.raises(LedgerError):
                check_high_water(live, *(read_high_water(outside) or pytest.fail("a note")))


def test_no_file_outside_is_no_checkpoint_yet(outside: Path) -> None:
    assert read_high_water(outside) is None


def test_a_folder_in_its_place_is_our_error(outside: Path) -> None:
    outside.mkdir()
    with pytest.raises(LedgerError, match="cannot be read"):
        read_high_water(outside)


def test_a_crash_between_store_and_file_is_mended_by_the_next(
    fund: SequencedFund, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_durably", crash)
    with pytest.raises(OSError, match="No space left"):
        sign(fund, outside)
    monkeypatch.undo()
    kept = fund.store.last_checkpoint()
    sign(fund, outside)
    assert kept == fund.store.last_checkpoint() == (14, outside.read_bytes())
