"""A workspace: the folder of one fund at one place. Paths and settings, nothing else.

custody.toml     which fund this is, and where its log key lies
ledger.db        the record store (with its lock file beside it)
checkpoint       the last signed checkpoint, outside the database: the high-water mark
trust            what an auditor needs: the log's verifier key and the first leaf
keys/ drafts/ signed/
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.fixed import fixed
from ledger.kernel.identifiers import FUND, check_form
from ledger.kernel.limits import TOML_BYTES_MAX
from ledger.kernel.toml_text import read_toml

SETTINGS = "custody.toml"
ENVIRONMENT_VARIABLE = "CUSTODY_WORKSPACE"
_TEMPLATE = """# The workspace of one fund. See docs/reference/workspace.md.
fund = "{fund}"
log_key = "keys/log.key"
"""


@fixed
class Workspace:
    """The folder of one fund."""

    root: Path
    fund: str
    log_key_path: Path

    @property
    def store(self) -> Path:
        """The database file."""
        return self.root / "ledger.db"

    @property
    def high_water(self) -> Path:
        """The last checkpoint, outside the database."""
        return self.root / "checkpoint"

    @property
    def trust(self) -> Path:
        """The trust file for auditors."""
        return self.root / "trust"

    @property
    def drafts(self) -> Path:
        """Where drafts are written."""
        return self.root / "drafts"

    @property
    def signed(self) -> Path:
        """Where signed events are written."""
        return self.root / "signed"

    @property
    def keys(self) -> Path:
        """Where keys are made."""
        return self.root / "keys"


def find_workspace(given: str | None) -> Workspace:
    """The workspace given by flag, by environment, or the current folder."""
    root = Path(given or os.environ.get(ENVIRONMENT_VARIABLE) or ".")
    path = root / SETTINGS
    try:
        with path.open("rb") as file:
            data = file.read(TOML_BYTES_MAX + 1)
    except OSError:
        raise NotFoundError(
            f"no workspace at {root}",
            hint="Run `custody init`, or name one with --workspace or CUSTODY_WORKSPACE",
        ) from None
    settings = read_toml(data, where=str(path))
    unknown = set(settings) - {"fund", "log_key"}
    if unknown:
        raise InputError(f"unknown setting {min(unknown)}", where=str(path))
    fund = check_form(str(settings.get("fund", "")), FUND, "the name of a fund")
    return Workspace(root, fund, root / str(settings.get("log_key", "keys/log.key")))


def make_workspace(root: Path, fund: str) -> Workspace:
    """A new workspace in a folder that has none."""
    check_form(fund, FUND, "the name of a fund")
    path = root / SETTINGS
    if path.exists():
        raise InputError("there is a workspace already", where=str(root))
    workspace = Workspace(root, fund, root / "keys" / "log.key")
    for folder in (root, workspace.keys, workspace.drafts, workspace.signed):
        folder.mkdir(parents=True, exist_ok=True)
    workspace.keys.chmod(0o700)
    path.write_text(_TEMPLATE.format(fund=fund), encoding="utf-8")
    return workspace
