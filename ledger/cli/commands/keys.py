"""`custody key`: make and show keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import options, output
from ledger.cli.passphrases import read_passphrase
from ledger.kernel import identifiers
from ledger.kernel.errors import KeyFileError
from ledger.kernel.identifiers import check_form
from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.base64_text import encode_base64
from ledger.signing.key_file import new_key_file, parse_public_key_text, render_public_key
from ledger.signing.possession import prove_possession

if TYPE_CHECKING:
    from ledger.signing.keys import PublicKey


@click.group()
def key() -> None:
    """Make and show keys."""


@key.command("new")
@click.argument("path", type=click.Path(dir_okay=False))
@click.option(
    "--algorithm",
    type=click.Choice(["ed25519", "ecdsa-p256"]),
    default="ed25519",
    show_default=True,
)
@options.passphrase
@options.as_json
def new(
    path: str,
    algorithm: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Make an encrypted key file at PATH (mode 0600) and its public part at PATH.pub."""
    public_path = Path(path + ".pub")
    if public_path.exists():
        raise KeyFileError("the public part exists already", where=str(public_path))
    secret = read_passphrase(path, file=passphrase_file, descriptor=passphrase_fd, confirm=True)
    public = new_key_file(Path(path), algorithm, secret)
    with public_path.open("x", encoding="utf-8") as file:
        file.write(render_public_key(public) + "\n")
    _show(public, as_json=as_json)
    output.note(f"key written to {path}, public part to {public_path}")


@key.command("show")
@click.argument("path", type=click.Path(dir_okay=False))
@click.option("--vkey", "name", help="Also print the verifier key of a log with this name.")
@options.as_json
def show(path: str, name: str | None, as_json: bool) -> None:
    """Show the public key at PATH (a .pub file, or the key file beside one)."""
    place = Path(path if path.endswith(".pub") else path + ".pub")
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise KeyFileError("cannot read the public part", where=str(place)) from None
    public = parse_public_key_text(text.strip())
    _show(public, as_json=as_json, vkey=render_vkey(VerifierKey(name, public)) if name else "")


@key.command("possession")
@click.argument("path", type=click.Path(dir_okay=False))
@click.option("--fund", required=True, help="The fund in which the key will be enrolled.")
@click.option("--officer", required=True, help="The officer whose key it will be.")
@options.passphrase
@options.as_json
def possession(
    path: str,
    fund: str,
    officer: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Print the proof of possession that `key.enrolled` carries, made with the new key at PATH."""
    from ledger.cli.wiring import signer_from  # noqa: PLC0415 - needs the signing room only here

    check_form(fund, identifiers.FUND, "the name of a fund")
    check_form(officer, identifiers.SLUG, "the id of an officer")
    signer = signer_from(path, file=passphrase_file, descriptor=passphrase_fd)
    proof = encode_base64(prove_possession(signer, fund, officer))
    if as_json:
        output.emit_json("possession", {"fund": fund, "officer": officer, "possession": proof})
        return
    output.say(proof)


def _show(public: PublicKey, *, as_json: bool, vkey: str = "") -> None:
    value = {
        "algorithm": public.algorithm,
        "keyid": public.keyid,
        "public_key": encode_base64(public.raw),
    }
    if vkey:
        value["vkey"] = vkey
    if as_json:
        output.emit_json("key", value)
        return
    for name, text in value.items():
        output.say(f"{name:<11} {text}")
