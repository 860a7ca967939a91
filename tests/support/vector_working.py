"""The prelude `working`: a governed fund that has one of everything that a law may ask about."""

from __future__ import annotations

from typing import Any

from tests.support.fund_simulator import BTC, DIGEST, GROUNDS, commitment_of
from tests.support.vector_fund import BNB_OPENED_ON, OPENED_ON, VectorFund, signer


def live(fund: VectorFund) -> VectorFund:
    """A governed fund's life: one of everything that a law may ask about."""
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
    _waiting_today(fund)
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


def _waiting_today(fund: VectorFund) -> None:
    """What waits besides movements: a listing, a pledge, and a fact outside its authorisation."""
    listing = {**_listed_again(), "asset": "DOT", "asset_id": "eip155:1/slip44:2", "name": "Dot"}
    fund.mark(
        "listing_waits", fund.pend("asset.listed", "bolat", **{**listing, "reference": "dot"})
    )
    pledge = fund.pend(
        "encumbrance.placed",
        "aigerim",
        cosigners=["marat"],
        asset="BTC",
        units="1",
        account="cold-1",
        form="lock",
        beneficiary="Harbour Development Bank",
        **GROUNDS,
    )
    fund.mark("pledge_waits", pledge)
    fund.ask("costly", "transfer.proposed", from_account="cold-1", to_account="cold-2", **_MOVED)
    released = fund.pend(
        "transfer.released",
        "bolat",
        proposal=fund.labels["costly"],
        units="0.5",
        fee={"asset": "BTC", "units": "0.002"},
        **GROUNDS,
    )
    fund.mark("exception_waits", released)
    _released_early(fund)


def _released_early(fund: VectorFund) -> None:
    """A transfer that waits, and whose units the exception quorum let leave all the same."""
    fund.ask_only(
        "early", "transfer.proposed", from_account="cold-1", to_account="cold-2", **_MOVED
    )
    fund.do(
        "transfer.released",
        "bolat",
        cosigners=["gulnara", "marat"],
        proposal=fund.labels["early"],
        units="0.5",
        fee={"asset": "BTC", "units": "0.001"},
        **GROUNDS,
    )


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
    _reconciled(fund)


def _reconciled(fund: VectorFund) -> None:
    """An observation, a loan of money, and statements: one agrees, one does not, one is a break."""
    document = {"document": DIGEST, **GROUNDS}
    fund.do(
        "observation.recorded", "bolat", measure="market_capitalisation", subject="ETH", value="1",
        unit="EUR", observed_on="2026-01-11", source="Exchange One", **GROUNDS,
    )  # fmt: skip
    lent = fund.do(
        "cash.recorded", "bolat", direction="out", category="temporary_transfer",
        amount={"currency": "USD", "amount": "2000000"}, **GROUNDS,
    )  # fmt: skip
    fund.mark("lent", lent)
    held = {"agreed": ("empty-1", "LTC", "0"), "differs": ("empty-1", "BTC", "1")}
    for label, (account, asset, units) in {**held, "broken": ("warm-1", "BTC", "1000")}.items():
        stated = fund.do(
            "custodian_statement.received", "bolat", account=account, asset=asset, units=units,
            as_of="2026-01-11", **document,
        )  # fmt: skip
        fund.mark(label, stated)
    found = fund.do("break.raised", "bolat", statement=fund.labels["broken"], **GROUNDS)
    fund.mark("break", found)
