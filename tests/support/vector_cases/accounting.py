"""Cases of the books: accounting policies, entries by hand, measurements, issued statements."""

from __future__ import annotations

from typing import Any

from tests.support.fund_simulator import DIGEST
from tests.support.vector_case import GOVERN, PROPOSE_BOTH, UNKNOWN, Case, Subject, case
from tests.support.vector_cases.movements import WHY
from tests.support.vector_policies import BTC_POLICY, POLICY

# -- the policy -----------------------------------------------------------------------------------


def _btc(**changes: Any) -> dict[str, Any]:
    """The policy's only asset, with something changed."""
    return {**BTC_POLICY, **changes}


def _assets(**changes: Any) -> dict[str, Any]:
    return {"assets": [_btc(**changes)]}


_BNB = _btc(asset="BNB", measurement_model="cost", active_market=False)
_IDENTIFIED: dict[str, Any] = {
    "cost_formula": "specific",
    "unit_of_account": "lot",
    **_assets(interchangeable=False),
}
_ADDED: dict[str, Any] = {
    "prelude": "measured",
    "change": "addition",
    "effective_from": "2026-01-06",
}

_OF_FORMULAS = (
    case("cost_formula_not_allowed", "last in, first out", cost_formula="lifo"),
    case("cost_formula_not_allowed-hifo", "highest in, first out", cost_formula="hifo"),
    case(
        "specific_identification_needs_non_interchangeable_items",
        **{**_IDENTIFIED, **_assets()},
    ),
    case("lots_identified_for_the_fund", lot_scope="account", **_IDENTIFIED),
    case("lots_unknown", "BTC is held already", prelude="working", **_IDENTIFIED),
    case("unit_of_account_conflicts_with_cost_formula", unit_of_account="holding"),
    case("valid-specific", "no lot has come in before they are kept", **_IDENTIFIED),
    case(
        "valid-us_gaap_specific",
        "where the framework does not ask whether units stand for one another",
        **{**_IDENTIFIED, **_assets(measurement_model="fv_net_income"), "framework": "us_gaap"},
    ),
    case(
        "valid-weighted_average",
        cost_formula="weighted_average",
        unit_of_account="holding",
        lot_scope="account",
    ),
)
_OF_MODELS = (
    case("model_not_allowed", "inventory is not revalued", **_assets(classification="inventory")),
    case(
        "model_not_allowed-framework",
        "there is no revaluation under US GAAP",
        framework="us_gaap",
    ),
    case("revaluation_needs_active_market", **_assets(active_market=False)),
    case(
        "class_must_share_one_model",
        assets=[_btc(), {**_BNB, "active_market": True}],
    ),
    case(
        "valid-class_without_market",
        "what has no active market is carried at cost in a class that is revalued (IAS 38.81)",
        assets=[_btc(), _BNB],
    ),
    case(
        "redemption_missing",
        **_assets(classification="financial_asset", measurement_model="amortised_cost"),
    ),
)
_OF_CHANGES = (
    case("policy_change_unexplained", "the second policy", prelude="measured"),
    case("policy_change_unexplained-first", "there is nothing before", change="addition"),
    case(
        "policy_change_mismatch",
        "another cost formula is more than an addition",
        **{**_ADDED, "cost_formula": "weighted_average", "unit_of_account": "holding"},
    ),
    case(
        "policy_change_needs_restatement",
        "from a day on that is closed",
        **{**_ADDED, "effective_from": "2025-12-15", "assets": [_btc(), _BNB]},
    ),
    case("valid-addition", "one asset more", **{**_ADDED, "assets": [_btc(), _BNB]}),
    case(
        "valid-retrospective",
        "another cost formula, as if it had always been",
        **{
            **_ADDED,
            "change": "change_of_policy",
            "effective_from": "2025-12-15",
            "cost_formula": "weighted_average",
            "unit_of_account": "holding",
        },
    ),
)

POLICIES = (
    Subject(
        "accounting_policy.adopted",
        "governed",
        {**GOVERN, **POLICY},
        (
            case("policy_incomplete", **_assets(asset="DOGE")),
            case("policy_asset_repeated", assets=[_btc(), _btc()]),
            case("functional_currency_differs", functional_currency="KZT"),
            *_OF_FORMULAS,
            *_OF_MODELS,
            *_OF_CHANGES,
            case("valid-unclassified", "nothing is classified yet", assets=[]),
        ),
    ),
)

# -- entries --------------------------------------------------------------------------------------

_EXPENSE: dict[str, Any] = {"account": "5050", "side": "debit", "amount": "1200.5"}
_PAYABLE: dict[str, Any] = {"account": "2010", "side": "credit", "amount": "1200.5"}
_CASH: dict[str, Any] = {
    "account": "1000",
    "side": "credit",
    "amount": "100",
    "currency": "KZT",
    "foreign_amount": "50000",
}
_COST: dict[str, Any] = {
    "account": "1110",
    "side": "debit",
    "amount": "100",
    "asset": "BTC",
    "lot": UNKNOWN,
    "adjusts": "carrying_amount",
}


def _lines(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"lines": list(lines)}


_RESTATES: dict[str, Any] = {
    "prelude": "closed",
    "value_date": "2025-12-31",
    "restates": ["2025-12"],
    **_lines(_EXPENSE, _PAYABLE),
}

ENTRIES = (
    Subject(
        "entry.posted",
        "measured",
        {
            **PROPOSE_BOTH,
            **_lines(_COST, _CASH, _EXPENSE, _PAYABLE),
            "explanation": "A fee that was left out",
            "corrects": DIGEST,
            **WHY,
        },
        (
            case("account_not_in_chart", **_lines({**_EXPENSE, "account": "7777"}, _PAYABLE)),
            case(
                "account_not_in_chart-derived",
                "what is derived from events alone is not posted to",
                **_lines({**_EXPENSE, "account": "9000", "asset": "BTC"}, _PAYABLE),
            ),
            case("asset_unknown", **_lines({**_COST, "asset": "DOGE"}, _CASH)),
            case(
                "entry_line_incomplete-asset",
                "the account is kept by asset",
                **_lines({**_EXPENSE, "account": "1110"}, _PAYABLE),
            ),
            case(
                "entry_line_incomplete-currency",
                "the account is kept by currency",
                **_lines(_EXPENSE, {**_PAYABLE, "account": "1000"}),
            ),
            case(
                "entry_line_incomplete-foreign_amount",
                "an amount of which currency",
                **_lines(_EXPENSE, {**_PAYABLE, "foreign_amount": "7"}),
            ),
            case(
                "amount_scale",
                **_lines({**_EXPENSE, "amount": "0.001"}, {**_PAYABLE, "amount": "0.001"}),
            ),
            case("amount_scale-foreign", **_lines(_COST, {**_CASH, "foreign_amount": "0.001"})),
            case("entry_does_not_balance", **_lines({**_EXPENSE, "amount": "1200.51"}, _PAYABLE)),
            case(
                "surplus_never_through_profit_or_loss",
                **_lines(
                    {**_EXPENSE, "account": "3100", "asset": "BTC"},
                    {**_PAYABLE, "account": "4000", "asset": "BTC"},
                ),
            ),
            case("period_unknown", **{**_RESTATES, "restates": ["2025-11"]}),
            case(
                "period_unknown-value_date",
                "the value date lies in none that it restates",
                **{**_RESTATES, "value_date": "2026-01-05"},
            ),
            case(
                "period_shut",
                "what does not restate lies in no closed period",
                **{**_RESTATES, "restates": None},
            ),
            case("valid-restatement", "it lies in the closed period that it restates", **_RESTATES),
        ),
    ),
    Subject(
        "entry.reversed",
        "measured",
        {**PROPOSE_BOTH, "entry": "@entry", "explanation": "It was posted twice", **WHY},
        (
            case("entry_unknown", entry=UNKNOWN),
            case("entry_reversed_already", entry="@reversed"),
            case("value_date_before_reference", value_date="2026-01-04"),
        ),
    ),
)

# -- measurements and statements ------------------------------------------------------------------


def _statement_cases() -> tuple[Case, ...]:
    return (
        case("period_unknown", period="2026-01"),
        case("statement_day_differs", as_of="2025-12-30"),
        case("position_in_future", known_at=9_999),
        case("statement_issued_already", document=DIGEST),
    )


REPORTING = (
    Subject(
        "measurement.recorded",
        "measured",
        {**PROPOSE_BOTH, "occasion": "interim", **WHY},
        (case("policy_missing", "no policy is adopted", prelude="governed"),),
    ),
    Subject(
        "statement.issued",
        "measured",
        {
            **PROPOSE_BOTH,
            "title": "financial_statements",
            "period": "2025-12",
            "as_of": "2025-12-31",
            "known_at": 20,
            "document": UNKNOWN,
            "authorised_by": "The Board of the Harbour Sovereign Fund",
            **WHY,
        },
        _statement_cases(),
    ),
)

SUBJECTS = (*POLICIES, *ENTRIES, *REPORTING)
