"""`custody import` and `import-observations`: rows of a file become signed events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import exits, options, output, wiring
from ledger.cli.history import read_history
from ledger.cli.importing import Import, ImportedRow, Importer
from ledger.cli.observations import read_observations
from ledger.cli.passphrases import read_passphrase
from ledger.cli.workspace import find_workspace
from ledger.kernel.errors import NotFoundError
from ledger.kernel.limits import HISTORY_BYTES_MAX
from ledger.signing.key_file import read_key_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.cli.workspace import Workspace
    from ledger.signing.signer import Signer


@click.command("import")
@click.argument("history", type=click.Path(dir_okay=False))
@click.option("--author", "author_key", required=True, help="Key file of the author.")
@click.option("--cosign", "cosign_keys", multiple=True, help="Key file of an officer who approves.")
@click.option("--partial", is_flag=True, help="Record the good rows and list the others.")
@click.option("--accept-clock-jump", is_flag=True, help="The last record is over a week old.")
@options.passphrase
@options.workspace
@options.as_json
def import_history(
    history: str,
    author_key: str,
    cosign_keys: tuple[str, ...],
    partial: bool,
    accept_clock_jump: bool,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> int:
    """Sign and record the purchases in HISTORY (CSV). A second import changes nothing.

    One bad row stops the whole file, with its line and column, unless --partial.
    """
    rows = read_history(_read(Path(history)))
    signers = _signers((author_key, *cosign_keys), passphrase_file, passphrase_fd)
    done = _run(
        find_workspace(workspace_path), rows, signers, jump=accept_clock_jump, partial=partial
    )
    return _show(done, as_json=as_json)


@click.command("import-observations")
@click.argument("observations", type=click.Path(dir_okay=False))
@click.option("--author", "author_key", required=True, help="Key file of the author.")
@click.option("--partial", is_flag=True, help="Record the good rows and list the others.")
@click.option("--accept-clock-jump", is_flag=True, help="The last record is over a week old.")
@options.passphrase
@options.workspace
@options.as_json
def import_observations(
    observations: str,
    author_key: str,
    partial: bool,
    accept_clock_jump: bool,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    workspace_path: str | None,
    as_json: bool,
) -> int:
    """Sign and record the prices and measurements in OBSERVATIONS (CSV).

    A second import of the same file changes nothing; one bad row stops it, unless --partial.
    """
    rows = read_observations(_read(Path(observations)))
    signers = _signers((author_key,), passphrase_file, passphrase_fd)
    done = _run(
        find_workspace(workspace_path), rows, signers, jump=accept_clock_jump, partial=partial
    )
    return _show(done, as_json=as_json)


def _run(
    workspace: Workspace,
    rows: Sequence[ImportedRow],
    signers: Sequence[Signer],
    *,
    jump: bool,
    partial: bool,
) -> Import:
    author, *cosigners = signers
    with wiring.open_store(workspace) as store:
        sequencer = wiring.open_sequencer(workspace, store, accept_clock_jump=jump)
        importer = Importer(workspace, store, author, cosigners)
        return importer.run(rows, sequencer, partial=partial)


def _signers(paths: Sequence[str], file: str | None, descriptor: int | None) -> list[Signer]:
    """The signer of each key file. One passphrase is for all; at a terminal each is asked for."""
    if file is None and descriptor is None:
        return [wiring.signer_from(path, file=None, descriptor=None) for path in paths]
    # A descriptor can be read once only.
    secret = read_passphrase("the keys", file=file, descriptor=descriptor)
    return [read_key_file(Path(path), secret) for path in paths]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HISTORY_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None


def _show(done: Import, *, as_json: bool) -> int:
    code = exits.USAGE if done.faults else exits.DONE
    if as_json:
        output.emit_json(
            "import",
            {
                "rows": done.rows,
                "recorded": done.recorded,
                "repeated": done.repeated,
                "positions": done.positions,
                "faults": [fault.diagnostics() for fault in done.faults],
            },
        )
        return code
    output.say(
        f"{done.rows} rows: {done.recorded} recorded, {done.repeated} recorded before, "
        f"{len(done.faults)} left out"
    )
    for fault in done.faults:
        output.note(f"  {fault.where}: {fault.message}")
    return code
