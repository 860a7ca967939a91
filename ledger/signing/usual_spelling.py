"""The usual spelling of an envelope: one expression that reads what nearly every envelope is.

What it accepts, the strict reader (`ledger.signing.dsse`) accepts too, with the same content; a
test holds the two together. What it does not accept may still be an envelope: that, and what is
wrong with it, is the strict reader's question. It takes a fraction of the time.
"""

from __future__ import annotations

import binascii
import re
from typing import Final, NamedTuple

_B64 = rb"[A-Za-z0-9+/]+={0,2}"
_KEYID = rb"[0-9a-f]{64}"
_SIGNATURE = rb'\{"keyid":"' + _KEYID + rb'","sig":"' + _B64 + rb'"\}'
ENVELOPE: Final = (
    rb'\{"payload":"(' + _B64 + rb')","payloadType":"([a-z0-9.+/-]+)","signatures":\[('
    + _SIGNATURE + rb"(?:," + _SIGNATURE + rb")*)\]\}"
)  # fmt: skip
"""An envelope's bytes; the groups are the payload's text, the type, and the signatures' texts."""
_ENVELOPE: Final = re.compile(ENVELOPE)
_SIGNATURES: Final = re.compile(rb'"keyid":"(' + _KEYID + rb')","sig":"(' + _B64 + rb')"')


class UsualEnvelope(NamedTuple):
    """What was read. Sizes, the order of signatures and the type are still to be judged."""

    payload: bytes
    payload_type: str
    signatures: list[tuple[str, bytes]]
    """(key id, signature) in the order of the text."""


def read_usual_envelope(data: bytes) -> UsualEnvelope | None:
    """The parts of an envelope in its usual spelling, or None."""
    match = _ENVELOPE.fullmatch(data)
    return None if match is None else usual_envelope(*match.groups())


def usual_envelope(payload: bytes, payload_type: bytes, signatures: bytes) -> UsualEnvelope:
    """The parts of an envelope of the groups of `ENVELOPE`; empty where base64 has another text."""
    return UsualEnvelope(
        _decoded(payload),
        payload_type.decode(),
        [(keyid.decode(), _decoded(sig)) for keyid, sig in _SIGNATURES.findall(signatures)],
    )


def _decoded(text: bytes) -> bytes:
    """The bytes of their one base64 text; empty (which no part may be) for another text."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return b""
    return data if binascii.b2a_base64(data, newline=False) == text else b""
