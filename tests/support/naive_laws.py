"""The laws of each kind of event, as docs/spec/findings.md and the page of the kind give them.

Every law that holds is listed; a law is left out only where what it speaks of is unknown. The
verdict is `deny`, and `needs_approval` for what is an exception: a fact that happened all the same.
Numbers in parentheses are those of `naive_silences`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.support.naive_accounts import issued_laws, posted_laws, reversed_laws
from tests.support.naive_policies import fair_value_laws, lot_laws, measurement_laws, policy_laws
from tests.support.naive_records import Body, Proposal, add_days
from tests.support.naive_statements import (
    lent_laws,
    observation_laws,
    raised_laws,
    resolved_laws,
    stated_laws,
)
from tests.support.naive_units import (
    UNIT_LAWS,
    Laws,
    account_laws,
    asked_by,
    deny,
    fits,
    is_open,
    units_laws,
)
from tests.support.naive_words import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.naive_story import Story

KEYS_PER_OFFICER = 8
RAW_KEY_BYTES = 32
PRICES_REMEMBERED = 16
FOR_EVER = "9999-12-31"


def laws_of_every_event(story: Story, event: Proposal) -> Laws:
    """Who and when (docs/spec/findings.md, Laws)."""
    day = event.body["value_date"]
    if day > story.today:
        yield deny("value_date_in_future")
    if event.body.get("occurred_on", "") > day:
        yield deny("value_date_before_reference")
    if not story.offices(event.author):
        yield deny("officer_not_in_office")
    own = [one for one in event.signatures if one.officer == event.author]
    if any(story.suspect(signature) for signature in own[:1]):
        yield deny("author_suspect")
    if event.body.get("restates"):
        return  # it lies in a closed period; its own laws ask in which
    # How far back is a question of the recording (10).
    if event.status == "new" and day < earliest_value_date(story):
        yield deny("value_date_too_early")
    # To a close only closed periods are shut (9); else it is `period_closing`.
    if story.shut(day, closing=event.kind != "period.closed"):
        yield deny("period_shut")


def earliest_value_date(story: Story) -> str:
    bound = story.charter["max_backdating_days"]
    wider = story.charter.get("wider_backdating")
    if wider and story.today <= wider["until"]:
        bound = wider["days"]
    return add_days(story.today, -bound)


def laws_of_the_kind(story: Story, event: Proposal) -> Laws:
    """The kind's own laws."""
    own = LAWS.get(event.kind)
    if own is not None:
        yield from own(story, event)


# -- constitution, officers, keys ---------------------------------------------------------------


def governors_after(story: Story, event: Proposal) -> set[str]:
    """Who governs once the event has taken effect."""
    offices, body = story.charter["governance_offices"], event.body
    if event.kind == "charter.amended":
        return story.holders(body["charter"]["governance_offices"])
    if event.kind == "officer.relieved":
        kept = story.offices(body["officer"]) - {body["office"]}
        if not kept & set(offices):
            return story.governors() - {body["officer"]}
    return story.governors()


def _impossible(story: Story, event: Proposal) -> bool:
    charter = event.body.get("charter", story.charter)
    return bool(charter["quorum"] > len(governors_after(story, event)) - 1)


def _amendment(story: Story, event: Proposal) -> Laws:
    if event.body["charter"] == story.charter:
        yield deny("charter_unchanged")
    if _impossible(story, event):
        yield deny("quorum_impossible")


def log_key_is_bad(story: Story, vkey: str) -> bool:
    """Not a verifier key named for the fund, or its raw key is an officer's or signs already."""
    name = vkey.partition("+")[0]
    raw = raw_log_key(vkey)
    officers = [base64.b64decode(key.public_key) for key in story.keys.values()]
    signing = [raw_log_key(known) for known in story.log_keys]
    return name != story.fund or len(raw) != RAW_KEY_BYTES or raw in officers + signing


def raw_log_key(vkey: str) -> bytes:
    """The Ed25519 key in a verifier key: what follows the type byte (docs/spec/checkpoint.md)."""
    try:
        return base64.b64decode(vkey.split("+", 2)[2], validate=True)[1:]
    except (ValueError, IndexError):
        return b""


def _log_key(story: Story, event: Proposal) -> Laws:
    if log_key_is_bad(story, event.body["log_key"]):
        yield deny("log_key_bad")


def _protocol(_: Story, __: Proposal) -> Laws:
    yield deny("protocol_unknown")


def _appointment(story: Story, event: Proposal) -> Laws:
    body = event.body
    officer, commitment = body["officer"], body["commitment"]
    known = story.commitments
    if known.get(officer, commitment) != commitment:
        yield deny("officer_commitment_differs")
    elif any(other != officer and known[other] == commitment for other in known):
        yield deny("person_known")
    if body.get("ends_on", body["starts_on"]) < body["starts_on"]:
        yield deny("appointment_ends_early")
    terms = [t for t in story.appointments if t["officer"] == officer]
    if any(t["office"] == body["office"] and _covers(t, body) for t in terms):
        yield deny("appointment_exists")


def _covers(term: Body, body: Body) -> bool:
    """Whether the office is held in the whole of that time already (5)."""
    ends_on = body.get("ends_on", FOR_EVER)
    return bool(term["starts_on"] <= body["starts_on"] and ends_on <= term.get("ends_on", FOR_EVER))


def _relief(story: Story, event: Proposal) -> Laws:
    body = event.body
    if body["officer"] not in story.commitments:
        yield deny("officer_unknown")
        return
    terms = [(term["officer"], term["office"]) for term in story.appointments]
    if (body["officer"], body["office"]) not in terms:
        yield deny("appointment_unknown")
    elif body["office"] in story.charter["governance_offices"] and _impossible(story, event):
        yield deny("quorum_impossible")


def _enrolment(story: Story, event: Proposal) -> Laws:
    body = event.body
    if body["officer"] not in story.commitments:
        yield deny("officer_unknown")
    raw = base64.b64decode(body["public_key"])
    signing = [raw_log_key(known) for known in story.log_keys]
    if any(key.public_key == body["public_key"] for key in story.keys.values()) or raw in signing:
        yield deny("key_known")
    keys = story.keys.values()
    own = [key for key in keys if key.officer == body["officer"] and not key.revoked_at]
    if len(own) >= KEYS_PER_OFFICER:
        yield deny("key_limit")


def _revocation(story: Story, event: Proposal) -> Laws:
    key = story.keys.get(event.body["key"])
    if key is None:
        yield deny("key_unknown")
        return
    since = event.body.get("compromised_since", 0)
    if key.revoked_at and not 0 < since < (key.suspect_from or since + 1):
        yield deny("key_revoked_already")
    if since > event.position:
        yield deny("compromise_in_future")


# -- mandate ------------------------------------------------------------------------------------


def _adoption(story: Story, event: Proposal) -> Laws:
    names = event.body["books"]
    for name in names:
        if name not in story.books:
            yield deny("book_unknown")
    if len(set(names)) < len(names):
        yield deny("book_unknown")
    books = [story.books[name] for name in names if name in story.books]
    for book in books:
        if "override" not in event.body and book["status"] != "in_force":
            yield deny("book_not_in_force")
    called = [book["book"] for book in {name: story.books.get(name) for name in names}.values()
              if book is not None]  # fmt: skip
    for _ in {one for one in called if called.count(one) > 1}:
        yield deny("book_twice")
    # Notice is counted from the record of the adoption, also when it completes later.
    adopted_on = story.day_of(event.recorded_at)
    earliest = add_days(adopted_on, story.charter["notice_days"])
    if (story.mandate or story.ahead) and event.body["effective_from"] < earliest:
        yield deny("notice_too_short")


def _suspension(story: Story, event: Proposal) -> Laws:
    if story.mandate is None or story.mandate.event_id != event.body["mandate"]:
        yield deny("mandate_unknown")
    elif story.mandate.suspended and event.kind == "mandate.suspended":
        yield deny("mandate_suspended")
    elif not story.mandate.suspended and event.kind == "mandate.resumed":
        yield deny("mandate_not_suspended")


# -- registry -----------------------------------------------------------------------------------


def _listing(story: Story, event: Proposal) -> Laws:
    if event.body["asset"] in story.assets:
        yield deny("asset_listed_already")
    if any(asset["asset_id"] == event.body["asset_id"] for asset in story.assets.values()):
        yield deny("asset_listed_already")


def _delisting(story: Story, event: Proposal) -> Laws:
    if event.body["asset"] not in story.assets:
        yield deny("asset_unknown")
    elif event.body["asset"] in story.delisted:
        yield deny("asset_retired")


def _engagement(story: Story, event: Proposal) -> Laws:
    if event.body["custodian"] in story.engaged:
        yield deny("custodian_engaged_already")


def _termination(story: Story, event: Proposal) -> Laws:
    custodian = event.body["custodian"]
    if custodian not in story.engaged:
        yield deny("custodian_unknown")
    kept = [name for name, account in story.accounts.items() if account["custodian"] == custodian]
    if any(name not in story.closed for name in kept):
        yield deny("custodian_has_accounts")


def _opened(story: Story, event: Proposal) -> Laws:
    if event.body["custodian"] not in story.engaged:
        yield deny("custodian_unknown")
    if event.body["account"] in story.accounts:
        yield deny("account_opened_already")


def _of_the_account(story: Story, event: Proposal) -> Laws:
    yield from account_laws(story, event.body["account"], deny)


def _thawed(story: Story, event: Proposal) -> Laws:
    if not is_open(story, event.body["account"]):
        yield deny("account_unknown")
    elif event.body["account"] not in story.frozen:
        yield deny("account_not_frozen")


PLACES = ("account", "from_account", "to_account", "receive_account")


def _closed(story: Story, event: Proposal) -> Laws:
    account = event.body["account"]
    yield from account_laws(story, account, deny)
    if not is_open(story, account):
        return
    for where, _ in story.balances():
        if where == account:
            yield deny("account_not_empty")
    others = [p for p in story.open_proposals() if p.kind not in REGISTRY]
    if any(account in (p.body.get(place) for place in PLACES) for p in others):
        yield deny("account_not_empty")


def _address(story: Story, event: Proposal) -> Laws:
    yield from account_laws(story, event.body["account"], deny)
    if (event.body["chain"], event.body["address"]) in story.addresses:
        yield deny("address_registered_already")


def _counterparty(story: Story, event: Proposal) -> Laws:
    if event.body["counterparty"] in story.counterparties:
        yield deny("counterparty_registered_already")


# -- what is stated and closed ------------------------------------------------------------------


def _price(story: Story, event: Proposal) -> Laws:
    yield from units_laws(story, event.body["asset"])
    if event.body["observed_at"] > story.now:
        yield deny("observation_in_future")


def _cash(story: Story, event: Proposal) -> Laws:
    yield from UNIT_LAWS["cash.recorded"](story, event)
    yield from lent_laws(story, event)


def _settled(story: Story, event: Proposal) -> Laws:
    """What leaves names its lots, where it can be counted."""
    yield from UNIT_LAWS[event.kind](story, event)
    body, asked = event.body, asked_by(story, event)
    if asked is not None and fits(story, body, asked):
        asset = asked.body.get("give", asked.body)["asset"]
        yield from lot_laws(story, body, asset, body.get("given") or body["units"])


def _valuation(story: Story, event: Proposal) -> Laws:
    body = event.body
    yield from units_laws(story, body["asset"])
    seen = [
        price
        for price in story.prices
        if all(price.body[name] == body[name] for name in ("asset", "currency"))
    ]
    known = {price.event_id: price.body for price in seen[-PRICES_REMEMBERED:]}
    for name in body["prices"]:
        if name in known:
            day = body["value_date"]
            yield from fair_value_laws(story, day, known[name]["observed_at"])
        else:
            yield deny("price_unknown")


def _attestation(_: Story, event: Proposal) -> Laws:
    if event.body["expires_on"] < event.body["value_date"]:
        yield deny("attestation_expired")


def _close(story: Story, event: Proposal) -> Laws:
    body = event.body
    if body["ends_on"] < body["starts_on"]:
        yield deny("period_backwards")
    if story.periods and body["starts_on"] != add_days(story.periods[-1]["ends_on"], 1):
        yield deny("period_gap")
    if any(period["period"] == body["period"] for period in story.periods):
        yield deny("period_name_used")
    if body["ends_on"] >= story.today:
        yield deny("period_not_over")
    others = [p for p in story.open_proposals() if p.event_id != event.event_id]
    if any(p.kind == "period.closed" for p in others):
        yield deny("period_closing")
    if any(stated["as_of"] <= body["ends_on"] for stated in story.breaks.values()):
        yield "break_open", "flag"
    unsettled = [p for p in others if p.status == "effective"]
    if any(p.body["value_date"] <= body["ends_on"] for p in unsettled):
        yield "proposal_unsettled", "flag"


LAWS: dict[str, Callable[[Story, Proposal], Laws]] = {
    **UNIT_LAWS,
    "charter.amended": _amendment,
    "log_key.rotated": _log_key,
    "protocol.raised": _protocol,
    "officer.appointed": _appointment,
    "officer.relieved": _relief,
    "key.enrolled": _enrolment,
    "key.revoked": _revocation,
    "mandate.adopted": _adoption,
    "mandate.suspended": _suspension,
    "mandate.resumed": _suspension,
    "disposal.settled": _settled,
    "delivery.settled": _settled,
    "exchange.settled": _settled,
    "accounting_policy.adopted": policy_laws,
    "entry.posted": posted_laws,
    "entry.reversed": reversed_laws,
    "measurement.recorded": measurement_laws,
    "statement.issued": issued_laws,
    "asset.listed": _listing,
    "asset.delisted": _delisting,
    "custodian.engaged": _engagement,
    "custodian.terminated": _termination,
    "account.opened": _opened,
    "account.frozen": _of_the_account,
    "account.unfrozen": _thawed,
    "account.closed": _closed,
    "address.registered": _address,
    "counterparty.registered": _counterparty,
    "price.observed": _price,
    "cash.recorded": _cash,
    "observation.recorded": observation_laws,
    "custodian_statement.received": stated_laws,
    "balance.attested": stated_laws,
    "break.raised": raised_laws,
    "break.resolved": resolved_laws,
    "valuation.adopted": _valuation,
    "attestation.recorded": _attestation,
    "period.closed": _close,
}
