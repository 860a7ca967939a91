"""What one asks of the books beside a verdict: what is due, what drifted, how much is left.

Pure functions of books, of what the fund knows, and of a day. Rules that decide nothing are not
asked; `deciding` says by which statuses they do (a marked scenario asks bills and proposals too).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.outcome import DENY, FLAG, Finding
from policies.engine import decides
from policies.rule import DECIDING_STATUS, UNKNOWN
from policies.rules.no_published_rule import wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.domain.policy import Known
    from policies.book import Book
    from policies.obligation import Obligation
    from policies.rule import Headroom, Rule

STATUS = "DESIGN.STATUS.1"
PIN = "DESIGN.PIN.1"
CONFLICT = "DESIGN.CONFLICT.1"
NO_LAWFUL_OPTION = "no lawful option"
_DESIGN = "Design of this product"


def rules_of(
    books: Sequence[Book], day: str, deciding: frozenset[str] = DECIDING_STATUS
) -> Iterator[tuple[Book, Rule]]:
    """The rules that decide on a day, in the order of the books."""
    for book in books:
        for rule in book.rules:
            form = rule.form
            begun = form.effective_from is None or form.effective_from <= day
            ended = form.effective_to is not None and form.effective_to < day
            if decides(rule, deciding) and begun and not ended:
                yield book, rule


def obligations(
    books: Sequence[Book], known: Known, day: str, deciding: frozenset[str] = DECIDING_STATUS
) -> list[Obligation]:
    """What is due as seen on a day, the earliest due day first; without a day, last."""
    found = [
        one
        for _, rule in rules_of(books, day, deciding)
        if rule.kind.due is not None
        for one in rule.kind.due(rule, known, day)
    ]
    return sorted(found, key=lambda one: (one.due is None, one.due or "", one.rule))


def watched(
    books: Sequence[Book], known: Known, day: str, deciding: frozenset[str] = DECIDING_STATUS
) -> list[Finding]:
    """What the rules say of a day on which nothing is done."""
    asked = [rule for _, rule in rules_of(books, day, deciding)]
    # That nothing is published decides nothing; that figures contradict each other is said.
    silent = [
        rule
        for book in books
        for rule in book.rules
        if rule.form.rule_type == "no_published_rule" and rule not in asked
    ]
    return [
        finding
        for rule in (*asked, *silent)
        if rule.kind.watch is not None
        for finding in rule.kind.watch(rule, known, day)
    ]


def headroom(
    books: Sequence[Book], known: Known, day: str, deciding: frozenset[str] = DECIDING_STATUS
) -> list[Headroom]:
    """How much of every limit is used."""
    return [
        one
        for _, rule in rules_of(books, day, deciding)
        if rule.kind.measure is not None
        for one in rule.kind.measure(rule, known, day)
    ]


def load_findings(books: Sequence[Book]) -> list[Finding]:
    """What is to be said when books are loaded: what decides nothing, and what is not published."""
    found = []
    names = [book.form.book for book in books]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            said = f"{names.count(name)} versions of {name}"
            found.append(Finding(PIN, DENY, "one version of a book", said, _DESIGN))
    for book in books:
        form = book.form
        if form.status in {"bill", "proposal"}:
            said = f"{form.book} is a {form.status}: it decides nothing outside a marked scenario"
            found.append(Finding(STATUS, FLAG, "a text in force", said, _DESIGN))
        found += [
            Finding(
                rule.form.id,
                FLAG,
                wanted(rule),
                UNKNOWN,
                rule.form.citation,
            )
            for rule in book.rules
            if rule.form.rule_type == "no_published_rule"
        ]
    return found


def no_lawful_option(findings: Sequence[Sequence[Finding]]) -> Finding | None:
    """The answer when every way is against some rule: all the rules that clash, by name.

    Each way is given by its findings; a way with none of them is lawful.
    """
    if not findings or not all(findings):
        return None
    names = sorted({finding.rule for way in findings for finding in way})
    return Finding(CONFLICT, FLAG, NO_LAWFUL_OPTION, ", ".join(names), _DESIGN)
