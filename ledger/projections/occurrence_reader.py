"""From records to occurrences: which events count, and what they say in integers.

It keeps what a later event refers to (proposals, entries, encumbrances) and nothing of the state:
that an event counts is what the recorded outcomes say. Whether they are right is the auditor's
question, who decides every one of them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger.domain.body import AssetFee
from ledger.domain.kinds import KINDS
from ledger.domain.outcome import EFFECTIVE, PENDING, REFUSED
from ledger.kernel.amounts import parse_amount
from ledger.projections.event_occurrences import READERS, Issued, Late, money_of

if TYPE_CHECKING:
    from ledger.domain.accounting_policies import AdoptedPolicy
    from ledger.domain.outcome import Outcome
    from ledger.domain.verified import VerifiedEvent
    from ledger.projections.occurrences import (
        Amount,
        Encumbered,
        HandEntry,
        Measured,
        Occurrence,
        UnitsAt,
    )


_CLOSE = "period.closed.v1"


KINDS_READ: Final = frozenset(READERS) | {name for name, kind in KINDS.items() if kind.stays_open}
"""The kinds whose events say something to the books, now or when they are settled."""


class OccurrenceReader:
    """Give it every record in order; it answers with what became effective there."""

    __slots__ = (
        "_waiting", "accounts", "assets", "closes", "currency", "custodians", "encumbrances",
        "entries",
        "fund", "issued", "late", "mandates", "periods", "policies", "proposals", "scales", "shut",
        "utc_offset_minutes",
    )  # fmt: skip

    def __init__(self) -> None:
        self.scales: dict[str, int] = {}
        self.assets: dict[str, Any] = {}
        """Code to the body of the listing."""
        self.accounts: dict[str, Any] = {}
        """Name to the body of the opening of the account."""
        self.custodians: dict[str, Any] = {}
        self.currency = ""
        """The functional currency of the charter."""
        self.policies: list[AdoptedPolicy] = []
        self.periods: list[Measured] = []
        self.closes: dict[str, Any] = {}
        """Event id to the body of each effective close."""
        self.issued: list[Issued] = []
        self.mandates: list[tuple[int, Any]] = []
        """Position and body of each adopted mandate."""
        self.late: list[Late] = []
        """Facts that happened on an earlier day than they are valued on."""
        self.fund = ""
        self.utc_offset_minutes = 0
        self.shut = ""
        """The last day of a period that is closed, or whose close waits."""
        self.proposals: dict[str, Any] = {}
        """Event id to the body of a proposal that may still be settled."""
        self._waiting: dict[str, VerifiedEvent] = {}
        self.entries: dict[str, HandEntry] = {}
        """Entries posted by hand, which a reversal may name."""
        self.encumbrances: dict[str, Encumbered] = {}

    def take(
        self, position: int, event: VerifiedEvent | None, outcome: Outcome
    ) -> list[Occurrence]:
        """What became effective at a position: the event itself, or what its approval completed.

        An event of no kind that is read (`KINDS_READ`) may be left out.
        """
        found: list[Occurrence] = []
        if event is None:
            pass
        elif outcome.verdict == EFFECTIVE:
            self._read(position, event, found)
        elif outcome.verdict == PENDING:
            self._wait(event)
        for effect in outcome.effects:
            waiting = self._waiting.pop(effect.event_id, None)
            if effect.verdict == REFUSED:
                self.proposals.pop(effect.event_id, None)
                if waiting is not None and waiting.kind.name == _CLOSE:
                    self.shut = max((close.day for close in self.periods), default="")
            elif waiting is not None:
                self._read(position, waiting, found)
        return found

    def _wait(self, event: VerifiedEvent) -> None:
        if event.kind.stays_open:
            # A fact may name a proposal that waits: it is an exception then, and waits itself.
            self.proposals[event.event_id] = event.body
        elif event.kind.name in READERS:
            self._waiting[event.event_id] = event
            if event.kind.name == _CLOSE:
                self.shut = max(self.shut, event.body.ends_on)  # type: ignore[attr-defined] # its form

    def _read(self, position: int, event: VerifiedEvent, found: list[Occurrence]) -> None:
        if event.kind.stays_open:
            self.proposals[event.event_id] = event.body
            return
        reader = READERS.get(event.kind.name)
        if reader is None:
            return
        occurred_on = getattr(event.body, "occurred_on", None)
        if occurred_on is not None and occurred_on < event.body.value_date:
            self.late.append(
                Late(position, event.event_id, event.body.value_date, event.kind.name, occurred_on)
            )
        found += reader(self, position, event.event_id, event.body)

    def units(self, asset: str, amount: str) -> int:
        """Base units of an amount."""
        return parse_amount(amount, self.scales[asset])

    def fees(self, fees: tuple[Any, ...]) -> tuple[tuple[Amount, ...], tuple[UnitsAt, ...]]:
        """Fees in money and fees in units."""
        if not fees:
            return (), ()
        cash = [money_of(fee) for fee in fees if not isinstance(fee, AssetFee)]
        units = [
            (fee.account, fee.asset, self.units(fee.asset, fee.units))
            for fee in fees
            if isinstance(fee, AssetFee)
        ]
        return tuple(cash), tuple(units)

    def lots(self, asset: str, lots: tuple[Any, ...]) -> tuple[tuple[str, int], ...]:
        """Named lots in base units."""
        return tuple([(one.lot, self.units(asset, one.units)) for one in lots])

    def proposal(self, body: Any) -> Any:  # noqa: ANN401 - of the kind's own form
        """The proposal that a settlement names; a final one is the last to name it."""
        if body.final:
            return self.proposals.pop(body.proposal)
        return self.proposals[body.proposal]
