"""The blocks of docs/spec/record.md and docs/spec/state-digest.md: a record, a state, its shelves.

Both examples come from the preludes of the vectors.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import orjson

from ledger.cli.event_pages.markdown import code, table
from ledger.cli.event_pages.members import docstring_of
from ledger.cli.event_pages.words import SHELVES
from ledger.domain.accounts import Account, Address
from ledger.domain.apply import advance, apply
from ledger.domain.assets import Asset
from ledger.domain.cash import TemporaryTransfer
from ledger.domain.counterparties import Counterparty
from ledger.domain.custodians import Custodian
from ledger.domain.digest import state_digest, state_value
from ledger.domain.encumbrances import Encumbrance
from ledger.domain.entries import PostedEntry
from ledger.domain.funds import Charter
from ledger.domain.holdings import Balance
from ledger.domain.identified_lots import IdentifiedLot
from ledger.domain.keys import EnrolledKey
from ledger.domain.mandates import Mandate
from ledger.domain.observations import Attestation, Price, StatedFact
from ledger.domain.officers import Appointment, Officer
from ledger.domain.periods import ClosedPeriod
from ledger.domain.policy import Filing, LicenceFacts, PartyFacts
from ledger.domain.proposal import Progress, Signature
from ledger.domain.reconciliation import Break, StatedBalance
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import read_event
from ledger.kernel import limits
from ledger.kernel.canonical import decode
from ledger.signing.dsse import render_envelope
from policies.engine import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LIMITS = (
    ("RECORD_BYTES_MAX", "bytes of a record (C2SP tlog-tiles gives an entry a two-byte length)"),
    ("ENVELOPE_BYTES_MAX", "bytes of the envelope"),
    ("PAYLOAD_BYTES_MAX", "bytes of the payload"),
    ("SIGNATURES_MAX", "signatures of an envelope"),
    ("OUTCOME_BYTES_MAX", "bytes of the outcome"),
    ("FINDINGS_MAX", "findings of a decision; the first ones are kept"),
    ("DEPTH_MAX", "levels of objects and lists"),
)

PARTS: tuple[type[Any], ...] = (
    Charter,
    Officer,
    Appointment,
    EnrolledKey,
    Mandate,
    Asset,
    Custodian,
    Account,
    Address,
    Counterparty,
    Balance,
    Encumbrance,
    IdentifiedLot,
    PostedEntry,
    Signature,
    Progress,
    Price,
    Attestation,
    StatedFact,
    ClosedPeriod,
    TemporaryTransfer,
    StatedBalance,
    Break,
    Filing,
    PartyFacts,
    LicenceFacts,
)
"""Every part of the state that is written member by member."""


def record_blocks(vectors: Path) -> dict[str, str]:
    """A record as it stands in a log, its leaf hash, and the limits."""
    raw = _records(vectors, "suspended")[-1]
    record = parse_record(raw)
    leaf = hashlib.sha256(b"\x00" + raw).hexdigest()
    return {
        "example": _fenced(decode(raw)),
        "payload": _fenced(decode(record.envelope.payload)),
        "hashes": (
            f"It has {len(raw)} bytes and stands at position {record.position}. Its event id is\n"
            f"`{record.event_id}`, its leaf hash\n`{leaf}`."
        ),
        "limits": table(
            ("at most", "of what"), [(f"{getattr(limits, name):,}", of) for name, of in _LIMITS]
        ),
    }


def digest_blocks(vectors: Path) -> dict[str, str]:
    """The shelves of the state, and the states of an empty and a constituted fund."""
    return {
        "shelves": table(("member", "what it holds"), _shelves()),
        "parts": table(("part", "members"), [_part(part) for part in PARTS]),
        "empty": _shown(State()),
        "constituted": _shown(state_after(_records(vectors, "constituted"))),
    }


def _shown(state: State) -> str:
    return f"{_fenced(state_value(state))}\n\nDigest: `{state_digest(state)}`."


def state_after(records: Iterable[bytes]) -> State:
    """The state after records that are believed (the vectors' own)."""
    state, engine = State(), PolicyEngine()
    for raw in records:
        record = parse_record(raw)
        event = read_event(record.envelope, render_envelope(record.envelope), record.body)
        advance(state, event, record.recorded_at)
        apply(state, event, record.outcome, engine)
    return state


def _shelves() -> list[tuple[str, str]]:
    return [
        (code(name), docstring_of(State, name) or SHELVES.get(name, ""))
        for name in state_value(State())
    ]


def _part(part: type[Any]) -> tuple[str, str]:
    return part.__name__, ", ".join(code(entry.name) for entry in fields(part))


def _records(vectors: Path, prelude: str) -> list[bytes]:
    return (vectors / "preludes" / f"{prelude}.log").read_bytes().splitlines()


def _fenced(value: object) -> str:
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    return f"```json\n{text}\n```"
