"""The closed registry of event kinds (docs/spec/events/). A new form is a new version of a kind.

| about | module |
|---|---|
| constitution | `funds` `officers` `keys` |
| mandate | `mandates` `accounting_policies` |
| registry | `assets` `custodians` `accounts` `counterparties` |
| movements | `acquisitions` `disposals` `exchanges` `transfers` `transit` `receipts` |
| movements, other | `encumbrances` `cash` |
| approvals | `approvals` |
| valuation | `observations` |
| reconciliation | `reconciliation` |
| books | `entries` `reporting` `periods` `reports` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.domain import (
    accounting_policies,
    accounts,
    acquisitions,
    approvals,
    assets,
    cash,
    counterparties,
    custodians,
    disposals,
    encumbrances,
    entries,
    exchanges,
    funds,
    keys,
    mandates,
    observations,
    officers,
    periods,
    receipts,
    reconciliation,
    reporting,
    reports,
    transfers,
    transit,
)

if TYPE_CHECKING:
    from ledger.domain.kind import Kind

_NOUNS = (
    funds,
    officers,
    keys,
    mandates,
    accounting_policies,
    assets,
    custodians,
    accounts,
    counterparties,
    acquisitions,
    disposals,
    exchanges,
    transfers,
    transit,
    receipts,
    encumbrances,
    cash,
    approvals,
    observations,
    reconciliation,
    entries,
    reporting,
    periods,
    reports,
)

KINDS: Final[dict[str, Kind]] = {kind.name: kind for noun in _NOUNS for kind in noun.KINDS}
"""Every kind of this version by its name, in the order of the documentation."""

CONSTITUTION: Final = KINDS["fund.constituted.v1"]
"""The kind of position 1, and of no other."""
