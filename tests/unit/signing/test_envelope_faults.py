"""What a fault of an envelope is called: the class of the error and its place."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import CanonicalError, EnvelopeError
from ledger.kernel.limits import ENVELOPE_BYTES_MAX
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    merge_envelopes,
    parse_envelope,
    read_envelope,
    render_envelope,
    sign_payload,
)
from ledger.signing.signer import MemorySigner

SIGNER = MemorySigner.from_seed(b"\x01" * 32)
OTHER_TYPE = "application/vnd.example.other+json"


def test_a_submission_is_of_an_allowed_type() -> None:
    event = render_envelope(sign_payload(b"{}", [SIGNER]))
    other = render_envelope(sign_payload(b"{}", [SIGNER], payload_type=OTHER_TYPE))
    assert read_envelope(event).payload_type == PAYLOAD_TYPE_EVENT
    assert read_envelope(other, allowed=(OTHER_TYPE,)).payload_type == OTHER_TYPE
    for data, allowed in [(event, (OTHER_TYPE,)), (other, (PAYLOAD_TYPE_EVENT,))]:
        with pytest.raises(EnvelopeError) as caught:
            read_envelope(data, allowed=allowed)
        assert caught.value.where == "payloadType"


def test_bytes_beyond_the_largest_envelope_are_not_read() -> None:
    with pytest.raises(CanonicalError) as caught:
        parse_envelope(b" " * (ENVELOPE_BYTES_MAX + 1))
    assert caught.value.offset == ENVELOPE_BYTES_MAX
    with pytest.raises(CanonicalError) as caught:
        parse_envelope(b" " * ENVELOPE_BYTES_MAX)
    assert caught.value.offset == 0


def test_an_envelope_in_its_usual_spelling_is_bounded_as_any_other() -> None:
    good = render_envelope(sign_payload(b"{}", [SIGNER]))
    room = ENVELOPE_BYTES_MAX - len(good)
    for extra, expected in ((room // 4 * 4, EnvelopeError), (room // 4 * 4 + 4, CanonicalError)):
        with pytest.raises(expected):
            parse_envelope(good.replace(b'"payload":"', b'"payload":"' + b"AAAA" * (extra // 4)))


def test_envelopes_of_two_payloads_do_not_merge() -> None:
    left, right = (sign_payload(payload, [SIGNER]) for payload in (b"{}", b"[]"))
    with pytest.raises(EnvelopeError) as caught:
        merge_envelopes(left, right)
    assert caught.value.where == "payload"
