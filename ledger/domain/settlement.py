"""What proposals of movements share: reserving units, settling, paying fees, finishing.

A fact names its proposal by event id. If the proposal was not yet effective when the thing
happened, the fact is an exception and waits for the quorum; if there is no such open proposal, the
fact has a wrong reference and is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.assets import asset_laws
from ledger.domain.body import AssetFee, CashFee
from ledger.domain.holdings import ConsiderationPosting, Leg, UnitPosting
from ledger.domain.identified_lots import take
from ledger.domain.laws import deny, exception
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.instants import add_days
from ledger.kernel.money import minor_unit_digits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.domain import body as shapes
    from ledger.domain.outcome import Finding
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import State
    from ledger.domain.view import View

Place = tuple[str, str]
"""(account, asset)."""


def base_units(state: State, asset: str, amount: str) -> int:
    """Base units of an amount that admission has checked."""
    return parse_amount(amount, state.assets[asset].scale)


def minor_units(value: shapes.Money | CashFee) -> int:
    """Minor units of an amount that admission has checked."""
    return parse_amount(value.amount, minor_unit_digits(value.currency))


def open_proposal(view: View, kind: str) -> Proposal | None:
    """The open proposal of this kind that a fact names."""
    proposal = view.state.proposals.get(view.body.proposal)
    return proposal if proposal is not None and proposal.kind.name == kind else None


def proposal_laws(view: View, proposal: Proposal | None) -> Iterator[Finding]:
    """That the fact settles an open, effective proposal, and not before it was made."""
    if proposal is None:
        yield deny("proposal_unknown", found=view.body.proposal)
        return
    if not proposal.effective:
        yield exception("proposal_not_effective", found=view.body.proposal)
    if view.body.value_date < proposal.body.value_date:
        yield deny(
            "value_date_before_reference",
            f"not before {proposal.body.value_date}",
            view.body.value_date,
        )


def money_laws(view: View, *amounts: shapes.Money | None) -> Iterator[Finding]:
    """That no amount has more digits than its currency."""
    for amount in amounts:
        if amount is not None and view.money(amount) is None:
            yield deny("amount_scale", found=f"{amount.amount} {amount.currency}")


def units_laws(view: View, asset: str, *amounts: str) -> Iterator[Finding]:
    """That no amount has more digits than the asset's scale."""
    for amount in amounts:
        if asset in view.state.assets and view.units(asset, amount) is None:
            yield deny("amount_scale", found=f"{amount} {asset}")


def outflow_laws(
    view: View, needs: Mapping[Place, int], given_back: Mapping[Place, int] | None = None
) -> Iterator[Finding]:
    """That units leave only where they are free, on the value date and on every day after it.

    Only days that are open count: what a closed day held is settled. `given_back` are reservations
    that this very event uses up.
    """
    first, closed_until = view.body.value_date, view.state.closed_until
    if first <= closed_until:
        first = add_days(closed_until, 1)
    for place, units in needs.items():
        balance = view.state.balance(*place)
        available = balance.free + (given_back or {}).get(place, 0)
        scale = view.state.assets[place[1]].scale
        if units > available:
            yield deny(
                "units_short",
                f"at most {render_amount(available, scale)} {place[1]} free on {place[0]}",
                render_amount(units, scale),
            )
            continue
        lowest = balance.by_day.lowest_from(first)
        if units > lowest:
            yield deny(
                "units_short_on_value_date",
                f"at most {render_amount(lowest, scale)} {place[1]} from {first} on",
                render_amount(units, scale),
            )


def reserving_laws(view: View, account: str, asset: str, amount: str) -> Iterator[Finding]:
    """As `outflow_laws`, for a proposal that reserves units: its own reservation is not in its way.

    Call it only when the asset and the amount are known to be good.
    """
    place = (account, asset)
    own = {place: view.own.progress.reserved} if view.own else None
    yield from outflow_laws(view, {place: base_units(view.state, asset, amount)}, own)


def fee_laws(view: View, fees: tuple[CashFee | AssetFee, ...]) -> Iterator[Finding]:
    """That fees are in known assets or currencies, with no more digits than these have."""
    for fee in fees:
        if isinstance(fee, AssetFee):
            yield from asset_laws(view, fee.asset)
            yield from units_laws(view, fee.asset, fee.units)
            entry = view.state.accounts.get(fee.account)
            if entry is None or entry.closed_at:
                yield deny("account_unknown", found=fee.account)
            elif entry.frozen:
                yield exception("account_frozen", found=fee.account)
        elif _digits_exceed(fee):
            yield deny("amount_scale", found=f"{fee.amount} {fee.currency}")


def _digits_exceed(fee: CashFee) -> bool:
    return len(fee.amount.partition(".")[2]) > minor_unit_digits(fee.currency)


def fee_needs(view: View, fees: tuple[CashFee | AssetFee, ...]) -> dict[Place, int]:
    """Units that fees take from accounts; call it only when `fee_laws` found nothing."""
    needs: dict[Place, int] = {}
    for fee in fees:
        if isinstance(fee, AssetFee):
            place = (fee.account, fee.asset)
            units = base_units(view.state, fee.asset, fee.units)
            needs[place] = needs.get(place, 0) + units
    return needs


def pay_fees(
    state: State, fees: tuple[CashFee | AssetFee, ...], asset: str, value_date: str
) -> None:
    """Post fees: units leave their account, money is a cost of `asset`."""
    for fee in fees:
        if isinstance(fee, AssetFee):
            units = base_units(state, fee.asset, fee.units)
            state.post(
                UnitPosting(value_date, fee.account, fee.asset, Leg.HELD, -units, "fee"),
            )
            take(state, fee.asset, units)
        else:
            state.post(
                ConsiderationPosting(value_date, asset, fee.currency, minor_units(fee), "fee")
            )


def reserve(state: State, proposal: Proposal, place: Place, units: int) -> None:
    """Reserve units for a proposal."""
    proposal.progress.reserved = units
    _post_reserved(state, proposal, place, units)


def unreserve(state: State, proposal: Proposal, place: Place, units: int) -> None:
    """Give back up to `units` of what is reserved for a proposal."""
    back = min(units, proposal.progress.reserved)
    if back:
        proposal.progress.reserved -= back
        _post_reserved(state, proposal, place, -back)


def _post_reserved(state: State, proposal: Proposal, place: Place, units: int) -> None:
    day = proposal.body.value_date
    state.post(UnitPosting(day, *place, Leg.RESERVED, units, "reservation"))


def count(state: State, proposal: Proposal, measure: str, unit: str, amount: int) -> None:
    """Count what a proposal asks for in a flow, on its value date."""
    proposal.progress.counted[measure, unit] = amount
    state.add_flow(measure, unit, proposal.body.value_date, amount)


def count_done(
    state: State, proposal: Proposal, flow: tuple[str, str], day: str, amount: int
) -> None:
    """Count in a flow what was done, in place of what the proposal counted there."""
    counted = proposal.progress.counted
    taken = min(amount, counted.get(flow, 0))  # a proposal that is over counts nothing any more
    if taken:
        counted[flow] -= taken
        state.add_flow(*flow, proposal.body.value_date, -taken)
    state.add_flow(*flow, day, amount)


def uncount(state: State, proposal: Proposal) -> None:
    """Take back from every flow what the proposal still counts there."""
    for flow, amount in proposal.progress.counted.items():
        state.add_flow(*flow, proposal.body.value_date, -amount)
    proposal.progress.counted.clear()


def settled_by(state: State, proposal: Proposal, officer: str, *, final: bool) -> None:
    """Remember who said that something of a proposal is done; a final settlement finishes it."""
    settlers = proposal.progress.settlers
    if officer not in settlers:
        settlers.append(officer)
    if final:
        finish(state, proposal)


def finish(state: State, proposal: Proposal) -> None:
    """Nothing more of this proposal will happen: give back what is left and close it.

    What is in transit must still arrive or come back: until then the proposal stays, and is over.
    """
    proposal.kind.free(state, proposal)
    proposal.over = True
    if not proposal.progress.in_transit:
        del state.proposals[proposal.event_id]
