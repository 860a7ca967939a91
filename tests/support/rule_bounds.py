"""Every limit of every rule type, asked one base unit or one day below it, at it, and above it.

A bound is a function of a limit and a day; it gives three answers, and the three right ones.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.domain.policy import Authorised, Filing, ObservedWindow
from ledger.kernel.amounts import render_amount
from ledger.kernel.instants import add_days, add_months
from ledger.kernel.money import Money
from policies.obligation import CLOSED, LATE, OPEN, OVERDUE
from tests.support.books import rule
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    COLD,
    IBIT,
    LICENCE,
    VAULT,
    action,
    asked,
    holding,
    judged,
    rule_of,
    said,
    stands,
    stated,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Answers = tuple[list[str], list[str]]
    Bound = Callable[[int, str], Answers]

AT_MOST = ["allows", "allows", "denies"]
BELOW = ["allows", "denies", "denies"]
AT_LEAST = ["denies", "allows", "allows"]
ABOVE = ["denies", "denies", "allows"]
ON_TIME = [OPEN, OPEN, OVERDUE]
STEPS = (-1, 0, 1)


def spends(cents: int, **fields: Any) -> Any:
    return action(consideration=Money("USD", cents), **fields)


def moves(units: int, **fields: Any) -> Any:
    return action(units=units, **fields)


def dated(day: str, step: int = 0, **fields: Any) -> Any:
    return action(value_date=add_days(day, step), **fields)


def answers_of(
    rule_type: str, subjects: Iterable[Any], known: KnownFacts | None = None, **params: Any
) -> list[str]:
    return [said(asked(rule_type, subject, known, **params)) for subject in subjects]


def compared(comparison: str) -> list[str]:
    return AT_MOST if comparison == "<=" else BELOW


# -- amounts --------------------------------------------------------------------------------------


def _share(comparison: str, *, held: bool) -> Bound:
    def bound(limit: int, _day: str) -> Answers:
        # 0.25 of 4 times the limit; half of it is held already where `held`.
        params: dict[str, Any] = {"pct": "0.25", "base_amount": render_amount(4 * 2 * limit, 2)}
        rest = {"base_unit": "USD", "comparison": comparison}
        before = limit if held else 0
        known = KnownFacts(
            flows={}, observed_values={}, held=[holding(before * 10**6)], prices={"BTC": "1"}
        )
        at = {"numerator_basis": "market_value"}
        subjects = [spends(2 * limit - before + step) for step in STEPS]
        return answers_of("cap_pct", subjects, known, **params, **rest, **at), compared(comparison)

    return bound


def _share_at_cost(limit: int, _day: str) -> Answers:
    # `constant` is in each of the two flows that make up what was paid.
    known = KnownFacts(constant=limit)
    params: dict[str, Any] = {
        "pct": "1",
        "base_amount": render_amount(4 * limit, 2),
        "base_unit": "USD",
    }
    subjects = [spends(2 * limit + step) for step in STEPS]
    return answers_of("cap_pct", subjects, known, **params), AT_MOST


def _age_of_the_base(limit: int, day: str) -> Answers:
    oldest = limit % 3_660
    answers = []
    for step in STEPS:
        seen = (add_days(day, -oldest - step), "1000000", "USD")
        known = KnownFacts(observed_values={("base", "general"): seen})
        params: dict[str, Any] = {"pct": "1", "base_funds": ["general"], "base_unit": "USD"}
        subject = dated(day)
        one = asked("cap_pct", subject, known, max_age_days=oldest, **params)
        answers.append(said(one))
    return answers, AT_MOST if oldest else ["denies", "allows", "denies"]


def _amount(measure: str, comparison: str) -> Bound:
    def bound(limit: int, _day: str) -> Answers:
        in_money = measure in {"transaction_cost", "cumulative_purchase_cost"}
        text, unit = render_amount(3 * limit, 2 if in_money else 8), "USD" if in_money else "BTC"
        before = 2 * limit if measure.startswith("cumulative") else 0
        held = [holding(9 * limit, encumbered=2 * limit)] if measure == "encumbered_units" else []
        own = 3 * limit - before - sum(one.encumbered for one in held)
        params: dict[str, Any] = {
            "amount": text,
            "unit": unit,
            "measure": measure,
            "comparison": comparison,
        }
        make = spends if in_money else moves
        subjects = [make(own + step) for step in STEPS]
        known = KnownFacts(constant=before, held=held)
        return answers_of("cap_absolute", subjects, known, **params), compared(comparison)

    return bound


def _raised(limit: int, day: str) -> Answers:
    seen = (day, render_amount(limit, 2), "USD")
    known = KnownFacts(observed_values={("appropriation", "fund"): seen})
    params: dict[str, Any] = {"amount": "10", "unit": "USD", "measure": "transaction_cost"}
    subjects = [spends(1_000 + limit + step, value_date=day) for step in STEPS]
    raised = {"raised_by": "appropriation"}
    return answers_of("cap_absolute", subjects, known, **params, **raised), AT_MOST


def _after(_limit: int, day: str) -> Answers:
    subjects = [dated(day, step) for step in STEPS]
    return answers_of("cap_absolute", subjects, after=day), ["silent", "silent", "denies"]


def _rolling(limit: int, day: str) -> Answers:
    """The first day of a window counts, and the one before it does not."""
    length = limit % 400 + 1
    window = {"kind": "rolling_days", "days": length}
    params: dict[str, Any] = {
        "amount": "1000",
        "unit": "USD",
        "measure": "cumulative_purchase_cost",
    }
    answers = []
    for step in STEPS:
        known = KnownFacts({add_days(day, 1 - length + step): 1})
        one = asked("cap_absolute", dated(day), known, window=window, **params)
        answers.append(said(one))
    # A window of one day that begins tomorrow does not hold what is done today.
    return answers, ["allows", "denies", "allows" if length == 1 else "denies"]


def _addresses(limit: int, _day: str) -> Answers:
    there = replace(COLD, addresses=limit % 17 + 1)
    fits = limit * there.addresses
    known = KnownFacts(held=[holding(fits // 2)])
    subjects = [moves(fits - fits // 2 + step, destination=there) for step in STEPS]
    params: dict[str, Any] = {"max_per_address": render_amount(limit, 8), "unit": "BTC"}
    return answers_of("address_cap", subjects, known, **params), AT_MOST


def _spent(limit: int, _day: str) -> Answers:
    there = replace(COLD, addressed_at=limit)
    answers = []
    for step in STEPS:
        known = KnownFacts(held=[holding(0, account=there, spent_at=limit + step)])
        subject = action(destination=there)
        answers.append(said(asked("address_cap", subject, known, no_receive_after_spend=True)))
    return answers, AT_MOST


def _average(operator: str, right: list[str]) -> Bound:
    def bound(limit: int, day: str) -> Answers:
        answers = []
        for step in STEPS:
            days = limit % 366 + 1
            total = Fraction(limit * days) + Fraction(step, 10**18)
            window = ObservedWindow(days, total, 0, (1, 2))
            known = KnownFacts(
                observed_values={("market_cap", "BTC"): ("0001-01-01", "1", "USD")},
                windows={("market_cap", "BTC"): window},
            )
            params: dict[str, Any] = {"threshold_usd": str(limit), "operator": operator}
            months = {"window": {"kind": "rolling_months", "months": 12}}
            one = asked("eligible_by_avg_market_cap", dated(day), known, **params, **months)
            answers.append(said(one))
        return answers, right

    return bound


def _capital(limit: int, day: str) -> Answers:
    answers = []
    for step in STEPS:
        seen = (day, render_amount(limit * 10**18 + step, 18), "USD")
        known = KnownFacts(observed_values={("capital", "first-vault"): seen})
        subject = action("register_counterparty", party=VAULT, value_date=day)
        one = asked("attestation", subject, known, of="party", amount=str(limit))
        answers.append(said(one))
    return answers, AT_LEAST


def _signers(limit: int, _day: str) -> Answers:
    wanted = limit % 97 + 2
    subjects = [action(destination=replace(COLD, signers=wanted + step)) for step in STEPS]
    return answers_of("custody_method", subjects, min_signers=wanted), AT_LEAST


def _band(limit: int, _day: str) -> Answers:
    params: dict[str, Any] = {"roles_count": "1", "up_to": render_amount(limit, 2), "unit": "USD"}
    subjects = [spends(limit + step) for step in STEPS]
    return answers_of("approval", subjects, **params), ["asks", "asks", "silent"]


def _band_above(limit: int, _day: str) -> Answers:
    params: dict[str, Any] = {"roles_count": "1", "above": render_amount(limit, 2), "unit": "USD"}
    subjects = [spends(limit + step) for step in STEPS]
    return answers_of("approval", subjects, **params), ["silent", "silent", "asks"]


def _exact_share(limit: int, _day: str) -> Answers:
    known = KnownFacts(held=[holding(3 * limit), holding(limit)])
    subjects = [moves(limit + step) for step in STEPS]
    answers = answers_of("approval", subjects, known, roles_count="1", pct="0.25")
    return answers, ["denies", "asks", "denies"]


def _underlying(limit: int, _day: str) -> Answers:
    unit: dict[str, Any] = {
        "instrument": "IBIT",
        "instrument_class": "etp_unit",
        "underlying": "BTC",
    }
    known = KnownFacts(held=[holding(1, IBIT), holding(limit)])
    subjects = [moves(limit + step) for step in STEPS]
    return answers_of("instrument_class", subjects, known, **unit), AT_MOST


def _over(limit: int, _day: str) -> Answers:
    authorised = Authorised(2 * limit, limit, None, effective=True)
    subjects = [moves(2 * limit + step, authorised=authorised) for step in STEPS]
    return answers_of("settlement_tolerance", subjects, units_over="0.5"), AT_MOST


def _price(limit: int, _day: str) -> Answers:
    authorised = Authorised(10, 0, Money("USD", 2 * limit), effective=True)
    subjects = [
        replace(spends(3 * limit + step, units=10, authorised=authorised),
                triggers=("purchase_settlement",))
        for step in STEPS
    ]  # fmt: skip
    return answers_of("settlement_tolerance", subjects, price_adverse="0.5"), AT_MOST


# -- days -----------------------------------------------------------------------------------------


def _in_force(_limit: int, day: str) -> Answers:
    return answers_of("effective_date", [dated(day, s) for s in STEPS], in_force_from=day), AT_LEAST


def _attested(rule_type: str, param: str, *, last: bool) -> Bound:
    def bound(_limit: int, day: str) -> Answers:
        one = stated("0001-01-01", until=day) if last else stated(day)
        known = KnownFacts(attestations={("audit", "cold-1"): one})
        subjects = [dated(day, step, destination=COLD) for step in STEPS]
        return answers_of(rule_type, subjects, known, **{param: ["audit"]}), (
            AT_MOST if last else AT_LEAST
        )

    return bound


def _licence(*, last: bool) -> Bound:
    def bound(_limit: int, day: str) -> Answers:
        days = ("0001-01-01", day) if last else (day, "")
        licence = replace(LICENCE, valid_from=days[0], valid_until=days[1])
        party = replace(VAULT, licences=(licence,))
        subjects = [dated(day, step, party=party) for step in STEPS]
        answers = answers_of("custodian_attributes", subjects, regulator="AFSA")
        return answers, AT_MOST if last else AT_LEAST

    return bound


def _suspended(_limit: int, day: str) -> Answers:
    known = KnownFacts(facts={("licence_suspended", "first-vault"): stated(day)})
    licence = replace(LICENCE, valid_from="0001-01-01", valid_until="")
    party = replace(VAULT, licences=(licence,))
    subjects = [dated(day, step, party=party) for step in STEPS]
    return answers_of("custodian_attributes", subjects, known, regulator="AFSA"), BELOW


def _final(_limit: int, day: str) -> Answers:
    source = {"source": "civil_money_penalty", "final_on": day}
    subjects = [dated(day, step, **source) for step in STEPS]
    wanted: dict[str, Any] = {"sources_any_of": ["civil_money_penalty"]}
    return answers_of("inflow_source", subjects, **wanted), AT_LEAST


def _listed(_limit: int, day: str) -> Answers:
    known = KnownFacts(facts={("eligible", "Ministry/BTC"): stated(day)})
    subjects = [dated(day, step) for step in STEPS]
    return answers_of("eligible_asset_list", subjects, known, listed_by="Ministry"), AT_LEAST


def _years(limit: int, day: str) -> Answers:
    years = limit % 9 + 1
    began = add_months(day, -12 * years)
    known = KnownFacts(facts={("returned", "cold-1"): stated(began)})
    over = add_months(began, 12 * years)
    subjects = [dated(over, step, account=COLD, triggers=("delivery",)) for step in STEPS]
    params: dict[str, Any] = {"deliverable": "d", "starts_on": "returned", "years": years}
    return answers_of("obligation_due", subjects, known, **params), AT_LEAST


def _due(params: dict[str, Any], known: KnownFacts, days: Iterable[str]) -> list[str]:
    read = rule_of("obligation_due", deliverable="report", **params)
    assert read.kind.due is not None
    return [read.kind.due(read, known, day)[0].status for day in days]


def _around(day: str) -> list[str]:
    return [add_days(day, step) for step in STEPS]


def _fixed(_limit: int, day: str) -> Answers:
    return _due({"due": day}, KnownFacts(), _around(day)), ON_TIME


def _calendar(_limit: int, day: str) -> Answers:
    params: dict[str, Any] = {"clock": "calendar", "first_due": day, "every_months": 24}
    return _due(params, KnownFacts(), _around(day)), ON_TIME


def _from_event(limit: int, day: str) -> Answers:
    days = limit % 365 + 1
    params: dict[str, Any] = {"clock": "days_from_event", "event": "enacted", "days": days}
    known = KnownFacts(facts={("enacted", "fund"): stated(day)})
    return _due(params, known, _around(add_days(day, days))), ON_TIME


def _filed(_limit: int, day: str) -> Answers:
    answers = []
    for step in STEPS:
        filing = Filing(add_days(day, step), day, "web", nil_return=False, position=1)
        known = KnownFacts(filed={"report": [filing]})
        answers += _due({"due": day}, known, [add_days(day, 9)])
    return answers, [CLOSED, CLOSED, LATE]


def _compared(limit: int, day: str) -> Answers:
    days = limit % 365 + 1
    read = rule_of("reconciliation", frequency_days=days, within_days=3)
    assert read.kind.due is not None
    known = KnownFacts(last_statement=day)
    ends = _around(add_days(day, days + 3))
    return [read.kind.due(read, known, end)[0].status for end in ends], ON_TIME


def _in_force_from(_limit: int, day: str) -> Answers:
    """Any rule: its own first and last day count."""
    answers = []
    for step in STEPS:
        row = rule("T.R", "outflow_restriction", "purchase", effective_from=day, effective_to=day)
        answers.append(stands(judged(dated(day, step), row)))
    return answers, ["effective", "refused", "effective"]


MEASURES = [
    *("transaction_cost", "transaction_units", "cumulative_purchase_cost", "cumulative_units"),
    *("cumulative_outflow_units", "cumulative_transfer_units", "encumbered_units"),
]
BOUNDS: dict[str, list[Bound]] = {
    "address_cap": [_addresses, _spent],
    "approval": [_band, _band_above, _exact_share],
    "attestation": [
        _capital, _attested("attestation", "items", last=True),
        _attested("attestation", "items", last=False),
    ],
    "cap_absolute": [
        *(_amount(measure, comparison) for measure in MEASURES for comparison in ("<=", "<")),
        _raised, _after, _rolling,
    ],
    "cap_pct": [
        *(_share(comparison, held=held) for comparison in ("<=", "<") for held in (False, True)),
        _share_at_cost, _age_of_the_base,
    ],
    "custodian_attributes": [_licence(last=True), _licence(last=False), _suspended],
    "custody_method": [
        _signers, _attested("custody_method", "conditions_all_of", last=True),
        _attested("custody_method", "conditions_all_of", last=False),
    ],
    "effective_date": [_in_force],
    "eligible_asset_list": [_listed],
    "eligible_by_avg_market_cap": [_average(">=", AT_LEAST), _average(">", ABOVE)],
    "inflow_source": [_final],
    "instrument_class": [_underlying],
    "obligation_due": [_years, _fixed, _calendar, _from_event, _filed],
    "outflow_restriction": [_in_force_from],
    "reconciliation": [_compared],
    "settlement_tolerance": [_over, _price],
}  # fmt: skip
WITHOUT_BOUND = frozenset(
    {
        *("indirect_only", "no_published_rule", "segregation", "separation_of_duties"),
        "temporary_transfer",
    }
)
"""Types whose parameters have no figure and no day; all the others are asked at theirs."""
