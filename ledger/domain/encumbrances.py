"""Encumbrances: pledges and locks on units held; such a unit is not free for anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ledger.domain.accounts import account_laws
from ledger.domain.assets import asset_laws
from ledger.domain.body import Grounded
from ledger.domain.holdings import Leg, UnitPosting
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import (
    base_units,
    reserve,
    reserving_laws,
    units_laws,
    unreserve,
)
from ledger.domain.signatories import duties_of
from ledger.kernel.form import AssetCode, Digest, Name, PositiveAmount, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@dataclass(slots=True)
class Encumbrance:
    """Units of an asset on an account that are pledged or locked."""

    account: str
    asset: str
    units: int
    value_date: str


class EncumbrancePlaced(Grounded):
    """To pledge or lock units."""

    asset: AssetCode
    units: PositiveAmount
    account: Slug
    form: Literal["pledge", "lock", "lien", "stake", "loan", "earmark"]
    beneficiary: Name


class EncumbranceReleased(Grounded):
    """Units are free again."""

    encumbrance: Digest
    """Event id of the `encumbrance.placed` event."""
    units: PositiveAmount


_TRIGGERS = {"stake": "stake", "loan": "lend", "earmark": "earmark"}


def _laws_of_placed(view: View) -> Iterator[Finding]:
    body: EncumbrancePlaced = view.body
    known = [*asset_laws(view, body.asset), *units_laws(view, body.asset, body.units)]
    yield from known
    yield from account_laws(view, body.account)
    if not known:
        yield from reserving_laws(view, body.account, body.asset, body.units)


def _hold(state: State, proposal: Proposal) -> None:
    body: EncumbrancePlaced = proposal.body  # type: ignore[assignment] # the kind's own form
    reserve(state, proposal, (body.account, body.asset), base_units(state, body.asset, body.units))


def _free(state: State, proposal: Proposal) -> None:
    body: EncumbrancePlaced = proposal.body  # type: ignore[assignment] # the kind's own form
    unreserve(state, proposal, (body.account, body.asset), proposal.progress.reserved)


def _evolve_placed(state: State, event: Event, body: EncumbrancePlaced) -> None:
    units = base_units(state, body.asset, body.units)
    state.encumbrances[event.event_id] = Encumbrance(
        body.account, body.asset, units, body.value_date
    )
    state.post(
        UnitPosting(body.value_date, body.account, body.asset, Leg.ENCUMBERED, units, body.form)
    )


def _laws_of_released(view: View) -> Iterator[Finding]:
    body: EncumbranceReleased = view.body
    entry = view.state.encumbrances.get(body.encumbrance)
    if entry is None:
        yield deny("encumbrance_unknown", found=body.encumbrance)
        return
    if body.value_date < entry.value_date:
        yield deny("value_date_before_reference", f"not before {entry.value_date}")
    wrong = list(units_laws(view, entry.asset, body.units))
    yield from wrong
    if not wrong and base_units(view.state, entry.asset, body.units) > entry.units:
        yield deny("units_beyond_encumbrance", found=body.units)


def _evolve_released(state: State, _event: Event, body: EncumbranceReleased) -> None:
    entry = state.encumbrances[body.encumbrance]
    units = base_units(state, entry.asset, body.units)
    entry.units -= units
    state.post(
        UnitPosting(body.value_date, entry.account, entry.asset, Leg.ENCUMBERED, -units, "release")
    )
    if not entry.units:
        del state.encumbrances[body.encumbrance]


def _action(view: View) -> Action | None:
    body: EncumbrancePlaced | EncumbranceReleased = view.body
    if isinstance(body, EncumbrancePlaced):
        asset, account = body.asset, body.account
        trigger = _TRIGGERS.get(body.form, "pledge")
    else:
        entry = view.state.encumbrances.get(body.encumbrance)
        if entry is None:
            return None
        asset, account, trigger = entry.asset, entry.account, "release_encumbrance"
    return view.action(
        trigger,
        asset=view.asset_facts(asset),
        units=view.units(asset, body.units),
        account=view.account_facts(account),
        duties=duties_of(view),
    )


KINDS = (
    Kind(
        name="encumbrance.placed.v1",
        form=EncumbrancePlaced,
        nature=Nature.ACT,
        laws=_laws_of_placed,
        evolve=_evolve_placed,
        action=_action,
        hold=_hold,
        free=_free,
    ),
    Kind(
        name="encumbrance.released.v1",
        form=EncumbranceReleased,
        nature=Nature.ACT,
        laws=_laws_of_released,
        evolve=_evolve_released,
        action=_action,
    ),
)
