"""The page docs/reference/regimes.md: every book that ships, and the principles of our own."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from ledger.cli.event_pages.markdown import GENERATED, code, table
from policies.book import read_book, shipped_book, shipped_books
from policies.engine import SCENARIO_STATUS, decides

if TYPE_CHECKING:
    from policies.book import Book
    from policies.rule import Rule

PRINCIPLES = (
    (
        "DESIGN.UNKNOWN.1",
        "What is unknown never passes.",
        "`Rule.unknown`: a denial, or a flag and an approval where the mandate names who decides",
    ),
    (
        "DESIGN.AUTHORITY.1",
        "Without a rule that says who may act, nothing may be done.",
        "`PolicyEngine.judge`: the finding `DESIGN.AUTHORITY.1`",
    ),
    (
        "DESIGN.STATUS.1",
        (
            "Only texts in force decide; announcements and standards once a mandate adopts them, "
            "bills and proposals in a marked scenario alone."
        ),
        "`policies.engine.decides`; the law `book_not_in_force`; `questions.load_findings`",
    ),
    (
        "DESIGN.CONFLICT.1",
        "Where every way is against some rule, the answer is that there is no lawful option.",
        "`questions.no_lawful_option`, asked with the `options` of a scenario",
    ),
    (
        "DESIGN.DRIFT.1",
        "What prices alone carry past a share is flagged and never denied; the next purchase is.",
        "`watch` and `judge` of `cap_pct`",
    ),
    (
        "DESIGN.DISTINCT.1",
        "Approvals count natural persons, not keys, devices, offices or accounts.",
        "`ledger.domain.signatories.approvers`",
    ),
    (
        "DESIGN.PIN.1",
        (
            "An old decision is made again with the books and the facts of its position; of two "
            "versions of a book one governs."
        ),
        "the audit's replay; the law `book_twice`",
    ),
    (
        "DESIGN.COVER.1",
        (
            "What is not there free of reservations and encumbrances is not moved, pledged or set "
            "aside."
        ),
        "the laws `units_short` and `units_short_on_value_date`",
    ),
)
"""The rules of the source's regime `project-design`: how this program behaves, no text of law."""

_INTRODUCTION = """\
Every policy book that ships with the product, from the books themselves (`policies/books/`). A rule
here is a model of a public text as of 2026-11-22, not the text; read what it cites. Nothing here is
legal advice.

What decides: texts in force; announcements and standards when a fund's mandate adopts them (with a
stated override); bills and proposals only in a marked scenario. Where nothing is published a book
says so and decides nothing. A value that is not published is listed as such: unknown is neither
zero nor unlimited, and a rule that needs it never allows. Where sources contradict each other the
rule is marked, and published figures that conflict are shown side by side; none is chosen.

The column *executed* says what the program does with a rule: *yes*, *flags only*, *in a scenario*
(a bill or proposal), or *no* with the reason. How a book is tried before it governs:
`custody mandate test`, `custody mandate what-if`."""

_PRINCIPLES = """\
Eight principles are ours and no text of law (`project-design` in the source). They are not rules of
a book, since no mandate can leave them out; the code that keeps each is named."""


def regimes_page() -> str:
    """The page: one table for each book, and the principles."""
    parts = [GENERATED, "# Regimes", _INTRODUCTION, _overview()]
    for name in shipped_books():
        parts += _section(name, read_book(shipped_book(name)))
    parts += ["## Principles of this product", _PRINCIPLES]
    parts.append(table(("principle", "what it says", "kept by"), [
        (code(name), text, where) for name, text, where in PRINCIPLES
    ]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _overview() -> str:
    rows = []
    for name in shipped_books():
        form = read_book(shipped_book(name)).form
        link = f"[{name}](#{name})"
        rows.append((link, form.title, form.status, form.jurisdiction or "", str(len(form.rules))))
    return table(("book", "title", "status", "jurisdiction", "rules"), rows)


def _section(name: str, book: Book) -> list[str]:
    form = book.form
    where = f", {form.jurisdiction}" if form.jurisdiction else ""
    head = f"{form.title}. Version {form.version}, status {form.status}{where}."
    columns = (
        "rule", "says", "type and effect", "parameters", "not published", "citation", "origin",
        "status", "confidence", "executed",
    )  # fmt: skip
    rows = [_row(rule) for rule in book.rules]
    return [f"## {name}", head, *_summary(name), table(columns, rows)]


def _summary(name: str) -> list[str]:
    """The comment at the head of a book's file."""
    text = resources.files("policies").joinpath("books", f"{name}.toml").read_text()
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return [" ".join(lines)] if lines else []


def _row(rule: Rule) -> tuple[str, ...]:
    form = rule.form
    says = form.text or ""
    if form.note:
        says = f"{says} *{form.note}*".strip()
    trust: str = form.confidence or ""
    if form.sources_conflict:
        trust = f"{trust}; sources conflict".removeprefix("; ")
    status: str = form.status
    if form.effective_from:
        status = f"{status} from {form.effective_from}"
    return (
        code(form.id),
        says,
        f"{code(form.rule_type)} {form.effect}, on {', '.join(form.trigger)}",
        "; ".join(f"{name} = {_text(value)}" for name, value in form.params.items()),
        ", ".join(form.unknown),
        form.citation,
        form.origin,
        status,
        trust,
        _executed(rule),
    )


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a parameter
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_text(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value) or "none"
    return str(value)


def _executed(rule: Rule) -> str:
    form = rule.form
    if form.effect == "none":
        return f"no: {_why_not(rule)}"
    if not decides(rule):
        return "in a scenario" if form.status in SCENARIO_STATUS else f"no: {form.status}"
    return "flags only" if form.effect in {"flag", "report_due"} else "yes"


def _why_not(rule: Rule) -> str:
    """Why a rule of the effect `none` decides nothing."""
    form = rule.form
    if rule.params.superseded_by:
        return f"superseded by {rule.params.superseded_by}"
    if form.rule_type == "no_published_rule":
        return "nothing is published; it is said when the book is loaded"
    if form.status in SCENARIO_STATUS:
        return f"a {form.status}: it is shown, and decides nothing"
    if form.rule_type == "approval" and not rule.prepared.sure.requirements:
        return "it describes an institution and asks for nothing that can be tested"
    return form.note or "it asks for nothing that can be tested"
