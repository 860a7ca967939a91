"""Signed notes: what is ignored, what condemns the whole note, and each malformed input."""

from __future__ import annotations

import base64

import pytest

from ledger.kernel.errors import NoteError, SignatureError, WeakKeyError
from ledger.kernel.limits import CHECKPOINT_BYTES_MAX
from ledger.log.note import (
    Note,
    NoteSignature,
    NoteSigner,
    VerifierKey,
    parse_note,
    parse_vkey,
    render_note,
    render_vkey,
    sign_note,
    verify_note,
)
from ledger.signing.keys import PublicKey
from ledger.signing.signer import MemorySigner

TEXT = b"a text\n\nof two paragraphs\n"
LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))
WITNESS = NoteSigner("witness.example/w1", MemorySigner.from_seed(b"\x02" * 32))
NEXT_LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x03" * 32))
SIGNED = sign_note(TEXT, [LOG, WITNESS])
LINE = SIGNED.splitlines(keepends=True)[-1]


def note_with(*lines: NoteSignature) -> bytes:
    return render_note(Note(TEXT, lines))


def altered(line: NoteSignature) -> NoteSignature:
    broken = line.signature[:-1] + bytes([line.signature[-1] ^ 1])
    return NoteSignature(line.name, line.key_id, broken)


def test_a_note_says_who_signed_it() -> None:
    both = [WITNESS.verifier_key, LOG.verifier_key]
    verified = verify_note(SIGNED, both)
    assert verified.text == TEXT
    assert verified.signed_by == (LOG.verifier_key, WITNESS.verifier_key)
    assert verify_note(SIGNED, both[:1]).signed_by == (WITNESS.verifier_key,)


def test_the_text_ends_at_the_last_blank_line() -> None:
    assert parse_note(SIGNED).text == TEXT
    assert parse_note(b"\n" + SIGNED).text == b"\n" + TEXT
    assert parse_note(b"\n\n" + LINE).text == b"\n"
    assert parse_note(b"x\n\n\n" + LINE).text == b"x\n\n"


@pytest.mark.parametrize(
    "line",
    [
        NoteSignature("other.example", LOG.verifier_key.key_id, b"\x00" * 64),
        NoteSignature("production/alem", b"\x00\x00\x00\x00", b"\x00" * 64),
        NoteSignature("production/alem", b"\x00\x00\x00\x00", b"\x00" * 2_420),
        NoteSignature("звёзды.example", b"\x00\x00\x00\x01", b"\x00"),
        NoteSignature("n" * 1_000, b"\x00\x00\x00\x01", b"\x00"),
    ],
    ids=["unknown name", "unknown id", "another type", "not ASCII", "long name"],
)
def test_a_line_of_an_unknown_key_is_ignored(line: NoteSignature) -> None:
    data = note_with(line, LOG.sign(TEXT))
    assert verify_note(data, [LOG.verifier_key]).signed_by == (LOG.verifier_key,)
    with pytest.raises(SignatureError, match="no known key"):
        verify_note(note_with(line), [LOG.verifier_key])


@pytest.mark.parametrize("first", [True, False])
def test_a_bad_signature_of_a_known_key_condemns_the_note(first: bool) -> None:  # noqa: FBT001 - a parameter of the table
    lines = [altered(LOG.sign(TEXT)), WITNESS.sign(TEXT)]
    data = note_with(*(lines if first else reversed(lines)))
    with pytest.raises(SignatureError, match="does not verify"):
        verify_note(data, [LOG.verifier_key, WITNESS.verifier_key])
    assert verify_note(data, [WITNESS.verifier_key]).text == TEXT


def test_a_bad_second_line_of_the_same_key_condemns_the_note() -> None:
    data = note_with(LOG.sign(TEXT), altered(LOG.sign(TEXT)))
    with pytest.raises(SignatureError, match="does not verify"):
        verify_note(data, [LOG.verifier_key])


def test_a_repeated_line_counts_once() -> None:
    data = note_with(LOG.sign(TEXT), LOG.sign(TEXT))
    assert verify_note(data, [LOG.verifier_key, LOG.verifier_key]).signed_by == (LOG.verifier_key,)


@pytest.mark.parametrize("length", [1, 63, 65, 68])
def test_a_signature_of_another_length_condemns_the_note(length: int) -> None:
    line = NoteSignature(LOG.verifier_key.name, LOG.verifier_key.key_id, b"\x07" * length)
    with pytest.raises(SignatureError):
        verify_note(note_with(line), [LOG.verifier_key])


def test_no_known_keys_believe_nothing() -> None:
    with pytest.raises(SignatureError, match="no known key") as caught:
        verify_note(SIGNED, [])
    assert caught.value.hint == "Known are none"
    with pytest.raises(SignatureError) as caught:
        verify_note(SIGNED, [NEXT_LOG.verifier_key])
    assert caught.value.hint == f"Known are {render_vkey(NEXT_LOG.verifier_key)}"


def test_two_keys_of_one_name_are_two_keys() -> None:
    data = sign_note(TEXT, [LOG, NEXT_LOG])
    keys = (LOG.verifier_key, NEXT_LOG.verifier_key)
    assert verify_note(data, keys).signed_by == keys
    assert verify_note(data, keys[1:]).signed_by == keys[1:]


def test_known_keys_that_share_name_and_id_are_ambiguous() -> None:
    twin = VerifierKey(LOG.verifier_key.name, NEXT_LOG.verifier_key.key)
    object.__setattr__(twin, "key_id", LOG.verifier_key.key_id)  # a 32-bit collision
    with pytest.raises(NoteError, match="share the name"):
        verify_note(SIGNED, [LOG.verifier_key, twin])


def test_sixteen_large_signatures_fit() -> None:
    lines = [NoteSignature(f"w{number}", b"\x06xyz", b"\x01" * 2_428) for number in range(31)]
    data = note_with(LOG.sign(TEXT), *lines)
    assert verify_note(data, [LOG.verifier_key]).text == TEXT


def test_the_largest_note_is_read() -> None:
    note = Note(b"a" * (CHECKPOINT_BYTES_MAX - len(LINE) - 2) + b"\n", (WITNESS.sign(TEXT),))
    assert len(render_note(note)) == CHECKPOINT_BYTES_MAX
    with pytest.raises(NoteError, match="at most"):
        render_note(Note(b"a" + note.text, note.signatures))


DASH = "— ".encode()
MALFORMED = {
    "empty": (b"", "no blank line", ""),
    "text alone": (b"a\n", "no blank line", ""),
    "no text": (LINE, "no blank line", ""),
    "no blank line": (b"a\n" + LINE, "no blank line", ""),
    "no signature": (b"a\n\n", "whole signature line", "offset 3"),
    "no last newline": (b"a\n\n" + LINE[:-1], "whole signature line", f"offset {len(LINE) + 2}"),
    "text after signatures": (b"a\n\n" + LINE + b"b\n", "not a signature line", "line 4"),
    "hyphen": (b"a\n\n- w AAAAAAA=\n", "not a signature line", "line 3"),
    "en dash": ("a\n\n\u2013 w AAAAAAA=\n".encode(), "not a signature line", "line 3"),
    "no space after dash": ("a\n\n—w AAAAAAA=\n".encode(), "not a signature line", "line 3"),
    "no-break space": ("a\n\n—\u00a0w AAAAAAA=\n".encode(), "not a signature line", "line 3"),
    "two spaces": (b"a\n\n" + DASH + b"w  AAAAAAA=\n", "not canonical base64", "line 3"),
    "space at the end": (b"a\n\n" + DASH + b"w AAAAAAA= \n", "not canonical base64", "line 3"),
    "no name": (b"a\n\n" + DASH + b" AAAAAAA=\n", "not a signature line", "line 3"),
    "plus in the name": (b"a\n\n" + DASH + b"w+x AAAAAAA=\n", "not a signature line", "line 3"),
    "wide space in the name": (
        "a\n\n— w\u2003x AAAAAAA=\n".encode(),
        "not a signature line",
        "line 3",
    ),
    "line separator in the name": (
        "a\n\n— w\u2028x AAAAAAA=\n".encode(),
        "not a signature line",
        "line 3",
    ),
    "no signature text": (b"a\n\n" + DASH + b"w\n", "not a signature line", "line 3"),
    "empty signature text": (b"a\n\n" + DASH + b"w \n", "not canonical base64", "line 3"),
    "key id alone": (b"a\n\n" + DASH + b"w AAAAAA==\n", "without a signature", "line 3"),
    "three bytes": (b"a\n\n" + DASH + b"w AAAA\n", "without a signature", "line 3"),
    "base64 without padding": (b"a\n\n" + DASH + b"w AAAAAAA\n", "canonical base64", "line 3"),
    "base64 with stray bits": (b"a\n\n" + DASH + b"w AAAAAAB=\n", "canonical base64", "line 3"),
    "base64 of URLs": (b"a\n\n" + DASH + b"w AAAA-_8=\n", "canonical base64", "line 3"),
    "base64 after its end": (b"a\n\n" + DASH + b"w AAAAAAA=AAAA\n", "canonical base64", "line 3"),
    "base64 not ASCII": ("a\n\n— w AAAAAAÄ=\n".encode(), "canonical base64", "line 3"),
    "not UTF-8": (b"ab\xff\n\n" + LINE, "not UTF-8", "offset 2"),
    "overlong UTF-8": (b"a\xc0\xaf\n\n" + LINE, "not UTF-8", "offset 1"),
    "surrogate": (b"a\xed\xa0\x80\n\n" + LINE, "not UTF-8", "offset 1"),
    "NUL": (b"a\x00\n\n" + LINE, "control", "offset 1"),
    "TAB": (b"a\tb\n\n" + LINE, "control", "offset 1"),
    "carriage return": (b"a\r\n\n" + LINE, "control", "offset 1"),
    "escape in a line": (b"a\n\n" + DASH + b"w\x1b AAAAAAA=\n", "control", "offset 8"),
    "33 signatures": (b"a\n\n" + LINE * 33, "33 signatures", ""),
    "too many bytes": (b"a" * 200_000 + b"\n\n" + LINE, "200", ""),
    "the second line bad": (b"a\n\n" + LINE + b"x\n" + LINE, "not a signature line", "line 4"),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_note_is_refused_with_its_place(fault: str) -> None:
    data, message, where = MALFORMED[fault]
    with pytest.raises(NoteError, match=message) as caught:
        parse_note(data)
    assert caught.value.where == where
    with pytest.raises(NoteError):
        verify_note(data, [LOG.verifier_key])


@pytest.mark.parametrize(
    "note",
    [
        Note(TEXT, ()),
        Note(b"no newline", (LOG.sign(TEXT),)),
        Note(b"", (LOG.sign(TEXT),)),
        Note(b"a\n\nb", (LOG.sign(TEXT),)),
        Note(b"a\r\n", (LOG.sign(TEXT),)),
        Note(b"\xff\n", (LOG.sign(TEXT),)),
        Note(TEXT, (NoteSignature("", b"abcd", b"s"),)),
        Note(TEXT, (NoteSignature("a b", b"abcd", b"s"),)),
        Note(TEXT, (NoteSignature("a\nb", b"abcd", b"s"),)),
        Note(TEXT, (NoteSignature("\ud800", b"abcd", b"s"),)),
        Note(TEXT, (NoteSignature("a\udfff", b"abcd", b"s"),)),
        Note(TEXT, (NoteSignature("a", b"abc", b"de"),)),
        Note(TEXT, (NoteSignature("a", b"abcd", b""),)),
    ],
    ids=range(13),
)
def test_what_is_no_note_is_not_rendered(note: Note) -> None:
    with pytest.raises(NoteError):
        render_note(note)


class FaultySigner:
    """A device that returns a signature with one wrong bit."""

    public_key = MemorySigner.from_seed(b"\x01" * 32).public_key

    def sign(self, message: bytes) -> bytes:
        right = MemorySigner.from_seed(b"\x01" * 32).sign(message)
        return bytes([right[0] ^ 1]) + right[1:]


def test_a_faulty_signature_does_not_leave_the_signer() -> None:
    with pytest.raises(SignatureError):
        sign_note(TEXT, [NoteSigner("production/alem", FaultySigner())])


def test_a_verifier_key_reads_and_writes() -> None:
    text = render_vkey(LOG.verifier_key)
    assert text.startswith(f"production/alem+{LOG.verifier_key.key_id.hex()}+AY")
    assert parse_vkey(text) == LOG.verifier_key
    longest = VerifierKey("n" * 255, LOG.verifier_key.key)
    assert parse_vkey(render_vkey(longest)) == longest


RAW = LOG.verifier_key.key.raw
ID = LOG.verifier_key.key_id.hex()
KEY, ECDSA_KEY, COSIGNATURE_KEY = (
    base64.b64encode(kind + RAW).decode() for kind in (b"\x01", b"\x02", b"\x04")
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "production/alem",
        f"production/alem+{ID}",
        f"production/alem+{ID}+",
        f"+{ID}+{KEY}",
        f"production/alem+{ID.upper()}+{KEY}",
        f"production/alem+{ID[:-1]}+{KEY}",
        f"production/alem+{ID}0+{KEY}",
        f"production/alem+00000000+{KEY}",
        f"staging/alem+{ID}+{KEY}",
        f"production/alem+{ID}+{KEY}\n",
        f" production/alem+{ID}+{KEY}",
        f"production alem+{ID}+{KEY}",
        f"production\nalem+{ID}+{KEY}",
        f"production\x00alem+{ID}+{KEY}",
        f"\ud800+{ID}+{KEY}",
        f"production/alem+{ID}+{KEY[:-1]}",
        f"production/alem+{ID}+{ECDSA_KEY}",
        f"production/alem+{ID}+{COSIGNATURE_KEY}",
        f"production/alem+{ID}+AQ==",
        f"{'n' * 256}+{ID}+{KEY}",
        f"{'é' * 128}+{ID}+{KEY}",
        "n" * 1_000_000,
    ],
    ids=range(23),
)
def test_another_spelling_is_no_verifier_key(text: str) -> None:
    with pytest.raises((NoteError, WeakKeyError)):
        parse_vkey(text)


@pytest.mark.parametrize(
    "raw",
    [b"\x01" + b"\x00" * 31, b"\x00" * 32, b"\xff" * 32, b"\x01" * 31, b"\x01" * 33],
    ids=["identity", "low order", "not reduced", "short", "long"],
)
def test_a_weak_key_is_no_verifier_key(raw: bytes) -> None:
    with pytest.raises(WeakKeyError):
        VerifierKey("production/alem", PublicKey("ed25519", raw))


def test_another_algorithm_is_no_verifier_key() -> None:
    with pytest.raises(NoteError, match="ecdsa-p256"):
        NoteSigner("production/alem", MemorySigner.generate("ecdsa-p256"))


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a+b", "a\tb", "a\x1fb", "a\u00a0b", "a\u2028b", "\ud800", "a\udfff", "n" * 256],
)
def test_a_name_that_no_line_can_carry_names_no_key(name: str) -> None:
    with pytest.raises(NoteError, match="not a key name"):
        VerifierKey(name, LOG.verifier_key.key)
    assert VerifierKey("n" * 255, LOG.verifier_key.key).name == "n" * 255
