"""What rules share when they look for the party that an action is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.domain.policy import AccountFacts, Action, Known, PartyFacts

TRADES = frozenset({"purchase", "sale", "exchange", "transfer_out", "subscription"})


ARRIVALS = frozenset(
    {
        "receive_at_address",
        "purchase",
        "purchase_settlement",
        "subscription",
        "exchange",
        "exchange_settlement",
        "inflow",
        "custody_transfer",
        "internal_transfer",
        "transfer_release",
        "transfer_settlement",
    }
)
"""What brings units to an account of the fund."""


def goes_nowhere(action: Action) -> bool:
    """Whether units arrive on an account that is not known: where they come from is no answer."""
    return action.destination is None and not ARRIVALS.isdisjoint(action.triggers)


def place_of(action: Action) -> AccountFacts | None:
    """The account that an action is about: where units arrive, else where they are."""
    return None if goes_nowhere(action) else action.destination or action.account


def party_of(action: Action, known: Known) -> PartyFacts | None:
    """The party that is registered, traded with, or keeps the account; None if it is not known."""
    if action.party is not None:
        return action.party
    if action.counterparty and not TRADES.isdisjoint(action.triggers):
        return known.party(action.counterparty)
    place = place_of(action)
    return known.party(place.custodian) if place is not None else None
