"""What the mandate's rules are told of each kind of event: the whole action, member by member.

One fund does a little of everything. The engine notes every action that it is asked about; whatever
a row does not name must have its default, so nothing is told that is not written here.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from ledger.domain.policy import AccountFacts, Action, AssetFacts, Authorised, PartyFacts
from ledger.kernel.money import Money
from policies.engine import PolicyEngine
from tests.support.books import quorum
from tests.support.fund_simulator import BNB, BTC, DIGEST
from tests.support.small_fund import SmallFund, verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.domain.policy import Judgement, Known
    from policies.book import Book


class Listening(PolicyEngine):
    """The engine, and every action that it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Action] = []

    @override
    def judge(self, books: Sequence[Book], action: Action, known: Known) -> Judgement:
        self.asked.append(action)
        return super().judge(books, action, known)


GROUNDS: dict[str, Any] = {
    "purpose": "rebalance",
    "reason": "drift",
    "facts": {"audited": True},
    "evidence": [DIGEST],
}
TOLD_OF_GROUNDS = GROUNDS | {"evidence": (DIGEST,)}
BITCOIN = AssetFacts("BTC", BTC, "coin", 8, retired=False)
BNB_COIN = AssetFacts("BNB", BNB, "coin", 18, retired=False)
UNIT, BNB_UNIT = 10**8, 10**18


def account(name: str, custodian: str = "first-vault") -> AccountFacts:
    return AccountFacts(
        name, custodian, "qualified_custodian", "cold", "own", "KZ", "Harbour Sovereign Fund",
        addresses=1,
    )  # fmt: skip


def undated(told: object) -> object:
    """An account without the position of its last address, which is the fund's own affair."""
    if isinstance(told, AccountFacts):
        assert bool(told.addresses) == bool(told.addressed_at)
        return replace(told, addressed_at=0)
    return told


COLD_1, COLD_2 = account("cold-1"), account("cold-2", "second-vault")
INTO_COLD_1: dict[str, Any] = {"destination": COLD_1, "destination_registered": True}
INTO_COLD_2: dict[str, Any] = {"destination": COLD_2, "destination_registered": True}


def dollars(amount: str) -> Money:
    return Money.parse("USD", amount)


def duties(**tasks: str) -> dict[str, frozenset[str]]:
    """Officers by task, as `proposer="aigerim bolat"`."""
    return {task: frozenset(names.split()) for task, names in tasks.items()}


def alone(officer: str) -> dict[str, Any]:
    """The author proposes, and nobody approved."""
    return {"duties": duties(proposer=officer, approver="")}


class Listened:
    """A fund whose acts are compared with what its rules were told."""

    def __init__(self) -> None:
        self.engine = Listening()
        self.fund = SmallFund(engine=self.engine).under(
            quorum(1, "purchase", "sale", "transfer_out", "exchange", "custody_transfer")
        )
        self.heard: set[str] = set()

    def does(self, kind: str, author: str, members: dict[str, Any], **told: Any) -> str:
        """The event's id, once the last action that was asked about is as told."""
        self.engine.asked.clear()
        signing = {"cosigners": ["nurlan"]} if author == "gulnara" else {}
        answer = self.fund.act(kind, author, **signing, **members)
        assert verdict_of(answer) in {"effective", "pending"}, answer
        self.check(kind, author, **told)
        return self.fund.event_ids[-1]

    def check(self, kind: str, author: str, **told: Any) -> None:
        """The last action that was asked about."""
        self.heard.add(kind)
        action = self.engine.asked[-1]
        head = (action.kind, action.author, action.value_date)
        assert head == (f"{kind}.v1", author, self.fund.today)
        assert action.offices == {OFFICE[author]}
        found = {
            member.name: undated(getattr(action, member.name))
            for member in fields(action)
            if member.name not in {"kind", "author", "offices", "value_date"}
        }
        defaults = {
            member.name: member.default if member.default is not MISSING else {}
            for member in fields(action)
            if member.name in found
        }
        assert found == defaults | told

    def approves(self, proposal: str, kind: str, **told: Any) -> None:
        """An approval lets the rules be asked again: the proposal's own amounts count by now."""
        self.engine.asked.clear()
        assert verdict_of(self.fund.act("approval.given", "daniyar", proposal=proposal)) == (
            "effective"
        )
        self.check(kind, "aigerim", counted=True, **told)


OFFICE = {"aigerim": "TreasuryOfficer", "bolat": "CustodyOfficer", "gulnara": "Governor"}
BY_ALL = {"proposer": "aigerim", "approver": "daniyar"}
UNDONE = {"releaser": "", "settler": ""}


@pytest.fixture
def told() -> Listened:
    """A fund with ten BTC and a thousand BNB."""
    listened = Listened()
    for asset, units, place in (("BTC", "10", "cold-1"), ("BNB", "1000", "cold-2")):
        listened.fund.open_units(units, place, asset=asset)
    return listened


# -- the registry ---------------------------------------------------------------------------------


ETHER = AssetFacts("ETH", "eip155:1/slip44:60", "coin", 18, retired=False)
WARM = AccountFacts(
    "warm-2", "first-vault", "qualified_custodian", "warm", "own", "KZ", "Harbour Fund"
)


def registration(*triggers: str, **known: Any) -> dict[str, Any]:
    return {"triggers": (*triggers, "any_registration"), **known}


def test_registrations(told: Listened) -> None:
    fund = told.fund
    ether = {"asset": "ETH", "asset_id": "eip155:1/slip44:60", "name": "Ether", "scale": 18}
    told.does(
        "asset.listed", "gulnara", {**ether, "instrument_class": "coin"},
        **registration("register_instrument", asset=ETHER),
    )  # fmt: skip
    told.does(
        "asset.delisted", "gulnara", {"asset": "BNB", "reason": "It ends"},
        **registration("retire_instrument", asset=BNB_COIN),
    )  # fmt: skip
    legal = {"legal_name": "One", "jurisdiction": "KZ"}
    told.does(
        "custodian.engaged", "gulnara",
        {"custodian": "third-vault", "licences": [], "contract": DIGEST, **legal},
        **registration(
            "register_custodian", "register_counterparty",
            party=PartyFacts("third-vault", "One", "KZ", contract=True),
        ),
    )  # fmt: skip
    told.does(
        "custodian.terminated", "gulnara", {"custodian": "third-vault", "reason": "It ends"},
        **registration("end_custodian"),
    )  # fmt: skip
    told.does(
        "counterparty.registered", "gulnara", {"counterparty": "desk-two", **legal},
        **registration(
            "register_counterparty", counterparty="desk-two",
            party=PartyFacts("desk-two", "One", "KZ"),
        ),
    )  # fmt: skip
    opened = {"account": "warm-2", "custodian": "first-vault", "title": "Harbour Fund"}
    told.does(
        "account.opened", "gulnara",
        {**opened, "tier": "warm", "method": "qualified_custodian", "owner_class": "own"},
        **registration("open_custody_account", account=WARM),
    )  # fmt: skip
    address = {"account": "warm-2", "chain": "eip155:56", "address": "0x1", "evidence": [DIGEST]}
    told.does(
        "address.registered", "gulnara", address, **registration("register_address", account=WARM)
    )
    for kind, author in (("account.frozen", "aigerim"), ("account.closed", "gulnara")):
        told.does(
            kind, author, {"account": "warm-2", "reason": "A doubt"},
            **registration("change_custody_account", account=replace(WARM, addresses=1)),
        )  # fmt: skip
        told.engine.asked.clear()
        if kind == "account.frozen":
            fund.govern("account.unfrozen", account="warm-2", reason="It ends")
            fund.do("account.frozen", "saule", account="warm-2", reason="A doubt")
            fund.govern("account.unfrozen", account="warm-2", reason="It ends")
        assert told.engine.asked == [], "the charter thaws, and a governor alone may freeze"
    assert fund.state.accounts["warm-2"].closed_at


# -- what is stated and recorded ------------------------------------------------------------------


def fact(*triggers: str, author: str = "aigerim", **known: Any) -> dict[str, Any]:
    return {"triggers": (*triggers, "any_fact"), **TOLD_OF_GROUNDS, **alone(author), **known}


@pytest.mark.parametrize(
    ("direction", "triggers"), [("in", ["cash_in"]), ("out", ["cash_out", "expense"])]
)
@pytest.mark.parametrize("counterparty", ["exchange-one", None])
def test_cash(
    told: Listened, direction: str, triggers: list[str], counterparty: str | None
) -> None:
    told.does(
        "cash.recorded", "aigerim",
        {
            "direction": direction, "amount": {"currency": "USD", "amount": "12.5"},
            "category": "other", "counterparty": counterparty, **GROUNDS,
        },
        **fact(
            *triggers, consideration=dollars("12.5"), counterparty=counterparty or "",
            source="other" if direction == "in" else "",
        ),
    )  # fmt: skip


def test_an_opening(told: Listened) -> None:
    told.does(
        "opening.recorded", "aigerim", told.fund.opening("2", **GROUNDS),
        **fact("opening", "receive_at_address", asset=BITCOIN, units=2 * UNIT, **INTO_COLD_1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "trigger"),
    [
        ("mining", ["mining_receipt"]),
        ("airdrop", ["airdrop"]),
        ("fork", ["fork"]),
        ("donation", ["donation"]),
        ("tax_receipt", ["tax_receipt"]),
        ("interest", []),
    ],
)
def test_receipts(told: Listened, source: str, trigger: list[str]) -> None:
    told.does(
        "receipt.recorded", "bolat",
        {"asset": "BNB", "units": "3", "account": "cold-2", "source": source, **GROUNDS},
        **fact(
            "deposit", "inflow", "receive_at_address", *trigger,
            author="bolat", asset=BNB_COIN, units=3 * BNB_UNIT, source=source, **INTO_COLD_2,
        ),
    )  # fmt: skip


def test_observations(told: Listened) -> None:
    fund = told.fund
    price = {"asset": "BTC", "currency": "USD", "price": "40000", "source": "S", "market": "M"}
    seen = told.does(
        "price.observed", "aigerim", {"observed_at": fund.now, **price, **GROUNDS},
        **fact("price", asset=BITCOIN),
    )  # fmt: skip
    value = {"asset": "BTC", "currency": "USD", "fair_value": "40000", "level": "1"}
    told.does(
        "valuation.adopted", "aigerim", {"method": "Last", "prices": [seen], **value, **GROUNDS},
        **fact("valuation", asset=BITCOIN) | {"triggers": ("valuation", "any_instruction")},
    )  # fmt: skip
    measure = {"measure": "market_cap", "subject": "BTC", "value": "1", "unit": "USD"}
    told.does(
        "observation.recorded", "aigerim",
        {"observed_on": fund.today, "source": "S", **measure, **GROUNDS},
        **fact("observation"),
    )  # fmt: skip
    attested = {"item": "reserves", "subject": "fund", "attester": "A", "document": DIGEST}
    told.does(
        "attestation.recorded", "aigerim", {"expires_on": fund.day(9), **attested, **GROUNDS},
        **fact("attestation"),
    )  # fmt: skip
    told.does(
        "fact.recorded", "aigerim",
        {"fact": "audited", "subject": "fund", "value": True, **GROUNDS},
        **fact("fact"),
    )  # fmt: skip


def test_the_close_of_a_period(told: Listened) -> None:
    told.fund.tick(days=2)
    told.does(
        "period.closed", "aigerim", told.fund.close("2026-01-05"),
        triggers=("period_close", "any_instruction"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "trigger"), [("stake", "stake"), ("loan", "lend"), ("lock", "pledge")]
)
def test_encumbrances(told: Listened, form: str, trigger: str) -> None:
    known = {"asset": BITCOIN, "account": COLD_1, **TOLD_OF_GROUNDS, **alone("aigerim")}
    body = {"asset": "BTC", "units": "3", "account": "cold-1", "form": form, "beneficiary": "B"}
    placed = told.does(
        "encumbrance.placed", "aigerim", {**body, **GROUNDS},
        triggers=(trigger, "any_instruction"), units=3 * UNIT, **known,
    )  # fmt: skip
    told.does(
        "encumbrance.released", "aigerim", {"encumbrance": placed, "units": "2", **GROUNDS},
        triggers=("release_encumbrance", "any_instruction"), units=2 * UNIT, **known,
    )  # fmt: skip


def counting(fund: SmallFund, **amounts: int) -> dict[str, Any]:
    """What flows count of a proposal: money in USD, units in BTC."""
    units = {True: "USD", False: "BTC"}
    flows = {(name, units[name.endswith("cost")]): amount for name, amount in amounts.items()}
    return {"counted_on": fund.today, "counted": flows}


# -- what is proposed, approved and settled -------------------------------------------------------


def test_an_acquisition(told: Listened) -> None:
    fund = told.fund
    known: dict[str, Any] = {
        "triggers": ("purchase", "receive_at_address", "any_instruction"),
        "asset": BITCOIN, "units": 10 * UNIT,
        "consideration": dollars("400000"), "counterparty": "exchange-one",
        **INTO_COLD_1, **TOLD_OF_GROUNDS,
    }  # fmt: skip
    body = fund.acquisition("10", "400000", **GROUNDS)
    proposal = told.does("acquisition.proposed", "aigerim", body, **known, **alone("aigerim"))
    told.approves(proposal, "acquisition.proposed", **known, duties=duties(**BY_ALL, **UNDONE))
    for units, cost, before, cost_left in (
        ("4", "160000", 0, 40_000_000), ("3", "120000", 4 * UNIT, 24_000_000),
    ):  # fmt: skip
        settled = fund.acquired(proposal, units, cost, final=False, **GROUNDS)
        told.does(
            "acquisition.settled", "bolat", settled,
            **known
            | {
                "triggers": ("purchase_settlement", "settlement", "any_fact"),
                "units": int(units) * UNIT,
                "consideration": dollars(cost),
            },
            duties=duties(settler="bolat", releaser="", **BY_ALL),
            authorised=Authorised(
                10 * UNIT, before, dollars("400000"), effective=True, **counting(
                    fund, purchase_units=10 * UNIT - before, purchase_cost=cost_left
                )
            ),
        )  # fmt: skip


def test_a_disposal(told: Listened) -> None:
    fund = told.fund
    known: dict[str, Any] = {
        "triggers": ("sale", "any_instruction"), "asset": BITCOIN, "units": 4 * UNIT,
        "consideration": dollars("160000"), "account": COLD_1, **TOLD_OF_GROUNDS,
    }  # fmt: skip
    proposal = told.does(
        "disposal.proposed", "aigerim", fund.disposal("4", "160000", **GROUNDS), **known,
        **alone("aigerim"), counterparty="exchange-one",
    )  # fmt: skip
    told.approves(
        proposal, "disposal.proposed", **known, duties=duties(**BY_ALL, **UNDONE),
        counterparty="exchange-one",
    )  # fmt: skip
    for units, got, before in (("1", "40000", 0), ("2", "80000", UNIT), ("1", "40000", 3 * UNIT)):
        told.does(
            "disposal.settled", "bolat",
            fund.disposed(proposal, units, got, final=False, **GROUNDS),
            **known
            | {
                "triggers": ("sale_settlement", "settlement", "any_fact"),
                "units": int(units) * UNIT,
                "consideration": dollars(got),
            },
            duties=duties(settler="bolat", releaser="", **BY_ALL),
            authorised=Authorised(
                4 * UNIT, before, dollars("160000"), effective=True,
                **counting(fund, outflow_units=4 * UNIT - before),
            ),
        )  # fmt: skip


def test_a_delivery(told: Listened) -> None:
    fund = told.fund
    known: dict[str, Any] = {
        "triggers": ("transfer_out", "any_instruction"), "asset": BITCOIN, "units": 4 * UNIT,
        "account": COLD_1, **TOLD_OF_GROUNDS,
    }  # fmt: skip
    proposal = told.does(
        "delivery.proposed", "aigerim", fund.delivery("4", **GROUNDS), **known, **alone("aigerim"),
        counterparty="exchange-one",
    )  # fmt: skip
    told.approves(
        proposal, "delivery.proposed", **known, duties=duties(**BY_ALL, **UNDONE),
        counterparty="exchange-one",
    )  # fmt: skip
    told.does(
        "delivery.settled", "bolat",
        {"proposal": proposal, "units": "4", "fees": [], "final": True, **GROUNDS},
        **known | {"triggers": ("transfer_out_settlement", "settlement", "any_fact")},
        duties=duties(settler="bolat", releaser="", **BY_ALL),
        authorised=Authorised(
            4 * UNIT, 0, None, effective=True, **counting(fund, outflow_units=4 * UNIT)
        ),
    )  # fmt: skip


def test_an_exchange(told: Listened) -> None:
    fund = told.fund
    known: dict[str, Any] = {
        "triggers": ("exchange", "any_instruction"), "asset": BNB_COIN, "units": 100 * BNB_UNIT,
        "given_asset": BITCOIN, "given_units": 2 * UNIT, "account": COLD_1,
        **INTO_COLD_2, **TOLD_OF_GROUNDS,
    }  # fmt: skip
    proposal = told.does(
        "exchange.proposed", "aigerim", fund.exchange("2", "100", **GROUNDS), **known,
        **alone("aigerim"), counterparty="exchange-one",
    )  # fmt: skip
    told.approves(
        proposal, "exchange.proposed", **known, duties=duties(**BY_ALL, **UNDONE),
        counterparty="exchange-one",
    )  # fmt: skip
    told.does(
        "exchange.settled", "bolat", fund.exchanged(proposal, "1", "60", **GROUNDS),
        **known
        | {
            "triggers": ("exchange_settlement", "settlement", "any_fact"),
            "units": 60 * BNB_UNIT,
            "given_units": UNIT,
        },
        duties=duties(settler="bolat", releaser="", **BY_ALL),
        authorised=Authorised(
            2 * UNIT, 0, None, effective=True, received=100 * BNB_UNIT,
            counted_on=fund.today,
            counted={("outflow_units", "BTC"): 2 * UNIT, ("purchase_units", "BNB"): 100 * BNB_UNIT},
        ),
    )  # fmt: skip


def test_a_transfer(told: Listened) -> None:
    fund = told.fund
    known: dict[str, Any] = {
        "triggers": (
            *("custody_transfer", "internal_transfer"), "receive_at_address", "any_instruction"
        ),
        "asset": BITCOIN, "units": 4 * UNIT, "account": COLD_1, **INTO_COLD_2, **TOLD_OF_GROUNDS,
    }  # fmt: skip
    proposal = told.does(
        "transfer.proposed", "aigerim", fund.transfer("4", **GROUNDS), **known, **alone("aigerim")
    )
    told.approves(proposal, "transfer.proposed", **known, duties=duties(**BY_ALL, **UNDONE))
    told.does(
        "transfer.released", "bolat", {"proposal": proposal, "units": "4", **GROUNDS},
        **known | {"triggers": ("transfer_release", "any_fact")},
        duties=duties(releaser="bolat", settler="", **BY_ALL),
        authorised=Authorised(
            4 * UNIT, 0, None, effective=True, **counting(fund, transfer_units=4 * UNIT)
        ),
    )  # fmt: skip
    part: dict[str, Any] = {"proposal": proposal, "units": "1", "final": False, **GROUNDS}
    arrived = known | {"triggers": ("transfer_settlement", "any_fact"), "units": UNIT}
    arrived["counted"] = True
    nothing_left = counting(fund, transfer_units=0)
    told.does(
        "transfer.settled", "aigerim", part, **arrived,
        duties=duties(settler="aigerim", releaser="bolat", **BY_ALL),
        authorised=Authorised(4 * UNIT, 0, None, effective=True, **nothing_left),
    )  # fmt: skip
    told.does(
        "transfer.failed", "bolat", {**part, "explanation": "the network dropped it"}, **arrived,
        duties=duties(settler="bolat", releaser="bolat", **BY_ALL),
        authorised=Authorised(4 * UNIT, UNIT, None, effective=True, **nothing_left),
    )  # fmt: skip
    for done in (UNIT, 2 * UNIT):
        told.does(
            "transfer.settled", "aigerim", part | {"final": done == 2 * UNIT}, **arrived,
            duties=duties(settler="aigerim", releaser="bolat", **BY_ALL),
            authorised=Authorised(4 * UNIT, done, None, effective=True, **nothing_left),
        )  # fmt: skip


def test_without_grounds_nothing_is_told_of_them(told: Listened) -> None:
    fund = told.fund
    fund.state_fact()
    action = told.engine.asked[-1]
    assert (action.purpose, action.reason, action.facts, action.evidence) == ("", "", {}, ())


def test_a_retired_asset_is_told_as_one(told: Listened) -> None:
    fund = told.fund
    fund.govern("asset.delisted", asset="BNB", reason="It ends")
    fork = {"asset": "BNB", "units": "1", "account": "cold-2", "source": "fork"}
    fund.do("receipt.recorded", "bolat", **fork, **GROUNDS)
    assert told.engine.asked[-1].asset == replace(BNB_COIN, retired=True)


def test_a_release_in_parts_names_who_settled(told: Listened) -> None:
    fund = told.fund
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.approve(proposal, "daniyar")
    for name, author in (("released", "bolat"), ("settled", "aigerim")):
        final = {"final": False} if name == "settled" else {}
        answer = fund.step(name, proposal, "1", author, **final)
        assert verdict_of(answer) == "effective"
    told.does(
        "transfer.released", "bolat", {"proposal": proposal, "units": "2", **GROUNDS},
        triggers=("transfer_release", "any_fact"), asset=BITCOIN, units=2 * UNIT, account=COLD_1,
        **INTO_COLD_2, **TOLD_OF_GROUNDS,
        duties=duties(releaser="bolat", settler="aigerim", **BY_ALL),
        authorised=Authorised(
            4 * UNIT, UNIT, None, effective=True, **counting(fund, transfer_units=3 * UNIT)
        ),
    )  # fmt: skip


# -- what is not so, or not yet --------------------------------------------------------------


def test_what_was_settled_too_early_was_not_authorised(told: Listened) -> None:
    fund = told.fund
    for proposed, settled, body, done in (
        ("acquisition.proposed", "acquisition.settled", fund.acquisition("1"), fund.acquired),
        ("disposal.proposed", "disposal.settled", fund.disposal("1"), fund.disposed),
        ("exchange.proposed", "exchange.settled", fund.exchange("1", "100"), fund.exchanged),
    ):
        proposal = fund.pend(proposed, "aigerim", **body)
        fund.pend(settled, "bolat", **done(proposal, "1", "100"))
        authorised = told.engine.asked[-1].authorised
        assert authorised is not None
        assert not authorised.effective


def test_a_destination_without_an_address_is_not_registered(told: Listened) -> None:
    told.fund.pend("transfer.proposed", "aigerim", **told.fund.transfer("1"))
    assert told.engine.asked[-1].destination_registered is True
    fund = told.fund
    fund.govern(
        "account.opened", account="warm-3", custodian="first-vault", title="Harbour Fund",
        tier="warm", method="qualified_custodian", owner_class="own",
    )  # fmt: skip
    fund.act("transfer.proposed", "aigerim", **fund.transfer("1", to_account="warm-3"))
    assert told.engine.asked[-1].destination_registered is False
