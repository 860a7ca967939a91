"""The blocks of docs/spec/scenario-file.md: members, and what a scenario need not say."""

from __future__ import annotations

from ledger.cli.event_pages.markdown import code, members_table, table
from ledger.cli.event_pages.members import members_of
from ledger.rehearsal import stage
from ledger.rehearsal.scenario import Expected, Scenario, ScenarioFile, Told

_FORMS = "events/README.md"


def scenario_blocks() -> dict[str, str]:
    """Every block by its name."""
    return {
        "file": members_table(members_of(ScenarioFile), _FORMS),
        "scenario": members_table(members_of(Scenario), _FORMS),
        "told": members_table(members_of(Told), _FORMS),
        "expected": members_table(members_of(Expected), _FORMS),
        "usual": _usual(),
    }


def _usual() -> str:
    """What is filled in where a table of an event does not say it."""
    kinds = sorted({*stage.USUAL, *stage.DAYS})
    return table(
        ("kind", "filled in", "the event's own day"), [_row(kind) for kind in kinds if _row(kind)]
    )


def _row(kind: str) -> tuple[str, ...]:
    members = stage.USUAL.get(kind, {})
    said = "; ".join(f"{code(name)} {_text(value)}" for name, value in members.items())
    day = stage.DAYS.get(kind, "")
    return (f"[{kind}](events/{kind}.v1.md)", said, code(day) if day else "") if said or day else ()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value) or "none"
    return "a document" if value == stage.DOCUMENT else str(value)
