"""Custodians: the parties that keep units safe, with what licenses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.kernel.form import Country, Day, Digest, Form, Lei, Many, Name, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@dataclass(slots=True)
class Custodian:
    """An engaged custodian; `terminated_at` is a position, 0 while engaged."""

    jurisdiction: str
    licences: tuple[str, ...]
    terminated_at: int = 0


class Licence(Form):
    """A licence as the register of its regulator shows it."""

    licence: Name
    regulator: Name
    number: Name | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None


class CustodianEngaged(Body):
    """A custodian under contract."""

    custodian: Slug
    legal_name: Name
    lei: Lei | None = None
    jurisdiction: Country
    licences: Annotated[Many[Licence], Field(max_length=16)]
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
    licences = tuple(entry.licence for entry in body.licences)
    state.custodians[body.custodian] = Custodian(body.jurisdiction, licences)


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
    return view.action(
        "register_custodian",
    )


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
