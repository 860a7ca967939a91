"""What a reader must know of a report, what cannot be shown, and the days of a period."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import InputError, UndecidableError
from ledger.statements.basis import calendar_span, comparative_of
from ledger.statements.tree import Cell, Report, Selector, Span, added
from tests.support.folded_books import Story, asset


def held() -> Story:
    """Ten for 1000, worth as much."""
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-12-31", "100")
    return story


def codes(report: Report) -> list[tuple[str, str, bool]]:
    return [(one.code, one.day, one.is_blocking) for one in report.concerns]


def test_a_fund_without_a_year_before_has_no_comparative() -> None:
    report = held().report()
    assert codes(report) == [("no_comparative", "2025-01-01", False)]
    assert report.is_complete


def test_a_comparative_day_that_no_event_measured_is_told() -> None:
    story = held()
    story.cash("2024-12-31", "contribution", 5)
    assert codes(story.report()) == [("comparative_not_measured", "2024-12-31", False)]
    story.measures("2024-12-31")
    assert codes(story.report()) == []


def test_a_gap_blocks_the_periods_that_rest_on_it() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.goes("2025-02-01", "fee", 1)
    story.goes("2025-02-01", "fee", 1)
    assert codes(story.report()) == [
        ("fair_value_missing", "2025-02-01", True),
        ("fair_value_missing", "2025-02-01", True),
        ("fair_value_missing", "2025-12-31", True),
        ("no_comparative", "2025-01-01", False),
    ]
    assert not story.report().is_complete
    assert codes(story.report(as_of="2025-01-31")) == [
        ("fair_value_missing", "2025-01-31", True), ("no_comparative", "2025-01-01", False),
    ]  # fmt: skip


def test_what_one_measurement_lacked_the_next_may_have() -> None:
    story = held()
    story.measures("2025-06-30")
    story.price("2026-12-31", "90")
    story.price("2027-12-31", "90")
    missing = ("fair_value_missing", "2025-06-30")
    found = {year: codes(story.report(year)) for year in ("2025", "2026", "2027")}
    blocks = {year: (*missing, True) in concerns for year, concerns in found.items()}
    assert blocks == {"2025": True, "2026": True, "2027": False}
    assert (*missing, False) in found["2027"]


def test_closed_and_measured_are_said_of_the_last_day() -> None:
    story = held()
    first = story.report()
    assert (first.is_closed, first.is_measured) == (False, False)
    story.measures("2025-12-31")
    second = story.report()
    assert (second.is_closed, second.is_measured) == (False, True)
    story.closes("2025", "2025-01-01", "2025-12-31")
    third = story.report()
    assert (third.is_closed, third.is_measured, third.known_at) == (True, True, story.position)
    assert not story.report(as_of="2025-06-30").is_closed


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"profile": "ifrs17"}, InputError),
        ({"as_of": "2024-12-31"}, InputError),
        ({"as_of": "2026-01-01"}, InputError),
        ({"period": "2025Q5"}, InputError),
    ],
)
def test_what_cannot_be_shown_is_refused(more: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        held().report(**more)


def test_without_a_policy_there_is_no_statement() -> None:
    story = Story()
    story.cash("2025-02-01", "contribution", 10)
    with pytest.raises(UndecidableError, match=r"IAS 8\.10"):
        story.report()


# -- periods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first", "last", "before", "opening_day"),
    [
        ("2025", "2025-01-01", "2025-12-31", ("2024", "2024-01-01", "2024-12-31"), "2024-12-31"),
        ("2025Q3", "2025-07-01", "2025-09-30", ("2024Q3", "2024-07-01", "2024-09-30"),
         "2024-12-31"),
        ("2025-02", "2025-02-01", "2025-02-28", ("2024-02", "2024-02-01", "2024-02-29"),
         "2024-12-31"),
        ("2024-12", "2024-12-01", "2024-12-31", ("2023-12", "2023-12-01", "2023-12-31"),
         "2023-12-31"),
    ],
)  # fmt: skip
def test_a_period_is_compared_with_the_same_a_year_before(
    name: str, first: str, last: str, before: tuple[str, str, str], opening_day: str
) -> None:
    span = calendar_span(name)
    assert span == Span(name, first, last)
    assert comparative_of(span) == (Span(*before), opening_day)


def test_a_closed_period_has_the_days_of_its_close() -> None:
    story = held()
    story.closes("2025Q1", "2025-01-05", "2025-03-30")
    story.price("2025-03-30", "100")
    basis = story.basis("2025Q1")
    assert (basis.period.first, basis.period.last) == ("2025-01-05", "2025-03-30")


def test_a_cell_of_nothing_makes_a_sum_of_nothing() -> None:
    one = Selector(frozenset({"1000"}), "", "2025-12-31")
    assert added(Cell(3, (one,)), Cell(None)) == Cell(None)
    assert added(Cell(3, (one,)), Cell(4)) == Cell(7, (one,))
