"""Standard padded base64 (RFC 4648 §4) with exactly one spelling for each byte string.

Python's own decoder takes stray trailing bits and, by default, foreign characters: two texts for
one value, of which a signature or a hash would cover only one. Here a text is decoded, encoded
again and compared.
"""

from __future__ import annotations

import binascii

from ledger.kernel.errors import ValueFormError


def encode_base64(data: bytes) -> str:
    """The one base64 text of some bytes."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes of a base64 text; `ValueFormError` unless it is their one text."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error is one; so is the refusal of non-ASCII text
        data = b""
    if encode_base64(data) != text:
        raise ValueFormError(
            "not standard base64 with padding", hint="One byte string has one base64 text"
        )
    return data
