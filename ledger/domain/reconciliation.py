"""Reconciliation: what others say is on an account, and where the holdings differ from it.

A custodian's statement and an attested balance are evidence: they never change a balance. A
difference is raised as a break, and stays open until somebody explains and resolves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.assets import asset_laws
from ledger.domain.body import Fact
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import base_units, units_laws
from ledger.domain.signatories import duties_of
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import present
from ledger.kernel.fixed import fixed
from ledger.kernel.form import (
    AssetCode,
    Code,
    Day,
    Digest,
    Many,
    Name,
    NotNegativeAmount,
    Slug,
    Text,
)
from ledger.kernel.limits import EVIDENCE_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@fixed
class StatedBalance:
    """A balance that somebody outside the ledger stated, in base units."""

    event_id: str
    units: int
    as_of: str
    source: str
    """`custodian`, or how it was attested."""
    officer: str
    position: int


@fixed
class Break:
    """An open difference: base units stated less base units held."""

    account: str
    asset: str
    as_of: str
    difference: int
    raised_on: str
    officer: str
    position: int


class CustodianStatementReceived(Fact):
    """A custodian states what it keeps of one asset on one account at the end of a day."""

    account: Slug
    asset: AssetCode
    units: NotNegativeAmount
    as_of: Day
    document: Digest
    """SHA-256 of the statement."""


class BalanceAttested(Fact):
    """Somebody else than the custodian states a balance: by signature, by chain, by audit."""

    account: Slug
    asset: AssetCode
    units: NotNegativeAmount
    as_of: Day
    method: Literal["address_signature", "chain_observation", "independent_audit"]
    attester: Name
    document: Digest
    """SHA-256 of the proof."""


class BreakRaised(Fact):
    """The holdings at the end of a day differ from what was stated."""

    statement: Digest
    """Event id of the `custodian_statement.received` or `balance.attested` event."""
    explanation: Text | None = None
    """What is known of the cause."""


class BreakResolved(Fact):
    """A break is explained, and nothing more follows from it."""

    break_id: Digest
    """Event id of the `break.raised` event."""
    cause: Code
    explanation: Text
    documents: Annotated[Many[Digest], Field(max_length=EVIDENCE_MAX)]
    """SHA-256 of what supports the explanation."""


StatedBalanceBody = CustodianStatementReceived | BalanceAttested


def _laws_of_stated(view: View) -> Iterator[Finding]:
    body: StatedBalanceBody = view.body
    yield from asset_laws(view, body.asset)
    if body.account not in view.state.accounts:
        yield deny("account_unknown", found=body.account)
    yield from units_laws(view, body.asset, body.units)
    if body.as_of > body.value_date:
        yield deny("observation_in_future", f"at most {body.value_date}", body.as_of)


def _evolve_stated(state: State, event: Event, body: StatedBalanceBody) -> None:
    source = body.method if isinstance(body, BalanceAttested) else "custodian"
    units = base_units(state, body.asset, body.units)
    state.statements[body.account, body.asset] = StatedBalance(
        event.event_id, units, body.as_of, source, body.author, event.position
    )


def difference_of(state: State, place: tuple[str, str], stated: StatedBalance) -> int:
    """Base units stated less those held at the end of the day that the statement speaks of."""
    return stated.units - state.balance(*place).by_day.until(stated.as_of)


def _stated(state: State, event_id: str) -> tuple[tuple[str, str], StatedBalance] | None:
    found = [(place, one) for place, one in state.statements.items() if one.event_id == event_id]
    return found[0] if found else None


def _laws_of_raised(view: View) -> Iterator[Finding]:
    state, found = view.state, _stated(view.state, view.body.statement)
    if found is None:
        yield deny("statement_unknown", found=view.body.statement)
        return
    place, stated = found
    if not difference_of(state, place, stated):
        held = render_amount(stated.units, state.assets[place[1]].scale)
        yield deny("break_none", found=f"{held} on both sides")
    if any(
        (one.account, one.asset, one.as_of) == (*place, stated.as_of)
        for one in state.breaks.values()
    ):
        yield deny("break_raised_already", found=f"{place[1]} on {place[0]}")


def _evolve_raised(state: State, event: Event, body: BreakRaised) -> None:
    found = present(_stated(state, body.statement), "a break is raised on a statement")
    (account, asset), stated = found
    difference = difference_of(state, (account, asset), stated)
    state.breaks[event.event_id] = Break(
        account, asset, stated.as_of, difference, body.value_date, body.author, event.position
    )


def _laws_of_resolved(view: View) -> Iterator[Finding]:
    if view.body.break_id not in view.state.breaks:
        yield deny("break_unknown", found=view.body.break_id)


def _evolve_resolved(state: State, _event: Event, body: BreakResolved) -> None:
    del state.breaks[body.break_id]


def _action_of_stated(view: View) -> Action:
    body: StatedBalanceBody = view.body
    by_custodian = isinstance(body, CustodianStatementReceived)
    return view.action(
        "custodian_statement" if by_custodian else "proof_of_reserve",
        asset=view.asset_facts(body.asset),
        units=view.units(body.asset, body.units),
        account=view.account_facts(body.account),
        duties=duties_of(view),
    )


def _by(**officers: str) -> dict[str, frozenset[str]]:
    return {task: frozenset({officer}) for task, officer in officers.items()}


def _action_of_raised(view: View) -> Action | None:
    found = _stated(view.state, view.body.statement)
    if found is None:
        return None
    (account, asset), stated = found
    return view.action(
        "reconciliation_run",
        asset=view.asset_facts(asset),
        account=view.account_facts(account),
        duties=_by(operator=stated.officer, reconciler=view.body.author),
    )


def _action_of_resolved(view: View) -> Action | None:
    entry = view.state.breaks.get(view.body.break_id)
    if entry is None:
        return None
    return view.action(
        "reconciliation_review",
        asset=view.asset_facts(entry.asset),
        account=view.account_facts(entry.account),
        duties=_by(reconciler=entry.officer, reviewer=view.body.author),
    )


KINDS = (
    Kind(
        name="custodian_statement.received.v1",
        form=CustodianStatementReceived,
        nature=Nature.FACT,
        laws=_laws_of_stated,
        evolve=_evolve_stated,
        action=_action_of_stated,
    ),
    Kind(
        name="balance.attested.v1",
        form=BalanceAttested,
        nature=Nature.FACT,
        laws=_laws_of_stated,
        evolve=_evolve_stated,
        action=_action_of_stated,
    ),
    Kind(
        name="break.raised.v1",
        form=BreakRaised,
        nature=Nature.FACT,
        laws=_laws_of_raised,
        evolve=_evolve_raised,
        action=_action_of_raised,
    ),
    Kind(
        name="break.resolved.v1",
        form=BreakResolved,
        nature=Nature.FACT,
        laws=_laws_of_resolved,
        evolve=_evolve_resolved,
        action=_action_of_resolved,
    ),
)
