"""Notes and verifier keys that other programs made, and OpenSSL as a judge of ours.

PeterNeumann and EnochRoot are the keys of the tests of Go's `sumdb/note`; `example.com/foo` is an
example of the C2SP signed-note specification; `sum.golang.org` is Go's checksum database.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import NoteError, SignatureError
from ledger.log.note import (
    NoteSigner,
    VerifierKey,
    parse_note,
    parse_vkey,
    render_note,
    render_vkey,
    sign_note,
    verify_note,
)
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from pathlib import Path

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SUM = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
COSIGNATURE = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
ECDSA = (
    "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdG"
    "vXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc="
)
PLUS = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"

TEXT = (
    b"If you think cryptography is the answer to your problem,\n"
    b"then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
).encode()
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWL"
    "ox33WWd1RvMc+QQ=\n"
).encode()
BOTH = TEXT + b"\n" + PETER_LINE + ENOCH_LINE
FOO_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONnc"
    "AlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def peter_signer() -> NoteSigner:
    seed = base64.b64decode(PETER_SECRET)[1:]
    return NoteSigner("PeterNeumann", MemorySigner.from_seed(seed))


@pytest.mark.parametrize("text", [PETER, ENOCH, FOO, SUM, PLUS])
def test_foreign_verifier_keys_read_and_write_back(text: str) -> None:
    assert render_vkey(parse_vkey(text)) == text


@pytest.mark.parametrize(("text", "kind"), [(COSIGNATURE, "0x04"), (ECDSA, "0x02")])
def test_foreign_verifier_keys_of_other_types_are_refused_by_name(text: str, kind: str) -> None:
    with pytest.raises(NoteError, match=f"type {kind}"):
        parse_vkey(text)


def test_foreign_notes_verify() -> None:
    peter, enoch, foo = parse_vkey(PETER), parse_vkey(ENOCH), parse_vkey(FOO)
    assert verify_note(BOTH, [peter]).signed_by == (peter,)
    assert verify_note(BOTH, [enoch, peter]).signed_by == (peter, enoch)
    assert verify_note(BOTH, [peter]).text == TEXT
    assert verify_note(FOO_NOTE, [foo]).text == b"This is an example message.\n"
    assert render_note(parse_note(BOTH)) == BOTH


def test_a_foreign_note_is_nothing_to_another_key() -> None:
    with pytest.raises(SignatureError, match="no known key"):
        verify_note(BOTH, [parse_vkey(FOO)])


def test_our_signature_is_the_published_one() -> None:
    assert sign_note(TEXT, [peter_signer()]) == TEXT + b"\n" + PETER_LINE


@pytest.mark.parametrize(
    "bad",
    [
        TEXT,
        TEXT + b"\n",
        TEXT + b"\n" + PETER_LINE[:-1],
        b"\x01" + TEXT + b"\n" + PETER_LINE,
        b"\xff" + TEXT + b"\n" + PETER_LINE,
        TEXT + b"\n" + "— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuG\n".encode(),
        TEXT + b"\n" + PETER_LINE + b"Unexpected line.\n",
    ],
    ids=["no signature", "no line", "cut", "control", "not UTF-8", "spaced name", "stray line"],
)
def test_what_the_go_tests_call_malformed_is_malformed(bad: bytes) -> None:
    with pytest.raises(NoteError):
        verify_note(bad, [parse_vkey(PETER)])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL's program is not installed")
def test_openssl_verifies_what_we_sign(tmp_path: Path) -> None:
    text = b"production/alem\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    signer = NoteSigner("production/alem", MemorySigner.generate())
    note = parse_note(sign_note(text, [signer]))
    spki = bytes.fromhex("302a300506032b6570032100") + signer.verifier_key.key.raw  # RFC 8410
    paths = {name: tmp_path / name for name in ("key", "text", "signature")}
    paths["key"].write_bytes(spki)
    paths["text"].write_bytes(note.text)
    paths["signature"].write_bytes(note.signatures[0].signature)
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"]
    for option, name in [("-inkey", "key"), ("-in", "text"), ("-sigfile", "signature")]:
        command += [option, str(paths[name])]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    paths["text"].write_bytes(note.text.replace(b"\n1\n", b"\n2\n"))
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_a_verifier_key_made_from_parts_is_the_published_one() -> None:
    peter = parse_vkey(PETER)
    assert VerifierKey("PeterNeumann", peter.key) == peter
    assert peter_signer().verifier_key == peter
