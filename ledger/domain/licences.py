"""What a party may do: licences as the register of their regulator shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.policy import LicenceFacts
from ledger.kernel.form import Day, Form, Many, Name

if TYPE_CHECKING:
    from collections.abc import Iterable


class Licence(Form):
    """A licence as the register of its regulator shows it."""

    licence: Name
    regulator: Name
    number: Name | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    """The last day on which it is valid."""


Licences = Annotated[Many[Licence], Field(max_length=16)]


def licence_facts(licences: Iterable[Licence]) -> tuple[LicenceFacts, ...]:
    """The licences as rules see them."""
    return tuple(
        LicenceFacts(
            entry.licence,
            entry.regulator,
            entry.number or "",
            entry.valid_from or "",
            entry.valid_until or "",
        )
        for entry in licences
    )
