"""A fund whose books are kept through the command line: policy, trades, prices, closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.fund_simulator import DIGEST

if TYPE_CHECKING:
    from tests.support.custody_program import Harbour

TREASURY, CUSTODY = ("aigerim",), ("bolat",)
OTHER_DIGEST = "ab" * 32


def adopt_policy(harbour: Harbour, **changes: Any) -> Any:
    """IFRS, revaluation, first in first out; BTC with an active market."""
    asset = {
        "asset": "BTC",
        "classification": "intangible",
        "memo": DIGEST,
        "measurement_model": "revaluation",
        "class_id": "payment-tokens",
        "active_market": True,
        "active_market_evidence": DIGEST,
        "bpm7_class": "nonproduced_nonfinancial",
    }
    members = {
        "effective_from": "2025-01-01",
        "framework": "ifrs",
        "functional_currency": "USD",
        "cost_formula": "fifo",
        "assets": [asset],
    }
    return harbour.register("accounting_policy.adopted", **{**members, **changes})


def contribute(harbour: Harbour, amount: str, day: str) -> Any:
    """Money from the State."""
    return harbour.register(
        "cash.recorded", by=TREASURY, direction="in", category="contribution", value_date=day,
        amount={"currency": "USD", "amount": amount},
    )  # fmt: skip


def buy(harbour: Harbour, units: str, money: str, day: str, fee: str = "") -> Any:
    """Units of BTC bought and settled on one day; the receipt of the settlement."""
    paid = {"currency": "USD", "amount": money}
    proposal = harbour.register(
        "acquisition.proposed", by=TREASURY, asset="BTC", units=units, max_consideration=paid,
        counterparty="open-market", account="vault-1", value_date=day,
    )  # fmt: skip
    fees = [{"leg": "cash", "currency": "USD", "amount": fee}] if fee else []
    return harbour.register(
        "acquisition.settled", by=CUSTODY, proposal=proposal["event"], units=units,
        consideration=paid, fees=fees, trade_date=day, final=True, value_date=day,
    )  # fmt: skip


def sell(harbour: Harbour, units: str, money: str, day: str) -> Any:
    """Units of BTC sold and settled on one day."""
    paid = {"currency": "USD", "amount": money}
    proposal = harbour.register(
        "disposal.proposed", by=TREASURY, asset="BTC", units=units, min_proceeds=paid,
        counterparty="open-market", account="vault-1", value_date=day,
    )  # fmt: skip
    return harbour.register(
        "disposal.settled", by=CUSTODY, proposal=proposal["event"], units=units, proceeds=paid,
        fees=[], trade_date=day, final=True, value_date=day,
    )  # fmt: skip


def value(harbour: Harbour, price: str, day: str) -> Any:
    """A price of the day, adopted as fair value."""
    seen = harbour.register(
        "price.observed", by=CUSTODY, asset="BTC", currency="USD", price=price, value_date=day,
        observed_at=f"{day}T12:00:00.000000Z", source="A vendor", market="A market",
    )  # fmt: skip
    return harbour.register(
        "valuation.adopted", by=TREASURY, asset="BTC", currency="USD", fair_value=price,
        level="1", method="Last price before the cut-off", prices=[seen["event"]],
        value_date=day,
    )  # fmt: skip


def close(harbour: Harbour, period: str, *more: object) -> Any:
    """Close a period; the receipt."""
    return harbour.do("period", "close", period, *more, by=TREASURY)


def two_quarters(harbour: Harbour) -> int:
    """Two closed quarters of 2025, the second issued; the position at which it was read."""
    adopt_policy(harbour)
    contribute(harbour, "2000000", "2025-01-05")
    buy(harbour, "10", "400000", "2025-01-10")
    value(harbour, "45000", "2025-03-31")
    assert close(harbour, "2025Q1")["verdict"] == "effective"
    sell(harbour, "2", "100000", "2025-05-10")
    value(harbour, "50000", "2025-06-30")
    assert close(harbour, "2025Q2")["verdict"] == "effective"
    shown = harbour.json("statement", "show", "--period", "2025Q2")
    known_at = int(shown["known_at"])
    issued = harbour.register(
        "statement.issued", by=TREASURY, title="financial_statements", period="2025Q2",
        as_of="2025-06-30", known_at=known_at, document=shown["digest"],
        authorised_by="The board",
    )  # fmt: skip
    assert issued["verdict"] == "effective"
    return known_at
