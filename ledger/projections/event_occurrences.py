"""What an event of each kind says to the books: its occurrences, or what later ones refer to.

One function for each kind that the books read; every other kind says nothing to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.accounting_policies import AccountingPolicyAdopted, AdoptedPolicy
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
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.projections.occurrence_reader import OccurrenceReader

RATE_MEASURE = "exchange_rate"
"""The measure of `observation.recorded` that is an exchange rate; subject `USD/KZT`, unit `KZT`."""


@fixed
class Issued:
    """Statements that were authorised for issue."""

    position: int
    event_id: str
    day: str
    body: Any


@fixed
class Late:
    """A fact that is valued on a later day than it happened: its own day was closed (IAS 8.42)."""

    position: int
    event_id: str
    day: str
    kind: str
    occurred_on: str


def money_of(value: Any) -> Amount:  # noqa: ANN401 - money or a fee in money
    """Money in minor units."""
    return value.currency, parse_amount(value.amount, minor_unit_digits(value.currency))


def _constituted(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.currency = body.functional_currency
    reader.fund = body.fund
    return _amended(reader, _at, _id, body)


def _amended(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.utc_offset_minutes = body.charter.utc_offset_minutes
    return []


def _listed(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.scales[body.asset] = body.scale
    reader.assets[body.asset] = body
    return []


def _opened(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.accounts[body.account] = body
    return []


def _engaged(reader: OccurrenceReader, _at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.custodians[body.custodian] = body
    return []


def _adopted(
    reader: OccurrenceReader, at: int, event_id: str, body: AccountingPolicyAdopted
) -> list[Occurrence]:
    reader.policies.append(AdoptedPolicy(body.effective_from, event_id, at, body))
    return []


def _acquired(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    asked = reader.proposal(body)
    cash, units = reader.fees(body.fees)
    return [
        Inflow(
            body.value_date, at, event_id, "acquisition", asked.asset, asked.account,
            reader.units(asked.asset, body.units), money_of(body.consideration), cash, units,
        )
    ]  # fmt: skip


def _taken_on(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    carrying = money_of(body.carrying_amount) if body.carrying_amount else None
    return [
        Inflow(
            body.value_date, at, event_id, "opening", body.asset, body.account,
            reader.units(body.asset, body.units), money_of(body.cost), carrying=carrying,
        )
    ]  # fmt: skip


def _received(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    value = money_of(body.fair_value) if body.fair_value else None
    return [
        Inflow(
            body.value_date, at, event_id, "receipt", body.asset, body.account,
            reader.units(body.asset, body.units), value, source=body.source,
        )
    ]  # fmt: skip


def _disposed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    asked = reader.proposal(body)
    cash, units = reader.fees(body.fees)
    is_disposal = body.kind.startswith("disposal")
    return [
        Outflow(
            body.value_date, at, event_id, "disposal" if is_disposal else "delivery",
            asked.asset, asked.account, reader.units(asked.asset, body.units),
            money_of(body.proceeds) if is_disposal else None, cash, units,
            reader.lots(asked.asset, body.lots), asked.purpose or "",
        )
    ]  # fmt: skip


def _exchanged(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
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


def _released(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
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


def _arrived(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    # A transfer is never forgotten: what is over may still arrive or come back.
    asked = reader.proposals[body.proposal]
    settled = body.kind.startswith("transfer.settled")
    return [
        Move(
            body.value_date, at, event_id, asked.asset, reader.units(asked.asset, body.units),
            asked.from_account + TRANSIT, asked.to_account if settled else asked.from_account,
        )
    ]  # fmt: skip


def _cash(_reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    is_in = body.direction == "in"
    return [CashMove(body.value_date, at, event_id, is_in, money_of(body.amount), body.category)]


def _valued(_reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    return [
        FairValue(
            body.value_date, at, event_id, body.asset, body.currency, body.fair_value, body.level
        )
    ]


def _observed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    if body.measure != RATE_MEASURE:
        return []
    base, _, quote = body.subject.partition("/")
    # A rate that comes late never reaches into a period that is shut: it takes its value date.
    day = body.observed_on if body.observed_on > reader.shut else body.value_date
    return [ExchangeRate(day, at, event_id, base, quote, body.value, body.source)]


def _encumbered(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    placed = Encumbered(
        body.value_date, at, event_id, body.asset, body.account,
        reader.units(body.asset, body.units), body.form,
    )  # fmt: skip
    reader.encumbrances[event_id] = placed
    return [placed]


def _freed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    placed = reader.encumbrances[body.encumbrance]
    units = -reader.units(placed.asset, body.units)
    return [
        Encumbered(body.value_date, at, event_id, placed.asset, placed.account, units, placed.form)
    ]


def _posted(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
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


def _reversed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
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


def _measured(_reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    return [Measured(body.value_date, at, event_id, "measurement")]


def _closed(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    close = Measured(body.ends_on, at, event_id, "close", body.period, body.starts_on)
    reader.periods.append(close)
    reader.closes[event_id] = body
    reader.shut = max(reader.shut, body.ends_on)
    return [close]


def _issued(reader: OccurrenceReader, at: int, event_id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.issued.append(Issued(at, event_id, body.value_date, body))
    return []


def _mandated(reader: OccurrenceReader, at: int, _id: str, body: Any) -> list[Occurrence]:  # noqa: ANN401 - of the kind's own form
    reader.mandates.append((at, body))
    return []


READERS: dict[str, Callable[[OccurrenceReader, int, str, Any], list[Occurrence]]] = {
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
