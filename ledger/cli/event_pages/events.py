"""The pages of docs/spec/events: one for each kind of event, and their index."""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING

import orjson

from ledger.cli.event_pages.markdown import GENERATED, code, members_table, table
from ledger.cli.event_pages.members import docstring_of, members_of, summary_of
from ledger.cli.event_pages.shapes import NAMED, Shape, shape_of, shape_of_field
from ledger.cli.event_pages.words import TEXTS
from ledger.domain.body import Body, Fact, Grounded
from ledger.domain.kind import Nature
from ledger.domain.kinds import KINDS
from ledger.domain.laws import LAWS
from policies.vocabulary import TRIGGERS

if TYPE_CHECKING:
    from types import ModuleType

    from ledger.cli.event_pages.examples import Examples, Refusal
    from ledger.domain.kind import Kind
    from ledger.kernel.form import Form

VECTORS = "../../../tests/vectors"
"""From docs/spec/events."""


def triggers_of(kind: Kind) -> list[str]:
    """The triggers by which rules may see an event of a kind."""
    if kind.action is None:
        return []
    noun = re.compile(rf"\b{re.escape(_plain(kind))}\b")
    own = [trigger for trigger, text in TRIGGERS.items() if noun.search(text)]
    return [*own, kind.nature.trigger] if kind.nature.trigger else own


def page_of(kind: Kind, examples: Examples) -> str:
    """The page of one kind."""
    base = _base_of(kind.form)
    parts = [
        GENERATED,
        f"# {kind.name}",
        summary_of(kind.form),
        _properties(kind),
        "## Members",
        _inherited(base),
        members_table(members_of(kind.form, without=base), "README.md"),
        *_nested(kind.form, base),
        "## Example",
        _example(kind, examples),
        "## Laws",
        _laws(kind, examples.refusals(kind.name)),
        "## About",
        inspect.getdoc(_module_of(kind)) or "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(kind: Kind) -> str:
    """A kind's name without its version."""
    return kind.name.rpartition(".v")[0]


def _module_of(kind: Kind) -> ModuleType:
    return sys.modules[kind.form.__module__]


def _base_of(form: type[Form]) -> type[Form]:
    """The most special of the bases that the index describes."""
    return next(base for base in (Fact, Grounded, Body) if issubclass(form, base))


def _properties(kind: Kind) -> str:
    decided_by = docstring_of(Nature, kind.nature.name)
    nature = f"{kind.nature.word}, decided by {decided_by[:1].lower()}{decided_by[1:]}"
    if kind.one_signature is not None:
        nature += " One signature suffices where the charter gives that right to the author."
    rows = [("nature", f"{nature} ([natures](README.md#natures))")]
    if kind.stays_open:
        rows.append(("once effective", "it stays open until it is settled, fails or is withdrawn"))
    triggers = triggers_of(kind)
    if triggers:
        link = "([triggers](../../reference/rules.md#triggers))"
        rows.append(("rules see it as", f"{', '.join(map(code, triggers))} {link}"))
    file = kind.form.__module__.replace(".", "/")
    rows.append(("implemented by", code(f"{file}.py")))
    return table(("", ""), rows)


def _inherited(base: type[Form]) -> str:
    links = "the [members of every event](README.md#members-of-every-event)"
    if issubclass(base, Grounded):
        links += ", the [grounds](README.md#grounds)"
    if issubclass(base, Fact):
        links += " and the [members of facts](README.md#members-of-facts)"
    return f"Besides {links}:"


def _nested(form: type[Form], base: type[Form]) -> list[str]:
    """The sections of the forms inside a form."""
    parts = []
    for inner in inner_forms(form, base):
        parts += [f"### {inner.__name__}", summary_of(inner)]
        parts.append(members_table(members_of(inner), "README.md"))
    return parts


def inner_forms(form: type[Form], without: type[Form] | None = None) -> list[type[Form]]:
    """The forms that stand inside a form, each once, in the order in which they appear."""
    inherited = without.model_fields if without is not None else {}
    found: list[type[Form]] = []
    for name, field in form.model_fields.items():
        if name not in inherited:
            for inner in _forms_of(shape_of_field(field)):
                found += [inner, *inner_forms(inner)]
    return list(dict.fromkeys(found))


def _forms_of(shape: Shape) -> tuple[type[Form], ...]:
    return shape.forms or (_forms_of(shape.item) if shape.item else ())


def _example(kind: Kind, examples: Examples) -> str:
    vector = examples.valid(kind.name)
    body = orjson.dumps(vector["body"], option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    return (
        f"Event id (SHA-256 of the canonical bytes): `{vector['event_id']}`. This is the vector\n"
        f"[valid.json]({VECTORS}/{kind.name}/valid.json): {vector['description']}.\n\n"
        f"```json\n{body.decode()}\n```"
    )


def _laws(kind: Kind, refusals: list[Refusal]) -> str:
    text = (
        "Besides the [laws of every event](../findings.md#laws). Values outside their forms are\n"
        f"in [malformed.json]({VECTORS}/{kind.name}/malformed.json)."
    )
    if not refusals:
        return text
    rows = [
        (
            code(refusal.law),
            LAWS[refusal.law],
            refusal.follows,
            ", ".join(_link(kind, name) for name in refusal.files),
        )
        for refusal in refusals
    ]
    return f"{text}\n\n{table(('law', 'meaning', 'what follows', 'vectors'), rows)}"


def _link(kind: Kind, file: str) -> str:
    """A link to a vector, named for what sets it apart from others of its law."""
    variant = file.removesuffix(".json").partition("-")[2] or "vector"
    return f"[{variant.replace('_', ' ')}]({VECTORS}/{kind.name}/{file})"


def index_page() -> str:
    """The index: what every event has in common, and all kinds."""
    parts = [
        GENERATED,
        "# Events",
        _INTRODUCTION,
        "## Kinds",
        table(("kind", "meaning", "nature"), [_entry(kind) for kind in KINDS.values()]),
        "## Natures",
        "Who decides whether an event becomes effective:",
        table(
            ("nature", "decided by"),
            [(nature.word, docstring_of(Nature, nature.name)) for nature in Nature],
        ),
        "## Members of every event",
        summary_of(Body),
        members_table(members_of(Body), ""),
        "## Grounds",
        summary_of(Grounded),
        members_table(members_of(Grounded, without=Body), ""),
        "## Members of facts",
        summary_of(Fact),
        members_table(members_of(Fact, without=Grounded), ""),
        "## Forms of text",
        _FORMS,
        table(("form", "meaning", "example", "pattern"), [_form(name) for name in NAMED]),
    ]
    return "\n\n".join(parts) + "\n"


def _entry(kind: Kind) -> tuple[str, str, str]:
    return f"[{kind.name}]({kind.name}.md)", summary_of(kind.form), kind.nature.word


def _form(name: str) -> tuple[str, str, str, str]:
    shape = shape_of(NAMED[name])
    words, example = TEXTS[name]
    longest = f"; at most {shape.most} characters" if shape.most and shape.pattern else ""
    shown = example if len(example) < len("0" * 64) else f"{example[:4]}…{example[-4:]}"
    return code(name), words + longest, code(shown), code(shape.pattern) if shape.pattern else ""


_INTRODUCTION = """\
An officer signs an event: canonical bytes ([canonical-bytes.md](../canonical-bytes.md)) of one JSON
object, in an envelope ([envelope.md](../envelope.md)). The ledger records it with its outcome
([record.md](../record.md)). A kind has a name with a version; a new form is a new version, and old
versions stay valid for ever. The key words MUST and MUST NOT are those of RFC 2119.

- A reader MUST refuse a member that the kind does not have, a required member that is missing, and
  a value outside its form. It MUST NOT coerce, trim or complete anything.
- A kind that a reader does not know MUST be answered as undecidable, never as valid or invalid.
- The event's id is the SHA-256 of the signed payload, in lower-case hex.
- Every kind has vectors in [tests/vectors](../../../tests/vectors/README.md): a valid one, and one
  for each way to be wrong."""

_FORMS = """\
Text is ASCII unless its form says otherwise, and each value has exactly one spelling. Good and bad
spellings of each form are in [forms.json](../../../tests/vectors/forms.json)."""
