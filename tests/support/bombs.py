"""Inputs made to cost their reader time or memory: each must be refused, cheaply, in plain words.

A bomb is made when it is asked for, since many are of ten megabytes. `tests/properties` measures
the memory of its refusal and `tests.assurance.fuzzing` its time.
"""

from __future__ import annotations

import io
import re
import struct
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.audit import Evidence, parse_trust
from ledger.audit.archive import ArchiveSource
from ledger.audit.manifest import parse_manifest
from ledger.cli.history import COLUMNS, read_history
from ledger.cli.workspace import SETTINGS, find_workspace
from ledger.domain.drafts import read_payload
from ledger.domain.record import parse_record
from ledger.kernel.canonical import decode, encode
from ledger.kernel.errors import LedgerError
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.log_proof import parse_log_proof
from ledger.log.note import parse_note, parse_vkey
from ledger.log.tiles import parse_entries, parse_tile, parse_tile_path
from ledger.service.intake import verify_submission
from ledger.signing import pkcs8
from ledger.signing.dsse import parse_envelope, read_envelope
from ledger.signing.key_file import parse_public_key_text, read_key_file
from policies.book import load_book
from tests.support import parser_seeds as seeds

if TYPE_CHECKING:
    from collections.abc import Callable

CPU_SECONDS_MAX = 1.0
MEMORY_BYTES_MAX = 50 * 1024**2
MEGABYTES_10 = 10_000_000
RECORD = 65_535


@dataclass(frozen=True)
class Bomb:
    """One input: who reads it, how it is made, and what the refusal must say."""

    name: str
    parse: Callable[[bytes], object]
    make: Callable[[], bytes]
    says: str

    def refusal(self, data: bytes) -> LedgerError:
        """The error of our own with which the parser refuses; any other exception comes out."""
        try:
            self.parse(data)
        except LedgerError as error:
            return error
        raise AssertionError(f"{self.name} was taken")

    def fault(self) -> str:
        """What is wrong with how the bomb is refused, its time included; empty if nothing is."""
        data = self.make()
        started = time.process_time()
        try:
            error = self.refusal(data)
        except Exception as other:  # noqa: BLE001 - whatever comes out is what is looked for
            return f"{type(other).__name__}: {other}"[:300]
        spent = time.process_time() - started
        if spent > CPU_SECONDS_MAX:
            return f"{spent:.1f} s of processor time"
        said = re.search(self.says, str(error)) is not None
        return "" if said else f"said: {error}"


# -- readers of files ---------------------------------------------------------------------------


def in_file(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    """A reader of paths as a reader of bytes."""

    def parse(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            return read(seeds.write_private(Path(folder) / name, data))

    return parse


def _book(data: bytes) -> object:
    return load_book(data, where="book")


def _intake(data: bytes) -> object:
    return verify_submission(data, {})


_archive = in_file(ArchiveSource, "bundle.zip")
_audit = in_file(lambda path: Evidence.open(path, trust=seeds.small_fund().trust()), "bundle.zip")
_key = in_file(lambda path: read_key_file(path, b"x"), "officer.key")
_settings = in_file(lambda path: find_workspace(str(path.parent)), SETTINGS)

# -- the making of some -------------------------------------------------------------------------

HEADER = ",".join(COLUMNS).encode() + b"\n"
MANIFEST = b'{"bundle":"sovereign-custody-bundle/1","files":['
RECEIPT = b"c2sp.org/tlog-proof@v1\nindex 0\n"
NODE = b"A" * 43 + b"=\n"
LINE = "— a AAAAAAAA\n".encode()
MEMBER = b'{"keyid":"","sig":""},'


def repeated(head: bytes, part: bytes, tail: bytes, size: int) -> Callable[[], bytes]:
    """Bytes of about a size that say the same thing again and again."""
    return lambda: head + part * ((size - len(head) - len(tail)) // len(part)) + tail


def numbered(head: bytes, part: bytes, tail: bytes, count: int) -> Callable[[], bytes]:
    """The same thing again and again under another number."""
    return lambda: head + b"".join(part % number for number in range(count)) + tail


def body_with(**members: object) -> Callable[[], bytes]:
    """The payload of a price with other members."""
    payload = next(data for data in seeds.payloads() if b"price.observed" in data)
    value = decode(payload)
    assert isinstance(value, dict)
    return lambda: encode({**value, **members})  # type: ignore[dict-item]  # whatever a test says


def deflated() -> bytes:
    """Forty megabytes of nothing in forty kilobytes."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tile/entries/000", bytes(4 * MEGABYTES_10))
    return place.getvalue()


def one_member_many_times(count: int, said: int) -> bytes:
    """A directory that lists one empty member many times, and an end record that says how many."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", *[0] * 8, 1, 0) + b"a"
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, *[0] * 8, 1, *[0] * 6) + b"a"
    size = len(entry) * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, said, said, size, len(local), 0)
    return local + entry * count + end


def key_stretched(kdf: bytes) -> bytes:
    """An encrypted key whose passphrase is stretched in this way."""
    sequence, tlv = pkcs8._sequence, pkcs8._tlv
    cipher = sequence(tlv(4 + 2, pkcs8._AES256_CBC), tlv(4, bytes(16)))
    scheme = sequence(tlv(4 + 2, pkcs8._PBES2), sequence(kdf, cipher))
    return pkcs8._pem(sequence(scheme, tlv(4, bytes(64))))


def stretching(name: bytes, *costs: bytes, salt: bytes = bytes(16)) -> bytes:
    """How a passphrase is stretched: the function, its salt and its costs."""
    inner = pkcs8._sequence(pkcs8._tlv(4, salt), *costs)
    return pkcs8._sequence(pkcs8._tlv(6, name), inner)


def scrypt(n: int, r: int, p: int) -> bytes:
    """A key stretched by scrypt with these costs."""
    return key_stretched(stretching(pkcs8._SCRYPT, *map(pkcs8._integer, (n, r, p))))


PBKDF2 = bytes.fromhex("2a864886f70d01050c")
WITH_SHA256 = pkcs8._sequence(pkcs8._tlv(6, bytes.fromhex("2a864886f70d0209")), b"\x05\x00")


def pbkdf2(rounds: int, salt: bytes = bytes(16)) -> bytes:
    """A key stretched by rounds of PBKDF2 with HMAC-SHA-256."""
    return key_stretched(stretching(PBKDF2, pkcs8._integer(rounds), WITH_SHA256, salt=salt))


def headed() -> bytes:
    """A dear key whose PEM has a header, which the library passes over."""
    return pbkdf2(12_000_000).replace(pkcs8.PEM_HEAD, pkcs8.PEM_HEAD + b"A: b\n\n")


def decoyed() -> bytes:
    """A dear key in whose salt stands a cheap way of stretching."""
    cheap = stretching(pkcs8._SCRYPT, *map(pkcs8._integer, (2, 1, 1)))
    return pbkdf2(12_000_000, salt=cheap)


def older() -> bytes:
    """A key in the scheme of PKCS#12, with twelve million rounds."""
    costs = pkcs8._sequence(pkcs8._tlv(4, bytes(8)), pkcs8._integer(12_000_000))
    name = pkcs8._tlv(6, bytes.fromhex("2a864886f70d010c0103"))
    return pkcs8._pem(pkcs8._sequence(pkcs8._sequence(name, costs), pkcs8._tlv(4, bytes(64))))


# -- all of them --------------------------------------------------------------------------------

BOMBS: tuple[Bomb, ...] = (
    # canonical bytes
    Bomb("10 MB of JSON", decode, repeated(b"[", b"0,", b"0]", MEGABYTES_10), "at most 65535"),
    Bomb("lists within lists", decode, repeated(b"", b"[", b"", RECORD), "deeper than 32"),
    Bomb("objects within objects", decode, repeated(b"", b'{"a":', b"", RECORD), "deeper than 32"),
    Bomb("an integer of 65,000 digits", decode, repeated(b"", b"1", b"", RECORD), "offset 0"),
    Bomb("one key 10,000 times", decode, repeated(b'{"a":1', b',"a":1', b"}", RECORD), "offset 7"),
    Bomb("a string without end", decode, repeated(b'"', b"x", b"", RECORD), "end inside a string"),
    Bomb("20,000 combining marks", decode, repeated(b'"e', b"\xcc\x81", b'"', RECORD), "NFC"),
    Bomb("60,000 quotes", decode, repeated(b'"', b'\\"', b"", RECORD), "end inside a string"),
    # envelopes
    Bomb("a 10 MB envelope", parse_envelope, repeated(b"", b"[", b"", MEGABYTES_10), "at most"),
    Bomb(
        "2,500 signatures",
        parse_envelope,
        repeated(
            b'{"payload":"e30=","payloadType":"application/vnd.sovereign-custody.event.v1+json",'
            b'"signatures":[',
            MEMBER,
            b'{"keyid":"","sig":""}]}',
            57_000,
        ),
        "signatures",
    ),
    Bomb(
        "a million signatures",
        read_envelope,
        repeated(b'{"signatures":[', MEMBER, b"{}]}", 22_000_000),
        "at most 65535",
    ),
    Bomb(
        "a submission of 100,000 levels",
        read_envelope,
        repeated(b'{"x":', b"[", b"", 100_000),
        "at most 65535",
    ),
    Bomb("65,000 levels", read_envelope, repeated(b'{"x":', b"[", b"", RECORD), "not JSON"),
    Bomb(
        "1,000 levels",
        read_envelope,
        lambda: b'{"x":' + b"[" * 1_000 + b"]" * 1_000 + b"}",
        "deeper than 32",
    ),
    Bomb(
        "one member 10,000 times",
        read_envelope,
        repeated(b'{"a":1', b',"a":1', b"}", RECORD),
        "twice",
    ),
    Bomb("a 10 MB submission", _intake, repeated(b"", b"{", b"", MEGABYTES_10), "at most 57000"),
    # records and bodies
    Bomb("a 10 MB record", parse_record, repeated(b"", b"[", b"", MEGABYTES_10), "at most 65535"),
    Bomb("a 10 MB payload", read_payload, repeated(b'"', b"x", b'"', MEGABYTES_10), "at most"),
    Bomb("19,000 evidences", read_payload, body_with(evidence=[1] * 19_000), "evidence"),
    Bomb("12,000 evidences", read_payload, body_with(evidence=[{}] * 12_000), "evidence"),
    Bomb(
        "3,000 facts",
        read_payload,
        body_with(facts={f"f{number}": 1 for number in range(3_000)}),
        "facts",
    ),
    Bomb("3,000 members", read_payload, body_with(**{f"f{n}": 1 for n in range(3_000)}), "unknown"),
    Bomb("a long source", read_payload, body_with(source="x" * 39_000), "source"),
    Bomb("a long number", read_payload, body_with(price="1" * 39_000), "price"),
    # manifests
    Bomb(
        "a manifest of numbers",
        parse_manifest,
        repeated(MANIFEST, b"1,", b"1]}", MEGABYTES_10),
        "files|manifest",
    ),
    Bomb(
        "a manifest of objects",
        parse_manifest,
        repeated(MANIFEST, b"{},", b"{}]}", MEGABYTES_10),
        "files|manifest",
    ),
    Bomb(
        "a manifest of 10 million levels",
        parse_manifest,
        repeated(b"", b"[", b"", MEGABYTES_10),
        "JSON|manifest",
    ),
    Bomb(
        "a 17 MB manifest",
        parse_manifest,
        repeated(b"", b"[", b"", 17 * 1024**2),
        "at most|manifest",
    ),
    # the log
    Bomb("a 10 MB note", parse_note, repeated(b"", b"\n", b"", MEGABYTES_10), "at most 131072"),
    Bomb("a note of 130,000 lines", parse_note, repeated(b"", b"\n", b"", 131_072), "signature"),
    Bomb(
        "a note of a million signatures",
        parse_note,
        repeated(b"a\n\n", LINE, b"", 16_000_000),
        "at most 131072",
    ),
    Bomb("8,000 signatures", parse_note, repeated(b"a\n\n", LINE, b"", 131_072), "at most 32"),
    Bomb(
        "a signature line of 130,000 characters",
        parse_note,
        repeated("a\n\n— a ".encode(), b"A", b"=\n", 131_000),
        "line 3",
    ),
    Bomb(
        "a checkpoint of 10 million lines",
        parse_checkpoint,
        repeated(b"", b"\n", b"", MEGABYTES_10),
        "exactly 3 lines",
    ),
    Bomb(
        "a size of 10 million digits",
        parse_checkpoint,
        repeated(b"a\n", b"1", b"\n" + NODE, MEGABYTES_10),
        "line 2",
    ),
    Bomb(
        "a root of 10 MB",
        parse_checkpoint,
        repeated(b"a\n1\n", b"A", b"\n", MEGABYTES_10),
        "line 3",
    ),
    Bomb("a 10 MB receipt", parse_log_proof, repeated(RECEIPT, NODE, b"\n", MEGABYTES_10), "at"),
    Bomb(
        "a receipt of 3,000 nodes",
        parse_log_proof,
        repeated(RECEIPT, NODE, b"\n" + NODE, 147_000),
        "blank line",
    ),
    Bomb(
        "an index of 100,000 digits",
        parse_log_proof,
        repeated(RECEIPT[:-2], b"1", b"\n\n" + seeds.NOTE, 100_000),
        "line 2",
    ),
    Bomb("a 10 MB tile", parse_tile, repeated(b"", bytes(32), b"", MEGABYTES_10), "1 to 256"),
    Bomb(
        "3 million records",
        parse_entries,
        repeated(b"", b"\x00\x01a", b"", MEGABYTES_10),
        "at most 256",
    ),
    Bomb("a record cut short", parse_entries, lambda: b"\xff\xff" + b"x" * 65_534, "offset 0"),
    Bomb(
        "a path of 10 MB",
        lambda data: parse_tile_path(data.decode()),
        repeated(b"tile/0/", b"x000/", b"000", MEGABYTES_10),
        "not the path",
    ),
    # text
    Bomb(
        "a 10 MB trust file",
        lambda data: parse_trust(data.decode()),
        repeated(b"", b"log a\n", b"", MEGABYTES_10),
        "at most 65536",
    ),
    Bomb(
        "32,000 words",
        lambda data: parse_trust(data.decode()),
        repeated(b"log ", b"a ", b"\n", 65_000),
        "line 1",
    ),
    Bomb(
        "65,000 lines",
        lambda data: parse_trust(data.decode()),
        repeated(b"", b"\n", b"log", 65_000),
        r"line 649\d\d",
    ),
    Bomb(
        "a verifier key of 10 MB",
        lambda data: parse_vkey(data.decode()),
        repeated(b"a+00000000+", b"A", b"", MEGABYTES_10),
        "not a verifier key",
    ),
    Bomb(
        "a public key of 4 MB",
        lambda data: parse_public_key_text(data.decode()),
        repeated(b"ed25519:", b"AAAA", b"", 4_000_000),
        "bytes",
    ),
    # books and settings
    Bomb("an integer of 5,000 digits", _book, repeated(b"a = ", b"1", b"\n", 5_000), "book"),
    Bomb("an integer of a million digits", _book, repeated(b"a = ", b"1", b"\n", 10**6), "book"),
    Bomb("a float of a million digits", _book, repeated(b"a = 1.", b"1", b"\n", 10**6), "book"),
    Bomb("arrays within arrays", _book, repeated(b"a = ", b"[", b"", 100_000), "book"),
    Bomb("tables within tables", _book, repeated(b"a = ", b"{a=", b"", 100_000), "book"),
    Bomb("a key of 10,000 parts", _book, repeated(b"", b"a.", b"a = 1\n", 20_000), "book"),
    Bomb("a key of 8,000 quoted parts", _book, repeated(b"", b'"!".', b"a = 1\n", 40_000), "book"),
    Bomb(
        "a key of 4,000 spaced parts", _book, repeated(b"", b"'a b' . ", b"a = 1\n", 32_000), "book"
    ),
    Bomb("a word of 150,000 letters", _book, repeated(b"", b"a", b"", 150_000), "book"),
    Bomb("a table of 10,000 parts", _book, repeated(b"[", b"a.", b"a]\n", 20_000), "book"),
    Bomb("a book of 100,000 keys", _book, numbered(b"", b"a%d = 1\n", b"", 100_000), "book"),
    Bomb("a 10 MB book", _book, repeated(b"# ", b"x", b"", MEGABYTES_10), "book"),
    Bomb("a book of one long list", _book, repeated(b"a = [", b"1,", b"]", 10**6), "book"),
    Bomb("one key 10,000 times, in TOML", _book, repeated(b"", b"a = 1\n", b"", 60_000), "line 2"),
    Bomb(
        "settings of 5,000 digits", _settings, repeated(b"fund = ", b"1", b"\n", 5_000), "custody"
    ),
    Bomb(
        "settings of 10,000 parts",
        _settings,
        repeated(b"", b"a.", b"a = 1\n", 20_000),
        "custody",
    ),
    # histories
    Bomb("a line of 10 MB", read_history, repeated(HEADER, b"x", b"", MEGABYTES_10), "line 2"),
    Bomb("a cell without end", read_history, repeated(HEADER, b'"', b"x", MEGABYTES_10), "line 2"),
    Bomb("10 million cells", read_history, repeated(HEADER, b",", b"", MEGABYTES_10), "line 2"),
    Bomb("10 million lines", read_history, repeated(HEADER, b"\n", b"", MEGABYTES_10), "line 2"),
    Bomb("a header of 10 MB", read_history, repeated(b"", b"a,", b"", MEGABYTES_10), "line 1"),
    Bomb("65 MB of history", read_history, repeated(HEADER, b"\n", b"", 65 * 1024**2), "allowed"),
    # archives
    Bomb("40 MB deflated", _archive, deflated, "compressed|at most"),
    Bomb("10 MB of zeros", _archive, repeated(b"", b"\0", b"", MEGABYTES_10), "archive"),
    Bomb(
        "a member listed 65,535 times",
        _archive,
        lambda: one_member_many_times(65_535, 65_535),
        "archive|member",
    ),
    Bomb(
        "a member listed 200,000 times",
        _archive,
        lambda: one_member_many_times(200_000, 1),
        "archive|member",
    ),
    Bomb(
        "a directory of 4 GB",
        _archive,
        lambda: struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**32 - 1, 2**32 - 1, 0),
        "archive",
    ),
    Bomb("an audit of 10 MB of zeros", _audit, repeated(b"", b"\0", b"", MEGABYTES_10), "archive"),
    # key files
    Bomb("a 10 MB key file", _key, repeated(pkcs8.PEM_HEAD, b"A", pkcs8.PEM_FOOT, 10**7), "longer"),
    Bomb("a key of 12 million rounds", _key, lambda: pbkdf2(12_000_000), "stretch|cost|rounds"),
    Bomb("a key of 1 GB", _key, lambda: scrypt(2**20, 8, 1), "stretch|cost|memory"),
    Bomb("a key of a million lanes", _key, lambda: scrypt(2, 1, 2**20), "stretch|memory"),
    Bomb("a dear key below a PEM header", _key, headed, "base64"),
    Bomb("a dear key with a decoy in its salt", _key, decoyed, "rounds"),
    Bomb("a key of an older scheme", _key, older, "PBES2"),
    Bomb("a key of 2,000 passes", _key, lambda: scrypt(2**12, 8, 2_000), "stretch|cost"),
)
