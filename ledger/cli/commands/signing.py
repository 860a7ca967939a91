"""`custody sign` and `custody cosign`: no workspace, no network, nothing but the bytes.

The words shown are made from the very bytes that are signed; the operator types the first group of
the fingerprint, or says --yes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import options, output, words
from ledger.cli.passphrases import read_passphrase
from ledger.domain.record import event_id_of
from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.limits import ENVELOPE_BYTES_MAX
from ledger.signing.dsse import (
    Envelope,
    add_signature,
    parse_envelope,
    render_envelope,
    sign_payload,
)
from ledger.signing.key_file import read_key_file

if TYPE_CHECKING:
    from ledger.signing.signer import Signer

_key = click.option(
    "--key", "key_path", required=True, type=click.Path(dir_okay=False), help="Your key file."
)
_yes = click.option("--yes", is_flag=True, help="Do not ask for the fingerprint.")
_out = click.option("--out", type=click.Path(), help="Where to write the signed event.")


@click.command()
@click.argument("draft", type=click.Path(dir_okay=False))
@_key
@options.passphrase
@_yes
@_out
@options.as_json
def sign(
    draft: str,
    key_path: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    yes: bool,
    out: str | None,
    as_json: bool,
) -> None:
    """Sign DRAFT after reading what it says."""
    payload = _read(Path(draft))
    _confirm(payload, yes=yes, quiet=as_json)
    signer = _signer(key_path, passphrase_file, passphrase_fd)
    envelope = sign_payload(payload, [signer])
    target = _target(Path(draft), payload, out)
    _check_unsigned(target, envelope)
    _write(envelope, target, as_json=as_json)


@click.command()
@click.argument("signed", type=click.Path(dir_okay=False))
@_key
@options.passphrase
@_yes
@_out
@options.as_json
def cosign(
    signed: str,
    key_path: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    yes: bool,
    out: str | None,
    as_json: bool,
) -> None:
    """Add your signature to SIGNED after reading what it says (written in place)."""
    path = Path(signed)
    envelope = parse_envelope(_read(path))
    _confirm(envelope.payload, yes=yes, quiet=as_json)
    signer = _signer(key_path, passphrase_file, passphrase_fd)
    _write(add_signature(envelope, signer), Path(out) if out else path, as_json=as_json)


def _signer(key_path: str, file: str | None, descriptor: int | None) -> Signer:
    passphrase = read_passphrase(key_path, file=file, descriptor=descriptor)
    return read_key_file(Path(key_path), passphrase)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(ENVELOPE_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None


def _confirm(payload: bytes, *, yes: bool, quiet: bool) -> None:
    """Show the words; without --yes the operator types the fingerprint's first group."""
    text = words.full_text(payload)
    if not (quiet and yes):
        output.note(text)
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("nobody is there to compare the fingerprint", hint="Use --yes")
    group = words.fingerprint(payload).split()[0]
    typed: str = click.prompt("Type the first group of the fingerprint to sign", err=True)
    if typed.strip() != group:
        raise InputError("that is not the fingerprint; nothing was signed")


def _target(draft: Path, payload: bytes, out: str | None) -> Path:
    if out:
        return Path(out)
    folder = draft.parent
    if folder.name == "drafts" and (folder.parent / "signed").is_dir():
        folder = folder.parent / "signed"
    return folder / f"{event_id_of(payload)}.signed.json"


def _check_unsigned(path: Path, envelope: Envelope) -> None:
    """That no signature which is there already would be lost."""
    if path.exists() and path.read_bytes() != render_envelope(envelope):
        raise InputError(
            "the signed event is there already, and is another",
            where=str(path),
            hint="Add a signature with `custody cosign`, or move the file away",
        )


def _write(envelope: Envelope, path: Path, *, as_json: bool) -> None:
    path.write_bytes(render_envelope(envelope))
    event_id = event_id_of(envelope.payload)
    if as_json:
        output.emit_json(
            "signed",
            {"file": str(path), "event": event_id, "signatures": len(envelope.signatures)},
        )
        return
    output.say(f"{path}")
    output.note(f"signed by {len(envelope.signatures)} key(s); next: custody submit {path}")
