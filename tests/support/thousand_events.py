"""The life of one fund in a thousand records: every kind of event, in every way that one can end.

Each kind is effective at once, refused, and where the law lets it wait: completed, refused by an
officer, withdrawn, lapsed. Movements settle in parts, fail and come back; mandates are suspended
and replaced, the log key is rotated, keys are revoked and reported stolen. The same in every run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from ledger.log.note import NoteSigner, VerifierKey, render_vkey
from tests.support.books import approval, open_book, quorum, rule
from tests.support.fund_simulator import DIGEST, GROUNDS, signer_of
from tests.support.small_fund import SmallFund, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Admission, Refusal, Rejection
    from ledger.domain.verified import VerifiedEvent

RECORDS = 1_000
CHAIN = "bip122:000000000019d6689c085ae165831e93"
NEVER_EFFECTIVE = {"protocol.raised.v1"}
"""This version knows one protocol only."""
NEVER_WAIT = {"fund.constituted.v1", "key.revoked.v1", "protocol.raised.v1"}
"""Besides answers to proposals: what one signature settles, or no signature can."""

Fields = dict[str, Any]


def usd(amount: str) -> dict[str, str]:
    return {"currency": "USD", "amount": amount}


BOOK = open_book(
    quorum(1, "sale", "exchange", "transfer_out", "custody_transfer"),
    quorum(1, "pledge", "release_encumbrance", "valuation", "period_close"),
    quorum(1, "entry", "measurement", "statement_issue"),
    quorum(
        1,
        "register_instrument",
        "retire_instrument",
        "register_custodian",
        "end_custodian",
        "register_counterparty",
    ),
    quorum(1, "open_custody_account", "change_custody_account", "register_address"),
    quorum(1, "purchase"),
    approval(
        "T.LARGE",
        "purchase",
        roles_all_of=["ChiefInvestmentOfficer", "RiskOfficer"],
        roles_count="2",
        above="500000",
        unit="USD",
    ),
    rule(
        "T.LIMIT",
        "cap_absolute",
        "purchase",
        params={"amount": "1000000", "unit": "USD", "measure": "transaction_cost"},
    ),
    rule("T.LIST", "eligible_asset_list", "purchase", effect="flag", params={"assets": ["BTC"]}),
    rule("T.PRICE", "settlement_tolerance", "settlement", params={"price_adverse": "0.01"}),
    rule(
        "T.DUTY",
        "separation_of_duties",
        "transfer_release",
        params={"must_differ": ["approver", "releaser"]},
    ),
)


@dataclass
class BusyFund(SmallFund):
    """A fund that remembers what its life needs: open proposals, log keys, names not used yet."""

    standing: dict[str, str] = field(default_factory=dict)
    """Kind of a settlement to the effective proposal of which it settles one unit."""
    differing: list[str] = field(default_factory=list)
    """Statements of places where something else is held, each still the last of its place."""
    broken: list[str] = field(default_factory=list)
    """Breaks that are open."""
    verified: list[VerifiedEvent] = field(default_factory=list)
    """The event of every record."""
    log_signers: list[tuple[int, NoteSigner]] = field(default_factory=list)
    """From which position on each log key is in force."""
    fates: set[tuple[str, str]] = field(default_factory=set)
    """(kind, how an event of it ended) that the life has seen."""
    _numbers: dict[str, int] = field(default_factory=dict)

    def fresh(self, prefix: str) -> str:
        """A name that was not used."""
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}-{self._numbers[prefix]}"

    def log_signer_named(self, number: int) -> NoteSigner:
        """The log key of the constitution is 0, each later one one more."""
        key = self.log_signer if number == 0 else signer_of(f"{self.fund}:log:{number}")
        return NoteSigner(self.fund, key)

    @override
    def submit(self, envelope: bytes) -> Admission | Refusal | Rejection:
        answer = super().submit(envelope)
        if self.last is not None and len(self.records) > len(self.verified):
            self.verified.append(self.last)
            self.fates.add((self.last.kind.name, verdict_of(answer)))
        named = [render_vkey(signer.verifier_key) for _, signer in self.log_signers]
        if self.state.log_key and (not named or named[-1] != self.state.log_key):
            self.log_signers.append((len(self.records), self.log_signer_named(len(named))))
        return answer

    def ending(self, proposal: str) -> str:
        """What the last record did to a proposal."""
        (effect,) = json.loads(self.records[-1])["outcome"]["effects"]
        assert effect["event"] == proposal
        return "completed" if effect["verdict"] == "effective" else "refused at completion"

    def signer_at(self, size: int) -> NoteSigner:
        """The log key in force after so many records."""
        return [signer for position, signer in self.log_signers if position <= max(size, 1)][-1]


# -- how an event of each kind is made, and who makes it effective


@dataclass(frozen=True)
class Habit:
    """How events of one kind come about in this fund."""

    kind: str
    author: str
    seconds: tuple[str, ...]
    """The officers with whom it is effective: as cosigners at once, or approving later."""
    fields: Callable[[BusyFund], Fields]
    """The members of one more event, after what it needs was done."""
    after: Callable[[BusyFund], None] | None = None
    """What brings the fund back to where it was."""

    @property
    def name(self) -> str:
        return f"{self.kind}.v1"

    @property
    def waits(self) -> bool:
        return self.name not in NEVER_WAIT


def charter(kind: str, fields: Callable[[BusyFund], Fields], **more: Any) -> Habit:
    return Habit(kind, "gulnara", ("nurlan",), fields, **more)


def registry(kind: str, fields: Callable[[BusyFund], Fields]) -> Habit:
    return Habit(kind, "bolat", ("daniyar",), fields)


def act(kind: str, fields: Callable[[BusyFund], Fields], **more: Any) -> Habit:
    return Habit(kind, "aigerim", ("daniyar",), fields, **more)


def fact(kind: str, fields: Callable[[BusyFund], Fields]) -> Habit:
    """A fact is effective alone; what is outside its authorisation waits for these two."""
    return Habit(kind, "bolat", ("gulnara", "marat"), fields)


def _amended(fund: BusyFund) -> Fields:
    terms = dict(fund.constitution()["charter"])
    terms["notice_days"] = 10 + int(fund.fresh("charter").rpartition("-")[2]) % 5
    return {"charter": terms}


def _rotated(fund: BusyFund) -> Fields:
    number = len(fund.log_signers)
    key = fund.log_signer_named(number).verifier_key.key
    return {"log_key": render_vkey(VerifierKey(fund.fund, key))}


def _appointed(fund: BusyFund) -> Fields:
    return fund.appointment(fund.fresh("clerk"), "Clerk")


def _relieved(fund: BusyFund) -> Fields:
    clerk = fund.fresh("clerk")
    fund.appoint(clerk, "Clerk")
    return {"officer": clerk, "office": "Clerk", "reason": "The term ends"}


def _enrolled(fund: BusyFund) -> Fields:
    clerk = fund.fresh("clerk")
    fund.appoint(clerk, "Clerk")
    return fund.enrolment(clerk, signer_of(f"{fund.fund}:{clerk}"))


def _revoked(fund: BusyFund) -> Fields:
    clerk = fund.fresh("clerk")
    fund.engage(clerk, "Clerk")
    return {"key": fund.keyid(clerk), "reason": "It was left in a taxi"}


def _book(fund: BusyFund) -> Fields:
    return {"book": {**BOOK, "version": str(int(fund.fresh("book").rpartition("-")[2]) + 1)}}


def _adopted(fund: BusyFund) -> Fields:
    recorded = fund.govern("book.recorded", **_book(fund))
    name = fund.fresh("mandate")
    return {"mandate": name, "version": "2", "books": [recorded], "effective_from": fund.day(16)}


def _mandate(fund: BusyFund) -> Fields:
    assert fund.state.mandate is not None
    return {"mandate": fund.state.mandate.event_id, "reason": "The law is under review"}


def _resumed(fund: BusyFund) -> Fields:
    assert fund.state.mandate is not None
    if not fund.state.mandate.suspended:
        fund.suspend()
    return _mandate(fund)


def resume(fund: BusyFund) -> None:
    """Lift a suspension, if there is one."""
    if fund.state.mandate is not None and fund.state.mandate.suspended:
        fund.govern("mandate.resumed", **_mandate(fund))


def _policy(fund: BusyFund) -> Fields:
    """The first policy, then additions to it, of no asset."""
    later = {"change": "addition"} if fund.state.accounting_policies else {}
    return fund.policy(**later)


def _listed(fund: BusyFund) -> Fields:
    number = int(fund.fresh("T").rpartition("-")[2])
    return {
        "asset": f"T{number}",
        "asset_id": f"eip155:1/slip44:{1_000 + number}",
        "name": f"Token {number}",
        "scale": 6,
        "instrument_class": "token",
    }


def _delisted(fund: BusyFund) -> Fields:
    members = _listed(fund)
    fund.do("asset.listed", "bolat", cosigners=["daniyar"], **members)
    return {"asset": members["asset"], "reason": "No market is left"}


def _engaged(fund: BusyFund) -> Fields:
    licence = {"licence": "Custody", "regulator": "The regulator", "valid_from": "2025-01-01"}
    return {
        "custodian": fund.fresh("vault"),
        "legal_name": "A Vault",
        "jurisdiction": "KZ",
        "licences": [licence],
        "contract": DIGEST,
    }


def _terminated(fund: BusyFund) -> Fields:
    members = _engaged(fund)
    fund.do("custodian.engaged", "bolat", cosigners=["daniyar"], **members)
    return {"custodian": members["custodian"], "reason": "The licence ended"}


def _opened(fund: BusyFund) -> Fields:
    return {
        "account": fund.fresh("account"),
        "custodian": "second-vault",
        "title": "Harbour Sovereign Fund",
        "tier": "warm",
        "method": "qualified_custodian",
        "owner_class": "own",
    }


def open_account(fund: BusyFund) -> str:
    members = _opened(fund)
    fund.do("account.opened", "bolat", cosigners=["daniyar"], **members)
    return str(members["account"])


def _of_an_account(fund: BusyFund) -> Fields:
    return {"account": open_account(fund), "reason": "It is not needed"}


def _unfrozen(fund: BusyFund) -> Fields:
    account = open_account(fund)
    fund.do("account.frozen", "saule", account=account, reason="A doubt about its keys")
    return {"account": account, "reason": "The doubt is gone"}


def _address(fund: BusyFund) -> Fields:
    address = fund.fresh("bc1q").replace("-", "z")
    return {"account": "cold-2", "chain": CHAIN, "address": address, "evidence": [DIGEST]}


def _counterparty(fund: BusyFund) -> Fields:
    return {"counterparty": fund.fresh("dealer"), "legal_name": "A Dealer", "jurisdiction": "KZ"}


def _acquisition(fund: BusyFund) -> Fields:
    return fund.acquisition("3", "120000")


def _disposal(fund: BusyFund) -> Fields:
    return fund.disposal("2", "70000")


def _delivery(fund: BusyFund) -> Fields:
    return fund.delivery("1")


def _exchange(fund: BusyFund) -> Fields:
    return fund.exchange("1", "40")


def _transfer(fund: BusyFund) -> Fields:
    return fund.transfer("2", "0.001")


def _placed(fund: BusyFund) -> Fields:
    return {
        "asset": "BTC",
        "units": "1.5",
        "account": "cold-1",
        "form": "pledge",
        "beneficiary": f"Bank {fund.fresh('bank')}",
        **GROUNDS,
    }


def _released(fund: BusyFund) -> Fields:
    placed = fund.do("encumbrance.placed", "aigerim", cosigners=["daniyar"], **_placed(fund))
    return {"encumbrance": placed, "units": "1", **GROUNDS}


def price(fund: BusyFund) -> Fields:
    return {
        "asset": "BTC",
        "currency": "USD",
        "price": str(40_000 + len(fund.records)),
        "observed_at": fund.now,
        "source": "Exchange One",
        "market": "spot",
        **GROUNDS,
    }


def _valuation(fund: BusyFund) -> Fields:
    seen = fund.do("price.observed", "bolat", **price(fund))
    value = {"asset": "BTC", "currency": "USD", "fair_value": "40000", "level": "1"}
    return {**value, "method": "The last price", "prices": [seen], **GROUNDS}


def _close(fund: BusyFund) -> Fields:
    """One day more is over; a close begins where the one before it ended."""
    fund.tick(days=1)
    starts = fund.day(-1)
    name = str(2_000 + int(fund.fresh("period").rpartition("-")[2]))
    if fund.state.periods:
        starts = _day_after(fund, fund.state.periods[-1].ends_on)
    return {"period": name, "starts_on": starts, "ends_on": fund.day(-1), "statements": []}


def _posted(fund: BusyFund) -> Fields:
    return fund.entry(str(1 + len(fund.records)))


def _reversed(fund: BusyFund) -> Fields:
    posted = fund.do("entry.posted", "aigerim", cosigners=["daniyar"], **_posted(fund))
    return {"entry": posted, "explanation": "It was posted twice", **GROUNDS}


def _measured(fund: BusyFund) -> Fields:
    if not fund.state.accounting_policies:
        fund.measure_by()
    return {"occasion": "indication_of_impairment", **GROUNDS}


def _issued(fund: BusyFund) -> Fields:
    """Of the last closed period, a document that was not issued before."""
    if not fund.state.periods:
        fund.do("period.closed", "aigerim", cosigners=["daniyar"], **_close(fund))
    last = fund.state.periods[-1]
    document = sha256(fund.fresh("document").encode()).hexdigest()
    return fund.issue(last.period, last.ends_on, document=document)


def _day_after(fund: BusyFund, day: str) -> str:
    number = next(n for n in range(-400, 1) if fund.day(n) == day)
    return fund.day(number + 1)


def _of_standing(kind: str) -> Callable[[BusyFund], Fields]:
    """One unit more of the effective proposal that stands open for this kind of settlement."""

    def fields(fund: BusyFund) -> Fields:
        proposal = fund.standing[kind]
        return {"proposal": proposal, **GROUNDS, **SETTLED[kind](fund)}

    return fields


def _traded(fund: BusyFund) -> Fields:
    return {"trade_date": fund.today, "final": False}


SETTLED: dict[str, Callable[[BusyFund], Fields]] = {
    "acquisition.settled": lambda fund: {
        "units": "0.5",
        "consideration": usd("20000"),
        "fees": [{"leg": "cash", "currency": "USD", "amount": "12.5"}],
        **_traded(fund),
    },
    "disposal.settled": lambda fund: {
        "units": "0.5",
        "proceeds": usd("20000"),
        "fees": [{"leg": "asset", "asset": "BNB", "units": "0.01", "account": "cold-1"}],
        **_traded(fund),
    },
    "delivery.settled": lambda _fund: {"units": "0.25", "fees": [], "final": False},
    "exchange.settled": lambda fund: {
        "given": "0.25",
        "received": "10",
        "fees": [],
        **_traded(fund),
    },
    "transfer.released": lambda _fund: {
        "units": "0.5",
        "fee": {"asset": "BTC", "units": "0.0001"},
    },
    "transfer.settled": lambda _fund: {"units": "0.25", "final": False},
    "transfer.failed": lambda _fund: {
        "units": "0.125",
        "final": False,
        "explanation": "The network dropped it",
    },
}


def _opening(fund: BusyFund) -> Fields:
    return fund.opening("1", "cold-2")


def _receipt(fund: BusyFund) -> Fields:
    base = {"asset": "BTC", "units": "0.01", "account": "cold-2", "source": "mining"}
    return {**base, "fair_value": usd("400"), **GROUNDS, "purpose": fund.fresh("x")[:1]}


def cash(fund: BusyFund) -> Fields:
    amount = f"{100 + len(fund.records)}"
    return {"direction": "out", "amount": usd(amount), "category": "custody_fee", **GROUNDS}


def _observation(fund: BusyFund) -> Fields:
    measure = {"measure": "market_cap", "subject": "BTC", "value": "1.5", "unit": "USD"}
    return {**measure, "observed_on": fund.today, "source": "A source", **GROUNDS}


def _attestation(fund: BusyFund) -> Fields:
    item = {"item": "reserves", "subject": "fund", "attester": "An attester", "document": DIGEST}
    return {**item, "expires_on": fund.day(9), **GROUNDS}


def _stated(_fund: BusyFund) -> Fields:
    return {"fact": "audited", "subject": "fund", "value": True, **GROUNDS}


def _statement(fund: BusyFund) -> Fields:
    return {
        "account": "cold-2",
        "asset": "BNB",
        "units": str(1 + len(fund.records)),
        "as_of": fund.today,
        "document": DIGEST,
        **GROUNDS,
    }


def _attested(fund: BusyFund) -> Fields:
    return {**_statement(fund), "method": "address_signature", "attester": "An attester"}


def _raised(fund: BusyFund) -> Fields:
    if not fund.differing:
        _disagree(fund)
    return {"statement": fund.differing.pop(), **GROUNDS}


def _resolved(fund: BusyFund) -> Fields:
    if not fund.broken:
        _disagree(fund)
    explained = {"cause": "timing", "explanation": "It arrived later", "documents": []}
    return {"break_id": fund.broken.pop(), **explained, **GROUNDS}


def _filed(fund: BusyFund) -> Fields:
    report = {"deliverable": "annual_report", "covers_until": fund.today, "channel": "legislature"}
    return {**report, "recipient": "A", "nil_return": False, "document": DIGEST, **GROUNDS}


CHARTER_HABITS = (
    charter("charter.amended", _amended),
    charter("log_key.rotated", _rotated),
    charter("protocol.raised", lambda _fund: {"protocol": 2}),
    charter("officer.appointed", _appointed),
    charter("officer.relieved", _relieved),
    charter("key.enrolled", _enrolled),
    charter("key.revoked", _revoked),
    charter("book.recorded", _book),
    charter("mandate.suspended", _mandate, after=resume),
    charter("mandate.resumed", _resumed, after=resume),
    charter("accounting_policy.adopted", _policy),
    charter("account.unfrozen", _unfrozen),
)
REGISTRY_HABITS = (
    registry("asset.listed", _listed),
    registry("asset.delisted", _delisted),
    registry("custodian.engaged", _engaged),
    registry("custodian.terminated", _terminated),
    registry("account.opened", _opened),
    registry("account.frozen", _of_an_account),
    registry("account.closed", _of_an_account),
    registry("address.registered", _address),
    registry("counterparty.registered", _counterparty),
)
ACT_HABITS = (
    act("acquisition.proposed", _acquisition),
    act("disposal.proposed", _disposal),
    act("delivery.proposed", _delivery),
    act("exchange.proposed", _exchange),
    act("transfer.proposed", _transfer),
    act("encumbrance.placed", _placed),
    act("encumbrance.released", _released),
    act("valuation.adopted", _valuation),
    act("period.closed", _close),
)
BOOK_HABITS = (
    act("entry.posted", _posted),
    act("entry.reversed", _reversed),
    act("measurement.recorded", _measured),
    act("statement.issued", _issued),
)
FACT_HABITS = (
    *(fact(kind, _of_standing(kind)) for kind in SETTLED),
    fact("opening.recorded", _opening),
    fact("receipt.recorded", _receipt),
    fact("cash.recorded", cash),
    fact("price.observed", price),
    fact("observation.recorded", _observation),
    fact("attestation.recorded", _attestation),
    fact("fact.recorded", _stated),
    fact("custodian_statement.received", _statement),
    fact("balance.attested", _attested),
    fact("break.raised", _raised),
    fact("break.resolved", _resolved),
    fact("report.filed", _filed),
)
ADOPTION = charter("mandate.adopted", _adopted)


# -- the ways in which one event ends


def at_once(fund: BusyFund, habit: Habit) -> None:
    fund.do(habit.kind, habit.author, cosigners=sorted(habit.seconds), **habit.fields(fund))
    if habit.after is not None:
        habit.after(fund)


def alone(fund: BusyFund, habit: Habit) -> None:
    fund.do(habit.kind, habit.author, **habit.fields(fund))


def refused(fund: BusyFund, habit: Habit) -> None:
    """Valued in the future, which no law allows."""
    members = {**habit.fields(fund), "value_date": fund.day(2)}
    answer = fund.act(habit.kind, habit.author, cosigners=sorted(habit.seconds), **members)
    assert verdict_of(answer) == "refused", (habit.kind, answer)


def waiting(fund: BusyFund, habit: Habit, **members: Any) -> str:
    return fund.pend(habit.kind, habit.author, **{**habit.fields(fund), **members})


def completed(fund: BusyFund, habit: Habit) -> None:
    proposal = waiting(fund, habit)
    fund.approve(proposal, *habit.seconds)
    fund.fates.add((habit.name, fund.ending(proposal)))
    if habit.after is not None:
        habit.after(fund)


def turned_down(fund: BusyFund, habit: Habit) -> None:
    proposal = waiting(fund, habit)
    fund.do("approval.refused", habit.seconds[-1], proposal=proposal, reason="It is not wanted")
    fund.fates.add((habit.name, "turned down"))


def withdrawn(fund: BusyFund, habit: Habit) -> None:
    proposal = waiting(fund, habit)
    fund.do("proposal.withdrawn", habit.author, proposal=proposal, reason="No longer wanted")
    fund.fates.add((habit.name, "withdrawn"))


def lapsed(fund: BusyFund, habit: Habit) -> None:
    """Its approval comes too late."""
    members = habit.fields(fund)
    proposal = fund.pend(
        habit.kind, habit.author, **{**members, "valid_until": fund.instant(seconds=90)}
    )
    answer = fund.act("approval.given", habit.seconds[0], proposal=proposal)
    assert verdict_of(answer) == "refused"
    assert proposal not in fund.state.proposals
    fund.fates.add((habit.name, "lapsed"))


WAYS_TO_WAIT = (completed, turned_down, withdrawn, lapsed)


# -- the life


def stand(fund: BusyFund) -> None:
    """An effective proposal of each movement, large enough for a round of settlements in parts."""
    asked = {
        "acquisition": fund.acquisition("10", "400000"),
        "disposal": fund.disposal("10", "350000"),
        "delivery": fund.delivery("10"),
        "exchange": fund.exchange("10", "400"),
        "transfer": fund.transfer("20", "0.01"),
    }
    for noun, members in asked.items():
        made = fund.do(f"{noun}.proposed", "aigerim", cosigners=["daniyar"], **members)
        for kind in SETTLED:
            if kind.startswith(noun):
                fund.standing[kind] = made
    fund.step("released", fund.standing["transfer.released"], "5")
    _disagree(fund)


def _disagree(fund: BusyFund) -> None:
    """Statements that differ from the holdings, of a day that none was of before."""
    as_of = fund.day(-int(fund.fresh("disagreement").rpartition("-")[2]))
    places = [(account, asset) for account in ("warm-1", "cold-1") for asset in fund.state.assets]
    fund.differing.clear()
    for account, asset in places[:16]:
        said = {**_statement(fund), "account": account, "asset": asset, "units": "77777"}
        said["as_of"] = as_of
        fund.differing.append(fund.do("custodian_statement.received", "bolat", **said))
    for _ in range(len(fund.differing) // 2):
        fund.broken.append(fund.do("break.raised", "bolat", **_raised(fund)))


def end_standing(fund: BusyFund) -> None:
    """Each standing proposal ends in its own way: withdrawn, settled to its end, or returned."""
    for kind in ("acquisition.settled", "disposal.settled"):
        fund.do("proposal.withdrawn", "aigerim", proposal=fund.standing[kind], reason="The rest")
    for kind in ("delivery.settled", "exchange.settled"):
        fund.do(kind, "bolat", **{**_of_standing(kind)(fund), "final": True})
    transfer = fund.standing["transfer.settled"]
    moving = fund.state.proposals[transfer].progress.in_transit
    units = f"{moving / 10**8:.8f}".rstrip("0").rstrip(".")
    assert verdict_of(fund.step("failed", transfer, units)) == "effective"
    fund.standing.clear()


def govern(fund: BusyFund) -> None:
    """Everything that the charter governs."""
    for habit in CHARTER_HABITS:
        if habit.name not in NEVER_EFFECTIVE:
            at_once(fund, habit)
        refused(fund, habit)
        for way in WAYS_TO_WAIT if habit.waits else ():
            way(fund, habit)
        resume(fund)


def replace_mandate(fund: BusyFund) -> None:
    """Mandates refused, lapsed, withdrawn; two that come into force after their notice."""
    for way in (at_once, refused, *WAYS_TO_WAIT):
        way(fund, ADOPTION)
    fund.tick(days=17)


def keep_registers_and_act(fund: BusyFund) -> None:
    """Everything that the mandate governs but facts and the books."""
    for habit in (*REGISTRY_HABITS, *ACT_HABITS):
        for way in (at_once, refused, *WAYS_TO_WAIT):
            way(fund, habit)


def keep_books(fund: BusyFund) -> None:
    """Entries, measurements and statements."""
    for habit in BOOK_HABITS:
        for way in (at_once, refused, *WAYS_TO_WAIT):
            way(fund, habit)


def state_facts(fund: BusyFund) -> None:
    """Every kind of fact, first under the mandate, then while it is suspended."""
    stand(fund)
    for habit in FACT_HABITS:
        alone(fund, habit)
        refused(fund, habit)
    fund.suspend()
    for habit in FACT_HABITS:
        for way in (at_once, *WAYS_TO_WAIT):
            way(fund, habit)
    for habit in ACT_HABITS[:5]:  # what is asked while the mandate is suspended is refused
        fund.act(habit.kind, habit.author, **habit.fields(fund))
    resume(fund)
    end_standing(fund)


def misbehave(fund: BusyFund) -> None:
    """What officers should not do, and what the ledger makes of it."""
    small = fund.pend("acquisition.proposed", "aigerim", **_acquisition(fund))
    for officer in ("aigerim", "bolat"):  # the author, and an office that is not asked
        fund.act("approval.given", officer, proposal=small)
    fund.act("proposal.withdrawn", "marat", proposal=small, reason="Not mine to withdraw")
    fund.act("approval.refused", "bolat", proposal=small, reason="Not mine to refuse")
    large = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition("20", "800000"))
    fund.approve(large, "daniyar")
    fund.act("approval.given", "daniyar", proposal=large)
    fund.approve(large, "marat")
    fund.act("acquisition.proposed", "aigerim", **fund.acquisition("40", "1600000"))
    fund.act("disposal.proposed", "aigerim", **fund.disposal("100000", "1"))
    everything = {"account": "nowhere", "counterparty": "stranger", "value_date": fund.day(3)}
    fund.act("disposal.proposed", "aigerim", **fund.disposal("100000", "1", **everything))
    flagged = fund.acquisition("5", "2000", asset="BNB")
    fund.do("acquisition.proposed", "aigerim", cosigners=["daniyar"], **flagged)
    costly = fund.acquired(large, "20", "900000")
    fund.fates.add(("acquisition.settled.v1", verdict_of(fund.act(
        "acquisition.settled", "bolat", **costly))))  # fmt: skip
    early = fund.act("acquisition.settled", "bolat", **fund.acquired(small, "1", "40000"))
    assert verdict_of(early) == "pending"
    deny_at_completion(fund)
    steal_a_key(fund)


def deny_at_completion(fund: BusyFund) -> None:
    """The account is frozen when the approval completes the quorum: decided again, and refused."""
    account = open_account(fund)
    members = fund.acquisition("1", "40000", account=account)
    proposal = fund.pend("acquisition.proposed", "aigerim", **members)
    fund.do("account.frozen", "saule", account=account, reason="A doubt")
    fund.do("approval.given", "daniyar", proposal=proposal)
    fund.fates.add(("acquisition.proposed.v1", fund.ending(proposal)))


def steal_a_key(fund: BusyFund) -> None:
    """An officer's second key signs, and is reported stolen since before it did."""
    name = fund.fresh("second key")
    second = fund.enrol("aigerim", name)
    members = fund.members("acquisition.proposed", "aigerim", **_acquisition(fund))
    fund.tick()
    fund.submit(fund.sign(members, keys={"aigerim": second}))
    suspect = fund.event_ids[-1]
    reported = {"key": second.public_key.keyid, "reason": "Stolen"}
    fund.do("key.revoked", "aigerim", compromised_since=len(fund.records) - 1, **reported)
    fund.do("approval.given", "daniyar", proposal=suspect)
    assert suspect not in fund.state.proposals


def fill(fund: BusyFund, until: int) -> None:
    """Business as usual, up to a number of records."""
    acts: list[Callable[[], object]] = [
        lambda: fund.do("price.observed", "bolat", **price(fund)),
        lambda: fund.do("cash.recorded", "bolat", **cash(fund)),
        lambda: fund.pend("acquisition.proposed", "aigerim", **_acquisition(fund)),
        lambda: fund.do("approval.given", "daniyar", proposal=fund.event_ids[-1]),
        lambda: fund.settle_acquisition(fund.event_ids[-2], "3", "120000"),
        lambda: fund.pend("transfer.proposed", "aigerim", **_transfer(fund)),
        lambda: fund.do("approval.given", "marat", proposal=fund.event_ids[-1]),
        lambda: fund.step("released", fund.event_ids[-2], "2"),
        lambda: fund.step("settled", fund.event_ids[-3], "1.5", final=False),
        lambda: fund.step("failed", fund.event_ids[-4], "0.5"),
    ]
    turn = 0
    while len(fund.records) < until:
        acts[turn % len(acts)]()
        turn += 1
        if turn % 50 == 0:
            fund.tick(days=1)


def begin(fund: BusyFund) -> BusyFund:
    """Constituted, registered under the charter, under the mandate, with units."""
    fund.constitute()
    fund.register()
    for habit in REGISTRY_HABITS[:1]:
        governed = charter(habit.kind, habit.fields)
        for way in WAYS_TO_WAIT:
            way(fund, governed)
    fund.adopt(BOOK)
    for asset in ("BTC", "BNB"):
        fund.open_units("1000", asset=asset)
        fund.open_units("1000", "cold-2", asset=asset)
    return fund


def round_of_life(fund: BusyFund) -> None:
    """Every kind of event in every way once."""
    keep_registers_and_act(fund)
    keep_books(fund)
    govern(fund)
    misbehave(fund)
    state_facts(fund)
    replace_mandate(fund)


@cache
def thousand_events() -> BusyFund:
    """The fund after its thousand records. Do not change it."""
    fund = begin(BusyFund())
    round_of_life(fund)
    keep_registers_and_act(fund)
    misbehave(fund)
    assert len(fund.records) < RECORDS, len(fund.records)
    fill(fund, RECORDS)
    return fund
