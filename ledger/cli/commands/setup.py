"""`custody init` and `custody fund constitute`: how a fund begins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli import drafting, options, output, wiring
from ledger.cli.passphrases import read_passphrase
from ledger.cli.workspace import find_workspace, make_workspace
from ledger.domain.state import State
from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.limits import TOML_BYTES_MAX
from ledger.kernel.toml_text import read_toml
from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.key_file import new_key_file, parse_public_key_text, render_public_key

if TYPE_CHECKING:
    from ledger.signing.keys import PublicKey


@click.command()
@click.argument("fund")
@options.workspace
@options.passphrase
@options.as_json
def init(
    fund: str,
    workspace_path: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    as_json: bool,
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
    vkey = render_vkey(VerifierKey(fund, public))
    if as_json:
        output.emit_json("workspace", {"fund": fund, "folder": str(root), "vkey": vkey})
        return
    output.say(vkey)
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
    public = _public_key(Path(f"{workspace.log_key_path}.pub"))
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
        with path.open("rb") as file:
            data = file.read(TOML_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None
    members = read_toml(data, where=str(path))
    fixed = set(members) & {"fund", "kind"}
    if fixed:
        raise InputError(f"{min(fixed)} is filled in and not given", where=str(path))
    for founder in _tables(members, "founders", path):
        if isinstance(founder.get("keys"), list):
            founder["keys"] = [
                _key(path.parent, entry) if isinstance(entry, str) else entry
                for entry in founder["keys"]
            ]
    return {"protocol": 1, **members}


def _tables(members: dict[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    """The tables of one name, as in `[[founders]]`."""
    found = members.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InputError(f"write {name} as tables, [[{name}]]", where=str(path))
    return found


def _key(folder: Path, name: str) -> dict[str, str]:
    return wiring.key_members(_public_key(folder / name))


def _public_key(path: Path) -> PublicKey:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotFoundError(f"no public key file {path}") from None
    return parse_public_key_text(text.strip())
