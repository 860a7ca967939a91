"""Key files: who may read them, what they may hold, and that none is ever overwritten."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from ledger.kernel.errors import KeyFileError, ValueFormError
from ledger.kernel.limits import KEY_FILE_BYTES_MAX, PASSPHRASE_BYTES_MAX
from ledger.signing import key_file, pkcs8
from ledger.signing.key_file import (
    new_key_file,
    parse_public_key_text,
    read_key_file,
    render_public_key,
    write_key_file,
)
from ledger.signing.keys import ALGORITHMS
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

PASSPHRASE = b"correct horse battery staple"
SIGNER = MemorySigner.from_seed(b"\x09" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "officer.key"


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of scrypt is held by test_pkcs8; here it would only cost time."""
    monkeypatch.setattr(pkcs8, "SCRYPT_N", 2)
    monkeypatch.setattr(pkcs8, "SCRYPT_P", 1)


def put(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def foreign(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_new_key_file_reads_back(path: Path, name: str) -> None:
    public = new_key_file(path, name, PASSPHRASE)
    signer = read_key_file(path, PASSPHRASE)
    assert signer.public_key == public
    assert public.algorithm == name
    public.verify(b"message", signer.sign(b"message"))


def test_a_written_signer_reads_back(path: Path) -> None:
    write_key_file(path, SIGNER, PASSPHRASE)
    assert read_key_file(path, PASSPHRASE).sign(b"m") == SIGNER.sign(b"m")


def test_the_file_is_the_owners_alone(path: Path) -> None:
    mask = os.umask(0)
    try:
        write_key_file(path, SIGNER, PASSPHRASE)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_file_is_never_overwritten(path: Path) -> None:
    put(path, b"precious")
    with pytest.raises(KeyFileError, match="never overwritten"):
        write_key_file(path, SIGNER, PASSPHRASE)
    assert path.read_bytes() == b"precious"


def test_a_dangling_link_is_not_written_through(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    path.symlink_to(target)
    with pytest.raises(KeyFileError):
        write_key_file(path, SIGNER, PASSPHRASE)
    assert not target.exists()


def test_both_content_and_name_are_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(
        os, "fsync", lambda number: synced.append(stat.S_ISDIR(os.fstat(number).st_mode))
    )
    write_key_file(path, SIGNER, PASSPHRASE)
    assert synced == [False, True]


def test_a_file_that_cannot_be_made_durable_is_taken_away(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match="No space left on device"):
        write_key_file(path, SIGNER, PASSPHRASE)
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No such file"):
        write_key_file(tmp_path / "none" / "officer.key", SIGNER, PASSPHRASE)


@pytest.mark.parametrize("size", [0, PASSPHRASE_BYTES_MAX + 1])
def test_a_passphrase_has_a_length(path: Path, size: int) -> None:
    with pytest.raises(KeyFileError, match="1 to 1023 bytes"):
        write_key_file(path, SIGNER, b"x" * size)
    assert not path.exists()
    write_key_file(path, SIGNER, PASSPHRASE)
    with pytest.raises(KeyFileError, match="1 to 1023 bytes"):
        read_key_file(path, b"x" * size)


@pytest.mark.parametrize("size", [1, PASSPHRASE_BYTES_MAX])
def test_the_shortest_and_longest_passphrase(path: Path, size: int) -> None:
    write_key_file(path, SIGNER, b"x" * size)
    assert read_key_file(path, b"x" * size).public_key == SIGNER.public_key


def test_an_unknown_algorithm_makes_no_file(path: Path) -> None:
    with pytest.raises(ValueFormError):
        new_key_file(path, "rsa", PASSPHRASE)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
def test_a_file_open_to_others_is_refused(path: Path, mode: int) -> None:
    write_key_file(path, SIGNER, PASSPHRASE)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key_file(path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_the_owner_is_read(path: Path, mode: int) -> None:
    write_key_file(path, SIGNER, PASSPHRASE)
    path.chmod(mode)
    assert read_key_file(path, PASSPHRASE).public_key == SIGNER.public_key


def test_a_symbolic_link_is_refused(path: Path, tmp_path: Path) -> None:
    write_key_file(path, SIGNER, PASSPHRASE)
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(KeyFileError, match="not a symbolic link"):
        read_key_file(link, PASSPHRASE)


def test_other_kinds_of_files_are_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="not a regular file"):
        read_key_file(tmp_path, PASSPHRASE)
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyFileError, match="not a regular file"):  # and does not wait for a writer
        read_key_file(path, PASSPHRASE)


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(KeyFileError) as refusal:
        read_key_file(path, PASSPHRASE)
    assert refusal.value.where == str(path)


def test_an_error_while_reading_is_ours(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: Path, _mode: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    write_key_file(path, SIGNER, PASSPHRASE)
    monkeypatch.setattr(key_file, "_check_private", broken)
    with pytest.raises(KeyFileError, match="Input/output error"):
        read_key_file(path, PASSPHRASE)


def test_an_impossible_name_is_refused() -> None:
    with pytest.raises(KeyFileError, match="no file can have this name"):
        read_key_file(Path("officer\0.key"), PASSPHRASE)


@pytest.mark.parametrize(("extra", "fault"), [(0, "not an encrypted"), (1, "longer than")])
def test_the_size_is_bounded(path: Path, extra: int, fault: str) -> None:
    put(path, b"x" * (KEY_FILE_BYTES_MAX + extra))
    with pytest.raises(KeyFileError, match=fault):
        read_key_file(path, PASSPHRASE)


def test_a_wrong_passphrase_is_refused(path: Path) -> None:
    write_key_file(path, SIGNER, PASSPHRASE)
    for other in (PASSPHRASE + b" ", PASSPHRASE[:-1], PASSPHRASE.upper()):
        with pytest.raises(KeyFileError, match="passphrase is wrong"):
            read_key_file(path, other)


def test_an_unencrypted_key_is_refused(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFileError, match="openssl pkcs8 -topk8"):
        read_key_file(put(path, plain), PASSPHRASE)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65_537, 2_048),
        ed448.Ed448PrivateKey.generate(),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
    ],
    ids=["rsa", "ed448", "p384", "secp256k1"],
)
def test_foreign_algorithms_are_refused(path: Path, key: PrivateKeyTypes) -> None:
    with pytest.raises(KeyFileError, match="officers' keys cannot have"):
        read_key_file(put(path, foreign(key)), PASSPHRASE)


def test_a_key_that_openssl_encrypted_otherwise_is_read(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    assert read_key_file(put(path, foreign(key)), PASSPHRASE).public_key.algorithm == "ecdsa-p256"


def _damaged() -> dict[str, bytes]:
    good = pkcs8.encrypted_pem(SIGNER.pkcs8(), PASSPHRASE)
    middle = good.removeprefix(pkcs8.PEM_HEAD).removesuffix(pkcs8.PEM_FOOT)
    junk = pkcs8.PEM_HEAD + b"QUJD\n" + pkcs8.PEM_FOOT
    return {
        "empty": b"",
        "head only": pkcs8.PEM_HEAD,
        "no body": pkcs8.PEM_HEAD + pkcs8.PEM_FOOT,
        "not DER": junk,
        "not base64": pkcs8.PEM_HEAD + b"!!!!\n" + pkcs8.PEM_FOOT,
        "truncated": pkcs8.PEM_HEAD + middle[:100] + b"\n" + pkcs8.PEM_FOOT,
        "text before": b"hello\n" + good,
        "text after": good + b"hello\n",
        "NUL": b"\x00" * 100,
        "other label": good.replace(b"ENCRYPTED PRIVATE", b"OPENSSH PRIVATE"),
        "plain key under the label": pkcs8._pem(SIGNER.pkcs8()),
    }


@pytest.mark.parametrize("name", _damaged())
def test_damage_is_refused(path: Path, name: str) -> None:
    with pytest.raises(KeyFileError):
        read_key_file(put(path, _damaged()[name]), PASSPHRASE)


@pytest.mark.parametrize("cost", [2**40, 2**62])
def test_an_absurd_cost_is_refused_not_paid(
    path: Path, cost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = pkcs8._integer
    monkeypatch.setattr(pkcs8, "_integer", lambda number: honest(cost if number == 2 else number))
    with pytest.raises(KeyFileError, match="is not opened: the memory"):
        read_key_file(put(path, pkcs8.encrypted_pem(SIGNER.pkcs8(), PASSPHRASE)), PASSPHRASE)


def test_public_text_round_trip() -> None:
    for name in ALGORITHMS:
        key = MemorySigner.generate(name).public_key
        text = render_public_key(key)
        assert text.startswith(f"{name}:")
        assert parse_public_key_text(text) == key


TEXT = render_public_key(SIGNER.public_key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "ed25519",
        "ed25519:",
        TEXT + "\n",
        " " + TEXT,
        TEXT.replace(":", " : "),
        TEXT.replace(":", "::"),
        TEXT.upper(),
        TEXT.rstrip("="),
        TEXT.replace("ed25519", "ecdsa-p256"),
        TEXT.replace("ed25519", "rsa"),
        TEXT + ":" + TEXT,
    ],
)
def test_public_text_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueFormError):
        parse_public_key_text(text)


def test_the_module_reads_without_following_or_waiting() -> None:
    assert key_file._READ & os.O_NOFOLLOW
    assert key_file._READ & os.O_NONBLOCK
    assert key_file._WRITE & os.O_EXCL
