"""The laws of units and money: movements, what happens to them, what comes in and is encumbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.kernel.currencies import MINOR_UNIT_DIGITS
from tests.support.naive_records import NOTHING, SETTLES, Body, Proposal

if TYPE_CHECKING:
    from tests.support.naive_story import Story

Laws = Iterator[tuple[str, str]]
Needs = list[tuple[str, str, Fraction, Fraction]]
"""(account, asset, units that are to leave, units that are held back for just that)."""


def deny(code: str) -> tuple[str, str]:
    return code, "deny"


def exception(code: str) -> tuple[str, str]:
    """A law outside of which a fact happened: it waits for the exception quorum."""
    return code, "needs_approval"


# -- accounts and amounts -----------------------------------------------------------------------


def is_open(story: Story, account: str) -> bool:
    return account in story.accounts and account not in story.closed


def account_laws(story: Story, account: str, frozen: Callable[[str], tuple[str, str]]) -> Laws:
    """The account is open and not frozen."""
    if not is_open(story, account):
        yield deny("account_unknown")
    elif account in story.frozen:
        yield frozen("account_frozen")


def digits_of(amount: str) -> int:
    """Digits after the point of a canonical decimal."""
    return len(amount.partition(".")[2])


def units_laws(story: Story, asset: str, *amounts: str) -> Laws:
    """The asset is listed and has as many digits as the amounts."""
    if asset not in story.assets:
        yield deny("asset_unknown")
        return
    for amount in amounts:
        if digits_of(amount) > story.assets[asset]["scale"]:
            yield deny("amount_scale")


def money_laws(money: Body) -> Laws:
    if digits_of(money["amount"]) > MINOR_UNIT_DIGITS[money["currency"]]:
        yield deny("amount_scale")


def counterparty_laws(story: Story, name: str) -> Laws:
    if name not in story.counterparties:
        yield deny("counterparty_unknown")


def outflow_laws(story: Story, needs: Needs, day: str) -> Laws:
    """What is to leave is there: free today, and on every open value date from that day on."""
    for account, asset in dict.fromkeys((need[0], need[1]) for need in needs):
        legs = [need for need in needs if need[:2] == (account, asset)]
        units = sum((leg[2] for leg in legs), NOTHING)
        kept = sum((leg[3] for leg in legs), NOTHING)
        bound = story.reserved(account, asset) + story.encumbered(account, asset)
        if units - kept > story.held(account, asset) - bound:
            yield deny("units_short")
        elif units > story.lowest_from(day, account, asset):
            yield deny("units_short_on_value_date")


def countable(story: Story, asset: str, units: str) -> bool:
    return asset in story.assets and digits_of(units) <= story.assets[asset]["scale"]


def needed(
    story: Story, place: tuple[str, str], units: str, held_back: Fraction = NOTHING
) -> Needs:
    """One thing that is to leave an account, if it can be counted."""
    account, asset = place
    if not countable(story, asset, units):
        return []
    return [(account, asset, Fraction(units), min(held_back, Fraction(units)))]


def held_back(event: Proposal, leg: int = 0) -> Fraction:
    """What is reserved for a proposal: its units, or (1) the network fee; nothing before it is."""
    legs = event.reserves() if event.status != "new" else []
    return legs[leg][2] if leg < len(legs) else NOTHING


# -- proposals ----------------------------------------------------------------------------------


def _acquisition(story: Story, event: Proposal) -> Laws:
    body = event.body
    yield from units_laws(story, body["asset"], body["units"])
    if body["asset"] in story.delisted:
        yield deny("asset_retired")
    yield from account_laws(story, body["account"], deny)
    yield from counterparty_laws(story, body["counterparty"])
    yield from money_laws(body["max_consideration"])


def _disposal(story: Story, event: Proposal) -> Laws:
    body = event.body
    yield from units_laws(story, body["asset"], body["units"])
    yield from account_laws(story, body["account"], deny)
    if "min_proceeds" in body:
        yield from money_laws(body["min_proceeds"])
    if event.kind != "encumbrance.placed":
        yield from counterparty_laws(story, body.get("counterparty") or body["recipient"])
    needs = needed(story, (body["account"], body["asset"]), body["units"], held_back(event))
    yield from outflow_laws(story, needs, body["value_date"])


def _exchange(story: Story, event: Proposal) -> Laws:
    body = event.body
    give, receive = body["give"], body["receive_min"]
    yield from units_laws(story, give["asset"], give["units"])
    yield from units_laws(story, receive["asset"], receive["units"])
    if receive["asset"] in story.delisted:
        yield deny("asset_retired")
    if give["asset"] == receive["asset"]:
        yield deny("same_asset")
    for account in dict.fromkeys((body["account"], body["receive_account"])):
        yield from account_laws(story, account, deny)
    yield from counterparty_laws(story, body["counterparty"])
    needs = needed(story, (body["account"], give["asset"]), give["units"], held_back(event))
    others = countable(story, receive["asset"], receive["units"])
    if others and receive["asset"] not in story.delisted:
        yield from outflow_laws(story, needs, body["value_date"])


def _address(story: Story, body: Body) -> Laws:
    """The address is the destination's, on the asset's own chain."""
    address = body["to_address"]["chain"], body["to_address"]["address"]
    if story.addresses.get(address) != body["to_account"]:
        yield deny("address_unknown")
    asset = story.assets.get(body["asset"])
    if asset and not asset["asset_id"].startswith(f"{address[0]}/"):
        yield deny("chain_differs")


def _transfer(story: Story, event: Proposal) -> Laws:
    body = event.body
    source, destination = body["from_account"], body["to_account"]
    yield from units_laws(story, body["asset"], body["units"])
    for account in dict.fromkeys((source, destination)):
        yield from account_laws(story, account, deny)
    if source == destination:
        yield deny("same_account")
    if "to_address" in body:
        yield from _address(story, body)
    legs = [body, *([body["max_fee"]] if "max_fee" in body else [])]
    needs: Needs = []
    for number, leg in enumerate(legs):
        kept = held_back(event, number)
        needs += needed(story, (source, leg["asset"]), leg["units"], kept)
    if "max_fee" in body:
        yield from units_laws(story, body["max_fee"]["asset"], body["max_fee"]["units"])
    if len(needs) == len(legs):
        yield from outflow_laws(story, needs, body["value_date"])


# -- what happened to them ----------------------------------------------------------------------


def asked_by(story: Story, event: Proposal) -> Proposal | None:
    """The open proposal that a fact is about."""
    asked = story.proposals.get(event.body["proposal"])
    return asked if asked and asked.open and asked.kind == SETTLES[event.kind] else None


def _about_a_proposal(story: Story, event: Proposal) -> Laws:
    asked = asked_by(story, event)
    if asked is None:
        yield deny("proposal_unknown")
        return
    if asked.status != "effective":
        yield exception("proposal_not_effective")
    yield from SETTLEMENT[event.kind](story, event, asked)


def _settlement(story: Story, event: Proposal, asked: Proposal) -> Laws:
    """Units in or out against what was agreed, with fees."""
    body = event.body
    if body["value_date"] < asked.body["value_date"]:
        yield deny("value_date_before_reference")
    if body.get("trade_date", "") > body["value_date"]:
        yield deny("value_date_before_reference")
    for account in dict.fromkeys((asked.body["account"], asked.body.get("receive_account"))):
        if account in story.frozen:
            yield exception("account_frozen")
    yield from _amounts(story, body, asked)
    yield from _fee_laws(story, body)
    if fits(story, body, asked):
        needs = _given(story, body, asked) + _fees_beside(story, body, asked)
        yield from outflow_laws(story, needs, body["value_date"])


def fits(story: Story, body: Body, asked: Proposal) -> bool:
    """Whether all that leaves by a settlement can be counted."""
    unfit = [law for law in _fee_laws(story, body) if law != exception("account_frozen")]
    if asked.kind != "acquisition.proposed":
        unfit += _units_laws(story, body, asked)
    return not unfit


def _units_laws(story: Story, body: Body, asked: Proposal) -> Laws:
    if asked.kind == "exchange.proposed":
        yield from units_laws(story, asked.body["give"]["asset"], body["given"])
        yield from units_laws(story, asked.body["receive_min"]["asset"], body["received"])
    else:
        yield from units_laws(story, asked.body["asset"], body["units"])


def _amounts(story: Story, body: Body, asked: Proposal) -> Laws:
    yield from _units_laws(story, body, asked)
    if asked.kind in ("exchange.proposed", "delivery.proposed"):
        return
    money = body.get("consideration") or body["proceeds"]
    agreed = asked.body.get("max_consideration") or asked.body["min_proceeds"]
    yield from money_laws(money)
    if money["currency"] != agreed["currency"]:
        yield deny("currency_differs")


def _given(story: Story, body: Body, asked: Proposal) -> Needs:
    """What leaves by a settlement, fees apart."""
    if asked.kind == "acquisition.proposed":
        return []
    if asked.kind == "exchange.proposed":
        place = asked.body["account"], asked.body["give"]["asset"]
        return needed(story, place, body["given"], held_back(asked))
    place = asked.body["account"], asked.body["asset"]
    return needed(story, place, body["units"], held_back(asked))


def _fees(story: Story, body: Body) -> Needs:
    found: Needs = []
    for fee in body["fees"]:
        if fee["leg"] == "asset":
            found += needed(story, (fee["account"], fee["asset"]), fee["units"])
    return found


def _fees_beside(story: Story, body: Body, asked: Proposal) -> Needs:
    """Fees; of those kept back from what an exchange receives only what is more than that."""
    fees = _fees(story, body)
    if asked.kind != "exchange.proposed":
        return fees
    place = asked.body["receive_account"], asked.body["receive_min"]["asset"]
    own = sum((units for account, asset, units, _ in fees if (account, asset) == place), NOTHING)
    others = [fee for fee in fees if fee[:2] != place]
    return [*others, (*place, max(NOTHING, own - Fraction(body["received"])), NOTHING)]


def _fee_laws(story: Story, body: Body) -> Laws:
    for fee in body["fees"]:
        if fee["leg"] == "cash":
            yield from money_laws(fee)
            continue
        yield from units_laws(story, fee["asset"], fee["units"])
        yield from account_laws(story, fee["account"], exception)


def _release(story: Story, event: Proposal, asked: Proposal) -> Laws:
    body, source = event.body, asked.body["from_account"]
    if body["value_date"] < asked.body["value_date"]:
        yield deny("value_date_before_reference")
    if source in story.frozen:
        yield exception("account_frozen")
    fee = body.get("fee")
    unfit_fee = list(units_laws(story, fee["asset"], fee["units"])) if fee else []
    if fee and not unfit_fee and Fraction(fee["units"]) > asked.fee_left(fee["asset"]):
        yield exception("fee_beyond_proposal")
    unfit = [*units_laws(story, asked.body["asset"], body["units"]), *unfit_fee]
    yield from unfit
    if unfit:
        return
    if Fraction(body["units"]) > asked.left:
        yield exception("units_beyond_proposal")
    needs = needed(story, (source, asked.body["asset"]), body["units"], held_back(asked))
    if fee:
        needs += needed(story, (source, fee["asset"]), fee["units"], asked.fee_left(fee["asset"]))
    yield from outflow_laws(story, needs, body["value_date"])


def _arrival(story: Story, event: Proposal, asked: Proposal) -> Laws:
    body = event.body
    released_on = [f.body["value_date"] for f in asked.facts if f.kind == "transfer.released"]
    if body["value_date"] < max([asked.body["value_date"], *released_on]):
        yield deny("value_date_before_reference")
    place = "to_account" if event.kind == "transfer.settled" else "from_account"
    if asked.body[place] in story.frozen:
        yield exception("account_frozen")
    unfit = list(units_laws(story, asked.body["asset"], body["units"]))
    yield from unfit
    units = Fraction(body["units"])
    if unfit:
        return
    if units > asked.in_transit:
        yield deny("units_beyond_transit")
    elif body["final"] and units < asked.in_transit:
        yield deny("units_left_in_transit")


SETTLEMENT: dict[str, Callable[[Story, Proposal, Proposal], Laws]] = {
    "acquisition.settled": _settlement,
    "disposal.settled": _settlement,
    "delivery.settled": _settlement,
    "exchange.settled": _settlement,
    "transfer.released": _release,
    "transfer.settled": _arrival,
    "transfer.failed": _arrival,
}


# -- what comes in and is freed -----------------------------------------------------------------

FINAL = ("final_criminal_forfeiture", "final_civil_forfeiture", "civil_money_penalty")


def _came_in(story: Story, event: Proposal) -> Laws:
    body = event.body
    yield from units_laws(story, body["asset"], body["units"])
    yield from account_laws(story, body["account"], exception)
    for money in (body.get("cost"), body.get("fair_value")):
        if money:
            yield from money_laws(money)
    if body.get("acquired_on", "") > body["value_date"]:
        yield deny("value_date_before_reference")
    if body.get("source") in FINAL:
        final = body.get("finality_date", "9999-12-31")
        if final > body["value_date"] or not body["evidence"]:
            yield deny("finality_missing")


def _freed(story: Story, event: Proposal) -> Laws:
    body = event.body
    placed = story.encumbrances.get(body["encumbrance"])
    if placed is None or not story.left_of(body["encumbrance"]):
        yield deny("encumbrance_unknown")
        return
    if body["value_date"] < placed["value_date"]:
        yield deny("value_date_before_reference")
    yield from units_laws(story, placed["asset"], body["units"])
    if Fraction(body["units"]) > story.left_of(body["encumbrance"]):
        yield deny("units_beyond_encumbrance")


def _cash(story: Story, event: Proposal) -> Laws:
    if "counterparty" in event.body:
        yield from counterparty_laws(story, event.body["counterparty"])
    yield from money_laws(event.body["amount"])


UNIT_LAWS: dict[str, Callable[[Story, Proposal], Laws]] = {
    "acquisition.proposed": _acquisition,
    "disposal.proposed": _disposal,
    "delivery.proposed": _disposal,
    "encumbrance.placed": _disposal,
    "exchange.proposed": _exchange,
    "transfer.proposed": _transfer,
    **dict.fromkeys(SETTLES, _about_a_proposal),
    "opening.recorded": _came_in,
    "receipt.recorded": _came_in,
    "encumbrance.released": _freed,
    "cash.recorded": _cash,
}
