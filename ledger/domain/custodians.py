"""Custodians: the parties that keep units safe, with what licenses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.licences import Licences, licence_facts
from ledger.domain.policy import PartyFacts
from ledger.kernel.form import Code, Country, Digest, Lei, Name, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@dataclass(slots=True)
class Custodian:
    """An engaged custodian; `terminated_at` is a position, 0 while engaged."""

    facts: PartyFacts
    terminated_at: int = 0


class CustodianEngaged(Body):
    """A custodian under contract."""

    custodian: Slug
    legal_name: Name
    lei: Lei | None = None
    jurisdiction: Country
    charter: Code | None = None
    """What it is in law, in the words of the rules: `trust_company`, `federal_bank` …"""
    licences: Licences
    contract: Digest
    """SHA-256 of the custody contract."""


class CustodianTerminated(Body):
    """A custodian is no longer engaged; it must keep no open account."""

    custodian: Slug
    reason: Text


def _laws_of_engaged(view: View) -> Iterator[Finding]:
    entry = view.state.custodians.get(view.body.custodian)
    if entry is not None and not entry.terminated_at:
        yield deny("custodian_engaged_already", found=view.body.custodian)


def _evolve_engaged(state: State, _event: Event, body: CustodianEngaged) -> None:
    state.custodians[body.custodian] = Custodian(_facts_of(body))


def _facts_of(body: CustodianEngaged) -> PartyFacts:
    return PartyFacts(
        party=body.custodian,
        legal_name=body.legal_name,
        jurisdiction=body.jurisdiction,
        charter=body.charter or "",
        licences=licence_facts(body.licences),
        contract=True,
    )


def custodian_laws(view: View, custodian: str) -> Iterator[Finding]:
    """That the custodian is engaged."""
    entry = view.state.custodians.get(custodian)
    if entry is None or entry.terminated_at:
        yield deny("custodian_unknown", found=custodian)


def _laws_of_terminated(view: View) -> Iterator[Finding]:
    yield from custodian_laws(view, view.body.custodian)
    open_accounts = [
        name
        for name, account in view.state.accounts.items()
        if account.custodian == view.body.custodian and not account.closed_at
    ]
    if open_accounts:
        yield deny("custodian_has_accounts", found=", ".join(sorted(open_accounts)))


def _evolve_terminated(state: State, event: Event, body: CustodianTerminated) -> None:
    state.custodians[body.custodian].terminated_at = event.position


def _action(view: View) -> Action:
    body: CustodianEngaged | CustodianTerminated = view.body
    if isinstance(body, CustodianTerminated):
        return view.action("end_custodian")
    return view.action("register_custodian", "register_counterparty", party=_facts_of(body))


KINDS = (
    Kind(
        name="custodian.engaged.v1",
        form=CustodianEngaged,
        nature=Nature.REGISTRY,
        laws=_laws_of_engaged,
        evolve=_evolve_engaged,
        action=_action,
    ),
    Kind(
        name="custodian.terminated.v1",
        form=CustodianTerminated,
        nature=Nature.REGISTRY,
        laws=_laws_of_terminated,
        evolve=_evolve_terminated,
        action=_action,
    ),
)
