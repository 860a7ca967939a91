"""What moved: the words of the journal's lines as lines of roll-forwards and cash flows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from ledger.domain.chart import CARRYING, CHART, RESULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.books import Books

ADDITIONS: Final = ("purchase", "swap", "contribution_in_kind", "reward", "airdrop", "grant",
                    "forfeiture", "receipt")  # fmt: skip
ROLL_FORWARD: Final[dict[str, str]] = {
    **dict.fromkeys(ADDITIONS, "additions"),
    "opening": "taken_on",
    "disposal": "disposals",
    "delivery": "disposals",
    "revaluation_oci": "revaluation_oci",
    "revaluation_pl": "revaluation_pl",
    "impairment_loss": "impairment_loss",
    "impairment_reversal": "impairment_reversal",
    "fair_value_pl": "fair_value_pl",
    "exchange": "exchange",
    "credit_loss": "credit_loss",
    "reclassification": "reclassification",
    "migration": "migration",
    "entry": "corrections",
    "reversal": "corrections",
    "correction": "corrections",
}
"""Word of a line to the line of the roll-forward (IAS 38.118(e)) that it belongs to."""
NON_CASH: Final = frozenset({"swap", "contribution_in_kind", "reward", "airdrop", "grant",
                             "forfeiture", "receipt"})  # fmt: skip
CASH: Final = frozenset({"1000", "1030"})


def roll_forward(books: Books, asset: str, first: str, last: str) -> dict[str, int]:
    """Opening, signed lines, closing of an asset's carrying amount; zeros are left out.

    The opening and the lines add up to the closing by construction: each is a sum of the journal.
    """
    lines: defaultdict[str, int] = defaultdict(int)
    opening = closing = 0
    for (account, by, word), series in books.journal.sums.items():
        if by != asset or account not in CARRYING:
            continue
        total, moved = series.until(last), series.between(first, last)
        closing += total
        opening += total - moved
        lines[ROLL_FORWARD[word]] += moved
    return {
        "opening": opening,
        **{name: amount for name, amount in lines.items() if amount},
        "closing": closing,
    }


def result_lines(books: Books, first: str, last: str) -> dict[tuple[str, str], int]:
    """(account, dimension) to what it added to profit or loss: income positive."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (account, by, _), series in books.journal.sums.items():
        if account in RESULT:
            found[account, by] -= series.between(first, last)
    return {key: amount for key, amount in sorted(found.items()) if amount}


def total_of(books: Books, accounts: Iterable[str], last: str, first: str = "") -> int:
    """Debits less credits of accounts up to a day, or of a span of days."""
    wanted = frozenset(accounts)
    return sum(
        series.between(first, last) if first else series.until(last)
        for (account, _, _), series in books.journal.sums.items()
        if account in wanted
    )


def memo_of(books: Books, account: str, asset: str, last: str, first: str = "") -> int:
    """The sum of a memo account of an asset up to a day, or over a span of days."""
    return sum(
        series.between(first, last) if first else series.until(last)
        for (number, by, _), series in books.journal.memo.items()
        if number == account and by == asset
    )


def cash_by_word(books: Books, first: str, last: str) -> dict[str, int]:
    """What moved cash in a span of days, by the word of its lines."""
    found: defaultdict[str, int] = defaultdict(int)
    for (account, _, word), series in books.journal.sums.items():
        if account in CASH:
            found[word] += series.between(first, last)
    return {word: amount for word, amount in sorted(found.items()) if amount}


def by_key(books: Books, last: str, first: str = "") -> dict[str, int]:
    """Debits less credits by the chart's keys."""
    found: defaultdict[str, int] = defaultdict(int)
    for (account, _, _), series in books.journal.sums.items():
        found[CHART[account].key] += series.between(first, last) if first else series.until(last)
    return {key: amount for key, amount in sorted(found.items()) if amount}
