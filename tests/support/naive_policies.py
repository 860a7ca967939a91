"""Accounting policies, and what they ask of fair values and of lots, as the specification has it.

Pages: accounting_policy.adopted.v1, valuation.adopted.v1, measurement.recorded.v1, the settlements
that name lots. Lots are a list of what is left of each, in the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.support.naive_records import NOTHING, Body, Proposal, add_days
from tests.support.naive_units import Laws, countable, deny

if TYPE_CHECKING:
    from tests.support.naive_story import Story

EVERYWHERE = ("ifrs", "ipsas", "us_gaap", "gasb")
INTERNATIONAL = ("ifrs", "ipsas")
ALLOWED = {
    ("intangible", "cost"): EVERYWHERE,
    ("intangible", "revaluation"): INTERNATIONAL,
    ("intangible", "fv_net_income"): ("us_gaap", "gasb"),
    ("inventory", "lower_cost_nrv"): EVERYWHERE,
    ("inventory_broker_trader", "fvlcts_pl"): EVERYWHERE,
    ("financial_asset", "amortised_cost"): EVERYWHERE,
    ("financial_asset", "fvtpl"): EVERYWHERE,
    ("prepayment", "cost"): EVERYWHERE,
    ("cash", "amortised_cost"): EVERYWHERE,
}
LEFT_OUT: Body = {
    "lot_scope": "fund",
    "surplus_transfer": "on_disposal",
    "revalue_before_disposal": False,
    "disposal_cost_rate": "0",
    "acquisition_fee": "capitalise",
    "disposal_fee": "deduct_from_proceeds",
    "swap_fee": "capitalise",
    "transfer_fee": "expense",
    "owner_contribution": "equity_at_fair_value",
    "grant_policy": "fair_value",
    "reward_policy": "income_at_fair_value",
    "airdrop_policy": "nil_cost",
    "main_business_activity": "none",
    "interchangeable": True,
    "active_market": False,
    "credit_loss_rate": "0",
}
"""What a member is that a policy leaves out."""
OF_THE_POLICY = (
    *("framework", "functional_currency", "presentation_currency", "fx_source", "cost_formula"),
    *("unit_of_account", "lot_scope", "surplus_transfer", "revalue_before_disposal", "fair_value"),
    *("disposal_cost_rate", "acquisition_fee", "disposal_fee", "swap_fee", "transfer_fee"),
    *("owner_contribution", "grant_policy", "reward_policy", "airdrop_policy"),
    "main_business_activity",
)
OF_AN_ASSET = (
    *("classification", "memo", "measurement_model", "class_id", "interchangeable"),
    *("active_market", "active_market_evidence", "active_market_review", "redemption"),
    *("credit_loss_rate", "bpm7_class"),
)
TREATMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "addition": ((), ("memo",)),
    "change_of_estimate": (
        ("disposal_cost_rate", "fair_value", "fx_source"),
        ("memo", "credit_loss_rate", "active_market_evidence", "active_market_review"),
    ),
    "revaluation_adopted": (
        (),
        ("memo", "active_market", "active_market_evidence", "active_market_review"),
    ),
    "reclassification": (
        (),
        tuple(member for member in OF_AN_ASSET if member != "interchangeable"),
    ),
}
"""What may differ in the policy, and in an asset that was there before."""
RETROSPECTIVE = "change_of_policy"


def said(of: Body, member: str) -> Any:
    return of.get(member, LEFT_OUT.get(member))


def entries(policy: Body) -> dict[str, Body]:
    """Asset to what a policy says of it; of two the first."""
    return {entry["asset"]: entry for entry in reversed(policy["assets"])}


# -- which policy measures a day ------------------------------------------------------------------


def policy_of(story: Story, day: str) -> Body | None:
    """Each takes the day from the one before it, if the day is its own or its change always was."""
    found: Body | None = None
    for policy in story.policies:
        always = found is None or policy.get("change") == RETROSPECTIVE
        if always or policy["effective_from"] <= day:
            found = policy
    return found


def _replaced(story: Story, first: str) -> list[Body]:
    """The policies that measure the day before, or a day from the first one on."""
    starts = [policy["effective_from"] for policy in story.policies]
    days = [add_days(first, -1), first, *(day for day in starts if day >= first)]
    found: list[Body] = []
    for day in days:
        policy = policy_of(story, day)
        if policy is not None and policy not in found:
            found.append(policy)
    return found


# -- the laws of a policy -------------------------------------------------------------------------


def policy_laws(story: Story, event: Proposal) -> Laws:
    body = event.body
    named = [entry["asset"] for entry in body["assets"]]
    for asset in named:
        if asset not in story.assets:
            yield deny("policy_incomplete")
    for asset in {*named}:
        if named.count(asset) > 1:
            yield deny("policy_asset_repeated")
    if body["functional_currency"] != story.currency:
        yield deny("functional_currency_differs")
    yield from _formula(story, body)
    for entry in body["assets"]:
        yield from _model(body["framework"], entry)
    yield from _classes(body["assets"])
    yield from _change(story, body)


def _formula(story: Story, body: Body) -> Laws:
    formula = body["cost_formula"]
    if formula in ("lifo", "hifo"):
        yield deny("cost_formula_not_allowed")
    by = "holding" if formula == "weighted_average" else "lot"
    if body.get("unit_of_account", by) != by:
        yield deny("unit_of_account_conflicts_with_cost_formula")
    if formula != "specific":
        return
    if said(body, "lot_scope") == "account":
        yield deny("lots_identified_for_the_fund")
    for entry in body["assets"]:
        if body["framework"] in INTERNATIONAL and said(entry, "interchangeable"):
            yield deny("specific_identification_needs_non_interchangeable_items")
        held = [place for place in story.balances() if place[1] == entry["asset"]]
        if held and entry["asset"] not in story.lots:
            yield deny("lots_unknown")


def _model(framework: str, entry: Body) -> Laws:
    model = entry["measurement_model"]
    if framework not in ALLOWED.get((entry["classification"], model), ()):
        yield deny("model_not_allowed")
    if model == "revaluation" and not said(entry, "active_market"):
        yield deny("revaluation_needs_active_market")
    if model == "amortised_cost" and "redemption" not in entry:
        yield deny("redemption_missing")


def _classes(assets: list[Body]) -> Laws:
    for name in {entry["class_id"] for entry in assets if "class_id" in entry}:
        models = {
            entry["measurement_model"]
            for entry in assets
            if entry.get("class_id") == name
            and (entry["measurement_model"] != "cost" or said(entry, "active_market"))
        }
        if len(models) > 1:
            yield deny("class_must_share_one_model")


def _change(story: Story, body: Body) -> Laws:
    change = body.get("change", "initial")
    if bool(story.policies) == (change == "initial"):
        yield deny("policy_change_unexplained")
        return
    if change in ("initial", RETROSPECTIVE):
        return
    if not all(_covers(change, old, body) for old in _replaced(story, body["effective_from"])):
        yield deny("policy_change_mismatch")
    if story.shut(body["effective_from"], closing=True):
        yield deny("policy_change_needs_restatement")


def _covers(change: str, old: Body, new: Body) -> bool:
    """Whether a treatment covers everything in which a policy differs from one before it."""
    may, may_of_assets = TREATMENTS[change]
    if any(said(old, member) != said(new, member) for member in OF_THE_POLICY if member not in may):
        return False
    before, after = entries(old), entries(new)
    if before.keys() - after.keys() and change != "reclassification":
        return False
    # An asset named twice is refused for that; each time it is compared.
    pairs = [(before[entry["asset"]], entry) for entry in new["assets"] if entry["asset"] in before]
    return all(
        _may_differ(change, was, now, member)
        for was, now in pairs
        for member in OF_AN_ASSET
        if member not in may_of_assets and said(was, member) != said(now, member)
    )


def _may_differ(change: str, was: Body, now: Body, member: str) -> bool:
    """A model at cost may become one of revaluation where that is what is adopted."""
    models = (was["measurement_model"], now["measurement_model"])
    adopted = change == "revaluation_adopted" and models == ("cost", "revaluation")
    return member == "measurement_model" and adopted


# -- fair values ----------------------------------------------------------------------------------


def measurement_laws(story: Story, event: Proposal) -> Laws:
    if policy_of(story, event.body["value_date"]) is None:
        yield deny("policy_missing")


def fair_value_laws(story: Story, day: str, observed_at: str) -> Laws:
    """A price of the day, up to the second of its cut-off, or of a day shortly before."""
    terms = (policy_of(story, day) or {}).get("fair_value")
    if terms is None:
        return
    there = datetime.fromisoformat(observed_at) + timedelta(
        minutes=story.charter["utc_offset_minutes"]
    )
    last = datetime.fromisoformat(f"{day}T{terms['cut_off_time']}+00:00") + timedelta(seconds=1)
    if there >= last:
        yield deny("price_after_cut_off")
    elif there.date().isoformat() < add_days(day, -terms["max_age_days"]):
        yield deny("price_too_old")


# -- lots -----------------------------------------------------------------------------------------


@dataclass
class Lot:
    """What is left of units that came in together."""

    event_id: str
    day: str
    units: Fraction


def keep_lots(story: Story, policy: Body) -> None:
    """From the adoption on, of what is identified."""
    if policy["cost_formula"] == "specific":
        for entry in policy["assets"]:
            story.lots.setdefault(entry["asset"], [])


def lot_in(story: Story, told: Proposal, asset: str, units: str) -> None:
    if asset in story.lots:
        story.lots[asset].append(Lot(told.event_id, told.body["value_date"], Fraction(units)))


def lot_out(story: Story, asset: str, units: str, named: list[Body] | None = None) -> None:
    """The named lots, else the oldest first."""
    lots = story.lots.get(asset)
    if lots is None:
        return
    left = Fraction(units)
    for lot in sorted(lots, key=lambda one: one.day):
        if named:
            part = sum((Fraction(n["units"]) for n in named if n["lot"] == lot.event_id), NOTHING)
        else:
            part = min(lot.units, left)
            left -= part
        lot.units -= part
    story.lots[asset] = [lot for lot in lots if lot.units]


def lot_laws(story: Story, body: Body, asset: str, units: str) -> Laws:
    """Whether a settlement names the lots that leave, where they are identified."""
    named = body.get("lots", [])
    policy = policy_of(story, body["value_date"])
    if not (policy and policy["cost_formula"] == "specific" and asset in entries(policy)):
        if named:
            yield deny("lots_not_identified")
        return
    if not named:
        yield deny("lots_missing")
        return
    for number, one in enumerate(named):
        yield from _one_lot(story, body, asset, (one, named[:number]))
    fitting = [one["units"] for one in named if countable(story, asset, one["units"])]
    if sum(map(Fraction, fitting), NOTHING) != Fraction(units):
        yield deny("lots_do_not_cover")


def _one_lot(story: Story, body: Body, asset: str, about: tuple[Body, list[Body]]) -> Laws:
    one, before = about
    found = [lot for lot in story.lots[asset] if lot.event_id == one["lot"]]
    if not countable(story, asset, one["units"]):
        yield deny("amount_scale")
    elif not found or one["lot"] in [other["lot"] for other in before]:
        yield deny("lot_unknown")
    elif Fraction(one["units"]) > found[0].units:
        yield deny("lot_short")
    elif body["value_date"] < found[0].day:
        yield deny("value_date_before_reference")
