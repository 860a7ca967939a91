"""The export of an evidence bundle: what an auditor carries away (docs/spec/evidence-bundle.md).

A C2SP tlog-tiles directory (checkpoint, tiles, entry bundles) with earlier checkpoints and a
manifest, as a folder and, if asked for, as one zip of it. The bundle is a prefix 1…n of the log,
where n is the size of the last signed checkpoint.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING

from ledger.kernel.canonical import Value, encode
from ledger.kernel.errors import BundleError, NotFoundError
from ledger.log.merkle import leaf_hash
from ledger.log.tiles import TILE_WIDTH, entries_path, render_entries, tiles_of
from ledger.store.durable_files import files_of, new_file, new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.store.record_store import RecordStore

BUNDLE_FORMAT = "sovereign-custody-bundle/1"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def export_bundle(store: RecordStore, target: Path, *, log_key: str) -> tuple[int, int]:
    """Write the bundle into a new folder; how many records and files it has.

    A crash leaves the whole folder under its name, or none.

    `log_key` is the verifier key of the last checkpoint (`checkpoints.key_of_checkpoint`), which
    need not be the one in force now.
    Raises `NotFoundError` if nothing was checkpointed yet, `BundleError` if the folder exists,
    `StoreError` if it cannot be written.
    """
    last = store.last_checkpoint()
    if last is None or last[0] == 0:
        raise NotFoundError("there is no checkpoint yet", hint="Run `custody checkpoint` first")
    size, note = last
    _check_new(target, "Name a new folder")
    with new_folder(target) as folder:
        return size, _write(store, folder, (size, note), log_key)


def _check_new(target: Path, hint: str) -> None:
    if os.path.lexists(target):
        raise BundleError("the target exists already", where=str(target), hint=hint)


def _write(store: RecordStore, folder: Path, last: tuple[int, bytes], log_key: str) -> int:
    """Write every file of the bundle of the last checkpoint; how many they are."""
    size, note = last
    files: list[Value] = []
    leaves: list[bytes] = []
    for path, data in _contents(store, size, note, leaves):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        files.append({"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})
    manifest: dict[str, Value] = {
        "bundle": BUNDLE_FORMAT,
        "files": sorted(files, key=_path_of),
        "first_leaf": leaves[0].hex(),
        "fund": store.fund,
        "log_key": log_key,
        "size": size,
    }
    (folder / "manifest.json").write_bytes(encode(manifest))
    return len(files) + 1


def _path_of(entry: Value) -> str:
    return str(entry["path"]) if isinstance(entry, dict) else ""


def _contents(
    store: RecordStore, size: int, note: bytes, leaves: list[bytes]
) -> Iterator[tuple[str, bytes]]:
    """Every file but the manifest; `leaves` is filled as the entries pass by."""
    yield "checkpoint", note
    for earlier, kept in store.checkpoints():
        if 0 < earlier < size:
            yield f"checkpoints/{earlier}", kept
    for index, records in enumerate(_groups(store, size)):
        leaves.extend(leaf_hash(raw) for raw in records)
        yield entries_path(index, len(records)), render_entries(records)
    if len(leaves) != size:
        raise BundleError(f"the store has {len(leaves)} records where {size} were checkpointed")
    yield from tiles_of(leaves)


def _groups(store: RecordStore, size: int) -> Iterator[list[bytes]]:
    """The first `size` records in groups of a tile's width."""
    for number, page in enumerate(store.raw_pages(page=TILE_WIDTH)):
        left = size - number * TILE_WIDTH
        if left <= 0:
            return
        yield page[:left]


def zip_bundle(folder: Path, target: Path) -> None:
    """One zip of a bundle's folder: stored, in order of names, the same bytes every time."""
    _check_new(target, "Name a new file")
    with new_file(target) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive:
        for path in files_of(folder):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=_ZIP_TIME)
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
