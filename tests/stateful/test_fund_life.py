"""A fund's life, driven at random, beside a short model that shares no code with the domain.

The model reads the records alone: bodies and outcomes. It adds up units the obvious way, and says
of every movement that became effective whether enough officers had approved it. After each step
the laws of the ledger hold; at the end the log alone gives the same state.
"""

# ruff: noqa: FBT001 - Hypothesis draws the flags
from __future__ import annotations

import base64
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from ledger.domain.admit import admit
from ledger.domain.apply import advance
from ledger.domain.digest import state_digest
from ledger.kernel.amounts import render_amount
from ledger.kernel.canonical import decode_object, encode
from ledger.projections.holdings import HoldingsProjection
from tests.support.books import quorum
from tests.support.books import rule as policy
from tests.support.fund_simulator import GROUNDS, OFFICES, replayed
from tests.support.small_fund import SmallFund, fund_under

SCALE = 10**8
COUNTING = {"ChiefInvestmentOfficer", "RiskOfficer", "Governor"}
QUORUMS = {
    "acquisition.proposed.v1": 1,
    "disposal.proposed.v1": 2,
    "transfer.proposed.v1": 1,
    "encumbrance.placed.v1": 1,
}
RULES = [
    quorum(1, "purchase"),
    quorum(2, "sale"),
    quorum(1, "custody_transfer"),
    quorum(1, "pledge"),
    quorum(1, "period_close"),
    policy(
        "T.CAP",
        "cap_absolute",
        "purchase",
        params={
            "amount": "900000",
            "unit": "USD",
            "measure": "cumulative_purchase_cost",
            "window": {"kind": "rolling_days", "days": 10},
        },
    ),
    policy(
        "T.SOD",
        "separation_of_duties",
        "transfer_release",
        params={"must_differ": ["approver", "releaser"]},
    ),
]
Offices = dict[str, dict[str, list[tuple[str, str]]]]


class NaiveFund:
    """What the records say, added up without cleverness; units are fractions of a whole."""

    def __init__(self) -> None:
        self.held: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.in_transit: defaultdict[str, Fraction] = defaultdict(Fraction)
        self.came: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.bodies: dict[str, dict[str, Any]] = {}
        self.words: defaultdict[str, list[tuple[str, str, int, set[str]]]] = defaultdict(list)
        """Proposal to (officer, key, position, offices then) of everyone who signed for it."""
        self.offices: Offices = defaultdict(lambda: defaultdict(list))
        self.owners: dict[str, str] = {}
        self.suspect: dict[str, int] = {}
        self.below_quorum: list[str] = []
        self.now = ""
        self.position = 0

    def see(self, raw: bytes, event_id: str) -> None:
        """One record, in the order of positions."""
        record = decode_object(raw)
        envelope, outcome = record["envelope"], record["outcome"]
        assert isinstance(envelope, dict)
        assert isinstance(outcome, dict)
        body = decode_object(base64.b64decode(str(envelope["payload"])))
        self.position, self.now = int(str(record["position"])), str(record["recorded_at"])
        self.bodies[event_id] = body
        if body["kind"] == "fund.constituted.v1":
            self._constitute(body)
        if outcome["verdict"] != "refused":
            target = str(body["proposal"]) if body["kind"] == "approval.given.v1" else event_id
            for signature in envelope["signatures"]:  # type: ignore[union-attr] # a list of objects
                self._word(target, str(signature["keyid"]))  # type: ignore[index,call-overload] # as above
        if outcome["verdict"] == "effective":
            self._happen(event_id)
        for effect in outcome["effects"]:  # type: ignore[union-attr] # a list of objects
            if effect["verdict"] == "effective":  # type: ignore[index,call-overload] # as above
                self._happen(str(effect["event"]))  # type: ignore[index,call-overload] # as above

    @property
    def today(self) -> str:
        return (date.fromisoformat(self.now[:10]) + timedelta(self.now[11:13] >= "19")).isoformat()

    def offices_of(self, officer: str) -> set[str]:
        today = self.today
        return {
            office
            for office, terms in self.offices[officer].items()
            if any(first <= today and (not last or today <= last) for first, last in terms)
        }

    def _constitute(self, body: dict[str, Any]) -> None:
        for founder in body["founders"]:
            for office in founder["offices"]:
                self.offices[founder["officer"]][office].append((body["value_date"], ""))

    def _word(self, proposal: str, keyid: str) -> None:
        officer = self.owners.get(keyid)
        if officer is not None:
            then = self.offices_of(officer)
            self.words[proposal].append((officer, keyid, self.position, then))

    def _check_quorum(self, event_id: str) -> None:
        body = self.bodies[event_id]
        needed = QUORUMS.get(body["kind"], 0)
        counted = {
            officer
            for officer, keyid, position, then in self.words[event_id]
            if officer != body["author"]
            and then & COUNTING & self.offices_of(officer)
            and not 0 < self.suspect.get(keyid, 0) <= position
        }
        if len(counted) < needed:
            self.below_quorum.append(event_id)

    def _happen(self, event_id: str) -> None:
        self._check_quorum(event_id)
        body = self.bodies[event_id]
        what = getattr(self, "_" + body["kind"].removesuffix(".v1").replace(".", "_"), None)
        if what is not None:
            what(body)

    def _officer_appointed(self, body: dict[str, Any]) -> None:
        term = (body["starts_on"], body.get("ends_on", ""))
        self.offices[body["officer"]][body["office"]].append(term)

    def _officer_relieved(self, body: dict[str, Any]) -> None:
        self.offices[body["officer"]][body["office"]].clear()

    def _key_revoked(self, body: dict[str, Any]) -> None:
        self.suspect[body["key"]] = body.get("compromised_since", 0)

    def _move(self, account: str, asset: str, units: Fraction) -> None:
        self.held[account, asset] += units
        if units > 0:
            self.came[asset] += units  # type: ignore[assignment] # fractions count too
        else:
            self.left[asset] -= units  # type: ignore[assignment] # fractions count too

    def _fees(self, body: dict[str, Any]) -> None:
        for fee in body["fees"]:
            if fee["leg"] == "asset":
                self._move(fee["account"], fee["asset"], -Fraction(fee["units"]))

    def _opening_recorded(self, body: dict[str, Any]) -> None:
        self._move(body["account"], body["asset"], Fraction(body["units"]))

    _receipt_recorded = _opening_recorded

    def _acquisition_settled(self, body: dict[str, Any]) -> None:
        asked = self.bodies[body["proposal"]]
        self._move(asked["account"], asked["asset"], Fraction(body["units"]))
        self._fees(body)

    def _disposal_settled(self, body: dict[str, Any]) -> None:
        asked = self.bodies[body["proposal"]]
        self._move(asked["account"], asked["asset"], -Fraction(body["units"]))
        self._fees(body)

    def _transfer_released(self, body: dict[str, Any]) -> None:
        asked = self.bodies[body["proposal"]]
        self.held[asked["from_account"], asked["asset"]] -= Fraction(body["units"])
        self.in_transit[asked["asset"]] += Fraction(body["units"])
        if "fee" in body:
            fee = body["fee"]
            self._move(asked["from_account"], fee["asset"], -Fraction(fee["units"]))

    def _arrive(self, body: dict[str, Any], where: str) -> None:
        asked = self.bodies[body["proposal"]]
        self.held[asked[where], asked["asset"]] += Fraction(body["units"])
        self.in_transit[asked["asset"]] -= Fraction(body["units"])

    def _transfer_settled(self, body: dict[str, Any]) -> None:
        self._arrive(body, "to_account")

    def _transfer_failed(self, body: dict[str, Any]) -> None:
        self._arrive(body, "from_account")


officers = st.sampled_from(sorted(OFFICES))
accounts = st.sampled_from(["cold-1", "cold-2", "warm-1"])
units = st.sampled_from(["0.5", "1", "2", "3.25", "5", "0.00000001"])
costs = st.sampled_from(["1000", "50000", "200000", "400000"])
backs = st.sampled_from([0, 0, 0, 0, -1, -3, 1])
picks = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 7])
shares = st.sampled_from(["all", "all", "half", "half", "over", "tiny"])
staff = st.sampled_from(["bolat", "bolat", "aigerim", "daniyar", "marat"])
proposers = st.sampled_from(["aigerim", "aigerim", "daniyar", "bolat", "gulnara"])


class FundLife(RuleBasedStateMachine):
    """Random acts, valid and not, by random officers, in passing time."""

    def __init__(self) -> None:
        super().__init__()
        self.fund: SmallFund
        self.naive = NaiveFund()
        self.projection = HoldingsProjection()
        self.envelopes: list[bytes] = []
        self.proposals: list[str] = []
        self.seen = 0

    @initialize()
    def begin(self) -> None:
        self.fund = fund_under(*RULES)
        for officer, signer in self.fund.signers.items():
            self.naive.owners[signer.public_key.keyid] = officer
        for account in ("cold-1", "cold-2"):
            self.fund.open_units("8", account)
        self._follow()

    # -- how an act is done ---------------------------------------------------------------------

    def _follow(self) -> None:
        """Show the model and the projection what is new."""
        for at in range(self.seen, len(self.fund.records)):
            self.naive.see(self.fund.records[at], self.fund.event_ids[at])
        while self.fund.postings:
            position, posting = self.fund.postings.pop(0)
            self.projection.fold(position, [posting])
        self.seen = len(self.fund.records)

    def _act(self, kind: str, author: str, **fields: Any) -> None:
        if author not in self.fund.signers:
            return
        fund = self.fund
        fund.tick(seconds=1)
        envelope = fund.sign(fund.members(kind, author, **fields))
        self._submit(envelope)
        if kind.endswith((".proposed", ".placed", ".closed", ".settled", ".released", ".failed")):
            self.proposals.append(fund.event_ids[-1])

    def _submit(self, envelope: bytes) -> None:
        fund = self.fund
        event = fund.verify(envelope)
        advance(fund.state, event, fund.now)
        before = state_digest(fund.state)
        admit(fund.state, event, fund.now, fund.engine)
        assert state_digest(fund.state) == before, "admission only reads"
        fund.submit(envelope)
        self.envelopes.append(envelope)
        self._follow()

    def _open(self, kind: str = "") -> list[str]:
        """The ids of open proposals (of a kind), the newest first."""
        found = [p for p in self.fund.state.proposals.values() if p.kind.name.startswith(kind)]
        return [p.event_id for p in sorted(found, key=lambda p: -p.position)]

    def _pick(self, pick: int, kind: str = "") -> str:
        """An open proposal; now and then one that is over, or that nobody knows."""
        if pick == 7:
            return (self.proposals or ["0" * 64])[len(self.proposals) // 2]
        open_ones = self._open(kind)
        return open_ones[pick % len(open_ones)] if open_ones else "0" * 64

    def _units(self, proposal: str, how: str, *, under_way: bool = False) -> str:
        """Units of a settlement in terms of its proposal: `all`, `half`, `over` or `tiny`."""
        known = self.fund.state.proposals.get(proposal)
        if known is None:
            return "1"
        whole = Fraction(str(getattr(known.body, "units", "1")))
        if under_way and known.progress.in_transit:
            whole = Fraction(known.progress.in_transit, SCALE)
        factor = {"all": Fraction(1), "half": Fraction(1, 2), "over": Fraction(5, 4)}
        base_units = int(whole * factor.get(how, Fraction(0)) * SCALE) or 1
        return render_amount(base_units, 8)

    # -- acts -----------------------------------------------------------------------------------

    @rule(author=proposers, units=units, cost=costs, account=accounts, back=backs)
    def propose_acquisition(
        self, author: str, units: str, cost: str, account: str, back: int
    ) -> None:
        fields = self.fund.acquisition(units, cost, account=account)
        self._act("acquisition.proposed", author, value_date=self.fund.day(back), **fields)

    @rule(author=staff, pick=picks, how=shares, cost=costs, final=st.booleans(), fee=st.booleans())
    def settle_acquisition(
        self, author: str, pick: int, how: str, cost: str, final: bool, fee: bool
    ) -> None:
        fees = [{"leg": "asset", "asset": "BTC", "units": "0.01", "account": "cold-1"}] * fee
        proposal = self._pick(pick, "acquisition.proposed")
        units = self._units(proposal, how)
        fields = self.fund.acquired(proposal, units, cost, final=final, fees=fees)
        self._act("acquisition.settled", author, **fields)

    @rule(author=proposers, units=units, account=accounts, back=backs)
    def propose_disposal(self, author: str, units: str, account: str, back: int) -> None:
        fields = self.fund.disposal(units, "1000", account=account)
        self._act("disposal.proposed", author, value_date=self.fund.day(back), **fields)

    @rule(author=staff, pick=picks, how=shares, final=st.booleans())
    def settle_disposal(self, author: str, pick: int, how: str, final: bool) -> None:
        proposal = self._pick(pick, "disposal.proposed")
        fields = self.fund.disposed(proposal, self._units(proposal, how), "100000", final=final)
        self._act("disposal.settled", author, **fields)

    @rule(author=proposers, units=units, places=st.tuples(accounts, accounts), fee=st.booleans())
    def propose_transfer(self, author: str, units: str, places: tuple[str, str], fee: bool) -> None:
        ends = {"from_account": places[0], "to_account": places[1]}
        fields = self.fund.transfer(units, "0.02" if fee else None, **ends)
        self._act("transfer.proposed", author, **fields)

    @rule(author=staff, pick=picks, how=shares, fee=st.sampled_from([None, "0.01", "0.03"]))
    def release_transfer(self, author: str, pick: int, how: str, fee: str | None) -> None:
        paid = {"fee": {"asset": "BTC", "units": fee}} if fee else {}
        proposal = self._pick(pick, "transfer.proposed")
        fields = {"proposal": proposal, "units": self._units(proposal, how), **GROUNDS, **paid}
        self._act("transfer.released", author, **fields)

    @rule(author=staff, pick=picks, how=shares, final=st.booleans(), failed=st.booleans())
    def end_transfer(self, author: str, pick: int, how: str, final: bool, failed: bool) -> None:
        proposal = self._pick(pick, "transfer.proposed")
        units = self._units(proposal, how, under_way=True)
        fields = {"proposal": proposal, "units": units, "final": final, **GROUNDS}
        if failed:
            self._act("transfer.failed", author, explanation="Dropped", **fields)
        else:
            self._act("transfer.settled", author, **fields)

    @rule(author=proposers, units=units, account=accounts)
    def pledge(self, author: str, units: str, account: str) -> None:
        fields = {"asset": "BTC", "units": units, "account": account, "form": "pledge"}
        self._act("encumbrance.placed", author, beneficiary="A bank", **fields, **GROUNDS)

    @rule(author=officers, units=units, pick=picks)
    def release_pledge(self, author: str, units: str, pick: int) -> None:
        known = list(self.fund.state.encumbrances)
        encumbrance = known[pick % len(known)] if known else "0" * 64
        fields = {"encumbrance": encumbrance, "units": units, **GROUNDS}
        self._act("encumbrance.released", author, **fields)

    @rule(author=officers, units=units, account=accounts, back=backs)
    def receive(self, author: str, units: str, account: str, back: int) -> None:
        fields = {"asset": "BTC", "units": units, "account": account, "source": "donation"}
        self._act("receipt.recorded", author, value_date=self.fund.day(back), **fields, **GROUNDS)

    # -- answers --------------------------------------------------------------------------------

    @rule(author=officers, pick=picks)
    def approve(self, author: str, pick: int) -> None:
        self._act("approval.given", author, proposal=self._pick(pick))

    @rule(pick=picks, kind=st.sampled_from(["", "transfer", "acquisition", "disposal", "period"]))
    def complete(self, pick: int, kind: str) -> None:
        """Whoever may be asked approves, until it is enough."""
        proposal = self._pick(pick, kind)
        for author in ("marat", "gulnara", "daniyar"):
            known = self.fund.state.proposals.get(proposal)
            if known is not None and not known.effective:
                self._act("approval.given", author, proposal=proposal)

    @rule(places=st.sampled_from([("cold-1", "cold-2"), ("cold-2", "warm-1")]), late=st.booleans())
    def transfer_up_to_its_release(self, places: tuple[str, str], late: bool) -> None:
        """Approved before it is released, or ratified after."""
        self.propose_transfer("aigerim", "2", places, fee=True)
        if not late:
            self.complete(0, "transfer")
        self.release_transfer("bolat", 0, "half", "0.01")
        if late:
            self.complete(0, "transfer.released")

    @rule(author=officers, cosigner=officers, pick=picks)
    def approve_together(self, author: str, cosigner: str, pick: int) -> None:
        if author != cosigner and {author, cosigner} <= set(self.fund.signers):
            self._act("approval.given", author, cosigners=[cosigner], proposal=self._pick(pick))

    @rule(author=officers, pick=picks)
    def refuse(self, author: str, pick: int) -> None:
        self._act("approval.refused", author, proposal=self._pick(pick), reason="No")

    @rule(author=officers, pick=picks)
    def withdraw(self, author: str, pick: int) -> None:
        self._act("proposal.withdrawn", author, proposal=self._pick(pick), reason="A mistake")

    # -- governance -----------------------------------------------------------------------------

    @rule(author=officers, account=accounts)
    def freeze_or_thaw(self, author: str, account: str) -> None:
        frozen = [name for name, entry in self.fund.state.accounts.items() if entry.frozen]
        if frozen:
            fields = {"account": frozen[0], "reason": "No doubt", "cosigners": ["nurlan"]}
            self._act("account.unfrozen", "gulnara", **fields)
        else:
            self._act("account.frozen", author, account=account, reason="A doubt")

    @rule(officer=officers, office=st.sampled_from(sorted(COUNTING)))
    def relieve_officer(self, officer: str, office: str) -> None:
        fields = {"officer": officer, "office": office, "reason": "It ends"}
        self._act("officer.relieved", "gulnara", cosigners=["nurlan"], **fields)

    @rule(
        officer=officers, office=st.sampled_from(sorted(COUNTING)), days=st.sampled_from([None, 2])
    )
    def appoint_officer(self, officer: str, office: str, days: int | None) -> None:
        ends = {} if days is None else {"ends_on": self.fund.day(days)}
        fields = self.fund.appointment(officer, office, **ends)
        self._act("officer.appointed", "gulnara", cosigners=["saule"], **fields)

    @rule(officer=st.sampled_from(["aigerim", "bolat", "daniyar", "marat"]), back=st.integers(0, 9))
    def rotate_key(self, officer: str, back: int) -> None:
        """A key is revoked, perhaps as stolen for a while, and the officer gets another."""
        old = self.fund.keyid(officer)
        since = {"compromised_since": max(1, self.fund.state.position - back)} if back else {}
        self._act("key.revoked", "saule", key=old, reason="Lost", **since)
        del self.fund.signers[officer]
        fresh = f"key after {self.fund.state.position}"
        try:
            signer = self.fund.enrol(officer, fresh)
        except (AssertionError, KeyError):
            # The quorum could not be had just now: the officer stays without a key.
            self._follow()
            return
        self.naive.owners[signer.public_key.keyid] = officer
        self._follow()

    @rule(author=officers, days=st.integers(1, 3))
    def close_period(self, author: str, days: int) -> None:
        periods = self.fund.state.periods
        last = date.fromisoformat(periods[-1].ends_on) if periods else date(2025, 12, 31)
        starts_on = (last + timedelta(1)).isoformat()
        ends_on = (last + timedelta(days)).isoformat()
        self._act("period.closed", author, **self.fund.close(ends_on, starts_on))

    @rule(seldom=st.integers(0, 3))
    def suspend_or_resume(self, seldom: int) -> None:
        mandate = self.fund.state.mandate
        assert mandate is not None
        if seldom and not mandate.suspended:
            return
        kind = "mandate.resumed" if mandate.suspended else "mandate.suspended"
        fields = {"mandate": mandate.event_id, "reason": "A doubt", "cosigners": ["nurlan"]}
        self._act(kind, "gulnara", **fields)

    # -- time and mischief ----------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 0, 1, 2, 6]), seconds=st.integers(1, 60_000))
    def time_passes(self, days: int, seconds: int) -> None:
        self.fund.tick(days=days, seconds=seconds)

    @rule(author=proposers, seconds=st.integers(1, 90_000), units=units)
    def propose_for_a_short_time(self, author: str, seconds: int, units: str) -> None:
        until = self.fund.instant(seconds=seconds)
        self._act(
            "transfer.proposed", author, valid_until=until, **self.fund.transfer(units, "0.02")
        )

    @precondition(lambda self: self.envelopes)
    @rule(pick=st.integers(0, 50))
    def replay_an_envelope(self, pick: int) -> None:
        records = len(self.fund.records)
        envelope = self.envelopes[pick % len(self.envelopes)]
        self.fund.submit(envelope)
        assert len(self.fund.records) == records, "the same bytes are recorded once"

    @rule(author=officers)
    def the_clock_goes_back(self, author: str) -> None:
        if author not in self.fund.signers:
            return
        fund, now = self.fund, self.fund.now
        envelope = fund.sign(fund.members("approval.given", author, proposal="0" * 64))
        before, records = state_digest(fund.state), len(fund.records)
        fund.now = "2026-01-05T08:59:59.999999Z"
        fund.submit(envelope)
        fund.now = now
        assert (state_digest(fund.state), len(fund.records)) == (before, records)

    # -- laws that hold after every step --------------------------------------------------------

    @invariant()
    def positions_are_dense_and_time_does_not_go_back(self) -> None:
        assert self.fund.state.position == len(self.fund.records)
        pair = [decode_object(raw) for raw in self.fund.records[-2:]]
        assert [row["position"] for row in pair] == list(
            range(len(self.fund.records) - len(pair) + 1, len(self.fund.records) + 1)
        )
        if len(pair) == 2:
            assert str(pair[0]["recorded_at"]) <= str(pair[1]["recorded_at"])
        assert encode(dict(pair[-1])) == self.fund.records[-1]

    @invariant()
    def units_are_those_of_the_model(self) -> None:
        found = {
            place: Fraction(balance.held, SCALE)
            for place, balance in self.fund.state.balances.items()
            if balance.held
        }
        assert found == {place: held for place, held in self.naive.held.items() if held}

    @invariant()
    def units_are_conserved(self) -> None:
        balances = [b for (_, a), b in self.fund.state.balances.items() if a == "BTC"]
        held = sum(balance.held + balance.in_transit for balance in balances)
        assert Fraction(held, SCALE) == self.naive.came["BTC"] - self.naive.left["BTC"]

    @invariant()
    def nothing_is_negative_and_no_more_is_reserved_than_held(self) -> None:
        for balance in self.fund.state.balances.values():
            assert min(balance.held, balance.reserved, balance.encumbered, balance.in_transit) >= 0
            assert balance.reserved + balance.encumbered <= balance.held
            assert balance.by_day.lowest_from("0001-01-01") >= 0
            assert balance.by_day.total == balance.held

    @invariant()
    def what_is_reserved_and_under_way_has_its_proposal(self) -> None:
        state = self.fund.state
        proposals = state.proposals.values()
        reserved = sum(p.progress.reserved + p.progress.fee_reserved for p in proposals)
        assert sum(balance.reserved for balance in state.balances.values()) == reserved
        under_way = sum(p.progress.in_transit for p in proposals)
        assert sum(balance.in_transit for balance in state.balances.values()) == under_way
        encumbered = sum(entry.units for entry in state.encumbrances.values())
        assert sum(balance.encumbered for balance in state.balances.values()) == encumbered

    @invariant()
    def no_proposal_outlives_its_time(self) -> None:
        state = self.fund.state
        for proposal in state.proposals.values():
            late = proposal.body.valid_until < state.recorded_at
            assert proposal.effective or proposal.progress.in_transit or not late

    @invariant()
    def flows_are_never_negative(self) -> None:
        for series in self.fund.state.flows.values():
            sums = [0, *series.sums]
            assert all(later >= earlier for earlier, later in zip(sums, series.sums, strict=False))

    @invariant()
    def nothing_moved_below_its_quorum(self) -> None:
        assert self.naive.below_quorum == []

    @invariant()
    def the_projection_follows(self) -> None:
        assert (
            self._holdings(self.projection)
            == {
                place: (balance.held, balance.reserved, balance.encumbered, balance.in_transit)
                for place, balance in self.fund.state.balances.items()
                if not balance.is_empty
            }
            or self._time_freed_something()
        )

    def _time_freed_something(self) -> bool:
        """Lapses of a rejected envelope's instant reach the projection with the next record."""
        return bool(self.fund.state.postings)

    @staticmethod
    def _holdings(projection: HoldingsProjection) -> dict[tuple[str, str], tuple[int, ...]]:
        return {
            (row.account, row.asset): (row.units, row.reserved, row.encumbered, row.in_transit)
            for row in projection.holdings()
        }

    @override
    def teardown(self) -> None:
        if not hasattr(self, "fund"):
            return
        again = replayed(self.fund.records)
        if self.fund.last is not None and self.fund.now >= again.recorded_at:
            advance(again, self.fund.last, self.fund.state.recorded_at)
        assert state_digest(again) == state_digest(self.fund.state)


def test_a_fund_s_life() -> None:
    """A failing life is shrunk in the `deep` profile only: that takes minutes."""
    examples = settings().max_examples
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    run_state_machine_as_test(
        FundLife,
        settings=settings(
            max_examples=examples // 2,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
            phases=phases if examples < 1_000 else list(Phase),
        ),
    )
