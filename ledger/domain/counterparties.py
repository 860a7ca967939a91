"""Counterparties: with whom the fund trades, from whom it receives, to whom it delivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.licences import Licences, licence_facts
from ledger.domain.policy import PartyFacts
from ledger.kernel.form import Code, Country, Digest, Lei, Name, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@dataclass(slots=True)
class Counterparty:
    """A registered counterparty."""

    facts: PartyFacts
    lei: str


class CounterpartyRegistered(Body):
    """A party the fund deals with."""

    counterparty: Slug
    legal_name: Name
    lei: Lei | None = None
    jurisdiction: Country
    charter: Code | None = None
    """What it is in law, in the words of the rules: `exchange`, `liquidity_provider` …"""
    licences: Licences = ()
    contract: Digest | None = None
    """SHA-256 of a contract with it."""


def counterparty_laws(view: View, counterparty: str) -> Iterator[Finding]:
    """That the counterparty is registered."""
    if counterparty not in view.state.counterparties:
        yield deny("counterparty_unknown", found=counterparty)


def _laws(view: View) -> Iterator[Finding]:
    if view.body.counterparty in view.state.counterparties:
        yield deny("counterparty_registered_already", found=view.body.counterparty)


def _evolve(state: State, _event: Event, body: CounterpartyRegistered) -> None:
    state.counterparties[body.counterparty] = Counterparty(_facts_of(body), body.lei or "")


def _facts_of(body: CounterpartyRegistered) -> PartyFacts:
    return PartyFacts(
        party=body.counterparty,
        legal_name=body.legal_name,
        jurisdiction=body.jurisdiction,
        charter=body.charter or "",
        licences=licence_facts(body.licences),
        contract=body.contract is not None,
    )


def _action(view: View) -> Action:
    return view.action(
        "register_counterparty",
        counterparty=view.body.counterparty,
        party=_facts_of(view.body),
    )


KINDS = (
    Kind(
        name="counterparty.registered.v1",
        form=CounterpartyRegistered,
        nature=Nature.REGISTRY,
        laws=_laws,
        evolve=_evolve,
        action=_action,
    ),
)
