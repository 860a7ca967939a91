"""`custody doctor`: whether this machine is fit and this workspace whole."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import click

from ledger import __version__
from ledger.cli import exits, options, output, wiring
from ledger.cli.workspace import find_workspace
from ledger.kernel.errors import LedgerError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.cli.workspace import Workspace

Check = tuple[str, str, str]
"""(what, verdict, detail); the verdicts are ok, warn and bad."""


@click.command()
@options.workspace
@options.as_json
def doctor(workspace_path: str | None, as_json: bool) -> int:
    """Check this machine and, if there is one, this workspace."""
    checks = list(_machine())
    try:
        workspace = find_workspace(workspace_path)
    except NotFoundError as error:
        checks.append(("workspace", "warn", error.message))
    else:
        checks += _workspace(workspace)
    if as_json:
        output.emit_json(
            "doctor",
            {"checks": [{"what": w, "verdict": v, "detail": d} for w, v, d in checks]},
        )
    else:
        output.table(("check", "verdict", "detail"), checks)
    return exits.ERROR if any(verdict == "bad" for _, verdict, _ in checks) else exits.DONE


def _machine() -> Iterator[Check]:
    yield "custody", "ok", __version__
    yield "python", "ok", f"{platform.python_version()} on {sys.platform}"
    for package in ("eventsourcing", "cryptography", "pynacl", "pydantic", "orjson"):
        yield package, "ok", version(package)
    yield "clock", "ok", wiring.now()


def _workspace(workspace: Workspace) -> Iterator[Check]:
    yield "workspace", "ok", f"{workspace.root} ({workspace.fund})"
    if not workspace.store.exists():
        yield "store", "warn", "no records yet"
        return
    try:
        with wiring.open_store(workspace, read_only=True) as store:
            for warning in store.warnings:
                yield "store", "warn", warning
            faults = store.integrity_check()
            yield "integrity", "bad" if faults else "ok", "; ".join(faults) or "no fault"
            live = wiring.load_checked(workspace, store)
            yield "records", "ok", f"{live.state.position} applied"
            last = store.last_checkpoint()
            covered = f"covers {last[0]} of {live.state.position}" if last else "none yet"
            yield "checkpoint", "ok" if last else "warn", covered
    except LedgerError as error:
        yield "store", "bad", str(error)
