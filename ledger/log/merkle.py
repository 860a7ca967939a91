"""The Merkle tree of a log, RFC 9162 §2.1 (equal to RFC 6962 §2.1) over SHA-256.

    leaf(record) = H(0x00 ‖ record)      node(left, right) = H(0x01 ‖ left ‖ right)
    root of no leaves = H("")            root of n > 1 leaves splits at the largest 2^k < n

A tree is given by its leaf hashes, a hash is exactly 32 `bytes`, a size is below 2^63. The provers
are linear in the tree; what they hash is named by the pure `inclusion_ranges` and
`consistency_ranges`, so that `ledger.log.tile_tree` answers the same questions from tiles.

The verifiers return nothing or raise `ProofError`. They refuse what textbook code lets through:
hashes of another length, nodes left over, an index outside the tree, a consistency proof from
size 0 (it proves nothing), unequal roots of equal sizes, and negative or boolean sizes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import ProofError
from ledger.kernel.limits import TREE_SIZE_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(record: bytes) -> bytes:
    """The leaf of a record's stored bytes, RFC 9162 §2.1.1."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node above two subtrees, RFC 9162 §2.1.1; the caller has checked their lengths."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of all leaves, in linear time; `EMPTY_ROOT` of none."""
    if not leaf_hashes:
        return EMPTY_ROOT
    if set(map(len, leaf_hashes)) != {HASH_BYTES}:
        raise ProofError(f"a leaf hash is not {HASH_BYTES} bytes")
    # Pairing level by level and carrying an odd last node up gives the same tree as splitting at
    # the largest power of two: every left subtree is full, and the right one is paired alike.
    level = list(leaf_hashes)
    while len(level) > 1:
        carried = level[-1:] if len(level) % 2 else []
        pairs = iter(level)
        level = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=False)
        ]
        level += carried
    return level[0]


def inclusion_ranges(leaf_index: int, tree_size: int) -> list[tuple[int, int]]:
    """The subtrees [start, end) whose roots prove one leaf, its sibling first.

    PATH of RFC 9162 §2.1.3.1. `ProofError` unless 0 ≤ leaf_index < tree_size < 2^63.
    """
    _check_index(leaf_index, tree_size)
    ranges: list[tuple[int, int]] = []
    start, end = 0, tree_size
    while end - start > 1:
        middle = start + _split(end - start)
        if leaf_index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    """The subtrees [start, end) whose roots prove that one tree is a prefix of another.

    PROOF of RFC 9162 §2.1.4.1, empty for equal sizes. `ProofError` unless 1 ≤ size1 ≤ size2 < 2^63.
    """
    _check_sizes(size1, size2)
    ranges: list[tuple[int, int]] = []
    start, end = 0, size2
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start > 0:  # what is left is the old tree itself unless it begins inside it
        ranges.append((start, end))
    ranges.reverse()
    return ranges


def inclusion_proof(
    leaf_hashes: Sequence[bytes], leaf_index: int, tree_size: int | None = None
) -> list[bytes]:
    """The proof that a leaf is in the tree of the first `tree_size` leaves (of all by default)."""
    size = _size_within(leaf_hashes, tree_size)
    return [tree_root(leaf_hashes[a:b]) for a, b in inclusion_ranges(leaf_index, size)]


def consistency_proof(
    leaf_hashes: Sequence[bytes], size1: int, size2: int | None = None
) -> list[bytes]:
    """The proof that the tree of `size1` leaves is a prefix of the tree of `size2` (all) leaves."""
    size = _size_within(leaf_hashes, size2)
    return [tree_root(leaf_hashes[a:b]) for a, b in consistency_ranges(size1, size)]


def verify_inclusion(
    *, leaf_hash: bytes, leaf_index: int, tree_size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return if the proof leads from the leaf to the root, RFC 9162 §2.1.3.2; else `ProofError`."""
    _check_index(leaf_index, tree_size)
    check_hash(leaf_hash, "the leaf hash")
    check_hash(root, "the root")
    _check_nodes(proof)
    first, last, running = leaf_index, tree_size - 1, leaf_hash
    for node in proof:
        _refuse_leftover(last)
        if first % 2 or first == last:
            running = node_hash(node, running)
            first, last = _climb_carried(first, last)
        else:
            running = node_hash(running, node)
        first, last = first // 2, last // 2
    if last:
        raise ProofError(f"the inclusion proof is too short: {len(proof)} nodes")
    if running != root:
        raise ProofError(f"leaf {leaf_index} is not in the tree of size {tree_size} with this root")


def verify_consistency(
    *, size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> None:
    """Return if tree 1 is a prefix of tree 2, RFC 9162 §2.1.4.2; else `ProofError`."""
    _check_sizes(size1, size2)
    check_hash(root1, "the first root")
    check_hash(root2, "the second root")
    _check_nodes(proof)
    if size1 == size2:
        if proof or root1 != root2:
            raise ProofError(f"two trees of size {size1}: roots differ, or a proof is left over")
        return
    if not proof:
        raise ProofError(f"the consistency proof from size {size1} to {size2} is empty")
    # A full first tree is itself the first node, so the proof leaves it out.
    path = [root1, *proof] if size1.bit_count() == 1 else list(proof)
    old, new = _fold_consistency(size1, size2, path)
    if old != root1:
        raise ProofError(f"the consistency proof does not lead to the root of size {size1}")
    if new != root2:
        raise ProofError(f"the consistency proof does not lead to the root of size {size2}")


def _fold_consistency(size1: int, size2: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of the old and of the new tree that a path leads to."""
    first, last = size1 - 1, size2 - 1
    while first % 2:
        first, last = first // 2, last // 2
    old = new = path[0]
    for node in path[1:]:
        _refuse_leftover(last)
        if first % 2 or first == last:
            old, new = node_hash(node, old), node_hash(node, new)
            first, last = _climb_carried(first, last)
        else:
            new = node_hash(new, node)
        first, last = first // 2, last // 2
    if last:
        raise ProofError("the consistency proof is too short")
    return old, new


def _climb_carried(first: int, last: int) -> tuple[int, int]:
    """Skip the levels on which a node at the right edge has no sibling and is carried up."""
    while first and first % 2 == 0:
        first, last = first // 2, last // 2
    return first, last


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _refuse_leftover(last: int) -> None:
    if last == 0:
        raise ProofError("the proof has nodes left over")


def check_hash(value: object, what: str) -> None:
    """`ProofError` unless the value is `bytes` of exactly one hash."""
    if not isinstance(value, bytes) or len(value) != HASH_BYTES:
        raise ProofError(f"{what} is not {HASH_BYTES} bytes")


def check_size(value: object, what: str) -> None:
    """`ProofError` unless the value is an integer (no boolean) from 0 to 2^63 - 1."""
    if type(value) is not int or not 0 <= value <= TREE_SIZE_MAX:
        raise ProofError(f"{what} is not an integer from 0 to 2^63 - 1")


def _check_nodes(proof: Sequence[bytes]) -> None:
    for number, node in enumerate(proof, start=1):
        check_hash(node, f"proof node {number}")


def _check_index(leaf_index: int, tree_size: int) -> None:
    check_size(leaf_index, "the leaf index")
    check_size(tree_size, "the tree size")
    if leaf_index >= tree_size:
        raise ProofError(f"leaf index {leaf_index} is outside a tree of size {tree_size}")


def _check_sizes(size1: int, size2: int) -> None:
    check_size(size1, "the first size")
    check_size(size2, "the second size")
    if size1 == 0:
        raise ProofError("consistency from size 0 proves nothing")
    if size1 > size2:
        raise ProofError(f"size {size1} is larger than size {size2}: a tree never shrinks")


def _size_within(leaf_hashes: Sequence[bytes], tree_size: int | None) -> int:
    size = len(leaf_hashes) if tree_size is None else tree_size
    check_size(size, "the tree size")
    if size > len(leaf_hashes):
        raise ProofError(f"size {size} is larger than the {len(leaf_hashes)} leaves at hand")
    return size
