"""What rules share when they look for the party that an action is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.domain.policy import AccountFacts, Action, Known, PartyFacts

TRADES = frozenset({"purchase", "sale", "exchange", "transfer_out", "subscription"})


def place_of(action: Action) -> AccountFacts | None:
    """The account that an action is about: where units arrive, else where they are."""
    return action.destination or action.account


def party_of(action: Action, known: Known) -> PartyFacts | None:
    """The party that is registered, traded with, or keeps the account; None if it is not known."""
    if action.party is not None:
        return action.party
    if action.counterparty and not TRADES.isdisjoint(action.triggers):
        return known.party(action.counterparty)
    place = place_of(action)
    return known.party(place.custodian) if place is not None else None
