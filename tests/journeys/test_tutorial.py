"""The tutorial and the how-tos are run as they stand, so that no command or output in them rots.

A `toml` block is written to the file that its first line names; a `python` block is run. In a
`console` block a line after `$ ` (continued after `> `) is run, and what stands below it must be
what it prints: `…` matches anything within a line, and a line of nothing else any number of lines.
A command must end with 0 unless `echo $?` follows. Plain `custody` lines run in this process,
everything else in bash.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = DOCS / "tutorial" / "first-fund.md"
HOW_TO = [
    path for path in sorted(DOCS.glob("how-to/*.md")) if "```console" in path.read_text("utf-8")
]
BLOCK = re.compile(r"^```(console|toml|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOOP = re.compile(r"for (\w+) in ([^;]+); do\n((?: +custody .*\n)+)done\Z")
NEEDS_BASH = re.compile(r"[|&;<>()$`\\*?\n]")
ASKS_FOR_CODE = "echo $?"


@dataclass
class Step:
    """A file to write, or a command with what is expected of it."""

    line: int
    file: str = ""
    command: str = ""
    text: list[str] = field(default_factory=list)
    code: int = 0


def steps_of(page: str) -> Iterator[Step]:
    for block in BLOCK.finditer(page):
        line = page.count("\n", 0, block.start()) + 2
        lines = block[2].splitlines()
        if block[1] == "toml":
            yield Step(line, file=lines[0].removeprefix("# "), text=lines)
        elif block[1] == "python":
            yield Step(line, command=f"python -c {shlex.quote(block[2])}", text=["…"])
        else:
            yield from _commands(lines, line)


def _commands(lines: list[str], first: int) -> list[Step]:
    found: list[Step] = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            found.append(Step(number, command=line[2:]))
        elif line.startswith("> "):
            found[-1].command += "\n" + line[2:]
        else:
            found[-1].text.append(line)
    for step, after in pairwise(found):
        if after.command == ASKS_FOR_CODE:
            step.code = int(after.text[0])
    return [step for step in found if step.command != ASKS_FOR_CODE]


def matches(expected: list[str], printed: str) -> bool:
    """Whether this was expected. How wide a column is, and space at the end, does not count."""
    parts = [
        "(?:.*\n)*?" if line == "…" else re.escape(_squeezed(line)) + "\n" for line in expected
    ]
    shown = "".join(_squeezed(line) + "\n" for line in printed.rstrip().splitlines())
    return re.fullmatch("".join(parts).replace("…", ".*?"), shown) is not None


def _squeezed(line: str) -> str:
    return re.sub("  +", "  ", re.sub("─+", "─", line)).rstrip()


class Session:
    """A reader's shell, at work in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last = ""
        program = folder.parent / f"{folder.name}.bin" / "custody"
        program.parent.mkdir()
        program.write_text(
            f"#!{sys.executable}\nfrom ledger.cli.main import main\nmain()\n", encoding="utf-8"
        )
        program.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(DOCS.parent),
        }

    def follow(self, page: Path) -> int:
        """Do what a page says, step by step; how many commands it has."""
        count = 0
        for step in steps_of(page.read_text(encoding="utf-8")):
            if step.file:
                (self.folder / step.file).write_text("\n".join(step.text) + "\n", encoding="utf-8")
                continue
            code, printed = self.run(step.command)
            told = f"{page.name}:{step.line}: $ {step.command}\n{printed}"
            assert code == step.code, f"{told}ended with {code} where {step.code} is expected"
            assert matches(step.text, printed), "\n".join([told, "the page says", *step.text])
            count += 1
        return count

    def run(self, command: str) -> tuple[int, str]:
        """Exit code of a command, and what it shows on the screen."""
        if command.startswith("cd "):
            self.folder = self.folder / command[3:]
            return 0, ""
        loop = LOOP.match(command)
        if loop:
            return self._unrolled(loop[1], loop[2].split(), loop[3].splitlines())
        plain = command.startswith("custody ") and not NEEDS_BASH.search(_unquoted(command))
        return self._here(command) if plain else self._in_bash(command)

    def _unrolled(self, name: str, words: list[str], lines: list[str]) -> tuple[int, str]:
        """A loop over words, each line of it run by itself (a new process each would be slow)."""
        shown = []
        for word in words:
            for line in lines:
                code, printed = self.run(line.strip().replace(f"${name}", word))
                shown.append(printed)
                if code:
                    return code, "".join(shown)
        return 0, "".join(shown)

    def _here(self, command: str) -> tuple[int, str]:
        screen = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(screen),
            contextlib.redirect_stderr(screen),
        ):
            code = run(shlex.split(command)[1:])
        return code, screen.getvalue()

    def _in_bash(self, command: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout.decode()


def _unquoted(command: str) -> str:
    """The command without what stands in single quotes."""
    return re.sub(r"'[^']*'", "", command)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tutorial's fund, after its last step."""
    session = Session(tmp_path_factory.mktemp("tutorial") / "empty")
    session.folder.mkdir()
    assert session.follow(TUTORIAL) > 40
    return session.folder


def test_the_tutorial_runs_as_it_stands(harbour: Path) -> None:
    assert (harbour / "q4.evidence.zip").exists()


@pytest.mark.parametrize("page", HOW_TO, ids=[page.stem for page in HOW_TO])
def test_the_how_to_runs_as_it_stands(page: Path, harbour: Path, tmp_path: Path) -> None:
    if "openssl " in page.read_text(encoding="utf-8") and shutil.which("openssl") is None:
        pytest.skip("openssl is not there")
    session = Session(tmp_path / "harbour")
    shutil.copytree(harbour, session.folder)
    assert session.follow(page) > 0


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (["position 8  pending  …"], "position 8  pending  3f9a\n"),
        (["a", "…", "z"], "a\nz\n"),
        (["a", "…", "z"], "a   \nb\nc\nz\n\n"),
        ([], ""),
        (["…"], "anything\n"),
    ],
)
def test_expected_output_matches(expected: list[str], printed: str) -> None:
    assert matches(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (["position 8  pending  …"], "position 8  refused  3f9a\n"),
        (["a", "z"], "a\nb\nz\n"),
        ([], "said\n"),
        (["a.c"], "abc\n"),
    ],
)
def test_other_output_does_not_match(expected: list[str], printed: str) -> None:
    assert not matches(expected, printed)
