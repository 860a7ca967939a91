"""What opening an encrypted key file would cost, read before any of it is paid.

The file names its own work: rounds of PBKDF2, or memory and passes of scrypt. Whoever hands over a
file could make that a gigabyte or an hour. So the parameters are read out of the DER (RFC 8018
PBES2, RFC 7914 §7) and bounded; what is not understood is left to the library, which refuses it.
"""

from __future__ import annotations

from typing import Final

_PBKDF2: Final = bytes.fromhex("2a864886f70d01050c")  # 1.2.840.113549.1.5.12
_SCRYPT: Final = bytes.fromhex("2b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_OBJECT: Final = 0x06
_LONG_LENGTH: Final = 0x80
_LENGTH_BYTES_MAX: Final = 3

MEMORY_BYTES_MAX: Final = 64 * 1024**2
WORK_MAX: Final = 2**23
"""N x r x p of scrypt: about three seconds."""
ROUNDS_MAX: Final = 3_000_000
"""Of PBKDF2: about three seconds."""
_SCRYPT_BLOCK: Final = 128


def excess(der: bytes) -> str:
    """What is too much about the stretching that an encrypted PKCS#8 file asks for, or nothing."""
    for name, judge in ((_SCRYPT, _of_scrypt), (_PBKDF2, _of_pbkdf2)):
        at = der.find(bytes((_OBJECT, len(name))) + name)
        if at >= 0:
            return judge(_integers(der, at + 2 + len(name)))
    return ""


def _of_scrypt(numbers: list[int]) -> str:
    cost, blocks, passes = [*numbers, 0, 0, 0][:3]
    if _SCRYPT_BLOCK * cost * blocks > MEMORY_BYTES_MAX:
        return f"the memory of its stretching, more than {MEMORY_BYTES_MAX >> 20} MiB"
    if cost * blocks * passes > WORK_MAX:
        return "the passes of its stretching"
    return ""


def _of_pbkdf2(numbers: list[int]) -> str:
    rounds = numbers[0] if numbers else 0
    return f"the rounds of its stretching, more than {ROUNDS_MAX}" if rounds > ROUNDS_MAX else ""


def _integers(der: bytes, at: int) -> list[int]:
    """The integers of the sequence at an offset, in order; other members are passed over."""
    head = _header(der, at)
    if head is None or head[0] != _SEQUENCE:
        return []
    _, at, end = head
    found = []
    while at < end and (member := _header(der, at)) is not None:
        tag, start, at = member
        if tag == _INTEGER:
            found.append(int.from_bytes(der[start:at], "big"))
    return found


def _header(der: bytes, at: int) -> tuple[int, int, int] | None:
    """(tag, start, end) of the content of the value at an offset (X.690 §8.1)."""
    if at + 2 > len(der):
        return None
    tag, length, start = der[at], der[at + 1], at + 2
    if length & _LONG_LENGTH:
        size = length & ~_LONG_LENGTH
        if size > _LENGTH_BYTES_MAX:
            return None
        length = int.from_bytes(der[start : start + size], "big")
        start += size
    return tag, start, min(start + length, len(der))
