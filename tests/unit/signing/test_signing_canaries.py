"""Canaries: no passphrase and no private byte in any repr, str, error or traceback."""

from __future__ import annotations

import base64
import re
import traceback
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from ledger.kernel.errors import KeyFileError, LedgerError
from ledger.signing import ed25519, pkcs8
from ledger.signing.dsse import parse_envelope, read_envelope, sign_payload
from ledger.signing.key_file import parse_public_key_text, read_key_file, write_key_file
from ledger.signing.keys import ALGORITHMS
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEED = bytes.fromhex("c0ffee5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eedc0ffee")
PASSPHRASE = b"canary-passphrase-7f3a"
SIGNER = MemorySigner.from_seed(SEED)


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs8, "SCRYPT_N", 2)


def secrets_of(signer: MemorySigner) -> list[bytes]:
    der = signer.pkcs8()
    key = load_der_private_key(der, None)
    if isinstance(key, Ed25519PrivateKey):
        return [der, key.private_bytes_raw(), PASSPHRASE]
    assert isinstance(key, EllipticCurvePrivateKey)
    return [der, key.private_numbers().private_value.to_bytes(32), PASSPHRASE]


def assert_clean(text: str, secrets: list[bytes]) -> None:
    packed = re.sub(r"\W", "", text).lower()
    for secret in secrets:
        for spelling in (
            secret.hex(),
            secret.decode("latin-1"),
            repr(secret)[2:-1],
            base64.b64encode(secret).decode(),
            str(int.from_bytes(secret)),
            str(list(secret)),
        ):
            assert re.sub(r"\W", "", spelling).lower() not in packed


def whole(error: BaseException) -> str:
    """Everything that a log could print of an error: text, fields, traceback, its causes."""
    fields = error.diagnostics() if isinstance(error, LedgerError) else {}
    return "".join((str(error), repr(error), repr(fields), *traceback.format_exception(error)))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_no_object_shows_its_secret(name: str) -> None:
    signer = MemorySigner.generate(name)
    secrets = secrets_of(signer)
    for shown in (signer, signer._private, signer.public_key, sign_payload(b"x", [signer])):
        assert_clean(f"{shown!r} {shown} {shown:}", secrets)
    assert not hasattr(signer, "__dict__")
    assert not hasattr(signer._private, "__dict__")


def _failures(path: Path) -> dict[str, Callable[[], object]]:
    seed_text = base64.b64encode(SEED).decode()
    return {
        "wrong passphrase": lambda: read_key_file(path, PASSPHRASE + b"!"),
        "passphrase too long": lambda: read_key_file(path, PASSPHRASE * 100),
        "file exists": lambda: write_key_file(path, SIGNER, PASSPHRASE),
        "no folder": lambda: write_key_file(path / "x", SIGNER, PASSPHRASE),
        "private seed for a public key": lambda: parse_public_key_text(f"rsa:{seed_text}"),
        "private bytes for a public key": lambda: parse_public_key_text(f"ecdsa-p256:{seed_text}"),
        "private key for a seed": lambda: ed25519.from_seed(SIGNER.pkcs8()),
        "passphrase for an envelope": lambda: parse_envelope(b'{"payload":"' + PASSPHRASE),
        "passphrase for a submission": lambda: read_envelope(b'{"payload":"' + PASSPHRASE),
    }


@pytest.mark.parametrize("name", _failures(pkcs8.PEM_HEAD))  # type: ignore[arg-type]  # names only
def test_no_error_shows_a_secret(name: str, tmp_path: Path) -> None:
    path = tmp_path / "officer.key"
    write_key_file(path, SIGNER, PASSPHRASE)
    with pytest.raises(LedgerError) as refusal:
        _failures(path)[name]()
    assert_clean(whole(refusal.value), secrets_of(SIGNER))


def test_an_unencrypted_file_is_refused_without_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "officer.key"
    path.write_bytes(pkcs8._pem(SIGNER.pkcs8()).replace(b"ENCRYPTED ", b""))
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as refusal:
        read_key_file(path, PASSPHRASE)
    assert_clean(whole(refusal.value), secrets_of(SIGNER))


def test_the_file_holds_neither_key_nor_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "officer.key"
    write_key_file(path, SIGNER, PASSPHRASE)
    body = path.read_bytes().removeprefix(pkcs8.PEM_HEAD).removesuffix(pkcs8.PEM_FOOT)
    content = base64.b64decode(body)
    for secret in secrets_of(SIGNER):
        assert secret not in content
        assert secret not in path.read_bytes()


def test_the_canary_would_be_seen() -> None:
    for leak in (PASSPHRASE.decode(), repr(PASSPHRASE), SEED.hex(), repr(SEED)):
        with pytest.raises(AssertionError):
            assert_clean(f"error: {leak}", secrets_of(SIGNER))
