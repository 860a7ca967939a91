"""Valid bytes of every format: where fuzzers and laws of parsers start from."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from ledger.audit import Trust
from ledger.audit.trust import render_trust
from ledger.cli.observations import COLUMNS as OBSERVATION_COLUMNS
from ledger.kernel.canonical import encode
from ledger.log.checkpoint import Checkpoint, render_checkpoint, sign_checkpoint
from ledger.log.log_proof import LogProof, render_log_proof
from ledger.log.merkle import inclusion_proof, leaf_hash, tree_root
from ledger.log.note import NoteSigner, render_vkey
from ledger.log.tiles import entries_path, render_entries, render_tile, tile_path
from ledger.signing.base64_text import encode_base64
from ledger.signing.key_file import render_public_key
from ledger.signing.keys import PublicKey
from ledger.signing.signer import MemorySigner
from policies.book import shipped_book
from tests.support.bundle_writer import Forger, bundle_files
from tests.support.fund_simulator import FundSimulator, signer_of
from tests.support.vector_fund import VECTORS
from tests.support.vector_spellings import SPELLINGS

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "production/alem"
LOG = NoteSigner(ORIGIN, MemorySigner.from_seed(b"\x01" * 32))
NEXT_LOG = NoteSigner(ORIGIN, MemorySigner.from_seed(b"\x02" * 32))
PASSPHRASE = b"canary"
LEAVES = [leaf_hash(b"record %d" % number) for number in range(13)]
HEAD = Checkpoint(ORIGIN, 13, tree_root(LEAVES))
NOTE = sign_checkpoint(HEAD, LOG)


@cache
def records() -> list[bytes]:
    """Records of every sort that the longest prelude has, short ones first."""
    found = (VECTORS / "preludes" / "working.log").read_bytes().splitlines()
    closed = (VECTORS / "preludes" / "closed.log").read_bytes().splitlines()[-1:]
    return sorted([*found, *closed], key=len)


def _vectors(pattern: str) -> list[Any]:
    return [json.loads(path.read_bytes()) for path in sorted(VECTORS.glob(pattern))]


@cache
def payloads() -> list[bytes]:
    """The valid payload of every kind."""
    return [base64.b64decode(json.loads(envelope)["payload"]) for envelope in envelopes()]


@cache
def envelopes() -> list[bytes]:
    """The valid envelope of every kind."""
    return [vector["envelope"].encode() for vector in _vectors("*.v1/valid.json")]


def submissions() -> list[bytes]:
    """Envelopes in other spellings that DSSE allows."""
    found: list[bytes] = []
    for number, data in enumerate(envelopes()):
        members = json.loads(data)
        if number % 2:
            members["payload"] = members["payload"].translate(str.maketrans("+/", "-_"))
            members |= {"other": [None, 1.5, {"keyid": "x"}]}
        found.append(json.dumps(members, indent=number % 3 or None).encode())
    return [*found[:20], *envelopes()[:5]]


def documents() -> list[bytes]:
    """Canonical JSON of every sort of value."""
    small: tuple[Any, ...] = (
        0, -1, 2**53 - 1, True, "", "é\u2028\U0001f600", '\x00\b\t\n\f\r\x1f"\\/\x7f',
        [], {}, [[[]]], {"a": {"b1_": [1, "x", False]}, "aB": -7},
    )  # fmt: skip
    return [*(encode(value) for value in small), *payloads()[:4]]


def notes() -> list[bytes]:
    """Signed notes: by one key, by two, with a line of an unknown key."""
    foreign = f"— example.com/foo {encode_base64(b'name' + b'x' * 64)}\n".encode()
    return [NOTE, sign_checkpoint(HEAD, LOG, NEXT_LOG), NOTE + foreign, b"\n\n" + NOTE]


def checkpoints() -> list[bytes]:
    """Texts of checkpoints, among them that of an empty log and of the largest."""
    return [
        render_checkpoint(head)
        for head in (HEAD, Checkpoint("a", 0, tree_root([])), Checkpoint("é", 2**63 - 1, LEAVES[0]))
    ]


def log_proofs() -> list[bytes]:
    """Receipts, with and without extra data."""
    proof = tuple(inclusion_proof(LEAVES, 9))
    return [
        render_log_proof(receipt)
        for receipt in (LogProof(9, proof, NOTE), LogProof(0, (), NOTE, extra=b"anything"))
    ]


def tiles() -> list[bytes]:
    """Tiles of one, three and 256 hashes."""
    return [render_tile(LEAVES[:1]), render_tile(LEAVES[:3]), render_tile(LEAVES[:1] * 256)]


def entries() -> list[bytes]:
    """Entry bundles, short and full."""
    return [
        render_entries(found)
        for found in ([b"x"], [b"record", b"y" * 300], [b"z"] * 256, records()[:2])
    ]


def tile_paths() -> list[bytes]:
    """Paths of tiles and entry bundles."""
    paths = [tile_path(0, 0), tile_path(1, 1_234_067), tile_path(63, 999, 17)]
    return [path.encode() for path in (*paths, entries_path(5), entries_path(1_000, 255))]


@cache
def small_fund() -> Forger:
    """A log of a few records, to be audited by the thousand."""
    fund = FundSimulator()
    fund.constitute()
    fund.govern("officer.relieved", officer="bolat", office="CustodyOfficer", reason="left")
    return Forger.of(fund)


def archives() -> list[bytes]:
    """Evidence bundles as archives: a whole one, and small ones of a few members."""
    whole = small_fund().build(earlier=(1,))
    few = {"checkpoint": NOTE, "tile/0/000.p/1": LEAVES[0], "manifest.json": b"{}"}
    return [archive_of(whole), archive_of(few), archive_of({"checkpoint": b"x"})]


def archive_of(files: dict[str, bytes]) -> bytes:
    """The files as one archive in the form that is read."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), data)
    return place.getvalue()


def manifests() -> list[bytes]:
    """Manifests of a small bundle and of one without files."""
    forger = small_fund()
    whole = bundle_files(forger.records, forger.signer)
    lonely = json.loads(forger.build()["manifest.json"]) | {"files": []}
    return [forger.relist(whole)["manifest.json"], encode(lonely)]


def books() -> list[bytes]:
    """Books as TOML: those that ship with the product, and that of the vectors."""
    folder = resources.files("policies").joinpath("books")
    shipped = [path.read_bytes() for path in folder.iterdir() if path.name.endswith(".toml")]
    return [(VECTORS / "book.toml").read_bytes(), *sorted(shipped, key=len)]


def book_values() -> list[bytes]:
    """Books as the canonical JSON that is recorded."""
    return [encode(shipped_book("reference"))]


def observation_files() -> list[bytes]:
    """An observation and a price."""
    header = ",".join(OBSERVATION_COLUMNS)
    rows = (
        "2026-01-05,market_cap,BTC,1820000000000,USD,A source,,cap-1",
        '2026-01-05T08:00:00.000000Z,price,BTC,91250.5,USD,"A, source",Spot,price-1',
    )
    return ["\n".join((header, *rows)).encode() + b"\n", header.encode() + b"\n"]


def statement_files() -> list[bytes]:
    """Two stated balances."""
    return [b"account,asset,units,as_of\nvault-1,BTC,10,2026-01-05\nvault-2,BNB,0,2026-01-05\n"]


def accounting_case_files() -> list[bytes]:
    """One case, and one input that must be refused."""
    head = b'{"format":"custody-accounting-cases/1",'
    case = (
        b'"cases":[{"id":"a","kind":"worked","title":"T","amount_unit":"KZT","policy":{},"assets":'
        b'{"BTC":{"scale":8}},"events":[{"seq":1,"date":"2026-01-05","type":"acquire","asset":'
        b'"BTC","quantity":"1","amount":"2"}],"expected":{"journal":[{"event":1,"date":'
        b'"2026-01-05","lines":[{"account":"cash","currency":"KZT","credit":"2"}]}]}}]}'
    )
    rejection = (
        b'"rejections":[{"id":"r","input":{"event":{"type":"acquire","asset":"BTC","quantity":0.1,'
        b'"unit_price":"1"}},"expect":"reject","reason":"quantity_must_be_decimal_string"}]}'
    )
    return [head + case, head + rejection]


def scenario_files() -> list[bytes]:
    """One scenario in each of the two languages."""
    toml = (
        'title = "T"\nsource = "S"\n[[scenarios]]\nid = "A-1"\ntext = "A case"\n'
        'day = "2026-01-05"\nask = { question = "load" }\nexpect = { verdict = "no_finding" }\n'
    )
    json_text = (
        '{"title":"T","source":"S","scenarios":[{"id":"A-1","text":"A case","day":"2026-01-05",'
        '"ask":{"question":"load"},"expect":{"verdict":"no_finding"}}]}'
    )
    return [toml.encode(), json_text.encode()]


def histories() -> list[bytes]:
    """Purchase histories: those that ship, and one row of each kind."""
    folder = resources.files("ledger.cli").joinpath("histories")
    shipped = [
        folder.joinpath(name).read_bytes()
        for name in ("el_salvador_2021_2022.csv", "strategy_2020_2021.csv")
    ]
    head = shipped[0].splitlines(keepends=True)[0]
    rows = (
        b'2026-03-02,acquisition,BTC,1.5,60000,USD,12.25,exchange-one,cold-1,a/1,"one, ""two"""\n',
        b"2026-03-03,disposal,BTC,0.5,20000,USD,,exchange-one,cold-1,a/2,\n",
        b"2026-03-04,receipt,BTC,0.001,,,,,cold-1,a/3,mining in our pool\n",
    )
    return [head + b"".join(rows), head + rows[2], *shipped]


def trusts() -> list[bytes]:
    """Trust files, plain and with comments."""
    plain = render_trust(Trust(LOG.verifier_key, LEAVES[0]))
    return [plain.encode(), render_trust(Trust(LOG.verifier_key)).encode(), _commented(plain)]


def _commented(trust: str) -> bytes:
    return ("# ours\n\n" + trust.replace(" ", "\t ")).replace("none", "none # alone").encode()


def vkeys() -> list[bytes]:
    """Verifier keys."""
    return [render_vkey(LOG.verifier_key).encode(), render_vkey(NEXT_LOG.verifier_key).encode()]


def public_keys() -> list[bytes]:
    """Public parts of key files, of both algorithms."""
    curve = PublicKey("ecdsa-p256", MemorySigner.generate("ecdsa-p256").public_key.raw)
    return [render_public_key(key).encode() for key in (signer_of("amir").public_key, curve)]


def base64_texts() -> list[bytes]:
    """Base64 of every length of padding."""
    return [b"", b"AA==", b"AAA=", b"AAAA", b"+/+/"]


@cache
def key_files() -> list[bytes]:
    """Encrypted keys that cost little to open."""
    key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    sealing = BestAvailableEncryption(PASSPHRASE)
    return [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing)]


def settings() -> list[bytes]:
    """Settings of a workspace."""
    return [b'# ours\nfund = "test/harbour"\nlog_key = "keys/log.key"\n', b"fund='demo/a'"]


def texts() -> list[bytes]:
    """Good and bad spellings of every named form of text."""
    found = {text for good, bad in SPELLINGS.values() for text in (*good, *bad)}
    return sorted(text.encode() for text in found if len(text) <= 100)


def write_private(place: Path, data: bytes) -> Path:
    """A file that only its owner can use."""
    place.touch(mode=0o600)
    place.write_bytes(data)
    return place
