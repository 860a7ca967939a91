"""What a rule may ask, answered from plain dictionaries: for tests of rules without a fund."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.domain.policy import Observed, ObservedWindow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.domain.policy import (
        AssetFacts,
        Difference,
        Filing,
        Holding,
        Lent,
        PartyFacts,
        Stated,
    )


@dataclass
class KnownFacts:
    """A fund of which exactly this is known."""

    flows: dict[str, int] = field(default_factory=dict)
    """Day to what every measure had on it."""
    constant: int = 0
    """What every window of every measure has besides."""
    observed_values: dict[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)
    """(measure, subject) to (day, value, unit)."""
    windows: dict[tuple[str, str], ObservedWindow] = field(default_factory=dict)
    prices: dict[str, str] = field(default_factory=dict)
    facts: dict[tuple[str, str], Stated] = field(default_factory=dict)
    attestations: dict[tuple[str, str], Stated] = field(default_factory=dict)
    held: list[Holding] = field(default_factory=list)
    assets: dict[str, AssetFacts] = field(default_factory=dict)
    parties: dict[str, PartyFacts] = field(default_factory=dict)
    filed: dict[str, list[Filing]] = field(default_factory=dict)
    temporary: list[Lent] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    open_ones: int = 0
    """What open proposals ask for in every flow."""
    last_statement: str = ""
    in_office: dict[str, frozenset[str]] = field(default_factory=dict)

    def flow(self, _measure: str, _unit: str, first: str, last: str) -> int:
        within = [amount for day, amount in self.flows.items() if first <= day <= last]
        return self.constant + sum(within)

    def flow_days(self, _measure: str, _unit: str, first: str, last: str) -> list[str]:
        return sorted(day for day in self.flows if first <= day <= last)

    def asked(self, _measure: str, _unit: str, _first: str, _last: str) -> int:
        return self.open_ones

    def observed(self, measure: str, subject: str, day: str) -> Observed | None:
        seen = self.observed_values.get((measure, subject))
        if seen is None or seen[0] > day:
            return None
        return Observed(Fraction(seen[1]), seen[2], seen[0], 1)

    def observations(self, measure: str, day: str) -> list[tuple[str, Observed]]:
        found = [(who, self.observed(of, who, day)) for of, who in sorted(self.observed_values)]
        return [(who, seen) for who, seen in found if seen is not None and measure]

    def window(self, measure: str, subject: str, _first: str, _last: str) -> ObservedWindow:
        nothing = ObservedWindow(0, Fraction(0), 1, ())
        return self.windows.get((measure, subject), nothing)

    def price(self, asset: str, currency: str, day: str) -> Observed | None:
        price = self.prices.get(asset)
        return Observed(Fraction(price), currency, day, 1) if price else None

    def stated(self, fact: str, subject: str) -> Stated | None:
        return self.facts.get((fact, subject))

    def attested(self, item: str, subject: str) -> Stated | None:
        return self.attestations.get((item, subject))

    def holdings(self) -> Sequence[Holding]:
        return self.held

    def asset(self, code: str) -> AssetFacts | None:
        return self.assets.get(code)

    def party(self, name: str) -> PartyFacts | None:
        return self.parties.get(name)

    def filings(self, deliverable: str) -> Sequence[Filing]:
        return self.filed.get(deliverable, [])

    def lent(self) -> Sequence[Lent]:
        return self.temporary

    def reconciled_on(self) -> str:
        return self.last_statement

    def breaks(self) -> Sequence[Difference]:
        return self.differences

    def officers(self, _day: str) -> Mapping[str, frozenset[str]]:
        return self.in_office
