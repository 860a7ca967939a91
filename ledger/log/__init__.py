"""The Merkle log of a fund: tree, tiles, signed checkpoints, proofs and receipts.

Everything here is a pure function of the sequence of records: leaf index = position - 1, tree size
= last position. The formats are RFC 9162 (tree, proofs) and C2SP (signed note, checkpoint, tiles,
tlog-proof); docs/spec/checkpoint.md and docs/spec/tree-and-tiles.md are the normative pages.
"""
