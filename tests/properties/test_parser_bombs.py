"""Bombs: no input makes a parser use much memory, and each is refused in words that say where.

How long a refusal takes is measured by `python -m tests.assurance parsers`, which is about time.
"""

from __future__ import annotations

import re
import tracemalloc

import pytest

from tests.support.bombs import BOMBS, MEMORY_BYTES_MAX, Bomb


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_is_refused_in_little_memory(bomb: Bomb) -> None:
    data = bomb.make()
    tracemalloc.start()
    try:
        error = bomb.refusal(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert re.search(bomb.says, str(error)), str(error)
    assert peak < MEMORY_BYTES_MAX, f"{peak / 1024**2:.0f} MiB"


def test_names_are_each_of_one_bomb() -> None:
    assert len({bomb.name for bomb in BOMBS}) == len(BOMBS) >= 70
