"""Other programs as judges: libsodium's point check, both libraries bare, and `openssl`."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

from ledger.signing import ed25519
from ledger.signing.bulk import sodium_verifies
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae
from ledger.signing.ed25519_points import PRIME, UNFIT_ENCODINGS, add, encode_point, multiply
from ledger.signing.key_file import new_key_file, read_key_file
from ledger.signing.keys import ALGORITHMS
from tests.support.crafted_ed25519 import (
    BASE,
    TORSION,
    Crafted,
    crafted,
    degenerate,
    low_order_key,
    scalar,
)

if TYPE_CHECKING:
    from pathlib import Path


def candidates() -> list[bytes]:
    """Encodings of every sort: honest, mixed, low order, unreduced, off the curve."""
    some = [encode_point(multiply(BASE, scalar(b"%d" % number))) for number in range(12)]
    mixed = [
        encode_point(add(multiply(BASE, scalar(b"%d" % number)), TORSION[number % 7 + 1]))
        for number in range(14)
    ]
    small = [(y | sign << 255).to_bytes(32, "little") for y in range(40) for sign in (0, 1)]
    high = [(PRIME - y).to_bytes(32, "little") for y in range(1, 20)]
    return [*some, *mixed, *small, *high, *sorted(UNFIT_ENCODINGS)]


def test_our_key_check_is_libsodiums() -> None:
    verdicts = set()
    for raw in candidates():
        fit = ed25519.weakness(raw) == ""
        assert crypto_core_ed25519_is_valid_point(raw) is fit, raw.hex()
        verdicts.add(fit)
    assert verdicts == {True, False}


def openssl_bare(case: Crafted) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(case.key).verify(case.signature, case.message)
    except InvalidSignature:
        return False
    return True


def sodium_bare(case: Crafted) -> bool:
    try:
        crypto_sign_open(case.signature + case.message, case.key)
    except BadSignatureError:
        return False
    return True


def test_the_libraries_alone_differ_and_accept_what_we_refuse() -> None:
    """Why the checks stand in front: bare, OpenSSL takes weak keys and a degenerate R."""
    forged = [low_order_key(b"message %d" % number, 0) for number in range(5)]
    assert len({case.signature for case in forged}) == 1  # one signature for every message
    assert all(openssl_bare(case) for case in forged)
    assert not any(sodium_bare(case) for case in forged)
    assert openssl_bare(degenerate(b"amir", b"message", 0))


def test_what_we_accept_every_library_accepts() -> None:
    for number in range(20):
        case = crafted(b"%d" % (number % 3), b"message %d" % number)
        assert ed25519.verifies(*case)
        assert sodium_verifies(*case)
        assert openssl_bare(case)
        assert sodium_bare(case)


def test_both_libraries_solve_the_equation_without_the_cofactor() -> None:
    """If this fails after an update, `ledger.signing.bulk` has stopped using that library."""
    for torsion in range(1, 8):
        case = crafted(b"amir", b"message", r_torsion=torsion)
        assert not openssl_bare(case)
        assert not sodium_bare(case)


openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl program")


@openssl
@pytest.mark.parametrize("name", ALGORITHMS)
def test_openssl_reads_our_key_file_and_verifies_our_signature(tmp_path: Path, name: str) -> None:
    path, passphrase = tmp_path / "officer.key", b"canary"
    new_key_file(path, name, passphrase)
    message = pae(PAYLOAD_TYPE_EVENT, b"{}")
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "signature").write_bytes(read_key_file(path, passphrase).sign(message))
    verify = [
        *("openssl", "pkeyutl", "-verify", "-inkey", str(path), "-passin", "pass:canary"),
        *("-in", str(tmp_path / "message"), "-sigfile", str(tmp_path / "signature")),
        "-rawin",
        *(("-digest", "sha256") if name == "ecdsa-p256" else ()),
    ]
    answer = subprocess.run(verify, capture_output=True, check=True, text=True)
    assert "Verified Successfully" in answer.stdout
    (tmp_path / "message").write_bytes(message + b" ")
    assert subprocess.run(verify, capture_output=True, check=False).returncode != 0


@openssl
@pytest.mark.parametrize(
    ("kind", "name"),
    [(["ed25519"], "ed25519"), (["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ecdsa-p256")],
)
def test_we_read_the_key_files_of_openssl(tmp_path: Path, kind: list[str], name: str) -> None:
    plain, sealed = tmp_path / "plain.pem", tmp_path / "officer.key"
    run = [["openssl", "genpkey", "-algorithm", *kind, "-out", str(plain)]]
    run.append(["openssl", "pkcs8", "-topk8", "-scrypt", "-in", str(plain), "-out", str(sealed)])
    run[1] += ["-passout", "pass:canary"]
    for command in run:
        subprocess.run(command, capture_output=True, check=True)
    sealed.chmod(0o600)
    signer = read_key_file(sealed, b"canary")
    assert signer.public_key.algorithm == name
    signer.public_key.verify(b"m", signer.sign(b"m"))
