"""Custody transfers: same owner, another account. Value is kept at every step.

The proposal reserves the units and the most that the network fee may be; what then happens to them
is in `transit.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Grounded, Units
from ledger.domain.holdings import Leg, UnitPosting
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import (
    Place,
    base_units,
    count,
    outflow_laws,
    reserve,
    uncount,
    units_laws,
    unreserve,
)
from ledger.domain.signatories import duties_of
from ledger.kernel.errors import present
from ledger.kernel.form import AssetCode, ChainId, Form, PositiveAmount, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import State
    from ledger.domain.view import View

PROPOSED = "transfer.proposed.v1"


class Destination(Form):
    """The chain address to which units are sent."""

    chain: ChainId
    address: Annotated[str, Field(pattern=r"^[-.%a-zA-Z0-9]{1,128}$")]


class TransferProposed(Grounded):
    """To move units from one account of the fund to another."""

    asset: AssetCode
    units: PositiveAmount
    """Units that leave the source for the destination, the network fee apart."""
    from_account: Slug
    to_account: Slug
    to_address: Destination | None = None
    """The address of the destination, if the transfer is made on chain."""
    max_fee: Units | None = None
    """The most that the network fee may be, paid from the source account."""


def source_of(body: TransferProposed) -> Place:
    """The account and asset from which a transfer takes its units."""
    return body.from_account, body.asset


def _laws_of_proposed(view: View) -> Iterator[Finding]:
    body: TransferProposed = view.body
    if body.from_account == body.to_account:
        yield deny("same_account", found=body.from_account)
    known = [*asset_laws(view, body.asset), *units_laws(view, body.asset, body.units)]
    if body.max_fee is not None:
        known += asset_laws(view, body.max_fee.asset)
        known += units_laws(view, body.max_fee.asset, body.max_fee.units)
    yield from known
    yield from account_laws(view, *sorted({body.from_account, body.to_account}))
    if body.to_address is not None:
        address = view.state.addresses.get((body.to_address.chain, body.to_address.address))
        if address is None or address.account != body.to_account:
            yield deny("address_unknown", found=body.to_address.address)
        yield from _laws_of_chain(view, body.asset, body.to_address.chain)
    if not known:
        yield from outflow_laws(view, _needs(view.state, body), _given_back(view))


def _laws_of_chain(view: View, code: str, chain: str) -> Iterator[Finding]:
    """What is not on the chain of an address cannot be sent to it: no fund unit is a coin."""
    asset = view.state.assets.get(code)
    if asset is not None and asset.asset_id.partition("/")[0] != chain:
        yield deny("chain_differs", asset.asset_id.partition("/")[0], chain)


def _needs(state: State, body: TransferProposed) -> dict[Place, int]:
    needs = {source_of(body): base_units(state, body.asset, body.units)}
    if body.max_fee is not None:
        place = (body.from_account, body.max_fee.asset)
        fee = base_units(state, body.max_fee.asset, body.max_fee.units)
        needs[place] = needs.get(place, 0) + fee
    return needs


def _given_back(view: View) -> dict[Place, int]:
    """What the proposal itself has reserved, when it is decided again."""
    if view.own is None:
        return {}
    body: TransferProposed = view.body
    back = {source_of(body): view.own.progress.reserved}
    if body.max_fee is not None:
        place = (body.from_account, body.max_fee.asset)
        back[place] = back.get(place, 0) + view.own.progress.fee_reserved
    return back


def _hold(state: State, proposal: Proposal) -> None:
    body: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    units = base_units(state, body.asset, body.units)
    reserve(state, proposal, source_of(body), units)
    count(state, proposal, "transfer_units", body.asset, units)
    if body.max_fee is not None:
        fee = base_units(state, body.max_fee.asset, body.max_fee.units)
        proposal.progress.fee_reserved = fee
        post_fee_reserved(state, body, fee)


def post_fee_reserved(state: State, body: TransferProposed, units: int) -> None:
    """Reserve units of the fee's asset, or give them back if negative."""
    if units:
        asset = present(body.max_fee, "only a fee that was asked for is reserved").asset
        day, account = body.value_date, body.from_account
        state.post(UnitPosting(day, account, asset, Leg.RESERVED, units, "reservation"))


def _free(state: State, proposal: Proposal) -> None:
    body: TransferProposed = proposal.body  # type: ignore[assignment] # the kind's own form
    progress = proposal.progress
    unreserve(state, proposal, source_of(body), progress.reserved)
    uncount(state, proposal)
    post_fee_reserved(state, body, -progress.fee_reserved)
    progress.fee_reserved = 0


def _action_of_proposed(view: View) -> Action:
    body: TransferProposed = view.body
    source, there = view.account_facts(body.from_account), view.account_facts(body.to_account)
    # From a client's account to the fund's own (or back) is another owner's.
    is_internal = source and there and source.owner_class == there.owner_class
    return view.action(
        "custody_transfer",
        *(("internal_transfer",) if is_internal else ()),
        "receive_at_address",
        asset=view.asset_facts(body.asset),
        units=view.units(body.asset, body.units),
        account=source,
        destination=there,
        destination_registered=has_address(view.state, body),
        duties=duties_of(view),
        counted=view.own is not None,
    )


def has_address(state: State, body: TransferProposed) -> bool:
    """Whether the destination account has a registered address; one that is named must be it."""
    entry = state.accounts.get(body.to_account)
    return entry is not None and entry.addresses > 0


KINDS = (
    Kind(
        name=PROPOSED,
        form=TransferProposed,
        nature=Nature.ACT,
        laws=_laws_of_proposed,
        action=_action_of_proposed,
        hold=_hold,
        free=_free,
        stays_open=True,
    ),
)
