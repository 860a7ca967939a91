"""Signed notes and verifier keys, C2SP signed-note v1.0.0 (docs/spec/checkpoint.md).

    <text, ends in a newline>
    <blank line: the last one of the note>
    — <key name> <base64(key id ‖ signature)>          one to 32 such lines

A key is known by its name *and* its id. A line of an unknown name or id is ignored; a line of a
known key whose signature fails condemns the whole note; a note without a line of a known key is
not believed. Ed25519 (type 0x01) is the only type verified; lines of others count as unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import NoteError, SignatureError
from ledger.kernel.limits import CHECKPOINT_BYTES_MAX, KEY_NAME_BYTES_MAX, NOTE_SIGNATURES_MAX
from ledger.log.spelling import check_key_name, decode_base64, encode_base64, is_key_name
from ledger.signing import ed25519
from ledger.signing.keys import PublicKey, check_public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.signing.signer import Signer

ED25519_TYPE: Final = b"\x01"
"""The signature type byte of Ed25519 over the note text."""
KEY_ID_BYTES: Final = 4
_DASH: Final = "— ".encode()
_CONTROL: Final = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_VKEY_CHARS_MAX: Final = KEY_NAME_BYTES_MAX + len("+01234567+") + 44
"""44 characters of base64 are the type byte and the 32 bytes of an Ed25519 key."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name and 4-byte id, and the signature's bytes, unverified."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as written: nothing in it is believed before `verify_note`."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that somebody trusts, with its name: Ed25519, and not a weak one.

    Raises `NoteError` for a bad name or another algorithm, `WeakKeyError` for a weak key.
    """

    name: str
    key: PublicKey
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        check_key_name(self.name, what="the name")
        if self.key.algorithm != ed25519.NAME:
            raise NoteError(f"a note's key is Ed25519, not {self.key.algorithm}")
        check_public_key(self.key)
        object.__setattr__(self, "key_id", _key_id(self.name, self.key.raw))

    def verify(self, text: bytes, signature: bytes) -> None:
        """Return if the signature over a note's text is this key's; else `SignatureError`."""
        try:
            self.key.verify(text, signature)
        except SignatureError:
            raise SignatureError(
                f"the signature of {self.name}+{self.key_id.hex()} does not verify",
                hint="The note was altered, or was not signed by this key",
            ) from None


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A text that is believed, and the known keys that signed it, in the order of their lines."""

    text: bytes
    signed_by: tuple[VerifierKey, ...]


class NoteSigner:
    """A signer with a name; what it signs verifies under its `verifier_key`."""

    __slots__ = ("_signer", "verifier_key")

    def __init__(self, name: str, signer: Signer) -> None:
        self._signer = signer
        self.verifier_key = VerifierKey(name, signer.public_key)

    def sign(self, text: bytes) -> NoteSignature:
        """The signature line for a text.

        Verified before it leaves: a fault while an Ed25519 key signs can give the key away.
        """
        signature = self._signer.sign(text)
        self.verifier_key.verify(text, signature)
        return NoteSignature(self.verifier_key.name, self.verifier_key.key_id, signature)


def parse_note(data: bytes) -> Note:
    """The note in these bytes; `NoteError` with the offset or the line of the first fault."""
    if len(data) > CHECKPOINT_BYTES_MAX:
        raise NoteError(f"{len(data)} bytes where a note has at most {CHECKPOINT_BYTES_MAX}")
    _check_characters(data)
    blank = data.rfind(b"\n\n")
    if blank < 0:
        raise NoteError("no blank line between text and signatures")
    text, block = data[: blank + 1], data[blank + 2 :]
    if not block.endswith(b"\n"):
        raise NoteError("the note does not end in a whole signature line", where=_at(len(data)))
    lines = block[:-1].split(b"\n")
    if len(lines) > NOTE_SIGNATURES_MAX:
        raise NoteError(f"{len(lines)} signatures where at most {NOTE_SIGNATURES_MAX} are read")
    first = text.count(b"\n") + 2
    return Note(text, tuple(_parse_line(line, first + row) for row, line in enumerate(lines)))


def render_note(note: Note) -> bytes:
    """The bytes of a note; `NoteError` unless they parse to the same note again."""
    lines = [
        _DASH
        + line.name.encode("utf-8", "surrogatepass")
        + b" "
        + encode_base64(line.key_id + line.signature)
        + b"\n"
        for line in note.signatures
    ]
    data = note.text + b"\n" + b"".join(lines)
    if parse_note(data) != note:
        raise NoteError("the note has no spelling", hint="The text must end in a newline")
    return data


def sign_note(text: bytes, signers: Iterable[NoteSigner]) -> bytes:
    """The note of a text signed by each signer, in their order."""
    return render_note(Note(text, tuple(signer.sign(text) for signer in signers)))


def verify_note(data: bytes, vkeys: Sequence[VerifierKey]) -> VerifiedNote:
    """The text of a note that at least one known key signed, and which keys did.

    Raises `NoteError` for bytes that are no note, `SignatureError` for a bad signature of a known
    key (even beside good ones), and for a note that no known key signed.
    """
    note = parse_note(data)
    known = _by_name_and_id(vkeys)
    signed_by: list[VerifierKey] = []
    for line in note.signatures:
        vkey = known.get((line.name, line.key_id))
        if vkey is None:
            continue
        vkey.verify(note.text, line.signature)
        if vkey not in signed_by:
            signed_by.append(vkey)
    if not signed_by:
        raise SignatureError(
            "no known key signed this note",
            hint="Known are " + (", ".join(render_vkey(vkey) for vkey in vkeys) or "none"),
        )
    return VerifiedNote(note.text, tuple(signed_by))


def parse_vkey(text: str) -> VerifierKey:
    """The key of `<name>+<8 hex of key id>+<base64(type ‖ public key)>`.

    Raises `NoteError` for another form, another type than Ed25519 or an id that is not the key's,
    `WeakKeyError` for a weak key.
    """
    found = _VKEY.fullmatch(text) if len(text) <= _VKEY_CHARS_MAX else None
    if found is None:
        raise NoteError(
            f"{text[:80]!r} is not a verifier key", hint="The form is <name>+<key id>+<base64>"
        )
    name, key_id, encoded = found.groups()
    material = decode_base64(encoded.encode(), what="the key", where=f"verifier key {name}")
    if material[:1] != ED25519_TYPE:
        raise NoteError(
            f"verifier key {name} is of type 0x{material[0]:02x}",
            hint="Only Ed25519 (0x01) is read",
        )
    vkey = VerifierKey(name, PublicKey(ed25519.NAME, material[1:]))
    if vkey.key_id.hex() != key_id:
        raise NoteError(f"verifier key {name} has the id {vkey.key_id.hex()}, not {key_id}")
    return vkey


def render_vkey(vkey: VerifierKey) -> str:
    """The one-line spelling of a verifier key."""
    encoded = encode_base64(ED25519_TYPE + vkey.key.raw).decode()
    return f"{vkey.name}+{vkey.key_id.hex()}+{encoded}"


def _key_id(name: str, raw: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519_TYPE + raw).digest()[:KEY_ID_BYTES]


def _by_name_and_id(vkeys: Sequence[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for vkey in vkeys:
        if known.setdefault((vkey.name, vkey.key_id), vkey) != vkey:
            raise NoteError(f"two known keys share the name {vkey.name} and one id")
    return known


def _check_characters(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8", where=_at(error.start)) from None
    control = _CONTROL.search(data)
    if control:
        raise NoteError("a control character in the note", where=_at(control.start()))


def _parse_line(line: bytes, number: int) -> NoteSignature:
    where = f"line {number}"
    name, space, encoded = line.removeprefix(_DASH).partition(b" ")
    if not line.startswith(_DASH) or not space or not is_key_name(name.decode()):
        raise NoteError(
            "not a signature line", where=where, hint="The form is — <key name> <base64>"
        )
    blob = decode_base64(encoded, what="the signature", where=where)
    if len(blob) <= KEY_ID_BYTES:
        raise NoteError("a key id without a signature", where=where)
    return NoteSignature(name.decode(), blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def _at(offset: int) -> str:
    return f"offset {offset}"
