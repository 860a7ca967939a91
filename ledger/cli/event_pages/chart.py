"""The page of docs/spec/chart-of-accounts.md: every account, and what it is in each framework."""

from __future__ import annotations

from ledger.cli.event_pages.markdown import GENERATED, code, table
from ledger.domain.chart import CHART, SURPLUS

_TITLE = "# Chart of accounts"
_KEPT = """\
One closed chart for every fund. An account that is *kept by* asset or currency has no number for
each: the asset or currency stands in the line. `entry.posted` may use only accounts that are posted
to *by hand*; the others are derived from events alone. `key` groups accounts as they are compared.
Implemented by `ledger.domain.chart`."""
_RESULT = """\
Profit or loss is every account of the sections income and expense. No entry has lines of both it
and the revaluation surplus (`surplus_never_through_profit_or_loss`), which is """
_LINES = """\
## In the frameworks

The concept is one of the IFRS Accounting Taxonomy (`ifrs-full:`) or our own (`scf:`)."""


def chart_page() -> str:
    """The page."""
    surplus = " and ".join(code(number) for number in sorted(SURPLUS))
    parts = [GENERATED, _TITLE, _KEPT, _accounts(), f"{_RESULT}{surplus}.", _LINES, _frameworks()]
    return "\n\n".join(parts) + "\n"


def _accounts() -> str:
    head = ("number", "account", "section", "side", "kept by", "by hand", "key")
    rows = [
        (
            code(one.number),
            one.name,
            one.section.value,
            one.side.value,
            one.of,
            "yes" if one.by_hand else "no",
            code(one.key),
        )
        for one in CHART.values()
    ]
    return table(head, rows)


def _frameworks() -> str:
    rows = [
        (code(one.number), code(one.concept) if one.concept else "", one.us_gaap, one.ipsas)
        for one in CHART.values()
    ]
    return table(("number", "concept", "US GAAP", "IPSAS"), rows)
