"""Encrypted PKCS#8 with scrypt (RFC 5958, RFC 8018 PBES2, RFC 7914 §7): writing only.

The library's own writer stretches a passphrase with 2,048 rounds of PBKDF2, which a graphics card
undoes at millions of guesses a second. So the wrapper is written here, forty lines of DER; reading
is left to the library, and `openssl pkey` reads the files too.
"""

from __future__ import annotations

import os
import textwrap
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7

from ledger.signing.base64_text import encode_base64

PEM_HEAD: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
PEM_FOOT: Final = b"-----END ENCRYPTED PRIVATE KEY-----\n"

# 16 MiB and about 0.2 s a guess. OpenSSL refuses to use more than 32 MiB, hence p instead of N.
SCRYPT_N: Final = 2**14
SCRYPT_R: Final = 8
SCRYPT_P: Final = 5
_SALT_BYTES: Final = 16
_BLOCK_BYTES: Final = 16
_KEY_BYTES: Final = 32

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OBJECT: Final = 0x06
_SHORT_LENGTH: Final = 0x80
_PBES2: Final = bytes.fromhex("2a864886f70d01050d")  # 1.2.840.113549.1.5.13
_SCRYPT: Final = bytes.fromhex("2b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_AES256_CBC: Final = bytes.fromhex("60864801650304012a")  # 2.16.840.1.101.3.4.1.42


def encrypted_pem(private: bytes, passphrase: bytes) -> bytes:
    """The PEM of an unencrypted PKCS#8 DER under a passphrase; salt and IV are new each time."""
    salt, initial = os.urandom(_SALT_BYTES), os.urandom(_BLOCK_BYTES)
    key = Scrypt(salt, _KEY_BYTES, SCRYPT_N, SCRYPT_R, SCRYPT_P).derive(passphrase)
    padder, encryptor = (
        PKCS7(_BLOCK_BYTES * 8).padder(),
        Cipher(AES256(key), CBC(initial)).encryptor(),
    )
    sealed = encryptor.update(padder.update(private) + padder.finalize()) + encryptor.finalize()
    stretching = _sequence(
        _tlv(_OBJECT, _SCRYPT),
        _sequence(_tlv(_OCTETS, salt), *map(_integer, (SCRYPT_N, SCRYPT_R, SCRYPT_P))),
    )
    cipher = _sequence(_tlv(_OBJECT, _AES256_CBC), _tlv(_OCTETS, initial))
    scheme = _sequence(_tlv(_OBJECT, _PBES2), _sequence(stretching, cipher))
    return _pem(_sequence(scheme, _tlv(_OCTETS, sealed)))


def _pem(der: bytes) -> bytes:
    lines = textwrap.wrap(encode_base64(der), 64)
    return PEM_HEAD + "".join(f"{line}\n" for line in lines).encode() + PEM_FOOT


def _sequence(*parts: bytes) -> bytes:
    return _tlv(_SEQUENCE, b"".join(parts))


def _integer(number: int) -> bytes:
    """A DER INTEGER: one byte more than the bits need, so that the sign bit is clear."""
    return _tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def _tlv(tag: int, content: bytes) -> bytes:
    """Tag, length (short form below 128), content (X.690 §8.1)."""
    size = len(content)
    if size < _SHORT_LENGTH:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _SHORT_LENGTH | len(length))) + length + content
