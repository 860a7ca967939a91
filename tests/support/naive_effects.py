"""What each kind of event does to the story once it has taken effect (docs/spec/events)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.support.naive_accounts import issued, posted, taken_back
from tests.support.naive_policies import keep_lots, lot_in, lot_out
from tests.support.naive_records import Body, Key, Mandate, Proposal, keyid_of
from tests.support.naive_statements import cash_moved, observed, raised, resolved, stated

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.naive_story import Story

# -- officers, keys, mandates -------------------------------------------------------------------


def _charter_amended(story: Story, told: Proposal) -> None:
    story.charter = told.body["charter"]


def _log_key_rotated(story: Story, told: Proposal) -> None:
    story.log_keys.append(told.body["log_key"])


def _officer_appointed(story: Story, told: Proposal) -> None:
    story.commitments.setdefault(told.body["officer"], told.body["commitment"])
    story.appointments.append(told.body)


def _officer_relieved(story: Story, told: Proposal) -> None:
    """Every appointment to the office ends (6)."""
    who = (told.body["officer"], told.body["office"])
    terms = story.appointments
    story.appointments = [term for term in terms if (term["officer"], term["office"]) != who]


def _key_enrolled(story: Story, told: Proposal) -> None:
    story.keys[keyid_of(told.body)] = Key(told.body["officer"], told.body["public_key"])


def _key_revoked(story: Story, told: Proposal) -> None:
    key = story.keys[told.body["key"]]
    key.revoked_at = key.revoked_at or story.position
    key.suspect_from = told.body.get("compromised_since", key.suspect_from)


def _book_recorded(story: Story, told: Proposal) -> None:
    story.books[told.event_id] = told.body["book"]


def _mandate_adopted(story: Story, told: Proposal) -> None:
    books = [story.books[book] for book in told.body["books"]]
    first_day = told.body["effective_from"]
    story.ahead.append(Mandate(told.event_id, story.position, first_day, books))
    story.advance(story.now)


def _mandate_suspended(story: Story, told: Proposal) -> None:
    assert story.mandate is not None
    story.mandate.suspended = told.kind == "mandate.suspended"


# -- the registry -------------------------------------------------------------------------------


def _asset_listed(story: Story, told: Proposal) -> None:
    story.assets[told.body["asset"]] = told.body


def _asset_delisted(story: Story, told: Proposal) -> None:
    story.delisted.add(told.body["asset"])


def _custodian_engaged(story: Story, told: Proposal) -> None:
    story.engaged.add(told.body["custodian"])


def _custodian_terminated(story: Story, told: Proposal) -> None:
    story.engaged.remove(told.body["custodian"])


def _account_opened(story: Story, told: Proposal) -> None:
    story.accounts[told.body["account"]] = told.body


def _account_frozen(story: Story, told: Proposal) -> None:
    story.frozen.add(told.body["account"])


def _account_unfrozen(story: Story, told: Proposal) -> None:
    story.frozen.remove(told.body["account"])


def _account_closed(story: Story, told: Proposal) -> None:
    story.closed.add(told.body["account"])


def _address_registered(story: Story, told: Proposal) -> None:
    story.addresses[told.body["chain"], told.body["address"]] = told.body["account"]


def _counterparty_registered(story: Story, told: Proposal) -> None:
    story.counterparties.add(told.body["counterparty"])


# -- units in and out ---------------------------------------------------------------------------


def _move(story: Story, fact: Body, account: str, asset: str, units: str, sign: int) -> None:
    story.moves.append((fact["value_date"], account, asset, sign * Fraction(units)))


def _policy_adopted(story: Story, told: Proposal) -> None:
    story.policies.append(told.body)
    keep_lots(story, told.body)


def _pay_fees(story: Story, fact: Body) -> None:
    for fee in fact["fees"]:
        if fee["leg"] == "asset":
            lot_out(story, fee["asset"], fee["units"])
            _move(story, fact, fee["account"], fee["asset"], fee["units"], -1)


def _came_in(story: Story, told: Proposal) -> None:
    body = told.body
    _move(story, body, body["account"], body["asset"], body["units"], 1)
    lot_in(story, told, body["asset"], body["units"])


def _acquisition_settled(story: Story, told: Proposal) -> None:
    body, asked = told.body, story.proposals[told.body["proposal"]].body
    _move(story, body, asked["account"], asked["asset"], body["units"], 1)
    _pay_fees(story, body)
    lot_in(story, told, asked["asset"], body["units"])


def _disposal_settled(story: Story, told: Proposal) -> None:
    body, asked = told.body, story.proposals[told.body["proposal"]].body
    _move(story, body, asked["account"], asked["asset"], body["units"], -1)
    lot_out(story, asked["asset"], body["units"], body.get("lots"))
    _pay_fees(story, body)


def _exchange_settled(story: Story, told: Proposal) -> None:
    body, asked = told.body, story.proposals[told.body["proposal"]].body
    received = asked["receive_min"]["asset"]
    _move(story, body, asked["account"], asked["give"]["asset"], body["given"], -1)
    _move(story, body, asked["receive_account"], received, body["received"], 1)
    lot_out(story, asked["give"]["asset"], body["given"], body.get("lots"))
    lot_in(story, told, received, body["received"])
    _pay_fees(story, body)


def _transfer_released(story: Story, told: Proposal) -> None:
    body, asked = told.body, story.proposals[told.body["proposal"]].body
    _move(story, body, asked["from_account"], asked["asset"], body["units"], -1)
    if "fee" in body:
        lot_out(story, body["fee"]["asset"], body["fee"]["units"])
        _move(story, body, asked["from_account"], body["fee"]["asset"], body["fee"]["units"], -1)


def _transfer_ended(story: Story, told: Proposal) -> None:
    body, asked = told.body, story.proposals[told.body["proposal"]].body
    place = "to_account" if told.kind == "transfer.settled" else "from_account"
    _move(story, body, asked[place], asked["asset"], body["units"], 1)


def _encumbrance_placed(story: Story, told: Proposal) -> None:
    story.encumbrances[told.event_id] = told.body


def _encumbrance_released(story: Story, told: Proposal) -> None:
    story.freed.append(told.body)


# -- what is stated and closed ------------------------------------------------------------------


def _price_observed(story: Story, told: Proposal) -> None:
    story.prices.append(told)


def _period_closed(story: Story, told: Proposal) -> None:
    story.periods.append(told.body)


EFFECTS: dict[str, Callable[[Story, Proposal], None]] = {
    "charter.amended": _charter_amended,
    "log_key.rotated": _log_key_rotated,
    "officer.appointed": _officer_appointed,
    "officer.relieved": _officer_relieved,
    "key.enrolled": _key_enrolled,
    "key.revoked": _key_revoked,
    "book.recorded": _book_recorded,
    "mandate.adopted": _mandate_adopted,
    "mandate.suspended": _mandate_suspended,
    "mandate.resumed": _mandate_suspended,
    "accounting_policy.adopted": _policy_adopted,
    "entry.posted": posted,
    "entry.reversed": taken_back,
    "statement.issued": issued,
    "asset.listed": _asset_listed,
    "asset.delisted": _asset_delisted,
    "custodian.engaged": _custodian_engaged,
    "custodian.terminated": _custodian_terminated,
    "account.opened": _account_opened,
    "account.frozen": _account_frozen,
    "account.unfrozen": _account_unfrozen,
    "account.closed": _account_closed,
    "address.registered": _address_registered,
    "counterparty.registered": _counterparty_registered,
    "opening.recorded": _came_in,
    "receipt.recorded": _came_in,
    "acquisition.settled": _acquisition_settled,
    "disposal.settled": _disposal_settled,
    "delivery.settled": _disposal_settled,
    "exchange.settled": _exchange_settled,
    "transfer.released": _transfer_released,
    "transfer.settled": _transfer_ended,
    "transfer.failed": _transfer_ended,
    "encumbrance.placed": _encumbrance_placed,
    "encumbrance.released": _encumbrance_released,
    "price.observed": _price_observed,
    "cash.recorded": cash_moved,
    "observation.recorded": observed,
    "custodian_statement.received": stated,
    "balance.attested": stated,
    "break.raised": raised,
    "break.resolved": resolved,
    "period.closed": _period_closed,
}
