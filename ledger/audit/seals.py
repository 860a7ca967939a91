"""The seals of closed periods, computed again: statements are what the log before a close gives.

Admission does not look at them (`period.closed` only names digests); here the books are folded
from the records that were just decided again. A close that names no digest seals nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.audit.findings import Finding
from ledger.audit.histories import take_record
from ledger.kernel.errors import UndecidableError
from ledger.projections.fund_history import FundHistory
from ledger.statements.seals import seals_of
from ledger.statements.tree import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledger.domain.periods import PeriodClosed


def seal_findings(records: Iterable[bytes]) -> Iterator[Finding]:
    """What is wrong with the seals of every period that these records close."""
    history = FundHistory()
    for position, raw in enumerate(records, start=1):
        before = len(history.reader.periods)
        take_record(history, position, raw)
        for close in history.reader.periods[before:]:
            body = history.reader.closes[close.event_id]
            yield from _findings(history.known_at(position - 1), body, position)


def _findings(history: FundHistory, body: PeriodClosed, position: int) -> Iterator[Finding]:
    if body.trial_balance is None and not body.statements:
        return
    try:
        seals = seals_of(history, Span(body.period, body.starts_on, body.ends_on))
    except UndecidableError as error:
        yield Finding("seal_undecided", f"{body.period}: {error.message}", position)
        return
    if body.trial_balance not in {None, seals.trial_balance}:
        text = f"{body.period}: it is {seals.trial_balance}"
        yield Finding("trial_balance_differs", text, position)
    for said, found in zip(body.statements, seals.statements, strict=False):
        if said != found:
            yield Finding("statements_differ", f"{body.period}: it is {found}", position)
