"""The usual spelling is really read in one go: whatever we render, and nothing that differs."""

from __future__ import annotations

import pytest

from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, render_envelope, sign_payload
from ledger.signing.signer import MemorySigner
from ledger.signing.usual_spelling import read_usual_envelope

SIGNERS = [MemorySigner.from_seed(bytes([number]) * 32) for number in range(16)]


@pytest.mark.parametrize("count", [1, 2, 3, 16])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 300])
def test_what_we_render_is_usual(count: int, size: int) -> None:
    envelope = sign_payload(b"x" * size, SIGNERS[:count])
    usual = read_usual_envelope(render_envelope(envelope))
    assert usual is not None
    assert (usual.payload, usual.payload_type) == (b"x" * size, PAYLOAD_TYPE_EVENT)
    assert usual.signatures == [(one.keyid, one.sig) for one in envelope.signatures]


def test_signatures_of_other_lengths_are_usual_too() -> None:
    envelope = sign_payload(b"{}", [MemorySigner.generate("ecdsa-p256"), SIGNERS[0]])
    usual = read_usual_envelope(render_envelope(envelope))
    assert usual is not None
    assert usual.signatures == [(one.keyid, one.sig) for one in envelope.signatures]


GOOD = render_envelope(sign_payload(b"{}", SIGNERS[:2]))


@pytest.mark.parametrize(
    "other",
    [
        b"",
        GOOD[1:],
        GOOD[:-1],
        GOOD + b"\n",
        b" " + GOOD,
        GOOD.replace(b":", b": ", 1),
        GOOD.replace(b'"keyid":"', b'"keyid":"0', 1),
        GOOD.replace(b'"sig":"', b'"sig":"-', 1),
        GOOD.replace(b'"sig":', b'"Sig":', 1),
        GOOD.replace(b'"payload":', b'"a":1,"payload":', 1),
        GOOD.replace(b"},{", b"}{", 1),
        GOOD.replace(b"},{", b"},,{", 1),
        GOOD.replace(b"},{", b"}],[{", 1),
        GOOD.replace(b"}]}", b"},]}", 1),
    ],
    ids=range(14),
)
def test_another_spelling_is_left_to_the_strict_reader(other: bytes) -> None:
    assert other != GOOD
    assert read_usual_envelope(other) is None
