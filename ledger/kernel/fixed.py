"""`@fixed`: named fields that nobody changes once the thing is made.

A frozen dataclass refuses assignment at run time, and pays for it in every construction: four times
the cost of a plain one, many times for each event that is decided. Here the type checker refuses
the assignment (`frozen_default`), before anything runs, and a construction costs what it must.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from typing_extensions import dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def fixed(made: type[Made]) -> type[Made]:
    """The class as a dataclass with slots, compared and hashed by its fields."""
    return dataclass(slots=True, unsafe_hash=True)(made)
