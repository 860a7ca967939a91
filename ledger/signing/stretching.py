"""What opening an encrypted key file would cost, read before any of it is paid.

The file names its own work: rounds of PBKDF2, or memory and passes of scrypt. Whoever hands over a
file could make that a gigabyte or an hour. So its parameters are read out of the DER by their place
(RFC 5958 §3, RFC 8018 PBES2, RFC 7914 §7), and whatever does not stand there is not taken.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_PBES2: Final = bytes.fromhex("2a864886f70d01050d")  # 1.2.840.113549.1.5.13
_PBKDF2: Final = bytes.fromhex("2a864886f70d01050c")  # 1.2.840.113549.1.5.12
_SCRYPT: Final = bytes.fromhex("2b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OBJECT: Final = 0x06
_LONG_LENGTH: Final = 0x80
_LENGTH_BYTES_MAX: Final = 3

MEMORY_BYTES_MAX: Final = 64 * 1024**2
WORK_MAX: Final = 2**23
"""N x r x p of scrypt: about three seconds."""
ROUNDS_MAX: Final = 3_000_000
"""Of PBKDF2: about three seconds."""
_SCRYPT_BLOCK: Final = 128

UNKNOWN: Final = "its encryption is not PBES2 with scrypt or PBKDF2"


class _Value(NamedTuple):
    tag: int
    content: bytes


def excess(der: bytes) -> str:
    """What is too much about the stretching that an encrypted PKCS#8 file asks for, or nothing."""
    try:
        (outer,) = _values(der, _SEQUENCE)
        scheme, _ = _values(outer.content, _SEQUENCE, _OCTETS)
        name, parameters = _values(scheme.content, _OBJECT, _SEQUENCE)
        if name.content != _PBES2:
            return UNKNOWN
        stretching, _ = _values(parameters.content, _SEQUENCE, _SEQUENCE)
        kind, costs = _values(stretching.content, _OBJECT, _SEQUENCE)
        judge = {_SCRYPT: _of_scrypt, _PBKDF2: _of_pbkdf2}[kind.content]
        salt, *numbers = _values(costs.content)
    except (ValueError, KeyError):
        return UNKNOWN
    counts = [int.from_bytes(one.content, "big") for one in numbers if one.tag == _INTEGER]
    return judge(counts) if salt.tag == _OCTETS else UNKNOWN


def _of_scrypt(numbers: list[int]) -> str:
    if len(numbers) not in {3, 4}:  # the fourth is the length of the key
        return UNKNOWN
    cost, blocks, passes = numbers[:3]
    if _SCRYPT_BLOCK * blocks * (cost + passes) > MEMORY_BYTES_MAX:
        return f"the memory of its stretching is more than {MEMORY_BYTES_MAX >> 20} MiB"
    if cost * blocks * passes > WORK_MAX:
        return "its stretching takes too many passes"
    return ""


def _of_pbkdf2(numbers: list[int]) -> str:
    if len(numbers) not in {1, 2}:  # the second is the length of the key
        return UNKNOWN
    return f"its stretching takes more than {ROUNDS_MAX} rounds" if numbers[0] > ROUNDS_MAX else ""


def _values(data: bytes, *tags: int) -> list[_Value]:
    """The values side by side in some bytes; `ValueError` unless they are whole and of `tags`."""
    found, at = [], 0
    while at < len(data):
        tag, start, end = _header(data, at)
        found.append(_Value(tag, data[start:end]))
        at = end
    if tags and tuple(one.tag for one in found) != tags:
        raise ValueError
    return found


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, start, end) of the content of the value at an offset (X.690 §8.1)."""
    if at + 2 > len(data):
        raise ValueError
    tag, length, start = data[at], data[at + 1], at + 2
    if length & _LONG_LENGTH:
        size = length & ~_LONG_LENGTH
        if not 0 < size <= _LENGTH_BYTES_MAX:
            raise ValueError
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > len(data):
        raise ValueError
    return tag, start, start + length
