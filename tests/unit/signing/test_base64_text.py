"""Base64 in one spelling."""

from __future__ import annotations

import base64

import pytest

from ledger.kernel.errors import ValueFormError
from ledger.signing.base64_text import decode_base64, encode_base64

OTHER_SPELLINGS = [
    "QQ",  # padding left out
    "QQ=",
    "QQ===",
    "QR==",  # stray trailing bits: decodes like QQ==
    "QQ==\n",
    " QQ==",
    "Q Q==",
    "QQ==QQ==",
    "=QQ=",
    "_-8=",  # the URL-safe alphabet of /+8=
    "QQ\u200b==",
    "\uff31QQ=",
    "\ud800QQQ",
    "!",
    "====",
    "A",
]


@pytest.mark.parametrize("size", range(9))
def test_round_trip(size: int) -> None:
    data = bytes(range(250, 250 + min(size, 6))) + bytes(max(0, size - 6))
    text = encode_base64(data)
    assert text == base64.b64encode(data).decode()
    assert decode_base64(text) == data


@pytest.mark.parametrize("text", OTHER_SPELLINGS)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueFormError):
        decode_base64(text)
