"""The rule types of docs/reference/rules.md other than `approval`: whether a rule is kept."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.support.naive_records import NOTHING, SETTLES, Body, Proposal, add_days
from tests.support.naive_units import asked_by
from tests.support.naive_words import money_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.naive_story import Story

# -- eligible_asset_list ------------------------------------------------------------------------


def _excluded(story: Story, event: Proposal, params: Body) -> bool:
    names, kind = _names_of(story, event)
    excluded = names & {*params.get("excluded_assets", [])}
    return bool(excluded) or kind in params.get("excluded_instrument_classes", [])


def _named(story: Story, event: Proposal, params: Body) -> bool:
    names, kind = _names_of(story, event)
    listed = "assets" not in params or bool(names & {*params["assets"]})
    return listed and kind in params.get("instrument_classes", [kind])


def _names_of(story: Story, event: Proposal) -> tuple[set[str], str]:
    """By what the asset that comes in is known, and its class."""
    body = event.body
    code = body.get("asset", body.get("receive_min", {}).get("asset"))
    asset = story.assets[code]
    return {code, asset["asset_id"]}, asset["instrument_class"]


def _eligible(story: Story, event: Proposal, params: Body) -> bool:
    return not _excluded(story, event, params) and _named(story, event, params)


def left_open(story: Story, event: Proposal, params: Body) -> bool:
    """What an open list does not name is for its owner to decide, or for any one officer."""
    named = _excluded(story, event, params) or _named(story, event, params)
    return not params.get("closed", True) and not named


# -- cap_absolute -------------------------------------------------------------------------------

ASKING = {
    "cumulative_purchase_cost": ("acquisition.proposed",),
    "cumulative_units": ("acquisition.proposed", "exchange.proposed"),
    "cumulative_outflow_units": ("disposal.proposed", "delivery.proposed", "exchange.proposed"),
    "cumulative_transfer_units": ("transfer.proposed",),
}
ARRIVALS = ("transfer.settled", "transfer.failed")


def legs_of(event: Proposal, measure: str) -> list[Body]:
    """The quantities that a measure of units sees in an event."""
    body = event.body
    if "give" not in body:
        return [body] if "asset" in body and "units" in body else []
    legs = {"cumulative_units": ["receive_min"], "cumulative_outflow_units": ["give"]}
    return [body[name] for name in legs.get(measure, ["give", "receive_min"])]


def _of_a_fact(fact: Proposal, measure: str) -> Fraction:
    """What a settlement or release did, in terms of a cumulative measure."""
    body = fact.body
    if measure == "cumulative_purchase_cost":
        return Fraction(body["consideration"]["amount"])
    if fact.kind == "exchange.settled":
        return Fraction(body["received" if measure == "cumulative_units" else "given"])
    return Fraction(body["units"])


def flow_of(proposal: Proposal, measure: str, unit: str) -> list[tuple[str, Fraction]]:
    """What a proposal adds to a measure, by value date: what was done, and what is still asked."""
    if proposal.kind not in ASKING[measure]:
        return []
    asked = _asked_amount(proposal, measure, unit)
    if asked is None:
        return []
    facts = [fact for fact in proposal.facts if fact.kind not in ARRIVALS]
    done = [(fact.body["value_date"], _of_a_fact(fact, measure)) for fact in facts]
    if proposal.goes_on:
        left = asked - sum((amount for _, amount in done), NOTHING)
        done.append((proposal.body["value_date"], max(left, NOTHING)))
    return done


def _asked_amount(event: Proposal, measure: str, unit: str) -> Fraction | None:
    if measure in ("transaction_cost", "cumulative_purchase_cost"):
        money = money_of(event)
        return Fraction(money["amount"]) if money and money["currency"] == unit else None
    found = [leg for leg in legs_of(event, measure) if leg["asset"] == unit]
    return Fraction(found[0]["units"]) if found else None


def _cap(story: Story, event: Proposal, params: Body) -> bool:
    """Within the limit; a cumulative one in every window that the event's day falls into."""
    measure, unit = params["measure"], params["unit"]
    own = _asked_amount(event, measure, unit)
    if own is None:
        # Units of another asset are no matter; money in another currency is an unknown value.
        return bool(legs_of(event, measure)) and not measure.endswith("cost")
    sums = [NOTHING]
    if measure.startswith("cumulative"):
        flows = [
            flow
            for proposal in story.proposals.values()
            for flow in flow_of(proposal, measure, unit)
        ]
        sums = [
            sum((amount for day, amount in flows if first <= day <= last), NOTHING)
            for first, last in _windows(event.body["value_date"], params.get("window"))
        ]
        # Decided again, it is among them: with what was done of it, be that more than was asked.
        own = NOTHING if event.event_id in story.proposals else own
    most = max(sums) + own
    limit = Fraction(params["amount"])
    return most < limit if params.get("comparison", "<=") == "<" else most <= limit


def _windows(day: str, window: Body | None) -> list[tuple[str, str]]:
    """The first and last day of every window into which a day falls."""
    kind = window["kind"] if window else "since_start"
    if kind == "since_start":
        return [("0001-01-01", "9999-12-31")]
    if kind == "rolling_days":
        assert window is not None
        days = window["days"]
        return [(add_days(day, -back), add_days(day, days - 1 - back)) for back in range(days)]
    length = 4 if kind == "calendar_year" else 7
    first, last = ("-01-01", "-12-31") if length == 4 else ("-01", "-31")
    return [(day[:length] + first, day[:length] + last)]


# -- the others ---------------------------------------------------------------------------------


def _duties(story: Story, event: Proposal, params: Body) -> bool:
    """No person has two of the tasks."""
    asked = event if event.kind not in SETTLES else asked_by(story, event)
    assert asked is not None
    tasks = {
        "proposer": {asked.author},
        "approver": {s.officer for s in asked.signatures if s.officer != asked.author},
        "releaser": {fact.author for fact in asked.facts if fact.kind == "transfer.released"},
        "settler": {fact.author for fact in asked.facts if fact.kind != "transfer.released"},
    }
    if event is not asked:
        tasks["releaser" if event.kind == "transfer.released" else "settler"] = {event.author}
    people = [tasks[task] for task in params["must_differ"]]
    return sum(map(len, people)) == len(set().union(*people))


def _outflow(story: Story, event: Proposal, params: Body) -> bool:
    body = event.body
    if params.get("destinations") == "registered":
        destination = body.get("to_account")
        return destination in story.addresses.values()
    scope = params.get("scope", [])
    if scope and not set(scope) & words_of(event):
        return True
    return bool(params.get("purpose_required") and body.get("purpose"))


def exempting(event: Proposal, params: Body) -> Body | None:
    """The case that takes an event out of a rule; one that asks for nothing first."""
    fitting = [case for case in params.get("exceptions", []) if _exempts(event, case)]
    return min(fitting, key=lambda case: "roles" in case, default=None)


def _exempts(event: Proposal, case: Body) -> bool:
    if "reason" in case and event.body.get("reason") != case["reason"]:
        return False
    return "evidence" not in case or bool(event.body.get("evidence"))


def within_tolerance(story: Story, event: Proposal, params: Body) -> bool:
    """Units in all, and the price of a unit, compared with those that were proposed."""
    asked = asked_by(story, event)
    if asked is None:
        return True
    over = 1 + Fraction(params.get("units_over", "0"))
    adverse = Fraction(params.get("price_adverse", "0"))
    body, agreed = event.body, asked.body
    units = Fraction(body.get("units") or body["given"])
    proposed = Fraction(agreed.get("give", agreed)["units"])
    if asked.settled + asked.ended + units > proposed * over:
        return False
    if asked.kind == "acquisition.proposed":
        most = Fraction(agreed["max_consideration"]["amount"]) / proposed
        return Fraction(body["consideration"]["amount"]) / units <= most * (1 + adverse)
    if asked.kind == "disposal.proposed":
        least = Fraction(agreed["min_proceeds"]["amount"]) / proposed
        return Fraction(body["proceeds"]["amount"]) / units >= least * (1 - adverse)
    if asked.kind == "exchange.proposed":
        least = Fraction(agreed["receive_min"]["units"]) / proposed
        return Fraction(body["received"]) / units >= least * (1 - adverse)
    return True


KEPT: dict[str, Callable[[Story, Proposal, Body], bool]] = {
    "eligible_asset_list": _eligible,
    "cap_absolute": _cap,
    "separation_of_duties": _duties,
    "outflow_restriction": _outflow,
    "settlement_tolerance": within_tolerance,
}
