"""Reports filed: what the fund told an authority or the public, when, and by which channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.body import Fact
from ledger.domain.kind import Kind, Nature
from ledger.domain.policy import Filing
from ledger.domain.signatories import duties_of
from ledger.kernel.form import Code, Day, Digest, Name

if TYPE_CHECKING:
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

FILINGS_KEPT = 64


class ReportFiled(Fact):
    """A report, statement or return was delivered; `value_date` is the day of delivery."""

    deliverable: Code
    """What was due, in the words of the rules: `biennial_report`, `nil_return` …"""
    covers_until: Day
    """The last day that it speaks of, or the day on which it was due."""
    channel: Code
    """By which way it was delivered: `legislature`, `comptroller_website` …"""
    recipient: Name
    nil_return: bool
    """Whether it says that there is nothing to report."""
    document: Digest
    """SHA-256 of what was delivered."""


def _evolve(state: State, event: Event, body: ReportFiled) -> None:
    kept = state.filings.setdefault(body.deliverable, [])
    kept.append(
        Filing(body.value_date, body.covers_until, body.channel, body.nil_return, event.position)
    )
    del kept[:-FILINGS_KEPT]


def _action(view: View) -> Action:
    return view.action("report", duties=duties_of(view))


KINDS = (
    Kind(
        name="report.filed.v1",
        form=ReportFiled,
        nature=Nature.FACT,
        evolve=_evolve,
        action=_action,
    ),
)
