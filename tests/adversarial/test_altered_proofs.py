"""The attack: a proof, a checkpoint or a receipt changed by one bit, one node, one place.

Each test first verifies the honest one, then every change of it, and wants every change refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.kernel.errors import LedgerError, ProofError
from ledger.log.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.log_proof import LogProof, render_log_proof, verify_log_proof
from ledger.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from ledger.log.note import NoteSigner
from ledger.signing.signer import MemorySigner
from tests.support.naive_tree import NaiveTree

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDS = [b"record %d" % number for number in range(300)]
TREE = NaiveTree(RECORDS)
LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))


def bit_flips(data: bytes) -> Iterator[bytes]:
    """Every change of one bit."""
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << (bit % 8)
        yield bytes(changed)


def node_changes(proof: list[bytes], foreign: bytes) -> Iterator[list[bytes]]:
    """One node taken out, put in, repeated, swapped with the next, or changed by one bit."""
    for at in range(len(proof) + 1):
        yield [*proof[:at], foreign, *proof[at:]]
        if at < len(proof):
            yield [*proof[:at], *proof[at + 1 :]]
            yield [*proof[:at], proof[at], *proof[at:]]
            for node in bit_flips(proof[at]):
                yield [*proof[:at], node, *proof[at + 1 :]]
        if at < len(proof) - 1:
            yield [*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]]


def inclusion_changes(index: int, size: int) -> Iterator[dict[str, Any]]:
    proof = TREE.path(index, 0, size)
    for leaf in bit_flips(TREE.leaves[index]):
        yield {"leaf_hash": leaf}
    for root in bit_flips(TREE.root(0, size)):
        yield {"root": root}
    for nodes in node_changes(proof, TREE.leaves[index]):
        yield {"proof": nodes}
    for other in set(range(size)) - {index}:
        yield {"leaf_index": other}


@pytest.mark.parametrize(
    ("size", "indexes"),
    [*((size, range(size)) for size in (1, 2, 3, 5, 8, 13)), (300, (0, 255, 256, 299))],
)
def test_every_altered_inclusion_proof_is_refused(size: int, indexes: range) -> None:
    for index in indexes:
        honest: dict[str, Any] = {
            "leaf_hash": TREE.leaves[index],
            "leaf_index": index,
            "tree_size": size,
            "proof": TREE.path(index, 0, size),
            "root": TREE.root(0, size),
        }
        verify_inclusion(**honest)
        for change in inclusion_changes(index, size):
            with pytest.raises(ProofError):
                verify_inclusion(**(honest | change))


def consistency_changes(size1: int, size2: int) -> Iterator[dict[str, Any]]:
    for root in bit_flips(TREE.root(0, size1)):
        yield {"root1": root}
    for root in bit_flips(TREE.root(0, size2)):
        yield {"root2": root}
    for nodes in node_changes(TREE.proof(size1, size2), TREE.root(0, size1)):
        yield {"proof": nodes}


@pytest.mark.parametrize(
    ("size1", "size2"),
    [
        *((size1, size2) for size2 in (1, 2, 3, 5, 8, 13) for size1 in range(1, size2 + 1)),
        (1, 300),
        (256, 300),
        (257, 300),
        (299, 300),
    ],
)
def test_every_altered_consistency_proof_is_refused(size1: int, size2: int) -> None:
    honest: dict[str, Any] = {
        "size1": size1,
        "size2": size2,
        "root1": TREE.root(0, size1),
        "root2": TREE.root(0, size2),
        "proof": TREE.proof(size1, size2),
    }
    verify_consistency(**honest)
    for change in consistency_changes(size1, size2):
        with pytest.raises(ProofError):
            verify_consistency(**(honest | change))


def test_a_fork_has_no_consistency_proof() -> None:
    """Another record at position 4: no proof made from either tree joins the two."""
    fork = NaiveTree([*RECORDS[:3], b"another record", *RECORDS[4:]])
    for size1 in range(4, 12):
        for tree in (TREE, fork):
            with pytest.raises(ProofError):
                verify_consistency(
                    size1=size1,
                    size2=12,
                    root1=TREE.root(0, size1),
                    root2=fork.root(0, 12),
                    proof=tree.proof(size1, 12),
                )


def test_an_inner_node_passes_for_no_record() -> None:
    """The bytes of two leaves are no record: leaves and nodes are hashed apart."""
    forged = TREE.leaves[0] + TREE.leaves[1]
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf_hash=leaf_hash(forged),
            leaf_index=0,
            tree_size=2,
            proof=[TREE.root(2, 4)],
            root=TREE.root(0, 4),
        )


HEAD = Checkpoint("production/alem", 13, TREE.root(0, 13))
NOTE = sign_checkpoint(HEAD, LOG)


def test_every_bit_of_a_signed_checkpoint_matters() -> None:
    assert verify_checkpoint(NOTE, LOG.verifier_key) == HEAD
    for changed in bit_flips(NOTE):
        with pytest.raises(LedgerError):
            verify_checkpoint(changed, LOG.verifier_key)


def test_every_bit_of_a_receipt_matters() -> None:
    data = render_log_proof(LogProof(9, tuple(TREE.path(9, 0, 13)), NOTE))
    assert verify_log_proof(data, RECORDS[9], LOG.verifier_key) == HEAD
    for changed in bit_flips(data):
        with pytest.raises(LedgerError):
            verify_log_proof(changed, RECORDS[9], LOG.verifier_key)


def test_every_prefix_of_a_receipt_is_refused() -> None:
    data = render_log_proof(LogProof(9, tuple(TREE.path(9, 0, 13)), NOTE))
    for length in range(len(data)):
        with pytest.raises(LedgerError):
            verify_log_proof(data[:length], RECORDS[9], LOG.verifier_key)
