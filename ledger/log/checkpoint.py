"""Checkpoints: what a log commits to, C2SP tlog-checkpoint v1.0.0 (docs/spec/checkpoint.md).

    <origin>
    <size>              0|[1-9][0-9]*, below 2^63
    <root>              base64 of 32 bytes

These three lines are the text of a signed note whose key is named like the origin. Extension lines
are not used and not read: no auditor could check what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.kernel.errors import NoteError, ProofError
from ledger.log.merkle import EMPTY_ROOT, HASH_BYTES, check_hash, check_size
from ledger.log.note import sign_note, verify_note
from ledger.log.spelling import check_key_name, decode_base64, decode_decimal, encode_base64

if TYPE_CHECKING:
    from ledger.log.note import NoteSigner, VerifierKey

_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, how many records it has, and the root over their leaves.

    Raises `NoteError` for an origin that cannot name a key, `ProofError` for a size or root that no
    tree has.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        check_key_name(self.origin, what="the origin")
        check_size(self.size, "the tree size")
        check_hash(self.root, "the root")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise ProofError("the root of an empty log is the hash of nothing")


def parse_checkpoint(text: bytes) -> Checkpoint:
    """The checkpoint that a note's text states; `NoteError` with the line that is wrong.

    The text is not believed by being read: use `verify_checkpoint` for a note from outside.
    """
    lines = text.split(b"\n", _LINES + 1)
    if len(lines) != _LINES + 1 or lines[_LINES]:
        raise NoteError(
            f"a checkpoint's text has exactly {_LINES} lines",
            where=f"line {min(len(lines), _LINES + 1)}",
            hint="Origin, size and root, each ended by a newline; no extension lines",
        )
    root = decode_base64(lines[2], what="the root", where="line 3")
    if len(root) != HASH_BYTES:
        raise NoteError(f"the root is not {HASH_BYTES} bytes", where="line 3")
    size = decode_decimal(lines[1], what="the size", where="line 2")
    try:
        origin = lines[0].decode()
    except UnicodeDecodeError:
        raise NoteError("the origin is not UTF-8", where="line 1") from None
    return Checkpoint(origin, size, root)


def render_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The note text of a checkpoint."""
    root = encode_base64(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def sign_checkpoint(checkpoint: Checkpoint, *signers: NoteSigner) -> bytes:
    """The signed note of a checkpoint; two signers where a log key hands over to the next.

    `NoteError` unless every signer is named like the origin. Whoever calls this answers for the
    rule that a log never signs two checkpoints of which neither is a prefix of the other.
    """
    for signer in signers:
        if signer.verifier_key.name != checkpoint.origin:
            raise NoteError(
                f"key {signer.verifier_key.name} may not sign for the log {checkpoint.origin}"
            )
    return sign_note(render_checkpoint(checkpoint), signers)


def verify_checkpoint(data: bytes, vkey: VerifierKey, *, origin: str | None = None) -> Checkpoint:
    """The checkpoint in a note that the log's key signed.

    Raises `NoteError` (not a note or checkpoint), `SignatureError` (not signed by this key) and
    `ProofError` (signed, but of another log than the key's name or the `origin` asked for).
    """
    checkpoint = parse_checkpoint(verify_note(data, [vkey]).text)
    for expected in (vkey.name, origin):
        if expected is not None and checkpoint.origin != expected:
            raise ProofError(
                f"the checkpoint is of the log {checkpoint.origin}, not of {expected}",
                hint="Ask for this log's own checkpoint and verifier key",
            )
    return checkpoint
