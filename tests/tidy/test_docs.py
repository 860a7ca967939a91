"""Documents keep up with the product: links, commands, codes, generated pages, CI's commands."""

from __future__ import annotations

import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from ledger.cli import exits
from ledger.cli.cli_page import FOLDER, PAGES
from ledger.cli.history import COLUMNS
from ledger.cli.main import COMMANDS
from ledger.domain.rejections import REJECTIONS
from ledger.kernel.errors import CanonicalError, LedgerError

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES_OF_DOCS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
DOTTED = re.compile(r"`((?:ledger|policies)(?!\.db\b)(?:\.[A-Za-z_]\w*)+)`")
CODE_PATH = re.compile(r"`((?:ledger|policies|tests|docs)/[\w/.-]*)`")
RUN = re.compile(r"(?:^\$ |`|^)custody ([a-z-]+)", re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def links_of(page: Path) -> list[str]:
    prose = CODE.sub("code", FENCE.sub("", read(page)))
    found: list[str] = LINK.findall(prose)
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, made as the usual renderers make them."""
    headings: list[str] = HEADING.findall(FENCE.sub("", read(page)))
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES_OF_DOCS, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        there = target.exists() and target.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


def test_every_page_can_be_reached() -> None:
    reached: set[Path] = set()
    todo = [ROOT / "README.md", DOCS / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached:
            continue
        reached.add(page)
        linked = [(page.parent / link.partition("#")[0]).resolve() for link in links_of(page)]
        todo += [path for path in linked if path.suffix == ".md" and path.exists()]
    assert [name_of(page) for page in PAGES_OF_DOCS if page not in reached] == []


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_up_to_date(name: str) -> None:
    text = read(ROOT / FOLDER / name)
    assert text == PAGES[name](), f"run: python -m ledger.cli.cli_page {FOLDER / name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_its_section(name: str) -> None:
    assert f"\n## custody {name}\n" in read(ROOT / FOLDER / "cli.md")


def test_documents_name_only_commands_that_exist() -> None:
    named = {(name_of(page), name) for page in PAGES_OF_DOCS for name in RUN.findall(read(page))}
    assert sorted((page, name) for page, name in named if name not in COMMANDS) == []


def resolves(dotted: str) -> bool:
    """Whether a dotted name is a module, or something in one (a class's member counts)."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        return all((found := getattr(found, name, None)) is not None for name in parts[count:])
    return False


@pytest.mark.parametrize("page", PAGES_OF_DOCS, ids=name_of)
def test_code_that_a_page_names_exists(page: Path) -> None:
    text = read(page)
    gone = [name for name in DOTTED.findall(text) if not resolves(name)]
    gone += [path for path in CODE_PATH.findall(text) if not (ROOT / path).exists()]
    assert gone == []


def error_classes(root: type[LedgerError] = LedgerError) -> list[type[LedgerError]]:
    below = [entry for child in root.__subclasses__() for entry in error_classes(child)]
    return [root, *(entry for entry in below if entry.__module__ == root.__module__)]


@pytest.mark.parametrize("kind", error_classes())
def test_error_stands_on_its_page_with_its_exit_code(kind: type[LedgerError]) -> None:
    error = kind("x", offset=0) if issubclass(kind, CanonicalError) else kind("x")
    rows = [
        line
        for line in read(DOCS / "reference" / "errors.md").splitlines()
        if f"`{kind.__name__}`" in line
    ]
    assert len(rows) == 1
    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    assert cells[1] == f"`{kind.code}`"
    assert cells[3] == str(exits.exit_of(error))


def test_exit_codes_stand_on_their_page() -> None:
    page = read(DOCS / "reference" / "exit-codes.md")
    codes = [
        value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)
    ]
    assert [code for code in codes if f"\n| {code} | " not in page] == []
    named = {word for row in page.splitlines() for word in re.findall(r"`([a-z_]+)`", row)}
    special = {code for code in REJECTIONS if exits.exit_of_rejection(code) != exits.ERROR}
    assert special == named & set(REJECTIONS)


def test_history_columns_stand_on_their_page() -> None:
    page = read(DOCS / "reference" / "history-csv.md")
    assert ",".join(COLUMNS) in page
    assert [column for column in COLUMNS if f"\n| `{column}` | " not in page] == []


def test_every_decision_has_its_three_parts_and_its_line() -> None:
    index = read(DOCS / "adr" / "README.md")
    pages = sorted((DOCS / "adr").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        headings = HEADING.findall(read(page))
        assert headings[1:] == ["Context", "Options", "Outcome"], page.name
        assert headings[0].startswith(f"{page.name[:4]}. ")
        assert f"]({page.name})" in index


def marked(name: str) -> list[str]:
    """The lines of a README's block between its marks."""
    blocks = re.findall(
        rf"<!-- {name} command -->\n```\n(.*?)```\n<!-- end -->",
        read(ROOT / "README.md"),
        re.DOTALL,
    )
    assert len(blocks) == 1
    return str(blocks[0]).splitlines()


def test_readme_shows_what_ci_runs() -> None:
    script = read(ROOT / ".ci" / "run")
    extraction = next(line for line in script.splitlines() if line.startswith("command="))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'{extraction}\nprintf "%s" "$command"'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == marked("test")
    assert 'bash -euo pipefail -c "$command"' in script


def test_readme_installs_what_the_project_declares() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    (test,), (demo,) = marked("test"), marked("demo")
    assert "'.[test]'" in test
    assert "test" in project["optional-dependencies"]
    assert "-c constraints.txt" in test
    assert "-c constraints.txt" in demo
    assert test.endswith("-m pytest -n 2")
    assert demo.endswith("/custody demo")
    assert "custody" in project["scripts"]
