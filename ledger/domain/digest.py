"""The state's digest: SHA-256 over canonical bytes of the state (docs/spec/state-digest.md).

Integers are written as decimal strings, maps as sorted lists of pairs, sets as sorted lists; what
is derivable (the heap of lapses) or executable (books, which the log holds) is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from ledger.domain.accounting_policies import AdoptedPolicy
from ledger.domain.mandates import RecordedBook
from ledger.domain.observed import ObservedSeries
from ledger.domain.proposal import Proposal
from ledger.domain.references import References
from ledger.domain.series import DailySeries
from ledger.kernel.canonical import Value, encode
from ledger.kernel.errors import InvariantError
from ledger.signing.keys import PublicKey

if TYPE_CHECKING:
    from ledger.domain.state import State

LEFT_OUT = frozenset({"postings", "lapses", "offices_by_day", "signing"})
"""Parts of a state that follow from others, or are not of it: what the digest does not cover."""


def state_digest(state: State) -> str:
    """The digest in lower-case hex."""
    return hashlib.sha256(encode(state_value(state))).hexdigest()


def state_value(state: State) -> dict[str, Value]:
    """The canonical value of a state: every shelf of it by name."""
    return {
        entry.name: plain(getattr(state, entry.name))
        for entry in fields(state)
        if entry.name not in LEFT_OUT
    }


def plain(value: Any) -> Value:  # noqa: ANN401, C901, PLR0911 - one answer for each type
    """The canonical value of a part of the state; a type it does not know is a defect."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return str(value)
    if value is None:
        return []
    if isinstance(value, References):
        return value.digest_value()
    if isinstance(value, DailySeries):
        return [[day, str(total)] for day, total in zip(value.days, value.sums, strict=True)]
    if isinstance(value, ObservedSeries):
        return [value.unit, plain(value.series), plain(value.positions)]
    if isinstance(value, Proposal):
        return _proposal(value)
    if isinstance(value, AdoptedPolicy):
        return value.event_id
    if isinstance(value, RecordedBook):
        return str(value.position)
    if isinstance(value, PublicKey):
        return [value.algorithm, value.raw.hex()]
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    return _collection(value)


def _collection(value: object) -> Value:
    if isinstance(value, Mapping):
        pairs = [[plain(key), plain(member)] for key, member in value.items()]
        return sorted(pairs, key=encode)
    if isinstance(value, set | frozenset):
        return [plain(member) for member in sorted(value)]
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    raise InvariantError(f"the digest knows no form of {type(value).__name__}")


def _proposal(proposal: Proposal) -> Value:
    """A proposal by its event id (which fixes kind and body), its signatures and its progress."""
    return {
        "effective": proposal.effective,
        "over": proposal.over,
        "event_id": proposal.event_id,
        "position": str(proposal.position),
        "progress": plain(proposal.progress),
        "recorded_at": proposal.recorded_at,
        "signatures": plain(proposal.signatures),
    }
