"""Registry entries as rules see them: an asset, an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.policy import AccountFacts, AssetFacts

if TYPE_CHECKING:
    from ledger.domain.state import State


def asset_facts(state: State, code: str) -> AssetFacts:
    """A listed asset; `KeyError` for any other."""
    entry = state.assets[code]
    return AssetFacts(
        code, entry.asset_id, entry.instrument_class, entry.scale, bool(entry.delisted_at)
    )


def account_facts(state: State, account: str) -> AccountFacts:
    """An account that was opened; `KeyError` for any other."""
    entry = state.accounts[account]
    return AccountFacts(
        account=account,
        custodian=entry.custodian,
        method=entry.method,
        tier=entry.tier,
        owner_class=entry.owner_class,
        jurisdiction=state.custodians[entry.custodian].facts.jurisdiction,
        title=entry.title,
        book=entry.book,
        signers=entry.signers,
        addresses=entry.addresses,
        addressed_at=entry.addressed_at,
    )
