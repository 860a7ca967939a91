"""Canaries: a passphrase and a private key go through a fund's whole life and are seen nowhere."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.cli.history import COLUMNS
from tests.support import custody_program
from tests.support.custody_program import (
    PURCHASE,
    Harbour,
    Said,
    cheap_keys,
    custody,
    custody_process,
    trading,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "canary-7f3a-aigerim-kept-this-secret"
WRONG = "canary-9d21-what-marat-typed-by-mistake"


@pytest.fixture(scope="module", autouse=True)
def _cheap_keys() -> Iterator[None]:
    with cheap_keys():
        yield


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> tuple[Harbour, list[Said]]:
    """A fund founded, traded, sealed and audited under the canary; everything that was said."""
    said: list[Said] = []
    run = custody_program.custody

    def recorded(*arguments: object, at: Path | None = None) -> Said:
        said.append(run(*arguments, at=at))
        return said[-1]

    root = tmp_path_factory.mktemp("canary")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(custody_program, "custody", recorded)
        patched.setattr(custody_program, "PASSPHRASE", CANARY)
        harbour = trading(root / "harbour")
        mistakes(harbour)
        harbour("bundle", "export", root / "q", "--zip").ok()
        recorded("audit", root / "q", "--trust", harbour.root / "trust").ok()
        for command in (["holdings"], ["events"], ["show", "12"], ["doctor"], ["approvals"]):
            harbour(*command)
            harbour(*command, "--json")
    assert len(said) > 60
    return harbour, said


def mistakes(harbour: Harbour) -> None:
    """What goes wrong with passphrases says what went wrong, and not what was typed."""
    wrong = harbour.root / "wrong"
    wrong.write_text(WRONG + "\n", encoding="utf-8")
    wrong.chmod(0o600)
    (harbour.root / "h.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    draft = harbour.json(*PURCHASE, "--author", "aigerim")["file"]
    for more in ((), ("--json",)):
        key = ("--key", harbour.key("aigerim"), "--yes", *more)
        assert harbour("sign", draft, *key, "--passphrase-file", wrong).code == 4
        assert harbour("checkpoint", "--passphrase-file", wrong, *more).code == 4
        assert harbour("sign", draft, *key, "--passphrase-file", harbour.key("bolat")).code == 4
        history = ("import", "h.csv", "--author", harbour.key("bolat"), *more, "--passphrase-file")
        assert harbour(*history, wrong).code == 4
        assert harbour(*history, harbour.passphrase).code == 0
    wrong.unlink()


def secrets(harbour: Harbour) -> list[bytes]:
    """The passphrases, and each officer's private key in the spellings that it could leak in."""
    found = [CANARY.encode(), WRONG.encode()]
    for path in harbour.root.glob("keys/*.key"):
        key = load_pem_private_key(path.read_bytes(), CANARY.encode())
        raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        found += [raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)]
    assert len(found) == 2 + 4 * 8
    return found


def test_nothing_that_was_said_holds_a_secret(life: tuple[Harbour, list[Said]]) -> None:
    harbour, said = life
    everything = "\n".join(part for one in said for part in (one.out, one.err)).encode()
    assert all(secret not in everything for secret in secrets(harbour))


def test_no_file_but_the_passphrase_file_holds_a_secret(life: tuple[Harbour, list[Said]]) -> None:
    harbour, _ = life
    files = [path for path in harbour.root.parent.rglob("*") if path.is_file()]
    assert len(files) > 40
    found = secrets(harbour)
    for path in files:
        data = path.read_bytes()
        leaked = [secret for secret in found if secret in data]
        assert leaked == ([CANARY.encode()] if path == harbour.passphrase else []), path


def test_private_files_are_private(life: tuple[Harbour, list[Said]]) -> None:
    harbour, _ = life
    assert (harbour.root / "keys").stat().st_mode & 0o777 == 0o700
    for path in harbour.root.glob("keys/*.key"):
        assert path.stat().st_mode & 0o777 == 0o600


# -- where a passphrase may not come from


@pytest.mark.parametrize("flag", ["--passphrase", "--password", "--pin", "-p"])
@pytest.mark.parametrize("joined", [True, False])
def test_a_passphrase_is_never_a_flag(
    life: tuple[Harbour, list[Said]],
    flag: str,
    joined: bool,  # noqa: FBT001 - two spellings
) -> None:
    harbour, _ = life
    given = [f"{flag}={WRONG}"] if joined else [flag, WRONG]
    for command in (
        ["init", "test/x"],
        ["key", "new", "k"],
        ["checkpoint"],
        ["sign", "d", "--key", "k"],
    ):
        said = harbour(*command, *given)
        assert said.code == 2
        assert WRONG not in said.out + said.err


def test_a_passphrase_is_never_in_the_environment(life: tuple[Harbour, list[Said]]) -> None:
    harbour, _ = life
    names = ("PASSPHRASE", "PASSWORD", "KEY_PASSPHRASE", "PIN")
    env = {f"{prefix}{name}": CANARY for name in names for prefix in ("", "CUSTODY_")}
    said = custody_process("checkpoint", at=harbour.root, env=env)
    assert said.code == 2
    assert said.err == (
        "error: no passphrase for keys/log.key, and no terminal to ask at\n"
        "  hint: Use --passphrase-file or --passphrase-fd\n"
    )


def test_a_passphrase_is_never_in_the_settings(
    life: tuple[Harbour, list[Said]], tmp_path: Path
) -> None:
    harbour = life[0].copy(tmp_path / "harbour")
    settings = harbour.root / "custody.toml"
    settings.write_text(settings.read_text() + f'passphrase = "{CANARY}"\n', encoding="utf-8")
    said = harbour("checkpoint")
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: unknown setting passphrase (at custody.toml)\n"


def test_a_passphrase_comes_from_a_descriptor(life: tuple[Harbour, list[Said]]) -> None:
    harbour, _ = life
    reader, writer = os.pipe()
    os.write(writer, CANARY.encode() + b"\nmore that is not read\n")
    os.close(writer)
    said = custody("checkpoint", "--passphrase-fd", reader, at=harbour.root)
    os.close(reader)
    assert said.code == 0
    assert CANARY not in said.out + said.err
