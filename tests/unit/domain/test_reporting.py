"""Measurements and issued statements: when the books are measured, and what was authorised."""

from __future__ import annotations

import pytest

from tests.support.book_scenes import closed_fund
from tests.support.books import quorum
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import classified, effects_of, fund_under, laws_of, verdict_of

OTHER = "1" * 64


@pytest.mark.parametrize("occasion", ["interim", "indication_of_impairment", "other"])
def test_a_day_is_measured_once_there_is_a_policy(occasion: str) -> None:
    fund = fund_under()
    measured = {"occasion": occasion, **GROUNDS}
    before = fund.act("measurement.recorded", "aigerim", **measured)
    assert laws_of(before) == ["policy_missing"]
    fund.measure_by(classified())
    assert verdict_of(fund.act("measurement.recorded", "aigerim", **measured)) == "effective"


def test_the_first_policy_measures_days_before_its_own() -> None:
    """It is the first that was ever adopted: nothing else could measure them."""
    fund = fund_under()
    fund.measure_by(classified(), effective_from=fund.day(30))
    answer = fund.act("measurement.recorded", "aigerim", occasion="interim", **GROUNDS)
    assert laws_of(answer) == []


def test_statements_are_of_a_closed_period_to_its_last_day() -> None:
    fund = closed_fund()
    ends = fund.day(-1)
    for period, as_of, laws in (
        ("2027", ends, ["period_unknown"]),
        ("2026", fund.day(-2), ["statement_day_differs"]),
        ("2026", fund.today, ["statement_day_differs"]),
        ("2026", ends, []),
    ):
        answer = fund.act("statement.issued", "aigerim", **fund.issue(period, as_of))
        assert laws_of(answer) == laws


def test_statements_know_no_more_than_the_log() -> None:
    fund = closed_fund()
    ends, last = fund.day(-1), fund.state.position
    ahead = fund.act("statement.issued", "aigerim", **fund.issue("2026", ends, known_at=last + 1))
    assert laws_of(ahead) == ["position_in_future"]
    # The refusal is a record too.
    assert fund.state.position == last + 1
    fund.do("statement.issued", "aigerim", **fund.issue("2026", ends, known_at=last + 1))


def test_a_document_is_issued_once_and_another_one_may_follow_it() -> None:
    fund = closed_fund()
    issue = fund.issue("2026", fund.day(-1))
    fund.do("statement.issued", "aigerim", **issue)
    issued_at = fund.state.position
    again = fund.act("statement.issued", "aigerim", **issue)
    assert laws_of(again) == ["statement_issued_already"]
    fund.do("statement.issued", "aigerim", **{**issue, "document": OTHER})
    assert fund.state.issued == {issue["document"]: issued_at, OTHER: issued_at + 2}


def test_everything_that_is_wrong_with_an_issue_is_found() -> None:
    fund = closed_fund()
    issue = fund.issue("2026", fund.day(-1))
    fund.do("statement.issued", "aigerim", **issue)
    wrong = {**issue, "as_of": fund.day(-2), "known_at": 10_000}
    found = laws_of(fund.act("statement.issued", "aigerim", **wrong))
    assert found == ["statement_day_differs", "position_in_future", "statement_issued_already"]


def test_of_two_pending_issues_of_one_document_one_takes_effect() -> None:
    fund = closed_fund(quorum(1, "statement_issue"))
    issue = fund.issue("2026", fund.day(-1))
    first, second = (fund.pend("statement.issued", "aigerim", **issue) for _ in range(2))
    fund.approve(first, "daniyar")
    answer = fund.act("approval.given", "daniyar", proposal=second)
    assert effects_of(answer) == [("refused", ["statement_issued_already"])]
