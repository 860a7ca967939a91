"""The logs after which the vectors' envelopes are submitted: short lives of one fund.

Each is the same in every run: keys come from published seeds, times from a fixed start. `working`
holds one of everything that a law may ask about; its events have labels, and a case names them as
`@label`.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ledger.kernel.instants import parse_instant, render_instant
from ledger.signing.possession import prove_possession
from policies.book import load_book
from tests.support.fund_simulator import (
    BNB,
    BTC,
    DIGEST,
    GROUNDS,
    FundSimulator,
    commitment_of,
    key_form,
    signer_of,
)

VECTORS = Path(__file__).parents[1] / "vectors"
CHAIN = "bip122:000000000019d6689c085ae165831e93"
OPENED_ON = "2026-01-05"
"""The day from which the fund holds BTC."""
BNB_OPENED_ON = "2026-01-12"
"""The day from which the fund holds BNB, and the last day of the prelude `working`."""
KEYS_OF_NURLAN = 8
"""As many as one officer may have (`key_limit`)."""


def book() -> dict[str, Any]:
    """The book of the vectors' fund."""
    path = VECTORS / "book.toml"
    return load_book(path.read_bytes(), where=path.name)


def signer(name: str) -> Any:
    """The signer of an officer (`aigerim`) or of an officer's further key (`saule-2`)."""
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

    def take_on(self, asset: str, units: str, account: str, day: str) -> None:
        """Units held before the ledger began."""
        self.do(
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


def _constituted() -> VectorFund:
    fund = VectorFund()
    fund.constitute()
    return fund


def _keyring() -> VectorFund:
    fund = _constituted()
    for number in range(2, KEYS_OF_NURLAN + 1):
        fund.enrol("nurlan", f"nurlan-{number}")
    return fund


def _registered() -> VectorFund:
    """Constituted, with its registry and two recorded books, and without a mandate."""
    fund = _constituted()
    fund.list_asset("BTC", BTC, 8)
    fund.list_asset("BNB", BNB, 18)
    for custodian in ("first-vault", "second-vault"):
        fund.engage(custodian)
    for account, custodian in (
        ("cold-1", "first-vault"),
        ("cold-2", "second-vault"),
        ("warm-1", "first-vault"),
    ):
        fund.open_account(account, custodian)
    fund.register_address("cold-2", "bc1qcold2")
    fund.register_address("warm-1", "bc1qwarm1")
    fund.govern(
        "counterparty.registered",
        counterparty="exchange-one",
        legal_name="Exchange One",
        jurisdiction="KZ",
    )
    fund.mark("book", fund.govern("book.recorded", book=book()))
    bill = {**book(), "book": "vectors-bill", "status": "bill", "rules": book()["rules"][:1]}
    fund.mark("bill", fund.govern("book.recorded", book=bill))
    return fund


def _governed() -> VectorFund:
    """Registered, under the mandate."""
    fund = _registered()
    mandate = fund.govern(
        "mandate.adopted",
        mandate="vectors",
        version="1",
        books=[fund.labels["book"]],
        effective_from=OPENED_ON,
    )
    fund.mark("mandate", mandate)
    return fund


def _sparse() -> VectorFund:
    """Registered, under a mandate that says only who may propose."""
    fund = _registered()
    fund.govern(
        "mandate.adopted",
        mandate="sparse",
        version="1",
        books=[fund.labels["bill"]],
        effective_from=OPENED_ON,
        override="To show what a mandate does that says little",
    )
    asked = {
        "asset": "BTC",
        "units": "1",
        "account": "cold-1",
        "max_consideration": {"currency": "USD", "amount": "40000"},
        "counterparty": "exchange-one",
    }
    fund.ask("acquisition", "acquisition.proposed", **asked)
    return fund


def _suspended() -> VectorFund:
    fund = _governed()
    fund.govern("mandate.suspended", mandate=fund.labels["mandate"], reason="A review of the law")
    return fund


def _closing() -> VectorFund:
    """Governed; the close of December 2025 waits for its approvals."""
    fund = _governed()
    fund.mark("close", fund.pend("period.closed", "aigerim", **_december()))
    return fund


def _closed() -> VectorFund:
    """Governed; December 2025 is closed."""
    fund = _governed()
    fund.do("period.closed", "aigerim", cosigners=["daniyar", "marat"], **_december())
    return fund


def _december() -> dict[str, Any]:
    return {
        "period": "2025-12",
        "starts_on": "2025-12-01",
        "ends_on": "2025-12-31",
        "statements": [DIGEST],
    }


def _working() -> VectorFund:
    """Governed, with one of everything that a law may ask about."""
    fund = _governed()
    _people(fund)
    _registry(fund)
    fund.take_on("BTC", "50", "cold-1", OPENED_ON)
    fund.take_on("BTC", "5", "ice-1", OPENED_ON)
    for account, mark in (("cold-1", ""), ("ice-1", "_ice")):
        _proposals(fund, account, mark)
    _moving(fund, "moving", "cold-1", "cold-2")
    _moving(fund, "moving_ice", "cold-1", "ice-1")
    _moving(fund, "returning_ice", "ice-1", "warm-1")
    _waiting(fund)
    _suspect(fund)
    fund.tick(days=7)
    fund.take_on("BNB", "40", "cold-1", BNB_OPENED_ON)
    _stated(fund)
    fund.govern("account.frozen", account="ice-1", reason="A dispute about the keys")
    fund.act("asset.listed", "bolat", cosigners=["daniyar"], **_listed_again())
    return fund


def _listed_again() -> dict[str, Any]:
    return {
        "asset": "BTC",
        "asset_id": BTC,
        "name": "Bitcoin again",
        "scale": 8,
        "instrument_class": "coin",
        "reference": "refused-once",
    }


def _people(fund: VectorFund) -> None:
    """A second key of saule, a revoked one of bolat, and an officer who left."""
    fund.enrol("saule", "saule-2")
    fund.enrol("bolat", "bolat-2")
    fund.do("key.revoked", "bolat", key=signer("bolat-2").public_key.keyid, reason="Worn out")
    fund.govern(
        "officer.appointed",
        officer="timur",
        commitment=commitment_of("timur"),
        office="TreasuryOfficer",
        starts_on=OPENED_ON,
    )
    fund.enrol("timur", "timur")
    fund.signers["timur"] = signer("timur")
    fund.govern(
        "officer.relieved", officer="timur", office="TreasuryOfficer", reason="Left the fund"
    )


def _registry(fund: VectorFund) -> None:
    """What is retired, closed, terminated or empty."""
    fund.list_asset("OLD", "eip155:1/slip44:1", 8)
    fund.govern("asset.delisted", asset="OLD", reason="No market is left")
    fund.list_asset("LTC", "bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2", 8)
    for custodian in ("third-vault", "fourth-vault"):
        fund.engage(custodian)
    fund.govern("custodian.terminated", custodian="fourth-vault", reason="Licence withdrawn")
    for account in ("ice-1", "old-1", "empty-1"):
        fund.open_account(account, "second-vault")
    fund.register_address("ice-1", "bc1qice1")
    fund.govern("account.closed", account="old-1", reason="Not needed")


def _proposals(fund: VectorFund, account: str, mark: str) -> None:
    """One effective proposal of each movement out of (or into) an account."""
    common: dict[str, Any] = {"asset": "BTC", "units": "1", "account": account}
    usd = {"currency": "USD", "amount": "40000"}
    fund.ask(
        f"acquisition{mark}",
        "acquisition.proposed",
        max_consideration=usd,
        counterparty="exchange-one",
        **common,
    )
    fund.ask(
        f"disposal{mark}",
        "disposal.proposed",
        min_proceeds=usd,
        counterparty="exchange-one",
        **common,
    )
    fund.ask(f"delivery{mark}", "delivery.proposed", recipient="exchange-one", **common)
    fund.ask(
        f"exchange{mark}",
        "exchange.proposed",
        give={"asset": "BTC", "units": "1"},
        receive_min={"asset": "BNB", "units": "20"},
        account=account,
        receive_account=account,
        counterparty="exchange-one",
    )
    fund.ask(
        f"transfer{mark}",
        "transfer.proposed",
        from_account=account,
        to_account="warm-1",
        **_MOVED,
    )


_MOVED: dict[str, Any] = {
    "asset": "BTC",
    "units": "0.5",
    "max_fee": {"asset": "BTC", "units": "0.001"},
}


def _moving(fund: VectorFund, label: str, source: str, target: str) -> None:
    """A transfer whose units are under way."""
    fund.ask(label, "transfer.proposed", from_account=source, to_account=target, **_MOVED)
    fund.do(
        "transfer.released",
        "bolat",
        proposal=fund.labels[label],
        units="0.5",
        fee={"asset": "BTC", "units": "0.001"},
        value_date=OPENED_ON,
        **GROUNDS,
    )


def _suspect(fund: VectorFund) -> None:
    """A proposal that waits; the key of its author is reported stolen afterwards."""
    fund.enrol("aigerim", "aigerim-2")
    members = fund.members(
        "acquisition.proposed",
        "aigerim",
        asset="BTC",
        units="1",
        account="cold-1",
        max_consideration={"currency": "USD", "amount": "40000"},
        counterparty="exchange-one",
        **GROUNDS,
    )
    fund.tick()
    fund.submit(fund.sign(members, keys={"aigerim": signer("aigerim-2")}))
    fund.mark("suspect", fund.event_ids[-1])
    keyid = signer("aigerim-2").public_key.keyid
    fund.do("key.revoked", "aigerim", key=keyid, reason="Stolen", compromised_since=1)


def _waiting(fund: VectorFund) -> None:
    """Proposals that wait: one of each movement, one that needs two, one that will be denied."""
    usd = {"currency": "USD", "amount": "40000"}
    common: dict[str, Any] = {"asset": "BTC", "units": "1", "account": "cold-1"}
    buys: dict[str, Any] = {"max_consideration": usd, "counterparty": "exchange-one"}
    fund.ask_only("acquisition_waits", "acquisition.proposed", **buys, **common)
    fund.ask_only(
        "disposal_waits",
        "disposal.proposed",
        min_proceeds=usd,
        counterparty="exchange-one",
        **common,
    )
    fund.ask_only("delivery_waits", "delivery.proposed", recipient="exchange-one", **common)
    fund.ask_only(
        "exchange_waits",
        "exchange.proposed",
        give={"asset": "BTC", "units": "1"},
        receive_min={"asset": "BNB", "units": "20"},
        account="cold-1",
        receive_account="cold-1",
        counterparty="exchange-one",
    )
    fund.ask_only(
        "transfer_waits",
        "transfer.proposed",
        asset="BTC",
        units="0.5",
        from_account="cold-1",
        to_account="cold-2",
    )
    fund.ask_only("denied_later", "acquisition.proposed", **buys, **{**common, "account": "ice-1"})
    large = {**buys, "max_consideration": {"currency": "USD", "amount": "900000"}}
    half = fund.ask_only("half_approved", "acquisition.proposed", **large, **common)
    fund.approve(half, "daniyar")
    fund.ask_only("unapproved", "acquisition.proposed", **large, **common)


def _stated(fund: VectorFund) -> None:
    """A price, and units that are pledged."""
    price = fund.do(
        "price.observed",
        "bolat",
        asset="BTC",
        currency="USD",
        price="91250.5",
        observed_at="2026-01-12T08:00:00.000000Z",
        source="Exchange One",
        market="Exchange One BTC/USD",
        **GROUNDS,
    )
    fund.mark("price", price)
    pledge = fund.do(
        "encumbrance.placed",
        "aigerim",
        cosigners=["daniyar", "marat"],
        asset="BTC",
        units="2",
        account="cold-1",
        form="pledge",
        beneficiary="Harbour Development Bank",
        **GROUNDS,
    )
    fund.mark("pledge", pledge)


_LIVES = {
    "empty": VectorFund,
    "constituted": _constituted,
    "keyring": _keyring,
    "registered": _registered,
    "governed": _governed,
    "sparse": _sparse,
    "suspended": _suspended,
    "closing": _closing,
    "closed": _closed,
    "working": _working,
}
PRELUDES = tuple(_LIVES)


@cache
def prelude(name: str) -> VectorFund:
    """The fund after a prelude; shared, so nobody may submit to it."""
    return _LIVES[name]()


def moment(name: str, days: int = 0) -> str:
    """When a vector is submitted: a minute after its prelude's last record, or days later."""
    later = timedelta(days=days) if days else timedelta(minutes=1)
    return render_instant(parse_instant(prelude(name).now) + later)


def seeds() -> dict[str, dict[str, str]]:
    """Every officer's keys with their seeds: published, so that anybody can sign more vectors."""
    names = [*VectorFund().signers, "timur", "saule-2", "bolat-2", "aigerim-2", "log"]
    names += [f"nurlan-{number}" for number in range(2, KEYS_OF_NURLAN + 1)]
    return {
        name: {
            "seed": hashlib.sha256(f"test/harbour:{name}".encode()).hexdigest(),
            "keyid": signer(name).public_key.keyid,
            "public_key": key_form(signer(name))["public_key"],
        }
        for name in sorted(names)
    }
