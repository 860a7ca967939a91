"""Safekeeping accounts and their addresses.

A frozen account lets no proposal through; freezing is one governance officer's right, thawing is
not. An account's name is used once, and it is closed only when nothing is left on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.custodians import custodian_laws
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny, exception
from ledger.domain.officers import in_governance
from ledger.domain.policy import AccountFacts
from ledger.kernel.fixed import fixed
from ledger.kernel.form import ChainId, Code, Digest, Many, Name, Slug, Text
from ledger.kernel.limits import EVIDENCE_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@dataclass(slots=True)
class Account:
    """An account at a custodian; `closed_at` is a position, 0 while open."""

    custodian: str
    tier: str
    method: str
    owner_class: str
    title: str
    book: str
    signers: int
    addresses: int = 0
    """How many addresses are registered for it."""
    addressed_at: int = 0
    """Position of the last one's registration."""
    frozen: bool = False
    closed_at: int = 0


@fixed
class Address:
    """A chain address that belongs to an account."""

    account: str
    registered_at: int


class AccountOpened(Body):
    """A safekeeping account in the fund's name."""

    account: Slug
    custodian: Slug
    title: Name
    """The name in which the custodian keeps the account."""
    tier: Literal["cold", "warm", "hot"]
    method: Code
    """How it is kept, in the words of the rules: `qualified_custodian`, `cold_wallet` …"""
    owner_class: Literal["own", "client"]
    book: Slug | None = None
    """Which of the fund's books it belongs to, where rules keep several apart."""
    signers: Annotated[int, Field(ge=1, le=99)] | None = None
    """How many persons must sign for units to leave it."""


class AccountFrozen(Body):
    """Nothing may be proposed out of or into the account."""

    account: Slug
    reason: Text


class AccountUnfrozen(Body):
    """The account may be used again."""

    account: Slug
    reason: Text


class AccountClosed(Body):
    """The account is closed for ever."""

    account: Slug
    reason: Text


class AddressRegistered(Body):
    """A chain address of an account, with evidence that the fund's custodian controls it."""

    account: Slug
    chain: ChainId
    """The CAIP-2 chain id."""
    address: Annotated[str, Field(pattern=r"^[-.%a-zA-Z0-9]{1,128}$")]
    evidence: Annotated[Many[Digest], Field(min_length=1, max_length=EVIDENCE_MAX)]
    """SHA-256 of the proof of control and of the confirmation by a second channel."""


def account_laws(view: View, *names: str, done: bool = False) -> Iterator[Finding]:
    """That each account is open and not frozen; for what is `done`, frozen is an exception."""
    for name in names:
        entry = view.state.accounts.get(name)
        if entry is None or entry.closed_at:
            yield deny("account_unknown", found=name)
        elif entry.frozen:
            yield (
                exception("account_frozen", found=name)
                if done
                else deny("account_frozen", found=name)
            )


def _laws_of_opened(view: View) -> Iterator[Finding]:
    if view.body.account in view.state.accounts:
        yield deny("account_opened_already", found=view.body.account)
    yield from custodian_laws(view, view.body.custodian)


def _evolve_opened(state: State, _event: Event, body: AccountOpened) -> None:
    state.accounts[body.account] = Account(
        custodian=body.custodian,
        tier=body.tier,
        method=body.method,
        owner_class=body.owner_class,
        title=body.title,
        book=body.book or "",
        signers=body.signers or 0,
    )


def _laws_of_frozen(view: View) -> Iterator[Finding]:
    yield from account_laws(view, view.body.account)


def _one_signature_suffices(view: View) -> bool:
    return in_governance(view.state, view.body.author, view.day)


def _laws_of_unfrozen(view: View) -> Iterator[Finding]:
    entry = view.state.accounts.get(view.body.account)
    if entry is None or entry.closed_at:
        yield deny("account_unknown", found=view.body.account)
    elif not entry.frozen:
        yield deny("account_not_frozen", found=view.body.account)


def _laws_of_closed(view: View) -> Iterator[Finding]:
    yield from account_laws(view, view.body.account)
    for (account, asset), balance in view.state.balances.items():
        if account == view.body.account and not balance.is_empty:
            yield deny("account_not_empty", found=asset)
    if any(view.body.account in _accounts_of(entry.body) for entry in _movements(view.state)):
        yield deny("account_not_empty", "no open proposal names the account")


def _movements(state: State) -> Iterator[Proposal]:
    """The open proposals that may move units; those about the registry, this one too, do not."""
    return (entry for entry in state.proposals.values() if entry.kind.nature is not Nature.REGISTRY)


def _accounts_of(body: object) -> set[object]:
    names = ("account", "from_account", "to_account", "receive_account")
    return {getattr(body, name, None) for name in names}


def _evolve_frozen(state: State, _event: Event, body: AccountFrozen) -> None:
    state.accounts[body.account].frozen = True


def _evolve_unfrozen(state: State, _event: Event, body: AccountUnfrozen) -> None:
    state.accounts[body.account].frozen = False


def _evolve_closed(state: State, event: Event, body: AccountClosed) -> None:
    state.accounts[body.account].closed_at = event.position


def _laws_of_address(view: View) -> Iterator[Finding]:
    yield from account_laws(view, view.body.account)
    if (view.body.chain, view.body.address) in view.state.addresses:
        yield deny("address_registered_already", found=view.body.address)


def _evolve_address(state: State, event: Event, body: AddressRegistered) -> None:
    state.addresses[body.chain, body.address] = Address(body.account, event.position)
    account = state.accounts[body.account]
    account.addresses += 1
    account.addressed_at = event.position


def _opening_action(view: View) -> Action:
    body: AccountOpened = view.body
    custodian = view.state.custodians.get(body.custodian)
    return view.action(
        "open_custody_account",
        account=AccountFacts(
            account=body.account,
            custodian=body.custodian,
            method=body.method,
            tier=body.tier,
            owner_class=body.owner_class,
            jurisdiction=custodian.facts.jurisdiction if custodian else "",
            title=body.title,
            book=body.book or "",
            signers=body.signers or 0,
        ),
    )


def _account_action(view: View) -> Action:
    return _registry_action(view, "change_custody_account")


def _address_action(view: View) -> Action:
    return _registry_action(view, "register_address")


def _registry_action(view: View, trigger: str) -> Action:
    return view.action(
        trigger,
        account=view.account_facts(view.body.account),
    )


KINDS = (
    Kind(
        name="account.opened.v1",
        form=AccountOpened,
        nature=Nature.REGISTRY,
        laws=_laws_of_opened,
        evolve=_evolve_opened,
        action=_opening_action,
    ),
    Kind(
        name="account.frozen.v1",
        form=AccountFrozen,
        nature=Nature.REGISTRY,
        laws=_laws_of_frozen,
        evolve=_evolve_frozen,
        action=_account_action,
        one_signature=_one_signature_suffices,
    ),
    Kind(
        name="account.unfrozen.v1",
        form=AccountUnfrozen,
        nature=Nature.CHARTER,
        laws=_laws_of_unfrozen,
        evolve=_evolve_unfrozen,
    ),
    Kind(
        name="account.closed.v1",
        form=AccountClosed,
        nature=Nature.REGISTRY,
        laws=_laws_of_closed,
        evolve=_evolve_closed,
        action=_account_action,
    ),
    Kind(
        name="address.registered.v1",
        form=AddressRegistered,
        nature=Nature.REGISTRY,
        laws=_laws_of_address,
        evolve=_evolve_address,
        action=_address_action,
    ),
)
