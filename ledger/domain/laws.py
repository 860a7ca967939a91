"""The laws of the ledger: every finding that no mandate can lift, by its stable code.

A law speaks in lower case (`units_short`), a mandate's rule by its id (`REF.LIMIT.1`). Most laws
deny; the few marked *exception* make a fact wait for the exception quorum, since what has happened
in the world is never refused by policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.domain.outcome import DENY, FLAG, NEEDS_APPROVAL, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

LAWS: Final[dict[str, str]] = {
    # who and when
    "officer_not_in_office": "the author holds no office on this day",
    "office_not_entitled": "the author's office does not entitle to this event",
    "author_suspect": "the author's key is reported compromised since before the proposal",
    "value_date_in_future": "the value date lies after today in the fund's time zone",
    "value_date_too_early": "the value date lies further back than the charter allows",
    "value_date_before_reference": "the value date lies before that of the event it refers to",
    "period_shut": "the value date lies in a period that is closed or being closed (IAS 8.42)",
    "no_mandate": "no mandate is in force",
    "mandate_suspended": "the mandate is suspended",
    "charter_quorum": "the charter's quorum of governance officers has not signed",
    # constitution
    "founders_incomplete": "not every founder signed",
    "founder_repeated": "a founder or a key is named twice",
    "quorum_impossible": "the quorum is more than the governance officers less one",
    "protocol_unknown": "the protocol is not one that this version knows or may raise to",
    "log_key_bad": "the log key is not an Ed25519 verifier key named for the fund, or is in use",
    "charter_unchanged": "the amendment changes nothing",
    # officers and keys
    "officer_unknown": "no such officer",
    "person_known": "the commitment names another officer",
    "officer_commitment_differs": "the officer is known under another commitment",
    "appointment_exists": "the officer holds this office in that time already",
    "appointment_unknown": "the officer does not hold this office",
    "appointment_ends_early": "the appointment ends before it starts",
    "key_known": "the public key was enrolled before; it belongs to one officer for ever",
    "key_unknown": "no such key",
    "key_weak": "the public key is weak",
    "key_revoked_already": "the key is revoked already",
    "key_limit": "the officer has as many keys as an officer may have",
    "compromise_in_future": "the position from which the key is suspect lies after this event",
    # mandate
    "book_unknown": "no such book is recorded",
    "book_twice": "two versions of one book are adopted together",
    "book_not_in_force": "a book that is not in force needs an explicit override",
    "notice_too_short": "the mandate takes effect before the charter's notice period ends",
    "mandate_unknown": "no such mandate is in force",
    "mandate_not_suspended": "the mandate is not suspended",
    # accounting policy
    "policy_incomplete": "the accounting policy names an asset that is not listed",
    "policy_asset_repeated": "the accounting policy names an asset twice",
    "policy_missing": "no accounting policy measures this day",
    "functional_currency_differs": "the functional currency is the charter's (IAS 21.9)",
    "cost_formula_not_allowed": "first in first out, weighted average or specific (IAS 2.25)",
    "specific_identification_needs_non_interchangeable_items": (
        "specific identification is for items that do not stand for one another (IAS 2.23, 2.24)"
    ),
    "lots_identified_for_the_fund": "identified lots are kept for the fund, not by account",
    "lots_unknown": "units of the asset came in before its lots were kept",
    "unit_of_account_conflicts_with_cost_formula": (
        "first in first out and specific go by lot, weighted average by holding"
    ),
    "model_not_allowed": "the framework has no such model for the classification",
    "revaluation_needs_active_market": "revaluation needs an active market (IAS 38.75, 38.81)",
    "class_must_share_one_model": "a class is measured by one model (IAS 38.72)",
    "redemption_missing": "amortised cost needs what the issuer owes (IFRS 9 4.1.2)",
    "policy_change_unexplained": "a later policy says how its change is treated (IAS 8.14)",
    "policy_change_mismatch": "the treatment does not cover what changes (IAS 8.16, 8.19, 8.36)",
    "policy_change_needs_restatement": (
        "what reaches into a closed period is applied retrospectively (IAS 8.19, 8.22)"
    ),
    # registry
    "asset_unknown": "no such asset is listed",
    "asset_listed_already": "the asset's code or id is listed already",
    "asset_retired": "the asset is no longer listed",
    "custodian_unknown": "no such custodian is engaged",
    "custodian_engaged_already": "the custodian is engaged already",
    "custodian_has_accounts": "the custodian still has open accounts",
    "account_unknown": "no such account is open",
    "account_opened_already": "the account's name was used before",
    "account_frozen": "the account is frozen",
    "account_not_frozen": "the account is not frozen",
    "account_not_empty": "the account still holds, reserves or expects units",
    "address_registered_already": "the address is registered already",
    "chain_differs": "the address is on another chain than the asset",
    "address_unknown": "no such address is registered for the account",
    "counterparty_unknown": "no such counterparty is registered",
    "counterparty_registered_already": "the counterparty is registered already",
    # movements
    "amount_scale": "an amount has more digits than the asset or currency has",
    "units_short": "the units are not there free of reservations and encumbrances",
    "units_short_on_value_date": "an open value date would go below zero",
    "same_account": "source and destination are one account",
    "same_asset": "an exchange is between two assets",
    "currency_differs": "the currency is not that of the proposal",
    "units_beyond_transit": "more units than are in transit",
    "units_beyond_proposal": "exception: more units than are left of the proposal",
    "fee_beyond_proposal": "exception: the network fee is more than was proposed",
    "units_left_in_transit": "units are still in transit",
    "finality_missing": "a forfeiture or penalty needs its finality date and evidence",
    "lots_missing": "a disposal of identified units names its lots (IAS 2.23)",
    "lots_not_identified": "units that stand for one another are not chosen by lot (IAS 2.25)",
    "lots_do_not_cover": "the lots named are not exactly the units disposed of",
    "lot_unknown": "no such lot, or it is named twice",
    "lot_short": "the lot has fewer units left",
    "encumbrance_unknown": "no such encumbrance",
    "units_beyond_encumbrance": "more units than are encumbered",
    "transfer_not_temporary": "no temporary transfer that money may come back from has this id",
    # proposals and approvals
    "proposal_unknown": "no open proposal of the right kind has this id",
    "proposal_not_pending": "the proposal does not wait for approvals",
    "proposal_not_effective": "exception: the proposal was not effective when this happened",
    "proposal_in_progress": "units of the proposal are in transit",
    "self_approval": "the author of a proposal does not approve it",
    "approved_already": "the officer's approval is counted already",
    "office_not_asked": "no approval of this officer's offices is asked for",
    "not_the_author": "only its author withdraws a proposal",
    "refused_by_officer": "an officer whose approval was asked refused",
    "withdrawn": "the author withdrew the proposal",
    # valuation and books
    "price_unknown": "no such price observation is remembered",
    "price_after_cut_off": (
        "a price observed after the cut-off is not one of that day (IFRS 13.9, IAS 10.11)"
    ),
    "price_too_old": "a price older than the policy allows is no fair value of that day",
    "observation_unit_differs": "the measure of this subject is kept in another unit",
    "observation_in_future": "the observation is later than its record",
    "attestation_expired": "the attestation ends before its value date",
    "statement_unknown": "no such custodian statement or attested balance is remembered",
    "break_none": "the statement and the holdings do not differ",
    "break_unknown": "no open break has this id",
    "break_raised_already": "a break of this place is open already",
    "account_not_in_chart": "no account of the chart that may be posted to has this number",
    "entry_line_incomplete": "a line of an entry says too little",
    "entry_does_not_balance": "debits and credits differ",
    "surplus_never_through_profit_or_loss": (
        "the revaluation surplus goes to retained earnings, never through profit or loss "
        "(IAS 38.87, IAS 1.96)"
    ),
    "entry_unknown": "no entry posted by hand has this id",
    "entry_reversed_already": "the entry is reversed already",
    "period_unknown": "no such period is closed",
    "statement_day_differs": "a statement is as of the last day of its period",
    "statement_issued_already": "this very statement is issued already",
    "position_in_future": "the position lies after the last record",
    "period_backwards": "the period ends before it starts",
    "break_open": "flag: a difference to a stated balance is not explained",
    "proposal_unsettled": "flag: an effective proposal is not settled",
    "period_gap": "the period does not start on the day after the last closed one",
    "period_name_used": "a closed period has this name already",
    "period_not_over": "the period is not over",
    "period_closing": "a close of a period is pending already",
}


def deny(code: str, expected: str = "", found: str = "") -> Finding:
    """The finding that a law forbids the event."""
    return Finding(code, DENY, expected, found, LAWS[code])


def exception(code: str, expected: str = "", found: str = "") -> Finding:
    """The finding that a fact lies outside its authorisation and waits for the quorum."""
    return Finding(code, NEEDS_APPROVAL, expected, found, LAWS[code])


def flag(code: str, expected: str = "", found: str = "") -> Finding:
    """The finding that an event is to be seen with: it neither forbids nor waits."""
    return Finding(code, FLAG, expected, found, LAWS[code])


def denies(findings: Sequence[Finding]) -> bool:
    """Whether one of the findings forbids the event; an exception only makes it wait."""
    for finding in findings:  # noqa: SIM110 - nearly always empty: a generator would cost more
        if finding.verdict == DENY:
            return True
    return False
