"""Playing an accounting case: its facts as signed events on the fund of its stage.

Nothing is handed to the books except the log that comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import InputError
from ledger.kernel.money import minor_unit_digits
from ledger.projections.values import ratio
from ledger.rehearsal.accounting_stage import (
    MEMO,
    SECOND,
    VAULT,
    AccountingStage,
    product_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.rehearsal.accounting_fact import CaseEvent


@dataclass(slots=True)
class AccountingPlayer(AccountingStage):
    """One fund that lives a case."""

    def play(self, fact: CaseEvent) -> None:
        """One fact of the case; `Refused` with the reasons if the ledger refuses it."""
        self.fund.move_to(fact.date)
        getattr(self, f"_{fact.type}")(fact)

    def play_backdated(self, fact: CaseEvent) -> None:
        """An acquisition recorded today that is valued on an earlier day."""
        proposal = self.do(
            "acquisition.proposed", asset=fact.asset, units=text_of(fact.quantity),
            max_consideration=self._money(fact), counterparty="dealer", account=VAULT,
            value_date=fact.date,
        )  # fmt: skip
        self.do(
            "acquisition.settled", proposal=proposal, units=text_of(fact.quantity),
            consideration=self._money(fact), fees=[], trade_date=fact.date, final=True,
            value_date=fact.date,
        )  # fmt: skip

    def _money(self, fact: CaseEvent, price: str = "unit_price") -> dict[str, Any]:
        """A stated total, or quantity x unit price, rounded once at the currency's minor unit."""
        currency = fact.currency or self.policy.functional_currency
        if fact.amount is not None:
            return {"currency": currency, "amount": text_of(fact.amount)}
        return {
            "currency": currency,
            "amount": product_of(fact.quantity, getattr(fact, price), minor_unit_digits(currency)),
        }

    def _fees(self, amount: Any, currency: str) -> list[dict[str, Any]]:  # noqa: ANN401 - as given
        text = text_of(amount) if amount is not None else "0"
        return [] if text == "0" else [{"leg": "cash", "currency": currency, "amount": text}]

    def _cash_in(self, fact: CaseEvent) -> None:
        money = {"currency": fact.currency, "amount": text_of(fact.amount)}
        self.do("cash.recorded", fact.seq, direction="in", amount=money, category="contribution")

    def _acquire(self, fact: CaseEvent) -> None:
        money = self._money(fact)
        units = text_of(fact.quantity)
        proposal = self.do(
            "acquisition.proposed", asset=fact.asset, units=units, max_consideration=money,
            counterparty="dealer", account=VAULT,
        )  # fmt: skip
        fields: dict[str, Any] = {}
        if fact.initial_carrying_amount is not None:
            fields["initial_carrying_amount"] = text_of(fact.initial_carrying_amount)
        event_id = self.do(
            "acquisition.settled", fact.seq, proposal=proposal, units=units, consideration=money,
            fees=self._fees(fact.fee, money["currency"]), trade_date=fact.date, final=True,
            **fields,
        )  # fmt: skip
        self._remember(fact, event_id)

    def _remember(self, fact: CaseEvent, event_id: str, lot: str | None = None) -> None:
        self.lots[lot or fact.lot or f"lot-{fact.seq}"] = event_id

    def _receive(self, fact: CaseEvent, source: str) -> None:
        event_id = self.do(
            "receipt.recorded", fact.seq, asset=fact.asset, units=text_of(fact.quantity),
            account=VAULT, source=source, fair_value=self._money(fact, "unit_fair_value"),
        )  # fmt: skip
        self._remember(fact, event_id)

    def _contribute(self, fact: CaseEvent) -> None:
        self._receive(fact, "contribution")

    def _reward(self, fact: CaseEvent) -> None:
        self._receive(fact, "mining" if fact.source == "mining" else "staking_reward")

    def _airdrop(self, fact: CaseEvent) -> None:
        self._receive(fact, "airdrop")

    def _dispose(self, fact: CaseEvent) -> None:
        money = self._money(fact)
        units = text_of(fact.quantity)
        proposal = self.do(
            "disposal.proposed", asset=fact.asset, units=units, min_proceeds=money,
            counterparty="dealer", account=VAULT,
        )  # fmt: skip
        fields: dict[str, Any] = {}
        if fact.lots is not None:
            fields["lots"] = self._named(fact.lots)
        self.do(
            "disposal.settled", fact.seq, proposal=proposal, units=units, proceeds=money,
            fees=self._fees(fact.costs, money["currency"]), trade_date=fact.date, final=True,
            **fields,
        )  # fmt: skip

    def _named(self, lots: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"lot": self.lots.get(one["lot"], MEMO), "units": text_of(one["quantity"])}
            for one in lots
        ]

    def _swap(self, fact: CaseEvent) -> None:
        give, get, fee = fact.give, fact.get, fact.fee
        self._adopt_value(give, fact.date)
        # A fee on the account where units arrive is kept back from them; paid from what is held
        # already, it is on another account than the one where they arrive.
        apart = fee is not None and fee["asset"] == get["asset"] and fee.get("from") == "holding"
        arrives_on = SECOND if apart else VAULT
        fees = []
        if fee is not None:
            self._adopt_value(fee, fact.date)
            place = {"account": VAULT}
            fees = [{"leg": "asset", "asset": fee["asset"], "units": text_of(fee["quantity"]),
                     **place}]  # fmt: skip
        given = {"asset": give["asset"], "units": text_of(give["quantity"])}
        received = {"asset": get["asset"], "units": text_of(get["quantity"])}
        proposal = self.do(
            "exchange.proposed", give=given, receive_min=received, account=VAULT,
            receive_account=arrives_on, counterparty="dealer",
        )  # fmt: skip
        event_id = self.do(
            "exchange.settled", fact.seq, proposal=proposal, given=given["units"],
            received=received["units"], fees=fees, trade_date=fact.date, final=True,
        )  # fmt: skip
        self._remember(fact, event_id, get.get("lot"))
        if apart:
            self._move(get["asset"], received["units"], SECOND, VAULT)

    def _adopt_value(self, leg: Mapping[str, Any], day: str) -> None:
        if leg.get("unit_fair_value") is not None:
            price, currency = text_of(leg["unit_fair_value"]), self.policy.functional_currency
            self.value_at(0, leg["asset"], price, currency, f"{day}T00:00:00.000000Z", day)

    def _fee(self, fact: CaseEvent) -> None:
        """A network fee: the fee leg of a transfer between accounts of the fund."""
        price = {"asset": fact.asset, "unit_fair_value": fact.unit_fair_value}
        self._adopt_value(price, fact.date)
        fee = {"asset": fact.asset, "units": text_of(fact.quantity)}
        carried = self._carried(fact)
        units = render_amount(1, self.assets[carried].scale)
        proposal = self.do(
            "transfer.proposed", asset=carried, units=units, from_account=VAULT,
            to_account=SECOND, max_fee=fee,
        )  # fmt: skip
        self.do("transfer.released", fact.seq, proposal=proposal, units=units, fee=fee)
        self.do("transfer.failed", proposal=proposal, units=units, explanation="Only its fee",
                 final=True)  # fmt: skip

    def _carried(self, fact: CaseEvent) -> str:
        """An asset of which a base unit is left beside the fee, for a transfer to carry."""
        taken = ratio(text_of(fact.quantity))
        for code, asset in self.assets.items():
            free = self.fund.state.balance(VAULT, code).free
            if code == fact.asset:
                free -= taken[0] * 10**asset.scale // taken[1]
            if free > 0:
                return code
        raise InputError(
            "a fee that takes the last units needs another holding", where=f"event {fact.seq}"
        )

    def _transfer(self, fact: CaseEvent) -> None:
        """Units to another account and back: lots travel, and later facts find them."""
        self._move(fact.asset, text_of(fact.quantity), VAULT, SECOND)
        self._move(fact.asset, text_of(fact.quantity), SECOND, VAULT)

    def _move(self, asset: str, units: str, source: str, target: str) -> None:
        proposal = self.do(
            "transfer.proposed", asset=asset, units=units, from_account=source, to_account=target
        )
        self.do("transfer.released", proposal=proposal, units=units)
        self.do("transfer.settled", proposal=proposal, units=units, final=True)

    def _price(self, fact: CaseEvent) -> None:
        currency = fact.currency or self.policy.functional_currency
        at = f"{fact.date}T00:00:00.000000Z"
        self.value_at(fact.seq, fact.asset, text_of(fact.unit_price), currency, at, fact.date)

    def _fx(self, fact: CaseEvent) -> None:
        self.do(
            "observation.recorded", fact.seq, measure="exchange_rate",
            subject=f"{fact.base}/{fact.quote}", value=text_of(fact.rate), unit=fact.quote,
            observed_on=fact.date, source="the case",
        )  # fmt: skip

    def _measure(self, fact: CaseEvent) -> None:
        self.do("measurement.recorded", fact.seq, occasion="interim")
