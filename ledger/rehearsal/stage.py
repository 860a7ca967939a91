"""The stage of a rehearsal: who is in office, what is registered, and events as scenarios say them.

An event of a scenario is a table of its body's members. What a reader need not see is filled in:
the account, the counterparty, empty facts; money may be written `"5000000 USD"`, evidence `true`
for one document, `"@name"` for the id of an event that was named before.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from ledger.domain.body import Grounded
from ledger.domain.drafts import kind_named
from ledger.domain.kind import Nature
from ledger.kernel.errors import InputError
from ledger.kernel.instants import add_days
from ledger.rehearsal.fund import GOVERNORS, Answer, RehearsalFund
from ledger.rehearsal.scenario import officer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOCUMENT = hashlib.sha256(b"a document").hexdigest()
_SERIES_DAYS_MAX = 4_000
_CHAIN = "bip122:000000000019d6689c085ae165831e93"
_CHARTER: dict[str, Any] = {
    "governance_offices": ["Governor"],
    "quorum": 2,
    "notice_days": 0,
    "max_backdating_days": 36_500,
    "utc_offset_minutes": 0,
}
_SAID_APART = frozenset({"on", "by", "kind", "name", "approvals", "until", "question"})
_MONEY_IN_ONE = re.compile(r"[0-9.]+[A-Z]+\Z")
_MONEY = frozenset({"max_consideration", "consideration", "min_proceeds", "proceeds", "cost",
                    "fair_value", "amount"})  # fmt: skip
USUAL: dict[str, dict[str, Any]] = {
    "acquisition.proposed": {"account": "reserve", "counterparty": "dealer"},
    "acquisition.settled": {"fees": [], "final": True},
    "disposal.proposed": {
        "account": "reserve",
        "counterparty": "dealer",
        "min_proceeds": "1 USD",
    },
    "disposal.settled": {"fees": [], "final": True},
    "delivery.proposed": {"account": "reserve", "recipient": "recipient"},
    "delivery.settled": {"fees": [], "final": True},
    "transfer.proposed": {"from_account": "reserve", "to_account": "second"},
    "transfer.released": {},
    "transfer.settled": {"final": True},
    "receipt.recorded": {"account": "reserve"},
    "opening.recorded": {"account": "reserve", "cost": "0 USD"},
    "encumbrance.placed": {"account": "reserve", "beneficiary": "A lender"},
    "price.observed": {"source": "a source", "market": "a market", "currency": "USD"},
    "observation.recorded": {"source": "a source"},
    "attestation.recorded": {"attester": "an attester", "document": DOCUMENT},
    "valuation.adopted": {"level": "1", "method": "Last price", "prices": [], "currency": "USD"},
    "custodian.engaged": {"jurisdiction": "US", "licences": [], "contract": DOCUMENT},
    "counterparty.registered": {"jurisdiction": "US"},
    "asset.listed": {},
    "account.opened": {
        "custodian": "vault",
        "title": "The Fund",
        "tier": "cold",
        "method": "qualified_custodian",
        "owner_class": "own",
    },
    "address.registered": {"chain": _CHAIN, "evidence": [DOCUMENT]},
    "report.filed": {"recipient": "an authority", "nil_return": False, "document": DOCUMENT},
    "custodian_statement.received": {"account": "reserve", "document": DOCUMENT},
    "balance.attested": {
        "account": "reserve",
        "method": "address_signature",
        "attester": "an attester",
        "document": DOCUMENT,
    },
}
"""Members of an event's body that a scenario need not say, by the kind's name."""
DAYS: dict[str, str] = {
    "acquisition.settled": "trade_date",
    "disposal.settled": "trade_date",
    "opening.recorded": "acquired_on",
    "observation.recorded": "observed_on",
    "custodian_statement.received": "as_of",
    "balance.attested": "as_of",
    "report.filed": "covers_until",
}
"""Members that are the event's own day unless the scenario says another."""


def set_stage(
    fund: RehearsalFund, shelves: Mapping[str, Any], officers: Mapping[str, Iterable[str]]
) -> None:
    """Constitute the fund and register what stands on the shelves, under the charter."""
    fund.constitute({name: list(offices) for name, offices in officers.items()}, _CHARTER)
    for code, entry in shelves.get("assets", {}).items():
        fund.govern("asset.listed", asset=code, **{"name": code, **entry})
    for name, entry in shelves.get("custodians", {}).items():
        fund.govern("custodian.engaged", custodian=name, **{**_usual("custodian.engaged"), **entry})
    for name, entry in shelves.get("accounts", {}).items():
        _open(fund, name, dict(entry))
    for name, entry in shelves.get("counterparties", {}).items():
        fields = {**_usual("counterparty.registered"), **entry}
        fund.govern("counterparty.registered", counterparty=name, **fields)


def _open(fund: RehearsalFund, name: str, entry: dict[str, Any]) -> None:
    count = entry.pop("addresses", 1)
    fund.govern("account.opened", account=name, **{**_usual("account.opened"), **entry})
    for number in range(count):
        fund.govern(
            "address.registered",
            account=name,
            address=f"{name}-{number + 1}",
            **_usual("address.registered"),
        )


def _usual(kind: str) -> dict[str, Any]:
    return USUAL.get(kind, {})


SECOND = "#2"
"""Behind the name of an approver: by a second key of the same person."""


def second_keys(table: Mapping[str, Any]) -> list[str]:
    """The persons who approve with a second key."""
    return [person(n.removesuffix(SECOND)) for n in table.get("approvals", ()) if SECOND in n]


def officers_named(tables: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """A person for every office that events name by itself."""
    found: dict[str, list[str]] = {}
    for table in tables:
        for name in (table.get("by"), *table.get("approvals", ())):
            if isinstance(name, str) and name[:1].isupper() and SECOND not in name:
                found[officer_of(name)] = [name]
    return found


def person(name: str) -> str:
    """The officer whom a scenario names: by an office, or by a name of its own."""
    return officer_of(name) if name[:1].isupper() else name


class Player:
    """Plays the events of one scenario on a fund, and remembers those that have names."""

    def __init__(self, fund: RehearsalFund) -> None:
        self._fund = fund
        self._named: dict[str, str] = {}

    def play(self, table: Mapping[str, Any]) -> None:
        """One event so far, or a series of daily observations up to `until`."""
        if "on" in table:
            self._fund.move_to(str(table["on"]))
        if "until" not in table:
            self._remember(table, self._record(table))
            return
        day, last = str(table["observed_on"]), str(table["until"])
        for _ in range(_SERIES_DAYS_MAX):
            self._record({**table, "observed_on": day})
            if day >= last:
                return
            day = add_days(day, 1)
        raise InputError(f"more than {_SERIES_DAYS_MAX} days in one series")

    def _remember(self, table: Mapping[str, Any], answer: Answer) -> None:
        verdict = answer.outcome.verdict
        if verdict != "effective" and not table.get("name"):
            found = ", ".join(f"{one.rule} ({one.reason})" for one in answer.outcome.findings)
            raise InputError(f"{table['kind']} is {verdict}: {found}", hint="Give it a `name`")
        if table.get("name"):
            self._named[str(table["name"])] = answer.event.event_id

    def _record(self, table: Mapping[str, Any]) -> Answer:
        author, fields = self.said(table)
        kind = str(table.get("kind", ""))
        if kind_named(kind).nature is Nature.CHARTER and author == GOVERNORS[0]:
            return self._fund.govern(kind, **fields)
        return self._fund.record(kind, author, **fields)

    def said(self, table: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The author and the body's members of an event as a scenario says it."""
        kind = kind_named(str(table.get("kind", "")))
        short = kind.name.rpartition(".v")[0]
        fields = {**_usual(short), **{k: v for k, v in table.items() if k not in _SAID_APART}}
        if short in DAYS:
            fields.setdefault(DAYS[short], fields.get("value_date", self._fund.day))
        if short == "asset.listed":
            fields.setdefault("name", fields.get("asset"))
        if short == "price.observed":
            fields.setdefault("observed_at", f"{self._fund.day}T00:00:00.000000Z")
        if issubclass(kind.form, Grounded):
            fields.setdefault("facts", {})
            evidence = fields.setdefault("evidence", [])
            fields["evidence"] = [DOCUMENT] if evidence is True else evidence
        approvals = {person(name) for name in table.get("approvals", ()) if SECOND not in name}
        cosigners = sorted(approvals - {person(str(table.get("by", "")))})
        if cosigners:
            fields["cosigners"] = cosigners
        return person(str(table.get("by", GOVERNORS[0]))), {
            name: self._value(name, value) for name, value in fields.items()
        }

    def _value(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any member of a body
        if isinstance(value, str) and value.startswith("@"):
            if value[1:] not in self._named:
                raise InputError(f"no event is named {value[1:]}", where=name)
            return self._named[value[1:]]
        if name in _MONEY and isinstance(value, str):
            if _MONEY_IN_ONE.match(value):
                hint = 'Write amount and currency apart: "100 USD"'
                raise InputError(f"{value:.40} is no money", where=name, hint=hint)
            amount, space, currency = value.partition(" ")
            if not space:
                return value
            return {"currency": currency, "amount": amount}
        return value

    def proposal(self, name: str) -> str:
        """The id of a named event."""
        return str(self._value("proposal", f"@{name}"))
