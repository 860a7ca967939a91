"""`custody init` and `custody fund constitute`: how a fund begins."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from ledger.cli import drafting, options, output, wiring
from ledger.cli.passphrases import read_passphrase
from ledger.cli.workspace import find_workspace, make_workspace
from ledger.domain.state import State
from ledger.kernel.errors import InputError, NotFoundError
from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.key_file import new_key_file, parse_public_key_text, render_public_key


@click.command()
@click.argument("fund")
@options.workspace
@options.passphrase
def init(
    fund: str, workspace_path: str | None, passphrase_file: str | None, passphrase_fd: int | None
) -> None:
    """Make a workspace for FUND (environment/name, as in production/alem) with a new log key."""
    root = Path(workspace_path or ".")
    secret = read_passphrase(
        "the log key", file=passphrase_file, descriptor=passphrase_fd, confirm=True
    )
    workspace = make_workspace(root, fund)
    public = new_key_file(workspace.log_key_path, "ed25519", secret)
    Path(f"{workspace.log_key_path}.pub").write_text(
        render_public_key(public) + "\n", encoding="utf-8"
    )
    output.say(render_vkey(VerifierKey(fund, public)))
    output.note(f"workspace made at {root}; the line above is the log's verifier key")
    output.note("next: make the founders' keys (custody key new), then custody fund constitute")


@click.group()
def fund() -> None:
    """Constitute the fund."""


@fund.command()
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Path(dir_okay=False),
    help="The constitution as TOML (docs/how-to/constitute-a-fund.md).",
)
@click.option("--author", required=True, help="The founder who answers for it.")
@click.option("--expires", default="2w", show_default=True)
@click.option("--out", type=click.Path())
@options.workspace
@options.as_json
def constitute(
    source: str,
    author: str,
    expires: str,
    out: str | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """Draft the constitution; every founder then signs it.

    In the file each founder's `keys` may name public key files, relative to it.
    """
    workspace = find_workspace(workspace_path)
    members = read_constitution(Path(source))
    names = [str(founder.get("officer", "")) for founder in members.get("founders", [])]
    if author not in names:
        raise InputError(f"{author} is not among the founders", where=source)
    public = parse_public_key_text(
        Path(f"{workspace.log_key_path}.pub").read_text(encoding="utf-8").strip()
    )
    said = {
        "log_key": render_vkey(VerifierKey(workspace.fund, public)),
        **members,
        "author": author,
        "cosigners": [name for name in names if name != author],
        "expires": expires,
    }
    state = State()
    full = drafting.members_of(workspace, state, "fund.constituted", said)
    drafting.finish_draft(workspace, state, full, out=out, as_json=as_json)


def read_constitution(path: Path) -> dict[str, Any]:
    """The members of a constitution from its TOML file, key files replaced by their keys."""
    try:
        members = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(str(error), where=str(path)) from None
    for founder in members.get("founders", []):
        founder["keys"] = [
            _key(path.parent, entry) if isinstance(entry, str) else entry
            for entry in founder.get("keys", [])
        ]
    return {"protocol": 1, **members}


def _key(folder: Path, name: str) -> dict[str, str]:
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotFoundError(f"no public key file {folder / name}") from None
    public = parse_public_key_text(text.strip())
    return wiring.key_members(public)
