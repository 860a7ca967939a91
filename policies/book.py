"""Policy books: a TOML file for each regime, a JSON value in the log (docs/spec/policy-book.md)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ledger.kernel.canonical import encode
from ledger.kernel.errors import (
    BookError,
    CanonicalError,
    NotFoundError,
    ParseError,
    UnknownRuleError,
)
from ledger.kernel.form import Country, Day, Form, Many, Name, Slug, Text, read_form
from ledger.kernel.limits import BOOK_BYTES_MAX
from ledger.kernel.toml_text import read_toml
from policies.rule import Rule, RuleForm, Status
from policies.vocabulary import RULE_TYPES, TRIGGERS

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES_MAX = 256
_NEWER = "A newer version of the software may know it"


class BookForm(Form):
    """A book as it is recorded: who it speaks for, since when, and its rules."""

    book: Slug
    title: Name
    version: Annotated[str, Field(pattern=r"^[0-9]+(?:\.[0-9]+){0,2}$")]
    status: Status
    effective_from: Day | None = None
    jurisdiction: Country | None = None
    source: Text
    rules: Annotated[Many[RuleForm], Field(max_length=RULES_MAX)]


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """An executable book; compared by identity, since a fund holds each recorded book once."""

    form: BookForm
    rules: tuple[Rule, ...]


def read_book(value: Mapping[str, Any]) -> Book:
    """The executable book of a recorded value.

    Raises `UnknownRuleError` for a type, trigger or effect that a newer version may execute,
    `BookError` (with the rule's id) for everything else that cannot be executed.
    """
    form = read_form(BookForm, dict(value), error=BookError)
    try:
        size = len(encode(dict(value)))
    except CanonicalError as error:
        raise BookError(error.message, where="book") from None
    if size > BOOK_BYTES_MAX:
        raise BookError(f"the book has {size} bytes where {BOOK_BYTES_MAX} are allowed")
    names = [rule.id for rule in form.rules]
    for name in names:
        if names.count(name) > 1:
            raise BookError("two rules have one id", where=name)
    return Book(form, tuple(_rule(rule) for rule in form.rules))


def _rule(form: RuleForm) -> Rule:
    kind = RULE_TYPES.get(form.rule_type)
    if kind is None:
        raise UnknownRuleError(
            f"unknown rule type {form.rule_type}",
            where=form.id,
            hint=_NEWER,
        )
    for trigger in form.trigger:
        if trigger not in TRIGGERS:
            raise UnknownRuleError(
                f"unknown trigger {trigger}", where=f"{form.id}.trigger", hint=_NEWER
            )
    try:
        params = read_form(kind.params, form.params, error=BookError)
    except BookError as error:
        raise BookError(error.message, where=f"{form.id}.params.{error.where}") from None
    return Rule(form, params, kind, kind.prepare(form, params) if kind.prepare else None)


def load_book(text: bytes, *, where: str) -> dict[str, Any]:
    """The recorded value of a book's TOML text; `BookError` with the place of what is wrong."""
    try:
        value = read_toml(text, where=where)
    except ParseError as error:
        raise BookError(error.message, where=error.where) from None
    try:
        read_book(value)
    except (BookError, UnknownRuleError) as error:
        raise type(error)(error.message, where=f"{where}: {error.where}", hint=error.hint) from None
    return value


def shipped_books() -> list[str]:
    """The names of the books that ship with the product, in order."""
    entries = resources.files("policies").joinpath("books").iterdir()
    return sorted(
        entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")
    )


@cache
def _shipped(name: str) -> dict[str, Any]:
    entry = resources.files("policies").joinpath("books", f"{name}.toml")
    return load_book(entry.read_bytes(), where=f"{name}.toml")


def shipped_book(name: str) -> dict[str, Any]:
    """The recorded value of a book that ships with the product, by its name (`reference`)."""
    if name not in shipped_books():
        known = ", ".join(shipped_books())
        raise NotFoundError(f"no book named {name}", hint=f"Known are {known}")
    return deepcopy(_shipped(name))
