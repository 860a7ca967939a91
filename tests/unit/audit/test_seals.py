"""Seals of closed periods in an audit: computed again from the log before each close."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.audit.histories import take_record
from ledger.audit.seals import seal_findings
from ledger.projections.fund_history import FundHistory
from ledger.statements.seals import seals_of
from ledger.statements.tree import Span
from tests.support.bundle_writer import Forger, audited
from tests.support.fund_simulator import DIGEST, GROUNDS, FundSimulator

OTHER = "ab" * 32


def kept(*, priced: bool = True) -> tuple[FundSimulator, Span]:
    """A fund with a policy and 10 BTC, on the first day after the month in which they came."""
    fund = FundSimulator().begin()
    terms = {"asset": "BTC", "classification": "intangible", "memo": DIGEST}
    fund.govern(
        "accounting_policy.adopted",
        effective_from=f"{fund.now[:4]}-01-01",
        framework="ifrs",
        functional_currency="USD",
        cost_formula="fifo",
        assets=[{**terms, "measurement_model": "cost"}],
    )
    fund.acquire()
    last = fund.now[:10]
    if priced:
        seen = fund.do(
            "price.observed", "bolat", asset="BTC", currency="USD", price="39000",
            observed_at=f"{last}T00:00:00.000000Z", source="S", market="M", **GROUNDS,
        )  # fmt: skip
        fund.do(
            "valuation.adopted", "aigerim", cosigners=["daniyar", "marat"], asset="BTC",
            currency="USD", fair_value="39000", level="1", method="Last", prices=[seen],
            **GROUNDS,
        )  # fmt: skip
    fund.tick(days=1)
    return fund, Span("2026", f"{last[:4]}-01-01", last)


def seals(fund: FundSimulator, span: Span) -> dict[str, Any]:
    history = FundHistory()
    for position, raw in enumerate(fund.records, start=1):
        take_record(history, position, raw)
    found = seals_of(history, span)
    return {"trial_balance": found.trial_balance, "statements": found.statements}


def close(fund: FundSimulator, span: Span, **names: Any) -> None:
    members = {"trial_balance": None, "statements": [], **names}
    fund.do(
        "period.closed", "aigerim", cosigners=["daniyar", "marat"], period=span.name,
        starts_on=span.first, ends_on=span.last, **members,
    )  # fmt: skip


def codes(fund: FundSimulator) -> list[tuple[str, int | None]]:
    return [(one.code, one.position) for one in seal_findings(fund.records)]


def test_true_seals_are_found_true_by_the_whole_audit() -> None:
    fund, span = kept()
    close(fund, span, **seals(fund, span))
    assert codes(fund) == []
    forger = Forger.of(fund)
    assert audited(forger.build(), forger.trust()).findings == ()


def test_a_close_that_names_nothing_seals_nothing() -> None:
    fund, span = kept(priced=False)
    close(fund, span)
    assert codes(fund) == []
    forger = Forger.of(fund)
    assert audited(forger.build(), forger.trust()).verdict == "valid"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"trial_balance": OTHER}, "trial_balance_differs"),
        ({"statements": [OTHER]}, "statements_differ"),
    ],
)
def test_a_false_seal_is_proven_bad_at_its_position(wrong: dict[str, Any], code: str) -> None:
    fund, span = kept()
    close(fund, span, **{**seals(fund, span), **wrong})
    assert codes(fund) == [(code, len(fund.records))]
    forger = Forger.of(fund)
    report = audited(forger.build(), forger.trust())
    assert (report.verdict, [one.code for one in report.findings]) == ("proven_bad", [code])


def test_the_seal_of_other_notes_is_bad_and_a_further_document_is_not_asked() -> None:
    fund, span = kept()
    true = seals(fund, span)
    primary, notes = true["statements"]
    close(fund, span, trial_balance=true["trial_balance"], statements=[primary, notes, OTHER])
    assert codes(fund) == []
    fund, span = kept()
    close(fund, span, trial_balance=true["trial_balance"], statements=[primary, OTHER])
    assert codes(fund) == [("statements_differ", len(fund.records))]


def test_what_cannot_be_computed_is_undecided() -> None:
    fund, span = kept(priced=False)
    close(fund, span, trial_balance=OTHER)
    assert codes(fund) == [("seal_undecided", len(fund.records))]


def test_how_rules_were_met_is_told_of_kinds_that_the_books_do_not_read() -> None:
    fund, _ = kept()
    fund.act("disposal.proposed", "aigerim", asset="BTC", units="99",
             min_proceeds={"currency": "USD", "amount": "1"}, counterparty="exchange-one",
             account="cold-1", **GROUNDS)  # fmt: skip
    fund.act("attestation.recorded", "aigerim", item="x", subject="s", attester="A",
             document=DIGEST, expires_on="2000-01-01", **GROUNDS)  # fmt: skip
    history = FundHistory()
    for position, raw in enumerate(fund.records, start=1):
        take_record(history, position, raw)
    met = {rule for rule, verdict in history.conduct if verdict == "deny"}
    assert {"units_short", "attestation_expired"} <= met
