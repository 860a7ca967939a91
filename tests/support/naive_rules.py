"""The rules of a mandate, as docs/reference/rules.md and docs/spec/policy-book.md give them.

`judge` asks every rule that a trigger calls, in the order of the books; each answers that it is
kept, that it is broken, or which approvals it asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.support.naive_rule_types import KEPT, exempting, left_open, within_tolerance
from tests.support.naive_words import TRIGGERS, Asked, Rule, money_of, words_of

if TYPE_CHECKING:
    from tests.support.naive_records import Body, Findings, Proposal
    from tests.support.naive_story import Story

DECIDING = ("announcement", "in_force", "standard")


@dataclass
class Judgement:
    """What the mandate says of an event."""

    findings: Findings = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    authority: bool = False


def judge(story: Story, event: Proposal, *, words: set[str] | None = None) -> Judgement:
    """All rules that the event calls, in order."""
    assert story.mandate is not None
    called = words_of(event) if words is None else words
    judgement = Judgement()
    tolerance = False
    for book in story.mandate.books:
        for rule in book["rules"]:
            if rule.get("status", "in_force") in DECIDING and called & set(rule["trigger"]):
                tolerance = tolerance or rule["rule_type"] == "settlement_tolerance"
                _ask(story, event, rule, judgement)
    if words is None:
        _silence(story, event, judgement, tolerance=tolerance)
    missing = [one for one in judgement.findings if one[1] == "needs_approval"]
    others = [one for one in judgement.findings if one[1] != "needs_approval"]
    judgement.findings = others + missing
    return judgement


def _ask(story: Story, event: Proposal, rule: Rule, judgement: Judgement) -> None:
    applies = rule["rule_type"] != "approval" or _applies(event, rule["params"])
    if applies is False:
        return
    kept = not rule.get("unknown")
    if rule["rule_type"] == "approval":
        # What may or may not apply is asked, and gives no authority.
        judgement.authority = judgement.authority or (applies is True and rule["effect"] != "flag")
        initiators = rule["params"].get("initiator_roles")
        may_initiate = initiators is None or bool(story.offices(event.author) & {*initiators})
        kept = kept and (may_initiate or rule["effect"] == "needs_approval")
        asked = _approvals(rule, may_initiate=may_initiate)
    elif rule["rule_type"] == "eligible_asset_list" and left_open(story, event, rule["params"]):
        owner = rule["params"].get("list_owner")
        asked = [Asked(rule["id"], (), (owner,) if owner else ())]
    elif free := exempting(event, rule["params"]):
        roles = tuple(free.get("roles", []))
        asked, kept = [Asked(rule["id"], (), roles)] if roles else [], True
    else:
        asked = []
        kept = kept and KEPT[rule["rule_type"]](story, event, rule["params"])
    if rule.get("unknown") and not exempting(event, rule["params"]):
        asked = []  # no approval would help
    _note(story, event, rule, judgement, (asked, kept))


def _note(
    story: Story, event: Proposal, rule: Rule, judgement: Judgement, said: tuple[list[Asked], bool]
) -> None:
    """Take down what a rule says: what it asks for, and whether it is kept."""
    asked, kept = said
    judgement.asked += asked
    if not kept:
        judgement.findings.append((rule["id"], "flag" if rule["effect"] == "flag" else "deny"))
    for one in asked:
        if not one.given_to(story, event):
            judgement.findings.append((rule["id"], "needs_approval"))


def _silence(story: Story, event: Proposal, judgement: Judgement, *, tolerance: bool) -> None:
    """What follows where the mandate says nothing."""
    if not judgement.authority:
        judgement.findings.append(("DESIGN.AUTHORITY.1", "deny"))
    settles = {"settlement", "transfer_settlement"} & {*TRIGGERS[event.kind]}
    if settles and not tolerance and not within_tolerance(story, event, {}):
        judgement.findings.append(("DESIGN.TOLERANCE.1", "deny"))


# -- approvals ----------------------------------------------------------------------------------


def _applies(event: Proposal, params: Body) -> bool | None:
    """Whether the reason is the rule's and the amount lies in its band; none where unknown."""
    answers = [_reason_fits(event, params), _amount_fits(event, params)]
    if False in answers:
        return False
    return None if None in answers else True


def _reason_fits(event: Proposal, params: Body) -> bool | None:
    if "reason" not in params:
        return True
    return params["reason"] == event.body["reason"] if "reason" in event.body else None


def _amount_fits(event: Proposal, params: Body) -> bool | None:
    if not {"above", "up_to"} & {*params}:
        return True
    money = money_of(event)
    if money is None or params.get("unit", money["currency"]) != money["currency"]:
        return None
    amount = Fraction(money["amount"])
    above = "above" not in params or amount > Fraction(params["above"])
    return above and ("up_to" not in params or amount <= Fraction(params["up_to"]))


def _approvals(rule: Rule, *, may_initiate: bool) -> list[Asked]:
    """What a rule asks for: its quorum, and one of the initiators if the author is none."""
    params, name = rule["params"], rule["id"]
    each = tuple(params.get("roles_all_of", []))
    among = tuple(params.get("roles_any_of", []))
    count = int(params.get("roles_count", "0"))
    asked = [Asked(name, each, among, count)] if each or count else []
    if not may_initiate and rule["effect"] == "needs_approval":
        asked.append(Asked(name, (), tuple(params["initiator_roles"])))
    return asked


# -- books --------------------------------------------------------------------------------------

PARAMETERS = {
    "eligible_asset_list": {"assets", "excluded_assets", "instrument_classes",
                            "excluded_instrument_classes", "closed", "list_owner"},
    "cap_absolute": {"amount", "unit", "measure", "comparison", "window"},
    "approval": {"initiator_roles", "roles_all_of", "roles_any_of", "roles_count", "distinct",
                 "reason", "above", "up_to", "unit"},
    "separation_of_duties": {"must_differ"},
    "outflow_restriction": {"scope", "exceptions", "destinations", "purpose_required"},
    "settlement_tolerance": {"units_over", "price_adverse"},
}  # fmt: skip
REQUIRED = {"cap_absolute": {"amount", "unit", "measure"}, "separation_of_duties": {"must_differ"}}


def is_readable(book: Body) -> bool:
    """Whether ids are unique and every rule has the parameters of its type (policy-book.md)."""
    rules = book.get("rules", []) if book else []
    if book and "rules" not in book:
        return False
    ids = [rule["id"] for rule in rules]
    return len({*ids}) == len(ids) and all(
        REQUIRED.get(rule["rule_type"], set()) <= {*rule["params"]} <= PARAMETERS[rule["rule_type"]]
        for rule in rules
    )
