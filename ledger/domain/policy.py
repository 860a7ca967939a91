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
    facts: Mapping[str, bool] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
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


class Flows(Protocol):
    """Sums of what was done and proposed, by value date."""

    def flow(self, measure: str, unit: str, first: str, last: str) -> int:
        """The sum of a measure from `first` to `last`, in base or minor units of `unit`."""

    def flow_days(self, measure: str, unit: str, first: str, last: str) -> Sequence[str]:
        """The days from `first` to `last` on which something was added to the measure."""


class Engine(Protocol):
    """The executable vocabulary of rules."""

    def read_book(self, value: Mapping[str, Value]) -> Any:  # noqa: ANN401 - opaque to the domain
        """The executable book; `BookError` if malformed, `UnknownRuleError` if a newer one."""

    def in_force(self, book: Any) -> bool:  # noqa: ANN401 - opaque to the domain
        """Whether the book itself says that it is in force (not a bill, a proposal …)."""

    def judge(self, books: Sequence[Any], action: Action, flows: Flows) -> Judgement:
        """What the books together say of an action."""
