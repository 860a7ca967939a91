"""Every refusal of a key file says which file it was, and nothing else escapes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from ledger.kernel.errors import KeyFileError
from ledger.kernel.limits import KEY_FILE_BYTES_MAX
from ledger.signing import pkcs8
from ledger.signing.key_file import read_key_file, write_key_file
from ledger.signing.signer import MemorySigner

PASSPHRASE = b"correct horse battery staple"
SIGNER = MemorySigner.from_seed(b"\x09" * 32)


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs8, "SCRYPT_N", 2)
    monkeypatch.setattr(pkcs8, "SCRYPT_P", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A good key file."""
    made = tmp_path / "officer.key"
    write_key_file(made, SIGNER, PASSPHRASE)
    return made


def refused(path: Path, passphrase: bytes = PASSPHRASE) -> KeyFileError:
    with pytest.raises(KeyFileError) as caught:
        read_key_file(path, passphrase)
    return caught.value


def foreign() -> bytes:
    key = ec.generate_private_key(ec.SECP256K1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))


@pytest.mark.parametrize(
    "content",
    [
        b"plain text",
        foreign(),
        b"x" * (KEY_FILE_BYTES_MAX + 1),
        pkcs8.PEM_HEAD + b"QUJD\n" + pkcs8.PEM_FOOT,
    ],
    ids=["no key", "another algorithm", "too long", "damaged"],
)
def test_a_bad_content_is_named_by_its_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert refused(path).where == str(path)


def test_a_wrong_or_impossible_passphrase_is_named_by_its_file(path: Path) -> None:
    for passphrase in (b"wrong", b"", b"x" * 2_000):
        assert refused(path, passphrase).where == str(path)


def test_a_file_that_cannot_be_opened_or_used_is_named(path: Path, tmp_path: Path) -> None:
    path.chmod(0o644)
    assert refused(path).where == str(path)
    assert refused(tmp_path).where == str(tmp_path)
    assert refused(tmp_path / "none").where == str(tmp_path / "none")
    assert refused(Path("officer\0.key")).where == repr("officer\0.key")
    (tmp_path / "link").symlink_to(path)
    linked = refused(tmp_path / "link")
    assert linked.where == str(tmp_path / "link")
    assert "symbolic link" in linked.hint
    assert refused(tmp_path / "none").hint == ""


def test_a_file_that_is_there_is_named(path: Path) -> None:
    with pytest.raises(KeyFileError) as caught:
        write_key_file(path, SIGNER, PASSPHRASE)
    assert caught.value.where == str(path)


def test_the_whole_content_is_in_the_file_before_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: sizes.append(os.fstat(number).st_size))
    made = tmp_path / "officer.key"
    write_key_file(made, SIGNER, PASSPHRASE)
    assert sizes[0] == made.stat().st_size > 0


def test_no_descriptor_stays_open(path: Path, tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(5):
        write_key_file(tmp_path / f"{number}.key", SIGNER, PASSPHRASE)
        read_key_file(path, PASSPHRASE)
        refused(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_write_that_fails_is_ours_even_if_the_rest_cannot_be_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    monkeypatch.setattr(Path, "unlink", failing)
    with pytest.raises(KeyFileError) as caught:
        write_key_file(tmp_path / "officer.key", SIGNER, PASSPHRASE)
    assert caught.value.where == str(tmp_path / "officer.key")
