"""A fund that lives in memory: officers with real keys, a clock, and every record it makes.

It speaks events in, outcomes out, through the very functions that the sequencer and the auditor
use; signatures are real. `act` signs and submits, and returns the answer of admission; `records`
holds the bytes of the log so far.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.drafts import payload_of
from ledger.domain.outcome import Admission, Outcome, Refusal, Rejection
from ledger.domain.record import event_id_of, parse_record, render_record
from ledger.domain.state import State
from ledger.domain.verified import VerifiedEvent, open_event
from ledger.kernel.instants import parse_instant, render_instant
from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import (
    parse_envelope,
    render_envelope,
    sign_payload,
)
from ledger.signing.signer import MemorySigner
from policies.book import shipped_book
from policies.engine import PolicyEngine

FUND = "test/harbour"
START = "2026-01-05T09:00:00.000000Z"
BTC = "bip122:000000000019d6689c085ae165831e93/slip44:0"
BNB = "eip155:56/slip44:714"
DIGEST = hashlib.sha256(b"a document").hexdigest()

OFFICES = {
    "aigerim": "TreasuryOfficer",
    "bolat": "CustodyOfficer",
    "daniyar": "ChiefInvestmentOfficer",
    "gulnara": "Governor",
    "marat": "RiskOfficer",
    "nurlan": "Governor",
    "saule": "Governor",
}
GROUNDS: dict[str, Any] = {"facts": {}, "evidence": []}


def signer_of(name: str) -> MemorySigner:
    """A key that is the same in every run."""
    return MemorySigner.from_seed(hashlib.sha256(name.encode()).digest())


def key_form(signer: MemorySigner) -> dict[str, str]:
    """A public key as bodies carry it."""
    key = signer.public_key
    return {"algorithm": key.algorithm, "public_key": base64.b64encode(key.raw).decode()}


def commitment_of(officer: str) -> str:
    return hashlib.sha256(f"salt:{officer}".encode()).hexdigest()


@dataclass
class FundSimulator:
    """One fund, its officers and its clock."""

    fund: str = FUND
    now: str = START
    engine: Any = field(default_factory=PolicyEngine)
    state: State = field(default_factory=State)
    records: list[bytes] = field(default_factory=list)
    event_ids: list[str] = field(default_factory=list)
    signers: dict[str, MemorySigner] = field(default_factory=dict)
    postings: list[tuple[int, Any]] = field(default_factory=list)
    last: VerifiedEvent | None = None
    _count: int = 0

    def __post_init__(self) -> None:
        for name in OFFICES:
            self.signers.setdefault(name, signer_of(f"{self.fund}:{name}"))
        self.log_signer = signer_of(f"{self.fund}:log")

    @property
    def log_key(self) -> str:
        return render_vkey(VerifierKey(self.fund, self.log_signer.public_key))

    def tick(self, *, days: int = 0, seconds: int = 60) -> None:
        """Let time pass."""
        moment: datetime = parse_instant(self.now) + timedelta(days=days, seconds=seconds)
        self.now = render_instant(moment)

    def members(self, kind: str, author: str, **fields: Any) -> dict[str, Any]:
        """The members of a body, with defaults for those that every body has."""
        self._count += 1
        base: dict[str, Any] = {
            "fund": self.fund,
            "kind": kind if kind.rpartition(".v")[2].isdigit() else f"{kind}.v1",
            "author": author,
            "cosigners": [],
            "reference": f"{author}-{self._count}",
            "value_date": self.now[:10],
            "valid_until": render_instant(parse_instant(self.now) + timedelta(days=30)),
        }
        return {name: value for name, value in {**base, **fields}.items() if value is not None}

    def sign(
        self, members: dict[str, Any], *, keys: dict[str, MemorySigner] | None = None
    ) -> bytes:
        """The envelope's canonical bytes, signed by the author and every cosigner."""
        keys = self.signers | (keys or {})
        signing = [keys[name] for name in (members["author"], *members["cosigners"])]
        return render_envelope(sign_payload(payload_of(members), signing))

    def verify(self, envelope: bytes) -> VerifiedEvent:
        """What intake does: parse, find the keys, check every signature."""
        opened = open_event(parse_envelope(envelope), envelope, self.state.keys)
        return opened.verified(verify_all(opened.checks))

    def submit(self, envelope: bytes) -> Admission | Refusal | Rejection:
        """Admit, record and apply one envelope."""
        self.last = verified = self.verify(envelope)
        advance(self.state, verified, self.now)
        answer = admit(self.state, verified, self.now, self.engine)
        if isinstance(answer, Rejection):
            return answer
        position = self.state.position + 1
        self.records.append(render_record(envelope, answer.outcome.render(), position, self.now))
        self.event_ids.append(verified.event_id)
        made = apply(self.state, verified, answer.outcome, self.engine)
        self.postings.extend((position, posting) for posting in made)
        return answer

    def act(self, kind: str, author: str, **fields: Any) -> Admission | Refusal | Rejection:
        """Sign and submit one event a minute later."""
        self.tick()
        return self.submit(self.sign(self.members(kind, author, **fields)))

    def do(self, kind: str, author: str, **fields: Any) -> str:
        """As `act`, for what must become effective; the event's id."""
        answer = self.act(kind, author, **fields)
        verdict = getattr(answer, "outcome", Outcome("rejected")).verdict
        assert verdict == "effective", (kind, answer)
        return self.event_ids[-1]

    def pend(self, kind: str, author: str, **fields: Any) -> str:
        """As `act`, for what must wait for approvals; the event's id."""
        answer = self.act(kind, author, **fields)
        verdict = getattr(answer, "outcome", Outcome("rejected")).verdict
        assert verdict == "pending", (kind, answer)
        return self.event_ids[-1]

    def approve(self, proposal: str, *officers: str) -> None:
        """Approvals one after the other; each must be admitted."""
        for officer in officers:
            self.do("approval.given", officer, proposal=proposal)

    # -- a life ---------------------------------------------------------------------------------

    def constitution(self, **changes: Any) -> dict[str, Any]:
        """The members of the constitution with six founders."""
        founders = [
            {
                "officer": name,
                "commitment": commitment_of(name),
                "offices": [office],
                "keys": [key_form(self.signers[name])],
            }
            for name, office in OFFICES.items()
        ]
        author, *cosigners = sorted(OFFICES)
        fields = {
            "cosigners": cosigners,
            "protocol": 1,
            "legal_entity": "Harbour Sovereign Fund",
            "jurisdiction": "KZ",
            "functional_currency": "USD",
            "charter": {
                "governance_offices": ["Governor"],
                "quorum": 2,
                "notice_days": 10,
                "max_backdating_days": 30,
                "wider_backdating": {"days": 3650, "until": "2026-12-31"},
                "utc_offset_minutes": 300,
            },
            "founders": founders,
            "log_key": self.log_key,
        }
        return self.members("fund.constituted", author, **{**fields, **changes})

    def constitute(self) -> None:
        answer = self.submit(self.sign(self.constitution()))
        assert isinstance(answer, Admission), answer

    def govern(self, kind: str, **fields: Any) -> str:
        """A charter-governed event, signed by two governors at once."""
        return self.do(kind, "gulnara", cosigners=["nurlan"], **fields)

    def adopt(self, book: dict[str, Any] | None = None, **fields: Any) -> str:
        """Record a book and adopt it from today on."""
        book_id = self.govern("book.recorded", book=book or shipped_book("reference"))
        return self.govern(
            "mandate.adopted",
            mandate="reference",
            version="1",
            books=[book_id],
            effective_from=fields.pop("effective_from", self.now[:10]),
            **fields,
        )

    def register(self) -> None:
        """Assets, two custodians, three accounts with addresses, a counterparty: by the charter."""
        for asset, asset_id, scale in (("BTC", BTC, 8), ("BNB", BNB, 18)):
            self.govern(
                "asset.listed",
                asset=asset,
                asset_id=asset_id,
                name=asset,
                scale=scale,
                instrument_class="coin",
            )
        for custodian in ("first-vault", "second-vault"):
            self.govern(
                "custodian.engaged",
                custodian=custodian,
                legal_name=custodian.title(),
                jurisdiction="KZ",
                licences=[],
                contract=DIGEST,
            )
        for account, custodian in (
            ("cold-1", "first-vault"),
            ("cold-2", "second-vault"),
            ("warm-1", "first-vault"),
        ):
            self.govern(
                "account.opened",
                account=account,
                custodian=custodian,
                title="Harbour Sovereign Fund",
                tier="cold",
                method="qualified_custodian",
                owner_class="own",
            )
            self.govern(
                "address.registered",
                account=account,
                chain="bip122:000000000019d6689c085ae165831e93",
                address=f"bc1q{account.replace('-', '')}",
                evidence=[DIGEST],
            )
        self.govern(
            "counterparty.registered",
            counterparty="exchange-one",
            legal_name="Exchange One",
            jurisdiction="KZ",
        )

    def begin(self) -> FundSimulator:
        """Constituted, registered, under the reference mandate."""
        self.constitute()
        self.register()
        self.adopt()
        return self

    def propose_acquisition(self, units: str = "10", cost: str = "400000", **fields: Any) -> str:
        return self.pend(
            "acquisition.proposed",
            "aigerim",
            **{
                "asset": "BTC",
                "units": units,
                "max_consideration": {"currency": "USD", "amount": cost},
                "counterparty": "exchange-one",
                "account": "cold-1",
                **GROUNDS,
                **fields,
            },
        )

    def settle_acquisition(
        self, proposal: str, units: str = "10", cost: str = "400000", **fields: Any
    ) -> str:
        return self.do(
            "acquisition.settled",
            "bolat",
            **{
                "proposal": proposal,
                "units": units,
                "consideration": {"currency": "USD", "amount": cost},
                "fees": [],
                "trade_date": self.now[:10],
                "final": True,
                **GROUNDS,
                **fields,
            },
        )

    def acquire(self, units: str = "10", cost: str = "400000", **fields: Any) -> str:
        """Propose, approve and settle one acquisition."""
        proposal = self.propose_acquisition(units, cost, **fields)
        self.approve(proposal, "daniyar")
        if proposal in self.state.proposals and not self.state.proposals[proposal].effective:
            self.approve(proposal, "marat")
        settled = {"trade_date": fields["value_date"]} if "value_date" in fields else {}
        dated = {"value_date": fields["value_date"]} if "value_date" in fields else {}
        self.settle_acquisition(proposal, units, cost, **settled, **dated)
        return proposal

    def propose_transfer(self, units: str = "4", **fields: Any) -> str:
        return self.pend(
            "transfer.proposed",
            "aigerim",
            **{
                "asset": "BTC",
                "units": units,
                "from_account": "cold-1",
                "to_account": "cold-2",
                "max_fee": {"asset": "BTC", "units": "0.001"},
                **GROUNDS,
                **fields,
            },
        )


def replayed(records: list[bytes], engine: Any = None) -> State:
    """The state that a log alone gives: every record re-admitted, outcomes compared."""
    engine = engine or PolicyEngine()
    state = State()
    for raw in records:
        record = parse_record(raw)
        envelope = render_envelope(record.envelope)
        opened = open_event(record.envelope, envelope, state.keys)
        verified = opened.verified(verify_all(opened.checks))
        advance(state, verified, record.recorded_at)
        answer = admit(state, verified, record.recorded_at, engine)
        assert not isinstance(answer, Rejection), answer
        outcome = answer.outcome.render()
        assert render_record(envelope, outcome, record.position, record.recorded_at) == raw
        apply(state, verified, record.outcome, engine)
        assert event_id_of(record.envelope.payload) == record.event_id
    return state
