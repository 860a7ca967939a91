"""Laws of every text and byte format of the log: one value, one spelling, and our own errors only.

`parse(render(x)) == x` for values, and for bytes, among them many near misses of valid ones:
either our own error, or `render(parse(b)) == b`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.errors import LedgerError
from ledger.log.checkpoint import Checkpoint, parse_checkpoint, render_checkpoint, sign_checkpoint
from ledger.log.log_proof import LogProof, parse_log_proof, render_log_proof
from ledger.log.note import (
    Note,
    NoteSignature,
    NoteSigner,
    VerifierKey,
    parse_note,
    parse_vkey,
    render_note,
    render_vkey,
)
from ledger.log.tiles import (
    TilePath,
    entry_ranges,
    parse_entries,
    parse_tile,
    parse_tile_path,
    render_entries,
    render_tile,
)
from ledger.signing.keys import PublicKey
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

hashes = st.binary(min_size=32, max_size=32)
sizes = st.integers(0, 2**63 - 1)
names = st.text(
    st.characters(exclude_characters="+", exclude_categories=("C", "Z")), min_size=1, max_size=40
)
lines = st.lists(
    st.text(st.characters(exclude_characters="\n", exclude_categories=("Cc", "Cs"))), max_size=4
)
signatures = st.builds(
    NoteSignature,
    name=names,
    key_id=st.binary(min_size=4, max_size=4),
    signature=st.binary(min_size=1, max_size=100),
)
notes = st.builds(
    Note,
    text=lines.map(lambda texts: "".join(f"{text}\n" for text in ["", *texts]).encode()),
    signatures=st.lists(signatures, min_size=1, max_size=4).map(tuple),
)
checkpoints = st.builds(Checkpoint, origin=names, size=st.integers(1, 2**63 - 1), root=hashes)
receipts = st.builds(
    LogProof,
    leaf_index=sizes,
    proof=st.lists(hashes, max_size=5).map(tuple),
    checkpoint_note=st.builds(
        lambda head, signed: render_note(Note(render_checkpoint(head), (signed,))),
        checkpoints,
        signatures,
    ),
    extra=st.none() | st.binary(min_size=1, max_size=50),
)
tile_paths = st.builds(
    TilePath, level=st.none() | st.integers(0, 63), index=sizes, width=st.integers(1, 256)
)
bundles = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=256)
tiles = st.lists(hashes, min_size=1, max_size=256)


@st.composite
def near_misses(draw: st.DrawFn, valid: st.SearchStrategy[bytes]) -> bytes:
    """Valid bytes with up to three bytes put in, taken out or changed."""
    data = bytearray(draw(valid))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, 2))
        data[at : at + cut] = draw(st.sampled_from([b"", b"\n", b" ", b"=", b"+", b"0", b"\xff"]))
    return bytes(data)


def has_one_spelling(
    parse: Callable[[bytes], T], render: Callable[[T], bytes], data: bytes
) -> None:
    """Our own error, or the very same bytes again; the input is never altered."""
    before = bytes(data)
    try:
        value = parse(data)
    except LedgerError:
        return
    finally:
        assert data == before
    assert render(value) == data


def read_path(data: bytes) -> TilePath:
    return parse_tile_path(data.decode("latin-1"))


def write_path(path: TilePath) -> bytes:
    return path.render().encode()


def read_vkey(data: bytes) -> VerifierKey:
    return parse_vkey(data.decode("latin-1"))


def write_vkey(vkey: VerifierKey) -> bytes:
    return render_vkey(vkey).encode("latin-1")


@given(notes)
def test_every_note_survives(note: Note) -> None:
    assert parse_note(render_note(note)) == note


@given(near_misses(notes.map(render_note)) | st.binary(max_size=200))
def test_note_bytes_have_one_spelling(data: bytes) -> None:
    has_one_spelling(parse_note, render_note, data)


@given(checkpoints)
def test_every_checkpoint_survives(head: Checkpoint) -> None:
    assert parse_checkpoint(render_checkpoint(head)) == head


@given(near_misses(checkpoints.map(render_checkpoint)) | st.binary(max_size=200))
def test_checkpoint_bytes_have_one_spelling(data: bytes) -> None:
    has_one_spelling(parse_checkpoint, render_checkpoint, data)


@given(receipts)
def test_every_receipt_survives(receipt: LogProof) -> None:
    assert parse_log_proof(render_log_proof(receipt)) == receipt


@given(near_misses(receipts.map(render_log_proof)) | st.binary(max_size=200))
def test_receipt_bytes_have_one_spelling(data: bytes) -> None:
    has_one_spelling(parse_log_proof, render_log_proof, data)


@given(tile_paths)
def test_every_tile_path_survives(path: TilePath) -> None:
    assert parse_tile_path(path.render()) == path


@given(
    near_misses(tile_paths.map(write_path))
    | st.from_regex(r"tile/[0-9]{1,2}(/x?[0-9]{3}){1,4}(\.p/[0-9]{1,3})?", fullmatch=True).map(
        str.encode
    )
)
def test_tile_path_text_has_one_spelling(data: bytes) -> None:
    has_one_spelling(read_path, write_path, data)


@given(bundles)
def test_every_bundle_survives_and_its_ranges_cut_it(records: list[bytes]) -> None:
    data = render_entries(records)
    assert parse_entries(data, width=len(records)) == records
    ranges = entry_ranges(data)
    assert [data[start:end] for start, end in ranges] == records
    assert [start for start, _ in ranges] == [2, *(end + 2 for _, end in ranges[:-1])]


@given(near_misses(bundles.map(render_entries)) | st.binary(max_size=200))
def test_bundle_bytes_have_one_spelling(data: bytes) -> None:
    has_one_spelling(parse_entries, render_entries, data)


@given(near_misses(tiles.map(render_tile)) | tiles.map(render_tile))
def test_tile_bytes_have_one_spelling(data: bytes) -> None:
    has_one_spelling(parse_tile, render_tile, data)


@given(st.binary(min_size=32, max_size=32), names)
def test_every_verifier_key_survives(seed: bytes, name: str) -> None:
    vkey = VerifierKey(name, MemorySigner.from_seed(seed).public_key)
    assert parse_vkey(render_vkey(vkey)) == vkey


VKEY = write_vkey(VerifierKey("example.com/log", MemorySigner.from_seed(b"\x07" * 32).public_key))


@given(near_misses(st.just(VKEY)))
def test_verifier_key_text_has_one_spelling(data: bytes) -> None:
    has_one_spelling(read_vkey, write_vkey, data)


@given(st.binary(min_size=32, max_size=32), names)
def test_any_32_bytes_are_a_verifier_key_or_our_error(raw: bytes, name: str) -> None:
    try:
        vkey = VerifierKey(name, PublicKey("ed25519", raw))
    except LedgerError:
        return
    assert parse_vkey(render_vkey(vkey)) == vkey


@given(checkpoints, st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_what_was_rendered(head: Checkpoint, seed: bytes) -> None:
    signer = NoteSigner(head.origin, MemorySigner.from_seed(seed))
    assert parse_checkpoint(parse_note(sign_checkpoint(head, signer)).text) == head
