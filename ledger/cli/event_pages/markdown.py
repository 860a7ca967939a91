"""Markdown: tables, and shapes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.cli.event_pages.members import Member
    from ledger.cli.event_pages.shapes import Shape

GENERATED = (
    "<!-- Generated from the code by `python -m ledger.cli.event_pages docs`; do not edit. -->"
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell is escaped."""
    lines = [_row(head), "|" + "---|" * len(head)]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def code(text: str) -> str:
    """Text as code."""
    return f"`{text}`"


def either(words: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    *first, last = [code(word) for word in words] or [""]
    return f"{', '.join(first)} or {last}" if first else last


def members_table(members: Iterable[Member], forms: str) -> str:
    """The members of a form; `forms` is the page that describes the forms of text."""
    rows = [
        (
            code(member.name),
            in_words(member.shape, forms),
            "yes" if member.is_required else "no",
            f"{member.meaning} {code(member.default)} if left out.".lstrip()
            if member.default
            else member.meaning,
        )
        for member in members
    ]
    return table(("member", "form", "required", "meaning"), rows)


def in_words(shape: Shape, forms: str) -> str:
    """What a value of the shape looks like."""
    if shape.what == "text":
        return _text(shape, forms)
    if shape.what in {"list", "map"}:
        return _many(shape, forms)
    if shape.what in {"object", "one_of"}:
        return " or ".join(f"[{form.__name__}](#{form.__name__.lower()})" for form in shape.forms)
    plain = {
        "count": f"integer{_range(shape)}",
        "flag": either(("true", "false")),
        "choice": either(shape.choices),
        "any": "object",
    }
    return plain[shape.what]


def _text(shape: Shape, forms: str) -> str:
    if shape.named:
        return f"[{shape.named}]({forms}#forms-of-text)"
    if shape.pattern:
        return f"text, {code(shape.pattern)}"
    return f"text of at most {shape.most} characters"


def _many(shape: Shape, forms: str) -> str:
    item = in_words(shape.item, forms) if shape.item else ""
    if shape.key:
        return f"object of {in_words(shape.key, forms)} to {item}{_range(shape)}"
    return f"list of {item}{_range(shape)}"


def _range(shape: Shape) -> str:
    if shape.least is None and shape.most is None:
        return ""
    if shape.least is None:
        return f", at most {shape.most}"
    return f", {shape.least} to {shape.most}"
