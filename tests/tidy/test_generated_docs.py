"""The generated pages of docs are those that the code gives today, and nothing in them is empty."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger.cli.event_pages.blocks import filled
from ledger.cli.event_pages.events import inner_forms, triggers_of
from ledger.cli.event_pages.examples import Examples
from ledger.cli.event_pages.members import members_of, summary_of
from ledger.cli.event_pages.pages import outdated, pages, write_pages
from ledger.cli.event_pages.regimes import PRINCIPLES
from ledger.cli.event_pages.shapes import NAMED, shape_of
from ledger.cli.event_pages.states import PARTS
from ledger.cli.event_pages.words import MEANINGS, SHELVES, TEXTS
from ledger.domain.accounting_policies import AdoptedPolicy
from ledger.domain.admit import view_of
from ledger.domain.apply import advance
from ledger.domain.digest import LEFT_OUT, state_value
from ledger.domain.kinds import KINDS
from ledger.domain.laws import LAWS
from ledger.domain.mandates import RecordedBook
from ledger.domain.proposal import Proposal
from ledger.domain.rejections import REJECTIONS
from ledger.domain.state import State
from ledger.kernel.errors import InvariantError, NotFoundError, ParseError
from ledger.rehearsal.scenario import Expected, Scenario, ScenarioFile, Told
from ledger.rehearsal.stage import DAYS, USUAL
from ledger.signing.keys import PublicKey
from policies.book import shipped_book, shipped_books
from policies.vocabulary import RULE_TYPES, TRIGGERS
from tests.support.vector_fund import VECTORS
from tests.support.vector_preludes import PRELUDES
from tests.support.vector_replay import ENGINE, state_after, steps_of_prelude, verified_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.policy import Action

DOCS = Path(__file__).parents[2] / "docs"
COMMAND = "run: python -m ledger.cli.event_pages docs"


def test_the_pages_are_those_of_the_code() -> None:
    assert not outdated(DOCS, VECTORS), COMMAND


def test_every_rule_of_every_regime_has_its_row() -> None:
    page = pages(DOCS, VECTORS)["reference/regimes.md"]
    rules = 0
    for name in shipped_books():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for rule in shipped_book(name)["rules"]:
            rules += 1
            (row,) = [line for line in section.splitlines() if f"| `{rule['id']}` |" in line]
            assert row.count(" | ") >= 9
            assert rule["citation"].replace("|", "\\|") in row
            assert "no:" in row or row.rstrip(" |").endswith(("yes", "flags only", "scenario"))
    assert rules == 184 + len(shipped_book("reference")["rules"])
    for name, form in ((name, shipped_book(name)) for name in shipped_books()):
        assert f"| [{name}](#{name}) | {form['title']} |" in page
        assert f"{form['title']}. Version {form['version']}, status {form['status']}" in page
    principles = page.partition("\n## Principles of this product\n")[2]
    assert principles.count("| `DESIGN.") == 8, "with the 184 rules: all 192 of the source"


def test_every_principle_is_kept_by_code_that_exists() -> None:
    for name, _, where in PRINCIPLES:
        named = set(re.findall(r"`([a-z_]+)`", where))
        assert named <= {*LAWS, *RULE_TYPES, "watch", "judge", "options"}, name
        assert where


def test_every_member_of_a_scenario_file_says_what_it_means() -> None:
    block = pages(DOCS, VECTORS)["spec/scenario-file.md"]
    for form in (ScenarioFile, Scenario, Told, Expected):
        for member in members_of(form):
            assert member.meaning, f"{form.__name__}.{member.name}"
            assert f"| `{member.name}` |" in block
    for kind in {*USUAL, *DAYS}:
        assert f"{kind}.v1" in KINDS


def test_every_kind_law_rejection_rule_type_and_trigger_has_its_place() -> None:
    made = pages(DOCS, VECTORS)
    for kind in KINDS:
        assert f"({kind}.md)" in made["spec/events/README.md"]
        assert made[f"spec/events/{kind}.md"].count("\n# ") == 1
    for code in (*LAWS, *REJECTIONS):
        assert f"| `{code}` |" in made["spec/findings.md"]
    for name in RULE_TYPES:
        assert f"\n### {name}\n" in made["reference/rules.md"]
    for trigger in TRIGGERS:
        assert f"| `{trigger}` |" in made["reference/rules.md"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_member_of_a_kind_says_what_it_means(kind: Any) -> None:
    for form in (kind.form, *inner_forms(kind.form)):
        assert summary_of(form), form
        for member in members_of(form):
            assert member.meaning, f"{form.__name__}.{member.name}"


def test_no_word_is_left_over() -> None:
    forms = {form for kind in KINDS.values() for form in (kind.form, *inner_forms(kind.form))}
    owners = {base.__name__ for form in forms for base in form.__mro__}
    owners |= {*RULE_TYPES, "BookForm", "RuleForm", "Window"}
    names = {name for form in forms for name in form.model_fields} | _names_of_rules()
    for key in MEANINGS:
        owner, _, name = key.rpartition(".")
        assert name in names, key
        assert not owner or owner in owners, key
    assert list(TEXTS) == list(NAMED)
    assert set(SHELVES) <= set(state_value(State()))


def _names_of_rules() -> set[str]:
    from policies.book import BookForm  # noqa: PLC0415 - only here
    from policies.rule import RuleForm  # noqa: PLC0415 - only here

    forms: list[Any] = [BookForm, RuleForm]
    for rule_type in RULE_TYPES.values():
        forms += [rule_type.params, *inner_forms(rule_type.params)]
    return {name for form in forms for name in form.model_fields}


@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k.action], ids=lambda k: k.name)
def test_a_page_names_the_triggers_that_the_code_gives(kind: Any) -> None:
    vector = Examples(VECTORS).valid(kind.name)
    state = state_after(steps_of_prelude(vector["prelude"]))
    event = verified_event(vector["envelope"].encode(), state)
    advance(state, event, vector["now"])
    action: Action = kind.action(view_of(state, event, ENGINE))
    shown = triggers_of(kind)
    assert set(action.triggers) <= set(shown)
    assert f"`{action.triggers[0]}`" in (DOCS / "spec/events" / f"{kind.name}.md").read_text()


@pytest.mark.parametrize("name", PRELUDES)
def test_every_part_of_a_state_is_in_the_digest_page(name: str) -> None:
    known = {*PARTS, PublicKey, Proposal}
    for part in _parts(state_after(steps_of_prelude(name))):
        assert type(part) in known, type(part)


def _parts(value: Any) -> Iterator[Any]:
    """Every dataclass inside a state, but not what a proposal's event id stands for."""
    if isinstance(value, Proposal):
        yield from (value, *value.signatures, value.progress)
        return
    inner: list[Any] = []
    if isinstance(value, dict | list | tuple):
        inner = list(value.values()) if isinstance(value, dict) else list(value)
    elif is_dataclass(value) and not isinstance(value, RecordedBook | AdoptedPolicy):
        inner = [getattr(value, at.name) for at in fields(value) if at.name not in LEFT_OUT]
        if not isinstance(value, State):
            yield value
    for member in inner:
        yield from _parts(member)


def test_a_page_that_somebody_edited_is_written_again(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    shutil.copytree(DOCS / "spec", docs / "spec")
    shutil.copytree(DOCS / "reference", docs / "reference")
    page = docs / "spec" / "events" / "asset.listed.v1.md"
    page.write_text(page.read_text().replace("CAIP-19", "CAIP-20"))
    (docs / "spec" / "events" / "asset.imagined.v1.md").write_text("# A kind that is no more\n")
    changed = ["spec/events/asset.imagined.v1.md", "spec/events/asset.listed.v1.md"]
    assert outdated(docs, VECTORS) == changed
    assert write_pages(docs, VECTORS) == changed
    assert outdated(docs, VECTORS) == []


def test_blocks_need_their_marks_and_marks_their_blocks() -> None:
    page = "a\n<!-- begin: one -->\nold\n<!-- end: one -->\nb\n"
    assert filled(page, {"one": "new"}, where="p") == page.replace("old", "new")
    with pytest.raises(ParseError, match="no marks for the block two"):
        filled(page, {"one": "", "two": ""}, where="p")
    with pytest.raises(NotFoundError, match="no block is named one"):
        filled(page, {}, where="p")


def test_what_pages_cannot_describe_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvariantError, match="no shape is known"):
        shape_of(float)
    with pytest.raises(NotFoundError, match="a vector is missing"):
        Examples(tmp_path).valid("asset.listed.v1")


def test_the_command_says_how_it_is_used_and_what_is_missing(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ledger.cli.event_pages", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run().returncode == 2
    assert "usage" in run().stderr
    missing = run(str(DOCS), str(tmp_path))
    assert missing.returncode == 1
    assert "python -m tests.support.vectors" in missing.stderr
    assert run(str(DOCS)).stdout == "every page is up to date\n"
