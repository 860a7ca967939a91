"""What officers state about the world: prices, observations, attestations, facts, valuations.

They are evidence for rules and statements and move no units. The state keeps daily values of what
was observed (`observed.py`), the last few prices, and the latest of the rest; the log keeps all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from ledger.domain.accounting_policies import policy_on
from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact, FactName, Grounded
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.observed import VALUE_SCALE, ObservedSeries
from ledger.domain.signatories import duties_of
from ledger.kernel.amounts import parse_amount
from ledger.kernel.errors import ValueFormError, present
from ledger.kernel.fixed import fixed
from ledger.kernel.form import (
    Amount,
    AssetCode,
    Code,
    CurrencyCode,
    Day,
    Digest,
    Instant,
    Many,
    Name,
    PositiveAmount,
    Text,
)
from ledger.kernel.instants import add_days, local_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

PRICES_KEPT = 16
Subject = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]


@fixed
class Price:
    """One observed price of one unit."""

    event_id: str
    price: str
    observed_at: str
    source: str
    position: int


@fixed
class Attestation:
    """The latest statement of one item of one subject."""

    event_id: str
    attested_on: str
    expires_on: str
    document: str
    position: int


@fixed
class StatedFact:
    """A named fact, stated true or false for a day."""

    event_id: str
    value: bool
    day: str
    position: int


class PriceObserved(Fact):
    """The price of one whole unit of an asset, at an instant, on a market."""

    asset: AssetCode
    currency: CurrencyCode
    price: PositiveAmount
    observed_at: Instant
    source: Name
    """Who published the price."""
    market: Name
    """Where it was made."""


class ValuationAdopted(Grounded):
    """The fair value of one unit on a day, and the observations on which it rests."""

    asset: AssetCode
    currency: CurrencyCode
    fair_value: PositiveAmount
    level: Literal["1", "2", "3"]
    """Level in the fair-value hierarchy (IFRS 13.72)."""
    method: Text
    prices: Annotated[Many[Digest], Field(max_length=PRICES_KEPT)]
    """Event ids of the price observations used."""


class ObservationRecorded(Fact):
    """A measured value that rules or statements need: a market capitalisation, a reserve base."""

    measure: Code
    subject: Subject
    """What was measured: an asset's code, a fund's name …"""
    value: Amount
    unit: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_/%]{0,31}$")]
    observed_on: Day
    source: Name


class AttestationRecorded(Fact):
    """A signed statement by a named party."""

    item: Code
    subject: Subject
    attester: Name
    document: Digest
    """SHA-256 of the statement."""
    expires_on: Day
    """The last day on which it is valid."""


class FactRecorded(Fact):
    """A named fact, stated true or false, with evidence."""

    fact: FactName
    subject: Subject
    value: bool


def _laws_of_price(view: View) -> Iterator[Finding]:
    body: PriceObserved = view.body
    yield from asset_laws(view, body.asset)
    # Admission may not know the clock: the instant must lie before the record's own.
    if body.observed_at > view.state.recorded_at:
        yield deny("observation_in_future", f"at most {view.state.recorded_at}", body.observed_at)


def _evolve_price(state: State, event: Event, body: PriceObserved) -> None:
    kept = state.prices.setdefault((body.asset, body.currency), [])
    kept.append(Price(event.event_id, body.price, body.observed_at, body.source, event.position))
    del kept[:-PRICES_KEPT]


def _laws_of_valuation(view: View) -> Iterator[Finding]:
    body: ValuationAdopted = view.body
    yield from asset_laws(view, body.asset)
    known = {p.event_id: p for p in view.state.prices.get((body.asset, body.currency), ())}
    for event_id in body.prices:
        if event_id not in known:
            yield deny("price_unknown", found=event_id)
        else:
            yield from _laws_of_fair_value(view, known[event_id].observed_at)


def _laws_of_fair_value(view: View, observed_at: str) -> Iterator[Finding]:
    """That a price was observed on the day, up to the policy's cut-off, or shortly before."""
    policy = policy_on(view.state.accounting_policies, view.body.value_date)
    if policy is None or policy.fair_value is None:
        return
    day, terms = view.body.value_date, policy.fair_value
    charter = present(view.state.charter, "a fund has a charter")
    at = local_time(observed_at, charter.utc_offset_minutes)
    if at > f"{day}T{terms.cut_off_time}.999999":
        yield deny("price_after_cut_off", f"until {day} {terms.cut_off_time}", at)
    elif at[:10] < add_days(day, -terms.max_age_days):
        yield deny("price_too_old", f"at most {terms.max_age_days} days", at)


def _evolve_valuation(state: State, event: Event, body: ValuationAdopted) -> None:
    state.valuations[body.asset, body.currency] = (body.value_date, event.event_id)


def _laws_of_observation(view: View) -> Iterator[Finding]:
    body: ObservationRecorded = view.body
    if body.observed_on > view.day:
        yield deny("observation_in_future", f"at most {view.day}", body.observed_on)
    series = view.state.observations.get((body.measure, body.subject))
    if series is not None and series.unit != body.unit:
        yield deny("observation_unit_differs", series.unit, body.unit)
    try:
        parse_amount(body.value, VALUE_SCALE)
    except ValueFormError:
        yield deny("amount_scale", f"at most {VALUE_SCALE} digits after the point", body.value)


def _evolve_observation(state: State, event: Event, body: ObservationRecorded) -> None:
    key = (body.measure, body.subject)
    series = state.observations.get(key)
    if series is None:
        series = state.observations[key] = ObservedSeries(body.unit)
    series.put(body.observed_on, parse_amount(body.value, VALUE_SCALE), event.position)


def _laws_of_attestation(view: View) -> Iterator[Finding]:
    body: AttestationRecorded = view.body
    if body.expires_on < body.value_date:
        yield deny("attestation_expired", f"not before {body.value_date}", body.expires_on)


def _evolve_attestation(state: State, event: Event, body: AttestationRecorded) -> None:
    state.attestations[body.item, body.subject] = Attestation(
        event.event_id, body.value_date, body.expires_on, body.document, event.position
    )


def _evolve_fact(state: State, event: Event, body: FactRecorded) -> None:
    day = body.occurred_on or body.value_date
    state.facts[body.fact, body.subject] = StatedFact(
        event.event_id, body.value, day, event.position
    )


_TRIGGERS = {
    "price.observed.v1": "price",
    "valuation.adopted.v1": "valuation",
    "observation.recorded.v1": "observation",
    "attestation.recorded.v1": "attestation",
    "fact.recorded.v1": "fact",
}


def _action(view: View) -> Action:
    return view.action(
        _TRIGGERS[view.kind.name],
        asset=view.asset_facts(getattr(view.body, "asset", "")),
        duties=duties_of(view),
    )


KINDS = (
    Kind(
        name="price.observed.v1",
        form=PriceObserved,
        nature=Nature.FACT,
        laws=_laws_of_price,
        evolve=_evolve_price,
        action=_action,
    ),
    Kind(
        name="valuation.adopted.v1",
        form=ValuationAdopted,
        nature=Nature.ACT,
        laws=_laws_of_valuation,
        evolve=_evolve_valuation,
        action=_action,
    ),
    Kind(
        name="observation.recorded.v1",
        form=ObservationRecorded,
        nature=Nature.FACT,
        laws=_laws_of_observation,
        evolve=_evolve_observation,
        action=_action,
    ),
    Kind(
        name="attestation.recorded.v1",
        form=AttestationRecorded,
        nature=Nature.FACT,
        laws=_laws_of_attestation,
        evolve=_evolve_attestation,
        action=_action,
    ),
    Kind(
        name="fact.recorded.v1",
        form=FactRecorded,
        nature=Nature.FACT,
        evolve=_evolve_fact,
        action=_action,
    ),
)
