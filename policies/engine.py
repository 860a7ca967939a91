"""The engine: what several books together say of one action.

Every rule whose trigger fits is asked, in the order of the books and of their rules; all findings
are kept. Deny wins over needs approval over allow. An action for which no rule gives authority is
denied, and so is one that a deciding rule cannot judge because a parameter is unknown.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.domain.policy import Judgement, Requirement
from ledger.kernel.fixed import fixed
from policies.book import Book, read_book
from policies.rule import (
    ALLOWED,
    DECIDING_STATUS,
    NOT_APPLICABLE,
    UNKNOWN,
    Rule,
    RuleForm,
    Verdict,
)
from policies.rules import settlement_tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledger.domain.policy import Action, Known
    from policies.rule import Exemption

AUTHORITY = "DESIGN.AUTHORITY.1"
_AUTHORITY_WANTED = "a rule of the mandate that says who may do this"
_DESIGN = "Design of this product"
SCENARIO_STATUS = frozenset({"bill", "proposal"})

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
    settlement_tolerance.TYPE,
)
"""Applies where the mandate has no tolerance of its own."""


@fixed
class Asked:
    """One rule that was asked of an action, and what it said."""

    book: str
    rule: Rule
    verdict: Verdict


class PolicyEngine:
    """The executable vocabulary (`ledger.domain.policy.Engine`); it has no state."""

    deciding = DECIDING_STATUS
    """The statuses of rules that it asks."""

    def __init__(self, *, scenario: bool = False) -> None:
        """`scenario`: bills and proposals decide as if they were in force."""
        if scenario:
            self.deciding = DECIDING_STATUS | SCENARIO_STATUS

    def read_book(self, value: Mapping[str, Any]) -> Book:
        """The executable book."""
        return read_book(value)

    def name_of(self, book: Book) -> str:
        """The book's own name, which all its versions share."""
        return book.form.book

    def in_force(self, book: Book) -> bool:
        """Whether the book says of itself that it is in force."""
        return book.form.status == "in_force"

    def judge(self, books: Sequence[Book], action: Action, known: Known) -> Judgement:
        """All findings and requirements, in rule order."""
        findings: list[Finding] = []
        requirements: list[Requirement] = []
        authority = tolerance = False
        for called, verdict in self._verdicts(tuple(books), action, known):
            authority = authority or (called.gives_authority and verdict.applies)
            tolerance = tolerance or called.bounds_settlement
            if verdict.findings:
                findings += verdict.findings
            if verdict.requirements:
                requirements += verdict.requirements
        if not authority:
            findings.append(Finding(AUTHORITY, DENY, _AUTHORITY_WANTED, "none", _DESIGN))
        if not tolerance and action.authorised is not None:
            findings.extend(settlement_tolerance.judge(_ZERO_TOLERANCE, action, known).findings)
        return Judgement(tuple(findings), tuple(requirements))

    def explain(self, books: Sequence[Book], action: Action, known: Known) -> list[Asked]:
        """Every rule that speaks of the action, kept ones too, with what it rests on."""
        return [
            Asked(called.book, called.rule, verdict)
            for called, verdict in self._verdicts(tuple(books), action, known)
            if verdict.applies or verdict.findings
        ]

    def _verdicts(
        self, books: tuple[Book, ...], action: Action, known: Known
    ) -> Iterator[tuple[_Called, Verdict]]:
        called = _called(books, action.triggers, self.deciding)
        exempted = _exempted(called, action, known)
        for one in called:
            if one.rule.form.effect != "exempt" and one.rule.form.id in exempted:
                yield one, NOT_APPLICABLE
            else:
                yield one, _verdict(one, called, action, known)


@fixed
class _Called:
    """A rule that a trigger calls."""

    book: str
    rule: Rule
    gives_authority: bool
    bounds_settlement: bool
    is_plain: bool
    """Whether nothing but its type's own judgement is asked: the usual case."""


def _verdict(one: _Called, called: tuple[_Called, ...], action: Action, known: Known) -> Verdict:
    rule = one.rule
    if one.is_plain:
        return rule.kind.judge(rule, action, known)
    if not _concerns(rule, action):
        return NOT_APPLICABLE
    if rule.form.unknown:
        # Whoever would have to approve is not known: no flag stands in for an approval.
        verdict = rule.unknown(rule.form.unknown[0], deny=rule.kind.gives_authority)
    else:
        verdict = rule.kind.judge(rule, action, known)
    fitting = [
        entry for entry in rule.params.exceptions if _fits(entry, one.book, called, action, known)
    ]
    if fitting:
        verdict = _excepted(rule, fitting, verdict)
    elif rule.form.confidence == "unverified" and verdict.applies and not verdict.findings:
        verdict = _unverified(rule, verdict)
    if rule.kind.gives_authority and not _is_about(rule, action, all):
        # It asks about what it is about; it is no licence for the rest.
        return replace(verdict, applies=False)
    return verdict


def _concerns(rule: Rule, action: Action) -> bool:
    """Whether the rule is about this day and this asset at all."""
    form = rule.form
    if form.effective_from is not None and action.value_date < form.effective_from:
        return False
    if form.effective_to is not None and action.value_date > form.effective_to:
        return False
    if (action.asset or action.given_asset) and not _is_about(rule, action, any):
        return False
    return rule.kind.concerns is None or rule.kind.concerns(rule, action)


def _is_about(rule: Rule, action: Action, of: Callable[[list[bool]], bool]) -> bool:
    """Whether the rule is about `any` or `all` of what comes in and goes out; if known at all."""
    params = rule.params
    if not (params.applies_to or params.about):
        return True
    assets = [one for one in (action.asset, action.given_asset) if one is not None]
    fits = [
        (not params.applies_to or one.instrument_class in params.applies_to)
        and (not params.about or not {one.code, one.asset_id}.isdisjoint(params.about))
        for one in assets
    ]
    return bool(fits) and of(fits)


def _fits(
    entry: Exemption, book: str, called: tuple[_Called, ...], action: Action, known: Known
) -> bool:
    """Whether every key of an exception holds (who approves is asked for, not known)."""
    if entry.reason is not None and action.reason != entry.reason:
        return False
    if entry.evidence is not None and not action.evidence:
        return False
    if entry.provenance is not None and not _comes_from(entry.provenance, action):
        return False
    return entry.rule is None or _is_kept(entry.rule, book, called, action, known)


def _comes_from(provenance: str, action: Action) -> bool:
    return action.source == provenance or action.facts.get(f"from_{provenance}") is True


def _is_kept(
    name: str, book: str, called: tuple[_Called, ...], action: Action, known: Known
) -> bool:
    """Whether another rule of the book is called by the same action, speaks of it, and is kept."""
    return any(
        one.book == book and one.rule.form.id == name and _governs(one.rule, action, known)
        for one in called
    )


def _governs(rule: Rule, action: Action, known: Known) -> bool:
    if rule.form.unknown or not _covers(rule, action):
        return False
    verdict = rule.kind.judge(rule, action, known)
    return verdict.applies and not verdict.findings


def _covers(rule: Rule, action: Action) -> bool:
    """Whether the rule is about all of this action, so that it may free from another one."""
    return _concerns(rule, action) and _is_about(rule, action, all)


def _excepted(rule: Rule, fitting: list[Exemption], verdict: Verdict) -> Verdict:
    """An exception frees; where it names offices, one of them must approve what breaks the rule.

    A rule that would give no authority gives none by its exception.
    """
    applies = verdict.applies or not rule.kind.gives_authority
    free = next((entry for entry in fitting if not entry.roles), None)
    if free is not None:
        why = free.reason or free.rule or free.provenance or "proven"
        return replace(rule.kept(f"exception {why}"), applies=applies)
    if not verdict.findings and not verdict.requirements:
        return verdict
    asked = Requirement(rule.form.id, any_of=fitting[0].roles, count=1)
    return Verdict(requirements=(asked,), applies=applies)


def _unverified(rule: Rule, verdict: Verdict) -> Verdict:
    finding = Finding(
        rule.form.id, FLAG, "a confirmed text", "an unverified one", rule.form.citation
    )
    return Verdict((finding,), verdict.requirements, inputs=verdict.inputs)


def _exempted(called: tuple[_Called, ...], action: Action, known: Known) -> frozenset[str]:
    """The rules that others take this action out of.

    By their ids, in any book: so a mandate's own book says what a published text leaves open.
    """
    exempting = [one for one in called if one.rule.form.effect == "exempt"]
    if not exempting:
        return frozenset()
    return frozenset(
        one.rule.params.exempt_from
        for one in exempting
        if _covers(one.rule, action) and one.rule.kind.judge(one.rule, action, known).applies
    )


def is_unknown(finding: Finding) -> bool:
    """Whether a finding says that a value is not known."""
    return finding.found == UNKNOWN


@lru_cache(maxsize=1_024)
def _called(
    books: tuple[Book, ...], triggers: tuple[str, ...], deciding: frozenset[str]
) -> tuple[_Called, ...]:
    """The rules that these words call, in order, each with what it gives and bounds.

    A pure function, so its answers are kept.
    """
    return tuple(
        _Called(
            book.form.book,
            rule,
            _gives_authority(rule),
            rule.form.rule_type == "settlement_tolerance" and rule.form.effect != "flag",
            _is_plain(rule),
        )
        for book in books
        for rule in book.rules
        if decides(rule, deciding) and not set(triggers).isdisjoint(rule.form.trigger)
    )


def _gives_authority(rule: Rule) -> bool:
    """Whether a rule says who may act: neither a monitor nor advice is a licence."""
    if not rule.kind.gives_authority or rule.form.effect in {"none", "exempt", "flag"}:
        return False
    return not getattr(rule.params, "advisory", False)


def decides(rule: Rule, deciding: frozenset[str] = DECIDING_STATUS) -> bool:
    """Whether a rule is asked at all; that nothing is published is said, and decides nothing."""
    form = rule.form
    if form.effect == "none":
        return False
    return form.status in deciding or (
        form.status == "none_published" and form.rule_type == "no_published_rule"
    )


def _is_plain(rule: Rule) -> bool:
    form, params = rule.form, rule.params
    unusual = form.unknown or form.effective_from or form.effective_to
    narrowed = params.exceptions or params.applies_to or params.about or rule.kind.concerns
    return not (unusual or narrowed or form.confidence == "unverified")


__all__ = ["ALLOWED", "Asked", "PolicyEngine", "decides", "is_unknown"]
