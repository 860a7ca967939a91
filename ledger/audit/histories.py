"""The books' history of a log, read on credit: only what the books need of each record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.audit.credit import event_of_kinds, outcome_on_credit, read_on_credit
from ledger.projections.occurrence_reader import KINDS_READ

if TYPE_CHECKING:
    from ledger.projections.fund_history import FundHistory


def take_record(history: FundHistory, position: int, raw: bytes) -> None:
    """Add one record. Anything at all may be raised for bytes that are no record."""
    outcome = outcome_on_credit(raw)
    event = event_of_kinds(raw, KINDS_READ)
    if event is None and outcome.findings:
        event, _ = read_on_credit(raw)  # how rules were met is told of every kind
    history.take(position, event, outcome)
