"""A report as text for a terminal: what the tree holds, formatted and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.cli import output
from ledger.kernel.amounts import render_amount

if TYPE_CHECKING:
    from ledger.statements.tree import Cell, Report, Row, Table


def money(amount: int, digits: int) -> str:
    """Minor units with every digit after the point, in groups: `-1,234.50`."""
    text = render_amount(abs(amount), digits)
    whole, _, fraction = text.partition(".")
    shown = output.grouped(whole) + (f".{fraction.ljust(digits, '0')}" if digits else "")
    return f"-{shown}" if amount < 0 else shown


def show_report(report: Report, tables: list[Table], *, refs: bool) -> None:
    """Head, tables, and what a reader must know."""
    state = "closed" if report.is_closed else "open"
    measured = "" if report.is_measured else ", measured for this page"
    output.say(f"{report.fund}  {report.period}: {report.first} to {report.last} ({state})")
    output.say(
        f"{report.framework}, {report.profile}, in {report.currency}; known at position "
        f"{report.known_at}{measured}"
    )
    if not report.is_complete:
        output.say("INCOMPLETE: what is listed below stands against these figures")
    for table in tables:
        output.say()
        show_table(report, table, refs=refs)
    show_concerns(report)


def show_table(report: Report, table: Table, *, refs: bool) -> None:
    """One table with its title."""
    output.say(f"{table.title}{f'  [{table.paragraph}]' if table.paragraph else ''}")
    if not table.heads:
        for row in table.rows:
            output.say(f"  {row.label}{f'  [{row.paragraph}]' if row.paragraph else ''}")
        return
    heads = ["", *table.heads, *(["unit"] if _mixed(report, table) else [])]
    rows = [_row(report, table, row) for row in table.rows]
    if refs:
        heads.append("ref")
        rows = [[*cells, row.ref] for cells, row in zip(rows, table.rows, strict=True)]
    output.table(heads, rows, right=table.heads)


def _mixed(report: Report, table: Table) -> bool:
    return any(row.cells and row.unit != report.currency for row in table.rows)


def _row(report: Report, table: Table, row: Row) -> list[str]:
    indent = "" if row.style in {"heading", "total"} else "  "
    cells = [_cell(row, cell, report) for cell in row.cells]
    cells += [""] * (len(table.heads) - len(cells))
    unit = [row.unit] if _mixed(report, table) else []
    return [f"{indent}{row.label}", *cells, *unit]


def _cell(row: Row, cell: Cell, report: Report) -> str:
    if cell.amount is None:
        return ""
    if row.unit == report.currency:
        return money(cell.amount, row.scale)
    return output.grouped(render_amount(cell.amount, row.scale))


def show_concerns(report: Report) -> None:
    """What stands against the report, and what its reader must know."""
    if report.concerns:
        output.say()
    for one in report.concerns:
        mark = "MISSING" if one.is_blocking else "note"
        where = f", position {one.position}" if one.position else ""
        output.say(f"{mark:<8} {one.code} {one.subject} on {one.day}{where}  [{one.paragraph}]")
        output.say(f"         {one.hint}")
