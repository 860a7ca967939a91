"""The page of docs/spec/chart-of-accounts.md: every account, and what it is in each framework."""

from __future__ import annotations

from ledger.cli.event_pages.markdown import GENERATED, code, table
from ledger.domain.chart import CHART, SURPLUS

_HEAD = ("number", "account", "section", "side", "kept by", "by hand", "key")
_LINES = ("number", "concept", "US GAAP", "IPSAS")


def chart_page() -> str:
    """The page."""
    parts = [
        f"{GENERATED}\n\n# Chart of accounts",
        "One closed chart for every fund. An account that is *kept by* asset or currency has no\n"
        "number for each: the asset or currency stands in the line. `entry.posted` may use only\n"
        "accounts that are posted to *by hand*; the others are derived from events alone. `key`\n"
        "groups accounts as they are compared. Implemented by `ledger.domain.chart`.",
        table(
            _HEAD,
            [
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
            ],
        ),
        f"The revaluation surplus is {_listed(SURPLUS)}. Profit or loss is every account of the\n"
        "sections income and expense; no entry has lines of both "
        "(`surplus_never_through_profit_or_loss`).",
        "## In the frameworks",
        "The concept is one of the IFRS Accounting Taxonomy (`ifrs-full:`) or our own (`scf:`).",
        table(
            _LINES,
            [
                (code(one.number), code(one.concept) if one.concept else "", one.us_gaap, one.ipsas)
                for one in CHART.values()
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _listed(numbers: frozenset[str]) -> str:
    return " and ".join(code(number) for number in sorted(numbers))
