"""The door between the fund and the law: what rules see, what they answer, and the engine.

The domain knows rules only through these types; `policies` implements `Engine`. A rule sees an
`Action` (what is about to happen, with everything the registry knows of it) and asks `Flows` for
sums over windows. What it is not given it does not know, and what is not known never allows.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from ledger.domain.outcome import Finding
    from ledger.kernel.canonical import Value
    from ledger.kernel.money import Money


@fixed
class AssetFacts:
    """A listed asset as rules see it."""

    code: str
    asset_id: str
    instrument_class: str
    scale: int
    retired: bool


@fixed
class AccountFacts:
    """A safekeeping account as rules see it."""

    account: str
    custodian: str
    method: str
    tier: str
    owner_class: str
    jurisdiction: str
    title: str = ""
    """The name in which it is kept."""
    book: str = ""
    """The book of the fund that it belongs to; empty for the fund's only one."""
    signers: int = 0
    """How many persons must sign for units to leave; 0 if it is not known."""
    addresses: int = 0
    """How many chain addresses are registered for it."""
    addressed_at: int = 0
    """Position at which the last of them was registered."""


@fixed
class LicenceFacts:
    """A licence as the register of its regulator shows it; empty where nothing is stated."""

    licence: str
    regulator: str
    number: str = ""
    valid_from: str = ""
    valid_until: str = ""


@fixed
class PartyFacts:
    """A custodian or counterparty as rules see it."""

    party: str
    legal_name: str
    jurisdiction: str
    charter: str = ""
    """What it is in law: `trust_company`, `exchange` …; empty if nothing is stated."""
    licences: tuple[LicenceFacts, ...] = ()
    contract: bool = False
    """Whether a contract with it is recorded."""


@fixed
class Observed:
    """One observed value, and the position of the record that it stands in."""

    value: Fraction
    unit: str
    day: str
    position: int


@fixed
class ObservedWindow:
    """Daily values of one measure from one day to another, both counted."""

    days: int
    """How many days have a value."""
    total: Fraction
    """The sum of their values."""
    longest_gap: int
    """The most days in a row without a value."""
    positions: tuple[int, ...]
    """Of the first and the last record that it rests on; empty if there is none."""


@fixed
class Stated:
    """A fact or an attestation: whether it holds, since and until when, and where it stands."""

    value: bool
    day: str
    until: str
    """The last day on which it is valid; empty if it has no end."""
    position: int


@fixed
class Holding:
    """What is held of one asset on one account, in base units."""

    account: AccountFacts
    asset: AssetFacts
    units: int
    encumbered: int
    spent_at: int
    """Position at which units last left the account; 0 if none ever did."""


@fixed
class Filing:
    """One report as it was filed."""

    day: str
    covers_until: str
    channel: str
    nil_return: bool
    position: int


@fixed
class Lent:
    """Money that left for a time, in minor units."""

    event_id: str
    currency: str
    minor_units: int
    interest: int | None
    """Interest that the borrower stated; None if nothing is stated."""
    returned: int
    day: str
    position: int


@fixed
class Difference:
    """A stated balance less the holdings of its day, in base units."""

    account: str
    asset: str
    as_of: str
    units: int
    source: str
    position: int


@fixed
class Authorised:
    """What the proposal behind a settlement authorised, and what was settled before."""

    units: int
    units_before: int
    consideration: Money | None
    """At most (acquisition) or at least (disposal)."""
    effective: bool
    received: int | None = None
    """For an exchange: the least base units to be received for all of `units`."""
    counted_on: str = ""
    """The proposal's value date, on which flows count what it still asks for …"""
    counted: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """… by measure and unit: a settlement comes in place of that."""


@fixed
class Action:
    """One event as the mandate's rules see it."""

    kind: str
    triggers: tuple[str, ...]
    """The words by which rules are called: `purchase`, `sale`, `custody_transfer` …"""
    # `asset` and `units` are what moves; in an exchange what comes in, and `given_*` what goes out.
    author: str
    offices: frozenset[str]
    """The author's offices on this day."""
    value_date: str
    asset: AssetFacts | None = None
    units: int | None = None
    given_asset: AssetFacts | None = None
    given_units: int | None = None
    consideration: Money | None = None
    account: AccountFacts | None = None
    destination: AccountFacts | None = None
    destination_registered: bool | None = None
    """Whether the destination is one the fund registered; None where there is none."""
    counterparty: str = ""
    purpose: str = ""
    reason: str = ""
    source: str = ""
    final_on: str = ""
    """The day on which a forfeiture or penalty became final; empty if none is stated."""
    facts: Mapping[str, bool] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    party: PartyFacts | None = None
    """The party that is being registered; any other is asked for by name (`Known.party`)."""
    duties: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Task (`proposer`, `approver`, `releaser`, `settler`) to the officers who did it."""
    authorised: Authorised | None = None
    counted: bool = False
    """Whether flows already include this event's own amounts (a proposal decided again)."""


@fixed
class Requirement:
    """Approvals that are needed: every office of `all_of`, and `count` officers in all."""

    rule: str
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    """Offices whose holders may count besides those of `all_of`; both empty: any office."""
    count: int = 0
    author_counts: bool = False
    excluding: frozenset[str] = frozenset()
    """Officers who never count (those who leave office by this very event)."""

    offices: frozenset[str] = field(init=False)
    """Every office that may count; empty means any."""

    def __post_init__(self) -> None:
        # Worked out once: rules ask for the same requirement again and again.
        object.__setattr__(self, "offices", frozenset(self.all_of) | frozenset(self.any_of))


@fixed
class Judgement:
    """What the mandate says of an action: findings in rule order, and approvals needed."""

    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...]


class Known(Protocol):
    """What the fund knows: sums of flows by value date, and the world as it was stated.

    What is not there is None, and what is None never allows.
    """

    def flow(self, measure: str, unit: str, first: str, last: str) -> int:
        """The sum of a measure from `first` to `last`, in base or minor units of `unit`."""

    def flow_days(self, measure: str, unit: str, first: str, last: str) -> Sequence[str]:
        """The days from `first` to `last` on which something was added to the measure."""

    def asked(self, measure: str, unit: str, first: str, last: str) -> int:
        """How much of that sum open proposals ask for, and have not done yet."""

    def observed(self, measure: str, subject: str, day: str) -> Observed | None:
        """The value of a measure on `day`, or on the last day before it that has one."""

    def observations(self, measure: str, day: str) -> Sequence[tuple[str, Observed]]:
        """Every subject of a measure with its value on a day, in the order of subjects."""

    def window(self, measure: str, subject: str, first: str, last: str) -> ObservedWindow:
        """The daily values of a measure from `first` to `last`."""

    def price(self, asset: str, currency: str, day: str) -> Observed | None:
        """The last price of one unit that was observed on `day` or before."""

    def stated(self, fact: str, subject: str) -> Stated | None:
        """The named fact as it was last stated."""

    def attested(self, item: str, subject: str) -> Stated | None:
        """The attestation of an item of a subject, if there is one."""

    def holdings(self) -> Sequence[Holding]:
        """What is held, by account and asset."""

    def asset(self, code: str) -> AssetFacts | None:
        """A listed asset."""

    def party(self, name: str) -> PartyFacts | None:
        """An engaged custodian or a registered counterparty."""

    def filings(self, deliverable: str) -> Sequence[Filing]:
        """What was filed of a deliverable, the last few."""

    def lent(self) -> Sequence[Lent]:
        """Every temporary transfer, in order."""

    def reconciled_on(self) -> str:
        """The last day of which a balance was stated by somebody outside; empty if none was."""

    def breaks(self) -> Sequence[Difference]:
        """Open breaks, and stated balances that differ from the holdings of their day."""

    def officers(self, day: str) -> Mapping[str, frozenset[str]]:
        """Officer to the offices held on a day."""


class Engine(Protocol):
    """The executable vocabulary of rules."""

    def read_book(self, value: Mapping[str, Value]) -> Any:  # noqa: ANN401 - opaque to the domain
        """The executable book; `BookError` if malformed, `UnknownRuleError` if a newer one."""

    def name_of(self, book: Any) -> str:  # noqa: ANN401 - opaque to the domain
        """The book's own name, which all its versions share."""

    def in_force(self, book: Any) -> bool:  # noqa: ANN401 - opaque to the domain
        """Whether the book itself says that it is in force (not a bill, a proposal …)."""

    def judge(self, books: Sequence[Any], action: Action, known: Known) -> Judgement:
        """What the books together say of an action."""
