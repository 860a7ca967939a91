"""What rules may ask of the fund (`policy.Known`), answered from its state; nothing is changed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.domain.facts import account_facts, asset_facts
from ledger.domain.officers import offices_of
from ledger.domain.policy import Difference, Holding, Lent, Observed, ObservedWindow, Stated
from ledger.domain.reconciliation import difference_of
from ledger.kernel.instants import add_days, days_between
from ledger.kernel.money import minor_unit_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.domain.policy import AssetFacts, Filing, PartyFacts
    from ledger.domain.state import State


class KnownState:
    """The state of one fund as rules may read it."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def flow(self, measure: str, unit: str, first: str, last: str) -> int:
        """The sum of a flow between two days, both counted."""
        series = self._state.flows.get((measure, unit))
        return series.between(first, last) if series else 0

    def flow_days(self, measure: str, unit: str, first: str, last: str) -> list[str]:
        """The days between two days on which a flow has entries."""
        series = self._state.flows.get((measure, unit))
        return series.days_between(first, last) if series else []

    def asked(self, measure: str, unit: str, first: str, last: str) -> int:
        """How much of a flow open proposals ask for, and have not done yet."""
        return sum(
            proposal.progress.counted.get((measure, unit), 0)
            for proposal in self._state.proposals.values()
            if first <= proposal.body.value_date <= last
        )

    def observed(self, measure: str, subject: str, day: str) -> Observed | None:
        """The value of a measure on a day, or on the last day before it that has one."""
        series = self._state.observations.get((measure, subject))
        return series.at(day) if series else None

    def observations(self, measure: str, day: str) -> list[tuple[str, Observed]]:
        """Every subject of a measure with its value on a day, in the order of subjects."""
        found = [
            (subject, series.at(day))
            for (of, subject), series in sorted(self._state.observations.items())
            if of == measure
        ]
        return [(subject, seen) for subject, seen in found if seen is not None]

    def window(self, measure: str, subject: str, first: str, last: str) -> ObservedWindow:
        """The daily values of a measure between two days, both counted."""
        series = self._state.observations.get((measure, subject))
        if series is None:
            return ObservedWindow(0, Fraction(0), days_between(first, last) + 1, ())
        return series.window(first, last)

    def price(self, asset: str, currency: str, day: str) -> Observed | None:
        """The last price of one unit observed on a day or before, among those remembered."""
        state = self._state
        seen = [
            (price.observed_at, price.position, price)
            for price in state.prices.get((asset, currency), ())
            if state.local_day(price.observed_at) <= day
        ]
        if not seen:
            return None
        at, position, price = max(seen, key=lambda one: one[:2])
        return Observed(Fraction(price.price), currency, state.local_day(at), position)

    def stated(self, fact: str, subject: str) -> Stated | None:
        """The named fact as it was last stated."""
        entry = self._state.facts.get((fact, subject))
        return Stated(entry.value, entry.day, "", entry.position) if entry else None

    def attested(self, item: str, subject: str) -> Stated | None:
        """The attestation of an item; one that was revoked stood until the day before.

        A revocation is the fact `attestation_revoked` of the attestation's document.
        """
        entry = self._state.attestations.get((item, subject))
        if entry is None:
            return None
        revoked = self._state.facts.get(("attestation_revoked", entry.document))
        first, until, stood = entry.attested_on, entry.expires_on, True
        if revoked is not None and revoked.value:
            stood = first < revoked.day
            until = min(until, add_days(revoked.day, -1)) if stood else until
        return Stated(stood, first, until, entry.position)

    def holdings(self) -> list[Holding]:
        """What is held, by account and asset; empty places are left out."""
        state = self._state
        return [
            Holding(
                account_facts(state, account),
                asset_facts(state, asset),
                balance.held + balance.in_transit,
                balance.encumbered,
                balance.spent_at,
            )
            for (account, asset), balance in sorted(state.balances.items())
            if not balance.is_empty or balance.spent_at
        ]

    def asset(self, code: str) -> AssetFacts | None:
        """A listed asset."""
        return asset_facts(self._state, code) if code in self._state.assets else None

    def party(self, name: str) -> PartyFacts | None:
        """An engaged custodian or a registered counterparty."""
        custodian = self._state.custodians.get(name)
        if custodian is not None and not custodian.terminated_at:
            return custodian.facts
        counterparty = self._state.counterparties.get(name)
        return counterparty.facts if counterparty else None

    def filings(self, deliverable: str) -> Sequence[Filing]:
        """What was filed of a deliverable, the last few."""
        return self._state.filings.get(deliverable, ())

    def lent(self) -> list[Lent]:
        """Every temporary transfer, in order."""
        return [
            Lent(
                event_id,
                lent.currency,
                lent.minor_units,
                self._interest(event_id, lent.currency),
                lent.returned,
                lent.day,
                lent.position,
            )
            for event_id, lent in self._state.temporary.items()
        ]

    def _interest(self, event_id: str, currency: str) -> int | None:
        """Minor units of interest last stated for a temporary transfer (`interest_earned`)."""
        stated = self.observed("interest_earned", event_id, "9999-12-31")
        if stated is None or stated.unit != currency:
            return None
        exact = stated.value * 10 ** minor_unit_digits(currency)
        return exact.numerator if exact.denominator == 1 else None

    def reconciled_on(self) -> str:
        """The last day of which a balance was stated; empty if none was."""
        return max((one.as_of for one in self._state.statements.values()), default="")

    def breaks(self) -> list[Difference]:
        """Open breaks, and stated balances that differ from the holdings of their day."""
        state = self._state
        found = {
            (entry.account, entry.asset, entry.as_of): Difference(
                entry.account, entry.asset, entry.as_of, entry.difference, "break", entry.position
            )
            for entry in state.breaks.values()
        }
        for place, stated in sorted(state.statements.items()):
            units = difference_of(state, place, stated)
            if units and (*place, stated.as_of) not in found:
                found[*place, stated.as_of] = Difference(
                    *place, stated.as_of, units, stated.source, stated.position
                )
        return list(found.values())

    def officers(self, day: str) -> dict[str, frozenset[str]]:
        """Officer to the offices held on a day."""
        return {name: offices_of(self._state, name, day) for name in sorted(self._state.officers)}
