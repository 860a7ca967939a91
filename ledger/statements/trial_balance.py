"""The trial balance: every account with its debits and credits, up to a day.

Balance-sheet accounts stand at all that was ever posted; accounts of profit or loss and of OCI at
what was posted since the year began, what came before it having gone to equity.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ledger.domain.chart import CHART, RESULT
from ledger.kernel.amounts import render_amount
from ledger.kernel.fixed import fixed
from ledger.statements.render_json import digest_of

if TYPE_CHECKING:
    from ledger.kernel.canonical import Value
    from ledger.projections.books import Books

_TO_EQUITY = {**dict.fromkeys(RESULT, "3300"), "6000": "3100", "6100": "3200"}
"""Where the amounts of earlier years went."""


@fixed
class Balance:
    """One account by asset or currency; `amount` is positive for a debit, in minor units."""

    account: str
    name: str
    dimension: str
    amount: int


def trial_balance(books: Books, last: str) -> list[Balance]:
    """Every account with a balance, by number; debits and credits add up to nothing."""
    year = f"{last[:4]}-01-01"
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (account, by, _), series in books.journal.sums.items():
        total = series.until(last)
        equity = _TO_EQUITY.get(account)
        if equity is None:
            sums[account, by] += total
            continue
        this_year = series.between(year, last)
        sums[account, by] += this_year
        sums[equity, by if CHART[equity].of else ""] += total - this_year
    return [
        Balance(account, CHART[account].name, by, amount)
        for (account, by), amount in sorted(sums.items())
        if amount
    ]


def trial_balance_value(books: Books, fund: str, last: str) -> dict[str, Value]:
    """The trial balance as it is sealed."""
    digits = books.values.digits
    return {
        "schema": "custody-trial-balance/1",
        "fund": fund,
        "as_of": last,
        "currency": books.values.currency,
        "balances": [
            {
                "account": one.account,
                "name": one.name,
                "dimension": one.dimension,
                "debit" if one.amount > 0 else "credit": render_amount(abs(one.amount), digits),
            }
            for one in trial_balance(books, last)
        ],
    }


def trial_balance_digest(books: Books, fund: str, last: str) -> str:
    """SHA-256 of the trial balance."""
    return digest_of(trial_balance_value(books, fund, last))
