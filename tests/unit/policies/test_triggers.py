"""Every trigger fires for exactly the kinds that the vocabulary says, in a life with every kind."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from ledger.domain.body import Grounded
from ledger.domain.kind import Nature
from ledger.domain.kinds import KINDS
from ledger.domain.view import PURPOSES
from policies.engine import PolicyEngine
from policies.vocabulary import TRIGGERS
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import SmallFund

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.domain.policy import Action, Judgement, Known

SOURCES = [
    *("mining", "airdrop", "fork", "donation", "tax_receipt", "staking_reward", "payment_to_state"),
]
NATURES = {
    "any_instruction": Nature.ACT,
    "any_fact": Nature.FACT,
    "any_registration": Nature.REGISTRY,
}


class Spy(PolicyEngine):
    """The engine, remembering by which words each kind called it."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, set[str]] = defaultdict(set)
        self.actions: dict[str, Action] = {}

    @override
    def judge(self, books: Sequence[Any], action: Action, known: Known) -> Judgement:
        for trigger in action.triggers:
            self.heard[trigger].add(action.kind.removesuffix(".v1"))
        self.actions[action.kind] = action
        return super().judge(books, action, known)


class GroundedFund(SmallFund):
    """Whoever states anything says why."""

    @override
    def members(self, kind: str, author: str, **fields: Any) -> dict[str, Any]:
        made = super().members(kind, author, **fields)
        if "facts" in made:
            made |= {"purpose": "reserve", "reason": "a_reason"}
            made |= {"facts": {"audited": True}, "evidence": [DIGEST]}
        return made


def life(fund: SmallFund) -> None:
    fund.under()
    fund.open_units("50")
    _registry(fund)
    _trades(fund)
    _moves(fund)
    _statements(fund)


def _registry(fund: SmallFund) -> None:
    eth = {"asset": "ETH", "asset_id": "eip155:1/slip44:60", "name": "Ether", "scale": 18}
    fund.do("asset.listed", "aigerim", instrument_class="coin", **eth)
    unit = {"asset": "FND", "asset_id": "fund:0/unit:a", "name": "Fund", "scale": 2}
    fund.do("asset.listed", "aigerim", instrument_class="fund_interest", **unit)
    fund.do("asset.delisted", "aigerim", asset="ETH", reason="No longer held")
    vault = {"custodian": "third-vault", "legal_name": "Vault", "jurisdiction": "KZ"}
    fund.do("custodian.engaged", "aigerim", licences=[], contract=DIGEST, **vault)
    account = {"account": "cold-9", "custodian": "third-vault", "title": "Fund", "tier": "cold"}
    fund.do("account.opened", "aigerim", method="vault", owner_class="own", **account)
    chain = {"account": "cold-9", "chain": "eip155:1", "address": "0xabc", "evidence": [DIGEST]}
    fund.do("address.registered", "aigerim", **chain)
    fund.do("account.closed", "aigerim", account="cold-9", reason="It ends")
    fund.do("custodian.terminated", "aigerim", custodian="third-vault", reason="It ends")
    party = {"counterparty": "agency", "legal_name": "Agency", "jurisdiction": "KZ"}
    fund.do("counterparty.registered", "aigerim", **party)
    fund.do("account.frozen", "bolat", account="warm-1", reason="A doubt")
    fund.govern("account.unfrozen", account="warm-1", reason="No doubt")


def _trades(fund: SmallFund) -> None:
    done: dict[str, Any] = {"fees": [], "final": True, **GROUNDS}
    fund.do("acquisition.proposed", "aigerim", **{**fund.acquisition(), "asset": "FND"})
    bought = fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.do("acquisition.settled", "bolat", **fund.acquired(bought))
    sold = fund.do("disposal.proposed", "aigerim", **fund.disposal())
    fund.do("disposal.settled", "bolat", **fund.disposed(sold))
    swapped = fund.do("exchange.proposed", "aigerim", **fund.exchange())
    fund.do("exchange.settled", "bolat", **fund.exchanged(swapped))
    given = fund.do("delivery.proposed", "aigerim", **fund.delivery())
    fund.do("delivery.settled", "bolat", proposal=given, units="4", **done)


def _moves(fund: SmallFund) -> None:
    moved = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.step("released", moved, "4")
    fund.step("settled", moved, "2", final=False)
    fund.step("failed", moved, "2")
    units = {"asset": "BTC", "units": "1", "account": "cold-1", **GROUNDS}
    for source in SOURCES:
        fund.do("receipt.recorded", "aigerim", source=source, **units)
    for form in ("pledge", "lock", "lien", "stake", "earmark", "loan"):
        fund.do("encumbrance.placed", "aigerim", form=form, beneficiary="A bank", **units)
    placed = fund.event_ids[-1]
    fund.do("encumbrance.released", "aigerim", encumbrance=placed, units="1", **GROUNDS)
    money = {"amount": {"currency": "USD", "amount": "1"}, "category": "other", **GROUNDS}
    for direction in ("in", "out"):
        fund.do("cash.recorded", "aigerim", direction=direction, **money)
    for category in ("temporary_transfer", "cash_sweep", "distribution"):
        fund.do("cash.recorded", "aigerim", direction="out", **{**money, "category": category})
    for purpose in sorted(PURPOSES):
        fund.do("cash.recorded", "aigerim", direction="in", **money, purpose=purpose)


def _statements(fund: SmallFund) -> None:
    price = {"asset": "BTC", "currency": "USD", "price": "1", "source": "S", "market": "M"}
    fund.do("price.observed", "aigerim", observed_at=fund.now, **price, **GROUNDS)
    value = {"asset": "BTC", "currency": "USD", "fair_value": "1", "level": "1", "method": "Last"}
    fund.do("valuation.adopted", "aigerim", prices=[], **value, **GROUNDS)
    seen = {"measure": "m", "subject": "BTC", "value": "1", "unit": "USD", "source": "S"}
    fund.do("observation.recorded", "aigerim", observed_on=fund.today, **seen, **GROUNDS)
    attested = {"item": "i", "subject": "s", "attester": "A", "document": DIGEST}
    fund.do("attestation.recorded", "aigerim", expires_on=fund.today, **attested, **GROUNDS)
    fund.state_fact()
    place = {"account": "cold-1", "asset": "BTC", "document": DIGEST, **GROUNDS}
    fund.do("balance.attested", "aigerim", units="1", as_of=fund.today, attester="A",
            method="address_signature", **place)  # fmt: skip
    stated = fund.do(
        "custodian_statement.received", "aigerim", units="1", as_of=fund.today, **place
    )
    found = fund.do("break.raised", "aigerim", statement=stated, **GROUNDS)
    fund.do("break.resolved", "aigerim", break_id=found, cause="late", explanation="It was late",
            documents=[], **GROUNDS)  # fmt: skip
    fund.do("report.filed", "aigerim", deliverable="d", covers_until=fund.today, channel="c",
            recipient="R", nil_return=False, document=DIGEST, **GROUNDS)  # fmt: skip
    fund.do("period.closed", "aigerim", **fund.close(fund.day(-1)))
    _books(fund)


def _books(fund: SmallFund) -> None:
    fund.measure_by()
    fund.do("measurement.recorded", "aigerim", occasion="interim", **GROUNDS)
    restated: dict[str, Any] = {"value_date": fund.day(-1), "restates": ["2026"]}
    fund.do("entry.posted", "aigerim", **fund.entry(**restated))
    posted = fund.do("entry.posted", "aigerim", **fund.entry())
    reversal = {"entry": posted, "explanation": "It was posted twice", **GROUNDS}
    fund.do("entry.reversed", "aigerim", **reversal)
    fund.do("statement.issued", "aigerim", **fund.issue("2026", fund.day(-1)))


def promised(trigger: str) -> set[str]:
    """The kinds that the vocabulary's description of a trigger names."""
    if trigger in NATURES:
        return {
            name.removesuffix(".v1")
            for name, kind in KINDS.items()
            if kind.nature is NATURES[trigger]
        }
    return set(re.findall(r"\b[a-z_]+\.[a-z]+\b", TRIGGERS[trigger]))


def test_every_trigger_fires_for_the_kinds_that_it_names() -> None:
    spy = Spy()
    life(SmallFund(engine=spy))
    for trigger in TRIGGERS:
        if "no event" in TRIGGERS[trigger]:
            assert not spy.heard[trigger], trigger
        elif trigger in PURPOSES:
            assert "cash.recorded" in spy.heard[trigger], trigger
        elif trigger != "exception":
            assert spy.heard[trigger] == promised(trigger), trigger
    assert set(spy.heard) <= set(TRIGGERS)


def test_the_special_words_fire_for_their_own_case_only() -> None:
    """`stake` is no pledge, a fork no airdrop, and cash out no cash in."""
    spy = Spy()
    fund = SmallFund(engine=spy).under()
    fund.open_units("10")
    units = {"asset": "BTC", "units": "1", "account": "cold-1", **GROUNDS}
    money = {"amount": {"currency": "USD", "amount": "1"}, "category": "other", **GROUNDS}
    cases: list[tuple[str, dict[str, Any], set[str]]] = [
        ("receipt.recorded", {"source": "fork", **units}, {"fork", "deposit", "inflow"}),
        ("receipt.recorded", {"source": "interest", **units}, {"deposit", "inflow"}),
        ("encumbrance.placed", {"form": "stake", "beneficiary": "B", **units}, {"stake"}),
        ("encumbrance.placed", {"form": "loan", "beneficiary": "B", **units}, {"lend"}),
        ("encumbrance.placed", {"form": "lien", "beneficiary": "B", **units}, {"pledge"}),
        ("cash.recorded", {"direction": "in", **money}, {"cash_in"}),
        ("cash.recorded", {"direction": "out", **money}, {"cash_out", "expense"}),
    ]
    for kind, fields, words in cases:
        spy.heard.clear()
        fund.do(kind, "aigerim", **fields)
        assert set(spy.heard) - {*NATURES, "receive_at_address"} == words


def test_rules_are_told_why_whatever_the_kind() -> None:
    """Purpose, reason, facts and evidence that an officer signs reach every rule."""
    spy = Spy()
    life(GroundedFund(engine=spy))
    untold = [
        name
        for name, action in spy.actions.items()
        if issubclass(KINDS[name].form, Grounded)
        and (action.purpose, action.reason, dict(action.facts), action.evidence)
        != ("reserve", "a_reason", {"audited": True}, (DIGEST,))
    ]
    assert untold == []
    assert {name for name, kind in KINDS.items() if kind.action} == set(spy.actions)


def test_rules_are_told_who_and_when() -> None:
    spy = Spy()
    life(SmallFund(engine=spy))
    for name, action in spy.actions.items():
        assert action.kind == name
        assert action.author in {"aigerim", "bolat"}
        assert action.offices <= {"TreasuryOfficer", "CustodyOfficer"}
        assert action.offices
        assert action.value_date == "2026-01-05"
        if issubclass(KINDS[name].form, Grounded):
            assert frozenset({action.author}) in action.duties.values()
