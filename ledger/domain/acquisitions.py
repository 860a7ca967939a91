"""Acquisitions: units in against consideration, proposed and then settled, perhaps in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact, Fees, Grounded, Money
from ledger.domain.counterparties import counterparty_laws
from ledger.domain.holdings import ConsiderationPosting, Leg, UnitPosting
from ledger.domain.identified_lots import bring_in
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import denies, deny
from ledger.domain.policy import Action, Authorised
from ledger.domain.settlement import (
    base_units,
    count,
    count_done,
    fee_laws,
    fee_needs,
    minor_units,
    money_laws,
    open_proposal,
    outflow_laws,
    pay_fees,
    proposal_laws,
    settled_by,
    uncount,
    units_laws,
)
from ledger.domain.signatories import duties_of
from ledger.kernel.form import AssetCode, Day, Digest, PositiveAmount, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

PROPOSED = "acquisition.proposed.v1"


class AcquisitionProposed(Grounded):
    """To acquire units of an asset for at most a consideration."""

    asset: AssetCode
    units: PositiveAmount
    max_consideration: Money
    """The most that may be given for all of the units, transaction costs apart."""
    counterparty: Slug
    account: Slug
    """The account on which the units are to arrive."""


class AcquisitionSettled(Fact):
    """Units of a proposed acquisition arrived against consideration."""

    proposal: Digest
    """Event id of the `acquisition.proposed` event."""
    units: PositiveAmount
    consideration: Money
    fees: Fees
    """Transaction costs, paid on top of the consideration. Of identified units they take the oldest
    lots, before the acquired ones come in."""
    trade_date: Day
    final: bool
    """Whether this is the last settlement of the proposal."""


def _laws_of_proposed(view: View) -> Iterator[Finding]:
    body: AcquisitionProposed = view.body
    yield from asset_laws(view, body.asset, acquiring=True)
    yield from account_laws(view, body.account)
    yield from counterparty_laws(view, body.counterparty)
    yield from units_laws(view, body.asset, body.units)
    yield from money_laws(view, body.max_consideration)


def _hold(state: State, proposal: Proposal) -> None:
    body: AcquisitionProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    units = base_units(state, body.asset, body.units)
    count(state, proposal, "purchase_units", body.asset, units)
    cost = minor_units(body.max_consideration)
    count(state, proposal, "purchase_cost", body.max_consideration.currency, cost)


def _action_of_proposed(view: View) -> Action:
    body: AcquisitionProposed = view.body
    asset = view.asset_facts(body.asset)
    is_fund = asset is not None and asset.instrument_class == "fund_interest"
    return view.action(
        *("purchase", "receive_at_address"),
        *(("subscription",) if is_fund else ()),
        asset=asset,
        units=view.units(body.asset, body.units),
        consideration=view.money(body.max_consideration),
        destination=view.account_facts(body.account),
        destination_registered=body.account in view.state.accounts,
        counterparty=body.counterparty,
        duties=duties_of(view),
        counted=view.own is not None,
    )


def _laws_of_settled(view: View) -> Iterator[Finding]:
    body: AcquisitionSettled = view.body
    proposal = open_proposal(view, PROPOSED)
    yield from proposal_laws(view, proposal)
    if proposal is None:
        return
    asked: AcquisitionProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    yield from account_laws(view, asked.account, done=True)
    yield from units_laws(view, asked.asset, body.units)
    yield from money_laws(view, body.consideration)
    if body.consideration.currency != asked.max_consideration.currency:
        yield deny(
            "currency_differs", asked.max_consideration.currency, body.consideration.currency
        )
    if body.trade_date > body.value_date:
        yield deny("value_date_before_reference", f"not before {body.trade_date}", body.value_date)
    wrong_fees = list(fee_laws(view, body.fees))
    yield from wrong_fees
    if not denies(wrong_fees):
        yield from outflow_laws(view, fee_needs(view, body.fees))


def _evolve_settled(state: State, event: Event, body: AcquisitionSettled) -> None:
    proposal = state.proposals[body.proposal]
    asked: AcquisitionProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    day, asset, currency = body.value_date, asked.asset, body.consideration.currency
    units = base_units(state, asset, body.units)
    cost = minor_units(body.consideration)
    state.post(
        UnitPosting(day, asked.account, asset, Leg.HELD, units, "acquisition"),
        ConsiderationPosting(day, asset, currency, cost, "acquisition"),
    )
    pay_fees(state, body.fees, asset, day)
    bring_in(state, event.event_id, asset, units, day)
    count_done(state, proposal, ("purchase_units", asset), day, units)
    count_done(state, proposal, ("purchase_cost", currency), day, cost)
    proposal.progress.units_done += units
    settled_by(state, proposal, body.author, final=body.final)


def _action_of_settled(view: View) -> Action | None:
    body: AcquisitionSettled = view.body
    proposal = view.state.proposals.get(body.proposal)
    if proposal is None:
        return None
    asked: AcquisitionProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    return view.action(
        "purchase_settlement",
        "settlement",
        asset=view.asset_facts(asked.asset),
        units=view.units(asked.asset, body.units),
        consideration=view.money(body.consideration),
        destination=view.account_facts(asked.account),
        destination_registered=asked.account in view.state.accounts,
        counterparty=asked.counterparty,
        duties=duties_of(view, proposal, "settler"),
        authorised=Authorised(
            units=base_units(view.state, asked.asset, asked.units),
            units_before=proposal.progress.units_done,
            consideration=view.money(asked.max_consideration),
            effective=proposal.effective,
            counted_on=proposal.body.value_date,
            counted=dict(proposal.progress.counted),
        ),
    )


KINDS = (
    Kind(
        name=PROPOSED,
        form=AcquisitionProposed,
        nature=Nature.ACT,
        laws=_laws_of_proposed,
        action=_action_of_proposed,
        hold=_hold,
        free=uncount,
        stays_open=True,
    ),
    Kind(
        name="acquisition.settled.v1",
        form=AcquisitionSettled,
        nature=Nature.FACT,
        laws=_laws_of_settled,
        evolve=_evolve_settled,
        action=_action_of_settled,
    ),
)
