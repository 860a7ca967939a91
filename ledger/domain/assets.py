"""Listed assets: a short code bound for ever to one CAIP-19 id and one scale.

A ticker is not an identity: the code is the fund's own name, and the listing says what it names.
Delisting stops further acquisitions; what is held may still be moved and disposed of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.policy import AssetFacts
from ledger.kernel.form import AssetCode, AssetId, Name, Text
from ledger.kernel.limits import SCALE_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

InstrumentClass = Literal[
    "coin", "token", "etp_unit", "fund_interest", "stablecoin_claim", "tokenised_deposit", "metal"
]


@dataclass(slots=True)
class Asset:
    """A listed asset; `delisted_at` is a position, 0 while it is listed."""

    asset_id: str
    scale: int
    instrument_class: str
    delisted_at: int = 0


class AssetListed(Body):
    """An asset the fund may hold: its code, its identity, its scale."""

    asset: AssetCode
    """The fund's own short name of the asset."""
    asset_id: AssetId
    """What it is: the CAIP-19 id."""
    name: Name
    scale: Annotated[int, Field(ge=0, le=SCALE_MAX)]
    """Digits after the point of one whole unit: 8 for BTC, 18 for BNB."""
    instrument_class: InstrumentClass


class AssetDelisted(Body):
    """No further units of the asset are acquired."""

    asset: AssetCode
    reason: Text


def asset_laws(view: View, *codes: str, acquiring: bool = False) -> Iterator[Finding]:
    """That each asset is listed and, where units come in, not retired."""
    for code in codes:
        entry = view.state.assets.get(code)
        if entry is None:
            yield deny("asset_unknown", found=code)
        elif acquiring and entry.delisted_at:
            yield deny("asset_retired", found=f"{code}, delisted at {entry.delisted_at}")


def _laws_of_listed(view: View) -> Iterator[Finding]:
    body: AssetListed = view.body
    if body.asset in view.state.assets:
        yield deny("asset_listed_already", found=body.asset)
    if any(entry.asset_id == body.asset_id for entry in view.state.assets.values()):
        yield deny("asset_listed_already", found=body.asset_id)


def _evolve_listed(state: State, _event: Event, body: AssetListed) -> None:
    state.assets[body.asset] = Asset(body.asset_id, body.scale, body.instrument_class)


def _laws_of_delisted(view: View) -> Iterator[Finding]:
    yield from asset_laws(view, view.body.asset, acquiring=True)


def _evolve_delisted(state: State, event: Event, body: AssetDelisted) -> None:
    state.assets[body.asset].delisted_at = event.position


def _action_of_listed(view: View) -> Action:
    body: AssetListed = view.body
    facts = AssetFacts(body.asset, body.asset_id, body.instrument_class, body.scale, retired=False)
    return view.action("register_instrument", asset=facts)


def _action_of_delisted(view: View) -> Action:
    return view.action("retire_instrument", asset=view.asset_facts(view.body.asset))


KINDS = (
    Kind(
        name="asset.listed.v1",
        form=AssetListed,
        nature=Nature.REGISTRY,
        laws=_laws_of_listed,
        evolve=_evolve_listed,
        action=_action_of_listed,
    ),
    Kind(
        name="asset.delisted.v1",
        form=AssetDelisted,
        nature=Nature.REGISTRY,
        laws=_laws_of_delisted,
        evolve=_evolve_delisted,
        action=_action_of_delisted,
    ),
)
