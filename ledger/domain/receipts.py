"""Units that come in without an acquisition: openings and receipts.

An opening takes on units that the fund held before its ledger began, with their cost. A receipt has
a source (forfeiture, mining, airdrop …). Seizure is not forfeiture: a forfeiture or penalty needs
the date on which it became final, and evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact, Money
from ledger.domain.holdings import ConsiderationPosting, Leg, UnitPosting
from ledger.domain.identified_lots import bring_in
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import base_units, minor_units, money_laws, units_laws
from ledger.domain.signatories import duties_of
from ledger.kernel.form import AssetCode, Day, PositiveAmount, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

Source = Literal[
    "final_criminal_forfeiture",
    "final_civil_forfeiture",
    "civil_money_penalty",
    "confiscation",
    "seizure",
    "mining",
    "staking_reward",
    "airdrop",
    "fork",
    "contribution",
    "interest",
    "investment_earnings",
    "redemption_in_kind",
    "donation",
    "tax_receipt",
    "payment_to_state",
    "unsolicited",
]
NEEDS_FINALITY = frozenset(
    {
        "final_criminal_forfeiture",
        "final_civil_forfeiture",
        "civil_money_penalty",
        "confiscation",
    }
)


class OpeningRecorded(Fact):
    """Units held before the ledger began, taken on with their cost and evidence."""

    asset: AssetCode
    units: PositiveAmount
    account: Slug
    cost: Money
    carrying_amount: Money | None = None
    """What the units stood at in the books before, if not at cost."""
    acquired_on: Day


class ReceiptRecorded(Fact):
    """Units that came in without consideration."""

    asset: AssetCode
    units: PositiveAmount
    account: Slug
    source: Source
    """Where the units come from, in the words of the rules."""
    fair_value: Money | None = None
    """Fair value of the units on the value date, if it is known."""
    finality_date: Day | None = None
    """The day on which a forfeiture or penalty became final."""


def _laws(view: View) -> Iterator[Finding]:
    body: OpeningRecorded | ReceiptRecorded = view.body
    # A fork or an airdrop of a retired asset is still received: the chain has done it already.
    yield from asset_laws(view, body.asset)
    yield from account_laws(view, body.account, done=True)
    yield from units_laws(view, body.asset, body.units)
    if isinstance(body, OpeningRecorded):
        yield from money_laws(view, body.cost, body.carrying_amount)
        if body.acquired_on > body.value_date:
            yield deny("value_date_before_reference", f"not before {body.acquired_on}")
    else:
        yield from _laws_of_source(view)


def _laws_of_source(view: View) -> Iterator[Finding]:
    body: ReceiptRecorded = view.body
    yield from money_laws(view, body.fair_value)
    if body.source in NEEDS_FINALITY and (
        body.finality_date is None or body.finality_date > body.value_date or not body.evidence
    ):
        yield deny("finality_missing", found=body.finality_date or "no finality date")


def _evolve(state: State, event: Event, body: OpeningRecorded | ReceiptRecorded) -> None:
    units = base_units(state, body.asset, body.units)
    why = "opening" if isinstance(body, OpeningRecorded) else "receipt"
    day = body.value_date
    state.post(UnitPosting(day, body.account, body.asset, Leg.HELD, units, why))
    bring_in(state, event.event_id, body.asset, units, day)
    value = body.cost if isinstance(body, OpeningRecorded) else body.fair_value
    if value is not None:
        state.post(ConsiderationPosting(day, body.asset, value.currency, minor_units(value), why))
        state.add_flow("carried_cost", value.currency, day, minor_units(value))
    state.add_flow("receipt_units", body.asset, day, units)


def _action(view: View) -> Action:
    body: OpeningRecorded | ReceiptRecorded = view.body
    return view.action(
        *_triggers(body),
        asset=view.asset_facts(body.asset),
        units=view.units(body.asset, body.units),
        destination=view.account_facts(body.account),
        destination_registered=body.account in view.state.accounts,
        source=body.source if isinstance(body, ReceiptRecorded) else "",
        final_on=(body.finality_date or "") if isinstance(body, ReceiptRecorded) else "",
        duties=duties_of(view),
    )


_SOURCE_TRIGGERS = {
    "mining": "mining_receipt",
    "airdrop": "airdrop",
    "fork": "fork",
    "donation": "donation",
    "tax_receipt": "tax_receipt",
    "payment_to_state": "receipt_by_state",
}


def _triggers(body: OpeningRecorded | ReceiptRecorded) -> tuple[str, ...]:
    if isinstance(body, OpeningRecorded):
        return ("opening", "receive_at_address")
    special = _SOURCE_TRIGGERS.get(body.source)
    usual = ("deposit", "inflow", "receive_at_address")
    return (*usual, special) if special else usual


KINDS = (
    Kind(
        name="opening.recorded.v1",
        form=OpeningRecorded,
        nature=Nature.FACT,
        laws=_laws,
        evolve=_evolve,
        action=_action,
    ),
    Kind(
        name="receipt.recorded.v1",
        form=ReceiptRecorded,
        nature=Nature.FACT,
        laws=_laws,
        evolve=_evolve,
        action=_action,
    ),
)
