"""Drafts: the canonical bytes that an officer is asked to sign.

A draft is the payload and nothing else, so that the file that is signed is the thing that is
recorded. Members are checked by the kind's own form before a byte is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.kinds import KINDS
from ledger.domain.record import decode_payload
from ledger.kernel.canonical import encode
from ledger.kernel.errors import BodyError, NotFoundError
from ledger.kernel.form import read_form
from ledger.kernel.limits import PAYLOAD_BYTES_MAX

if TYPE_CHECKING:
    from ledger.domain.body import Body
    from ledger.domain.kind import Kind


def kind_named(name: str) -> Kind:
    """The kind of a name, with or without its version; the newest version if left out."""
    versions = [known for known in KINDS if known == name or known.rpartition(".v")[0] == name]
    if not versions:
        raise NotFoundError(
            f"no kind of event is named {name[:60]}", hint="`custody kinds` lists them"
        )
    return KINDS[versions[-1]]


def payload_of(members: dict[str, Any]) -> bytes:
    """The canonical payload of a body's members; `BodyError` with the field that is wrong."""
    kind = _kind_of(members)
    read_form(kind.form, members)
    payload = encode(members)
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise BodyError(
            f"the event has {len(payload)} bytes where {PAYLOAD_BYTES_MAX} are allowed",
            where="payload",
        )
    return payload


def read_payload(payload: bytes) -> tuple[Kind, Body]:
    """The kind and body of canonical payload bytes."""
    members = decode_payload(payload)
    kind = _kind_of(members)
    return kind, read_form(kind.form, members)


def _kind_of(members: dict[str, Any]) -> Kind:
    name = str(members.get("kind"))
    kind = KINDS.get(name)
    if kind is None:
        raise BodyError(f"unknown kind {name[:60]!r}", where="kind")
    return kind
