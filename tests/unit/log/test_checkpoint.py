"""Checkpoints: three lines in one spelling, and whose they are."""

from __future__ import annotations

import base64

import pytest

from ledger.kernel.errors import LedgerError, NoteError, ProofError, SignatureError
from ledger.log.checkpoint import (
    Checkpoint,
    parse_checkpoint,
    render_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from ledger.log.merkle import EMPTY_ROOT
from ledger.log.note import NoteSigner, parse_note, sign_note, verify_note
from ledger.signing.signer import MemorySigner

ORIGIN = "production/alem"
LOG = NoteSigner(ORIGIN, MemorySigner.from_seed(b"\x01" * 32))
NEXT_LOG = NoteSigner(ORIGIN, MemorySigner.from_seed(b"\x03" * 32))
OTHER_LOG = NoteSigner("staging/alem", MemorySigner.from_seed(b"\x01" * 32))
ROOT = b"\x11" * 32
ROOT_TEXT = base64.b64encode(ROOT)
HEAD = Checkpoint(ORIGIN, 17, ROOT)
TEXT = b"production/alem\n17\n" + ROOT_TEXT + b"\n"


def test_a_checkpoint_reads_and_writes() -> None:
    assert render_checkpoint(HEAD) == TEXT
    assert parse_checkpoint(TEXT) == HEAD


def test_the_example_of_the_specification() -> None:
    text = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    head = parse_checkpoint(text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert head.root.hex().startswith("0ac5186a91863e8e")
    assert render_checkpoint(head) == text


def test_signed_and_verified() -> None:
    note = sign_checkpoint(HEAD, LOG)
    assert parse_note(note).text == TEXT
    assert verify_checkpoint(note, LOG.verifier_key) == HEAD
    assert verify_checkpoint(note, LOG.verifier_key, origin=ORIGIN) == HEAD


def test_both_keys_sign_at_a_hand_over() -> None:
    note = sign_checkpoint(HEAD, LOG, NEXT_LOG)
    assert verify_checkpoint(note, LOG.verifier_key) == HEAD
    assert verify_checkpoint(note, NEXT_LOG.verifier_key) == HEAD
    assert len(verify_note(note, [LOG.verifier_key, NEXT_LOG.verifier_key]).signed_by) == 2


def test_nobody_signs_for_another_log_or_not_at_all() -> None:
    with pytest.raises(NoteError, match="may not sign"):
        sign_checkpoint(HEAD, OTHER_LOG)
    with pytest.raises(NoteError, match="may not sign"):
        sign_checkpoint(HEAD, LOG, OTHER_LOG)
    with pytest.raises(NoteError):
        sign_checkpoint(HEAD)


def test_a_checkpoint_of_another_log_is_not_believed() -> None:
    note = sign_note(TEXT, [OTHER_LOG])  # a key of staging signs production's text
    with pytest.raises(ProofError, match="of the log production/alem, not of staging/alem"):
        verify_checkpoint(note, OTHER_LOG.verifier_key)
    with pytest.raises(ProofError, match="not of production/other"):
        verify_checkpoint(sign_checkpoint(HEAD, LOG), LOG.verifier_key, origin="production/other")


def test_a_checkpoint_by_another_key_is_not_believed() -> None:
    with pytest.raises(SignatureError):
        verify_checkpoint(sign_checkpoint(HEAD, NEXT_LOG), LOG.verifier_key)


def test_signature_is_judged_before_the_text() -> None:
    with pytest.raises(SignatureError):
        verify_checkpoint(sign_note(b"no checkpoint\n", [NEXT_LOG]), LOG.verifier_key)
    with pytest.raises(NoteError, match="3 lines"):
        verify_checkpoint(sign_note(b"no checkpoint\n", [LOG]), LOG.verifier_key)


def text_of(origin: bytes = b"o", size: bytes = b"1", root: bytes = ROOT_TEXT) -> bytes:
    return origin + b"\n" + size + b"\n" + root + b"\n"


MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "line 1"),
    "one line": (b"o\n", "line 2"),
    "two lines": (b"o\n1\n", "line 3"),
    "no last newline": (text_of()[:-1], "line 3"),
    "an extension line": (text_of() + b"extension\n", "line 4"),
    "an empty extension line": (text_of() + b"\n", "line 4"),
    "text after the last newline": (text_of() + b"x", "line 4"),
    "no origin": (text_of(origin=b""), ""),
    "origin with a space": (text_of(origin=b"a b"), ""),
    "origin with a plus": (text_of(origin=b"a+b"), ""),
    "origin with a control": (text_of(origin=b"a\x00b"), ""),
    "origin not UTF-8": (text_of(origin=b"a\xff"), "line 1"),
    "origin too long": (text_of(origin=b"o" * 256), ""),
    "carriage returns": (text_of().replace(b"\n", b"\r\n"), "line 3"),
    "root short": (text_of(root=base64.b64encode(ROOT[:31])), "line 3"),
    "root long": (text_of(root=base64.b64encode(ROOT + b"\x00")), "line 3"),
    "root empty": (text_of(root=b""), "line 3"),
    "root without padding": (text_of(root=ROOT_TEXT[:-1]), "line 3"),
    "root with stray bits": (text_of(root=ROOT_TEXT[:-2] + b"F="), "line 3"),
    "root of URLs": (text_of(root=b"-_" + ROOT_TEXT[2:]), "line 3"),
    "root in hex": (text_of(root=ROOT.hex().encode()), "line 3"),
    "root with a space": (text_of(root=ROOT_TEXT + b" "), "line 3"),
    "size zero, another root": (text_of(size=b"0"), ""),
}
MALFORMED |= {
    f"size {size!r}": (text_of(size=size), "line 2")
    for size in (
        b"",
        b"-1",
        b"+1",
        b"-0",
        b"01",
        b"00",
        b"1_0",
        b" 1",
        b"1 ",
        b"1.0",
        b"1e3",
        b"0x1",
        "\uff11".encode(),
        "\u0663".encode(),
        b"9223372036854775808",
        b"99999999999999999999",
        b"1" * 5_000,
    )
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_checkpoint_is_refused_with_its_line(fault: str) -> None:
    text, where = MALFORMED[fault]
    with pytest.raises((NoteError, ProofError)) as caught:
        parse_checkpoint(text)
    assert caught.value.where == where


def test_the_bounds_of_size() -> None:
    assert parse_checkpoint(text_of(size=b"9223372036854775807")).size == 2**63 - 1
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert parse_checkpoint(render_checkpoint(empty)) == empty
    assert verify_checkpoint(sign_checkpoint(empty, LOG), LOG.verifier_key) == empty


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, ROOT),
        ("a\nb", 1, ROOT),
        ("\ud800", 1, ROOT),
        ("o", -1, ROOT),
        ("o", True, ROOT),
        ("o", 2**63, ROOT),
        ("o", 1, ROOT[:31]),
        ("o", 1, ROOT.hex()),
        ("o", 0, ROOT),
    ],
)
def test_no_checkpoint_can_state_what_no_log_has(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(LedgerError):
        Checkpoint(origin, size, root)
