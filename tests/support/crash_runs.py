"""Runs of `tests.support.crash_child` under `strace`: its calls counted, failed, made the last.

`Runs` is the process that forks them, one at a time. A run waits at its gate until `strace` holds
it, so a call's number means the same call in every run.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

ROOT = Path(__file__).parents[2]
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
SWEPT = (
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "ftruncate",
    "rename",
    "unlink",
    "mkdir",
)
"""Every call by which a run changes a file or a folder, or makes that durable."""
_CALL = re.compile(r"^[0-9]+ +([a-z0-9_]+)\(")
_HIT = re.compile(r"\(INJECTED\)|\+\+\+ killed by SIGKILL")


@dataclass(frozen=True)
class Fault:
    """What befalls which call of a run: the `number`-th (from 1) of that name."""

    call: str
    number: int
    what: str

    @property
    def option(self) -> str:
        """As `strace` wants it."""
        return f"inject={self.call}:{self.what}:when={self.number}"

    @override
    def __str__(self) -> str:
        return f"{self.call} {self.number}: {self.what}"


@dataclass
class Ended:
    """A run that is over."""

    said: list[str]
    status: int
    trace: list[str] = field(default_factory=list)
    """The lines of `strace`, if it was there."""

    @property
    def hit(self) -> bool:
        """Whether the fault befell a call of the run."""
        return any(_HIT.search(line) for line in self.trace)

    @property
    def counts(self) -> Counter[str]:
        """How often each call was made."""
        return Counter(found[1] for line in self.trace if (found := _CALL.match(line)))


def said_in(folder: Path) -> list[str]:
    """The whole lines that runs in a folder said."""
    path = folder / "said"
    text = path.read_text() if path.exists() else ""
    return [line.rstrip("\n") for line in text.splitlines(keepends=True) if line.endswith("\n")]


class Runs:
    """The process from which runs are forked; one at a time."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crash_child", "serve"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._told() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate()

    def _told(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline().strip()

    def _tell(self, line: str) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(line + "\n")
        self._server.stdin.flush()

    def run(
        self,
        folder: Path,
        plan: str = "new",
        twists: Sequence[str] = (),
        meanwhile: Callable[[int], None] = lambda _: None,
    ) -> Ended:
        """A run from its gate to its end; `meanwhile` gets its process id when the gate opens."""
        return self._from_gate(folder, plan, twists, lambda _: None, meanwhile)

    def traced(
        self,
        folder: Path,
        plan: str = "new",
        twists: Sequence[str] = (),
        *,
        fault: Fault | None = None,
        calls: str = "",
        data: bool = False,
    ) -> Ended:
        """A run under `strace`; `calls` are recorded, with their data if wanted."""
        trace = folder / "trace"
        options = ["-f", "-o", str(trace), "-e", f"trace={calls or (fault.call if fault else '')}"]
        options += ["-y", "-xx", "-s", "4000000"] if data else []
        options += ["-e", fault.option] if fault else []
        tracers: list[subprocess.Popen[str]] = []

        def attach(process: int) -> None:
            tracer = subprocess.Popen(
                ["strace", *options, "-p", str(process)], stderr=subprocess.PIPE, text=True
            )
            tracers.append(tracer)
            assert tracer.stderr is not None
            first = tracer.stderr.readline()
            assert "attached" in first, first

        ended = self._from_gate(folder, plan, twists, attach, lambda _: None)
        for tracer in tracers:
            tracer.communicate()
        ended.trace = trace.read_text().splitlines()
        return ended

    def _from_gate(
        self,
        folder: Path,
        plan: str,
        twists: Sequence[str],
        before: Callable[[int], None],
        meanwhile: Callable[[int], None],
    ) -> Ended:
        self._tell(f"{plan} {','.join(twists) or '-'} {folder}")
        process = int(self._told())
        before(process)
        self._tell("go")
        meanwhile(process)
        status = int(self._told())
        return Ended(said_in(folder), os.waitstatus_to_exitcode(status))


def kill(process: int) -> None:
    """SIGKILL a run that was begun here; one that is over already is waited for by its server."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def need_strace() -> None:
    """Skip aloud where nothing may be traced; where CI installs `strace` that is a failure."""
    if shutil.which("strace") is None:
        assert os.environ.get("CI") != "true", "strace is not installed"
        pytest.skip("strace is not installed: failing calls are not tested")
    tried = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"the kernel does not let us trace: {tried.stderr.strip()}")
