"""Fixtures for the tests of the command line: a workspace for each test, cheap keys for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.custody_program import Harbour, cheap_keys, template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True, scope="session")
def use_cheap_keys() -> Iterator[None]:
    with cheap_keys():
        yield


@pytest.fixture
def founded(tmp_path: Path) -> Harbour:
    """A workspace with keys and a constitution that is not recorded yet."""
    return template("founded").copy(tmp_path / "harbour")


@pytest.fixture
def working(tmp_path: Path) -> Harbour:
    """A fund under the reference mandate, with accounts and a counterparty."""
    return template("working").copy(tmp_path / "harbour")


@pytest.fixture
def trading(tmp_path: Path) -> Harbour:
    """A fund that holds 10 BTC on vault-1, with a checkpoint."""
    return template("trading").copy(tmp_path / "harbour")
