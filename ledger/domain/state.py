"""The state of one fund: what all effective events so far add up to. Changed in place by `apply`.

It holds what admission must know and nothing else; history is in the log. The nouns' own modules
say what their entries mean and change them; here are only the shelves, the position, and the two
ways in which units and flows move.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.domain.holdings import Balance, ConsiderationPosting, UnitPosting
from ledger.domain.references import References
from ledger.domain.series import DailySeries
from ledger.kernel.fixed import fixed
from ledger.kernel.instants import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.accounting_policies import AdoptedPolicy
    from ledger.domain.accounts import Account, Address
    from ledger.domain.assets import Asset
    from ledger.domain.body import Body
    from ledger.domain.cash import TemporaryTransfer
    from ledger.domain.counterparties import Counterparty
    from ledger.domain.custodians import Custodian
    from ledger.domain.encumbrances import Encumbrance
    from ledger.domain.entries import PostedEntry
    from ledger.domain.funds import Charter
    from ledger.domain.identified_lots import IdentifiedLot
    from ledger.domain.keys import EnrolledKey
    from ledger.domain.kind import Kind
    from ledger.domain.mandates import Mandate, RecordedBook
    from ledger.domain.observations import Attestation, Price, StatedFact
    from ledger.domain.observed import ObservedSeries
    from ledger.domain.officers import Officer
    from ledger.domain.periods import ClosedPeriod
    from ledger.domain.policy import Engine, Filing
    from ledger.domain.proposal import Proposal, Signature
    from ledger.domain.reconciliation import Break, StatedBalance
    from ledger.domain.verified import VerifiedEvent

Posting = UnitPosting | ConsiderationPosting


@fixed
class Event:
    """One admitted event at its position, ready to be applied."""

    position: int
    recorded_at: str
    event_id: str
    kind: Kind
    body: Body
    signatures: tuple[Signature, ...]
    day: str
    """The fund's calendar day of `recorded_at`."""
    engine: Engine


@dataclass(slots=True)
class State:
    """One fund at one position. `fund == ""` before its constitution."""

    fund: str = ""
    position: int = 0
    recorded_at: str = ""
    day: str = ""
    protocol: int = 0
    charter: Charter | None = None
    log_key: str = ""
    log_keys_before: list[str] = field(default_factory=list)

    officers: dict[str, Officer] = field(default_factory=dict)
    offices_by_day: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(officer, day) to the offices held, as asked for so far; not part of the digest."""
    keys: dict[str, EnrolledKey] = field(default_factory=dict)

    books: dict[str, RecordedBook] = field(default_factory=dict)
    mandate: Mandate | None = None
    mandates_ahead: list[Mandate] = field(default_factory=list)
    accounting_policies: list[AdoptedPolicy] = field(default_factory=list)
    lots: dict[str, dict[str, IdentifiedLot]] = field(default_factory=dict)
    """Asset to lots by the event that brought them in, where disposals name their lots."""
    entries: dict[str, PostedEntry] = field(default_factory=dict)
    """Entries posted by hand, by event id."""
    issued: dict[str, int] = field(default_factory=dict)
    """Digest of each issued statement to the position of its issue."""

    assets: dict[str, Asset] = field(default_factory=dict)
    custodians: dict[str, Custodian] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    addresses: dict[tuple[str, str], Address] = field(default_factory=dict)
    counterparties: dict[str, Counterparty] = field(default_factory=dict)

    balances: dict[tuple[str, str], Balance] = field(default_factory=dict)
    """(account, asset) to what is there."""
    encumbrances: dict[str, Encumbrance] = field(default_factory=dict)
    flows: defaultdict[tuple[str, str], DailySeries] = field(
        default_factory=lambda: defaultdict(DailySeries)
    )
    """(measure, unit) to what was proposed and done, by value date."""

    proposals: dict[str, Proposal] = field(default_factory=dict)
    lapses: list[tuple[str, int, str]] = field(default_factory=list)
    """A heap of (valid until, position, event id) of proposals that wait for approvals."""
    references: References = field(default_factory=References)

    prices: dict[tuple[str, str], list[Price]] = field(default_factory=dict)
    valuations: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    observations: dict[tuple[str, str], ObservedSeries] = field(default_factory=dict)
    attestations: dict[tuple[str, str], Attestation] = field(default_factory=dict)
    facts: dict[tuple[str, str], StatedFact] = field(default_factory=dict)

    temporary: dict[str, TemporaryTransfer] = field(default_factory=dict)
    """Temporary transfers by event id, returned ones too: interest may still be stated."""
    statements: dict[tuple[str, str], StatedBalance] = field(default_factory=dict)
    """(account, asset) to the last balance that somebody outside stated."""
    breaks: dict[str, Break] = field(default_factory=dict)
    """Open differences between a stated balance and the holdings, by event id."""
    filings: dict[str, list[Filing]] = field(default_factory=dict)
    """Deliverable to what was filed of it, the last few."""

    periods: list[ClosedPeriod] = field(default_factory=list)
    closing: str = ""
    """The last day of a period whose close is pending: it is shut already."""

    signing: tuple[VerifiedEvent | None, int, str, list[Signature]] = (None, 0, "", [])
    """The signatures of the event being decided, kept for applying it; not part of the digest."""

    postings: list[Posting] = field(default_factory=list)
    """What moved since the last record; not part of the state, handed over by `apply`."""

    def local_day(self, instant: str) -> str:
        """The fund's calendar day of an instant."""
        return local_day(instant, self.charter.utc_offset_minutes if self.charter else 0)

    def balance(self, account: str, asset: str) -> Balance:
        """What is on an account; an empty balance if nothing ever was."""
        return self.balances.get((account, asset)) or Balance()

    def post(self, *postings: Posting) -> None:
        """Move units and remember the movement for projections."""
        for posting in postings:
            if type(posting) is UnitPosting:
                key = (posting.account, posting.asset)
                balance = self.balances.get(key)
                if balance is None:
                    balance = self.balances[key] = Balance()
                balance.move(posting, self.position)
        self.postings += postings

    def add_flow(self, measure: str, unit: str, day: str, amount: int) -> None:
        """Count an amount (or take it back, if negative) in a flow."""
        if amount:
            self.flows[measure, unit].add(day, amount)

    def executable(self, event_ids: Iterable[str]) -> list[Any]:
        """The executable books of a mandate, in its order."""
        return [self.books[event_id].executable for event_id in event_ids]

    @property
    def closed_until(self) -> str:
        """The last day of the last closed period; empty if none."""
        return self.periods[-1].ends_on if self.periods else ""

    @property
    def shut_until(self) -> str:
        """The last day of the last closed period, or of one being closed; empty if none."""
        return max(self.closing, self.closed_until)
