"""The process that forks runs, shared by all crash tests of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.crash_runs import Runs, need_strace

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def untraced() -> Iterator[Runs]:
    """Runs without `strace`."""
    with Runs() as made:
        yield made


@pytest.fixture(scope="session")
def runs(untraced: Runs) -> Runs:
    """Runs whose calls can be made to fail."""
    need_strace()
    return untraced
