"""Statement of changes in equity (IAS 1.106): components across, what changed them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.chart import RESULT
from ledger.statements.basis import heading, shown
from ledger.statements.position import EQUITY, equity_labels
from ledger.statements.tree import Row, Selector, Table, added, summed

if TYPE_CHECKING:
    from ledger.statements.basis import Basis
    from ledger.statements.tree import Cell, Span

RESTATED = frozenset({"correction"})
_ROWS: tuple[tuple[str, str, frozenset[str], frozenset[str] | None, str], ...] = (
    ("result", "Profit or loss", RESULT, None, "IAS 1.106(d)(i)"),
    ("oci", "Other comprehensive income", frozenset({"6000", "6100"}), None, "IAS 1.106(d)(ii)"),
    ("revaluation", "Revaluation credited directly", frozenset({"3100"}),
     frozenset({"revaluation_oci"}), "IPSAS 31.74"),
    ("contributions_in_cash", "Contributions in cash", frozenset({"3000"}),
     frozenset({"contribution"}), "IAS 1.106(d)(iii)"),
    ("contributions_in_kind", "Contributions in kind", frozenset({"3000"}),
     frozenset({"contribution_in_kind", "receipt"}), "IAS 1.106(d)(iii)"),
    ("taken_on", "Holdings taken on", frozenset({"3000", "3100", "3300"}),
     frozenset({"opening"}), "IAS 1.106(d)"),
    ("distributions", "Distributions", frozenset({"3310"}), None, "IAS 1.106(d)(iii)"),
    ("transfer", "Transfer of realised surplus", frozenset({"3100", "3110", "3300"}),
     frozenset({"surplus_transfer"}), "IAS 38.87"),
    ("entries", "Entries posted by hand", frozenset({"3000", "3100", "3110", "3200", "3300"}),
     frozenset({"entry", "reversal", "migration"}), "IAS 1.106(d)"),
    ("corrections", "Corrections of prior periods",
     frozenset({"3000", "3100", "3110", "3200", "3300"}), RESTATED, "IAS 1.106(b)"),
)  # fmt: skip
"""Reference, label, accounts, words, paragraph: together everything that changes equity."""


def equity(basis: Basis) -> Table:
    """Changes in every component over the period, and over its comparative."""
    labels = equity_labels(basis)
    heads = (*(labels[name] for name in EQUITY), "Total")
    rows: list[Row] = []
    for number, span in enumerate(reversed(basis.spans)):
        suffix = "" if span is basis.period else ".before"
        if len(basis.spans) > 1:
            rows.append(heading(f"equity.of_{number}", span.name))
        rows += _of(basis, span, suffix)
    title = "Statement of changes in equity"
    if basis.policy.framework == "ipsas":
        title = "Statement of changes in net assets/equity"
    return Table("equity", title, heads, tuple(rows), "IAS 1.106")


def _of(basis: Basis, span: Span, suffix: str) -> list[Row]:
    from ledger.kernel.instants import add_days  # noqa: PLC0415 - only here

    opening = basis.money(
        f"equity.opening{suffix}",
        f"At {span.first}",
        _cells(basis, [Selector(_all(name), "", add_days(span.first, -1)) for name in EQUITY]),
        style="total",
    )
    closing = basis.money(
        f"equity.closing{suffix}",
        f"At {span.last}",
        _cells(basis, [Selector(_all(name), "", span.last) for name in EQUITY]),
        style="total",
    )
    moved = [
        basis.money(
            f"equity.{name}{suffix}",
            label,
            _cells(
                basis,
                [
                    Selector(accounts & _all(component), span.first, span.last, words=words)
                    for component in EQUITY
                ],
            ),
            paragraph=paragraph,
        )
        for name, label, accounts, words, paragraph in _ROWS
    ]
    return [opening, *shown(moved), closing]


def _all(component: str) -> frozenset[str]:
    return frozenset(EQUITY[component])


def _cells(basis: Basis, selectors: list[Selector]) -> tuple[Cell, ...]:
    cells = [summed(basis.books, [selector]) for selector in selectors]
    return (*cells, added(*cells))


def unexplained(basis: Basis) -> int:
    """What changed equity over the period and stands in no row: nothing, always."""
    table = equity(basis)
    named = {row.ref: row.cells[-1].amount or 0 for row in table.rows if row.cells}
    moved = sum(
        amount
        for ref, amount in named.items()
        if not ref.endswith(".before") and ref not in ("equity.opening", "equity.closing")
    )
    return named["equity.closing"] - named["equity.opening"] - moved
