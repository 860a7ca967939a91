"""The exported bundle: what a second writer would write, the same bytes every time, and no more."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import BundleError, NotFoundError
from ledger.log.note import NoteSigner
from ledger.service.bundle import export_bundle, zip_bundle
from ledger.service.checkpoints import make_checkpoint
from tests.support.bundle_writer import bundle_files, manifest_of
from tests.support.fund_simulator import FUND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sequenced_fund import SequencedFund


def seal(fund: SequencedFund, folder: Path) -> None:
    live = fund.sequencer.live
    make_checkpoint(fund.store, live, fund.signer.log_signer, folder / "checkpoint")


def export(fund: SequencedFund, target: Path) -> tuple[int, int]:
    return export_bundle(fund.store, target, log_key=fund.sequencer.live.state.log_key)


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def written_twice(fund: SequencedFund, earlier: tuple[int, ...], size: int) -> dict[str, bytes]:
    """The bundle as the tests' own writer makes it from bare records."""
    signer = NoteSigner(FUND, fund.signer.log_signer)
    records = fund.records[:size]
    files = bundle_files(records, signer, earlier=earlier)
    return files | {"manifest.json": manifest_of(files, records, signer)}


@pytest.mark.parametrize("more", [0, 1, 242, 243, 498, 499, 600])
def test_it_equals_the_second_writers(fund: SequencedFund, tmp_path: Path, more: int) -> None:
    seal(fund, tmp_path)
    fund.sequencer.submit_all([fund.cash() for _ in range(more)], threads=2)
    seal(fund, tmp_path)
    size, count = export(fund, tmp_path / "bundle")
    files = files_of(tmp_path / "bundle")
    assert (size, count) == (14 + more, len(files))
    assert files == written_twice(fund, (14,) if more else (), size)


def test_it_ends_at_the_last_checkpoint(fund: SequencedFund, tmp_path: Path) -> None:
    fund.sequencer.submit_all([fund.cash() for _ in range(300)])
    seal(fund, tmp_path)
    fund.sequencer.submit_all([fund.cash() for _ in range(250)])
    assert export(fund, tmp_path / "bundle")[0] == 314
    files = files_of(tmp_path / "bundle")
    assert files == written_twice(fund, (), 314)
    assert json.loads(files["manifest.json"])["size"] == 314


def test_every_earlier_checkpoint_is_in_it(fund: SequencedFund, tmp_path: Path) -> None:
    for _ in range(3):
        seal(fund, tmp_path)
        fund.submit(fund.cash())
    seal(fund, tmp_path)
    export(fund, tmp_path / "bundle")
    assert files_of(tmp_path / "bundle") == written_twice(fund, (14, 15, 16), 17)


def test_folder_and_zip_are_the_same_bytes_every_time(fund: SequencedFund, tmp_path: Path) -> None:
    fund.sequencer.submit_all([fund.cash() for _ in range(300)])
    seal(fund, tmp_path)
    for name in ("one", "two"):
        export(fund, tmp_path / name)
        zip_bundle(tmp_path / name, tmp_path / f"{name}.zip")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_zip_holds_the_folder_stored_and_in_order(fund: SequencedFund, tmp_path: Path) -> None:
    seal(fund, tmp_path)
    export(fund, tmp_path / "bundle")
    zip_bundle(tmp_path / "bundle", tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        found = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        assert [entry.compress_type for entry in archive.infolist()] == [0] * len(found)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
    assert found == files_of(tmp_path / "bundle")
    assert list(found) == sorted(found, key=lambda name: name.split("/"))


def test_an_existing_target_is_refused_and_left_alone(fund: SequencedFund, tmp_path: Path) -> None:
    seal(fund, tmp_path)
    target = tmp_path / "bundle"
    target.mkdir()
    with pytest.raises(BundleError, match="exists already") as caught:
        export(fund, target)
    assert caught.value.where == str(target)
    assert list(target.iterdir()) == []
    target.rmdir()
    target.write_text("mine")
    with pytest.raises(BundleError, match="exists already"):
        export(fund, target)
    assert target.read_text() == "mine"


def test_an_existing_zip_is_refused_and_left_alone(fund: SequencedFund, tmp_path: Path) -> None:
    seal(fund, tmp_path)
    export(fund, tmp_path / "bundle")
    (tmp_path / "bundle.zip").write_text("mine")
    with pytest.raises(BundleError, match="exists already"):
        zip_bundle(tmp_path / "bundle", tmp_path / "bundle.zip")
    assert (tmp_path / "bundle.zip").read_text() == "mine"


def test_without_a_checkpoint_there_is_nothing_to_export(
    fund: SequencedFund, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="no checkpoint yet") as caught:
        export(fund, tmp_path / "bundle")
    assert "custody checkpoint" in caught.value.hint
    assert not (tmp_path / "bundle").exists()


def test_records_lost_while_open_export_no_manifest(fund: SequencedFund, tmp_path: Path) -> None:
    """A bundle without a manifest is none; so a failed export is never taken for evidence."""
    seal(fund, tmp_path)
    connection = sqlite3.connect(fund.path)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM stored_events WHERE rowid > 7")
    connection.commit()
    connection.close()
    with pytest.raises(BundleError, match="the store has 7 records where 14 were checkpointed"):
        export(fund, tmp_path / "bundle")
    assert not (tmp_path / "bundle" / "manifest.json").exists()
