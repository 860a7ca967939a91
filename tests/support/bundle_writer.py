"""A second writer of evidence bundles, beside the product's own, and the hand of a dishonest one.

It writes the format of docs/spec/evidence-bundle.md from bare records with the functions of
`ledger.log`; `Forged` lets a test change any part and sign what an honest log never would.
"""

from __future__ import annotations

import copy
import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ledger.audit import Evidence, Report, Trust
from ledger.audit.bundle import Bundle
from ledger.domain.outcome import Refusal
from ledger.domain.record import parse_record
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.note import NoteSigner, render_vkey
from ledger.log.tiles import entry_bundles_of, tiles_of
from ledger.signing.base64_text import encode_base64
from ledger.signing.possession import prove_possession
from tests.support.fund_simulator import GROUNDS, FundSimulator, key_form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledger.signing.signer import MemorySigner

LONG = 530
PRICE: dict[str, Any] = {
    "asset": "BTC",
    "currency": "USD",
    "price": "40000",
    "source": "Exchange One",
    "market": "spot",
    **GROUNDS,
}
PURCHASE: dict[str, Any] = {
    "asset": "BTC",
    "units": "1",
    "max_consideration": {"currency": "USD", "amount": "40000"},
    "counterparty": "exchange-one",
    "account": "cold-1",
    **GROUNDS,
}


def checkpoint_of(records: Sequence[bytes], *signers: NoteSigner) -> bytes:
    """The signed checkpoint of a log of these records."""
    root = tree_root([leaf_hash(record) for record in records])
    origin = signers[0].verifier_key.name
    return sign_checkpoint(Checkpoint(origin, len(records), root), *signers)


def bundle_files(
    records: Sequence[bytes],
    signer: NoteSigner,
    *,
    earlier: Sequence[int] = (),
    checkpoint: bytes | None = None,
) -> dict[str, bytes]:
    """Every file of a bundle but the manifest."""
    files = dict(tiles_of([leaf_hash(record) for record in records]))
    files |= dict(entry_bundles_of(records))
    files["checkpoint"] = checkpoint or checkpoint_of(records, signer)
    for size in earlier:
        files[f"checkpoints/{size}"] = checkpoint_of(records[:size], signer)
    return files


def manifest_of(files: dict[str, bytes], records: Sequence[bytes], signer: NoteSigner) -> bytes:
    """The manifest of these files."""
    value: dict[str, Any] = {
        "bundle": "sovereign-custody-bundle/1",
        "first_leaf": leaf_hash(records[0]).hex() if records else "0" * 64,
        "files": [
            {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for path, data in sorted(files.items())
            if path != "manifest.json"
        ],
        "fund": signer.verifier_key.name,
        "log_key": render_vkey(signer.verifier_key),
        "size": len(records),
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def write_directory(root: Path, files: dict[str, bytes]) -> Path:
    """The files of a bundle as a directory."""
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def write_archive(place: Path, files: dict[str, bytes]) -> Path:
    """The files of a bundle as one archive, stored, with fixed times."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), data)
    return place


@dataclass
class Forger:
    """Whoever holds the records and the log key: writes bundles, honest ones and others."""

    records: list[bytes]
    signer: NoteSigner
    earlier: tuple[int, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, fund: FundSimulator, **fields: Any) -> Forger:
        """With the log key and a copy of the records of a simulated fund."""
        return cls(list(fund.records), NoteSigner(fund.fund, fund.log_signer), **fields)

    def trust(self) -> Trust:
        """What an auditor of the honest log believes."""
        return Trust(self.signer.verifier_key, leaf_hash(self.records[0]))

    def build(self, **options: Any) -> dict[str, bytes]:
        """Every file of the bundle of these records, with a fitting manifest."""
        options.setdefault("earlier", self.earlier)
        files = bundle_files(self.records, self.signer, **options)
        files["manifest.json"] = manifest_of(files, self.records, self.signer)
        return files

    def relist(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """The same files with a manifest that fits them again."""
        return files | {"manifest.json": manifest_of(files, self.records, self.signer)}

    def forge_outcome(self, position: int, **members: Any) -> None:
        """Write another outcome into a record; a member that is None is left out."""
        value = json.loads(self.records[position - 1])
        outcome = value["outcome"] | members
        value["outcome"] = {name: member for name, member in outcome.items() if member is not None}
        self.records[position - 1] = canonical(value)

    def forge_record(self, position: int, **members: Any) -> None:
        """Write other members into a record (`recorded_at`, `position`)."""
        value = json.loads(self.records[position - 1])
        self.records[position - 1] = canonical(value | members)

    def append(self, envelope: bytes, verdict: str = "effective", **members: Any) -> int:
        """Record an envelope that no honest ledger would, after the last one; its position."""
        last = json.loads(self.records[-1])
        outcome: dict[str, Any] = {"effects": [], "findings": [], "verdict": verdict}
        outcome["mandate"] = last["outcome"].get("mandate")
        outcome |= members
        value = {
            "envelope": json.loads(envelope),
            "outcome": {name: member for name, member in outcome.items() if member is not None},
            "position": len(self.records) + 1,
            "recorded_at": last["recorded_at"],
        }
        self.records.append(canonical(value))
        return len(self.records)


def canonical(value: Any) -> bytes:
    """Canonical bytes by the standard library: enough for what tests write."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class MemorySource:
    """A bundle's files in memory, for audits by the hundred."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.contents = files

    @property
    def files(self) -> dict[str, int]:
        return {path: len(data) for path, data in self.contents.items()}

    def read(self, path: str) -> bytes:
        return self.contents[path]

    def digest(self, path: str) -> str:
        return hashlib.sha256(self.contents[path]).hexdigest()


def audited(files: dict[str, bytes], trust: Trust, **options: Any) -> Report:
    """The report of an audit of files in memory."""
    return Evidence(Bundle(MemorySource(files)), trust).verify(**options)


def told(report: Report) -> list[tuple[str, int | None]]:
    """Codes and positions of a report's findings, notes left out."""
    return [(found.code, found.position) for found in report.findings if found.result != "note"]


@cache
def lived_fund() -> FundSimulator:
    """A fund with a short life of many kinds of events: 34 records. Do not change it."""
    fund = FundSimulator().begin()
    fund.acquire("10", "400000")
    fund.act("price.observed", "aigerim", **PRICE, observed_at=fund.now)
    transfer = fund.propose_transfer("4")
    fund.approve(transfer, "marat")
    fee = {"asset": "BTC", "units": "0.0005"}
    fund.do("transfer.released", "bolat", proposal=transfer, units="4", fee=fee, **GROUNDS)
    fund.do("transfer.settled", "bolat", proposal=transfer, units="4", final=True, **GROUNDS)
    assert isinstance(fund.act("acquisition.proposed", "marat", **PURCHASE), Refusal)
    fund.tick(days=3)
    fund.acquire("5", "150000000")
    withdrawn = fund.propose_acquisition("1", "40000")
    fund.do("proposal.withdrawn", "aigerim", proposal=withdrawn, reason="not wanted any more")
    lapsing = fund.propose_acquisition("2", "80000")
    fund.tick(days=31)
    fund.acquire("1", "41000")
    assert lapsing not in fund.state.proposals
    fund.govern("officer.relieved", officer="bolat", office="CustodyOfficer", reason="left")
    return fund


def enrol(fund: FundSimulator, officer: str, signer: MemorySigner) -> str:
    """Enrol a further key of an officer by two governors; the event's id."""
    proof = encode_base64(prove_possession(signer, fund.fund, officer))
    return fund.govern("key.enrolled", officer=officer, possession=proof, **key_form(signer))


@cache
def long_fund() -> FundSimulator:
    """A fund with three entry bundles, two of them full. Do not change it."""
    fund = FundSimulator().begin()
    fund.acquire("10", "400000")
    while len(fund.records) < LONG:
        fund.do("price.observed", "aigerim", **PRICE, observed_at=fund.now)
    return fund


def copy_of(fund: FundSimulator) -> FundSimulator:
    """A fund that may live on."""
    return copy.deepcopy(fund)


def place_of(records: Sequence[bytes], kind: str, nth: int = 1) -> int:
    """The position of the nth record of a kind."""
    found = [
        position
        for position, raw in enumerate(records, start=1)
        if parse_record(raw).kind == f"{kind}.v1"
    ]
    return found[nth - 1]
