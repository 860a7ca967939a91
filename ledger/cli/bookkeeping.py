"""Reading the books from a workspace: the log on credit, held against its checkpoint.

Form and signatures were checked when the records were admitted, and the auditor checks everything
again; here each record is only hashed, so that the whole is what the checkpoint outside signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger.audit.histories import take_record
from ledger.cli import wiring
from ledger.kernel.errors import NotFoundError, ProofError, StoreCorruptError
from ledger.kernel.instants import local_day
from ledger.log.compact_range import CompactRange
from ledger.log.merkle import leaf_hash
from ledger.projections.fund_history import FundHistory
from ledger.service.checkpoints import check_length, read_high_water
from ledger.statements.basis import span_of
from ledger.statements.render_json import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from ledger.cli.workspace import Workspace
    from ledger.kernel.canonical import Value

    Function = TypeVar("Function", bound=Callable[..., Any])


def read_books(workspace: Workspace, known_at: int | None = None) -> FundHistory:
    """The fund's history up to a position; `StoreCorruptError` with one that cannot be read."""
    history = FundHistory()
    outside = read_high_water(workspace.high_water)
    tree = CompactRange()
    with wiring.open_store(workspace, read_only=True) as store:
        if outside is not None:
            check_length(store.head(), outside[0])
        if known_at is not None and known_at > store.head():
            raise NotFoundError(f"the log ends at position {store.head()}", where=f"{known_at}")
        for position, raw in wiring.records_of(store):
            if known_at is not None and position > known_at:
                break
            tree.append(leaf_hash(raw))
            if outside is not None and tree.size == outside[0].size:
                _check_root(tree.root(), outside[0].root)
            _take(history, position, raw)
    return history


def _take(history: FundHistory, position: int, raw: bytes) -> None:
    try:
        take_record(history, position, raw)
    except Exception as error:
        raise StoreCorruptError(
            f"the stored record does not follow from those before it: {error!r:.200}",
            where=f"position {position}",
            hint="Keep the store, and audit the last bundle that was exported",
        ) from error


def _check_root(root: bytes, signed: bytes) -> None:
    if root != signed:
        raise ProofError(
            "the records are not those of the signed checkpoint",
            hint="Keep the store, and audit the last bundle that was exported",
        )


def sealed_form(value: dict[str, Value]) -> dict[str, Value]:
    """A sealed object as a command prints it: `format` for its own schema, and its digest."""
    shown = {"format" if name == "schema" else name: member for name, member in value.items()}
    return {**shown, "digest": digest_of(value)}


def today_of(history: FundHistory) -> str:
    """The fund's calendar day."""
    return local_day(wiring.now(), history.reader.utc_offset_minutes)


def day_shown(history: FundHistory, period: str, as_of: str | None) -> str | None:
    """The day at which a period is cut short: the one that was said, or today if it is not over."""
    today = today_of(history)
    span = span_of(period, history)
    return as_of or (today if span.first <= today < span.last else None)


def known_at(function: Function) -> Function:
    """The option of a position up to which the log is read."""
    return click.option(
        "--known-at", type=click.IntRange(min=1), help="A position (default: the last)."
    )(function)
