"""A demonstration fund: real keys, a real store, real events, in a workspace of its own.

Everything goes through the same doors as an operator's work: drafts of canonical bytes, envelopes
signed by key files, the sequencer, the log key.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.cli import wiring
from ledger.cli.drafting import members_of
from ledger.cli.workspace import Workspace, make_workspace
from ledger.domain.drafts import payload_of
from ledger.kernel.errors import invariant
from ledger.log.note import VerifierKey, render_vkey
from ledger.service.answer import Receipt
from ledger.service.sequencer import Sequencer
from ledger.signing.dsse import render_envelope, sign_payload
from ledger.signing.key_file import render_public_key, write_key_file
from ledger.signing.signer import MemorySigner
from policies.book import shipped_book

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ledger.store.record_store import RecordStore

OFFICERS = {
    "treasury-1": "TreasuryOfficer",
    "custody-1": "CustodyOfficer",
    "custody-2": "CustodyOfficer",
    "investment-1": "ChiefInvestmentOfficer",
    "risk-1": "RiskOfficer",
    "governor-1": "Governor",
    "governor-2": "Governor",
    "governor-3": "Governor",
}
BTC = "bip122:000000000019d6689c085ae165831e93"
DOCUMENT = hashlib.sha256(b"a document of the demonstration").hexdigest()
GROUNDS: dict[str, Any] = {"facts": {}, "evidence": []}


@dataclass
class DemoFund:
    """One workspace with its officers' signers; `act` signs and submits."""

    workspace: Workspace
    store: RecordStore
    signers: dict[str, MemorySigner]
    log_signer: MemorySigner
    passphrase: bytes
    governors: tuple[str, str] = ("governor-1", "governor-2")
    """Two officers who make a quorum of the charter."""
    sequencer: Sequencer = field(init=False)

    def __post_init__(self) -> None:
        self.sequencer = Sequencer(self.store, wiring.ENGINE, wiring.now)

    def act(self, kind: str, author: str, **fields: Any) -> Receipt:  # noqa: ANN401 - members
        """Sign and submit one event, whatever becomes of it."""
        said = {"author": author, "expires": "2w", **fields}
        state = self.sequencer.live.state
        members = members_of(self.workspace, state, kind, said)
        signing = [self.signers[name] for name in (author, *members["cosigners"])]
        envelope = render_envelope(sign_payload(payload_of(members), signing))
        answer = self.sequencer.submit(envelope)
        invariant(isinstance(answer, Receipt), f"the demonstration's {kind} is recorded: {answer}")
        if not isinstance(answer, Receipt):
            raise TypeError(kind)
        return answer

    def do(self, kind: str, author: str, **fields: Any) -> Receipt:  # noqa: ANN401 - members
        """As `act`, for what must become effective or wait for approval."""
        receipt = self.act(kind, author, **fields)
        invariant(receipt.outcome.verdict != "refused", f"{kind}: {receipt.outcome.findings}")
        return receipt

    def govern(self, kind: str, **fields: Any) -> Receipt:  # noqa: ANN401 - members
        """A charter-governed event with the quorum's signatures in one envelope."""
        author, cosigner = self.governors
        return self.do(kind, author, cosigners=[cosigner], **fields)

    def new_key(self, name: str) -> MemorySigner:
        """A further key file."""
        signer = MemorySigner.generate()
        _write_key(self.workspace.keys / name, signer, self.passphrase)
        return signer


def make_fund(root: Path, fund: str, officers: Iterable[str] = OFFICERS) -> DemoFund:
    """A workspace with key files for every officer and a log key, under one passphrase file."""
    workspace = make_workspace(root, fund)
    passphrase = secrets.token_hex(16).encode()
    path = workspace.keys / "passphrase"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(passphrase + b"\n")
    signers = {name: MemorySigner.generate() for name in officers}
    log_signer = MemorySigner.generate()
    for name, signer in {**signers, "log": log_signer}.items():
        _write_key(workspace.keys / f"{name}.key", signer, passphrase)
    return DemoFund(workspace, wiring.open_store(workspace), signers, log_signer, passphrase)


def _write_key(path: Path, signer: MemorySigner, passphrase: bytes) -> None:
    write_key_file(path, signer, passphrase)
    public = path.with_name(path.name + ".pub")
    public.write_text(render_public_key(signer.public_key) + "\n", encoding="utf-8")


def constitute(demo: DemoFund, *, legal_entity: str, jurisdiction: str, offset: int) -> None:
    """Constitution by all founders; assets, custodians, accounts; the reference mandate."""
    found_fund(
        demo,
        OFFICERS,
        governance=["Governor"],
        legal_entity=legal_entity,
        jurisdiction=jurisdiction,
        charter={
            "wider_backdating": {"days": 36_600, "until": wiring.now()[:4] + "-12-31"},
            "utc_offset_minutes": offset,
        },
    )
    _register(demo, legal_entity)
    book = demo.govern("book.recorded", book=shipped_book("reference"))
    today = demo.sequencer.live.state.local_day(wiring.now())
    demo.govern(
        "mandate.adopted",
        mandate="reference",
        version="1",
        books=[book.event_id],
        effective_from=today,
    )


def found_fund(
    demo: DemoFund,
    officers: Mapping[str, str],
    *,
    governance: list[str],
    legal_entity: str,
    jurisdiction: str,
    charter: dict[str, Any],
) -> Receipt:
    """The constitution, signed by every officer; the first two of the governance offices govern."""
    founders = [
        {
            "officer": name,
            "commitment": hashlib.sha256(secrets.token_bytes(16) + name.encode()).hexdigest(),
            "offices": [office],
            "keys": [wiring.key_members(demo.signers[name].public_key)],
        }
        for name, office in officers.items()
    ]
    first, second, *_ = sorted(name for name, office in officers.items() if office in governance)
    demo.governors = (first, second)
    vkey = VerifierKey(demo.workspace.fund, demo.log_signer.public_key)
    return demo.do(
        "fund.constituted",
        first,
        cosigners=[name for name in officers if name != first],
        protocol=1,
        legal_entity=legal_entity,
        jurisdiction=jurisdiction,
        functional_currency="USD",
        charter={
            "governance_offices": governance,
            "quorum": 2,
            "notice_days": 30,
            "max_backdating_days": 10,
            **charter,
        },
        founders=founders,
        log_key=render_vkey(vkey),
    )


def _register(demo: DemoFund, title: str) -> None:
    demo.govern(
        "asset.listed",
        asset="BTC",
        asset_id=f"{BTC}/slip44:0",
        name="Bitcoin",
        scale=8,
        instrument_class="coin",
    )
    for number, (custodian, name) in enumerate(
        (("first-custodian", "First Custodian"), ("second-custodian", "Second Custodian")), 1
    ):
        demo.govern(
            "custodian.engaged",
            custodian=custodian,
            legal_name=name,
            jurisdiction="CH",
            licences=[],
            contract=DOCUMENT,
        )
        demo.govern(
            "account.opened",
            account=f"vault-{number}",
            custodian=custodian,
            title=title,
            tier="cold",
            method="qualified_custodian",
            owner_class="own",
        )
        demo.govern(
            "address.registered",
            account=f"vault-{number}",
            chain=BTC,
            address=f"bc1qdemonstration{number}",
            evidence=[DOCUMENT],
        )
    demo.govern(
        "counterparty.registered",
        counterparty="open-market",
        legal_name="Purchases on the open market (not named by the sources)",
        jurisdiction="US",
    )
