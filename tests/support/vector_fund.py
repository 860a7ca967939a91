"""The fund whose life the vectors tell: its book, its keys of published seeds, its labels."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.signing.keys import PublicKey
from ledger.signing.possession import prove_possession
from policies.book import load_book
from tests.support.fund_simulator import DIGEST, GROUNDS, FundSimulator, key_form, signer_of

VECTORS = Path(__file__).parents[1] / "vectors"
CHAIN = "bip122:000000000019d6689c085ae165831e93"
OPENED_ON = "2026-01-05"
"""The day from which the fund holds BTC."""
BNB_OPENED_ON = "2026-01-12"
"""The day from which the fund holds BNB, and the last day of the prelude `working`."""


def book() -> dict[str, Any]:
    """The book of the vectors' fund."""
    path = VECTORS / "book.toml"
    return load_book(path.read_bytes(), where=path.name)


class WeakSigner:
    """The identity element of edwards25519, and the signature by it that lax verifiers take."""

    public_key = PublicKey("ed25519", b"\x01" + bytes(31))

    def sign(self, _message: bytes) -> bytes:
        """R is the identity and S is zero: S·B = R + h·A holds for every message."""
        return b"\x01" + bytes(63)


def signer(name: str) -> Any:
    """The signer of an officer (`aigerim`) or of an officer's further key (`saule-2`)."""
    if name == "weak":
        return WeakSigner()
    return signer_of(f"test/harbour:{name}")


@dataclass
class VectorFund(FundSimulator):
    """A fund whose events have labels."""

    labels: dict[str, str] = field(default_factory=dict)

    def mark(self, label: str, event_id: str) -> str:
        self.labels[label] = event_id
        return event_id

    def enrol(self, officer: str, name: str) -> None:
        """A further key of an officer, with proof of possession."""
        key = signer(name)
        proof = prove_possession(key, self.fund, officer)
        self.govern(
            "key.enrolled",
            officer=officer,
            possession=base64.b64encode(proof).decode(),
            **key_form(key),
        )

    def list_asset(self, asset: str, asset_id: str, scale: int) -> None:
        self.govern(
            "asset.listed",
            asset=asset,
            asset_id=asset_id,
            name=asset,
            scale=scale,
            instrument_class="coin",
        )

    def engage(self, custodian: str) -> None:
        self.govern(
            "custodian.engaged",
            custodian=custodian,
            legal_name=custodian.title(),
            jurisdiction="KZ",
            licences=[],
            contract=DIGEST,
        )

    def open_account(self, account: str, custodian: str) -> None:
        self.govern(
            "account.opened",
            account=account,
            custodian=custodian,
            title="Harbour Sovereign Fund",
            tier="cold",
            method="qualified_custodian",
            owner_class="own",
        )

    def register_address(self, account: str, address: str) -> None:
        self.govern(
            "address.registered", account=account, chain=CHAIN, address=address, evidence=[DIGEST]
        )

    def take_on(self, asset: str, units: str, account: str, day: str) -> str:
        """Units held before the ledger began."""
        return self.do(
            "opening.recorded",
            "bolat",
            cosigners=["daniyar"],
            asset=asset,
            units=units,
            account=account,
            cost={"currency": "USD", "amount": "100000"},
            acquired_on="2025-06-01",
            value_date=day,
            **GROUNDS,
        )

    def ask(self, label: str, kind: str, **fields: Any) -> str:
        """A proposal of a movement on the first day, with its approval: effective and open."""
        return self.mark(
            label, self.do(kind, "aigerim", cosigners=["daniyar"], **self._asked(fields))
        )

    def ask_only(self, label: str, kind: str, **fields: Any) -> str:
        """A proposal of a movement on the first day that waits for its approval."""
        return self.mark(label, self.pend(kind, "aigerim", **self._asked(fields)))

    def _asked(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"value_date": OPENED_ON, **GROUNDS, **fields}
