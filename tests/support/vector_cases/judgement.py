"""Cases of approvals, of what officers state about the world, and of closes."""

from __future__ import annotations

from typing import Any

from tests.support.fund_simulator import DIGEST
from tests.support.vector_case import PROPOSE_BOTH, RECORD, UNKNOWN, Subject, case
from tests.support.vector_cases.movements import HAPPENED, NO_ASSET, WHY

_ANSWER: dict[str, Any] = {"author": "daniyar", "cosigners": [], "proposal": "@acquisition_waits"}
_OF_ANSWERS = (
    case("proposal_unknown", proposal=UNKNOWN),
    case("proposal_unknown-lapsed", "it lapsed when its valid_until had passed", days=40),
    case("proposal_not_pending", proposal="@acquisition"),
    case(
        "proposal_not_pending-expired",
        "its time has passed; it cannot lapse, since its units are under way",
        days=40,
        proposal="@early",
    ),
    case("self_approval", author="aigerim"),
    case("office_not_asked", author="bolat"),
)

APPROVALS = (
    Subject(
        "approval.given",
        "working",
        _ANSWER,
        (
            *_OF_ANSWERS,
            case("approved_already", proposal="@half_approved"),
            case(
                "valid-first_of_two",
                "one of two: counted, and nothing else follows",
                proposal="@unapproved",
            ),
            case(
                "valid-second_of_two",
                "the second of two completes",
                author="marat",
                proposal="@half_approved",
            ),
            *(
                case(f"valid-{noun}", f"completes the {noun}", proposal=f"@{noun}_waits")
                for noun in ("disposal", "delivery", "exchange", "transfer", "listing", "pledge")
            ),
            case(
                "valid-exception",
                "the exception quorum: the fact takes effect, and stays flagged",
                author="marat",
                cosigners=["gulnara"],
                proposal="@exception_waits",
            ),
            case(
                "valid-close",
                "both approvals in one envelope complete a close",
                "closing",
                cosigners=["marat"],
                proposal="@close",
            ),
            case(
                "author_suspect",
                "the author's key was reported stolen after the proposal; its effect is refused",
                proposal="@suspect",
            ),
            case(
                "valid-denied_at_completion",
                "completes a proposal that the state forbids by now: its effect is refused",
                proposal="@denied_later",
            ),
        ),
        why="completes the proposal, which becomes effective at this position",
    ),
    Subject(
        "approval.refused",
        "working",
        {**_ANSWER, "reason": "The price is too high"},
        (
            *_OF_ANSWERS,
            case("proposal_in_progress", proposal="@early"),
            *(
                case(
                    f"valid-{noun}",
                    f"ends the {noun}: its units are free",
                    proposal=f"@{noun}_waits",
                )
                for noun in ("disposal", "transfer", "pledge")
            ),
            case("valid-close", "the period is open again", "closing", proposal="@close"),
        ),
        why="ends the proposal",
    ),
    Subject(
        "proposal.withdrawn",
        "working",
        {
            "author": "aigerim",
            "cosigners": [],
            "proposal": "@acquisition_waits",
            "reason": "The counterparty withdrew",
        },
        (
            case("proposal_unknown", proposal=UNKNOWN),
            case("not_the_author", author="daniyar"),
            case("proposal_in_progress", proposal="@moving"),
            case(
                "valid-effective", "an effective proposal, nothing done yet", proposal="@delivery"
            ),
        ),
        why="ends the proposal",
    ),
)

_MEASURED: dict[str, Any] = {"prelude": "measured", "value_date": "2026-01-04"}
_OF_FAIR_VALUES = (
    case("price_after_cut_off", prices=["@price_too_late"], **_MEASURED),
    case("price_after_cut_off-day", "of the day after", prices=["@price_now"], **_MEASURED),
    case(
        "price_too_old",
        "in the last second of the day before the oldest that is allowed",
        prices=["@price_old"],
        **{**_MEASURED, "value_date": "2026-01-05"},
    ),
    case(
        "valid-oldest",
        "in the first second of the oldest day that is allowed",
        prices=["@price_before"],
        **{**_MEASURED, "value_date": "2026-01-05"},
    ),
    case(
        "valid-in_time",
        "in the last second up to the cut-off",
        prices=["@price_last_second", "@price_old"],
        **_MEASURED,
    ),
)

OBSERVATIONS = (
    Subject(
        "price.observed",
        "working",
        {
            **RECORD,
            "asset": "BTC",
            "currency": "USD",
            "price": "91300.25",
            "observed_at": "2026-01-12T09:30:00.000000Z",
            "source": "Exchange One",
            "market": "Exchange One BTC/USD",
            **HAPPENED,
        },
        (NO_ASSET, case("observation_in_future", observed_at="2026-01-12T11:00:00.000000Z")),
    ),
    Subject(
        "valuation.adopted",
        "working",
        {
            **PROPOSE_BOTH,
            "asset": "BTC",
            "currency": "USD",
            "fair_value": "91250.5",
            "level": "1",
            "method": "Price of the principal market at 08:00 UTC",
            "prices": ["@price"],
            **WHY,
        },
        (
            NO_ASSET,
            case("price_unknown", prices=[UNKNOWN]),
            *_OF_FAIR_VALUES,
        ),
    ),
    Subject(
        "observation.recorded",
        "working",
        {
            **RECORD,
            "measure": "market_capitalisation",
            "subject": "BTC",
            "value": "1820000000000",
            "unit": "USD",
            "observed_on": "2026-01-11",
            "source": "Exchange One",
            **HAPPENED,
        },
        (
            case("observation_in_future", observed_on="2026-01-13"),
            case("observation_unit_differs", subject="ETH"),
            case("amount_scale", value="0.0000000000000000001"),
        ),
    ),
    Subject(
        "attestation.recorded",
        "working",
        {
            **RECORD,
            "item": "soc_2",
            "subject": "first-vault",
            "attester": "An Auditor LLP",
            "document": DIGEST,
            "expires_on": "2026-12-31",
            **HAPPENED,
        },
        (case("attestation_expired", expires_on="2026-01-11"),),
    ),
    Subject(
        "fact.recorded",
        "working",
        {
            **RECORD,
            "fact": "custodian_insured",
            "subject": "first-vault",
            "value": True,
            **HAPPENED,
        },
    ),
)

_STATED: dict[str, Any] = {
    **RECORD,
    "account": "cold-1",
    "asset": "BTC",
    "units": "49.5",
    "as_of": "2026-01-11",
    "document": DIGEST,
}
_OF_STATED = (
    NO_ASSET,
    case("account_unknown", account="nowhere"),
    case("amount_scale", units="0.000000001"),
    case("observation_in_future", as_of="2026-01-13"),
)

RECONCILIATION = (
    Subject("custodian_statement.received", "working", {**_STATED, **HAPPENED}, _OF_STATED),
    Subject(
        "balance.attested",
        "working",
        {**_STATED, "method": "address_signature", "attester": "An Auditor LLP", **HAPPENED},
        _OF_STATED,
    ),
    Subject(
        "break.raised",
        "working",
        {**RECORD, "statement": "@differs", "explanation": "Not yet arrived", **HAPPENED},
        (
            case("statement_unknown", statement=UNKNOWN),
            case("break_none", statement="@agreed"),
            case("break_raised_already", statement="@broken"),
        ),
    ),
    Subject(
        "break.resolved",
        "working",
        {
            **RECORD,
            "break_id": "@break",
            "cause": "timing",
            "explanation": "The units arrived on the next day",
            "documents": [DIGEST],
            **HAPPENED,
        },
        (case("break_unknown", break_id=UNKNOWN),),
    ),
)

REPORTS = (
    Subject(
        "report.filed",
        "working",
        {
            **RECORD,
            "deliverable": "annual_report",
            "covers_until": "2025-12-31",
            "channel": "legislature",
            "recipient": "The legislature",
            "nil_return": False,
            "document": DIGEST,
            **HAPPENED,
        },
    ),
)

_BUSY: dict[str, Any] = {
    "prelude": "working",
    "period": "2026-01",
    "starts_on": "2026-01-01",
    "ends_on": "2026-01-11",
}

PERIODS = (
    Subject(
        "period.closed",
        "governed",
        {
            **PROPOSE_BOTH,
            "period": "2025-12",
            "starts_on": "2025-12-01",
            "ends_on": "2025-12-31",
            "trial_balance": DIGEST,
            "statements": [DIGEST],
        },
        (
            case("period_backwards", ends_on="2025-11-30"),
            case("period_not_over", ends_on="2026-01-05"),
            case(
                "period_gap",
                prelude="closed",
                period="2026-01",
                starts_on="2026-01-02",
                ends_on="2026-01-03",
            ),
            case(
                "period_name_used", prelude="closed", starts_on="2026-01-01", ends_on="2026-01-03"
            ),
            case("period_closing", prelude="closing"),
            case("break_open", "it is closed all the same, and flagged", **_BUSY),
            case("proposal_unsettled", "it is closed all the same, and flagged", **_BUSY),
        ),
        why="carries the digest of the state before it in its outcome",
    ),
)

SUBJECTS = (*APPROVALS, *OBSERVATIONS, *RECONCILIATION, *REPORTS, *PERIODS)
