"""Receipts: the proof that a log holds a record, C2SP tlog-proof v1 (docs/spec/checkpoint.md).

    c2sp.org/tlog-proof@v1
    extra <base64>                      optional, unauthenticated, never trusted
    index <leaf index>
    <base64 node> …                     the leaf's sibling first
                                        one blank line
    <signed checkpoint, verbatim>

A receipt needs nothing else than the record and the log's verifier key to be checked, offline and
for as long as the key is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import NoteError
from ledger.kernel.limits import LOG_PROOF_BYTES_MAX
from ledger.log.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from ledger.log.merkle import (
    HASH_BYTES,
    check_hash,
    check_size,
    leaf_hash,
    verify_inclusion,
)
from ledger.log.note import parse_note
from ledger.log.spelling import decode_base64, decode_decimal, encode_base64

if TYPE_CHECKING:
    from ledger.log.note import VerifierKey

MAGIC: Final = b"c2sp.org/tlog-proof@v1"
_EXTRA: Final = b"extra "
_INDEX: Final = b"index "


@dataclass(frozen=True, slots=True)
class LogProof:
    """A receipt as written: a leaf index, its inclusion proof, and the checkpoint it leads to.

    Raises `ProofError` for an index or a node that no tree has, `NoteError` for a checkpoint that
    is none and for an empty `extra`. Whether the proof holds is `verify_log_proof`'s question.
    """

    leaf_index: int
    proof: tuple[bytes, ...]
    checkpoint_note: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        check_size(self.leaf_index, "the leaf index")
        for number, node in enumerate(self.proof, start=1):
            check_hash(node, f"proof node {number}")
        parse_checkpoint(parse_note(self.checkpoint_note).text)
        if self.extra == b"":
            raise NoteError("no extra data is written as no line at all", where="extra")


def parse_log_proof(data: bytes) -> LogProof:
    """The receipt in these bytes, unverified; `NoteError` with the line of the first fault.

    Lines of the checkpoint inside are counted from its own first line.
    """
    if len(data) > LOG_PROOF_BYTES_MAX:
        raise NoteError(f"{len(data)} bytes where a receipt has at most {LOG_PROOF_BYTES_MAX}")
    head, blank, checkpoint_note = data.partition(b"\n\n")
    if not blank:
        raise NoteError("no blank line between proof and checkpoint")
    lines = head.split(b"\n")
    if lines[0] != MAGIC:
        raise NoteError(f"a receipt begins with {MAGIC.decode()}", where="line 1")
    extra = _extra(lines[1]) if lines[1:] and lines[1].startswith(_EXTRA) else None
    row = 1 if extra is None else 2
    if not lines[row:] or not lines[row].startswith(_INDEX):
        raise NoteError("the index is missing", where=_line(row), hint="index <leaf index>")
    index = decode_decimal(lines[row].removeprefix(_INDEX), what="the leaf index", where=_line(row))
    proof = tuple(_node(line, number) for number, line in enumerate(lines[row + 1 :], row + 1))
    return LogProof(index, proof, checkpoint_note, extra)


def render_log_proof(receipt: LogProof) -> bytes:
    """The bytes of a receipt; `NoteError` if they are too many."""
    lines = [MAGIC]
    if receipt.extra is not None:
        lines.append(_EXTRA + encode_base64(receipt.extra))
    lines.append(_INDEX + str(receipt.leaf_index).encode())
    lines += [encode_base64(node) for node in receipt.proof]
    data = b"\n".join([*lines, b"", receipt.checkpoint_note])
    if len(data) > LOG_PROOF_BYTES_MAX:
        raise NoteError(f"{len(data)} bytes where a receipt has at most {LOG_PROOF_BYTES_MAX}")
    return data


def verify_log_proof(data: bytes, record: bytes, vkey: VerifierKey) -> Checkpoint:
    """The signed checkpoint whose log holds the record at the receipt's index.

    Raises `NoteError` (not a receipt), `SignatureError` (the checkpoint is not signed by this key)
    or `ProofError` (another log, or the record is not where the receipt says).
    """
    receipt = parse_log_proof(data)
    checkpoint = verify_checkpoint(receipt.checkpoint_note, vkey)
    verify_inclusion(
        leaf_hash=leaf_hash(record),
        leaf_index=receipt.leaf_index,
        tree_size=checkpoint.size,
        proof=receipt.proof,
        root=checkpoint.root,
    )
    return checkpoint


def _extra(line: bytes) -> bytes:
    return decode_base64(line.removeprefix(_EXTRA), what="the extra data", where=_line(1))


def _node(line: bytes, row: int) -> bytes:
    node = decode_base64(line, what="the proof node", where=_line(row))
    if len(node) != HASH_BYTES:
        raise NoteError(f"the proof node is not {HASH_BYTES} bytes", where=_line(row))
    return node


def _line(row: int) -> str:
    return f"line {row + 1}"
