"""What a kind of event is: its form, who governs it, its laws, and what it changes.

Each noun's module (`transfers.py`, `accounts.py` …) ends with its kinds; `kinds.py` collects them
into the one closed registry.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.domain.body import Body
    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


class Nature(Enum):
    """Who decides whether an event of a kind becomes effective."""

    CHARTER = ("charter", "")
    """The charter: governance offices and their quorum."""
    REGISTRY = ("registry", "any_registration")
    """The charter until a mandate is in force, then the mandate."""
    ACT = ("act", "any_instruction")
    """The mandate. What it does not allow is refused."""
    FACT = ("fact", "any_fact")
    """The mandate. What it does not allow waits for the exception quorum."""
    APPROVAL = ("approval", "")
    """The proposal that it is about."""

    def __init__(self, word: str, trigger: str) -> None:
        self.word = word
        self.trigger = trigger
        """The word by which rules for everything of this nature are called."""


def _no_laws(_view: View) -> Iterator[Finding]:
    return iter(())


def _unchanged(_state: State, _event: Event, _body: Any) -> None:  # noqa: ANN401 - any body
    return None


def _nothing(_state: State, _proposal: Proposal) -> None:
    return None


@fixed
class Kind:
    """One kind. The functions read a `View` or change a `State`; they do no I/O."""

    name: str
    form: type[Body]
    nature: Nature
    evolve: Callable[[State, Event, Any], None] = _unchanged
    """What changes when an event of this kind becomes effective; a proposal changes nothing yet."""
    laws: Callable[[View], Iterator[Finding]] = _no_laws
    """Findings that no mandate can lift, in a fixed order."""
    action: Callable[[View], Action | None] | None = None
    """The event as the mandate's rules see it (acts, facts and registry kinds); None if what it
    refers to is not there, which a law forbids anyway."""
    hold: Callable[[State, Proposal], None] = _nothing
    """What is reserved from the record of the proposal on."""
    free: Callable[[State, Proposal], None] = _nothing
    """What is given back when the proposal lapses, is refused, or is withdrawn."""
    stays_open: bool = False
    """Effective events of this kind wait for their settlement."""
    one_signature: Callable[[View], bool] | None = None
    """For one-officer rights under the charter: True if the author's signature suffices."""
