"""Key files: a private key at rest, encrypted, readable by its owner only, never overwritten.

The private file is encrypted PKCS#8 in PEM (`ledger.signing.pkcs8`), mode 0600. The public part is
one line of text, `<algorithm>:<base64>`. No error of this module holds a passphrase or key bytes.
"""

from __future__ import annotations

import binascii
import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ledger.kernel.errors import KeyFileError, ValueFormError
from ledger.kernel.limits import KEY_FILE_BYTES_MAX, PASSPHRASE_BYTES_MAX
from ledger.signing.base64_text import encode_base64
from ledger.signing.keys import ALGORITHMS, PublicKey, parse_public_key
from ledger.signing.pkcs8 import PEM_FOOT, PEM_HEAD, encrypted_pem
from ledger.signing.signer import MemorySigner
from ledger.signing.stretching import excess

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.signing.signer import Signer

_MODE: Final = 0o600
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""No symbolic link at the end of the path, and no waiting for the writer of a named pipe."""
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def new_key_file(path: Path, algorithm: str, passphrase: bytes) -> PublicKey:
    """Generate a key, write its file and return the public part."""
    private = MemorySigner.generate(algorithm)
    write_key_file(path, private, passphrase)
    return private.public_key


def write_key_file(path: Path, private: MemorySigner, passphrase: bytes) -> None:
    """Write a private key under a passphrase, durably; `KeyFileError` if the file exists."""
    _check_passphrase(path, passphrase)
    pem = encrypted_pem(private.pkcs8(), passphrase)
    descriptor = _open(path, _WRITE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(descriptor)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise _refused_by_system("cannot be written", path, error) from None


def read_key_file(path: Path, passphrase: bytes) -> Signer:
    """The signer of a key file; `KeyFileError` says what keeps it closed."""
    pem = _read_private(path)
    if not (pem.startswith(PEM_HEAD) and pem.endswith(PEM_FOOT)):
        raise KeyFileError(
            "not an encrypted PKCS#8 key",
            where=str(path),
            hint="Encrypt it with: openssl pkcs8 -topk8 -scrypt",
        )
    _check_passphrase(path, passphrase)
    _check_cost(path, pem)
    try:
        key = load_pem_private_key(pem, passphrase)
    except (ValueError, UnsupportedAlgorithm, InternalError, MemoryError):
        raise KeyFileError(
            "the passphrase is wrong or the file is damaged", where=str(path)
        ) from None
    for name, algorithm in ALGORITHMS.items():
        private = algorithm.adopt(key)
        if private is not None:
            return MemorySigner(name, private)
    raise KeyFileError(
        "the key is of an algorithm that officers' keys cannot have",
        where=str(path),
        hint=f"Known are {', '.join(ALGORITHMS)}",
    )


def render_public_key(key: PublicKey) -> str:
    """The public part as one line without its newline: `<algorithm>:<base64>`."""
    return f"{key.algorithm}:{encode_base64(key.raw)}"


def parse_public_key_text(text: str) -> PublicKey:
    """The key of `render_public_key`'s line; `ValueFormError` for any other spelling."""
    algorithm, colon, encoded = text.partition(":")
    if not colon:
        raise ValueFormError("not a public key", hint="It is written <algorithm>:<base64>")
    return parse_public_key(algorithm, encoded)


def _check_cost(path: Path, pem: bytes) -> None:
    """That the file does not ask for more work than an honest one: nobody pays to be refused."""
    try:
        body = pem.removeprefix(PEM_HEAD).removesuffix(PEM_FOOT).replace(b"\n", b"")
        too_much = excess(binascii.a2b_base64(body, strict_mode=True))
    except ValueError:
        too_much = "what stands between its first and last line is not base64"
    if too_much:
        raise KeyFileError(
            f"the file is not opened: {too_much}",
            where=str(path),
            hint="Encrypt it with: openssl pkcs8 -topk8 -scrypt",
        )


def _check_passphrase(path: Path, passphrase: bytes) -> None:
    if not 0 < len(passphrase) <= PASSPHRASE_BYTES_MAX:
        raise KeyFileError(f"a passphrase has 1 to {PASSPHRASE_BYTES_MAX} bytes", where=str(path))


def _open(path: Path, flags: int) -> int:
    """A descriptor of the file; the system's refusals as ours."""
    try:
        return os.open(path, flags, _MODE)
    except FileExistsError:
        raise KeyFileError(
            "the file exists", where=str(path), hint="Key files are never overwritten"
        ) from None
    except OSError as error:
        raise _refused_by_system("cannot be opened", path, error) from None
    except ValueError:
        raise KeyFileError("no file can have this name", where=repr(str(path))) from None


def _read_private(path: Path) -> bytes:
    """The bytes of a regular file that only its owner can use."""
    descriptor = _open(path, _READ)
    try:
        _check_private(path, os.fstat(descriptor).st_mode)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(KEY_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise _refused_by_system("cannot be read", path, error) from None
    finally:
        os.close(descriptor)
    if len(data) > KEY_FILE_BYTES_MAX:
        raise KeyFileError(f"longer than {KEY_FILE_BYTES_MAX} bytes", where=str(path))
    return data


def _check_private(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise KeyFileError("not a regular file", where=str(path))
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(
            "others than its owner can use the file", where=str(path), hint=f"chmod 600 {path}"
        )


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, not only the content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused_by_system(what: str, path: Path, error: OSError) -> KeyFileError:
    link = error.errno == errno.ELOOP
    return KeyFileError(
        f"{what}: {error.strerror}",
        where=str(path),
        hint="Name the file itself, not a symbolic link" if link else "",
    )
