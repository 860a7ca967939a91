"""`custody checkpoint`, `prove` and `bundle export`: what leaves the house as proof."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.cli import options, output, wiring
from ledger.cli.workspace import find_workspace
from ledger.kernel.errors import BundleError, NotFoundError
from ledger.log.log_proof import LogProof, render_log_proof, verify_log_proof
from ledger.log.merkle import leaf_hash
from ledger.log.note import render_vkey
from ledger.service.bundle import export_bundle, zip_bundle
from ledger.service.checkpoints import key_of_checkpoint, make_checkpoint
from ledger.service.tiles import StoredTiles
from ledger.store.durable_files import write_durably


@click.command()
@click.option(
    "--previous-log-key",
    type=click.Path(dir_okay=False),
    help="After a rotation: the key file before it, which signs as well.",
)
@options.passphrase
@options.workspace
@options.as_json
def checkpoint(
    previous_log_key: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Sign the log's size and root with the log key; keep the note in and outside the store."""
    workspace = find_workspace(workspace_path)
    paths = [str(workspace.log_key_path), *([previous_log_key] if previous_log_key else [])]
    signer, *before = (
        wiring.signer_from(path, file=passphrase_file, descriptor=passphrase_fd) for path in paths
    )
    with wiring.open_store(workspace) as store:
        live = wiring.load_checked(workspace, store)
        if not live.state.fund:
            raise NotFoundError("the log is empty", hint="Constitute the fund first")
        made, note = make_checkpoint(
            store,
            live,
            signer,
            workspace.high_water,
            previous=before[0] if before else None,
        )
        StoredTiles(store, made.size).fill_cache()
        wiring.write_trust(workspace, store, live.state.log_key)
    if as_json:
        output.emit_json(
            "checkpoint",
            {
                "origin": made.origin,
                "size": made.size,
                "root": made.root.hex(),
                "note": note.decode(),
            },
        )
        return
    output.say(note.decode().rstrip("\n"))
    output.note(f"kept at {workspace.high_water}; give a copy to whoever audits you")


@click.command()
@click.argument("position", type=click.IntRange(min=1))
@click.option("--out", type=click.Path(dir_okay=False), help="The receipt's file.")
@options.workspace
@options.as_json
def prove(position: int, out: str | None, workspace_path: str | None, as_json: bool) -> None:
    """A receipt (C2SP tlog-proof) that the record at POSITION is under the last checkpoint."""
    workspace = find_workspace(workspace_path)
    with wiring.open_store(workspace, read_only=True) as store:
        last = store.last_checkpoint()
        if last is None or last[0] < position:
            raise NotFoundError(
                f"no checkpoint covers position {position}", hint="Run `custody checkpoint` first"
            )
        size, note = last
        proof = StoredTiles(store, size).tree().inclusion_proof(position - 1)
        record = store.read(position) or b""
        live = wiring.load_checked(workspace, store)
    receipt = render_log_proof(LogProof(position - 1, tuple(proof), note))
    verify_log_proof(receipt, record, key_of_checkpoint(note, live.state))
    path = Path(out or f"position-{position}.tlog-proof")
    write_durably(path, receipt)
    if as_json:
        output.emit_json(
            "proof",
            {
                "position": position,
                "size": size,
                "leaf": leaf_hash(record).hex(),
                "proof": [node.hex() for node in proof],
                "file": str(path),
            },
        )
        return
    output.say(str(path))
    output.note(f"position {position} of {size}, {len(proof)} hashes; verified as written")


@click.group()
def bundle() -> None:
    """Export an evidence bundle."""


@bundle.command("export")
@click.argument("target", type=click.Path())
@click.option("--zip", "as_zip", is_flag=True, help="Also write TARGET.evidence.zip.")
@options.workspace
@options.as_json
def export(target: str, as_zip: bool, workspace_path: str | None, as_json: bool) -> None:
    """Write the evidence bundle of the last checkpoint into the new folder TARGET."""
    workspace = find_workspace(workspace_path)
    archive = Path(f"{target}.evidence.zip")
    if as_zip and archive.exists():
        raise BundleError("the target exists already", where=str(archive), hint="Name a new one")
    with wiring.open_store(workspace, read_only=True) as store:
        live = wiring.load_checked(workspace, store)
        last = store.last_checkpoint()
        # A key that came into force after the checkpoint is not one that the bundle can name.
        log_key = render_vkey(key_of_checkpoint(last[1], live.state)) if last else ""
        size, files = export_bundle(store, Path(target), log_key=log_key)
    if as_zip:
        zip_bundle(Path(target), archive)
    if as_json:
        value = {"folder": target, "records": size, "files": files}
        output.emit_json("bundle", {**value, "zip": str(archive)} if as_zip else value)
        return
    output.say(f"{target}  {size} records in {files} files")
    if as_zip:
        output.say(str(archive))
    output.note(f"next: custody audit {target} --trust {workspace.trust}")
