"""Units in transit: a transfer's release, its arrival, its failure.

Released moves units to *in transit* and spends the fee, which is never returned; settled brings
them to the destination; failed brings them back. Parts accumulate until one says `final`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact, Units
from ledger.domain.holdings import Leg, UnitPosting
from ledger.domain.identified_lots import take
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny, exception
from ledger.domain.policy import Action, Authorised
from ledger.domain.settlement import (
    Place,
    base_units,
    count_done,
    open_proposal,
    outflow_laws,
    proposal_laws,
    settled_by,
    units_laws,
    unreserve,
)
from ledger.domain.signatories import duties_of
from ledger.domain.transfers import PROPOSED, has_address, post_fee_reserved, source_of
from ledger.kernel.form import Digest, PositiveAmount, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.transfers import TransferProposed
    from ledger.domain.view import View


class TransferReleased(Fact):
    """Units left the source and are in transit; the fee is spent."""

    proposal: Digest
    """Event id of the `transfer.proposed` event."""
    units: PositiveAmount
    fee: Units | None = None
    """The network fee that was paid, from the source account."""


class TransferSettled(Fact):
    """Units arrived at the destination."""

    proposal: Digest
    """Event id of the `transfer.proposed` event."""
    units: PositiveAmount
    final: bool
    """Whether nothing more of the transfer will be released, arrive or fail."""


class TransferFailed(Fact):
    """Units in transit came back to the source."""

    proposal: Digest
    """Event id of the `transfer.proposed` event."""
    units: PositiveAmount
    explanation: Text
    final: bool
    """Whether nothing more of the transfer will be released, arrive or fail."""


def _laws_of_released(view: View) -> Iterator[Finding]:
    body: TransferReleased = view.body
    proposal = open_proposal(view, PROPOSED)
    yield from proposal_laws(view, proposal)
    if proposal is None:
        return
    asked: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    yield from account_laws(view, asked.from_account, done=True)
    wrong = list(units_laws(view, asked.asset, body.units))
    if body.fee is not None:
        wrong += asset_laws(view, body.fee.asset)
        wrong += units_laws(view, body.fee.asset, body.fee.units)
    yield from wrong
    if wrong:
        return
    units = base_units(view.state, asked.asset, body.units)
    if units > proposal.progress.reserved:
        yield exception("units_beyond_proposal", found=body.units)
    needs, back = _released_places(view, proposal, asked)
    yield from outflow_laws(view, needs, back)


def _released_places(
    view: View, proposal: Proposal, asked: TransferProposed
) -> tuple[dict[Place, int], dict[Place, int]]:
    """Units that a release takes, and reservations that it uses up."""
    body: TransferReleased = view.body
    units = base_units(view.state, asked.asset, body.units)
    needs = {source_of(asked): units}
    back = {source_of(asked): min(units, proposal.progress.reserved)}
    if body.fee is not None:
        place = (asked.from_account, body.fee.asset)
        fee = base_units(view.state, body.fee.asset, body.fee.units)
        needs[place] = needs.get(place, 0) + fee
        if asked.max_fee is not None and asked.max_fee.asset == body.fee.asset:
            # Only what of the fee's reservation is spent: the rest stays reserved.
            back[place] = back.get(place, 0) + min(fee, proposal.progress.fee_reserved)
    return needs, back


def _evolve_released(state: State, _event: Event, body: TransferReleased) -> None:
    proposal = state.proposals[body.proposal]
    asked: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    progress = proposal.progress
    units = base_units(state, asked.asset, body.units)
    unreserve(state, proposal, source_of(asked), units)
    if body.fee is not None:
        fee = base_units(state, body.fee.asset, body.fee.units)
        if asked.max_fee is not None and asked.max_fee.asset == body.fee.asset:
            back = min(fee, progress.fee_reserved)
            progress.fee_reserved -= back
            post_fee_reserved(state, asked, -back)
        state.post(
            UnitPosting(body.value_date, asked.from_account, body.fee.asset, Leg.HELD, -fee, "fee")
        )
        take(state, body.fee.asset, fee)
    day, account, asset = body.value_date, asked.from_account, asked.asset
    state.post(
        UnitPosting(day, account, asset, Leg.HELD, -units, "transfer"),
        UnitPosting(day, account, asset, Leg.IN_TRANSIT, units, "transfer"),
    )
    count_done(state, proposal, ("transfer_units", asset), day, units)
    progress.in_transit += units
    if body.author not in progress.releasers:
        progress.releasers.append(body.author)
    progress.released_on = max(progress.released_on, day)


def _laws_of_arrival(view: View) -> Iterator[Finding]:
    body: TransferSettled | TransferFailed = view.body
    proposal = open_proposal(view, PROPOSED)
    yield from proposal_laws(view, proposal)
    if proposal is None:
        return
    asked: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    is_settled = isinstance(body, TransferSettled)
    yield from account_laws(view, asked.to_account if is_settled else asked.from_account, done=True)
    units = view.units(asked.asset, body.units)
    if units is None:
        yield from units_laws(view, asked.asset, body.units)
    elif units > proposal.progress.in_transit:
        yield deny("units_beyond_transit", found=body.units)
    elif body.final and units != proposal.progress.in_transit:
        yield deny("units_left_in_transit", found=body.units)
    if proposal.body.value_date <= body.value_date < proposal.progress.released_on:
        yield deny(
            "value_date_before_reference",
            f"not before {proposal.progress.released_on}",
            body.value_date,
        )


def _evolve_arrival(state: State, _event: Event, body: TransferSettled | TransferFailed) -> None:
    proposal = state.proposals[body.proposal]
    asked: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    units = base_units(state, asked.asset, body.units)
    is_settled = isinstance(body, TransferSettled)
    arrived_at = asked.to_account if is_settled else asked.from_account
    day, asset = body.value_date, asked.asset
    state.post(
        UnitPosting(day, asked.from_account, asset, Leg.IN_TRANSIT, -units, "transfer"),
        UnitPosting(day, arrived_at, asset, Leg.HELD, units, "transfer"),
    )
    proposal.progress.in_transit -= units
    if is_settled:
        proposal.progress.units_done += units
    settled_by(state, proposal, body.author, final=body.final or proposal.over)


def _action_of_fact(view: View) -> Action | None:
    body: TransferReleased | TransferSettled | TransferFailed = view.body
    proposal = view.state.proposals.get(body.proposal)
    if proposal is None:
        return None
    asked: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    released = isinstance(body, TransferReleased)
    return view.action(
        "transfer_release" if released else "transfer_settlement",
        asset=view.asset_facts(asked.asset),
        units=view.units(asked.asset, body.units),
        account=view.account_facts(asked.from_account),
        destination=view.account_facts(asked.to_account),
        destination_registered=has_address(view.state, asked),
        duties=duties_of(view, proposal, "releaser" if released else "settler"),
        authorised=_authorised(view, proposal, asked),
        # What arrives was counted when it was released.
        counted=not released,
    )


def _authorised(view: View, proposal: Proposal, asked: TransferProposed) -> Authorised:
    """What the proposal authorised; the fee is authorised by itself, in its own asset."""
    return Authorised(
        units=base_units(view.state, asked.asset, asked.units),
        units_before=proposal.progress.units_done,
        consideration=None,
        effective=proposal.effective,
        counted_on=proposal.body.value_date,
        counted=dict(proposal.progress.counted),
    )


def _laws_of_released_and_fee(view: View) -> Iterator[Finding]:
    yield from _laws_of_released(view)
    proposal = open_proposal(view, PROPOSED)
    fee = view.body.fee
    if proposal is None or fee is None or view.units(fee.asset, fee.units) is None:
        return
    asked: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    spent = base_units(view.state, fee.asset, fee.units)
    same = asked.max_fee is not None and asked.max_fee.asset == fee.asset
    if not same or spent > proposal.progress.fee_reserved:
        most = f"{asked.max_fee.units} {asked.max_fee.asset}" if asked.max_fee else "no fee"
        yield exception("fee_beyond_proposal", f"at most {most}", f"{fee.units} {fee.asset}")


KINDS = (
    Kind(
        name="transfer.released.v1",
        form=TransferReleased,
        nature=Nature.FACT,
        laws=_laws_of_released_and_fee,
        evolve=_evolve_released,
        action=_action_of_fact,
    ),
    Kind(
        name="transfer.settled.v1",
        form=TransferSettled,
        nature=Nature.FACT,
        laws=_laws_of_arrival,
        evolve=_evolve_arrival,
        action=_action_of_fact,
    ),
    Kind(
        name="transfer.failed.v1",
        form=TransferFailed,
        nature=Nature.FACT,
        laws=_laws_of_arrival,
        evolve=_evolve_arrival,
        action=_action_of_fact,
    ),
)
