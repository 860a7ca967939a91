"""What a vector is made from: a kind's valid body, and for each way to be wrong what differs.

Cases are data. A text of the form `@label` stands for the event id that a prelude marked so; a
change to None takes the member away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GOVERN: dict[str, Any] = {"author": "gulnara", "cosigners": ["nurlan"]}
REGISTER: dict[str, Any] = {"author": "bolat", "cosigners": ["daniyar"]}
PROPOSE: dict[str, Any] = {"author": "aigerim", "cosigners": ["daniyar"]}
PROPOSE_BOTH: dict[str, Any] = {"author": "aigerim", "cosigners": ["daniyar", "marat"]}
RECORD: dict[str, Any] = {"author": "bolat", "cosigners": []}
UNKNOWN = "0" * 64
"""A digest that nothing has."""


@dataclass(frozen=True)
class Case:
    """One file: what differs from the kind's valid body, and why that is wrong (or is not).

    The name starts with the code that the answer must give; `valid` starts that of a good one.
    """

    name: str
    changes: Mapping[str, Any]
    why: str = ""
    prelude: str = ""
    days: int = 0
    """How many days later than the prelude's end it is submitted; a minute if 0."""
    signers: tuple[str, ...] = ()
    """Whose keys sign, if not those of exactly the author and the cosigners."""

    @property
    def code(self) -> str:
        """The code that the answer must give."""
        return self.name.partition("-")[0]


@dataclass(frozen=True)
class Subject:
    """A kind, a body of it that is effective after a prelude, and the cases of it."""

    kind: str
    prelude: str
    members: Mapping[str, Any]
    cases: Sequence[Case] = field(default_factory=tuple)
    why: str = ""
    """What the valid vector shows, if not simply an effective event."""
    valid_is: str = "effective"
    """The valid vector's verdict."""


def case(name: str, why: str = "", prelude: str = "", days: int = 0, **changes: Any) -> Case:
    """A case in one line."""
    return Case(name, changes, why, prelude, days)


def resolved(value: Any, labels: Mapping[str, str]) -> Any:
    """The value with every `@label` replaced by its event id."""
    if isinstance(value, str) and value.startswith("@"):
        return labels[value[1:]]
    if isinstance(value, dict):
        return {name: resolved(member, labels) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(item, labels) for item in value]
    return value
