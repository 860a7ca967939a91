"""A report as one canonical JSON object, and its digest: what is sealed and what is compared."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.kernel.amounts import render_amount
from ledger.kernel.canonical import Value, encode

if TYPE_CHECKING:
    from ledger.statements.tree import Report, Row, Table

SCHEMA = "custody-statement/1"


def report_value(report: Report) -> dict[str, Value]:
    """The whole report with every figure as text."""
    return {
        "schema": SCHEMA,
        "fund": report.fund,
        "framework": report.framework,
        "profile": report.profile,
        "currency": report.currency,
        "period": report.period,
        "from": report.first,
        "as_of": report.last,
        "known_at": report.known_at,
        "complete": report.is_complete,
        "tables": [table_value(table) for table in report.tables],
        "concerns": [
            {
                "code": one.code,
                "day": one.day,
                "position": one.position,
                "subject": one.subject,
                "paragraph": one.paragraph,
                "hint": one.hint,
                "blocking": one.is_blocking,
            }
            for one in report.concerns
        ],
    }


def table_value(table: Table) -> dict[str, Value]:
    """One table."""
    return {
        "name": table.name,
        "title": table.title,
        "paragraph": table.paragraph,
        "columns": list(table.heads),
        "rows": [_row_value(row) for row in table.rows],
    }


def _row_value(row: Row) -> dict[str, Value]:
    value: dict[str, Value] = {"ref": row.ref, "label": row.label, "style": row.style}
    if row.cells:
        value["amounts"] = [
            "" if cell.amount is None else render_amount(cell.amount, row.scale)
            for cell in row.cells
        ]
    said = {"unit": row.unit, "concept": row.concept, "paragraph": row.paragraph}
    value.update({name: text for name, text in said.items() if text})
    return value


def sealed_value(report: Report, names: tuple[str, ...]) -> dict[str, Value]:
    """What a close seals of a report: the figures of some tables, and neither when nor by whom.

    The position up to which the log was read is left out, so that records which say nothing of the
    period leave the digest as it is.
    """
    return {
        "schema": SCHEMA,
        "fund": report.fund,
        "framework": report.framework,
        "currency": report.currency,
        "period": report.period,
        "from": report.first,
        "as_of": report.last,
        "tables": [table_value(table) for table in report.tables if table.name in names],
    }


def digest_of(value: dict[str, Value]) -> str:
    """SHA-256 of the canonical bytes, in lower-case hex."""
    return hashlib.sha256(encode(value)).hexdigest()
