"""A way out of a holding: whether a sale, a delivery or a transfer would be lawful today.

A supposed proposal is judged by the mandate's own rules. Everybody in office is tried as its
author, and every registered counterparty, or every other open account of the same owner, as its
other end; the answer is the best that any of them gets. Where the answer is no, the reasons and
purposes that the rules themselves name are tried, each with a document attached.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final

from ledger.domain.laws import deny
from ledger.domain.outcome import ALLOW, DENY, FLAG, NEEDS_APPROVAL, Finding
from ledger.domain.policy import Action, Judgement
from ledger.domain.view import PURPOSES
from ledger.kernel.fixed import fixed
from policies.engine import PolicyEngine
from policies.questions import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.domain.policy import AccountFacts, Holding, Known, Requirement
    from ledger.kernel.money import Money
    from policies.book import Book
    from policies.engine import Asked as Called

SALE, DELIVERY, TRANSFER = "sale", "delivery", "custody_transfer"
WAYS: Final = (SALE, DELIVERY, TRANSFER)
_KINDS: Final = {
    SALE: ("disposal.proposed.v1", ("sale",)),
    DELIVERY: ("delivery.proposed.v1", ("transfer_out",)),
    TRANSFER: (
        "transfer.proposed.v1",
        ("custody_transfer", "internal_transfer", "receive_at_address"),
    ),
}
_ACT = "any_instruction"
_ENGINE = PolicyEngine()
_DOCUMENT = "0" * 64
_RANKS: Final = (ALLOW, NEEDS_APPROVAL, DENY)


@fixed
class Ground:
    """What is stated of a proposal: `reason` or `purpose`, and its word; both empty: nothing."""

    member: str = ""
    word: str = ""


PLAIN = Ground()


@fixed
class Asked:
    """Approvals that a rule asks for, and who could give them."""

    rule: str
    offices: tuple[str, ...]
    """Whose; empty: any office's."""
    each_of: tuple[str, ...]
    """Those of them that must approve each by another person."""
    count: int
    officers: tuple[str, ...]
    """Those in such an office on the day, without a single author."""


@fixed
class Answer:
    """What the rules say of one way, on one ground."""

    ground: Ground
    verdict: str
    """`allow`, `needs_approval` or `deny`."""
    denied: tuple[Finding, ...]
    flagged: tuple[Finding, ...]
    asked: tuple[Asked, ...]
    kept: tuple[Finding, ...]
    """Rules that speak of it and are kept (verdict `allow`); those that ask are among them."""
    authors: tuple[str, ...]
    """The officers of whom any gets this answer."""
    other_end: str
    """The counterparty, or the account to which the units would go."""


@fixed
class Way:
    """One way out, as the mandate stands."""

    way: str
    plain: Answer
    """With neither reason nor purpose."""
    otherwise: tuple[Answer, ...]
    """If that is denied: on which grounds it would not be."""


@fixed
class Surroundings:
    """What the fund has beside its holdings: where units may go, and whether the mandate rests."""

    accounts: tuple[AccountFacts, ...] = ()
    """Open accounts that are not frozen."""
    counterparties: tuple[str, ...] = ()
    suspended: bool = False
    """Whether the mandate is suspended: then nothing may be proposed."""


@fixed
class Supposed:
    """What is supposed to be proposed: base units of a holding, and the least proceeds."""

    holding: Holding
    units: int
    day: str
    proceeds: Money | None
    """None if the asset has no price."""


@fixed
class _Try:
    """One supposed proposal and its judgement."""

    action: Action
    other_end: str
    judgement: Judgement

    @property
    def verdict(self) -> str:
        if any(one.verdict == DENY for one in self.judgement.findings):
            return DENY
        return NEEDS_APPROVAL if self.judgement.requirements else ALLOW

    @property
    def rank(self) -> tuple[int, int, int]:
        """The better, the smaller: by verdict, then by denials, then by approvals."""
        denials = sum(one.verdict == DENY for one in self.judgement.findings)
        approvals = sum(max(one.count, len(one.all_of)) for one in self.judgement.requirements)
        return _RANKS.index(self.verdict), denials, approvals


def ways_out(
    books: Sequence[Book], known: Known, supposed: Supposed, around: Surroundings
) -> list[Way]:
    """A sale, a delivery and a transfer of a holding, as far as the mandate is asked."""
    return [_way(books, known, supposed, around, way) for way in WAYS]


def _way(
    books: Sequence[Book], known: Known, supposed: Supposed, around: Surroundings, way: str
) -> Way:
    barred = _barred(known, supposed, around, way)
    if barred:
        return Way(way, Answer(PLAIN, DENY, barred, (), (), (), (), ""), ())
    actions = list(_actions(known, supposed, around, way))
    plain = _answer(books, known, actions, PLAIN)
    if plain.verdict != DENY:
        return Way(way, plain, ())
    triggers = {*_KINDS[way][1], _ACT}
    others = [
        _answer(books, known, actions, one) for one in _grounds(books, supposed.day, triggers)
    ]
    return Way(way, plain, tuple(one for one in others if one.verdict != DENY))


def _barred(
    known: Known, supposed: Supposed, around: Surroundings, way: str
) -> tuple[Finding, ...]:
    """What the ledger's own laws say before any rule is asked."""
    if around.suspended:
        return (deny("mandate_suspended"),)
    if not _in_office(known, supposed.day):
        return (deny("officer_not_in_office", "an officer in office", "none"),)
    if way == TRANSFER:
        there = _destinations(supposed, around)
        none = deny("account_unknown", "another open account of the same owner", "none")
        return () if there else (none,)
    registered = deny("counterparty_unknown", "a registered counterparty", "none")
    return () if around.counterparties else (registered,)


def _in_office(known: Known, day: str) -> dict[str, frozenset[str]]:
    return {name: offices for name, offices in known.officers(day).items() if offices}


def _destinations(supposed: Supposed, around: Surroundings) -> list[AccountFacts]:
    here = supposed.holding.account
    return [
        one
        for one in around.accounts
        if one.account != here.account and one.owner_class == here.owner_class
    ]


def _actions(
    known: Known, supposed: Supposed, around: Surroundings, way: str
) -> Iterator[tuple[str, Action]]:
    """(other end, action) for everything it might name and everybody who might propose.

    Of officers with the same offices one stands for all: rules ask for offices, not for names.
    """
    kind, triggers = _KINDS[way]
    holding = supposed.holding
    ends: list[tuple[str, AccountFacts | None]] = [(one, None) for one in around.counterparties]
    if way == TRANSFER:
        ends = [(one.account, one) for one in _destinations(supposed, around)]
    alike = {offices: name for name, offices in _in_office(known, supposed.day).items()}
    for (offices, name), (end, there) in product(alike.items(), ends):
        yield (
            end,
            Action(
                kind=kind,
                triggers=(*triggers, _ACT),
                author=name,
                offices=offices,
                value_date=supposed.day,
                asset=holding.asset,
                units=supposed.units,
                consideration=supposed.proceeds if way == SALE else None,
                account=holding.account,
                destination=there,
                destination_registered=there.addresses > 0 if there is not None else None,
                counterparty="" if there is not None else end,
                duties={"proposer": frozenset({name}), "approver": frozenset()},
            ),
        )


def _answer(
    books: Sequence[Book], known: Known, actions: Sequence[tuple[str, Action]], ground: Ground
) -> Answer:
    """The best answer that any of the actions, of which there is one, gets on a ground."""
    tries = [
        _Try(one, end, _ENGINE.judge(books, one, known))
        for end, one in ((end, _on_ground(plain, ground)) for end, plain in actions)
    ]
    best = min(tries, key=lambda one: one.rank)
    officers = _in_office(known, best.action.value_date)
    alike = {
        one.action.offices
        for one in tries
        if one.judgement == best.judgement and one.other_end == best.other_end
    }
    authors = tuple(name for name, offices in officers.items() if offices in alike)
    found = best.judgement.findings
    asked = [_asked(one, officers, authors) for one in best.judgement.requirements]
    said = _ENGINE.explain(books, best.action, known)
    return Answer(
        ground,
        best.verdict,
        tuple(one for one in found if one.verdict == DENY),
        tuple(one for one in found if one.verdict == FLAG),
        tuple(asked),
        tuple(_kept(one) for one in said if not one.verdict.findings),
        authors if best.verdict != DENY else (),
        best.other_end,
    )


def _kept(asked: Called) -> Finding:
    """A rule that is kept or only asks, with what it rests on."""
    form = asked.rule.form
    return Finding(form.id, ALLOW, "", "", form.citation, asked.verdict.inputs)


def _on_ground(action: Action, ground: Ground) -> Action:
    """The action for a reason or a purpose, with a document; some purposes call rules besides."""
    if not ground.member:
        return action
    triggers = action.triggers
    if ground.member == "purpose" and ground.word in PURPOSES:
        triggers = (*triggers, ground.word)
    stated = {ground.member: ground.word}
    return replace(action, triggers=triggers, evidence=(_DOCUMENT,), **stated)  # type: ignore[arg-type] # reason and purpose are texts


def _asked(
    asked: Requirement, officers: Mapping[str, frozenset[str]], authors: tuple[str, ...]
) -> Asked:
    """A requirement with those who could meet it; a single author is not among them."""
    able = [
        name
        for name, held in officers.items()
        if (held & asked.offices if asked.offices else held) and (name,) != authors
    ]
    return Asked(
        asked.rule,
        tuple(dict.fromkeys((*asked.all_of, *asked.any_of))),
        asked.all_of,
        max(asked.count, len(asked.all_of)),
        tuple(able),
    )


def _grounds(books: Sequence[Book], day: str, triggers: set[str]) -> list[Ground]:
    """The reasons and purposes that the rules called by these words name, in their order."""
    found: list[Ground] = []
    for _, rule in rules_of(books, day):
        if triggers.isdisjoint(rule.form.trigger):
            continue
        params = rule.params
        reasons = [getattr(params, "reason", None), *(one.reason for one in params.exceptions)]
        purposes = [*getattr(params, "purposes", ()), *getattr(params, "statutes", ())]
        found += [Ground("reason", word) for word in reasons if word]
        found += [Ground("purpose", word) for word in purposes]
    return list(dict.fromkeys(found))
