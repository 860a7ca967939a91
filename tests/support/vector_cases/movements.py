"""Cases of acquisitions, disposals, deliveries, exchanges: proposed, and settled."""

from __future__ import annotations

from typing import Any

from tests.support.fund_simulator import DIGEST
from tests.support.vector_case import PROPOSE, RECORD, UNKNOWN, Case, Subject, case

WHY: dict[str, Any] = {
    "purpose": "rebalancing",
    "reason": "annual_plan",
    "facts": {"best_execution": True},
    "evidence": [DIGEST],
}
HAPPENED: dict[str, Any] = {**WHY, "occurred_on": "2025-12-30"}
TOO_FINE = "0.000000001"
"""More digits than BTC has."""


def usd(amount: str) -> dict[str, str]:
    return {"currency": "USD", "amount": amount}


_CASH_FEE = {"leg": "cash", "currency": "USD", "amount": "25.5"}
_BNB_FEE = {"leg": "asset", "asset": "BNB", "units": "0.1", "account": "cold-1"}
FEES = [_CASH_FEE, _BNB_FEE]

NO_ASSET = case("asset_unknown", asset="DOGE")
BAD_ACCOUNT = (
    case("account_unknown", account="nowhere"),
    case("account_frozen", account="ice-1"),
)
NOBODY = case("counterparty_unknown", counterparty="stranger")
FINE_UNITS = case("amount_scale-units", "units with nine digits", units=TOO_FINE)
OUT_OF_UNITS = (
    case("units_short", units="1000"),
    case(
        "units_short_on_value_date",
        "the units arrived on 2026-01-12 only",
        asset="BNB",
        value_date="2026-01-08",
    ),
)


def of_facts(noun: str, early: dict[str, Any]) -> tuple[Case, ...]:
    """What every fact about a proposal may be wrong in; `early` lies before the proposal."""
    other = "@disposal" if noun == "acquisition" else "@acquisition"
    return (
        case("proposal_unknown", proposal=UNKNOWN),
        case("proposal_unknown-other_kind", "a proposal of another kind", proposal=other),
        case(
            "proposal_not_effective",
            "it happened before the approvals were there; it waits for the exception quorum",
            proposal=f"@{noun}_waits",
        ),
        case("value_date_before_reference", **early),
        case(
            "account_frozen",
            "it happened all the same; it waits for the exception quorum",
            proposal=f"@{noun}_ice",
        ),
    )


_NO_FEES: dict[str, Any] = {"fees": []}


_ON_THE_EIGHTH: dict[str, Any] = {"trade_date": "2026-01-08", "value_date": "2026-01-08"}


def _of_fees() -> tuple[Case, ...]:
    return (
        case("amount_scale-fee_money", fees=[{**_CASH_FEE, "amount": "0.001"}]),
        case("amount_scale-fee_units", fees=[{**_BNB_FEE, "units": "0." + "0" * 18 + "1"}]),
        case("asset_unknown", fees=[{**_BNB_FEE, "asset": "DOGE"}]),
        case("account_unknown", fees=[{**_BNB_FEE, "account": "nowhere"}]),
        case("units_short-fee", "the fee is not there", fees=[{**_BNB_FEE, "units": "1000"}]),
        case(
            "units_short_on_value_date",
            "the fee's units arrived on 2026-01-12 only",
            **_ON_THE_EIGHTH,
        ),
    )


def _of_lots(noun: str) -> tuple[Case, ...]:
    """What a settlement that names its lots may be wrong in; units of BTC leave."""
    units = "given" if noun == "exchange" else "units"
    here: dict[str, Any] = {"prelude": "identified", "fees": []}
    here |= {} if noun == "delivery" else {"trade_date": "2026-01-05"}

    def named(*lots: tuple[str, str]) -> dict[str, Any]:
        return {**here, "lots": [{"lot": lot, "units": units} for lot, units in lots]}

    return (
        case("lots_missing", **here),
        case("lots_not_identified", lots=[{"lot": UNKNOWN, "units": "1"}]),
        case("lots_do_not_cover", **named(("@lot_1", "0.75"))),
        case("lot_unknown", **named((UNKNOWN, "1"))),
        case("lot_unknown-asset", "a lot of another asset", **named(("@lot_bnb", "1"))),
        case("lot_unknown-twice", **named(("@lot_1", "0.5"), ("@lot_1", "0.5"))),
        case("lot_short", **named(("@lot_2", "1"))),
        case("amount_scale-lot", **named(("@lot_1", "1"), ("@lot_2", TOO_FINE))),
        case(
            "value_date_before_reference-lot",
            "the lot came in later",
            **{**named(("@lot_2", "0.5")), "value_date": "2026-01-05", units: "0.5"},
        ),
        case("valid-lots", "parts of two lots", **named(("@lot_1", "0.75"), ("@lot_2", "0.25"))),
    )


_EARLY = {"value_date": "2026-01-04", "trade_date": "2026-01-04", **_NO_FEES}
_LATE_TRADE = case(
    "value_date_before_reference-trade_date",
    "traded after the value date",
    value_date="2026-01-11",
    trade_date="2026-01-12",
    **_NO_FEES,
)
_ASKED: dict[str, Any] = {**PROPOSE, "asset": "BTC", "units": "1", "account": "cold-1", **WHY}
_DONE: dict[str, Any] = {**RECORD, "units": "1", "final": True, **HAPPENED, "fees": FEES}


def _without_trade_date(*cases: Case) -> tuple[Case, ...]:
    """The same cases for a kind that has no trade date."""
    return tuple(
        Case(
            item.name,
            {name: value for name, value in item.changes.items() if name != "trade_date"},
            item.why,
        )
        for item in cases
    )


ACQUISITIONS = (
    Subject(
        "acquisition.proposed",
        "working",
        {**_ASKED, "max_consideration": usd("90000"), "counterparty": "exchange-one"},
        (
            NO_ASSET,
            case("asset_retired", asset="OLD"),
            *BAD_ACCOUNT,
            NOBODY,
            FINE_UNITS,
            case("amount_scale-money", max_consideration=usd("90000.001")),
        ),
    ),
    Subject(
        "acquisition.settled",
        "working",
        {
            **_DONE,
            "proposal": "@acquisition",
            "consideration": usd("39900.25"),
            "trade_date": "2026-01-12",
        },
        (
            *of_facts("acquisition", _EARLY),
            _LATE_TRADE,
            FINE_UNITS,
            case("amount_scale-money", consideration=usd("39900.001")),
            case("currency_differs", consideration={"currency": "EUR", "amount": "39900"}),
            *_of_fees(),
            case(
                "valid-in_part",
                "half of the units; the proposal stays open",
                units="0.5",
                consideration=usd("20000"),
                final=False,
            ),
        ),
    ),
)

DISPOSALS = (
    Subject(
        "disposal.proposed",
        "working",
        {**_ASKED, "min_proceeds": usd("90000"), "counterparty": "exchange-one"},
        (
            NO_ASSET,
            *BAD_ACCOUNT,
            NOBODY,
            FINE_UNITS,
            case("amount_scale-money", min_proceeds=usd("90000.001")),
            *OUT_OF_UNITS,
        ),
    ),
    Subject(
        "disposal.settled",
        "working",
        {
            **_DONE,
            "proposal": "@disposal",
            "proceeds": usd("40100.25"),
            "trade_date": "2026-01-12",
        },
        (
            *of_facts("disposal", _EARLY),
            _LATE_TRADE,
            FINE_UNITS,
            case("amount_scale-money", proceeds=usd("40100.001")),
            case("currency_differs", proceeds={"currency": "EUR", "amount": "40100"}),
            case("units_short", units="1000"),
            *_of_fees(),
            *_of_lots("disposal"),
        ),
    ),
    Subject(
        "delivery.proposed",
        "working",
        {**_ASKED, "recipient": "exchange-one"},
        (
            NO_ASSET,
            *BAD_ACCOUNT,
            case("counterparty_unknown", recipient="stranger"),
            FINE_UNITS,
            *OUT_OF_UNITS,
        ),
    ),
    Subject(
        "delivery.settled",
        "working",
        {**_DONE, "proposal": "@delivery"},
        (
            *_without_trade_date(*of_facts("delivery", _EARLY), *_of_fees()),
            FINE_UNITS,
            case("units_short", units="1000"),
            *_of_lots("delivery"),
        ),
    ),
)

_GIVE = {"asset": "BTC", "units": "1"}
_RECEIVE = {"asset": "BNB", "units": "20"}

EXCHANGES = (
    Subject(
        "exchange.proposed",
        "working",
        {
            **PROPOSE,
            "give": _GIVE,
            "receive_min": _RECEIVE,
            "account": "cold-1",
            "receive_account": "cold-2",
            "counterparty": "exchange-one",
            **WHY,
        },
        (
            case("same_asset", receive_min={"asset": "BTC", "units": "2"}),
            case("asset_unknown-give", give={**_GIVE, "asset": "DOGE"}),
            case("asset_unknown-receive", receive_min={**_RECEIVE, "asset": "DOGE"}),
            case("asset_retired", receive_min={"asset": "OLD", "units": "20"}),
            *BAD_ACCOUNT,
            case("account_unknown-receive", receive_account="nowhere"),
            NOBODY,
            case("amount_scale-give", give={**_GIVE, "units": TOO_FINE}),
            case("amount_scale-receive", receive_min={**_RECEIVE, "units": "0." + "0" * 18 + "1"}),
            case("units_short", give={**_GIVE, "units": "1000"}),
            case(
                "units_short_on_value_date",
                "the units arrived on 2026-01-12 only",
                give={"asset": "BNB", "units": "20"},
                receive_min={"asset": "BTC", "units": "1"},
                value_date="2026-01-08",
            ),
        ),
    ),
    Subject(
        "exchange.settled",
        "working",
        {
            **RECORD,
            "proposal": "@exchange",
            "given": "1",
            "received": "20.5",
            "fees": FEES,
            "trade_date": "2026-01-12",
            "final": True,
            **HAPPENED,
        },
        (
            *of_facts("exchange", _EARLY),
            _LATE_TRADE,
            case("amount_scale-given", given=TOO_FINE),
            case("amount_scale-received", received="0." + "0" * 18 + "1"),
            case("units_short", given="1000"),
            *_of_fees()[:-1],
            case(
                "units_short_on_value_date",
                "less is received than the fee, and what was there arrived on 2026-01-12 only",
                received="0.05",
                **_ON_THE_EIGHTH,
            ),
            case(
                "valid-fee_of_received",
                "the fee is kept back from what is received",
                **_ON_THE_EIGHTH,
            ),
            *_of_lots("exchange"),
        ),
    ),
)

SUBJECTS = (*ACQUISITIONS, *DISPOSALS, *EXCHANGES)
