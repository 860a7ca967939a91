"""Every generated page by its path below docs, and how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.cli.event_pages.blocks import filled
from ledger.cli.event_pages.chart import chart_page
from ledger.cli.event_pages.events import index_page, page_of
from ledger.cli.event_pages.examples import Examples
from ledger.cli.event_pages.findings import findings_page
from ledger.cli.event_pages.regimes import regimes_page
from ledger.cli.event_pages.rules import book_members, deciding_statuses, rule_types, rules_page
from ledger.cli.event_pages.scenarios import scenario_blocks
from ledger.cli.event_pages.states import digest_blocks, record_blocks
from ledger.domain.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = "spec/events"


def pages(docs: Path, vectors: Path) -> dict[str, str]:
    """Every page as the code has it now: generated ones whole, written ones with their blocks."""
    examples = Examples(vectors)
    found = {f"{EVENTS}/{kind.name}.md": page_of(kind, examples) for kind in KINDS.values()}
    found[f"{EVENTS}/README.md"] = index_page()
    found["spec/findings.md"] = findings_page(examples)
    found["spec/chart-of-accounts.md"] = chart_page()
    found["reference/rules.md"] = rules_page()
    found["reference/regimes.md"] = regimes_page()
    blocks = {
        "spec/record.md": record_blocks(vectors),
        "spec/state-digest.md": digest_blocks(vectors),
        "spec/policy-book.md": {
            "members": book_members(),
            "statuses": deciding_statuses(),
            "types": rule_types(),
        },
        "spec/scenario-file.md": scenario_blocks(),
    }
    for name, parts in blocks.items():
        found[name] = filled((docs / name).read_text(encoding="utf-8"), parts, where=name)
    return found


def outdated(docs: Path, vectors: Path) -> list[str]:
    """The pages that differ from the code, are missing, or belong to no kind."""
    made = pages(docs, vectors)
    stale = [
        f"{EVENTS}/{path.name}"
        for path in (docs / EVENTS).glob("*.md")
        if f"{EVENTS}/{path.name}" not in made
    ]
    differing = [name for name, text in made.items() if _read(docs / name) != text]
    return sorted([*differing, *stale])


def write_pages(docs: Path, vectors: Path) -> list[str]:
    """Bring every page up to date; the names of those that were not."""
    made, changed = pages(docs, vectors), outdated(docs, vectors)
    for name in changed:
        path = docs / name
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
