"""One fact of an accounting case: its type, and the members that facts of this type have."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ledger.kernel.fixed import fixed
from ledger.kernel.form import Day, Form


@fixed
class Unquoted:
    """A number that was not written as text: no amount, whatever it says."""

    text: str


Scalar = str | Unquoted
_REQUIRED: dict[str, frozenset[str]] = {
    "cash_in": frozenset({"currency", "amount"}),
    "acquire": frozenset({"asset", "quantity"}),
    "contribute": frozenset({"asset", "quantity", "unit_fair_value"}),
    "reward": frozenset({"asset", "quantity", "unit_fair_value"}),
    "airdrop": frozenset({"asset", "quantity", "unit_fair_value"}),
    "dispose": frozenset({"asset", "quantity"}),
    "swap": frozenset({"give", "get"}),
    "fee": frozenset({"asset", "quantity", "unit_fair_value"}),
    "transfer": frozenset({"asset", "quantity"}),
    "price": frozenset({"asset", "unit_price"}),
    "fx": frozenset({"base", "quote", "rate"}),
    "measure": frozenset(),
}
"""Type of a fact to the members that it must have."""
_ALLOWED: dict[str, frozenset[str]] = {
    "cash_in": frozenset({"source"}),
    "acquire": frozenset({"unit_price", "amount", "fee", "currency", "lot",
                          "initial_carrying_amount"}),
    "contribute": frozenset({"lot", "source"}),
    "reward": frozenset({"lot", "source"}),
    "airdrop": frozenset({"lot", "source"}),
    "dispose": frozenset({"unit_price", "amount", "costs", "currency", "lots"}),
    "swap": frozenset({"fee"}),
    "fee": frozenset({"purpose"}),
    "transfer": frozenset({"source_account", "destination_account"}),
    "price": frozenset({"currency", "source"}),
    "fx": frozenset({"source"}),
    "measure": frozenset(),
}  # fmt: skip
"""Type of a fact to the members that it may have besides."""
_LEGS = frozenset({"give", "get"})
_LEG_MEMBERS = frozenset({"asset", "quantity", "unit_fair_value", "lot", "from"})


class CaseEvent(Form):
    """One fact; which members it has depends on its type."""

    seq: Annotated[int, Field(ge=1, le=1_000_000)]
    date: Day
    type: Literal[
        "cash_in", "acquire", "contribute", "reward", "airdrop", "dispose", "swap", "fee",
        "transfer", "price", "fx", "measure",
    ]  # fmt: skip
    asset: Any = None
    quantity: Any = None
    unit_price: Any = None
    unit_fair_value: Any = None
    amount: Any = None
    fee: Any = None
    costs: Any = None
    currency: Any = None
    lot: Any = None
    lots: Any = None
    source: Any = None
    source_account: Any = None
    destination_account: Any = None
    purpose: Any = None
    give: Any = None
    get: Any = None
    base: Any = None
    quote: Any = None
    rate: Any = None
    initial_carrying_amount: Any = None

    @model_validator(mode="after")
    def _has_its_members(self) -> CaseEvent:
        given = self.model_fields_set - {"seq", "date", "type"}
        for name in sorted(_REQUIRED[self.type] - given):
            raise ValueError(f"a fact of type {self.type} has a member {name}")
        for name in sorted(given - _REQUIRED[self.type] - _ALLOWED[self.type]):
            raise ValueError(f"a fact of type {self.type} has no member {name}")
        if self.type in {"acquire", "dispose"} and not given & {"unit_price", "amount"}:
            raise ValueError(f"a fact of type {self.type} has a unit_price or an amount")
        for name in sorted(given):
            self._check(name, getattr(self, name))
        return self

    def _check(self, name: str, value: object) -> None:
        if name in _LEGS or (name == "fee" and self.type == "swap"):
            _check_table(name, value, _LEG_MEMBERS, {"asset", "quantity"})
        elif name == "lots":
            if not isinstance(value, list) or not value:
                raise ValueError("lots is a list of lots")
            for one in value:
                _check_table("lots", one, frozenset({"lot", "quantity"}), {"lot", "quantity"})
        elif not isinstance(value, Scalar):
            raise ValueError(f"{name} is a text")


def _check_table(name: str, value: object, allowed: frozenset[str], needed: set[str]) -> None:
    if not isinstance(value, dict) or not needed <= value.keys() <= allowed:
        raise ValueError(f"{name} is a table with {', '.join(sorted(needed))}")
    if not all(isinstance(member, Scalar) for member in value.values()):
        raise ValueError(f"{name} holds texts")


_NUMBERS = ("quantity", "unit_price", "unit_fair_value", "amount", "costs", "rate")


def check_numbers(event: CaseEvent) -> None:
    """That a fact that is to be played says plain decimals; a rejection may say anything."""
    tables = [event.give, event.get, *(event.lots or [])]
    said = [getattr(event, name) for name in _NUMBERS]
    said += [table.get(n) for table in tables if table for n in ("quantity", "unit_fair_value")]
    if isinstance(event.fee, dict):
        said += [event.fee.get("quantity"), event.fee.get("unit_fair_value")]
    else:
        said.append(event.fee)
    for value in said:
        if value is not None and (not isinstance(value, str) or not _PLAIN.match(value)):
            raise ValueError(f"event {event.seq}: {str(value)[:40]!r} is no plain decimal as text")


_PLAIN = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,30})?\Z", re.ASCII)


def assets_of(event: CaseEvent) -> set[str]:
    """The assets that a fact names."""
    tables = [event.give, event.get, event.fee if isinstance(event.fee, dict) else None]
    named = [event.asset, *[table["asset"] for table in tables if table]]
    return {name for name in named if isinstance(name, str)}
