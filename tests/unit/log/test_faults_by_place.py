"""What a fault of the log's formats is called: the class of the error and its place."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import NoteError, SignatureError, TileError
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.log_proof import LogProof, parse_log_proof
from ledger.log.merkle import leaf_hash
from ledger.log.note import NoteSigner
from ledger.log.spelling import check_key_name
from ledger.log.tiles import parse_tile
from ledger.signing.signer import MemorySigner

LOG = NoteSigner("production/alem", MemorySigner.from_seed(b"\x01" * 32))
NOTE = sign_checkpoint(Checkpoint("production/alem", 1, leaf_hash(b"record")), LOG)


@pytest.mark.parametrize("line", [b"0", b"ndex 0", b"0 index "])
def test_an_index_without_its_word_is_missing(line: bytes) -> None:
    with pytest.raises(NoteError, match="the index is missing") as caught:
        parse_log_proof(b"c2sp.org/tlog-proof@v1\n" + line + b"\n\n" + NOTE)
    assert caught.value.where == "line 2"


def test_empty_extra_data_is_a_fault_of_the_receipt() -> None:
    with pytest.raises(NoteError, match="no line at all") as caught:
        LogProof(0, (), NOTE, extra=b"")
    assert caught.value.where == "extra"


def test_a_good_name_is_handed_back() -> None:
    assert check_key_name("production/alem", what="the name") == "production/alem"


def test_a_bad_signature_names_the_key_of_the_note() -> None:
    vkey = LOG.verifier_key
    with pytest.raises(SignatureError, match=f"production/alem.{vkey.key_id.hex()}"):
        vkey.verify(b"text", bytes(64))


@pytest.mark.parametrize("length", [1, 31, 33, 256 * 32 + 1])
def test_a_tile_that_ends_within_a_hash_is_cut_there(length: int) -> None:
    with pytest.raises(TileError, match="within a hash") as caught:
        parse_tile(b"x" * length)
    assert caught.value.where == f"offset {length}"
