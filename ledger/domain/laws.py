"""The laws of the ledger: every finding that no mandate can lift, by its stable code.

A law speaks in lower case (`units_short`), a mandate's rule by its id (`REF.LIMIT.1`). Most laws
deny; the few marked *exception* make a fact wait for the exception quorum, since what has happened
in the world is never refused by policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.domain.outcome import DENY, NEEDS_APPROVAL, Finding

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
    "period_shut": "the value date lies in a period that is closed or being closed",
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
    "policy_incomplete": "the accounting policy names an asset that is not listed",
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
    "observation_unit_differs": "the measure of this subject is kept in another unit",
    "observation_in_future": "the observation is later than its record",
    "attestation_expired": "the attestation ends before its value date",
    "statement_unknown": "no such custodian statement or attested balance is remembered",
    "break_none": "the statement and the holdings do not differ",
    "break_unknown": "no open break has this id",
    "break_raised_already": "a break of this place is open already",
    "period_backwards": "the period ends before it starts",
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


def denies(findings: Sequence[Finding]) -> bool:
    """Whether one of the findings forbids the event; an exception only makes it wait."""
    for finding in findings:  # noqa: SIM110 - nearly always empty: a generator would cost more
        if finding.verdict == DENY:
            return True
    return False
