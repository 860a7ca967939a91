"""Cases of transfers, openings, receipts, encumbrances and cash."""

from __future__ import annotations

from typing import Any

from tests.support.vector_case import (
    PROPOSE,
    PROPOSE_BOTH,
    RECORD,
    REGISTER,
    UNKNOWN,
    Case,
    Subject,
    case,
)
from tests.support.vector_cases.movements import (
    BAD_ACCOUNT,
    FINE_UNITS,
    HAPPENED,
    NO_ASSET,
    OUT_OF_UNITS,
    TOO_FINE,
    WHY,
    of_facts,
    usd,
)
from tests.support.vector_fund import CHAIN

_FEE = {"asset": "BTC", "units": "0.001"}
_ADDRESS = {"chain": CHAIN, "address": "bc1qcold2"}
_ARRIVAL: dict[str, Any] = {**RECORD, "proposal": "@moving", "units": "0.5", "final": True}
_EARLY: dict[str, Any] = {"value_date": "2026-01-04"}
_TOO_MUCH = (
    case("units_beyond_transit", units="0.6"),
    case("units_left_in_transit", "final, and half of it is under way", units="0.25"),
)


def _of_arrivals() -> tuple[Case, ...]:
    """As `of_facts`, but that units can only arrive which the exception quorum let leave."""
    unknown, other_kind, *_ = of_facts("transfer", _EARLY)
    return (
        unknown,
        other_kind,
        case(
            "proposal_not_effective",
            "it was released without its approvals; this waits for the exception quorum too",
            proposal="@early",
        ),
        case("value_date_before_reference", **_EARLY),
    )


TRANSFERS = (
    Subject(
        "transfer.proposed",
        "working",
        {
            **PROPOSE,
            "asset": "BTC",
            "units": "1.5",
            "from_account": "cold-1",
            "to_account": "cold-2",
            "to_address": _ADDRESS,
            "max_fee": _FEE,
            **WHY,
        },
        (
            case("same_account", to_account="cold-1", to_address=None),
            NO_ASSET,
            case("asset_unknown-fee", max_fee={**_FEE, "asset": "DOGE"}),
            case("account_unknown", from_account="nowhere"),
            case("account_unknown-destination", to_account="nowhere"),
            case("account_frozen", to_account="ice-1"),
            case("address_unknown", to_address={**_ADDRESS, "address": "bc1qelsewhere"}),
            case(
                "address_unknown-other_account",
                "the address is another account's",
                to_address={**_ADDRESS, "address": "bc1qwarm1"},
            ),
            case("chain_differs", "BNB is on another chain than the address", asset="BNB"),
            FINE_UNITS,
            case("amount_scale-fee", max_fee={**_FEE, "units": TOO_FINE}),
            case("units_short", units="1000"),
            case("units_short-fee", "the fee is not there", max_fee={**_FEE, "units": "1000"}),
            case(
                "units_short_on_value_date",
                "the units arrived on 2026-01-12 only",
                asset="BNB",
                value_date="2026-01-08",
            ),
        ),
    ),
    Subject(
        "transfer.released",
        "working",
        {**RECORD, "proposal": "@transfer", "units": "0.5", "fee": _FEE, **HAPPENED},
        (
            *of_facts("transfer", _EARLY),
            case("asset_unknown", fee={**_FEE, "asset": "DOGE"}),
            FINE_UNITS,
            case("amount_scale-fee", fee={**_FEE, "units": TOO_FINE}),
            case(
                "units_beyond_proposal",
                "more left than was proposed; it waits for the exception quorum",
                units="0.75",
            ),
            case("units_short", units="1000"),
            case(
                "units_short_on_value_date",
                "the fee's units arrived on 2026-01-12 only",
                fee={"asset": "BNB", "units": "0.1"},
                value_date="2026-01-08",
            ),
            case(
                "fee_beyond_proposal",
                "the fee was higher than proposed; it waits for the exception quorum",
                fee={**_FEE, "units": "0.002"},
            ),
            case(
                "fee_beyond_proposal-asset",
                "the fee was paid in another asset; it waits for the exception quorum",
                fee={"asset": "BNB", "units": "0.1"},
            ),
        ),
    ),
    Subject(
        "transfer.settled",
        "working",
        {**_ARRIVAL, **HAPPENED},
        (
            *_of_arrivals(),
            case(
                "account_frozen",
                "it arrived all the same; it waits for the exception quorum",
                proposal="@moving_ice",
            ),
            FINE_UNITS,
            *_TOO_MUCH,
        ),
    ),
    Subject(
        "transfer.failed",
        "working",
        {**_ARRIVAL, "explanation": "The network dropped the transaction", **HAPPENED},
        (
            *_of_arrivals(),
            case(
                "account_frozen",
                "it came back all the same; it waits for the exception quorum",
                proposal="@returning_ice",
            ),
            FINE_UNITS,
            *_TOO_MUCH,
        ),
    ),
)

_IN: dict[str, Any] = {**REGISTER, "asset": "BTC", "units": "2.5", "account": "cold-1", **HAPPENED}
_FROZEN_IN = case(
    "account_frozen",
    "it came in all the same; it waits for the exception quorum",
    account="ice-1",
)

RECEIPTS = (
    Subject(
        "opening.recorded",
        "working",
        {**_IN, "cost": usd("87000"), "acquired_on": "2024-05-17"},
        (
            NO_ASSET,
            BAD_ACCOUNT[0],
            _FROZEN_IN,
            FINE_UNITS,
            case("amount_scale-cost", cost=usd("0.001")),
            case("value_date_before_reference", acquired_on="2026-01-13"),
        ),
    ),
    Subject(
        "receipt.recorded",
        "working",
        {
            **_IN,
            "source": "final_criminal_forfeiture",
            "fair_value": usd("228000"),
            "finality_date": "2026-01-09",
        },
        (
            NO_ASSET,
            BAD_ACCOUNT[0],
            _FROZEN_IN,
            FINE_UNITS,
            case("amount_scale-fair_value", fair_value=usd("0.001")),
            case("finality_missing", finality_date=None),
            case(
                "finality_missing-later", "final after the value date", finality_date="2026-01-13"
            ),
            case("finality_missing-evidence", "without evidence", evidence=[]),
            case(
                "valid-mining",
                "a source that needs no finality",
                source="mining",
                finality_date=None,
                fair_value=None,
            ),
        ),
    ),
)

ENCUMBRANCES = (
    Subject(
        "encumbrance.placed",
        "working",
        {
            **PROPOSE_BOTH,
            "asset": "BTC",
            "units": "1",
            "account": "cold-1",
            "form": "pledge",
            "beneficiary": "Harbour Development Bank",
            **WHY,
        },
        (NO_ASSET, *BAD_ACCOUNT, FINE_UNITS, *OUT_OF_UNITS),
    ),
    Subject(
        "encumbrance.released",
        "working",
        {**PROPOSE_BOTH, "encumbrance": "@pledge", "units": "1.5", **WHY},
        (
            case("encumbrance_unknown", encumbrance=UNKNOWN),
            case("value_date_before_reference", value_date="2026-01-11"),
            FINE_UNITS,
            case("units_beyond_encumbrance", units="2.5"),
            case("valid-in_full", "the encumbrance ends", units="2"),
        ),
    ),
)

CASH = (
    Subject(
        "cash.recorded",
        "working",
        {
            **RECORD,
            "direction": "out",
            "amount": usd("1250.75"),
            "category": "custody_fee",
            "counterparty": "exchange-one",
            **HAPPENED,
        },
        (
            case("amount_scale", amount=usd("0.001")),
            case("counterparty_unknown", counterparty="stranger"),
            case(
                "valid-returned",
                "a part of a temporary transfer comes back",
                direction="in",
                category="other",
                returns="@lent",
            ),
            case("transfer_not_temporary", direction="in", returns=UNKNOWN),
            case("transfer_not_temporary-out", "what goes out returns nothing", returns="@lent"),
            case(
                "currency_differs",
                direction="in",
                returns="@lent",
                amount={"currency": "EUR", "amount": "1"},
            ),
        ),
    ),
)

SUBJECTS = (*TRANSFERS, *RECEIPTS, *ENCUMBRANCES, *CASH)
