"""`no_published_rule`: that something is not published. It is said, and never allows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.form import Code, Many
from policies.rule import UNKNOWN, Rule, RuleParams, RuleType, Verdict
from policies.rules.valuation import decimal_text

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known, Observed


class Params(RuleParams):
    """The names of what is not published; unknown is not zero and not unlimited."""

    values: Annotated[Many[Code], Field(max_length=16)]
    compare: Code | None = None
    """A measure that several sources publish (subjects `<what>/<source>`): it is watched whether
    they agree, and none of them is chosen."""


def judge(rule: Rule, _action: Action, _known: Known) -> Verdict:
    """Say what is not published; its approvers, if the mandate names any, decide."""
    if rule.params.approvers:
        return rule.asks(wanted(rule), UNKNOWN)
    return rule.broken(wanted(rule), UNKNOWN)


def wanted(rule: Rule) -> str:
    """What would have to be published."""
    return "a published " + (", ".join(rule.params.values) or "rule")


def watch(rule: Rule, known: Known, day: str) -> tuple[Finding, ...]:
    """Published figures of one thing that contradict each other, all of them."""
    measure: str | None = rule.params.compare
    if measure is None:
        return ()
    figures: defaultdict[str, list[tuple[Observed, str]]] = defaultdict(list)
    for subject, seen in known.observations(measure, day):
        what, _, source = subject.partition("/")
        figures[what].append((seen, source))
    found = []
    for what, said in sorted(figures.items()):
        if len({seen.value for seen, _ in said}) > 1:
            text = ", ".join(
                f"{decimal_text(seen.value)} {seen.unit} ({source})" for seen, source in said
            )
            at = tuple(f"position {seen.position}" for seen, _ in said)
            wanted = f"one {measure} of {what}"
            found.append(Finding(rule.form.id, FLAG, wanted, text, rule.form.citation, at))
    return tuple(found)


TYPE = RuleType("no_published_rule", Params, judge, watch=watch)
