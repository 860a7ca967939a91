"""Passphrases: from a terminal, a file or a descriptor; never a flag, never the environment."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import click

from ledger.kernel.errors import InputError, KeyFileError

_BYTES_MAX = 1_024


def read_passphrase(
    what: str, *, file: str | None = None, descriptor: int | None = None, confirm: bool = False
) -> bytes:
    """The passphrase for a key; its first line if it comes from a file or descriptor."""
    if file is not None and descriptor is not None:
        raise InputError("give --passphrase-file or --passphrase-fd, not both")
    if file is not None:
        return _first_line(_read_file(Path(file)), file)
    if descriptor is not None:
        return _first_line(_read_descriptor(descriptor), f"descriptor {descriptor}")
    if not sys.stdin.isatty():
        raise InputError(
            f"no passphrase for {what}, and no terminal to ask at",
            hint="Use --passphrase-file or --passphrase-fd",
        )
    text: str = click.prompt(
        f"Passphrase for {what}", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return text.encode()


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                raise KeyFileError(
                    "others may read the passphrase file",
                    where=str(path),
                    hint=f"chmod 600 {path}",
                )
            return file.read(_BYTES_MAX + 1)
    except OSError as error:
        raise KeyFileError(
            f"cannot read the passphrase file: {error.strerror}", where=str(path)
        ) from None


def _read_descriptor(descriptor: int) -> bytes:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(_BYTES_MAX + 1)
    except OSError as error:
        raise KeyFileError(
            f"cannot read the passphrase: {error.strerror}", where=f"descriptor {descriptor}"
        ) from None


def _first_line(data: bytes, where: str) -> bytes:
    line = data.split(b"\n", 1)[0].rstrip(b"\r")
    if not line or len(data) > _BYTES_MAX:
        raise KeyFileError("the passphrase is empty or too long", where=where)
    return line
