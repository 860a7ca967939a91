"""The examples in docs/spec are made by the code: each must stand in its page, letter for letter.

A changed format shows here as a missing block; the failure prints the block that belongs there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.kernel.limits import CHECKPOINT_BYTES_MAX, LOG_PROOF_BYTES_MAX, NOTE_SIGNATURES_MAX
from ledger.log.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.log_proof import LogProof, render_log_proof, verify_log_proof
from ledger.log.merkle import (
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    leaf_hash,
    tree_root,
)
from ledger.log.note import NoteSigner, parse_vkey, render_vkey
from ledger.log.tiles import entry_paths, entry_ranges, render_entries, tile_paths
from ledger.signing.signer import MemorySigner

SPEC = Path(__file__).parents[3] / "docs" / "spec"
LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))
RECORDS = [f"record {position}".encode() for position in range(1, 6)]
LEAVES = [leaf_hash(record) for record in RECORDS]
HEAD = Checkpoint("production/alem", len(RECORDS), tree_root(LEAVES))
NOTE = sign_checkpoint(HEAD, LOG)
RECEIPT = render_log_proof(LogProof(2, tuple(inclusion_proof(LEAVES, 2)), NOTE))
TILED_SIZE = 70_000


def proof_lines(ranges: list[tuple[int, int]], nodes: list[bytes]) -> str:
    pairs = zip(ranges, nodes, strict=True)
    return "".join(f"{node.hex()}  {leaves(start, end)}\n" for (start, end), node in pairs)


def leaves(start: int, end: int) -> str:
    return f"leaf {start}" if end - start == 1 else f"leaves {start} to {end - 1}"


def tree_example() -> str:
    rows = "".join(f"leaf {index}  {leaf.hex()}\n" for index, leaf in enumerate(LEAVES))
    return f"{rows}root    {HEAD.root.hex()}\n"


def tiles_example() -> str:
    paths = [path.render() for path in tile_paths(TILED_SIZE)]
    entries = [path.render() for path in entry_paths(TILED_SIZE)]
    runs = [*paths[:1], "…", *paths[272:], entries[0], "…", *entries[272:]]
    return "\n".join(runs) + "\n"


def bundle_example() -> str:
    data = render_entries(RECORDS[:2])
    ranges = ", ".join(f"{start} to {end - 1}" for start, end in entry_ranges(data))
    return f"{data.hex(' ')}\nrecords at bytes {ranges}\n"


EXAMPLES = {
    "a verifier key": ("checkpoint.md", render_vkey(LOG.verifier_key) + "\n"),
    "a checkpoint": ("checkpoint.md", NOTE.decode()),
    "a receipt": ("checkpoint.md", RECEIPT.decode()),
    "a tree": ("tree-and-tiles.md", tree_example()),
    "an inclusion proof": (
        "tree-and-tiles.md",
        proof_lines(inclusion_ranges(2, 5), inclusion_proof(LEAVES, 2)),
    ),
    "a consistency proof": (
        "tree-and-tiles.md",
        proof_lines(consistency_ranges(3, 5), consistency_proof(LEAVES, 3)),
    ),
    "tiles": ("tree-and-tiles.md", tiles_example()),
    "an entry bundle": ("tree-and-tiles.md", bundle_example()),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_shows_what_the_code_writes(name: str) -> None:
    page, example = EXAMPLES[name]
    block = f"```text\n{example}```\n"
    assert block in (SPEC / page).read_text(encoding="utf-8"), f"{page} lacks:\n{block}"


def test_a_reader_of_the_page_can_check_the_examples() -> None:
    """The blocks of the page itself, cut out of it, verify."""
    page = (SPEC / "checkpoint.md").read_text(encoding="utf-8")
    blocks = [block.partition("```\n")[0] for block in page.split("```text\n")[1:]]
    vkey = parse_vkey(blocks[0].removesuffix("\n"))
    assert verify_checkpoint(blocks[1].encode(), vkey) == HEAD
    assert verify_log_proof(blocks[2].encode(), RECORDS[2], vkey) == HEAD


def test_the_page_names_the_bounds_of_the_code() -> None:
    page = (SPEC / "checkpoint.md").read_text(encoding="utf-8")
    for bound in (CHECKPOINT_BYTES_MAX, LOG_PROOF_BYTES_MAX):
        assert f"at most {bound:,} bytes" in page
    assert f"1 to {NOTE_SIGNATURES_MAX} signature lines" in page
