"""The engine: what several books together say of one action.

Every rule whose trigger fits is asked, in the order of the books and of their rules; all findings
are kept. Deny wins over needs approval over allow. An action for which no rule gives authority is
denied, and so is one that a deciding rule cannot judge because a parameter is unknown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ledger.domain.outcome import DENY, Finding
from ledger.domain.policy import Action, Flows, Judgement
from policies.book import Book, read_book
from policies.rule import DECIDING_STATUS, Rule, RuleForm
from policies.rules import settlement_tolerance
from policies.vocabulary import RULE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.domain.policy import Requirement

AUTHORITY = "DESIGN.AUTHORITY.1"
_AUTHORITY_WANTED = "a rule of the mandate that says who may do this"
_DESIGN = "Design of this product"

_ZERO_TOLERANCE = Rule(
    RuleForm(
        id="DESIGN.TOLERANCE.1",
        rule_type="settlement_tolerance",
        effect="deny",
        trigger=("settlement",),
        params={},
        origin="design",
        citation=_DESIGN,
    ),
    settlement_tolerance.Params(),
    settlement_tolerance.judge,
)
"""Applies where the mandate has no tolerance of its own."""


class PolicyEngine:
    """The executable vocabulary (`ledger.domain.policy.Engine`); it has no state."""

    def read_book(self, value: Mapping[str, Any]) -> Book:
        """The executable book."""
        return read_book(value)

    def in_force(self, book: Book) -> bool:
        """Whether the book says of itself that it is in force."""
        return book.form.status == "in_force"

    def judge(self, books: Sequence[Book], action: Action, flows: Flows) -> Judgement:
        """All findings and requirements, in rule order."""
        findings: list[Finding] = []
        requirements: list[Requirement] = []
        authority = tolerance = False
        for rule, gives_authority, bounds_settlement in _called(tuple(books), action.triggers):
            if rule.form.unknown:
                verdict = rule.unknown(rule.form.unknown[0], deny=gives_authority)
            else:
                verdict = rule.judge(rule, action, flows)
            authority = authority or (gives_authority and verdict.applies)
            tolerance = tolerance or bounds_settlement
            if verdict.findings:
                findings += verdict.findings
            if verdict.requirements:
                requirements += verdict.requirements
        if not authority:
            findings.append(Finding(AUTHORITY, DENY, _AUTHORITY_WANTED, "none", _DESIGN))
        if not tolerance and action.authorised is not None:
            findings.extend(_ZERO_TOLERANCE.judge(_ZERO_TOLERANCE, action, flows).findings)
        return Judgement(tuple(findings), tuple(requirements))


def _bounds_settlement(rule: Rule) -> bool:
    """Whether a rule is a tolerance that binds; one that only flags is a monitor."""
    return rule.form.rule_type == "settlement_tolerance" and rule.form.effect != "flag"


@lru_cache(maxsize=1_024)
def _called(
    books: tuple[Book, ...], triggers: tuple[str, ...]
) -> tuple[tuple[Rule, bool, bool], ...]:
    """The rules that these words call, in order, each with what it gives and bounds.

    A pure function, so its answers are kept.
    """
    return tuple(
        (rule, RULE_TYPES[rule.form.rule_type].gives_authority, _bounds_settlement(rule))
        for book in books
        for rule in book.rules
        if rule.form.status in DECIDING_STATUS and not set(triggers).isdisjoint(rule.form.trigger)
    )
