"""Records, proposals, keys, mandates: what the naive ledger's story is made of."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Body = dict[str, Any]
Findings = list[tuple[str, str]]
"""Rule or law, and its verdict: `deny`, `needs_approval` or `flag`."""

NOTHING = Fraction(0)
OPEN_ENDED = (
    "acquisition.proposed",
    "disposal.proposed",
    "delivery.proposed",
    "exchange.proposed",
    "transfer.proposed",
)
"""Once effective these stay open until they are settled, fail or are withdrawn."""

SETTLES = {
    "acquisition.settled": "acquisition.proposed",
    "disposal.settled": "disposal.proposed",
    "delivery.settled": "delivery.proposed",
    "exchange.settled": "exchange.proposed",
    "transfer.released": "transfer.proposed",
    "transfer.settled": "transfer.proposed",
    "transfer.failed": "transfer.proposed",
}
FACTS = (
    *SETTLES,
    "opening.recorded",
    "receipt.recorded",
    "cash.recorded",
    "price.observed",
    "observation.recorded",
    "attestation.recorded",
    "fact.recorded",
    "custodian_statement.received",
    "balance.attested",
    "break.raised",
    "break.resolved",
    "report.filed",
)
"""What has happened in the world (docs/spec/events, Natures)."""


@dataclass
class Record:
    """One record: what was signed, by which keys, when it came, and what became of it."""

    position: int
    recorded_at: str
    event_id: str
    body: Body
    keyids: list[str]
    verdict: str
    effects: list[tuple[str, str, Findings]] = field(default_factory=list)


@dataclass
class Key:
    """An enrolled key: whose it is, since when it is good for nothing, since when suspect."""

    officer: str
    public_key: str
    revoked_at: int = 0
    suspect_from: int = 0


@dataclass
class Mandate:
    """An adopted mandate and the books that it names."""

    event_id: str
    position: int
    effective_from: str
    books: list[Body]
    suspended: bool = False


@dataclass(frozen=True)
class Signature:
    """Who signed with which key at which position, holding which offices on that day."""

    officer: str
    keyid: str
    position: int
    offices: frozenset[str]


@dataclass
class Proposal:
    """An event that was not refused when it was recorded, and what has happened to it since."""

    event_id: str
    body: Body
    position: int
    recorded_at: str
    signatures: list[Signature]
    status: str = "pending"
    """`new` (not recorded yet), `pending`, `effective` (and open), then `done`, `lapsed`, `refused`
    or `withdrawn`."""
    facts: list[Proposal] = field(default_factory=list)
    """The settlements, releases, arrivals and failures that took effect, in order."""

    @property
    def kind(self) -> str:
        return str(self.body["kind"]).removesuffix(".v1")

    @property
    def author(self) -> str:
        return str(self.body["author"])

    @property
    def goes_on(self) -> bool:
        """It waits for approvals, or for what it asks to be done."""
        return self.status in ("pending", "effective")

    @property
    def open(self) -> bool:
        """Something may still happen to it; once it is over, only to what is under way (28)."""
        return self.goes_on or bool(self.in_transit)

    # -- units ----------------------------------------------------------------------------------

    def units(self, *kinds: str) -> Fraction:
        """Units (for an exchange: units given) of the facts of these kinds."""
        if not self.facts:
            return NOTHING
        found = [fact.body for fact in self.facts if fact.kind in kinds]
        return sum((Fraction(body.get("units") or body["given"]) for body in found), NOTHING)

    @property
    def settled(self) -> Fraction:
        return self.units(
            "acquisition.settled", "disposal.settled", "delivery.settled", "exchange.settled"
        )

    @property
    def released(self) -> Fraction:
        """Units that left; those that came back do not leave again (25)."""
        return self.units("transfer.released")

    @property
    def ended(self) -> Fraction:
        """Units that arrived or came back."""
        return self.units("transfer.settled", "transfer.failed")

    @property
    def in_transit(self) -> Fraction:
        return self.released - self.ended

    @property
    def left(self) -> Fraction:
        """Units of a transfer that may still leave."""
        return Fraction(self.body["units"]) - self.released if self.goes_on else NOTHING

    def fee_left(self, asset: str) -> Fraction:
        """What may still be paid as network fee in this asset."""
        most = self.body.get("max_fee", {"asset": ""})
        if most["asset"] != asset or not self.goes_on:
            return NOTHING
        fees = [fact.body["fee"] for fact in self.facts if "fee" in fact.body]
        paid = sum((Fraction(fee["units"]) for fee in fees if fee["asset"] == asset), NOTHING)
        return max(Fraction(most["units"]) - paid, NOTHING)

    def reserves(self) -> list[tuple[str, str, Fraction]]:
        """(account, asset, units) held back for it: its units, then the network fee (24)."""
        body = self.body
        if not self.goes_on:
            return []
        if self.kind in ("disposal.proposed", "delivery.proposed"):
            left = Fraction(body["units"]) - self.settled
            return [(body["account"], body["asset"], max(left, NOTHING))]
        if self.kind == "exchange.proposed":
            left = Fraction(body["give"]["units"]) - self.settled
            return [(body["account"], body["give"]["asset"], max(left, NOTHING))]
        if self.kind == "encumbrance.placed":
            return [(body["account"], body["asset"], Fraction(body["units"]))]
        if self.kind == "transfer.proposed":
            return self._transfer_reserves()
        return []

    def _transfer_reserves(self) -> list[tuple[str, str, Fraction]]:
        source = self.body["from_account"]
        held = [(source, self.body["asset"], max(self.left, NOTHING))]
        if "max_fee" in self.body:
            asset = self.body["max_fee"]["asset"]
            held.append((source, asset, self.fee_left(asset)))
        return held


def keyid_of(form: Body) -> str:
    """The key id of a public key: SHA-256 over its algorithm, a zero byte and its raw bytes."""
    raw = base64.b64decode(form["public_key"])
    return hashlib.sha256(form["algorithm"].encode() + b"\x00" + raw).hexdigest()


def add_days(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()
