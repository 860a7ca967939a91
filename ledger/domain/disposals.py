"""Disposals and deliveries: units out, against proceeds or without consideration.

Both reserve the units from the proposal on, and settle in one or several parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact, Fees, Grounded, Lots, Money
from ledger.domain.counterparties import counterparty_laws
from ledger.domain.holdings import ConsiderationPosting, Leg, UnitPosting
from ledger.domain.identified_lots import lot_laws, take
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import denies, deny
from ledger.domain.policy import Action, Authorised
from ledger.domain.settlement import (
    Place,
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
    reserve,
    reserving_laws,
    settled_by,
    uncount,
    units_laws,
    unreserve,
)
from ledger.domain.signatories import duties_of
from ledger.kernel.form import AssetCode, Day, Digest, PositiveAmount, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain import body as shapes
    from ledger.domain.outcome import Finding
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

DISPOSAL = "disposal.proposed.v1"
DELIVERY = "delivery.proposed.v1"


class DisposalProposed(Grounded):
    """To dispose of units of an asset for at least some proceeds."""

    asset: AssetCode
    units: PositiveAmount
    min_proceeds: Money
    """The least that must be received for all of the units."""
    counterparty: Slug
    account: Slug
    """The account from which the units are to leave."""


class DisposalSettled(Fact):
    """Units of a proposed disposal left against proceeds."""

    proposal: Digest
    """Event id of the `disposal.proposed` event."""
    units: PositiveAmount
    proceeds: Money
    fees: Fees
    """Transaction costs, paid on top."""
    trade_date: Day
    lots: Lots = ()
    """The lots that leave, where the policy identifies them; fees take the oldest."""
    final: bool
    """Whether this is the last settlement of the proposal."""


class DeliveryProposed(Grounded):
    """To give units away without consideration: to victims, an agency, a creditor."""

    asset: AssetCode
    units: PositiveAmount
    account: Slug
    """The account from which the units are to leave."""
    recipient: Slug
    """The registered counterparty that receives them."""


class DeliverySettled(Fact):
    """Units of a proposed delivery left."""

    proposal: Digest
    """Event id of the `delivery.proposed` event."""
    units: PositiveAmount
    fees: Fees
    lots: Lots = ()
    """The lots that leave, where the policy identifies them; fees take the oldest."""
    final: bool
    """Whether this is the last settlement of the proposal."""


Proposed = DisposalProposed | DeliveryProposed
Settled = DisposalSettled | DeliverySettled


def _laws_of_proposed(view: View) -> Iterator[Finding]:
    body: Proposed = view.body
    known = list(asset_laws(view, body.asset))
    yield from known
    yield from account_laws(view, body.account)
    if isinstance(body, DisposalProposed):
        yield from counterparty_laws(view, body.counterparty)
        yield from money_laws(view, body.min_proceeds)
    else:
        yield from counterparty_laws(view, body.recipient)
    wrong = list(units_laws(view, body.asset, body.units))
    yield from wrong
    if not known and not wrong:
        yield from reserving_laws(view, body.account, body.asset, body.units)


def _hold(state: State, proposal: Proposal) -> None:
    body: Proposed = proposal.body  # type: ignore[assignment] # the kind's own form
    units = base_units(state, body.asset, body.units)
    reserve(state, proposal, (body.account, body.asset), units)
    count(state, proposal, "outflow_units", body.asset, units)


def _free(state: State, proposal: Proposal) -> None:
    body: Proposed = proposal.body  # type: ignore[assignment] # the kind's own form
    unreserve(state, proposal, (body.account, body.asset), proposal.progress.reserved)
    uncount(state, proposal)


def _action_of_proposed(view: View) -> Action:
    body: Proposed = view.body
    least: shapes.Money | None = None
    if isinstance(body, DisposalProposed):
        trigger, counterparty, least = "sale", body.counterparty, body.min_proceeds
    else:
        trigger, counterparty = "transfer_out", body.recipient
    return view.action(
        trigger,
        asset=view.asset_facts(body.asset),
        units=view.units(body.asset, body.units),
        consideration=view.money(least) if least else None,
        account=view.account_facts(body.account),
        counterparty=counterparty,
        duties=duties_of(view),
        counted=view.own is not None,
    )


def _laws_of_settled(view: View) -> Iterator[Finding]:
    body: Settled = view.body
    is_disposal = isinstance(body, DisposalSettled)
    proposal = open_proposal(view, DISPOSAL if is_disposal else DELIVERY)
    yield from proposal_laws(view, proposal)
    if proposal is None:
        return
    asked: Proposed = proposal.body  # type: ignore[assignment] # the kind's own form
    yield from account_laws(view, asked.account, done=True)
    wrong = [*units_laws(view, asked.asset, body.units), *fee_laws(view, body.fees)]
    yield from wrong
    if isinstance(body, DisposalSettled):
        yield from _laws_of_proceeds(view, body, asked)  # type: ignore[arg-type] # a disposal's
    if not denies(wrong):
        yield from lot_laws(view, asked.asset, body.units, body.lots)
        place = (asked.account, asked.asset)
        units = base_units(view.state, asked.asset, body.units)
        needs = _added(fee_needs(view, body.fees), place, units)
        reserved = {place: min(units, proposal.progress.reserved)}
        yield from outflow_laws(view, needs, reserved)


def _laws_of_proceeds(
    view: View, body: DisposalSettled, asked: DisposalProposed
) -> Iterator[Finding]:
    yield from money_laws(view, body.proceeds)
    if body.proceeds.currency != asked.min_proceeds.currency:
        yield deny("currency_differs", asked.min_proceeds.currency, body.proceeds.currency)
    if body.trade_date > body.value_date:
        yield deny("value_date_before_reference", f"not before {body.trade_date}", body.value_date)


def _added(needs: dict[Place, int], place: Place, units: int) -> dict[Place, int]:
    needs[place] = needs.get(place, 0) + units
    return needs


def _evolve_settled(state: State, _event: Event, body: Settled) -> None:
    proposal = state.proposals[body.proposal]
    asked: Proposed = proposal.body  # type: ignore[assignment] # the kind's own form
    why = "disposal" if isinstance(body, DisposalSettled) else "delivery"
    units = base_units(state, asked.asset, body.units)
    take_out(state, proposal, (asked.account, asked.asset), units, (body.value_date, why))
    take(state, asked.asset, units, body.lots)
    if isinstance(body, DisposalSettled):
        proceeds = minor_units(body.proceeds)
        state.post(
            ConsiderationPosting(
                body.value_date, asked.asset, body.proceeds.currency, proceeds, "disposal"
            )
        )
    pay_fees(state, body.fees, asked.asset, body.value_date)
    settled_by(state, proposal, body.author, final=body.final)


def take_out(
    state: State, proposal: Proposal, place: Place, units: int, when: tuple[str, str]
) -> None:
    """Let units of a proposal leave an account: reservation, holding and flows (also exchanges).

    `when` is the value date and the word for reports.
    """
    account, asset = place
    value_date, why = when
    unreserve(state, proposal, place, units)
    state.post(UnitPosting(value_date, account, asset, Leg.HELD, -units, why))
    count_done(state, proposal, ("outflow_units", asset), value_date, units)
    proposal.progress.units_done += units


def _action_of_settled(view: View) -> Action | None:
    body: Settled = view.body
    proposal = view.state.proposals.get(body.proposal)
    if proposal is None:
        return None
    asked: Proposed = proposal.body  # type: ignore[assignment] # the kind's own form
    got: shapes.Money | None = None
    trigger = "transfer_out_settlement"
    if isinstance(body, DisposalSettled):
        trigger, got = "sale_settlement", body.proceeds
    return view.action(
        trigger,
        "settlement",
        asset=view.asset_facts(asked.asset),
        units=view.units(asked.asset, body.units),
        consideration=view.money(got) if got else None,
        account=view.account_facts(asked.account),
        duties=duties_of(view, proposal, "settler"),
        authorised=Authorised(
            units=base_units(view.state, asked.asset, asked.units),
            units_before=proposal.progress.units_done,
            consideration=view.money(asked.min_proceeds)
            if isinstance(asked, DisposalProposed)
            else None,
            effective=proposal.effective,
            counted_on=proposal.body.value_date,
            counted=dict(proposal.progress.counted),
        ),
    )


KINDS = tuple(
    Kind(
        name=name,
        form=form,
        nature=Nature.ACT,
        laws=_laws_of_proposed,
        action=_action_of_proposed,
        hold=_hold,
        free=_free,
        stays_open=True,
    )
    for name, form in ((DISPOSAL, DisposalProposed), (DELIVERY, DeliveryProposed))
) + tuple(
    Kind(
        name=name,
        form=form,
        nature=Nature.FACT,
        laws=_laws_of_settled,
        evolve=_evolve_settled,
        action=_action_of_settled,
    )
    for name, form in (
        ("disposal.settled.v1", DisposalSettled),
        ("delivery.settled.v1", DeliverySettled),
    )
)
