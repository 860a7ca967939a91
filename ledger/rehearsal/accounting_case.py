"""Accounting cases: their forms (docs/spec/accounting-cases.md), read strictly from JSON.

A case states a policy, facts in order, and the exact figures that must come out. Amounts are
decimals as text; a number that is no text can stand in a rejection only, to be refused there.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from ledger.kernel.errors import BodyError, InputError, LedgerError
from ledger.kernel.form import CurrencyCode, Day, Form, Many, Slug, read_form
from ledger.kernel.instants import check_day
from ledger.kernel.json_text import read_json
from ledger.rehearsal.accounting_fact import CaseEvent, Unquoted, assets_of, check_numbers

HINT = "The format is docs/spec/accounting-cases.md"
FILE_BYTES_MAX = 4 * 1024 * 1024
CASES_MAX = 512
EVENTS_MAX = 4_096

Named = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._]{0,63}$")]
Prose = Annotated[str, StringConstraints(max_length=4_000)]
Decimal = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,40}(?:\.[0-9]{1,30})?$")]
Asset = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$")]
Paragraphs = Annotated[Many[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=32)]


class Rounding(Form):
    """Where a case rounds; only what the product does is accepted."""

    money_scale: Annotated[int, Field(ge=0, le=4)]
    mode: Literal["half_even"]
    allocation: Literal["floor_last_takes_rest"]


class CaseFairValue(Form):
    """Which price is a fair value."""

    cut_off_time: str
    time_zone: str = "UTC"
    principal_market: str = "the market"
    price_point: str = "last"
    max_age_days: Annotated[int, Field(ge=0, le=366)] = 366


class CasePolicy(Form):
    """The accounting policy of a case; what is left out is the product's default."""

    framework: str = "ifrs"
    functional_currency: CurrencyCode = "KZT"
    cost_formula: str = "fifo"
    unit_of_account: str | None = None
    lot_scope: str | None = None
    surplus_transfer: str | None = None
    revalue_before_disposal: bool | None = None
    disposal_cost_rate: str | None = None
    acquisition_fee: str | None = None
    disposal_fee: str | None = None
    swap_fee: str | None = None
    transfer_fee: str | None = None
    reward_policy: str | None = None
    airdrop_policy: str | None = None
    grant_policy: str | None = None
    rounding: Rounding | None = None
    fair_value: CaseFairValue | None = None
    effective_from: Day | None = None
    change: str | None = None


class CaseAsset(Form):
    """An asset of a case: its scale and how the policy takes it."""

    scale: Annotated[int, Field(ge=0, le=30)] = 8
    classification: str = "intangible"
    measurement_model: str = "cost"
    interchangeable: bool = True
    active_market: bool = False
    class_name: Annotated[str | None, Field(alias="class")] = None
    redemption_value: Decimal | None = None
    redemption_currency: CurrencyCode | None = None
    credit_loss_rate: str | None = None


class CaseLot(Form):
    """A lot that exists before the first event."""

    asset: Asset
    lot: Named
    quantity: Decimal
    cost: Decimal
    carrying_amount: Decimal | None = None


class OneSided(Form):
    """A line of an entry: what it is kept by, and a debit or a credit."""

    asset: Asset | None = None
    currency: CurrencyCode | None = None
    debit: Decimal | None = None
    credit: Decimal | None = None

    @model_validator(mode="after")
    def _has_one_side(self) -> OneSided:
        if (self.debit is None) == (self.credit is None):
            raise ValueError("a line has a debit or a credit")
        return self


class ExpectedLine(OneSided):
    """A line that must be in the journal: an account by its key."""

    account: Annotated[str, StringConstraints(max_length=64)]


class ExpectedEntry(Form):
    """An entry that must be in the journal."""

    event: Annotated[int, Field(ge=1, le=1_000_000)]
    date: Day
    entry: Annotated[str, StringConstraints(max_length=64)] = ""
    lines: Annotated[Many[ExpectedLine], Field(max_length=256)]


class Expected(Form):
    """Figures that must come out; those that are left out are not compared."""

    journal: Annotated[Many[ExpectedEntry], Field(max_length=EVENTS_MAX)] | None = None
    disposals: list[Any] | None = None
    periods: list[Any] | None = None
    closing: dict[str, Any] | None = None
    notes: dict[str, Any] | None = None


class Case(Form):
    """One case: policy, assets, facts, and what must come out."""

    id: Named
    kind: Literal["worked", "format", "history"]
    title: Prose
    amount_unit: Annotated[str, StringConstraints(max_length=40)]
    paragraphs: Paragraphs = ()
    source: Prose = ""
    note: Prose = ""
    policy: CasePolicy
    assets: dict[Asset, CaseAsset]
    opening: Annotated[Many[CaseLot], Field(max_length=64)] = ()
    events: Annotated[Many[CaseEvent], Field(min_length=1, max_length=EVENTS_MAX)]
    expected: Expected

    @model_validator(mode="after")
    def _in_order(self) -> Case:
        numbers = [event.seq for event in self.events]
        if any(a >= b for a, b in pairwise(numbers)):
            raise ValueError("events stand in the order of their seq")
        days = [event.date for event in self.events]
        if days != sorted(days):
            raise ValueError("events stand in the order of their days")
        for event in self.events:
            check_numbers(event)
            for code in sorted(assets_of(event) - set(self.assets)):
                raise ValueError(f"event {event.seq}: no asset is called {code[:20]}")
        for lot in self.opening:
            if lot.asset not in self.assets:
                raise ValueError(f"no asset is called {lot.asset[:20]}")
        return self


class EntryLineOffered(OneSided):
    """A line of an entry that is to be refused: an account by its key."""

    account: Literal[
        "cash", "digital_assets", "contributed_capital", "revaluation_surplus",
        "retained_earnings", "pl_disposal", "pl_revaluation", "pl_impairment", "expense_fees",
    ]  # fmt: skip


class EntryOffered(Form):
    """An entry that is to be refused."""

    lines: Annotated[Many[EntryLineOffered], Field(min_length=1, max_length=16)]


class PriceOffered(Form):
    """A price at its own instant, for a day that it may not be a price of."""

    asset: Asset
    observed_at: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")
    ]
    unit_price: Decimal


class Input(Form):
    """What is to be refused: parts of a case, as many as it takes."""

    policy: CasePolicy | None = None
    assets: dict[Asset, CaseAsset] = {}  # noqa: RUF012 - copied
    event: dict[str, Any] | None = None
    events: Annotated[Many[dict[str, Any]], Field(max_length=16)] = ()
    entry: EntryOffered | None = None
    closed_through: Day | None = None
    measure: Day | None = None
    price: PriceOffered | None = None
    policy_event: CasePolicy | None = None

    @model_validator(mode="after")
    def _says_real_days(self) -> Input:
        for fact in (*self.events, *([self.event] if self.event else [])):
            day = fact.get("date", "2026-01-01")
            if not isinstance(day, str):
                raise ValueError("a date is a day as text")  # noqa: TRY004 - as above
            try:
                check_day(day)
            except LedgerError as error:
                raise ValueError(error.message) from None
        return self


class RejectionCase(Form):
    """An input that must be refused, and the reason."""

    id: Named
    input: Input
    expect: Literal["reject"]
    reason: Slug | Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
    paragraphs: Paragraphs = ()


class CaseFile(Form):
    """A file of accounting cases."""

    format: Literal["custody-accounting-cases/1"]
    about: Prose = ""
    source: Any = None
    licence: Any = None
    conventions: dict[str, Any] = {}  # noqa: RUF012 - copied
    policy_fields: dict[str, Any] = {}  # noqa: RUF012 - copied
    event_types: dict[str, Any] = {}  # noqa: RUF012 - copied
    accounts: dict[str, Any] = {}  # noqa: RUF012 - copied
    cases: Annotated[Many[Case], Field(max_length=CASES_MAX)] = ()
    rejections: Annotated[Many[RejectionCase], Field(max_length=CASES_MAX)] = ()


def read_cases(data: bytes, *, where: str) -> CaseFile:
    """The cases of a file; `InputError` with the place of what is wrong."""
    value = read_json(data, where=where, bytes_max=FILE_BYTES_MAX, number=Unquoted)
    try:
        return read_form(CaseFile, value)
    except BodyError as error:
        raise InputError(error.message, where=f"{where}: {error.where}", hint=HINT) from None


_CANONICAL = re.compile(r"([0-9]+)(?:\.([0-9]*?)0*)?\Z", re.ASCII)


def canonical(text: str) -> str:
    """A decimal without needless zeros; what is no plain decimal is left as it is."""
    match = _CANONICAL.match(text)
    if match is None or type(text) is not str:
        return text
    whole = match.group(1).lstrip("0") or "0"
    return f"{whole}.{match.group(2)}" if match.group(2) else whole
