"""The seals of a close: digests of trial balance, primary statements and notes of its period.

They are taken from figures alone: neither the position up to which the log was read nor the layout
enters, so that whoever has the log before the close finds the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.errors import UndecidableError
from ledger.kernel.fixed import fixed
from ledger.statements.render_json import digest_of, sealed_value
from ledger.statements.report import PRIMARY, SEALED_NOTES, basis_of, report_of
from ledger.statements.trial_balance import trial_balance_digest

if TYPE_CHECKING:
    from ledger.projections.fund_history import FundHistory
    from ledger.statements.tree import Span


@fixed
class Seals:
    """What a close names: digests in lower-case hex."""

    span: Span
    trial_balance: str
    primary: str
    notes: str

    @property
    def statements(self) -> list[str]:
        """Those of the statements, in the order in which a close lists them."""
        return [self.primary, self.notes]


def seals_of(history: FundHistory, period: str | Span) -> Seals:
    """The seals of a period; `UndecidableError` with the first thing that is missing."""
    basis = basis_of(history, period)
    report = report_of(basis, history.held(basis.period.last))
    if not report.is_complete:
        first = next(one for one in report.concerns if one.is_blocking)
        raise UndecidableError(
            f"{first.code} {first.subject} on {first.day} ({first.paragraph}): {first.hint}",
            where=basis.period.name,
            hint=f"`custody statement show --period {basis.period.name}` lists what is missing",
        )
    return Seals(
        basis.period,
        trial_balance_digest(basis.books, basis.fund, basis.period.last),
        digest_of(sealed_value(report, PRIMARY)),
        digest_of(sealed_value(report, SEALED_NOTES)),
    )
