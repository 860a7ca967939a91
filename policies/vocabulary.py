"""The words of the vocabulary, and the triggers by which rules are called.

See docs/reference/rules.md.

A type that is not listed here makes a book undecidable for this version; a trigger that is not
listed would never fire, so a book that uses one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules import (
    approval,
    cap_absolute,
    eligible_asset_list,
    outflow_restriction,
    separation_of_duties,
    settlement_tolerance,
)

if TYPE_CHECKING:
    from policies.rule import RuleType

RULE_TYPES: Final[dict[str, RuleType]] = {
    module.TYPE.name: module.TYPE
    for module in (
        eligible_asset_list,
        cap_absolute,
        approval,
        separation_of_duties,
        outflow_restriction,
        settlement_tolerance,
    )
}

TRIGGERS: Final[dict[str, str]] = {
    "any_instruction": "every act: a proposal of a movement, a valuation, a close",
    "any_fact": "every fact: a settlement, a receipt, a price, an observation",
    "any_registration": "every change of the registry under a mandate",
    "exception": "what has happened outside its authorisation",
    "purchase": "acquisition.proposed",
    "purchase_settlement": "acquisition.settled",
    "sale": "disposal.proposed",
    "sale_settlement": "disposal.settled",
    "exchange": "exchange.proposed",
    "exchange_settlement": "exchange.settled",
    "transfer_out": "delivery.proposed",
    "transfer_out_settlement": "delivery.settled",
    "custody_transfer": "transfer.proposed",
    "internal_transfer": "transfer.proposed",
    "transfer_release": "transfer.released",
    "transfer_settlement": "transfer.settled, transfer.failed",
    "settlement": "acquisition.settled, disposal.settled, exchange.settled, delivery.settled",
    "opening": "opening.recorded",
    "deposit": "receipt.recorded",
    "inflow": "receipt.recorded",
    "mining_receipt": "receipt.recorded of mining",
    "airdrop": "receipt.recorded of an airdrop",
    "fork": "receipt.recorded of a fork",
    "donation": "receipt.recorded of a donation",
    "tax_receipt": "receipt.recorded of a tax receipt",
    "pledge": "encumbrance.placed as pledge, lock or lien",
    "stake": "encumbrance.placed as stake",
    "lend": "encumbrance.placed as loan",
    "release_encumbrance": "encumbrance.released",
    "cash_in": "cash.recorded, in",
    "cash_out": "cash.recorded, out",
    "expense": "cash.recorded, out",
    "price": "price.observed",
    "valuation": "valuation.adopted",
    "observation": "observation.recorded",
    "attestation": "attestation.recorded",
    "fact": "fact.recorded",
    "period_close": "period.closed",
    "register_instrument": "asset.listed, asset.delisted",
    "register_custodian": "custodian.engaged, custodian.terminated",
    "open_custody_account": "account.opened",
    "change_custody_account": "account.frozen, account.closed",
    "register_address": "address.registered",
    "register_counterparty": "counterparty.registered",
}
