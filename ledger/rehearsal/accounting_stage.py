"""The stage of an accounting case: a fund in memory, its policy, what is no fact of its life.

Every event goes the way of a real one: signed, decided, recorded. What does not take effect is
`Refused`, with the reasons in the words of the case format.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.domain.chart import CHART
from ledger.domain.outcome import EFFECTIVE
from ledger.kernel.errors import BodyError, InputError, LedgerError
from ledger.kernel.instants import add_days, check_instant, parse_instant
from ledger.kernel.money import minor_unit_digits
from ledger.kernel.rounding import half_even
from ledger.projections.values import ratio
from ledger.rehearsal.accounting_case import canonical
from ledger.rehearsal.accounting_fact import Unquoted
from ledger.rehearsal.fund import GOVERNORS, RehearsalFund
from policies.engine import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.domain.outcome import Outcome
    from ledger.rehearsal.accounting_case import (
        CaseAsset,
        CaseLot,
        CasePolicy,
        EntryLineOffered,
        PriceOffered,
    )

OPERATOR = "operator"
MEMO = hashlib.sha256(b"memorandum of the case").hexdigest()
VAULT, SECOND = "vault", "second"
_CHAIN = "eip155:1"
_BOOK = {
    "book": "accounting-case",
    "title": "A mandate that lets everything through",
    "version": "1",
    "status": "in_force",
    "source": "Design of this product",
    "rules": [
        {
            "id": f"CASE.INIT.{number}",
            "rule_type": "approval",
            "effect": "allow_only_if",
            "trigger": [trigger],
            "params": {"initiator_roles": ["Operator"]},
            "origin": "design",
            "citation": "An accounting case asks about books, not about authority",
            "text": "The operator acts alone.",
        }
        for number, trigger in enumerate(("any_instruction", "any_fact"), start=1)
    ],
}
_GROUNDS: dict[str, Any] = {"facts": {}, "evidence": []}


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The ledger refused a fact of the case; why, in the words of the case format."""

    def __init__(self, reasons: list[str], said: str) -> None:
        super().__init__(said)
        self.reasons = reasons
        self.said = said


@dataclass(slots=True)
class AccountingStage:
    """One fund under a case's policy, and the ways in which its events go."""

    policy: CasePolicy
    assets: Mapping[str, CaseAsset]
    first_day: str
    fund: RehearsalFund = field(init=False)
    lots: dict[str, str] = field(default_factory=dict)
    """The case's name of a lot to the event that brought it in."""
    facts: dict[str, int] = field(default_factory=dict)
    """Event id to the number of the case's fact."""
    _accounts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        day = f"{int(self.first_day[:4]) - 1}-12-31"
        self.fund = RehearsalFund(PolicyEngine(), day)
        charter = {
            "governance_offices": ["Governor"],
            "quorum": 2,
            "notice_days": 0,
            "max_backdating_days": 36_500,
            "utc_offset_minutes": self._utc_offset(),
        }
        self.fund.constitute({OPERATOR: ["Operator"]}, charter, self.policy.functional_currency)
        for number, (code, asset) in enumerate(self.assets.items(), start=1):
            self.govern(
                "asset.listed", asset=code, asset_id=f"{_CHAIN}/slip44:{number}", name=code,
                scale=asset.scale, instrument_class="coin",
            )  # fmt: skip
        self.govern(
            "custodian.engaged", custodian="bank", legal_name="Bank", jurisdiction="KZ",
            licences=[], contract=MEMO,
        )  # fmt: skip
        self.govern("counterparty.registered", counterparty="dealer", legal_name="Dealer",
                     jurisdiction="KZ")  # fmt: skip
        self.open_account(VAULT)
        self.open_account(SECOND)
        book = self.govern("book.recorded", book=_BOOK)
        self.govern("mandate.adopted", mandate="case", version="1", books=[book],
                     effective_from=day)  # fmt: skip

    def _utc_offset(self) -> int:
        if self.policy.fair_value is None:
            return 0
        name = self.policy.fair_value.time_zone
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise InputError(
                f"no time zone {name[:40]!r} is known here", where="policy.fair_value.time_zone"
            ) from None
        moment = parse_instant(f"{self.first_day}T12:00:00.000000Z")
        offset = moment.astimezone(zone).utcoffset()
        return int(offset.total_seconds()) // 60 if offset else 0

    # -- the ways of an event ------------------------------------------------------------------

    def govern(self, kind: str, **fields: Any) -> str:  # noqa: ANN401 - members of a body
        """An event under the charter, signed by a quorum; its id."""
        return self.signed(kind, GOVERNORS[0], {**fields, "cosigners": [GOVERNORS[1]]})

    def do(self, kind: str, seq: int = 0, **fields: Any) -> str:  # noqa: ANN401 - as above
        """An event of the operator; its id, remembered as that of a fact."""
        event_id = self.signed(kind, OPERATOR, {**_GROUNDS, **fields})
        if seq:
            self.facts[event_id] = seq
        return event_id

    def signed(self, kind: str, author: str, fields: dict[str, Any]) -> str:
        """Sign, decide, record; `Refused` for what does not take effect."""
        try:
            answer = self.fund.record(kind, author, **fields)
        except BodyError as error:
            raise Refused(*_malformed(fields, error)) from None
        except LedgerError as error:
            raise Refused([error.code], error.message) from None
        if answer.outcome.verdict != EFFECTIVE:
            raise Refused(*_reasons(answer.outcome))
        return answer.event.event_id

    def open_account(self, name: str) -> None:
        """Open an account, once."""
        if name in self._accounts:
            return
        self._accounts.add(name)
        self.govern(
            "account.opened", account=name, custodian="bank", title="The Fund", tier="cold",
            method="qualified_custodian", owner_class="own",
        )  # fmt: skip

    # -- the parts of a case -------------------------------------------------------------------

    def adopt(self, policy: CasePolicy, day: str) -> None:
        """Adopt the case's accounting policy, effective on a day."""
        given = {
            name: value
            for name, value in policy.model_dump(exclude={"rounding", "fair_value"}).items()
            if value is not None
        }
        digits = minor_unit_digits(policy.functional_currency)
        if policy.rounding is not None and policy.rounding.money_scale != digits:
            raise InputError(
                f"{policy.functional_currency} has {digits} digits after the point",
                where="policy.rounding.money_scale",
            )
        if policy.fair_value is not None:
            terms = policy.fair_value.model_dump(exclude={"time_zone"})
            given["fair_value"] = terms
        given.setdefault("effective_from", day)
        given["assets"] = [_asset_policy(code, one) for code, one in self.assets.items()]
        self.govern("accounting_policy.adopted", **given)

    def take_on(self, lot: CaseLot) -> None:
        """A lot that exists before the first fact."""
        currency = self.policy.functional_currency
        fields: dict[str, Any] = {
            "asset": lot.asset,
            "units": canonical(lot.quantity),
            "account": VAULT,
            "cost": {"currency": currency, "amount": canonical(lot.cost)},
            "acquired_on": self.fund.day,
        }
        if lot.carrying_amount is not None:
            stood_at = {"currency": currency, "amount": canonical(lot.carrying_amount)}
            fields["carrying_amount"] = stood_at
        self.lots[lot.lot] = self.do("opening.recorded", **fields)

    def close(self, last_day: str) -> None:
        """Close everything up to a day as one period."""
        self.fund.move_to(add_days(last_day, 1))
        self.act(
            "period.closed", period=last_day[:4], starts_on=f"{last_day[:4]}-01-01",
            ends_on=last_day, statements=[],
        )  # fmt: skip

    def act(self, kind: str, **fields: Any) -> str:  # noqa: ANN401 - members of a body
        """An act of the operator that has no grounds; its id."""
        return self.signed(kind, OPERATOR, fields)

    def post(self, lines: Sequence[EntryLineOffered], accounts: Mapping[str, str]) -> None:
        """Post an entry by hand whose lines name accounts by their keys."""
        said = []
        for line in lines:
            number = accounts[line.account]
            row = {
                "account": number,
                "side": "credit" if line.debit is None else "debit",
                "amount": canonical(line.debit or line.credit or "0"),
            }
            if CHART[number].of == "asset":
                row["asset"] = line.asset or next(iter(self.assets))
            if CHART[number].of == "currency":
                row["currency"] = line.currency or self.policy.functional_currency
            said.append(row)
        self.do("entry.posted", lines=said, explanation="An entry of the case")

    def observe_price(self, price: PriceOffered, day: str) -> None:
        """A price at its own instant, adopted as the fair value of a day."""
        instant = check_instant(price.observed_at.removesuffix("Z") + ".000000Z")
        self.fund.move_to(add_days(max(day, instant[:10]), 1))
        currency = self.policy.functional_currency
        self.value_at(0, price.asset, canonical(price.unit_price), currency, instant, day)

    def value_at(
        self, seq: int, asset: str, price: str, currency: str, instant: str, day: str
    ) -> None:
        """A price of a day, observed and adopted as fair value."""
        seen = self.do(
            "price.observed", asset=asset, currency=currency, price=price, observed_at=instant,
            source="the case", market="the market", value_date=day,
        )  # fmt: skip
        self.signed(
            "valuation.adopted",
            OPERATOR,
            {
                **_GROUNDS, "asset": asset, "currency": currency, "fair_value": price,
                "level": "1", "method": "The price of the case", "prices": [seen],
                "value_date": day,
            },
        )  # fmt: skip
        if seq:
            self.facts[seen] = seq


def _asset_policy(code: str, asset: CaseAsset) -> dict[str, Any]:
    given: dict[str, Any] = {
        "asset": code,
        "classification": asset.classification,
        "memo": MEMO,
        "measurement_model": asset.measurement_model,
        "interchangeable": asset.interchangeable,
        "active_market": asset.active_market,
    }
    if asset.class_name is not None:
        given["class_id"] = re.sub(r"[^a-z0-9]+", "-", asset.class_name.lower()).strip("-")
    if asset.redemption_value is not None:
        given["redemption"] = {
            "currency": asset.redemption_currency,
            "value": canonical(asset.redemption_value),
        }
    if asset.credit_loss_rate is not None:
        given["credit_loss_rate"] = asset.credit_loss_rate
    return given


def text_of(value: Any) -> Any:  # noqa: ANN401 - as the case has it; the ledger refuses the rest
    """An amount as the ledger spells it; anything else as it is."""
    return canonical(value) if type(value) is str else value


_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z", re.ASCII)


def product_of(quantity: Any, price: Any, digits: int) -> str:  # noqa: ANN401 - as above
    """Quantity x price at a currency's minor unit, half-even; 1 where one of them is no decimal."""
    if not all(type(one) is str and _PLAIN.match(one) for one in (quantity, price)):
        return "1"
    (a, b), (c, d) = ratio(quantity), ratio(price)
    minor = half_even(a * c * 10**digits, b * d)
    return canonical(
        f"{minor // 10**digits}.{minor % 10**digits:0{digits}}" if digits else f"{minor}"
    )


_REASONS = {
    "units_short": "insufficient_units",
    "units_short_on_value_date": "insufficient_units",
    "period_shut": "period_closed",
    "amount_scale": "more_decimals_than_asset_scale",
}
"""Laws of the ledger that the case format calls otherwise."""


def _reasons(outcome: Outcome) -> tuple[list[str], str]:
    codes = [_REASONS.get(one.rule, one.rule) for one in outcome.findings]
    return codes, "; ".join(f"{one.rule}: {one.reason}" for one in outcome.findings)


def _malformed(fields: Mapping[str, Any], error: BodyError) -> tuple[list[str], str]:
    """What is wrong with a body that no officer could sign, in the words of the case format."""
    if error.where == "initial_carrying_amount":
        return ["initial_recognition_at_cost"], str(error)
    value: Any = fields
    for part in (error.where or "").split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, Unquoted) or (value is not None and not isinstance(value, str)):
        return ["quantity_must_be_decimal_string"], str(error)
    if isinstance(value, str) and not _PLAIN.match(value):
        return ["quantity_not_plain_decimal"], str(error)
    return ["malformed"], str(error)
