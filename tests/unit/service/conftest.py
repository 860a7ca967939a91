"""A fund with a beginning, in a store of its own for each test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.sequenced_fund import Clock, SequencedFund, last_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def begun_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a fund with a beginning; tests work on copies."""
    path = tmp_path_factory.mktemp("begun") / "ledger.db"
    SequencedFund(path).begin().store.close()
    return path


@pytest.fixture
def fund(begun_store: Path, tmp_path: Path) -> Iterator[SequencedFund]:
    """A fund whose beginning is recorded already."""
    path = tmp_path / "ledger.db"
    shutil.copy(begun_store, path)
    made = SequencedFund(path, Clock(last_instant()))
    made.signer.now = last_instant()
    yield made
    made.store.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SequencedFund]:
    """A fund whose log is empty."""
    made = SequencedFund(tmp_path / "empty.db")
    yield made
    made.store.close()
