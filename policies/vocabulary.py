"""The words of the vocabulary, and the triggers by which rules are called.

See docs/reference/rules.md.

A type that is not listed here makes a book undecidable for this version; a trigger that is not
listed would never fire, so a book that uses one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules import (
    address_cap,
    approval,
    attestation,
    cap_absolute,
    cap_pct,
    custodian_attributes,
    custody_method,
    effective_date,
    eligible_asset_list,
    eligible_by_avg_market_cap,
    indirect_only,
    inflow_source,
    instrument_class,
    no_published_rule,
    obligation_due,
    outflow_restriction,
    reconciliation,
    segregation,
    separation_of_duties,
    settlement_tolerance,
    temporary_transfer,
)

if TYPE_CHECKING:
    from policies.rule import RuleType

RULE_TYPES: Final[dict[str, RuleType]] = {
    module.TYPE.name: module.TYPE
    for module in (
        eligible_asset_list,
        eligible_by_avg_market_cap,
        instrument_class,
        inflow_source,
        outflow_restriction,
        cap_pct,
        cap_absolute,
        address_cap,
        custody_method,
        custodian_attributes,
        attestation,
        segregation,
        indirect_only,
        approval,
        separation_of_duties,
        temporary_transfer,
        obligation_due,
        reconciliation,
        effective_date,
        no_published_rule,
        settlement_tolerance,
    )
}

TRIGGERS: Final[dict[str, str]] = {
    "any_instruction": "every act: a proposal of a movement, a valuation, a close",
    "any_fact": "every fact: a settlement, a receipt, a price, an observation",
    "any_registration": "every change of the registry under a mandate",
    "exception": "what has happened outside its authorisation",
    "purchase": "acquisition.proposed",
    "subscription": "acquisition.proposed of a fund interest",
    "receive_at_address": "whatever brings units to an account: acquisition.proposed, "
    "transfer.proposed, receipt.recorded, opening.recorded",
    "purchase_settlement": "acquisition.settled",
    "sale": "disposal.proposed",
    "sale_settlement": "disposal.settled",
    "exchange": "exchange.proposed",
    "exchange_settlement": "exchange.settled",
    "transfer_out": "delivery.proposed",
    "transfer_out_settlement": "delivery.settled",
    "custody_transfer": "transfer.proposed",
    "internal_transfer": "transfer.proposed between accounts of one owner",
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
    "receipt_by_state": "receipt.recorded of a payment to the state",
    "earmark": "encumbrance.placed as earmark",
    "pledge": "encumbrance.placed as pledge, lock or lien",
    "stake": "encumbrance.placed as stake",
    "lend": "encumbrance.placed as loan",
    "release_encumbrance": "encumbrance.released",
    "cash_in": "cash.recorded, in",
    "cash_out": "cash.recorded, out",
    "expense": "cash.recorded, out, of any other category than the next three",
    "temporary_transfer": "cash.recorded, out, as temporary transfer",
    "cash_sweep": "cash.recorded, out, as cash sweep",
    "transfer_to_treasury": "cash.recorded, out, as distribution; whatever has this purpose",
    "transfer_to_general_fund": "whatever has this purpose",
    "debt_service": "whatever has this purpose",
    "convert_for_public": "whatever has this purpose",
    "convert_to_cash": "whatever has this purpose",
    "derivative_trade": "whatever has this purpose",
    "borrow": "whatever has this purpose",
    "unclaimed_item": "whatever has this purpose",
    "price": "price.observed",
    "valuation": "valuation.adopted",
    "observation": "observation.recorded",
    "attestation": "attestation.recorded",
    "fact": "fact.recorded",
    "period_close": "period.closed",
    "custodian_statement": "custodian_statement.received",
    "proof_of_reserve": "balance.attested",
    "reconciliation_run": "break.raised",
    "reconciliation_review": "break.resolved",
    "report": "report.filed",
    "register_instrument": "asset.listed",
    "retire_instrument": "asset.delisted",
    "register_custodian": "custodian.engaged",
    "end_custodian": "custodian.terminated",
    "open_custody_account": "account.opened",
    "change_custody_account": "account.frozen, account.closed",
    "register_address": "address.registered",
    "register_counterparty": "counterparty.registered, custodian.engaged",
    "calendar": "no event: a day (obligations, what is watched)",
    "governance": "no event under the mandate: the charter decides of officers and keys; watched",
}
