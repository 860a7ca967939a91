"""From records to occurrences: which events count, and what they say in integers.

It keeps what a later event refers to (proposals, entries, encumbrances) and nothing of the state:
that an event counts is what the recorded outcomes say. Whether they are right is the auditor's
question, who decides every one of them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.accounting_policies import AccountingPolicyAdopted, AdoptedPolicy
from ledger.domain.body import AssetFee
from ledger.domain.outcome import EFFECTIVE, PENDING, REFUSED
from ledger.kernel.amounts import parse_amount
from ledger.kernel.fixed import fixed
from ledger.kernel.money import minor_unit_digits
from ledger.projections.occurrences import (
    Amount,
    CashMove,
    Encumbered,
    ExchangeRate,
    FairValue,
    HandEntry,
    HandLine,
    Inflow,
    Measured,
    Move,
    Occurrence,
    Outflow,
    Swap,
    UnitsAt,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.outcome import Outcome
    from ledger.domain.verified import VerifiedEvent

RATE_MEASURE = "exchange_rate"
"""The measure of `observation.recorded` that is an exchange rate; subject `USD/KZT`, unit `KZT`."""


@fixed
class Issued:
    """Statements that were authorised for issue."""

    position: int
    event_id: str
    day: str
    body: Any


_CLOSE = "period.closed.v1"


class OccurrenceReader:
    """Give it every record in order; it answers with what became effective there."""

    __slots__ = (
        "_waiting", "accounts", "assets", "closes", "currency", "custodians", "encumbrances",
        "entries",
        "fund", "issued", "mandates", "periods", "policies", "proposals", "scales", "shut",
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

    def take(self, position: int, event: VerifiedEvent, outcome: Outcome) -> list[Occurrence]:
        """What became effective at a position: the event itself, or what its approval completed."""
        found: list[Occurrence] = []
        if outcome.verdict == EFFECTIVE:
            self._read(position, event, found)
        elif outcome.verdict == PENDING:
            self._wait(event)
        for effect in outcome.effects:
            waiting = self._waiting.pop(effect.event_id, None)
            if effect.verdict == REFUSED:
                self.proposals.pop(effect.event_id, None)
            elif waiting is not None:
                self._read(position, waiting, found)
        return found

    def _wait(self, event: VerifiedEvent) -> None:
        if event.kind.stays_open:
            # A fact may name a proposal that waits: it is an exception then, and waits itself.
            self.proposals[event.event_id] = event.body
        elif event.kind.name in _READERS:
            self._waiting[event.event_id] = event
            if event.kind.name == _CLOSE:
                self.shut = max(self.shut, event.body.ends_on)  # type: ignore[attr-defined] # its form

    def _read(self, position: int, event: VerifiedEvent, found: list[Occurrence]) -> None:
        if event.kind.stays_open:
            self.proposals[event.event_id] = event.body
            return
        reader = _READERS.get(event.kind.name)
        if reader is not None:
            found += reader(self, position, event.event_id, event.body)

    def units(self, asset: str, amount: str) -> int:
        """Base units of an amount."""
        return parse_amount(amount, self.scales[asset])

    def fees(self, fees: tuple[Any, ...]) -> tuple[tuple[Amount, ...], tuple[UnitsAt, ...]]:
        """Fees in money and fees in units."""
        if not fees:
            return (), ()
        cash = [_money(fee) for fee in fees if not isinstance(fee, AssetFee)]
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


def _money(value: Any) -> Amount:  # noqa: ANN401 - money or a fee in money
    return value.currency, parse_amount(value.amount, minor_unit_digits(value.currency))


def _constituted(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.currency = body.functional_currency
    reader.fund = body.fund
    return _amended(reader, _at, _id, body)


def _amended(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.utc_offset_minutes = body.charter.utc_offset_minutes
    return []


def _listed(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.scales[body.asset] = body.scale
    reader.assets[body.asset] = body
    return []


def _opened(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.accounts[body.account] = body
    return []


def _engaged(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.custodians[body.custodian] = body
    return []


def _adopted(
    reader: OccurrenceReader, at: int, event_id: str, body: AccountingPolicyAdopted
) -> list[Occurrence]:
    reader.policies.append(AdoptedPolicy(body.effective_from, event_id, at, body))
    return []


def _acquired(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    asked = reader.proposal(body)
    cash, units = reader.fees(body.fees)
    return [
        Inflow(
            body.value_date, at, event_id, "acquisition", asked.asset, asked.account,
            reader.units(asked.asset, body.units), _money(body.consideration), cash, units,
        )
    ]  # fmt: skip


def _taken_on(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    carrying = _money(body.carrying_amount) if body.carrying_amount else None
    return [
        Inflow(
            body.value_date, at, event_id, "opening", body.asset, body.account,
            reader.units(body.asset, body.units), _money(body.cost), carrying=carrying,
        )
    ]  # fmt: skip


def _received(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    value = _money(body.fair_value) if body.fair_value else None
    return [
        Inflow(
            body.value_date, at, event_id, "receipt", body.asset, body.account,
            reader.units(body.asset, body.units), value, source=body.source,
        )
    ]  # fmt: skip


def _disposed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    asked = reader.proposal(body)
    cash, units = reader.fees(body.fees)
    is_disposal = body.kind.startswith("disposal")
    return [
        Outflow(
            body.value_date, at, event_id, "disposal" if is_disposal else "delivery",
            asked.asset, asked.account, reader.units(asked.asset, body.units),
            _money(body.proceeds) if is_disposal else None, cash, units,
            reader.lots(asked.asset, body.lots), asked.purpose or "",
        )
    ]  # fmt: skip


def _exchanged(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    asked = reader.proposal(body)
    cash, units = reader.fees(body.fees)
    given, received = asked.give.asset, asked.receive_min.asset
    return [
        Swap(
            body.value_date, at, event_id,
            (asked.account, given, reader.units(given, body.given)),
            (asked.receive_account, received, reader.units(received, body.received)),
            cash, units, reader.lots(given, body.lots), asked.purpose or "",
        )
    ]  # fmt: skip


TRANSIT = ">"
"""Ends the name of the place where units are that left an account and have not arrived."""


def _released(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    asked = reader.proposals[body.proposal]
    source = asked.from_account
    found: list[Occurrence] = [
        Move(
            body.value_date, at, event_id, asked.asset, reader.units(asked.asset, body.units),
            source, source + TRANSIT,
        )
    ]  # fmt: skip
    if body.fee is not None:
        fee = reader.units(body.fee.asset, body.fee.units)
        found.append(Outflow(body.value_date, at, event_id, "fee", body.fee.asset, source, fee))
    return found


def _arrived(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    # A transfer is never forgotten: what is over may still arrive or come back.
    asked = reader.proposals[body.proposal]
    settled = body.kind.startswith("transfer.settled")
    return [
        Move(
            body.value_date, at, event_id, asked.asset, reader.units(asked.asset, body.units),
            asked.from_account + TRANSIT, asked.to_account if settled else asked.from_account,
        )
    ]  # fmt: skip


def _cash(_reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    is_in = body.direction == "in"
    return [CashMove(body.value_date, at, event_id, is_in, _money(body.amount), body.category)]


def _valued(_reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    return [
        FairValue(
            body.value_date, at, event_id, body.asset, body.currency, body.fair_value, body.level
        )
    ]


def _observed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    if body.measure != RATE_MEASURE:
        return []
    base, _, quote = body.subject.partition("/")
    # A rate that comes late never reaches into a period that is shut: it takes its value date.
    day = body.observed_on if body.observed_on > reader.shut else body.value_date
    return [ExchangeRate(day, at, event_id, base, quote, body.value, body.source)]


def _encumbered(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    placed = Encumbered(
        body.value_date, at, event_id, body.asset, body.account,
        reader.units(body.asset, body.units), body.form,
    )  # fmt: skip
    reader.encumbrances[event_id] = placed
    return [placed]


def _freed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    placed = reader.encumbrances[body.encumbrance]
    units = -reader.units(placed.asset, body.units)
    return [
        Encumbered(body.value_date, at, event_id, placed.asset, placed.account, units, placed.form)
    ]


def _posted(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    digits = minor_unit_digits(reader.currency)
    lines = []
    for line in body.lines:
        amount = parse_amount(line.amount, digits)
        sign = 1 if line.side == "debit" else -1
        foreign = None
        if line.foreign_amount is not None:
            there = parse_amount(line.foreign_amount, minor_unit_digits(line.currency))
            foreign = (line.currency, sign * there)
        lines.append(
            HandLine(
                line.account, sign * amount, line.asset or line.currency or "", line.lot or "",
                line.adjusts == "cost", foreign,
            )
        )  # fmt: skip
    word = "correction" if body.restates else "entry"
    entry = HandEntry(
        body.value_date, at, event_id, word, tuple(lines), body.explanation,
        body.corrects or "", tuple(body.restates),
    )  # fmt: skip
    reader.entries[event_id] = entry
    return [entry]


def _reversed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    lines = tuple(
        [
            HandLine(
                one.account, -one.amount, one.dimension, one.lot, one.adjusts_cost,
                (one.foreign[0], -one.foreign[1]) if one.foreign else None,
            )
            for one in reader.entries[body.entry].lines
        ]
    )  # fmt: skip
    return [
        HandEntry(body.value_date, at, event_id, "reversal", lines, body.explanation, body.entry)
    ]


def _measured(_reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    return [Measured(body.value_date, at, event_id, "measurement")]


def _closed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    close = Measured(body.ends_on, at, event_id, "close", body.period, body.starts_on)
    reader.periods.append(close)
    reader.closes[event_id] = body
    reader.shut = max(reader.shut, body.ends_on)
    return [close]


def _issued(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.issued.append(Issued(at, event_id, body.value_date, body))
    return []


def _mandated(reader: OccurrenceReader, at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401
    reader.mandates.append((at, body))
    return []


_READERS: dict[str, Callable[[OccurrenceReader, int, str, Any], list[Occurrence]]] = {
    "fund.constituted.v1": _constituted,
    "charter.amended.v1": _amended,
    "asset.listed.v1": _listed,
    "account.opened.v1": _opened,
    "custodian.engaged.v1": _engaged,
    "accounting_policy.adopted.v1": _adopted,
    "acquisition.settled.v1": _acquired,
    "opening.recorded.v1": _taken_on,
    "receipt.recorded.v1": _received,
    "disposal.settled.v1": _disposed,
    "delivery.settled.v1": _disposed,
    "exchange.settled.v1": _exchanged,
    "transfer.released.v1": _released,
    "transfer.settled.v1": _arrived,
    "transfer.failed.v1": _arrived,
    "cash.recorded.v1": _cash,
    "valuation.adopted.v1": _valued,
    "observation.recorded.v1": _observed,
    "encumbrance.placed.v1": _encumbered,
    "encumbrance.released.v1": _freed,
    "entry.posted.v1": _posted,
    "entry.reversed.v1": _reversed,
    "measurement.recorded.v1": _measured,
    "period.closed.v1": _closed,
    "statement.issued.v1": _issued,
    "mandate.adopted.v1": _mandated,
}
