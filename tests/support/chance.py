"""Chance that is the same in every run: a generator that begins from a word or a number."""

from __future__ import annotations

from random import Random


def seeded(seed: int | str) -> Random:
    """A generator of its own; nothing that it draws is a secret."""
    return Random(seed)  # noqa: S311 - tests draw inputs, not keys
