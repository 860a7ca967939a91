"""A verifier in Perl, which shares no code with ours, judges what the product writes.

`second_verifier.pl` was written from the specifications alone. It must take our checkpoints,
proofs, receipts and signatures, and refuse whatever our own verifiers refuse.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import LedgerError, ProofError
from ledger.log.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.log_proof import LogProof, render_log_proof
from ledger.log.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from ledger.log.note import NoteSigner, render_vkey
from ledger.signing.signer import MemorySigner
from tests.support.bundle_writer import lived_fund
from tests.support.chance import seeded
from tests.support.tally import tally
from tests.support.vector_replay import state_after, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

PROGRAM = Path(__file__).with_name("second_verifier.pl")
MODULES = ("-MDigest::SHA", "-MMath::BigInt", "-MMIME::Base64")


def _is_there() -> bool:
    """Perl with its own modules, as Debian's `perl` has them."""
    if shutil.which("perl") is None:
        return False
    return subprocess.run(["perl", *MODULES, "-e", "1"], check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _is_there(), reason="no Perl with its modules")

SIZE = 1_200
LEAVES = [leaf_hash(b"record %d" % number) for number in range(SIZE)]
ROOTS = [tree_root(LEAVES[:size]) for size in range(301)]
LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))
OTHER = NoteSigner("production/alem", MemorySigner.from_seed(b"\x02" * 32))
VKEY, OTHER_VKEY = render_vkey(LOG.verifier_key), render_vkey(OTHER.verifier_key)


def answers(questions: Sequence[str]) -> list[str]:
    """What the other verifier says, a line to each question."""
    ended = subprocess.run(
        ["perl", str(PROGRAM)],
        input="".join(f"{question}\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    said = ended.stdout.splitlines()
    assert len(said) == len(questions)
    return said


def taken(questions: Sequence[str]) -> list[bool]:
    said = answers(questions)
    assert all(answer.startswith(("yes", "no ")) for answer in said)
    return [answer.startswith("yes") for answer in said]


def hexes(nodes: Sequence[bytes]) -> str:
    return ",".join(node.hex() for node in nodes) or "-"


def inclusion(index: int, size: int, leaf: bytes, root: bytes, proof: Sequence[bytes]) -> str:
    return f"inclusion {index} {size} {leaf.hex()} {root.hex()} {hexes(proof)}"


def consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> str:
    return f"consistency {size1} {size2} {root1.hex()} {root2.hex()} {hexes(proof)}"


def test_roots_of_all_small_trees_are_equal() -> None:
    said = answers([f"tree {hexes(LEAVES[:size])}" for size in range(130)])
    assert said == [f"yes {root.hex()}" for root in ROOTS[:130]]


def test_a_thousand_inclusion_proofs_are_taken() -> None:
    chance = seeded(16)
    root = tree_root(LEAVES)
    indexes = chance.sample(range(SIZE), 1_000)
    questions = [
        inclusion(index, SIZE, LEAVES[index], root, inclusion_proof(LEAVES, index))
        for index in indexes
    ]
    assert taken(questions) == [True] * 1_000


def test_a_hundred_consistency_proofs_are_taken() -> None:
    chance = seeded(16)
    pairs = [sorted((chance.randint(1, 300), chance.randint(1, 300))) for _ in range(98)]
    pairs += [[1, 1], [256, 300]]
    questions = [
        consistency(m, n, ROOTS[m], ROOTS[n], consistency_proof(LEAVES, m, n)) for m, n in pairs
    ]
    assert taken(questions) == [True] * 100


def altered(chance: Random, proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with one bit, one node or one place changed."""
    at = chance.randrange(len(proof))
    node = bytearray(proof[at])
    node[chance.randrange(32)] ^= 1 << chance.randrange(8)
    yield [*proof[:at], bytes(node), *proof[at + 1 :]]
    yield [*proof[:at], *proof[at + 1 :]]
    yield [*proof[:at], proof[at], *proof[at:]]
    yield [*proof, LEAVES[0]]
    if len(set(proof)) > 1:
        yield proof[::-1]


def ours_takes_inclusion(index: int, size: int, proof: list[bytes]) -> bool:
    try:
        verify_inclusion(
            leaf_hash=LEAVES[index % SIZE],
            leaf_index=index,
            tree_size=size,
            proof=proof,
            root=ROOTS[min(size, 300)],
        )
    except ProofError:
        return False
    return True


def ours_takes_consistency(size1: int, size2: int, proof: list[bytes]) -> bool:
    try:
        verify_consistency(
            size1=size1, size2=size2, root1=ROOTS[size1], root2=ROOTS[size2], proof=proof
        )
    except ProofError:
        return False
    return True


def test_altered_proofs_are_refused_by_both() -> None:
    chance = seeded(17)
    questions, ours = [], []
    for _ in range(60):
        size = chance.randint(2, 300)
        index = chance.randrange(size)
        for proof in altered(chance, inclusion_proof(LEAVES, index, size)):
            questions.append(inclusion(index, size, LEAVES[index], ROOTS[size], proof))
            ours.append(ours_takes_inclusion(index, size, proof))
        old = chance.randint(1, size - 1)
        for proof in altered(chance, consistency_proof(LEAVES, old, size)):
            questions.append(consistency(old, size, ROOTS[old], ROOTS[size], proof))
            ours.append(ours_takes_consistency(old, size, proof))
    assert len(questions) > 500
    assert not any(ours)
    assert not any(taken(questions))


def test_any_numbers_get_one_verdict() -> None:
    """Sizes and indexes that fit no proof, and some that do by chance: both say the same."""
    chance = seeded(18)
    questions, ours = [], []
    for _ in range(600):
        size, claimed = chance.randint(1, 40), chance.randint(1, 40)
        index, other = chance.randrange(size), chance.randrange(42)
        proof = inclusion_proof(LEAVES, index, size)
        questions.append(inclusion(other, claimed, LEAVES[other], ROOTS[claimed], proof))
        ours.append(ours_takes_inclusion(other, claimed, proof))
        proof = consistency_proof(LEAVES, index + 1, size)
        questions.append(consistency(other, claimed, ROOTS[other], ROOTS[claimed], proof))
        ours.append(ours_takes_consistency(other, claimed, proof))
    assert taken(questions) == ours
    assert any(ours)
    assert not all(ours)


def test_our_checkpoints_are_taken_and_altered_ones_are_not() -> None:
    head = Checkpoint("production/alem", 300, ROOTS[300])
    note = sign_checkpoint(head, LOG)
    handed_over = sign_checkpoint(head, LOG, OTHER)
    said = answers(
        [
            f"checkpoint {VKEY} {note.hex()}",
            f"checkpoint {OTHER_VKEY} {handed_over.hex()}",
            f"checkpoint {OTHER_VKEY} {note.hex()}",
            f"checkpoint {VKEY} {note.replace(b'300', b'299').hex()}",
            f"checkpoint {VKEY} {note[:-1].hex()}",
            f"checkpoint {VKEY[:-1]}B {note.hex()}",
        ]
    )
    good = f"yes production/alem 300 {ROOTS[300].hex()}"
    assert said[:2] == [good, good]
    assert said[2:5] == [
        "no not signed by this key",
        "no the signature does not verify",
        "no not a note",
    ]
    assert said[5].startswith("no ")


def test_our_receipts_are_taken_for_their_record_alone() -> None:
    head = Checkpoint("production/alem", 300, ROOTS[300])
    proof = tuple(inclusion_proof(LEAVES, 255, 300))
    receipt = render_log_proof(LogProof(255, proof, sign_checkpoint(head, LOG), extra=b"x"))
    said = answers(
        [
            f"receipt {VKEY} {b'record 255'.hex()} {receipt.hex()}",
            f"receipt {VKEY} {b'record 254'.hex()} {receipt.hex()}",
        ]
    )
    assert said[0] == f"yes production/alem 300 {ROOTS[300].hex()} 255"
    assert said[1] == "no another root"


def keys_of_the_fund() -> str:
    """Every key that the lived fund enrolled, as the ledger knows them at its end."""
    keys = state_after(steps_of(lived_fund().records)).keys.values()
    return hexes([entry.key.raw for entry in keys])


def test_an_officers_signature_in_a_record_is_taken() -> None:
    raw = lived_fund().records[-2]
    altered_raw = raw.replace(b'"sig":"', b'"sig":"A', 1)
    keys = keys_of_the_fund()
    questions = [f"envelope {raw.hex()} {keys}", f"envelope {altered_raw.hex()} {keys}"]
    assert taken(questions) == [True, False]


@pytest.mark.deep
def test_every_signature_of_a_fund_is_taken_and_none_over_another_payload() -> None:
    keys = keys_of_the_fund()
    records = lived_fund().records
    good = [f"envelope {raw.hex()} {keys}" for raw in records]
    moved = [f"envelope {swapped(records[0], raw).hex()} {keys}" for raw in records[1:]]
    said = taken([*good, *moved])
    assert said == [True] * len(good) + [False] * len(moved)
    tally("records whose signatures a verifier in Perl checked", len(said), len(said))


def swapped(one: bytes, other: bytes) -> bytes:
    """The first record's payload under the second one's signatures."""
    mark = b'"payloadType"'
    return one[: one.index(mark)] + other[other.index(mark) :]


@pytest.mark.deep
def test_every_proof_of_every_tree_up_to_256_is_taken() -> None:
    questions = [
        inclusion(index, size, LEAVES[index], ROOTS[size], inclusion_proof(LEAVES, index, size))
        for size in range(1, 257)
        for index in range(size)
    ]
    questions += [
        consistency(m, n, ROOTS[m], ROOTS[n], consistency_proof(LEAVES, m, n))
        for n in range(1, 257)
        for m in range(1, n + 1)
    ]
    said = taken(questions)
    tally("proofs that a verifier in Perl checked", len(said), sum(said))
    assert all(said)


@pytest.mark.deep
def test_no_altered_bit_of_a_checkpoint_is_taken_by_either() -> None:
    """One bit of every byte of a signed checkpoint; where ours refuses, theirs does."""
    note = sign_checkpoint(Checkpoint("production/alem", 300, ROOTS[300]), LOG)
    changed = []
    for at in range(len(note)):
        mutant = bytearray(note)
        mutant[at] ^= 1 << at % 8
        changed.append(bytes(mutant))
        with pytest.raises(LedgerError):
            verify_checkpoint(bytes(mutant), LOG.verifier_key)
    said = taken([f"checkpoint {VKEY} {mutant.hex()}" for mutant in changed])
    tally("altered checkpoints that a verifier in Perl refused", len(said), said.count(False))
    assert not any(said)
