"""Exchanges: units of one asset for units of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact, Fees, Grounded, Lots, Units
from ledger.domain.counterparties import counterparty_laws
from ledger.domain.disposals import take_out
from ledger.domain.holdings import Leg, UnitPosting
from ledger.domain.identified_lots import bring_in, lot_laws, take
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import denies, deny
from ledger.domain.policy import Action, Authorised
from ledger.domain.settlement import (
    base_units,
    count,
    count_done,
    fee_laws,
    fee_needs,
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
from ledger.kernel.form import Day, Digest, PositiveAmount, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

PROPOSED = "exchange.proposed.v1"


class ExchangeProposed(Grounded):
    """To give units of one asset for at least some units of another."""

    give: Units
    receive_min: Units
    account: Slug
    """The account from which the given units leave."""
    receive_account: Slug
    """The account on which the received units arrive."""
    counterparty: Slug


class ExchangeSettled(Fact):
    """Units were given and received."""

    proposal: Digest
    """Event id of the `exchange.proposed` event."""
    given: PositiveAmount
    received: PositiveAmount
    fees: Fees
    """Transaction costs. One in what is received, on the account that receives it, may be kept back
    from it."""
    trade_date: Day
    lots: Lots = ()
    """The lots that are given, where the policy identifies them; fees take the oldest, of what is
    left and received."""
    final: bool
    """Whether this is the last settlement of the proposal."""


def _laws_of_proposed(view: View) -> Iterator[Finding]:
    body: ExchangeProposed = view.body
    if body.give.asset == body.receive_min.asset:
        yield deny("same_asset", found=body.give.asset)
    known = [
        *asset_laws(view, body.give.asset),
        *asset_laws(view, body.receive_min.asset, acquiring=True),
        *units_laws(view, body.give.asset, body.give.units),
        *units_laws(view, body.receive_min.asset, body.receive_min.units),
    ]
    yield from known
    yield from account_laws(view, *sorted({body.account, body.receive_account}))
    yield from counterparty_laws(view, body.counterparty)
    if not known:
        yield from reserving_laws(view, body.account, body.give.asset, body.give.units)


def _hold(state: State, proposal: Proposal) -> None:
    body: ExchangeProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    units = base_units(state, body.give.asset, body.give.units)
    reserve(state, proposal, (body.account, body.give.asset), units)
    count(state, proposal, "outflow_units", body.give.asset, units)
    receive = body.receive_min
    brought = base_units(state, receive.asset, receive.units)
    count(state, proposal, "purchase_units", receive.asset, brought)


def _free(state: State, proposal: Proposal) -> None:
    body: ExchangeProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    unreserve(state, proposal, (body.account, body.give.asset), proposal.progress.reserved)
    uncount(state, proposal)


def _action_of_proposed(view: View) -> Action:
    body: ExchangeProposed = view.body
    return view.action(
        "exchange",
        asset=view.asset_facts(body.receive_min.asset),
        units=view.units(body.receive_min.asset, body.receive_min.units),
        given_asset=view.asset_facts(body.give.asset),
        given_units=view.units(body.give.asset, body.give.units),
        account=view.account_facts(body.account),
        destination=view.account_facts(body.receive_account),
        destination_registered=body.receive_account in view.state.accounts,
        counterparty=body.counterparty,
        duties=duties_of(view),
        counted=view.own is not None,
    )


def _laws_of_settled(view: View) -> Iterator[Finding]:
    body: ExchangeSettled = view.body
    proposal = open_proposal(view, PROPOSED)
    yield from proposal_laws(view, proposal)
    if proposal is None:
        return
    asked: ExchangeProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    yield from account_laws(view, *sorted({asked.account, asked.receive_account}), done=True)
    if body.trade_date > body.value_date:
        yield deny("value_date_before_reference", f"not before {body.trade_date}", body.value_date)
    wrong = [
        *units_laws(view, asked.give.asset, body.given),
        *units_laws(view, asked.receive_min.asset, body.received),
        *fee_laws(view, body.fees),
    ]
    yield from wrong
    if not denies(wrong):
        yield from lot_laws(view, asked.give.asset, body.given, body.lots)
        place = (asked.account, asked.give.asset)
        given = base_units(view.state, asked.give.asset, body.given)
        needs = fee_needs(view, body.fees)
        # A fee in what is received is kept back from it: it need not have been there before.
        arrives = (asked.receive_account, asked.receive_min.asset)
        kept = base_units(view.state, asked.receive_min.asset, body.received)
        if arrives in needs:
            needs[arrives] = max(0, needs[arrives] - kept)
        needs[place] = needs.get(place, 0) + given
        yield from outflow_laws(view, needs, {place: min(given, proposal.progress.reserved)})


def _evolve_settled(state: State, event: Event, body: ExchangeSettled) -> None:
    proposal = state.proposals[body.proposal]
    asked: ExchangeProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    given = base_units(state, asked.give.asset, body.given)
    received = base_units(state, asked.receive_min.asset, body.received)
    when = (body.value_date, "exchange")
    take_out(state, proposal, (asked.account, asked.give.asset), given, when)
    state.post(
        UnitPosting(
            body.value_date,
            asked.receive_account,
            asked.receive_min.asset,
            Leg.HELD,
            received,
            "exchange",
        )
    )
    take(state, asked.give.asset, given, body.lots)
    bring_in(state, event.event_id, asked.receive_min.asset, received, body.value_date)
    pay_fees(state, body.fees, asked.receive_min.asset, body.value_date)
    flow = ("purchase_units", asked.receive_min.asset)
    count_done(state, proposal, flow, body.value_date, received)
    settled_by(state, proposal, body.author, final=body.final)


def _action_of_settled(view: View) -> Action | None:
    body: ExchangeSettled = view.body
    proposal = view.state.proposals.get(body.proposal)
    if proposal is None:
        return None
    asked: ExchangeProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    return view.action(
        "exchange_settlement",
        "settlement",
        asset=view.asset_facts(asked.receive_min.asset),
        units=view.units(asked.receive_min.asset, body.received),
        given_asset=view.asset_facts(asked.give.asset),
        given_units=view.units(asked.give.asset, body.given),
        account=view.account_facts(asked.account),
        destination=view.account_facts(asked.receive_account),
        destination_registered=asked.receive_account in view.state.accounts,
        duties=duties_of(view, proposal, "settler"),
        authorised=Authorised(
            units=base_units(view.state, asked.give.asset, asked.give.units),
            units_before=proposal.progress.units_done,
            consideration=None,
            received=base_units(view.state, asked.receive_min.asset, asked.receive_min.units),
            effective=proposal.effective,
            counted_on=proposal.body.value_date,
            counted=dict(proposal.progress.counted),
        ),
    )


KINDS = (
    Kind(
        name=PROPOSED,
        form=ExchangeProposed,
        nature=Nature.ACT,
        laws=_laws_of_proposed,
        action=_action_of_proposed,
        hold=_hold,
        free=_free,
        stays_open=True,
    ),
    Kind(
        name="exchange.settled.v1",
        form=ExchangeSettled,
        nature=Nature.FACT,
        laws=_laws_of_settled,
        evolve=_evolve_settled,
        action=_action_of_settled,
    ),
)
