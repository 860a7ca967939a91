"""The signed body: the members that every event has, and the shapes that kinds share.

A body is read from the very bytes whose signature was verified; `read_body` takes their decoded
value. See docs/spec/events/README.md.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from ledger.kernel.form import (
    AssetCode,
    Code,
    CurrencyCode,
    Digest,
    Form,
    FundId,
    Instant,
    Many,
    NotNegativeAmount,
    PositiveAmount,
    Reference,
    Slug,
)
from ledger.kernel.form import Day as DayText
from ledger.kernel.limits import (
    EVIDENCE_MAX,
    FACTS_MAX,
    FEES_MAX,
    LOTS_NAMED_MAX,
    SIGNATURES_MAX,
)


class Body(Form):
    """What every officer signs, whatever the kind."""

    fund: FundId
    """The log's origin: environment and fund, so that nothing signed here is valid elsewhere."""
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+\.v[0-9]+$")]
    author: Slug
    """The officer who answers for the event."""
    cosigners: Annotated[Many[Slug], Field(max_length=SIGNATURES_MAX - 1)]
    """The officers whose signatures the envelope must also carry, in order of their ids."""
    reference: Reference
    """The author's own name for the event, used once."""
    value_date: DayText
    """The day for which the event counts, in the fund's time zone."""
    valid_until: Instant
    """After this instant the event can neither be recorded nor completed."""

    @field_validator("cosigners", mode="after")
    @classmethod
    def _cosigners_in_order(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if any(a >= b for a, b in pairwise(names)):
            raise ValueError("cosigners are listed once each, in order")
        if info.data.get("author") in names:
            raise ValueError("the author is not a cosigner")
        return names


class Money(Form):
    """An amount of one currency, in whole units."""

    currency: CurrencyCode
    amount: NotNegativeAmount


class Units(Form):
    """A quantity of one asset, in whole units."""

    asset: AssetCode
    units: PositiveAmount


class LotUnits(Form):
    """Units of one lot, where a disposal names its lots (specific identification)."""

    lot: Digest
    """Event id of the event that brought the lot in."""
    units: PositiveAmount


Lots = Annotated[Many[LotUnits], Field(max_length=LOTS_NAMED_MAX)]


class CashFee(Form):
    """A fee paid in money."""

    leg: Literal["cash"]
    currency: CurrencyCode
    amount: PositiveAmount


class AssetFee(Form):
    """A fee paid in units of an asset held on an account of the fund."""

    leg: Literal["asset"]
    asset: AssetCode
    units: PositiveAmount
    account: Slug


Fee = Annotated[CashFee | AssetFee, Field(discriminator="leg")]
Fees = Annotated[Many[Fee], Field(max_length=FEES_MAX)]

FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Grounded(Body):
    """A body that says why: purpose, reason, stated facts and the digests of its evidence."""

    purpose: Code | None = None
    reason: Code | None = None
    facts: Annotated[dict[FactName, bool], Field(max_length=FACTS_MAX)]
    """Facts that rules ask for, each stated true or false; one left out is unknown."""
    evidence: Annotated[Many[Digest], Field(max_length=EVIDENCE_MAX)]
    """SHA-256 of each document that supports the event."""


class Fact(Grounded):
    """What has happened in the world. A late one takes the first open day and says when it was."""

    occurred_on: DayText | None = None
    """The day on which it happened, where that day is closed and `value_date` is later."""
