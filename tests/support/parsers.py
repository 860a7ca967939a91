"""Every parser of the product in one table: its law, valid bytes to start from, how to change them.

A law is asked about any bytes at all. It answers whether the parser took them, and fails where the
parser raised anything but our own error, or took bytes that are not the one spelling of what it
read. `tests.assurance.fuzzing` asks it millions of times, `tests/properties` a few hundred times.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import struct
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rfc8785

from ledger.audit import Evidence, parse_trust
from ledger.audit.archive import ArchiveSource
from ledger.audit.bundle import split_entries
from ledger.audit.manifest import parse_manifest
from ledger.audit.spelling import read_usual
from ledger.audit.trust import render_trust
from ledger.cli.custodian_statements import COLUMNS as STATEMENT_COLUMNS
from ledger.cli.custodian_statements import read_statement
from ledger.cli.history import COLUMNS, Row, read_history
from ledger.cli.observations import COLUMNS as OBSERVATION_COLUMNS
from ledger.cli.observations import read_observations
from ledger.cli.words import full_text
from ledger.cli.workspace import SETTINGS, find_workspace
from ledger.domain.drafts import read_payload
from ledger.domain.record import parse_record, render_record
from ledger.domain.verified import open_event
from ledger.kernel.canonical import decode, decode_object, encode
from ledger.kernel.errors import CanonicalError, LedgerError
from ledger.kernel.strict_json import first_fault
from ledger.log.checkpoint import parse_checkpoint, render_checkpoint, verify_checkpoint
from ledger.log.log_proof import parse_log_proof, render_log_proof, verify_log_proof
from ledger.log.note import parse_note, parse_vkey, render_note, render_vkey, verify_note
from ledger.log.tiles import (
    TILE_WIDTH,
    parse_entries,
    parse_tile,
    parse_tile_path,
    render_entries,
    render_tile,
)
from ledger.rehearsal.accounting_case import read_cases
from ledger.rehearsal.scenario import read_scenarios
from ledger.service.intake import verify_submission
from ledger.signing.base64_text import decode_base64, encode_base64
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    parse_envelope,
    read_envelope,
    render_envelope,
)
from ledger.signing.key_file import parse_public_key_text, read_key_file, render_public_key
from policies.book import load_book, read_book
from tests.support import parser_seeds as seeds
from tests.support.parser_values import take_text
from tests.support.vector_replay import state_after, steps_of_prelude

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.domain.keys import EnrolledKey

T = TypeVar("T")


@dataclass(frozen=True)
class Parser:
    """One parser. `shape` says how its bytes are best changed: bytes, json, pem or bundle."""

    name: str
    takes: Callable[[bytes], bool]
    """The law."""
    seeds: Callable[[], list[bytes]]
    runs: int
    """Inputs of a default run of the fuzzer: as many as take about a minute."""
    shape: str = "bytes"
    refused_seeds: bool = False
    """Whether some of the seeds are refused, as they must be."""


def one_spelling(
    parse: Callable[[bytes], T], render: Callable[[T], bytes]
) -> Callable[[bytes], bool]:
    """The plain law: our own error, or the very same bytes again."""

    def takes(data: bytes) -> bool:
        try:
            value = parse(data)
        except LedgerError:
            return False
        assert render(value) == data
        return True

    return takes


def text_of(data: bytes) -> str:
    """Any bytes as text, for parsers of text."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# -- JSON ---------------------------------------------------------------------------------------


def canonical(data: bytes) -> bool:
    """The fast reader and the slow one agree, and `rfc8785` writes what they take."""
    refused = _refused(data)
    assert first_fault(data) == (refused or ("no fault found", len(data)))
    if refused:
        return False
    value = decode(data)
    assert encode(value) == rfc8785.dumps(value) == data
    return True


def _refused(data: bytes) -> tuple[str, int] | None:
    try:
        decode(data)
    except CanonicalError as error:
        return error.message, error.offset
    return None


_envelope = one_spelling(parse_envelope, render_envelope)


def submission(data: bytes) -> bool:
    """What is read has one spelling, and the plain JSON library reads the same, no member twice."""
    try:
        envelope = read_envelope(data)
    except LedgerError:
        return False
    assert parse_envelope(render_envelope(envelope)) == envelope
    plain = json.loads(data, object_pairs_hook=_each_once)
    standard = str.maketrans("-_", "+/")
    assert base64.b64decode(plain["payload"].translate(standard)) == envelope.payload
    assert len(plain["signatures"]) == len(envelope.signatures)
    return True


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    assert len(found) == len(pairs), "a member stands twice"
    return found


@cache
def _keyring() -> Mapping[str, EnrolledKey]:
    return state_after(steps_of_prelude("working")).keys


def intake(data: bytes) -> bool:
    """The public door of a service: a verified event or our own error."""
    try:
        event = verify_submission(data, _keyring())
    except LedgerError:
        return False
    assert render_envelope(parse_envelope(event.envelope)) == event.envelope
    return True


def record(data: bytes) -> bool:
    """Rendering the parts gives the bytes again; the quick reader of audits takes nothing else."""
    usual = read_usual(data)
    try:
        parsed = parse_record(data)
    except LedgerError:
        assert usual is None
        return False
    envelope, outcome = render_envelope(parsed.envelope), parsed.outcome.render()
    assert render_record(envelope, outcome, parsed.position, parsed.recorded_at) == data
    if usual is not None:
        assert (usual.payload, usual.body) == (parsed.envelope.payload, parsed.body)
        assert usual.position == parsed.position
    return True


def body(data: bytes) -> bool:
    """A payload: its form holds all of it, its words can be shown, its keys can be read."""
    signature = EnvelopeSignature("0" * 64, b"x")
    with contextlib.suppress(LedgerError):
        open_event(Envelope(data, PAYLOAD_TYPE_EVENT, (signature,)), b"", {})
    try:
        _, form = read_payload(data)
    except LedgerError:
        return False
    assert encode(form.model_dump(mode="json", exclude_unset=True)) == data
    assert all(line.isprintable() for line in full_text(data).split("\n"))
    return True


def book_value(data: bytes) -> bool:
    """A recorded book; the form holds all of it."""
    try:
        value = decode_object(data)
        form = read_book(value).form
    except LedgerError:
        return False
    assert encode(form.model_dump(mode="json", exclude_unset=True)) == data
    return True


def manifest(data: bytes) -> bool:
    """As a book's, of the manifest."""
    try:
        form = parse_manifest(data)
    except LedgerError:
        return False
    assert encode(form.model_dump(mode="json", exclude_unset=True)) == data
    return True


# -- the log ------------------------------------------------------------------------------------

_checkpoint = one_spelling(parse_checkpoint, render_checkpoint)
_tile = one_spelling(parse_tile, render_tile)
_tile_path = one_spelling(
    lambda data: parse_tile_path(text_of(data)), lambda path: bytes_of(path.render())
)
_note = one_spelling(parse_note, render_note)
_log_proof = one_spelling(parse_log_proof, render_log_proof)
_entries = one_spelling(parse_entries, render_entries)
_vkey = one_spelling(lambda data: parse_vkey(text_of(data)), lambda key: bytes_of(render_vkey(key)))
VKEY = seeds.LOG.verifier_key


def note(data: bytes) -> bool:
    """A note, and what is believed of it."""
    with contextlib.suppress(LedgerError):
        assert verify_note(data, [VKEY]).signed_by == (VKEY,)
        assert verify_checkpoint(data, VKEY) == seeds.HEAD
    return _note(data)


def log_proof(data: bytes) -> bool:
    """A receipt, which proves the one record that it is for, or nothing."""
    with contextlib.suppress(LedgerError):
        assert verify_log_proof(data, b"record 9", VKEY) == seeds.HEAD
    return _log_proof(data)


def entries(data: bytes) -> bool:
    """A bundle of records; the reader that audits use finds the same ones."""
    taken = _entries(data)
    ranges, fault = split_entries(data)
    assert taken is (fault is None and 0 < len(ranges) <= TILE_WIDTH)
    return taken


# -- text ---------------------------------------------------------------------------------------

_public_key = one_spelling(
    lambda data: parse_public_key_text(text_of(data)), lambda key: bytes_of(render_public_key(key))
)
_base64 = one_spelling(
    lambda data: decode_base64(text_of(data)), lambda raw: encode_base64(raw).encode()
)


def trust(data: bytes) -> bool:
    """A trust file may hold comments; what it states has one spelling."""
    try:
        read = parse_trust(data.decode())
    except (LedgerError, UnicodeDecodeError):
        return False
    assert parse_trust(render_trust(read)) == read
    return True


def book(data: bytes) -> bool:
    """A book in TOML; its recorded value is read again as the same."""
    try:
        value = load_book(data, where="book")
    except LedgerError:
        return False
    assert book_value(encode(value))
    return True


def history(data: bytes) -> bool:
    """A history; its rows written again in the plainest way are read as the same."""
    try:
        rows = read_history(data)
    except LedgerError:
        return False
    assert read_history(_written(rows)) == rows
    for row in rows:
        assert row.events()
    return True


def observations(data: bytes) -> bool:
    """Observations; every row becomes one event."""
    try:
        rows = read_observations(data)
    except LedgerError:
        return False
    lines = [",".join(OBSERVATION_COLUMNS)]
    for row in rows:
        assert len(row.events()) == 1
        lines.append(",".join(_quoted(getattr(row, name)) for name in OBSERVATION_COLUMNS))
    assert read_observations(("\n".join(lines) + "\n").encode()) or not rows
    return True


def statement(data: bytes) -> bool:
    """A statement of balances; its rows written again are read as the same."""
    try:
        rows = read_statement(data)
    except LedgerError:
        return False
    lines = [f"{row.account},{row.asset},{row.units},{row.as_of}" for row in rows]
    again = read_statement("\n".join([",".join(STATEMENT_COLUMNS), *lines]).encode())
    assert [row.units for row in again] == [row.units for row in rows]
    return True


def accounting_cases(data: bytes) -> bool:
    """A file of accounting cases."""
    try:
        file = read_cases(data, where="fuzzed")
    except LedgerError:
        return False
    assert file.format == "custody-accounting-cases/1"
    return True


def scenarios(data: bytes) -> bool:
    """A scenario file, in TOML or JSON."""
    try:
        file = read_scenarios(data, where="fuzzed")
    except LedgerError:
        return False
    assert file.scenarios
    return True


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _written(rows: list[Row]) -> bytes:
    lines = [",".join(COLUMNS)]
    for row in rows:
        cells = (getattr(row, name).replace('"', '""') for name in COLUMNS)
        lines.append(",".join(f'"{cell}"' for cell in cells))
    return "".join(f"{line}\n" for line in lines).encode()


# -- files --------------------------------------------------------------------------------------


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


def settings(data: bytes) -> bool:
    """The settings of a workspace."""
    (_folder() / SETTINGS).write_bytes(data)
    try:
        workspace = find_workspace(str(_folder()))
    except LedgerError:
        return False
    return bool(workspace.fund)


def key_file(data: bytes) -> bool:
    """A key file that opens holds a key that signs."""
    place = seeds.write_private(_folder() / "officer.key", data)
    try:
        signer = read_key_file(place, seeds.PASSPHRASE)
    except LedgerError:
        return False
    signer.public_key.verify(b"m", signer.sign(b"m"))
    return True


def archive(data: bytes) -> bool:
    """An archive: readers of the other two sorts see the same files in it."""
    place = _folder() / "bundle.zip"
    place.write_bytes(data)
    try:
        source = ArchiveSource(place)
    except LedgerError:
        return False
    seen = {path: source.read(path) for path in source.files}
    assert seen == streamed(data)
    assert seen == listed(data)
    return True


_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


def streamed(data: bytes) -> dict[str, bytes]:
    """The members of an archive as one finds them who never looks at its directory."""
    found: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        fields = _LOCAL.unpack_from(data, at)
        size, name_size, extra_size = fields[7], fields[9], fields[10]
        at += _LOCAL.size
        name = data[at : at + name_size].decode()
        at += name_size + extra_size
        assert name not in found
        found[name] = data[at : at + size]
        at += size
    return found


def listed(data: bytes) -> dict[str, bytes]:
    """The members as one finds them who believes the end record and the directory to the letter."""
    end = _END.unpack_from(data, len(data) - _END.size)
    disks, counts, at = end[1:3], end[3:5], end[6]
    assert (disks, counts[0]) == ((0, 0), counts[1])
    found: dict[str, bytes] = {}
    for _ in range(counts[0]):
        fields = _ENTRY.unpack_from(data, at)
        size, sizes, start = fields[9], fields[10:13], fields[16]
        assert fields[0] == b"PK\x01\x02"
        assert sizes[1] == 0, "an extra field may hold another name"
        name = data[at + _ENTRY.size : at + _ENTRY.size + sizes[0]].decode()
        at += _ENTRY.size + sum(sizes)
        start += _LOCAL.size + sizes[0]
        found[name] = data[start : start + size]
    assert at == len(data) - _END.size
    return found


def evidence(data: bytes) -> bool:
    """An audit of an archive: refused, or reported without a defect; valid only if it is ours."""
    place = _folder() / "evidence.zip"
    place.write_bytes(data)
    forger = seeds.small_fund()
    try:
        report = Evidence.open(place, trust=forger.trust()).verify(jobs=1)
    except LedgerError:
        return False
    assert not [found for found in report.findings if found.code == "software_defect"]
    if report.verdict != "valid":
        return False
    files = streamed(data)
    honest = forger.build(earlier=(1,))
    kept = [path for path in files if path.startswith("tile/")]
    assert kept
    assert all(files[path] == honest[path] for path in kept)
    return True


# -- all of them --------------------------------------------------------------------------------

PARSERS: tuple[Parser, ...] = (
    Parser("canonical", canonical, seeds.documents, 250_000, "json"),
    Parser("envelope", _envelope, seeds.envelopes, 250_000, "json"),
    Parser("submission", submission, seeds.submissions, 500_000, "json"),
    Parser("intake", intake, seeds.envelopes, 150_000, "json"),
    Parser("record", record, seeds.records, 250_000, "json"),
    Parser("body", body, seeds.payloads, 150_000, "json"),
    Parser("book_value", book_value, seeds.book_values, 60_000, "json"),
    Parser("manifest", manifest, seeds.manifests, 600_000, "json"),
    Parser("note", note, seeds.notes, 500_000),
    Parser("checkpoint", _checkpoint, seeds.checkpoints, 1_500_000),
    Parser("log_proof", log_proof, seeds.log_proofs, 500_000),
    Parser("tile", _tile, seeds.tiles, 1_000_000),
    Parser("entries", entries, seeds.entries, 500_000),
    Parser("tile_path", _tile_path, seeds.tile_paths, 3_000_000),
    Parser("trust", trust, seeds.trusts, 1_500_000),
    Parser("vkey", _vkey, seeds.vkeys, 1_500_000),
    Parser("public_key", _public_key, seeds.public_keys, 3_000_000),
    Parser("key_file", key_file, seeds.key_files, 250_000, "pem"),
    Parser("book", book, seeds.books, 120_000),
    Parser("history", history, seeds.histories, 300_000),
    Parser("observations", observations, seeds.observation_files, 300_000),
    Parser("statement", statement, seeds.statement_files, 300_000),
    Parser("scenarios", scenarios, seeds.scenario_files, 60_000),
    Parser("accounting_cases", accounting_cases, seeds.accounting_case_files, 60_000),
    Parser("settings", settings, seeds.settings, 250_000),
    Parser("archive", archive, seeds.archives, 600_000),
    Parser("evidence", evidence, seeds.archives, 60_000, "bundle", refused_seeds=True),
    Parser("base64", _base64, seeds.base64_texts, 1_500_000),
    Parser("values", take_text, seeds.texts, 500_000, refused_seeds=True),
)
BY_NAME = {parser.name: parser for parser in PARSERS}
