"""The worker: what can be checked of records without knowing the fund. Pure, and in any process.

It takes one entry bundle as bytes and the keys known when its records were decided, and answers
with the leaves, the form of every record, and the verdict on every signature. A record in its usual
spelling is read quickly (`ledger.audit.spelling`); any other goes to the strict reader, which says
why it is none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ledger.audit.bundle import split_entries
from ledger.audit.findings import Finding, Place
from ledger.audit.spelling import Content, read_usual
from ledger.domain.funds import FundConstituted, founders_keys
from ledger.domain.keys import KeyEnrolled
from ledger.domain.kinds import KINDS
from ledger.domain.record import parse_record
from ledger.domain.verified import VerifiedEvent, inner_checks
from ledger.kernel.canonical import decode_object
from ledger.kernel.errors import CanonicalError, LedgerError
from ledger.kernel.fixed import fixed
from ledger.kernel.form import read_form
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.tiles import TILE_WIDTH
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae
from ledger.signing.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping


@fixed
class Chunk:
    """One entry bundle to check: its bytes, its place, and the keys known after deciding it."""

    path: str
    first: int
    """The position of its first record."""
    due: int
    """How many records it must hold."""
    data: bytes
    keys: Mapping[str, tuple[str, bytes]]
    checked: int = 0
    """How many of its first records an earlier audit checked: here only their leaves are made."""


@dataclass(slots=True)
class Verdict:
    """What the worker found in one chunk."""

    path: str
    first: int
    due: int
    digest: str
    """SHA-256 of the entry bundle."""
    leaves: list[bytes]
    root: bytes | None
    """The root of a full chunk's leaves; None if it is not full."""
    places: list[tuple[int, int]]
    """Where each record lies in the file."""
    positions: list[int] = field(default_factory=list)
    """The position that each record says it is at; 0 if it cannot be read."""
    findings: list[Finding] = field(default_factory=list)
    signatures: int = 0
    """Signatures that were checked."""


def check_chunk(chunk: Chunk) -> Verdict:
    """Form, leaves and signatures of the records of one entry bundle; bad bytes never raise."""
    ranges, cut = split_entries(chunk.data)
    places = ranges[: chunk.due]
    records = [chunk.data[start:end] for start, end in places]
    leaves = [leaf_hash(record) for record in records]
    verdict = Verdict(
        chunk.path,
        chunk.first,
        chunk.due,
        hashlib.sha256(chunk.data).hexdigest(),
        leaves,
        tree_root(leaves) if len(leaves) == TILE_WIDTH else None,
        places,
    )
    _check_count(chunk, ranges, cut, verdict)
    asked: list[tuple[int, str, SignatureCheck]] = []
    for index, record in enumerate(records):
        if index < chunk.checked:
            verdict.positions.append(chunk.first + index)
            continue
        try:
            asked += _check_record(record, index, chunk, verdict)
        except Exception as error:  # noqa: BLE001 - a defect of ours is a finding, not an end
            text = f"{type(error).__name__}: {error}"[:300]
            _add(verdict, "software_defect", text, index)
    _check_signatures(asked, verdict)
    return verdict


def _check_count(
    chunk: Chunk, ranges: list[tuple[int, int]], cut: int | None, verdict: Verdict
) -> None:
    found, size = len(ranges), len(chunk.data)
    position = chunk.first + min(found, chunk.due)
    if found > chunk.due or (found == chunk.due and cut is not None):
        text = f"more than {chunk.due} records"
        start = ranges[chunk.due][0] if found > chunk.due else size
        place = Place(chunk.path, start, size)
        verdict.findings.append(Finding("records_surplus", text, position, place))
    elif cut is not None:
        verdict.findings.append(Finding("entries_cut", "", position, Place(chunk.path, cut, size)))
    elif found < chunk.due:
        text = f"{found} records where {chunk.due} are due"
        place = Place(chunk.path, size, size)
        verdict.findings.append(Finding("records_missing", text, position, place))


def _add(verdict: Verdict, code: str, text: str, index: int, offset: int = 0) -> None:
    start, end = verdict.places[index]
    place = Place(verdict.path, min(start + offset, end), end)
    verdict.findings.append(Finding(code, text, verdict.first + index, place))


def _check_record(
    raw: bytes, index: int, chunk: Chunk, verdict: Verdict
) -> list[tuple[int, str, SignatureCheck]]:
    """Check the form of one record; the signatures that must still be verified."""
    content = read_usual(raw) or _strictly_read(raw, index, verdict)
    if content is None:
        verdict.positions.append(0)
        return []
    verdict.positions.append(content.position)
    kind = KINDS.get(content.body["kind"])
    inner: tuple[SignatureCheck, ...] = ()
    known: Mapping[str, tuple[str, bytes]] = chunk.keys
    if kind is not None:
        try:
            form = read_form(kind.form, content.body)
            if isinstance(form, FundConstituted):
                keys = founders_keys(form).items()
                known = {keyid: (key.algorithm, key.raw) for keyid, (_, key) in keys}
            elif isinstance(form, KeyEnrolled):
                inner = inner_checks(VerifiedEvent("", kind, form, (), b""))
        except LedgerError as error:
            _add(verdict, "body_malformed", str(error), index)
    message = pae(PAYLOAD_TYPE_EVENT, content.payload)
    asked = [
        (index, f"key {keyid}", SignatureCheck(_public_key(*known[keyid]), message, signature))
        for keyid, signature in content.signatures
        if keyid in known
    ]
    return [*asked, *((index, "proof of possession", check) for check in inner)]


def _strictly_read(raw: bytes, index: int, verdict: Verdict) -> Content | None:
    """A record as `parse_record` reads it, or the finding that it is none."""
    offset = 0
    try:
        decode_object(raw)
    except CanonicalError as error:
        offset = error.offset
    try:
        record = parse_record(raw)
    except LedgerError as error:
        _add(verdict, "record_malformed", str(error), index, offset)
        return None
    signatures = [(signature.keyid, signature.sig) for signature in record.envelope.signatures]
    return Content(record.envelope.payload, record.body, signatures, record.position)


def _check_signatures(asked: list[tuple[int, str, SignatureCheck]], verdict: Verdict) -> None:
    verdict.signatures = len(asked)
    verdicts = verify_all([check for _, _, check in asked])
    for (index, name, _), good in zip(asked, verdicts, strict=True):
        if not good:
            _add(verdict, "signature_bad", name, index)


@lru_cache(maxsize=4_096)
def _public_key(algorithm: str, raw: bytes) -> PublicKey:
    return PublicKey(algorithm, raw)
