"""A fund's life in the product and in the naive ledger, side by side.

Hypothesis lives a fund: officers come and go, keys are lost and stolen, mandates change, units come
in, move and leave in parts, periods close, and some of it is wrong or hostile. Each event is
decided by the ledger and by `tests.support.naive_ledger`, a second reading of the specification
that shares no code with it. Rejection or verdict, findings, effects, balances and open proposals
are the same after every event, and the log alone gives the live state.

In the `deep` profile the four quarters together live 10,000 lives of fifty steps.
"""

# ruff: noqa: FBT001 - Hypothesis draws the flags

from __future__ import annotations

import ast
import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RULE_MARKER,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from ledger.domain.apply import advance
from ledger.domain.digest import state_digest
from ledger.domain.drafts import payload_of
from ledger.domain.laws import LAWS
from ledger.kernel.amounts import render_amount
from ledger.kernel.canonical import decode_object, encode
from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.dsse import render_envelope, sign_payload
from tests.support.books import ANYBODY, EXCEPTION, anybody, approval, book, quorum
from tests.support.books import rule as provision
from tests.support.fund_simulator import (
    BTC,
    DIGEST,
    GROUNDS,
    OFFICES,
    commitment_of,
    key_form,
    signer_of,
)  # fmt: skip
from tests.support.naive_beside import FundBeside, compare_outcomes, submission_of
from tests.support.naive_decision import all_asked
from tests.support.naive_ledger import NaiveLedger
from tests.support.naive_lives import (
    CHAIN,
    CHANGES,
    FIRST_POLICIES,
    NEWCOMERS,
    NOBODY,
    OFFICE_NAMES,
    PLAIN,
    By,
    Twist,
    accounts,
    approvers,
    assets,
    bent,
    books,
    charter,
    charters,
    fees,
    governing,
    grounds,
    later_policy,
    moneys,
    named_lots,
    new_policies,
    officers,
    picks,
    places,
    policy_changes,
    postings,
    proposers,
    registering,
    shares,
    staff,
    twists,
    units,
)  # fmt: skip
from tests.support.naive_records import SETTLES, Proposal
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    outcome_of,
    verdict_of,
)  # fmt: skip
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = 2
"""Two versions of a book together, not one of them twice."""
Step = TypeVar("Step", bound="Callable[..., None]")
TRADES = [kind for kind in SETTLES.values() if kind != "transfer.proposed"]
GOVERNORS: By = ("gulnara", ("nurlan",))
SEEN: Counter[str] = Counter()
"""What occurred in all lives of this process: kinds, rejections, findings, effects."""


def something(*kinds: str) -> Callable[[Step], Step]:
    """The precondition that a proposal is open, of one of these kinds if any are given."""

    def holds(machine: FundModel) -> bool:
        found = machine.fund.story.open_proposals()
        return any(not kinds or proposal.kind in kinds for proposal in found)

    return precondition(holds)


def something_under_way(machine: FundModel) -> bool:
    return any(p.in_transit for p in machine.fund.story.open_proposals())


def begun(terms: dict[str, Any], fault: str) -> FundBeside:
    """A constituted fund with its registry; the constitution was perhaps first drafted badly."""
    fund = FundBeside()
    fund.offset_minutes = terms["utc_offset_minutes"]
    for newcomer in NEWCOMERS:
        fund.signers[newcomer] = signer_of(f"{fund.fund}:{newcomer}")
    for members in (
        badly_constituted(fund, terms, fault),
        fund.constitution(charter=charter(terms)),
    ):
        fund.submit(fund.sign(members))
    fund.register()
    return fund


def badly_constituted(fund: FundBeside, terms: dict[str, Any], fault: str) -> dict[str, Any]:
    """A constitution with one thing wrong."""
    members = fund.constitution(charter=charter(terms))
    first, *others = members["founders"]
    other_log = render_vkey(VerifierKey("test/other", fund.log_signer.public_key))
    same_key = {**first, "keys": [key_form(fund.signers["bolat"])]}
    same_person = {**first, "commitment": commitment_of("bolat")}
    changes: dict[str, dict[str, Any]] = {
        "quorum": {"charter": charter({**terms, "quorum": 3})},
        "protocol": {"protocol": 2},
        "future": {"value_date": fund.day(1)},
        "log_key": {"log_key": other_log},
        "absent": {"cosigners": members["cosigners"][1:]},
        "person": {"founders": [same_person, *others]},
        "key": {"founders": [same_key, *others]},
    }
    return {**members, **changes[fault]}


LOTS = ["", "", "", "newest", "none", "twice", "short", "over", "unknown"]
"""Which lots a settlement names, where they are kept: the oldest, or something else."""


class FundModel(RuleBasedStateMachine):
    """Random acts, right and wrong, by random officers, in passing time."""

    fund: FundBeside

    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[bytes] = []
        self.lost: list[Any] = []
        """Signers whose key is no longer used: revoked ones, mostly."""

    @initialize(
        terms=charters,
        fault=st.sampled_from(
            ["quorum", "protocol", "future", "log_key", "absent", "person", "key"]
        ),
        mandate=st.one_of(books(), books(), books(), books(), books(), books(), books(), st.none()),
        policy=st.sampled_from(FIRST_POLICIES),
    )
    def begin(self, terms: dict[str, Any], fault: str, mandate: dict[str, Any] | None,
              policy: dict[str, Any] | None) -> None:  # fmt: skip
        self.fund = begun(terms, fault)
        if policy is not None:
            first_day: dict[str, Any] = {"effective_from": self.fund.day(-40)}
            self.govern("accounting_policy.adopted", GOVERNORS, **first_day, **policy)
        if mandate is not None:
            self.fund.adopt(mandate, effective_from=self.fund.today)
        for account in ("cold-1", "cold-2"):
            self.act("opening.recorded", "aigerim", **self.fund.opening("25", account))
            self.complete(0)

    # -- how an act is done ---------------------------------------------------------------------

    def act(self, kind: str, author: str, twist: Twist | None = None, **fields: Any) -> None:
        """Sign and submit one event, perhaps with something about it that is unusual."""
        fund, twist = self.fund, twist or PLAIN
        fund.tick(seconds=1)
        members = bent(fund, fund.members(kind, author, **fields), twist)
        signers = self._signers(members, twist)
        if len({one.public_key.keyid for one in signers}) < len(signers):
            return
        envelope = sign_payload(payload_of(members), signers)
        if "forged" in twist and {one.keyid for one in envelope.signatures} <= {*fund.story.keys}:
            other = sign_payload(payload_of({**members, "reference": "other"}), signers)
            fund.submit_forged(render_envelope(replace(envelope, signatures=other.signatures)))
            return
        self.envelopes.append(render_envelope(envelope))
        fund.submit(self.envelopes[-1])

    def govern(self, kind: str, by: By, twist: Twist | None = None, **fields: Any) -> None:
        self.act(kind, by[0], twist, cosigners=sorted(by[1]), **fields)

    def _signers(self, members: dict[str, Any], twist: Twist) -> list[Any]:
        fund, author = self.fund, members["author"]
        signers = [fund.signers[name] for name in (author, *members["cosigners"])]
        if twist.get("omit"):
            return [fund.signers["saule" if author != "saule" else "marat"]]
        if twist.get("stranger"):
            return [signer_of("a stranger"), *signers[1:]]
        if twist.get("late") and self.lost:
            return [self.lost[-1], *signers[1:]]
        return signers

    def pick(self, pick: int, *kinds: str) -> str:
        """The id of an open proposal of these kinds, the newest first."""
        open_ones = self.fund.story.open_proposals()[::-1]
        found = [p for p in open_ones if not kinds or p.kind in kinds]
        return found[pick % len(found)].event_id if found else NOBODY

    def share(self, proposal: str, how: str, *, under_way: bool = False) -> str:
        """Units of a fact in terms of its proposal."""
        known = self.fund.story.proposals.get(proposal)
        if known is None:
            return "1"
        whole = Fraction(known.body.get("give", known.body).get("units", "1"))
        if under_way:
            whole = known.in_transit or whole
        factor = {"all": Fraction(1), "half": Fraction(1, 2), "over": Fraction(5, 4)}
        return render_amount(int(whole * factor.get(how, Fraction(0)) * 10**8) or 1, 8)

    # -- proposals ------------------------------------------------------------------------------

    @rule(author=proposers, units=units, cost=moneys, asset=assets, account=accounts,
          ground=grounds, twist=twists)  # fmt: skip
    def propose_acquisition(self, author: str, units: str, cost: str, asset: str, account: str,
                            ground: dict[str, Any], twist: Twist) -> None:  # fmt: skip
        fields = self.fund.acquisition(units, cost, asset=asset, account=account) | ground
        self.act("acquisition.proposed", author, twist, **fields)

    @rule(kind=st.sampled_from(["disposal", "delivery", "encumbrance"]), author=proposers,
          units=units, asset=assets, account=accounts, ground=grounds, twist=twists)  # fmt: skip
    def propose_outflow(self, kind: str, author: str, units: str, asset: str, account: str,
                        ground: dict[str, Any], twist: Twist) -> None:  # fmt: skip
        common = {"asset": asset, "account": account, **GROUNDS, **ground}
        if kind == "disposal":
            fields = self.fund.disposal(units, "100000") | common
            self.act("disposal.proposed", author, twist, **fields)
        elif kind == "delivery":
            fields = self.fund.delivery(units) | common
            self.act("delivery.proposed", author, twist, **fields)
        else:
            own = {"form": "pledge", "beneficiary": "A bank"}
            self.act("encumbrance.placed", author, twist, units=units, **common, **own)

    @rule(author=proposers, give=units, places=places, twist=twists)
    def propose_exchange(self, author: str, give: str, places: tuple[str, str],
                         twist: Twist) -> None:  # fmt: skip
        fields = self.fund.exchange(give, "20", account=places[0], receive_account=places[1])
        self.act("exchange.proposed", author, twist, **fields)

    @rule(author=proposers, units=units, asset=assets, places=places,
          fee=st.sampled_from([None, "0.02", "0.02"]), twist=twists,
          address=st.sampled_from(["", "", "", "own", "own", "bc1qcold1"]))  # fmt: skip
    def propose_transfer(self, author: str, units: str, asset: str, places: tuple[str, str],
                         fee: str | None, twist: Twist, address: str) -> None:  # fmt: skip
        fields: dict[str, Any] = {"asset": asset, "units": units}
        fields |= {"from_account": places[0], "to_account": places[1]}
        if fee:
            fields["max_fee"] = {"asset": "BTC", "units": fee}
        if address:
            own = f"bc1q{places[1].replace('-', '')}"
            address = own if address == "own" else address
            fields["to_address"] = {"chain": CHAIN, "address": address}
        self.act("transfer.proposed", author, twist, **fields, **GROUNDS)

    @rule(kind=st.sampled_from(["acquisition", "disposal", "delivery", "exchange", "transfer"]),
          units=st.sampled_from(["1", "2", "3"]), twist=twists, late=st.booleans(),
          arrives=st.sampled_from(["", "all", "half"]),
          lots=st.sampled_from(LOTS))  # fmt: skip
    def deal(self, kind: str, units: str, twist: Twist, late: bool, arrives: str,
             lots: str) -> None:  # fmt: skip
        """Proposed, approved by all who are asked, and done in part; or done before all that."""
        fund = self.fund
        bodies = {
            "acquisition": fund.acquisition(units, "90000", account="cold-2"),
            "disposal": fund.disposal(units, "90000"),
            "delivery": fund.delivery(units),
            "exchange": fund.exchange(units, "20"),
            "transfer": fund.transfer(units, "0.02"),
        }
        self.act(f"{kind}.proposed", "aigerim", twist, **bodies[kind])
        if not late:
            self.complete(0)
        if self.pick(0, f"{kind}.proposed") == NOBODY:
            return
        if kind == "transfer":
            self.release("bolat", 0, "half", PLAIN, ("BTC", "0.01"))
        else:
            self.settle("bolat", 0, "half", 1, final=False, fee="", twist=PLAIN, lots=lots)
        if late:
            self.complete(0)
        if arrives and kind == "transfer":
            self.arrive("bolat", 0, arrives, final=True, twist=PLAIN, kind="settled")

    # -- what happens to them -------------------------------------------------------------------

    @something(*TRADES)
    @rule(author=staff, pick=picks, how=shares,
          price=st.sampled_from([1, 1, 1, 1, 1, 1, 2, 2, 0]), final=st.booleans(), twist=twists,
          fee=st.sampled_from(
              ["", "", "", "0.01", "0.01", "USD", "9", "hot-1", "0.000000001", "BNB"]),
          lots=st.sampled_from(LOTS))  # fmt: skip
    def settle(self, author: str, pick: int, how: str, price: int, final: bool, fee: str,
               twist: Twist, lots: str = "") -> None:  # fmt: skip
        """At once or twice the price, or (0) at the price in another currency."""
        currency, price = ("USD", price) if price else ("EUR", 1)
        proposal = self.pick(pick, *TRADES)
        known = self.fund.story.proposals.get(proposal)
        kind = known.kind if known else "acquisition.proposed"
        units = self.share(proposal, how)
        fields: dict[str, Any] = {"proposal": proposal, "final": final, "fees": self._fees(fee)}
        if kind == "exchange.proposed":
            fields |= {"given": units, "received": render_amount(20 * 10**8 // price, 8)}
        else:
            fields["units"] = units
        if known and kind != "acquisition.proposed":
            asset = known.body.get("give", known.body)["asset"]
            fields["lots"] = named_lots(self.fund, asset, Fraction(units), lots)
        if kind != "delivery.proposed":
            fields["trade_date"] = self.fund.today
        money = {"currency": currency, "amount": self._money(known, units, price)}
        if kind == "acquisition.proposed":
            fields["consideration"] = money
        if kind == "disposal.proposed":
            fields["proceeds"] = money
        self.act(kind.replace("proposed", "settled"), author, twist, **fields, **GROUNDS)

    @staticmethod
    def _fees(fee: str) -> list[dict[str, Any]]:
        if not fee:
            return []
        if fee == "USD":
            return [{"leg": "cash", "currency": "USD", "amount": "25.5"}]
        if fee == "BNB":
            return [{"leg": "asset", "asset": "BNB", "units": "12", "account": "cold-2"}]
        account = "cold-1" if fee[0].isdigit() else fee
        units = fee if fee[0].isdigit() else "0.01"
        return [{"leg": "asset", "asset": "BTC", "units": units, "account": account}]

    @staticmethod
    def _money(known: Proposal | None, units: str, price: int) -> str:
        """What the units come to at the proposed price, or at twice or half of it."""
        agreed = known and known.body.get("max_consideration", known.body.get("min_proceeds"))
        if not known or not agreed:
            return "1000"
        whole = Fraction(agreed["amount"]) / Fraction(known.body["units"])
        factor = Fraction(price) if "max_consideration" in known.body else Fraction(1, price)
        return render_amount(int(whole * Fraction(units) * factor * 100), 2)

    @something("transfer.proposed")
    @rule(author=staff, pick=picks, how=shares, twist=twists, fee=fees)
    def release(self, author: str, pick: int, how: str, twist: Twist,
                fee: tuple[str, str] | None) -> None:  # fmt: skip
        proposal = self.pick(pick, "transfer.proposed")
        fields: dict[str, Any] = {"proposal": proposal, "units": self.share(proposal, how)}
        if fee:
            fields["fee"] = {"asset": fee[0], "units": fee[1]}
        self.act("transfer.released", author, twist, **fields, **GROUNDS)

    @precondition(something_under_way)
    @rule(author=staff, pick=picks, how=shares, final=st.sampled_from([True, True, False]),
          twist=twists, kind=st.sampled_from(["settled", "settled", "failed"]))  # fmt: skip
    def arrive(self, author: str, pick: int, how: str, final: bool, twist: Twist,
               kind: str) -> None:  # fmt: skip
        proposal = self.pick(pick, "transfer.proposed")
        units = self.share(proposal, how, under_way=True)
        fields: dict[str, Any] = {"proposal": proposal, "units": units, "final": final, **GROUNDS}
        if kind == "failed":
            fields["explanation"] = "The network dropped it"
        self.act(f"transfer.{kind}", author, twist, **fields)

    @precondition(lambda self: self.fund.story.encumbrances)
    @rule(author=proposers, units=units, pick=picks, twist=twists)
    def free(self, author: str, units: str, pick: int, twist: Twist) -> None:
        known = [*self.fund.story.encumbrances, NOBODY]
        encumbrance = known[pick % len(known)]
        fields = {"encumbrance": encumbrance, "units": units, **GROUNDS}
        self.act("encumbrance.released", author, twist, **fields)

    @rule(author=staff, units=units, asset=assets, account=accounts, twist=twists,
          source=st.sampled_from(["opening", "donation", "mining", "final_civil_forfeiture"]),
          final=st.sampled_from([None, -1, -1, 2]))  # fmt: skip
    def come_in(self, author: str, units: str, asset: str, account: str, twist: Twist,
                source: str, final: int | None) -> None:  # fmt: skip
        fund = self.fund
        if source == "opening":
            fields = fund.opening(units, account, asset=asset)
            if final is not None:
                fields["acquired_on"] = fund.day(final)
            self.act("opening.recorded", author, twist, **fields)
            return
        fields = {"asset": asset, "units": units, "account": account, "source": source, **GROUNDS}
        if final is not None:
            fields |= {"finality_date": fund.day(final), "evidence": [DIGEST]}
        self.act("receipt.recorded", author, twist, **fields)

    @rule(author=staff, direction=st.sampled_from(["in", "out"]), amount=moneys, twist=twists,
          category=st.sampled_from(["other", "temporary_transfer"]),
          currency=st.sampled_from(["USD", "USD", "USD", "EUR"]),
          party=st.sampled_from([None, "exchange-one"]), back=st.booleans())  # fmt: skip
    def cash(self, author: str, direction: str, amount: str, category: str, currency: str,
             twist: Twist, party: str | None, back: bool) -> None:  # fmt: skip
        """Money moves, perhaps for a time; perhaps it comes back, or what comes was never lent."""
        money = {"currency": currency, "amount": amount}
        fields: dict[str, Any] = {"direction": direction, "amount": money, "category": category}
        if back:
            fields["returns"] = [NOBODY, *self.fund.story.lent][-1]
        self.act("cash.recorded", author, twist, counterparty=party, **fields, **GROUNDS)

    # -- answers --------------------------------------------------------------------------------

    @something()
    @rule(author=approvers, pick=picks, twist=twists)
    def approve(self, author: str, pick: int, twist: Twist) -> None:
        self.act("approval.given", author, twist, proposal=self.pick(pick))

    @something()
    @rule(pick=picks)
    def complete(self, pick: int) -> None:
        """Whoever is asked approves, until it is enough."""
        proposal = self.pick(pick)
        for author in ("marat", "gulnara", "daniyar", "nurlan", "bolat"):
            story = self.fund.story
            known = story.proposals.get(proposal)
            if known is None or known.status != "pending":
                return
            asked = all_asked(story, known)
            if not asked or any(one.fitting(story.offices(author)) for one in asked):
                self.act("approval.given", author, proposal=proposal)

    @something()
    @rule(author=approvers, pick=picks, twist=twists)
    def refuse(self, author: str, pick: int, twist: Twist) -> None:
        self.act("approval.refused", author, twist, proposal=self.pick(pick), reason="No")

    @something()
    @rule(author=officers, pick=picks, own=st.integers(0, 3), twist=twists)
    def withdraw(self, author: str, pick: int, own: int, twist: Twist) -> None:
        proposal = self.pick(pick)
        known = self.fund.story.proposals.get(proposal)
        who = known.author if own and known else author
        self.act("proposal.withdrawn", who, twist, proposal=proposal, reason="A mistake")

    # -- governance -----------------------------------------------------------------------------

    @rule(by=governing, officer=officers, office=st.sampled_from(OFFICE_NAMES),
          starts=st.sampled_from([0, 0, 0, 2, -2]), ends=st.sampled_from([None, None, 1, 5, -9]),
          person=st.sampled_from(["", "", "", "", "aigerim", "nobody"]), twist=twists)  # fmt: skip
    def appoint(self, by: By, officer: str, office: str, starts: int, ends: int | None,
                person: str, twist: Twist) -> None:  # fmt: skip
        fields: dict[str, Any] = {"officer": officer, "office": office}
        fields["commitment"] = commitment_of(person or officer)
        fields["starts_on"] = self.fund.day(starts)
        if ends is not None:
            fields["ends_on"] = self.fund.day(ends)
        self.govern("officer.appointed", by, twist, **fields)

    @rule(officer=st.sampled_from(sorted(OFFICES)))
    def reinstate(self, officer: str) -> None:
        """An office that was lost is given again."""
        if OFFICES[officer] not in self.fund.story.offices(officer):
            fields = self.fund.appointment(officer, OFFICES[officer])
            self.govern("officer.appointed", GOVERNORS, **fields)

    @rule(by=governing, officer=st.sampled_from([*OFFICES, *OFFICES, *NEWCOMERS]), pick=picks,
          twist=twists)  # fmt: skip
    def relieve(self, by: By, officer: str, pick: int, twist: Twist) -> None:
        held = sorted(self.fund.story.offices(officer)) or ["Clerk"]
        office = held[pick % len(held)] if twist.get("over") != 0 else "Clerk"
        self.govern("officer.relieved", by, twist, officer=officer, office=office, reason="It ends")

    @rule(by=governing, terms=charters, quorum=st.sampled_from([0, 0, 1, 2, 3]), risk=st.booleans(),
          twist=twists)  # fmt: skip
    def amend(self, by: By, terms: dict[str, Any], quorum: int, risk: bool, twist: Twist) -> None:
        changed = {**terms, "quorum": quorum or terms["quorum"]}
        offices = ("Governor", "RiskOfficer") if risk else ("Governor",)
        self.govern("charter.amended", by, twist, charter=charter(changed, *offices))

    @rule(by=governing, which=st.sampled_from(["fresh", "same", "officer", "name", "protocol"]))
    def rotate_log_key(self, by: By, which: str) -> None:
        fund = self.fund
        if which == "protocol":
            self.govern("protocol.raised", by, protocol=2)
            return
        key = signer_of(f"log {len(fund.records)}").public_key
        key = fund.log_signer.public_key if which == "same" else key
        key = fund.signers["aigerim"].public_key if which == "officer" else key
        name = "test/other" if which == "name" else fund.fund
        self.govern("log_key.rotated", by, log_key=render_vkey(VerifierKey(name, key)))

    @rule(by=governing, policy=new_policies(), change=policy_changes(), twist=twists,
          word=st.sampled_from([None, *CHANGES, *CHANGES[1:]]), fresh=st.integers(0, 3),
          days=st.sampled_from([0, 0, 0, -2, -20, 5]))  # fmt: skip
    def adopt_accounting(
        self, by: By, policy: dict[str, Any], change: dict[str, Any], word: str | None, fresh: int,
        days: int, twist: Twist,
    ) -> None:  # fmt: skip
        """A policy out of nothing, or one that differs a little from the last."""
        before = self.fund.story.policies
        fields = later_policy(before[-1], change) if before and fresh else policy
        treated = {"change": word} if word and (before or fresh == 0) else {}
        first_day = {"effective_from": self.fund.day(days)}
        self.govern("accounting_policy.adopted", by, twist, **first_day, **treated, **fields)

    @rule(by=governing, officer=officers, twist=twists,
          which=st.sampled_from(["fresh", "fresh", "fresh", "own", "known", "log"]))  # fmt: skip
    def enrol_key(self, by: By, officer: str, which: str, twist: Twist) -> None:
        fund = self.fund
        fresh = signer_of(f"{officer} after {fund.state.position}")
        known = {
            "own": fund.signers[officer],
            "known": fund.signers["marat"],
            "log": fund.log_signer,
        }
        signer = known.get(which, fresh)
        self.govern("key.enrolled", by, twist, **fund.enrolment(officer, signer))
        key = fund.story.keys.get(signer.public_key.keyid)
        if key is not None and key.officer == officer:
            self.lost.append(fund.signers[officer])
            fund.signers[officer] = signer

    @rule(author=officers, of=officers, pick=picks,
          since=st.sampled_from([None, None, 3, 12, 0, -5]),
          twist=twists)  # fmt: skip
    def revoke_key(self, author: str, of: str, pick: int, since: int | None, twist: Twist) -> None:
        """A key is revoked, perhaps as stolen for a while."""
        fund = self.fund
        own = [keyid for keyid, key in fund.story.keys.items() if key.officer == of]
        fields: dict[str, Any] = {"key": own[pick % len(own)] if own else NOBODY}
        if since is not None:
            fields["compromised_since"] = max(1, fund.state.position + 1 - since)
        self.act("key.revoked", author, twist, reason="Lost", **fields)

    @rule(officer=st.sampled_from(["aigerim", "daniyar", "marat", "bolat"]), back=st.integers(0, 9))
    def key_is_stolen(self, officer: str, back: int) -> None:
        """Revoked as compromised for a while, and replaced."""
        fund = self.fund
        since: dict[str, Any] = {"compromised_since": max(1, fund.state.position - back)}
        key = fund.signers[officer].public_key.keyid
        self.act("key.revoked", "saule", key=key, reason="Stolen", **since)
        self.enrol_key(GOVERNORS, officer, "fresh", PLAIN)

    # -- mandates -------------------------------------------------------------------------------

    @rule(
        by=governing, content=books(), fault=st.sampled_from(["", "", "", "bill", "twice", "word"])
    )
    def record_book(self, by: By, content: dict[str, Any], fault: str) -> None:
        rules = content["rules"]
        if fault == "bill":
            content = content | {"status": "bill"}
        if fault == "twice":
            content = content | {"rules": [*rules, rules[0]]}
        if fault == "word":
            content = content | {"rules": [{**rules[0], "params": {"colour": "red"}}]}
        self.govern("book.recorded", by, book=content)

    @precondition(lambda self: self.fund.story.books)
    @rule(by=governing, pick=picks, twice=st.sampled_from([0, 0, 0, 0, 1, OTHER, OTHER]),
          override=st.booleans(), days=st.sampled_from([0, 2, 3, 10]), twist=twists)  # fmt: skip
    def adopt_mandate(self, by: By, pick: int, twice: int, override: bool, days: int,
                      twist: Twist) -> None:  # fmt: skip
        known = [*self.fund.story.books][::-1]
        names = [known[pick % len(known)]] * (1 + (twice == 1))
        names += [known[0]] * (twice == OTHER)
        why = {"override": "It will be law"} if override else {}
        self.govern("mandate.adopted", by, twist, mandate="next", version="2",
                    effective_from=self.fund.day(days), books=names, **why)  # fmt: skip

    @rule(content=books(), days=st.sampled_from([0, 2, 10]), pass_time=st.booleans())
    def change_the_law(self, content: dict[str, Any], days: int, pass_time: bool) -> None:
        """A new book, adopted in due form."""
        self.govern("book.recorded", GOVERNORS, book=content)
        book_id = self.fund.event_ids[-1]
        self.govern("mandate.adopted", GOVERNORS, mandate="next", version="3", books=[book_id],
                    effective_from=self.fund.day(days))  # fmt: skip
        if pass_time:
            self.fund.tick(days=days)

    @rule(by=governing, seldom=st.integers(0, 2), wrong=st.integers(0, 5), twist=twists)
    def suspend_or_resume(self, by: By, seldom: int, wrong: int, twist: Twist) -> None:
        mandate = self.fund.story.mandate
        suspended = mandate is not None and mandate.suspended
        if seldom and not suspended:
            return
        kind = "mandate.resumed" if suspended != (wrong == 0) else "mandate.suspended"
        name = mandate.event_id if mandate and wrong != 1 else NOBODY
        self.govern(kind, by, twist, mandate=name, reason="A doubt")

    # -- the registry ---------------------------------------------------------------------------

    @rule(by=registering, asset=st.sampled_from(["GLD", "DOT", "BTC", "BNB"]), twist=twists,
          known=st.sampled_from([False] * 4 + [True]),
          delist=st.sampled_from([False, False, True]))  # fmt: skip
    def list_asset(self, by: By, asset: str, known: bool, delist: bool, twist: Twist) -> None:
        if delist:
            self.govern("asset.delisted", by, twist, asset=asset, reason="Thin")
            return
        asset_id = BTC if known else f"eip155:1/slip44:{len(asset)}{ord(asset[0])}"
        kind = "metal" if asset == "GLD" else "coin"
        self.govern("asset.listed", by, twist, asset=asset, asset_id=asset_id, name=asset,
                    scale=2, instrument_class=kind)  # fmt: skip

    @rule(by=registering, custodian=st.sampled_from(["first-vault", "third-vault", "third-vault"]),
          end=st.sampled_from([False, False, True]), twist=twists)  # fmt: skip
    def engage_custodian(self, by: By, custodian: str, end: bool, twist: Twist) -> None:
        if end:
            self.govern("custodian.terminated", by, twist, custodian=custodian, reason="It ends")
            return
        self.govern("custodian.engaged", by, twist, custodian=custodian, legal_name="A Vault",
                    jurisdiction="KZ", licences=[], contract=DIGEST)  # fmt: skip

    @rule(by=registering, account=accounts, twist=twists,
          kind=st.sampled_from(["opened", "frozen", "unfrozen", "unfrozen", "closed"]),
          custodian=st.sampled_from(["second-vault", "third-vault"]))  # fmt: skip
    def change_account(self, by: By, account: str, kind: str, custodian: str,
                       twist: Twist) -> None:  # fmt: skip
        fields: dict[str, Any] = {"account": account}
        if kind == "opened":
            fields |= {"custodian": custodian, "title": "A", "tier": "hot", "method": "online",
                       "owner_class": "own"}  # fmt: skip
        else:
            fields["reason"] = "A doubt"
        if kind == "unfrozen":
            frozen = sorted(self.fund.story.frozen)
            fields["account"] = frozen[0] if frozen else account
        self.govern(f"account.{kind}", by, twist, **fields)

    @rule(by=registering, account=accounts, twist=twists,
          party=st.sampled_from([None, "exchange-one", "agency-one"]))  # fmt: skip
    def register(self, by: By, account: str, party: str | None, twist: Twist) -> None:
        if party:
            self.govern("counterparty.registered", by, twist, counterparty=party, legal_name="A",
                        jurisdiction="KZ")  # fmt: skip
            return
        self.govern("address.registered", by, twist, account=account, evidence=[DIGEST],
                    chain=CHAIN, address=f"bc1q{account.replace('-', '')}")  # fmt: skip

    # -- what is stated -------------------------------------------------------------------------

    @rule(author=staff, asset=assets, kind=st.sampled_from(["price", "price", "fact",
          "observation", "attestation"]), days=st.sampled_from([0, 0, 0, -3, 1]),
          twist=twists)  # fmt: skip
    def state_something(self, author: str, asset: str, kind: str, days: int, twist: Twist) -> None:
        fund = self.fund
        subject = {"subject": asset, **GROUNDS}
        if kind == "price":
            self.act("price.observed", author, twist, asset=asset, currency="USD", price="40000",
                     observed_at=fund.instant(days=days), source="S", market="M",
                     **GROUNDS)  # fmt: skip
        elif kind == "fact":
            self.act("fact.recorded", author, twist, fact="audited", value=True, **subject)
        elif kind == "observation":
            self.act("observation.recorded", author, twist, measure="market_cap", value="1",
                     unit="EUR" if days == -3 else "USD", source="S",
                     observed_on=fund.day(days), **subject)  # fmt: skip
        else:
            self.act("attestation.recorded", author, twist, item="reserves", attester="A",
                     document=DIGEST, expires_on=fund.day(days), **subject)  # fmt: skip

    @rule(author=staff, account=accounts, asset=assets, how=shares, twist=twists,
          days=st.sampled_from([0, 0, 0, -1, 1]), attested=st.booleans(),
          goes_on=st.booleans())  # fmt: skip
    def state_balance(self, author: str, account: str, asset: str, how: str, twist: Twist,
                      days: int, attested: bool, goes_on: bool) -> None:  # fmt: skip
        """What an account is said to hold: what it does, or less, or more; and then its break."""
        fund = self.fund
        held = sum(
            units for _, place, what, units in fund.story.moves if (place, what) == (account, asset)
        )
        factor = {"all": Fraction(1), "half": Fraction(1, 2), "over": Fraction(5, 4)}
        units = render_amount(int(held * factor.get(how, Fraction(0)) * 10**8), 8)
        fields = {"account": account, "asset": asset, "units": units, "as_of": fund.day(days)}
        fields |= {"document": DIGEST, **GROUNDS}
        if attested:
            how_known = {"attester": "A", "method": "address_signature"}
            self.act("balance.attested", author, twist, **fields, **how_known)
        else:
            self.act("custodian_statement.received", author, twist, **fields)
        if goes_on:
            self.raise_break(author, 0, PLAIN)

    @rule(author=staff, pick=picks, twist=twists)
    def raise_break(self, author: str, pick: int, twist: Twist) -> None:
        known = [NOBODY, *(one.event_id for one in self.fund.story.statements)][::-1]
        stated = known[pick % len(known)]
        self.act("break.raised", author, twist, statement=stated, **GROUNDS)

    @rule(author=staff, pick=picks, twist=twists)
    def resolve_break(self, author: str, pick: int, twist: Twist) -> None:
        known = [NOBODY, *self.fund.story.breaks][::-1]
        explained = {"cause": "timing", "explanation": "Late", "documents": []}
        named = {"break_id": known[pick % len(known)]}
        self.act("break.resolved", author, twist, **named, **explained, **GROUNDS)

    @rule(author=proposers, asset=assets, pick=picks, twist=twists)
    def value(self, author: str, asset: str, pick: int, twist: Twist) -> None:
        seen = [price.event_id for price in self.fund.story.prices][::-1]
        prices = [seen[pick % len(seen)]] if seen else []
        self.act("valuation.adopted", author, twist, asset=asset, currency="USD", level="1",
                 fair_value="40000", method="Last", prices=prices, **GROUNDS)  # fmt: skip

    @rule(author=proposers, days=st.sampled_from([1, 2, 5, 30, -1]), twist=twists,
          gap=st.sampled_from([1, 1, 1, 2]), name=st.sampled_from(["", "", "2026"]))  # fmt: skip
    def close_period(self, author: str, days: int, gap: int, name: str, twist: Twist) -> None:
        periods = self.fund.story.periods
        last = date.fromisoformat(periods[-1]["ends_on"] if periods else "2025-12-25")
        starts_on = (last + timedelta(gap)).isoformat()
        ends_on = (last + timedelta(gap + days - 1)).isoformat()
        fields = self.fund.close(ends_on, starts_on)
        if name:
            fields["period"] = name
        self.act("period.closed", author, twist, **fields)

    # -- the books ------------------------------------------------------------------------------

    @rule(author=proposers, lines=postings, restates=st.sampled_from([0, 0, 1, 1, 2]), pick=picks,
          twist=twists, back=st.sampled_from([0, 0, 1, 2]))  # fmt: skip
    def post_entry(self, author: str, lines: list[dict[str, Any]], restates: int, pick: int,
                   twist: Twist, back: int) -> None:  # fmt: skip
        """An entry, perhaps in a closed period that it restates, or (2) in the one after it.

        It may be taken back at once, or (2) twice.
        """
        fields: dict[str, Any] = {"lines": lines, "explanation": "An invoice", **GROUNDS}
        periods = self.fund.story.periods[::-1]
        if restates and periods:
            period = periods[pick % len(periods)]
            fields |= {"restates": [period["period"]], "value_date": period["ends_on"]}
        if restates == OTHER:
            fields["value_date"] = self.fund.today
        self.act("entry.posted", author, twist, **fields)
        self.complete(0)
        for _ in range(back):
            self.reverse_entry(author, 0, PLAIN)

    @precondition(lambda self: self.fund.story.entries)
    @rule(author=proposers, pick=picks, twist=twists)
    def reverse_entry(self, author: str, pick: int, twist: Twist) -> None:
        known = [NOBODY, *self.fund.story.entries][::-1]
        fields = {"entry": known[pick % len(known)], "explanation": "It was posted twice"}
        self.act("entry.reversed", author, twist, **fields, **GROUNDS)

    @rule(author=proposers, twist=twists)
    def measure(self, author: str, twist: Twist) -> None:
        self.act("measurement.recorded", author, twist, occasion="interim", **GROUNDS)

    @precondition(lambda self: self.fund.story.periods)
    @rule(author=proposers, days=st.sampled_from([0, 0, 0, 1]), pick=picks, twist=twists,
          late=st.sampled_from([0, 0, 0, 1]))  # fmt: skip
    def issue(self, author: str, days: int, late: int, pick: int, twist: Twist) -> None:
        """Statements of the last period, or of a day before its end, or of tomorrow's log."""
        period = self.fund.story.periods[-1]
        as_of = (date.fromisoformat(period["ends_on"]) - timedelta(days)).isoformat()
        named = {"title": "financial_statements", "period": period["period"], "as_of": as_of}
        document = {"document": DIGEST[:-1] + str(pick), "authorised_by": "The Board"}
        known = {"known_at": self.fund.story.position + late}
        self.act("statement.issued", author, twist, **named, **document, **known, **GROUNDS)

    # -- time and mischief ----------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 0, 1, 2, 6, 31]), seconds=st.integers(1, 60_000))
    def time_passes(self, days: int, seconds: int) -> None:
        self.fund.tick(days=days, seconds=seconds)

    @precondition(lambda self: self.envelopes)
    @rule(pick=st.integers(0, 60))
    def replay_an_envelope(self, pick: int) -> None:
        self.fund.submit(self.envelopes[pick % len(self.envelopes)])

    @rule(again=st.booleans())
    def constitute_again(self, again: bool) -> None:
        """A fund has one constitution."""
        fund = self.fund
        if again:
            fund.submit(fund.sign(fund.constitution()))

    @rule(officer=st.sampled_from(NEWCOMERS), seldom=st.integers(0, 3))
    def collect_keys(self, officer: str, seldom: int) -> None:
        """One officer enrols as many keys as an officer may have, and one more."""
        if seldom:
            return
        for _ in range(9):
            self.enrol_key(GOVERNORS, officer, "fresh", PLAIN)

    @rule(author=officers)
    def the_clock_goes_back(self, author: str) -> None:
        fund, now = self.fund, self.fund.now
        envelope = fund.sign(fund.members("approval.given", author, proposal=NOBODY))
        fund.now = "2026-01-05T08:59:59.999999Z"
        fund.submit(envelope)
        fund.now = now

    @override
    def teardown(self) -> None:
        if hasattr(self, "fund"):
            SEEN.update(self.fund.seen)


OF_THE_BOOKS = {
    "adopt_accounting", "post_entry", "reverse_entry", "measure", "issue", "close_period", "deal",
    "settle", "come_in", "complete", "time_passes", "value", "state_something", "raise_break",
    "state_balance", "release", "arrive",
}  # fmt: skip
"""The rules of a life that is about the books: others would seldom let it get there."""


class BooksModel(FundModel):
    """A shorter life under a mandate that allows everything, for what accounting policies ask."""

    @initialize(terms=charters, policy=st.sampled_from(FIRST_POLICIES[2:]))
    @override
    def begin(self, terms: dict[str, Any], policy: dict[str, Any]) -> None:
        self.fund = begun(terms, "quorum")
        first_day: dict[str, Any] = {"effective_from": self.fund.day(-40)}
        self.govern("accounting_policy.adopted", GOVERNORS, **first_day, **policy)
        self.fund.adopt(book(ANYBODY, EXCEPTION), effective_from=self.fund.today)
        for account, asset in (("cold-1", "BTC"), ("cold-1", "BTC"), ("cold-2", "BNB")):
            opening = self.fund.opening("5", account, asset=asset)
            self.act("opening.recorded", "aigerim", **opening)


for _name, _act in vars(FundModel).items():
    if hasattr(_act, RULE_MARKER) and _name not in OF_THE_BOOKS:
        setattr(BooksModel, _name, None)


# -- the tests ----------------------------------------------------------------------------------

QUARTERS = 4
ALWAYS = 100
"""Lives in a run of the whole suite."""
DEEP = 1_000
NOT_REACHED = {
    # A constitution that breaks a law is answered by one code, whatever the law.
    "founders_incomplete",
    "founder_repeated",
    # Found before a body is one, and nothing a life could meet.
    "key_weak",
}


@pytest.mark.parametrize("quarter", range(QUARTERS))
def test_a_fund_s_life_beside_the_model(quarter: int) -> None:
    """A failing life is shrunk in the `deep` profile only: that takes minutes."""
    profile = settings()
    deep = profile.max_examples >= DEEP
    lives = (profile.max_examples if deep else ALWAYS) // QUARTERS
    machine = type(f"Quarter{quarter}", (FundModel,), {})
    books = type(f"Books{quarter}", (BooksModel,), {})
    SEEN.clear()
    for kind, many in ((machine, lives), (books, lives // 2)):
        run_state_machine_as_test(
            seed(quarter)(kind) if profile.derandomize else kind,
            settings=settings(
                max_examples=many,
                stateful_step_count=50,
                suppress_health_check=list(HealthCheck),
                phases=list(Phase) if deep else [Phase.explicit, Phase.reuse, Phase.generate],
            ),
        )
    if deep:
        lived = lives + lives // 2
        events = sum(many for what, many in SEEN.items() if what.startswith(("kind", "rejection")))
        tally("lives of 50 steps beside an independent model", lived, lived)
        tally("events decided by both alike", events, events)
        assert not {law for law in LAWS if not reached(law)} - NOT_REACHED


def reached(law: str) -> bool:
    return any(law in what.split() for what in SEEN)


def vectors() -> list[Path]:
    folder = Path(__file__).parents[1] / "vectors"
    return [path for path in sorted(folder.glob("*/*.json")) if path.stem != "malformed"]


def test_the_naive_ledger_gives_the_answers_of_the_vectors() -> None:
    """But for what is malformed, undecidable or badly signed: it is told what was verified."""
    preludes: dict[str, NaiveLedger] = {}
    asked = 0
    for path in vectors():
        vector = json.loads(path.read_text("utf-8"))
        name, expect = vector["prelude"], vector["expect"]
        if expect.get("code") == "bad_signature" or expect["answer"] in (
            "malformed",
            "undecidable",
        ):
            continue
        if name not in preludes:
            preludes[name] = prelude(path.parents[1] / "preludes" / f"{name}.log")
        submission = submission_of(vector["envelope"].encode())
        answer = preludes[name].decide(submission, vector["now"])
        if expect["answer"] == "rejection":
            assert answer.rejection == expect["code"], path
        else:
            compare_outcomes(submission, expect["outcome"], answer)
        asked += 1
    assert asked > 350


def prelude(path: Path) -> NaiveLedger:
    """The naive ledger after the records of a prelude, each decided as it stands there."""
    naive = NaiveLedger()
    for line in path.read_bytes().splitlines():
        record: Any = decode_object(line)
        submission = submission_of(encode(record["envelope"]))
        answer = naive.decide(submission, record["recorded_at"])
        compare_outcomes(submission, record["outcome"], answer)
        naive.record(submission, answer, record["recorded_at"])
    return naive


def test_the_model_is_independent() -> None:
    """The naive ledger borrows nothing from what it judges; `driving` is beside it."""
    folder = Path(__file__).parents[1] / "support"
    driving = {"naive_beside", "naive_lives", "naive_tree"}
    model = [path for path in folder.glob("naive_*.py") if path.stem not in driving]
    assert len(model) > 8
    for path in model:
        tree = ast.parse(path.read_text("utf-8"))
        found = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        found += [
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        ]
        ours = [one for one in found if one.startswith(("ledger", "policies"))]
        assert set(ours) <= {"ledger.kernel.currencies"}, path
        theirs = [one for one in found if one.startswith("tests")]
        assert all(one.startswith("tests.support.naive_") for one in theirs), path


# -- what the model found -------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [[quorum(1, "any_registration")]])
def test_a_close_that_waited_for_approvals_completes(rules: list[dict[str, Any]]) -> None:
    """It is itself an open proposal that names the account."""
    fund = fund_under(*rules)
    close = fund.pend("account.closed", "aigerim", account="cold-2", reason="Not needed")
    answer = fund.act("approval.given", "daniyar", proposal=close)
    assert effects_of(answer) == [("effective", [])]


def test_a_fee_that_leaves_a_frozen_account_waits() -> None:
    """Else one signature empties what a governor froze."""
    fund = fund_under()
    fund.open_units("10", "cold-2")
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("1", "1000"))
    fund.do("account.frozen", "gulnara", account="cold-2", reason="A doubt")
    fee = {"leg": "asset", "asset": "BTC", "units": "10", "account": "cold-2"}
    answer = fund.act(
        "acquisition.settled", "bolat", **fund.acquired(proposal, "1", "1000", fees=[fee])
    )
    assert (verdict_of(answer), codes_of(answer)) == ("pending", ["account_frozen", "T.EXC"])


def test_a_fee_out_of_a_frozen_account_is_counted_all_the_same() -> None:
    """An exception lets nothing go that is not there; once approved it would be below zero."""
    fund = fund_under()
    fund.open_units("5", "cold-2")
    proposal = fund.do("acquisition.proposed", "aigerim", **fund.acquisition("1", "1000"))
    fund.do("account.frozen", "gulnara", account="cold-2", reason="A doubt")
    fee = {"leg": "asset", "asset": "BTC", "units": "9", "account": "cold-2"}
    settled = fund.acquired(proposal, "1", "1000", fees=[fee])
    answer = fund.act("acquisition.settled", "bolat", **settled)
    assert verdict_of(answer) == "refused"
    assert sorted(codes_of(answer)) == ["account_frozen", "units_short"]


def test_a_governor_relieved_of_another_office_counts_among_those_who_stay() -> None:
    """Who leaves governance does not count; she does not."""
    fund = fund_under()
    fund.appoint("gulnara", "Clerk")
    fields = {"officer": "gulnara", "office": "Clerk", "reason": "It ends"}
    answer = fund.act("officer.relieved", "gulnara", cosigners=["nurlan"], **fields)
    assert verdict_of(answer) == "effective"


def test_an_exception_is_no_flag_before_everything_asked_for_is_there() -> None:
    """Its own quorum is not enough."""
    fund = SmallFund()
    fund.constitute()
    fund.register()
    allowed = anybody("T.ANY", "any_fact") | {"params": {"initiator_roles": ["TreasuryOfficer"]}}
    second = approval("T.SECOND", "deposit", roles_all_of=["ChiefInvestmentOfficer"])
    fund.adopt(book(allowed, second, EXCEPTION))
    fields = {"asset": "BTC", "units": "1", "account": "cold-1", "source": "donation", **GROUNDS}
    signed = {"cosigners": ["gulnara", "marat"]}
    answer = fund.act("receipt.recorded", "bolat", **signed, **fields)
    findings = [(finding.rule, finding.verdict) for finding in outcome_of(answer).findings]
    assert findings == [("T.ANY", "needs_approval"), ("T.SECOND", "needs_approval")]


def test_who_settled_a_part_does_not_release_another() -> None:
    """Where releaser and settler must differ."""
    apart = provision(
        "T.APART", "separation_of_duties", "transfer_release", "transfer_settlement",
        params={"must_differ": ["releaser", "settler"]},
    )  # fmt: skip
    fund = fund_under(apart)
    fund.open_units("10")
    transfer = fund.do("transfer.proposed", "aigerim", **fund.transfer("4"))
    assert verdict_of(fund.step("released", transfer, "2", "bolat")) == "effective"
    assert verdict_of(fund.step("settled", transfer, "2", "daniyar", final=False)) == "effective"
    assert codes_of(fund.step("released", transfer, "2", "daniyar")) == ["T.APART", "T.EXC"]


def test_the_day_of_the_state_follows_the_charter() -> None:
    """`day` is that of `recorded_at` in the charter in force (docs/spec/state-digest.md)."""
    fund = fund_under()
    terms = fund.constitution()["charter"]
    fund.govern("charter.amended", charter={**terms, "utc_offset_minutes": -720})
    before = state_digest(fund.state)
    assert fund.last is not None
    advance(fund.state, fund.last, fund.state.recorded_at)
    assert state_digest(fund.state) == before
