"""`custody mandate`: books and mandates, and what one asks of them."""

from __future__ import annotations

import click

from ledger.cli.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("mandate_books:list_books", "the books that ship, and those of the log"),
    "show": ("mandate_books:show", "the mandate in force and what is ahead, or one book"),
    "check": ("mandate_books:check", "whether a book can be adopted, and what it lacks"),
    "diff": ("mandate_books:diff", "how two books differ, rule by rule"),
    "adopt": ("mandate_books:adopt", "draft the adoption of books"),
    "headroom": ("mandate_days:headroom", "every limit: used, left"),
    "obligations": ("mandate_days:obligations", "what is due, and what runs out"),
    "monitor": ("mandate_days:monitor", "what drifted, aged, or differs today"),
    "explain": ("mandate_questions:explain", "the decision of one event, taken apart"),
    "what-if": ("mandate_questions:what_if", "the fund's history under other books"),
    "test": ("mandate_questions:test", "run scenario files"),
}
"""Command to (module:attribute under `ledger.cli.commands`, one line of help)."""


@click.group(cls=LazyGroup, lazy=COMMANDS)
def mandate() -> None:
    """Books of law and the mandate: list, check, compare, adopt, explain, try."""
