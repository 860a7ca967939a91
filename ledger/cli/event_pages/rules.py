"""The page of docs/reference/rules.md, and the tables of docs/spec/policy-book.md."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

from ledger.cli.event_pages.events import inner_forms
from ledger.cli.event_pages.markdown import GENERATED, code, either, members_table, table
from ledger.cli.event_pages.members import members_of, summary_of
from policies.book import BookForm
from policies.rule import DECIDING_STATUS, Exemption, RuleForm, RuleParams
from policies.vocabulary import RULE_TYPES, TRIGGERS

if TYPE_CHECKING:
    from ledger.kernel.form import Form
    from policies.rule import RuleType

_FORMS_FROM_REFERENCE = "../spec/events/README.md"
_FORMS_FROM_SPEC = "events/README.md"


def rules_page() -> str:
    """The page: every rule type with its parameters, and every trigger."""
    parts = [GENERATED, "# Rules", _INTRODUCTION, "## Rule types", _types()]
    for rule_type in RULE_TYPES.values():
        parts += _section(rule_type)
    parts += ["## Parameters of every type", summary_of(RuleParams)]
    parts += [_table(RuleParams, _FORMS_FROM_REFERENCE), "### Exemption", summary_of(Exemption)]
    parts += [_table(Exemption, _FORMS_FROM_REFERENCE)]
    rows = [(code(trigger), meaning) for trigger, meaning in TRIGGERS.items()]
    parts += ["## Triggers", _TRIGGERS, table(("trigger", "fires on"), rows)]
    return "\n\n".join(parts) + "\n"


def _types() -> str:
    rows = [
        (
            f"[{name}](#{name})",
            _first_sentence(rule_type),
            "yes" if rule_type.gives_authority else "no",
        )
        for name, rule_type in RULE_TYPES.items()
    ]
    return table(("rule type", "meaning", "gives authority"), rows)


def _first_sentence(rule_type: RuleType) -> str:
    """The module's summary without the name that begins it."""
    first = _docstring(rule_type).partition("\n\n")[0].replace("\n", " ")
    return first.removeprefix(f"{code(rule_type.name)}: ")


def _docstring(rule_type: RuleType) -> str:
    return inspect.getdoc(sys.modules[rule_type.params.__module__]) or ""


def _section(rule_type: RuleType) -> list[str]:
    parts = [f"### {rule_type.name}", _docstring(rule_type)]
    own = members_of(rule_type.params, without=RuleParams)
    parts += [summary_of(rule_type.params), members_table(own, _FORMS_FROM_REFERENCE)]
    for inner in [one for one in inner_forms(rule_type.params) if one is not Exemption]:
        parts += [f"#### {inner.__name__}", summary_of(inner), _table(inner, _FORMS_FROM_REFERENCE)]
    return parts


def _table(form: type[Form], forms: str) -> str:
    return members_table(members_of(form), forms)


def book_members() -> str:
    """The members of a book, for docs/spec/policy-book.md."""
    book, rule = _table(BookForm, _FORMS_FROM_SPEC), _table(RuleForm, _FORMS_FROM_SPEC)
    return f"{book}\n\n### RuleForm\n\n{rule}"


def deciding_statuses() -> str:
    """The statuses of rules that decide, for docs/spec/policy-book.md."""
    return either(sorted(DECIDING_STATUS))


def rule_types() -> str:
    """The rule types by name, for docs/spec/policy-book.md."""
    rows = [
        (
            f"[{name}](../reference/rules.md#{name})",
            ", ".join(code(one.name) for one in members_of(form.params, without=RuleParams)),
        )
        for name, form in RULE_TYPES.items()
    ]
    return table(("rule type", "parameters"), rows)


_INTRODUCTION = """\
The words in which a mandate speaks. A policy book ([policy-book.md](../spec/policy-book.md)) lists
rules; each has a type with parameters, and triggers that call it. The code knows these words; the
log holds the law.

Every rule whose trigger fits is asked, in the order of the books and of their rules, and all
findings are kept: a denial wins over missing approvals, and these over silence. Rules say "allowed
because": an action for which no rule that applies *gives authority* is denied, and so is one that a
deciding rule cannot judge, because a value is unknown."""

_TRIGGERS = """\
A rule is called by the words in its `trigger`. One that is not in this list would never fire, so a
book that uses it is refused. An event may have several."""
