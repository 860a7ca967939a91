"""The story of a fund, retold from its first record each time that anybody asks.

Nothing is kept between two questions but the list of records. Units are fractions of a whole unit,
days and instants are their own text. What a record decided is read from the record; how it is
decided is in the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.support.naive_effects import EFFECTS
from tests.support.naive_records import (
    NOTHING,
    OPEN_ENDED,
    SETTLES,
    Body,
    Findings,
    Key,
    Mandate,
    Proposal,
    Record,
    Signature,
    add_days,
    keyid_of,
)

if TYPE_CHECKING:
    from tests.support.naive_policies import Lot


@dataclass
class Story:
    """Everything that a reader of the records knows at an instant."""

    now: str = ""
    position: int = 0
    fund: str = ""
    charter: Body = field(default_factory=dict)
    commitments: dict[str, str] = field(default_factory=dict)
    """Officer to commitment."""
    appointments: list[Body] = field(default_factory=list)
    keys: dict[str, Key] = field(default_factory=dict)
    log_keys: list[str] = field(default_factory=list)
    books: dict[str, Body] = field(default_factory=dict)
    mandate: Mandate | None = None
    ahead: list[Mandate] = field(default_factory=list)
    """Adopted mandates whose first day has not come."""
    assets: dict[str, Body] = field(default_factory=dict)
    delisted: set[str] = field(default_factory=set)
    engaged: set[str] = field(default_factory=set)
    accounts: dict[str, Body] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    counterparties: set[str] = field(default_factory=set)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    moves: list[tuple[str, str, str, Fraction]] = field(default_factory=list)
    """(value date, account, asset, units in or out) of everything that took effect."""
    encumbrances: dict[str, Body] = field(default_factory=dict)
    freed: list[Body] = field(default_factory=list)
    prices: list[Proposal] = field(default_factory=list)
    observations: list[Body] = field(default_factory=list)
    lent: dict[str, Body] = field(default_factory=dict)
    statements: list[Proposal] = field(default_factory=list)
    breaks: dict[str, Body] = field(default_factory=dict)
    """Open breaks by event id: the statements that they are about."""
    periods: list[Body] = field(default_factory=list)
    currency: str = ""
    """The functional one."""
    policies: list[Body] = field(default_factory=list)
    """Accounting policies in the order of their adoption."""
    lots: dict[str, list[Lot]] = field(default_factory=dict)
    """What is left of each lot, of assets whose lots are kept, in the order in which they came."""
    entries: dict[str, Body] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    """Entries that were reversed."""
    issued: set[str] = field(default_factory=set)
    """Documents."""

    # -- who and when ---------------------------------------------------------------------------

    def day_of(self, instant: str) -> str:
        """The fund's calendar day of an instant."""
        moment = datetime.fromisoformat(instant)
        return (moment + timedelta(minutes=self.charter["utc_offset_minutes"])).date().isoformat()

    @property
    def today(self) -> str:
        return self.day_of(self.now)

    def offices(self, officer: str) -> frozenset[str]:
        """The offices that an officer holds today."""
        today = self.today
        return frozenset(
            term["office"]
            for term in self.appointments
            if term["officer"] == officer
            and term["starts_on"] <= today
            and ("ends_on" not in term or today <= term["ends_on"])
        )

    def holders(self, offices: list[str]) -> set[str]:
        """Who holds one of these offices today."""
        return {officer for officer in self.commitments if self.offices(officer) & set(offices)}

    def governors(self) -> set[str]:
        return self.holders(self.charter["governance_offices"])

    def suspect(self, signature: Signature) -> bool:
        """Whether a reported compromise reaches back to this signature."""
        return 0 < self.keys[signature.keyid].suspect_from <= signature.position

    def shut(self, day: str, *, closing: bool) -> bool:
        """Whether a period is closed up to this day or a later one, or its close is pending (9)."""
        pending = [p.body for p in self.open_proposals() if p.kind == "period.closed" and closing]
        return any(day <= body["ends_on"] for body in self.periods + pending)

    # -- proposals and units --------------------------------------------------------------------

    def open_proposals(self) -> list[Proposal]:
        return [proposal for proposal in self.proposals.values() if proposal.open]

    def held(self, account: str, asset: str) -> Fraction:
        return sum((move[3] for move in self.moves if move[1:3] == (account, asset)), NOTHING)

    def reserved(self, account: str, asset: str) -> Fraction:
        """Units held back for open proposals."""
        held = [
            units
            for proposal in self.open_proposals()
            for where, what, units in proposal.reserves()
            if (where, what) == (account, asset)
        ]
        return sum(held, NOTHING)

    def left_of(self, encumbrance: str) -> Fraction:
        freed = [body["units"] for body in self.freed if body["encumbrance"] == encumbrance]
        return Fraction(self.encumbrances[encumbrance]["units"]) - sum(map(Fraction, freed))

    def encumbered(self, account: str, asset: str) -> Fraction:
        found = [
            self.left_of(name)
            for name, placed in self.encumbrances.items()
            if (placed["account"], placed["asset"]) == (account, asset)
        ]
        return sum(found, NOTHING)

    def under_way(self, account: str, asset: str) -> Fraction:
        """Units in transit that left this account."""
        found = [
            proposal.in_transit
            for proposal in self.open_proposals()
            if proposal.kind == "transfer.proposed"
            and (proposal.body["from_account"], proposal.body["asset"]) == (account, asset)
        ]
        return sum(found, NOTHING)

    def lowest_from(self, day: str, account: str, asset: str) -> Fraction:
        """The least that is held at the end of any open day from this one on."""
        day = max([day, *(add_days(body["ends_on"], 1) for body in self.periods)])
        moves = [move for move in self.moves if move[1:3] == (account, asset)]
        days = {day, *(move[0] for move in moves if move[0] > day)}
        return min(sum((move[3] for move in moves if move[0] <= end), NOTHING) for end in days)

    def balances(self) -> dict[tuple[str, str], tuple[Fraction, ...]]:
        """(account, asset) to held, reserved, encumbered and in transit, where any is not zero."""
        reserved = [(a, b) for p in self.open_proposals() for a, b, _ in p.reserves()]
        places = {(move[1], move[2]) for move in self.moves} | set(reserved)
        legs = (self.held, self.reserved, self.encumbered, self.under_way)
        found = {place: tuple(leg(*place) for leg in legs) for place in places}
        return {place: units for place, units in found.items() if any(units)}

    # -- the telling ----------------------------------------------------------------------------

    def advance(self, now: str) -> None:
        """Let time pass: proposals lapse, mandates take over whose first day has come."""
        self.now = max(now, self.now)
        for proposal in self.proposals.values():
            if proposal.status == "pending" and proposal.body["valid_until"] < self.now:
                proposal.status = "lapsed"
        if not self.charter:
            return
        for mandate in sorted(self.ahead, key=lambda one: (one.effective_from, one.position)):
            if mandate.effective_from <= self.today:
                # A suspension lasts until somebody resumes, whatever mandate comes (11).
                mandate.suspended = self.mandate is not None and self.mandate.suspended
                self.mandate = mandate
                self.ahead.remove(mandate)

    def hear(self, record: Record) -> None:
        """One record, after time was advanced to it."""
        self.position = record.position
        body = record.body
        if body["kind"] == "fund.constituted.v1":
            self._constitute(body)
        if record.verdict == "refused":
            return
        signatures = self.signatures(record.keyids, record.position)
        told = Proposal(record.event_id, body, record.position, record.recorded_at, signatures)
        self.proposals[record.event_id] = told
        if told.kind == "approval.given":
            self.proposals[body["proposal"]].signatures += told.signatures
        if record.verdict == "effective":
            self.happen(told)
        for event_id, verdict, findings in record.effects:
            self._settle(self.proposals[event_id], verdict, findings)

    def signatures(self, keyids: list[str], position: int) -> list[Signature]:
        """Who the holders of these keys are, and what they are today."""
        officers = [(self.keys[keyid].officer, keyid) for keyid in keyids]
        return [Signature(who, keyid, position, self.offices(who)) for who, keyid in officers]

    def _settle(self, proposal: Proposal, verdict: str, findings: Findings) -> None:
        if verdict == "effective":
            self.happen(proposal)
        else:
            withdrawn = ("withdrawn", "deny") in findings
            proposal.status = "withdrawn" if withdrawn else "refused"

    def happen(self, told: Proposal) -> None:
        """An event takes effect."""
        told.status = "effective" if told.kind in OPEN_ENDED else "done"
        if told.kind in SETTLES:
            asked = self.proposals[told.body["proposal"]]
            asked.facts.append(told)
            if told.body.get("final"):
                asked.status = "done"
        if told.kind in EFFECTS:
            EFFECTS[told.kind](self, told)

    def _constitute(self, body: Body) -> None:
        self.fund = body["fund"]
        self.charter = body["charter"]
        self.currency = body["functional_currency"]
        self.log_keys.append(body["log_key"])
        for founder in body["founders"]:
            officer = founder["officer"]
            self.commitments[officer] = founder["commitment"]
            for office in founder["offices"]:
                term = {"officer": officer, "office": office, "starts_on": body["value_date"]}
                self.appointments.append(term)
            for key in founder["keys"]:
                self.keys[keyid_of(key)] = Key(officer, key["public_key"])


def retell(records: list[Record], now: str) -> Story:
    """The whole story so far, from nothing."""
    story = Story()
    for record in records:
        story.advance(record.recorded_at)
        story.hear(record)
    story.advance(now)
    return story
