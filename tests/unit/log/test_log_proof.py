"""Receipts: what they prove, and each malformed or moved one."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ledger.kernel.errors import LedgerError, NoteError, ProofError, SignatureError
from ledger.kernel.limits import LOG_PROOF_BYTES_MAX
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.log_proof import (
    LogProof,
    parse_log_proof,
    render_log_proof,
    verify_log_proof,
)
from ledger.log.merkle import inclusion_proof, leaf_hash, tree_root
from ledger.log.note import NoteSigner, sign_note
from ledger.signing.signer import MemorySigner

LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))
OTHER = NoteSigner("production/alem", MemorySigner.from_seed(b"\x02" * 32))
RECORDS = [b"record %d" % number for number in range(11)]
LEAVES = [leaf_hash(record) for record in RECORDS]
HEAD = Checkpoint("production/alem", 11, tree_root(LEAVES))
NOTE = sign_checkpoint(HEAD, LOG)


def receipt(index: int = 6, **changes: object) -> LogProof:
    parts: dict[str, Any] = {
        "leaf_index": index,
        "proof": tuple(inclusion_proof(LEAVES, index)),
        "checkpoint_note": NOTE,
    }
    return LogProof(**(parts | changes))


DATA = render_log_proof(receipt())
NODE = base64.b64encode(LEAVES[0])


@pytest.mark.parametrize("index", range(11))
def test_each_record_is_proven_by_its_own_receipt_only(index: int) -> None:
    data = render_log_proof(receipt(index))
    assert parse_log_proof(data) == receipt(index)
    assert verify_log_proof(data, RECORDS[index], LOG.verifier_key) == HEAD
    for other in set(range(11)) - {index}:
        with pytest.raises(ProofError):
            verify_log_proof(data, RECORDS[other], LOG.verifier_key)


def test_the_spelling() -> None:
    head = b"c2sp.org/tlog-proof@v1\nindex 6\n"
    nodes = b"".join(base64.b64encode(node) + b"\n" for node in inclusion_proof(LEAVES, 6))
    assert head + nodes + b"\n" + NOTE == DATA


def test_a_log_of_one_record_needs_no_nodes() -> None:
    head = Checkpoint("production/alem", 1, LEAVES[0])
    data = render_log_proof(LogProof(0, (), sign_checkpoint(head, LOG)))
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nproduction/alem\n1\n")
    assert verify_log_proof(data, RECORDS[0], LOG.verifier_key) == head


def test_extra_data_is_carried_and_proves_nothing() -> None:
    data = render_log_proof(receipt(extra=b"out of band"))
    assert data.splitlines()[1] == b"extra " + base64.b64encode(b"out of band")
    assert parse_log_proof(data).extra == b"out of band"
    assert verify_log_proof(data, RECORDS[6], LOG.verifier_key) == HEAD


def test_a_receipt_under_another_key_is_not_believed() -> None:
    with pytest.raises(SignatureError):
        verify_log_proof(DATA, RECORDS[6], OTHER.verifier_key)


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        (receipt(proof=tuple(inclusion_proof(LEAVES, 6)[:-1])), "too short"),
        (receipt(proof=(*inclusion_proof(LEAVES, 6), LEAVES[0])), "left over"),
        (receipt(leaf_index=7), "not in the tree"),
        (receipt(leaf_index=11), "outside a tree"),
    ],
    ids=["node missing", "node left over", "moved", "beyond the log"],
)
def test_a_receipt_that_does_not_hold_is_refused(moved: LogProof, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        verify_log_proof(render_log_proof(moved), RECORDS[6], LOG.verifier_key)


def swap(old: bytes, new: bytes) -> bytes:
    assert DATA.count(old) >= 1
    return DATA.replace(old, new, 1)


MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ""),
    "no checkpoint": (DATA.partition(b"\n\n")[0] + b"\n", ""),
    "empty checkpoint": (DATA.partition(b"\n\n")[0] + b"\n\n", ""),
    "another version": (swap(b"@v1", b"@v2"), "line 1"),
    "leading newline": (b"\n" + DATA, "line 1"),
    "space before": (b" " + DATA, "line 1"),
    "carriage return": (swap(b"@v1\n", b"@v1\r\n"), "line 1"),
    "no index": (swap(b"index 6\n", b""), "line 2"),
    "nothing but the first line": (b"c2sp.org/tlog-proof@v1\n\n" + NOTE, "line 2"),
    "index without a number": (swap(b"index 6\n", b"index \n"), "line 2"),
    "index without a space": (swap(b"index 6\n", b"index6\n"), "line 2"),
    "index in capitals": (swap(b"index 6\n", b"Index 6\n"), "line 2"),
    "index with two spaces": (swap(b"index 6\n", b"index  6\n"), "line 2"),
    "index signed": (swap(b"index 6\n", b"index +6\n"), "line 2"),
    "index padded": (swap(b"index 6\n", b"index 06\n"), "line 2"),
    "index too large": (swap(b"index 6\n", b"index 9223372036854775808\n"), "line 2"),
    "index twice": (swap(b"index 6\n", b"index 6\nindex 6\n"), "line 3"),
    "extra empty": (swap(b"index", b"extra \nindex"), "line 2"),
    "extra not base64": (swap(b"index", b"extra !\nindex"), "line 2"),
    "extra twice": (swap(b"index", b"extra AAAA\nextra AAAA\nindex"), "line 3"),
    "extra without an index": (b"c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + NOTE, "line 3"),
    "extra after the index": (swap(b"index 6\n", b"index 6\nextra AAAA\n"), "line 3"),
    "node short": (swap(b"index 6\n", b"index 6\nAAAA\n"), "line 3"),
    "node not base64": (swap(b"index 6\n", b"index 6\n" + NODE[:-1] + b"\n"), "line 3"),
    "node with a space": (swap(b"index 6\n", b"index 6\n" + NODE + b" \n"), "line 3"),
    "blank line doubled": (swap(b"\n\n", b"\n\n\n"), "line 4"),
    "checkpoint cut": (DATA[:-1], f"offset {len(NOTE) - 1}"),
    "checkpoint with an extension": (
        render_log_proof(receipt()).partition(b"\n\n")[0]
        + b"\n\n"
        + sign_note(b"production/alem\n1\n" + NODE + b"\nmore\n", [LOG]),
        "line 4",
    ),
    "too many bytes": (swap(b"index", b"extra " + b"AAAA" * 50_000 + b"\nindex"), ""),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_receipt_is_refused_with_its_line(fault: str) -> None:
    data, where = MALFORMED[fault]
    with pytest.raises(NoteError) as caught:
        parse_log_proof(data)
    assert caught.value.where == where
    with pytest.raises(NoteError):
        verify_log_proof(data, RECORDS[6], LOG.verifier_key)


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf_index": -1},
        {"leaf_index": True},
        {"leaf_index": 2**63},
        {"proof": (b"short",)},
        {"checkpoint_note": b""},
        {"checkpoint_note": NOTE[:-1]},
        {"extra": b""},
    ],
    ids=str,
)
def test_no_receipt_can_state_what_no_log_has(changes: dict[str, Any]) -> None:
    with pytest.raises(LedgerError):
        receipt(**changes)


def test_a_node_of_another_length_is_named() -> None:
    with pytest.raises(ProofError, match="proof node 2 is not 32 bytes"):
        receipt(proof=(LEAVES[0], b"short"))


def test_the_largest_receipt_is_read_and_no_larger_one() -> None:
    room = LOG_PROOF_BYTES_MAX - len(DATA) - len("extra \n")
    extra = b"x" * (room // 4 * 3)
    largest = receipt(leaf_index=10 ** (room % 4), extra=extra)  # a digit is a byte more
    data = render_log_proof(largest)
    assert len(data) == LOG_PROOF_BYTES_MAX
    assert parse_log_proof(data) == largest
    larger = receipt(leaf_index=10 ** (room % 4 + 1), extra=extra)
    with pytest.raises(NoteError, match="at most"):
        render_log_proof(larger)
    with pytest.raises(NoteError, match="at most"):
        parse_log_proof(data.replace(b"index 1", b"index 10", 1))
