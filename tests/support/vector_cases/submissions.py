"""Envelopes put together by hand, so that any part of them can be wrong."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ledger.kernel.canonical import encode
from ledger.kernel.instants import parse_instant, render_instant
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae
from tests.support.fund_simulator import FUND, GROUNDS
from tests.support.vector_fund import signer
from tests.support.vector_preludes import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Try:
    """One submission and what is said about it; `now` is a minute after the prelude if empty."""

    name: str
    why: str
    envelope: bytes
    prelude: str = "working"
    now: str = ""


def now() -> str:
    """When the vectors after `working` are submitted."""
    return moment("working")


def later(instant: str, by: timedelta) -> str:
    """An instant that much later, or earlier."""
    return render_instant(parse_instant(instant) + by)


def past() -> str:
    """The instant just before the submission."""
    return later(now(), -MICROSECOND)


def body(**changes: Any) -> dict[str, Any]:
    """A stated fact by bolat."""
    members = {
        "fund": FUND,
        "kind": "fact.recorded.v1",
        "author": "bolat",
        "cosigners": [],
        "reference": "vector-1",
        "value_date": "2026-01-12",
        "valid_until": later(now(), timedelta(days=30)),
        "fact": "custodian_insured",
        "subject": "first-vault",
        "value": True,
        **GROUNDS,
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def one(payload: bytes, name: str, payload_type: str = PAYLOAD_TYPE_EVENT) -> dict[str, str]:
    key = signer(name)
    sig = base64.b64encode(key.sign(pae(payload_type, payload))).decode()
    return {"keyid": key.public_key.keyid, "sig": sig}


def envelope_of(payload: bytes, signatures: Iterable[dict[str, str]]) -> dict[str, Any]:
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE_EVENT,
        "signatures": sorted(signatures, key=lambda entry: entry["keyid"]),
    }


def signed(payload: bytes, *names: str) -> dict[str, Any]:
    return envelope_of(payload, [one(payload, name) for name in names or ("bolat",)])


def good(**changes: Any) -> dict[str, Any]:
    """The members of a good envelope of a body with changes."""
    members = body(**changes)
    return signed(encode(members), members["author"], *members["cosigners"])


def in_bytes(members: dict[str, Any]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
