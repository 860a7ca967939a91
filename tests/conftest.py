"""Hypothesis profiles: `dev` by default, `ci` where `CI=true`, `deep` for a night's run.

`HYPOTHESIS_PROFILE` names one. No profile has a deadline: machines differ, and time is measured by
the tests that are about time. In `ci` the examples are the same in every run.

A test marked `deep` is the exhaustive form of one that always runs. It takes minutes, and runs with
`--deep` only; `python -m tests.assurance` runs all of them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

settings.register_profile("dev", max_examples=100, deadline=None)
settings.register_profile(
    "ci", max_examples=300, deadline=None, derandomize=True, print_blob=True, database=None
)
settings.register_profile(
    "deep", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") == "true" else "dev")
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="run the exhaustive tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselected and counted, not skipped: nothing that they need is missing on the machine."""
    if config.getoption("--deep"):
        return
    deep = [item for item in items if item.get_closest_marker("deep")]
    items[:] = [item for item in items if not item.get_closest_marker("deep")]
    if deep:
        config.hook.pytest_deselected(items=deep)
